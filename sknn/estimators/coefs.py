"""A network as a plain chain: x W + b and an activation, layer after layer.

Code that reads ``coefs_`` and ``intercepts_`` computes this forward pass with them. So batch
normalization, which is a factor and a shift after training, and the factors of inputs are
multiplied into them. A network that is more than such a chain has neither.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations import Activation, Identity
from sknn.core.layers import Activate, BatchNorm, Dense, Flatten, Sparsity
from sknn.core.layout import Shape, Views
from sknn.core.network import Network

# Each layer multiplies its input by the first, and adds the second.
Affine = tuple[Any, Any]


class NotPlain(AttributeError):
    """A layer does not fit into a chain of weights, biases, and activations."""


class Link:
    """A dense layer, into which factors before and after it are multiplied if possible.

    Parameters
    ----------
    name : str
    layer : Dense
    views : dict of ndarray
        Its parameters.
    before : list of (BatchNorm, dict of ndarray)
        Layers between the activation before and this one, with their parameters.
    """

    def __init__(
        self, name: str, layer: Dense, views: Views, before: list[tuple[BatchNorm, Views]]
    ) -> None:
        self.name = name
        self.views = views
        self.before = before
        self.after: list[tuple[BatchNorm, Views]] = []
        self.activation: Activation = layer.activation

    @property
    def folded(self) -> bool:
        """Whether weights and bias differ from those that are trained."""
        return bool(self.before or self.after or "s" in self.views)

    @property
    def weights(self) -> NDArray:
        """W of the plain layer: a view of the network, or a read-only array."""
        return _shown(self.views["W"] * self._factor()) if self.folded else self.views["W"]

    @property
    def bias(self) -> NDArray:
        """Its b; read-only zeros if the layer has none."""
        return self.bias_with(self.views["W"]) if self._is_derived else self.views["b"]

    @property
    def _is_derived(self) -> bool:
        return self.folded or "b" not in self.views

    def bias_with(self, weights: NDArray) -> NDArray:
        """Return b for other trained weights."""
        (_, shift), (factor, last) = self._incoming(), _together(self.after)
        moved = (np.broadcast_to(shift, weights.shape[:-1])[..., None, :] @ weights)[..., 0, :]
        found = (moved + self.views.get("b", 0.0)) * factor + last
        return _shown(found.astype(weights.dtype, copy=False))

    def inside(self, weights: NDArray) -> NDArray:
        """Return the trained W for a plain W; raise if there is none."""
        if not self.folded:
            return weights
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = np.where(weights == self.weights, self.views["W"], weights / self._factor())
        if not np.isfinite(found).all():
            raise ValueError(
                f"coefs_ cannot be set in the layer {self.name!r}: a gain of 0 lies between it and "
                "its weights; use set_weights."
            )
        return found

    def check_bias(self, wanted: NDArray, weights: NDArray) -> None:
        """Raise if b cannot have the given values."""
        if self._place is None and (wanted != self.bias_with(weights)).any():
            raise ValueError(
                f"The layer {self.name!r} has no bias that could be set; use set_weights, or "
                "use_bias=True from the first fit on."
            )

    def set_bias(self, wanted: NDArray) -> None:
        """Set b, after :meth:`check_bias`."""
        if self._place is None:
            return
        if self._is_derived:
            self._place[...] += wanted - self.bias
        else:
            self._place[...] = wanted

    @property
    def _place(self) -> NDArray | None:
        """The shift that is added last."""
        return self.after[-1][1]["bias"] if self.after else self.views.get("b")

    def _incoming(self) -> Affine:
        factor, shift = _together(self.before)
        own = self.views.get("s", 1.0)
        return factor * own, shift * own

    def _factor(self) -> NDArray:
        rows, columns = self._incoming()[0], _together(self.after)[0]
        shape = self.views["W"].shape
        rows = np.broadcast_to(rows, shape[:-1])[..., :, None]
        columns = np.broadcast_to(columns, (*shape[:-2], shape[-1]))[..., None, :]
        return (rows * columns).astype(self.views["W"].dtype, copy=False)


def _together(norms: list[tuple[BatchNorm, Views]]) -> Affine:
    """Return factor and shift of consecutive batch normalizations in prediction."""
    factor: Any = 1.0
    shift: Any = 0.0
    for layer, p in norms:
        own = p["gain"] / np.sqrt(p["var"] + float(layer.epsilon))
        factor, shift = factor * own, (shift - p["mean"]) * own + p["bias"]
    return factor, shift


def _shown(array: NDArray) -> NDArray:
    array.flags.writeable = False
    return array


def links_of(network: Network) -> list[Link]:
    """Return the network as a chain.

    Raises
    ------
    NotPlain
        If it does not have this form.
    """
    links: list[Link] = []
    waiting: list[tuple[BatchNorm, Views]] = []
    shape = network.in_shape
    for i in network.inference:
        layer, name, views = network.layers[i], network.names[i], network.params[i]
        shape = network.plans[i - 1].out_shape if i else shape
        linear = bool(links) and not waiting and isinstance(links[-1].activation, Identity)
        if type(layer) is Dense and _takes_all(layer, shape):
            links.append(Link(name, layer, views, waiting))
            waiting = []
        elif type(layer) is BatchNorm and len(shape) == 1:
            (links[-1].after if linear else waiting).append((layer, views))
        elif type(layer) is Activate and linear:
            links[-1].activation = layer.activation
        elif type(layer) not in (Flatten, Sparsity):
            raise NotPlain(f"the layer {name!r} ({type(layer).__name__}) does not have this form")
    if waiting:
        raise NotPlain("a layer after the last activation does not have this form")
    return links


def _takes_all(layer: Dense, shape: Shape) -> bool:
    """Whether a layer multiplies its whole input row, and does nothing else."""
    columns = inf if layer.columns is None else layer.columns
    return len(shape) == 1 and columns >= shape[0] and not layer.input_skip
