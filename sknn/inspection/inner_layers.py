"""Parts of a network that end at any of its layers, also at one inside a block."""

from __future__ import annotations

from collections.abc import Iterable

from sknn.core.layers.base import Layer
from sknn.core.layout import Views
from sknn.core.network import Network

_Part = tuple[str, Layer, Views]
"""A layer, its name and its parameters."""


def ending_at(network: Network, name: str) -> Network | None:
    """Return the layers through which the output of one of them is computed, as a network.

    Parameters
    ----------
    network : Network
    name : str
        Inside a block, the name of the block stands in front: ``residual0.conv1``,
        ``parallel0.1.conv0``.

    Returns
    -------
    part : Network or None
        None if there is no layer of this name.
    """
    way = _way(zip(network.names, network.layers, network.params, strict=True), name)
    if way is None:
        return None
    names, layers, views = zip(*way, strict=True)
    part = Network(
        layers, names, network.in_shape, network.dtype, network.n_members, network.given_shape
    )
    for own, values in zip(part.params, views, strict=True):
        for key, array in own.items():
            array[...] = values[key]
    return part


def _way(parts: Iterable[_Part], name: str) -> list[_Part] | None:
    """Return the layers up to one of them; those of a block begin with the input of the block."""
    way: list[_Part] = []
    for part in parts:
        if part[0] == name:
            return [*way, part]
        inside = _way_inside(part, name)
        if inside is not None:
            return way + inside
        way.append(part)
    return None


def _way_inside(block: _Part, name: str) -> list[_Part] | None:
    """Return the layers of a block up to one of them, if it is there."""
    owner, layer, views = block
    for chain in getattr(layer, "chains", ()):
        parts = (
            (f"{owner}.{chain.prefix}{key}", each, chain.own(key, views))
            for key, each in chain.pairs
        )
        way = _way(parts, name)
        if way is not None:
            return way
    return None
