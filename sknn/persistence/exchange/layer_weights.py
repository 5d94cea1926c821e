"""The weights of a network, layer by layer, and the order of their inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError

from sknn.core.layers import AveragePool, Flatten, MaxPool, Reshape
from sknn.core.layers.base import Layer
from sknn.core.layers.block import Block
from sknn.core.layers.filtering import Filtering
from sknn.core.layers.recurrent import Recurrent
from sknn.core.layout import Shape, Views
from sknn.core.network import Network

# Layers for which the axes of a row have a meaning.
_KINDS = (Filtering, MaxPool, AveragePool, Recurrent)

Order = NDArray[np.intp] | None
"""For each number of a row elsewhere, its place here; None: the same order."""


@dataclass(frozen=True)
class LayerWeights:
    """A layer with parameters.

    Attributes
    ----------
    path : str
        Names from the outermost block to the layer, with dots between.
    layer : Layer
    params : dict of ndarray
        Windows on the weights of the network.
    inputs, outputs : ndarray of int or None
        Orders of a flat row before the layer and after it.
    """

    path: str
    layer: Layer
    params: Views
    inputs: Order = None
    outputs: Order = None

    def named(self, params: Views) -> dict[str, dict[str, NDArray]]:
        """Return parameters in the form for ``set_weights``: those of inner layers have a path."""
        owner, _, inner = self.path.partition(".")
        return {owner: {f"{inner}.{key}" if inner else key: v for key, v in params.items()}}


def layer_weights_of(estimator: Any, *, channels_first: bool = False) -> list[LayerWeights]:
    """Return all layers with parameters of a fitted network, from the input to the output.

    Parameters
    ----------
    estimator : fitted estimator of sknn
    channels_first : bool, default=False
        Images lie channels first elsewhere, so flat rows have another order there.

    Raises
    ------
    TypeError
        If the estimator is not a network of sknn.
    sklearn.exceptions.NotFittedError
        If it has no network yet.
    ValueError
        If it has members.
    """
    if not hasattr(estimator, "_lent_weights"):
        kind = type(estimator)
        raise TypeError(
            f"estimator must be a network of sknn; got {kind.__qualname__} of {kind.__module__}."
        )
    if "network_" not in vars(estimator):
        raise NotFittedError(
            f"This {type(estimator).__name__} has no network yet. Call fit or, to make one without "
            "training, initialize(X, y)."
        )
    network = estimator.network_
    if network.lead:
        raise ValueError(
            f"This {type(estimator).__name__} has {network.n_members} members, which no single "
            "network elsewhere can hold; fit one with n_members=1."
        )
    orders = _orders(network) if channels_first else [None] * (len(network.layers) + 1)
    named = zip(network.names, network.layers, network.params, orders, orders[1:], strict=False)
    return [own for each in named for own in _with_inner(*each)]


def _with_inner(
    path: str, layer: Layer, params: Views, inputs: Order, outputs: Order
) -> Iterator[LayerWeights]:
    """Yield the layers inside a block, and the block's own parameters."""
    inside: set[str] = set()
    for chain in layer.chains if isinstance(layer, Block) else ():
        for name, inner in chain.pairs:
            own = chain.own(name, params)
            inside |= {f"{chain.prefix}{name}.{key}" for key in own}
            yield from _with_inner(f"{path}.{chain.prefix}{name}", inner, own, None, None)
    rest = {key: view for key, view in params.items() if key not in inside}
    if rest:
        yield LayerWeights(path, layer, rest, inputs, outputs)


def _orders(network: Network) -> list[Order]:
    """Return the order of rows before each layer, and after the last."""
    shapes = [network.in_shape, *(plan.out_shape for plan in network.plans)]
    orders: list[Order] = [None] * len(shapes)
    layers = network.layers
    image = _reads_images(layers)
    for i, layer in enumerate(layers):
        if isinstance(layer, _KINDS):
            image = not isinstance(layer, Recurrent)
        if isinstance(layer, Flatten) and image and len(shapes[i]) > 1:
            _spread(orders, network, i + 1, 1, _channels_first(shapes[i]))
        if isinstance(layer, Reshape) and len(shapes[i]) == 1 < len(shapes[i + 1]):
            if _reads_images(layers[i:]):
                _spread(orders, network, i, -1, _channels_first(shapes[i + 1]))
    return orders


def _reads_images(layers: Sequence[Layer]) -> bool:
    """Whether the next layer with a view of axes is one of images or signals."""
    first = next((layer for layer in layers if isinstance(layer, _KINDS)), None)
    return first is not None and not isinstance(first, Recurrent)


def _spread(orders: list[Order], network: Network, start: int, step: int, order: Order) -> None:
    """Set an order from a own on, up to the next layer that mixes the numbers of a row."""
    i = start
    while 0 <= i < len(orders):
        orders[i] = order
        passed = i if step > 0 else i - 1
        if not 0 <= passed < len(network.layers) or "W" in network.params[passed]:
            return
        i += step


def _channels_first(shape: Shape) -> NDArray[np.intp]:
    numbers = np.arange(prod(shape)).reshape(shape)
    return np.moveaxis(numbers, -1, 0).ravel()
