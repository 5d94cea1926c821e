"""Convolutions and their transposes.

ONNX Runtime has kernels for float32 alone; in float64 the windows are laid side by side and
multiplied, as the layers themselves do. A transposed convolution is an ordinary one over its input
with zeros between the entries and the filters reversed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers.convolution import Conv1D, Conv2D
from sknn.core.layers.transposed import ConvTranspose1D, ConvTranspose2D
from sknn.core.layers.windows import Axis
from sknn.core.layout import Shape
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.persistence.onnx.layers.base import (
    LAYERS,
    Place,
    is_sequence,
    with_activation,
)


def as_image(place: Place, x: Tensor) -> Tensor:
    """Give signals an axis of lines; images stay as they are."""
    return place.graph.unsqueeze(x, 1) if is_sequence(place.in_shape) else x


def as_given(place: Place, x: Tensor) -> Tensor:
    """Remove the axis of lines from signals."""
    return place.graph.squeeze(x, 1) if is_sequence(place.in_shape) else x


def entries(graph: Graph, x: Tensor, axes: tuple[Axis, Axis], fill: float) -> Iterator[Tensor]:
    """Yield the first entry of all windows, then the second, and so on; `fill` lies outside."""
    before = [0, *(axis.before for axis in axes), 0]
    after = [0, *(axis.extent - axis.before - axis.length for axis in axes), 0]
    padded = graph.pad(x, before, after, fill)
    for i in range(axes[0].size):
        line = _entry(graph, padded, axes[0], i, 1)
        for j in range(axes[1].size):
            yield _entry(graph, line, axes[1], j, 2)


def _entry(graph: Graph, x: Tensor, axis: Axis, j: int, place: int) -> Tensor:
    first = j * axis.dilation
    last = first + (axis.count - 1) * axis.stride
    return graph.slice(x, first, last + 1, place, axis.stride)


def channels_first(graph: Graph, operator: str, x: Tensor, *inputs: NDArray, **more: Any) -> Tensor:
    """Apply an operator that wants the channels in front of lines and columns."""
    turned = graph.op(operator, graph.transpose(x, 0, 3, 1, 2), *inputs, **more)
    return graph.transpose(turned, 0, 2, 3, 1)


def where_windows_lie(axes: tuple[Axis, Axis]) -> dict[str, list[int]]:
    """Return the attributes for padding and strides in ONNX."""
    ends = [max(axis.extent - axis.before - axis.length, 0) for axis in axes]
    return {
        "kernel_shape": [axis.size for axis in axes],
        "strides": [axis.stride for axis in axes],
        "dilations": [axis.dilation for axis in axes],
        "pads": [*(axis.before for axis in axes), *ends],
    }


def _correlate(graph: Graph, x: Tensor, weights: NDArray, axes: tuple[Axis, Axis]) -> Tensor:
    """Return the windows of `x` times weights of the shape (lines, columns, channels, filters)."""
    if graph.dtype == np.float32:
        turned = np.ascontiguousarray(weights.transpose(3, 2, 0, 1))
        return channels_first(graph, "Conv", x, turned, **where_windows_lie(axes))
    windows = graph.concat(list(entries(graph, x, axes, 0.0)), axis=-1)
    return windows @ weights.reshape(-1, weights.shape[-1])


def _finish(place: Place, z: Tensor) -> Tensor:
    z = as_given(place, z)
    if place.layer.use_bias:
        z = z + place.weights("b")
    return with_activation(place, z)


def _there(place: Place, x: Tensor) -> Tensor:
    """Count missing steps of a sequence as zero."""
    mask = place.around.mask
    if mask is None or not is_sequence(place.in_shape):
        return x
    return place.graph.where(place.graph.unsqueeze(mask, -1), x, 0.0)


def _kernel(place: Place) -> NDArray:
    """Return the weights with both axes of places."""
    weights = place.weights("W")
    return weights[None] if weights.ndim == 3 else weights


@LAYERS.of(Conv1D, Conv2D)
def _convolution(place: Place, x: Tensor) -> Tensor:
    layer = place.layer
    kernel, strides = _pairs(layer)
    dilation = layer.grid.pair(layer.dilation)
    lengths = layer.grid.image(layer, place.in_shape)[:2]
    lines, columns = (
        Axis.padded(lengths[i], kernel[i], strides[i], dilation[i], layer.padding) for i in (0, 1)
    )
    x = as_image(place, _there(place, x))
    return _finish(place, _correlate(place.graph, x, _kernel(place), (lines, columns)))


@LAYERS.of(ConvTranspose1D, ConvTranspose2D)
def _transposed(place: Place, x: Tensor) -> Tensor:
    layer, graph = place.layer, place.graph
    kernel, strides = _pairs(layer)
    lengths, made = (layer.grid.image(layer, at)[:2] for at in (place.in_shape, place.out_shape))
    x = _spread(graph, as_image(place, _there(place, x)), lengths, strides, place.in_shape[-1])
    lines, columns = (
        _mirrored(Axis.padded(made[i], kernel[i], strides[i], 1, layer.padding)) for i in (0, 1)
    )
    turned = np.ascontiguousarray(_kernel(place)[::-1, ::-1].swapaxes(-1, -2))
    return _finish(place, _correlate(graph, x, turned, (lines, columns)))


def _pairs(layer: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return kernel size and strides along both axes."""
    return layer.grid.pair(layer.kernel_size), layer.grid.pair(layer.strides)


def _spread(
    graph: Graph, x: Tensor, lengths: Shape, strides: tuple[int, int], channels: int
) -> Tensor:
    """Put zeros between the entries, so that they lie as far apart as the windows do."""
    if strides == (1, 1):
        return x
    (lines, columns), (down, across) = lengths, strides
    apart = graph.reshape(x, [-1, lines, 1, columns, 1, channels])
    filled = graph.pad(apart, [0] * 6, [0, 0, down - 1, 0, across - 1, 0], 0.0)
    whole = graph.reshape(filled, [-1, lines * down, columns * across, channels])
    # The zeros after the last entry do not belong to any window.
    whole = graph.slice(whole, 0, (lines - 1) * down + 1, 1)
    return graph.slice(whole, 0, (columns - 1) * across + 1, 2)


def _mirrored(axis: Axis) -> Axis:
    """Return which spread windows see a position of the output of the transpose."""
    spread = (axis.count - 1) * axis.stride + 1
    return Axis(spread, axis.size, before=axis.size - 1 - axis.before, count=axis.length)
