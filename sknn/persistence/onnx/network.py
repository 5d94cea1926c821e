"""The chain of layers as a graph, once for each member."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sknn.core.layers.base import Layer
from sknn.core.layers.chain import with_inner
from sknn.core.layers.convolution import Conv1D
from sknn.core.layers.norm import BatchNorm
from sknn.core.layers.pooling import AveragePool, MaxPool
from sknn.core.layers.shape import Flatten, Reshape
from sknn.core.layers.transposed import ConvTranspose1D
from sknn.core.layout import Shape
from sknn.core.network import Network
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.persistence.onnx.layers import Pass, Place, through
from sknn.persistence.onnx.layers.base import is_sequence

# The output of these for a sequence depends on its length, for which their operators are laid out.
_OF_ONE_LENGTH = (Flatten, Reshape, Conv1D, ConvTranspose1D, MaxPool, AveragePool)


def write_network(
    graph: Graph,
    network: Network,
    x: Tensor,
    start: int = 0,
    stop: int | None = None,
    given: Tensor | None = None,
) -> list[Tensor]:
    """Write the layers from `start` up to `stop`, and return the output of each member.

    Parameters
    ----------
    graph : Graph
    network : Network
    x : Tensor of shape (rows, *shape)
        The input of the layer `start`.
    start : int, default=0
    stop : int, default=None
        None: up to the last layer.
    given : Tensor, default=None
        What layers with ``reads_input`` read. None: `x`.
    """
    there = None if start else _steps_there(graph, network, x)
    bears_gaps = there is None or _bears_gaps(network)
    around = Pass(graph, x if given is None else given, there if bears_gaps else None)
    members = (network.member(i) for i in range(network.n_members))
    found = [through(_places(member, around, start, stop), x) for member in members]
    if there is None or bears_gaps:
        return found
    n_axes = len(network.plans[-1 if stop is None else stop - 1].out_shape)
    return [_nothing_for_gaps(each, there, n_axes) for each in found]


def _steps_there(graph: Graph, network: Network, x: Tensor) -> Tensor | None:
    """Return which steps of sequences are present; None if no layer needs to know."""
    if not network.masks:
        return None
    return ~graph.op("IsNaN", graph.take(x, 0, -1), dtype=bool)


def _nothing_for_gaps(answer: Tensor, there: Tensor, n_axes: int) -> Tensor:
    """Write NaN for every row that lacks a step."""
    graph = answer.graph
    whole = graph.reduce("Min", graph.cast(there, graph.dtype), 1)
    rows = graph.reshape(whole, [-1, *[1] * n_axes])
    return graph.where(rows > 0.0, answer, np.nan)


def _places(network: Network, around: Pass, start: int, stop: int | None) -> Iterator[Place]:
    end = len(network.layers) if stop is None else stop
    for i in network.inference:
        if start <= i < end:
            yield Place(network.layers[i], network.params[i], _in_shape(network, i), around)


def _in_shape(network: Network, i: int) -> Shape:
    return network.plans[i - 1].out_shape if i else network.in_shape


def _every_layer(network: Network) -> list[tuple[str, Layer, Shape]]:
    places = range(len(network.layers))
    shapes = [_in_shape(network, i) for i in places]
    return with_inner(zip(network.names, network.layers, shapes, strict=True))


def takes_any_length(network: Network) -> bool:
    """Return whether sequences may be longer or shorter than those the network was planned for."""
    if not is_sequence(network.in_shape):
        return False
    return not any(isinstance(layer, _OF_ONE_LENGTH) for _, layer, _ in _every_layer(network))


def _bears_gaps(network: Network) -> bool:
    """Return whether every layer knows which steps are present.

    If one does not, sknn refuses sequences with gaps; a graph cannot, and returns NaN.
    """
    steps = network.in_shape[0]
    for _, layer, shape in _every_layer(network):
        if not layer.uses_mask or hasattr(layer, "chains") or not is_sequence(shape):
            continue
        pools = isinstance(layer, (MaxPool, AveragePool))
        if pools or (shape[0] != steps and not isinstance(layer, BatchNorm)):
            return False
    return True
