"""Arguments of every converter of a layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Shape
from sknn.persistence.onnx.activations import activate
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.persistence.onnx.registry import Converters

LAYERS = Converters("layer")


@dataclass
class Pass:
    """Context that all layers of one network share.

    Attributes
    ----------
    graph : Graph
    given : Tensor
        The rows as the network is given them, for layers with ``reads_input``.
    mask : Tensor or None
        Which steps are present, of shape (rows, steps); None if all must be.
    """

    graph: Graph
    given: Tensor
    mask: Tensor | None = None


@dataclass
class Place:
    """One layer in its place: its parameters, and the shape of its input rows."""

    layer: Any
    params: dict[str, NDArray]
    in_shape: Shape
    around: Pass

    @property
    def graph(self) -> Graph:
        """The graph the layer is written to."""
        return self.around.graph

    @property
    def out_shape(self) -> Shape:
        """The shape of an output row."""
        return self.layer.plan(self.in_shape).out_shape

    def weights(self, name: str) -> NDArray:
        """Return a parameter in the dtype of the graph."""
        return np.asarray(self.params[name], self.graph.dtype)

    def write(self, x: Tensor) -> Tensor:
        """Add the layer to the graph, and return its output."""
        return LAYERS.find(self.layer)(self, x)


def through(places: Iterable[Place], x: Tensor) -> Tensor:
    """Write layers one after the other."""
    for place in places:
        if not place.layer.training_only:
            x = place.write(x)
    return x


def is_sequence(shape: Shape) -> bool:
    """Return whether rows have steps, of which there may be any number."""
    return len(shape) == 2


def kept_axes(shape: Shape) -> list[int]:
    """Return the first entries of a reshape, which keep the rows and the steps of sequences."""
    return [0] * (2 if is_sequence(shape) else 1)


def with_activation(place: Place, z: Tensor) -> Tensor:
    """Return f(z) with the activation of a layer."""
    return activate(place.layer.activation, z)
