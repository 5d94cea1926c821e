"""Pooling over windows, and over all places."""

from __future__ import annotations

import numpy as np

from sknn.core.layers.global_pooling import GlobalAveragePool, GlobalMaxPool, LastStep
from sknn.core.layers.grid import IMAGE, SIGNAL
from sknn.core.layers.pooling import AveragePool, MaxPool
from sknn.core.layers.windows import Axis
from sknn.persistence.onnx.graph import Tensor
from sknn.persistence.onnx.layers.base import LAYERS, Place, is_sequence
from sknn.persistence.onnx.layers.convolution import (
    as_given,
    as_image,
    channels_first,
    entries,
    where_windows_lie,
)


def _axes(place: Place) -> tuple[Axis, Axis]:
    layer = place.layer
    grid = SIGNAL if is_sequence(place.in_shape) else IMAGE
    size = grid.pair(layer.pool_size)
    strides = size if layer.strides is None else grid.pair(layer.strides)
    lengths = grid.image(layer, place.in_shape)[:2]
    lines, columns = (
        # A window larger than its axis is the whole axis.
        Axis.padded(length, min(k, length), stride, 1, layer.padding)
        for length, k, stride in zip(lengths, size, strides, strict=True)
    )
    return lines, columns


@LAYERS.of(MaxPool)
def _max_pool(place: Place, x: Tensor) -> Tensor:
    where = where_windows_lie(_axes(place))
    return as_given(place, channels_first(place.graph, "MaxPool", as_image(place, x), **where))


@LAYERS.of(AveragePool)
def _average_pool(place: Place, x: Tensor) -> Tensor:
    axes = _axes(place)
    first, *others = entries(place.graph, as_image(place, x), axes, 0.0)
    counts = np.multiply.outer(*map(_entries_inside, axes))
    total = sum(others, start=first)
    return as_given(place, total * (1.0 / counts)[..., None])


def _entries_inside(axis: Axis) -> np.ndarray:
    """Count, for each window, the entries that lie on the axis."""
    counts = np.zeros(axis.count)
    for j in range(axis.size):
        counts[axis.entry(j)[0]] += 1.0
    return counts


@LAYERS.of(GlobalMaxPool)
def _global_max(place: Place, x: Tensor) -> Tensor:
    graph, mask = place.graph, place.around.mask
    if mask is not None and is_sequence(place.in_shape):
        x = graph.where(graph.unsqueeze(mask, -1), x, -np.inf)
    return graph.reduce("Max", x, *range(1, len(place.in_shape)))


@LAYERS.of(GlobalAveragePool)
def _global_average(place: Place, x: Tensor) -> Tensor:
    graph, mask = place.graph, place.around.mask
    axes = range(1, len(place.in_shape))
    if mask is None or not is_sequence(place.in_shape):
        return graph.reduce("Mean", x, *axes)
    total = graph.reduce("Sum", graph.where(graph.unsqueeze(mask, -1), x, 0.0), *axes)
    there = graph.reduce("Sum", graph.cast(mask, graph.dtype), 1, keep=True)
    return total / graph.clip(there, 1.0)


@LAYERS.of(LastStep)
def _last_step(place: Place, x: Tensor) -> Tensor:
    graph, mask, reverse = place.graph, place.around.mask, place.layer.reverse
    if mask is None:
        return graph.take(x, 0 if reverse else -1, 1)
    there = graph.cast(mask, graph.dtype)
    place_of = graph.op("CumSum", there, graph.constant(1, np.int64))
    wanted = 1.0 if reverse else graph.reduce("Sum", there, 1, keep=True)
    # Steps behind the last have its place too, but are not there.
    kept = there * graph.cast(place_of.equals(wanted), graph.dtype)
    return graph.reduce("Sum", graph.where(graph.unsqueeze(kept, -1) > 0.5, x, 0.0), 1)
