"""Layers that contain layers."""

from __future__ import annotations

from collections.abc import Iterator

from sknn.core.layers.chain import Chain
from sknn.core.layers.parallel import Parallel
from sknn.core.layers.residual import Residual
from sknn.persistence.onnx.graph import Tensor
from sknn.persistence.onnx.layers.base import LAYERS, Place, through


def _inside(place: Place, chain: Chain) -> Iterator[Place]:
    """Yield the layers of one chain, each in its place."""
    names = (name for name, _ in chain.pairs)
    for name, (_, layer, shape) in zip(names, chain.placed("", place.in_shape), strict=True):
        yield Place(layer, chain.own(name, place.params), shape, place.around)


@LAYERS.of(Residual)
def _residual(place: Place, x: Tensor) -> Tensor:
    (chain,) = place.layer.chains
    made = through(_inside(place, chain), x)
    return (x @ place.weights("W") if "W" in place.params else x) + made


@LAYERS.of(Parallel)
def _parallel(place: Place, x: Tensor) -> Tensor:
    parts = [through(_inside(place, chain), x) for chain in place.layer.chains]
    if place.layer.merge == "sum":
        return sum(parts[1:], start=parts[0])
    return place.graph.concat(parts, axis=-1)
