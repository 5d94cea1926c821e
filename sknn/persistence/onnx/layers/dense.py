"""Layers that multiply rows by weights, and lookups in a table of them."""

from __future__ import annotations

import numpy as np

from sknn.core.layers.boltzmann import Boltzmann
from sknn.core.layers.choices import Choices
from sknn.core.layers.dense import Dense
from sknn.core.layers.embedding import Embedding
from sknn.core.layers.masked import MaskedDense
from sknn.core.layers.tokens import Tokens
from sknn.persistence.onnx import formulas
from sknn.persistence.onnx.graph import Tensor
from sknn.persistence.onnx.layers.base import LAYERS, Place, kept_axes, with_activation


@LAYERS.of(Dense)
def _dense(place: Place, x: Tensor) -> Tensor:
    layer, graph, weights = place.layer, place.graph, place.weights("W")
    if layer.input_scale:
        weights = place.weights("s")[:, None] * weights
    if layer.columns is not None:
        x = graph.slice(x, 0, int(layer.columns))
    z = x @ weights
    if layer.use_bias:
        z = z + place.weights("b")
    if layer.input_skip:
        z = z + graph.slice(place.around.given, -int(layer.input_skip), None) @ place.weights("S")
    return with_activation(place, z)


@LAYERS.of(MaskedDense)
def _masked(place: Place, x: Tensor) -> Tensor:
    layer, weights = place.layer, place.weights("W")
    linked = np.less_equal.outer(np.asarray(layer.in_degrees), np.asarray(layer.degrees))
    z = x @ (weights * linked)
    return with_activation(place, z + place.weights("b") if layer.use_bias else z)


@LAYERS.of(Tokens)
def _tokens(place: Place, x: Tensor) -> Tensor:
    graph, layer = place.graph, place.layer
    q, k = len(layer.sizes), len(layer.numbers)
    starts, numbers, owners = layer.places()
    # For each place of a spelling its entry of the row, and the code it stands for.
    source, code = np.zeros(layer.width, np.intp), np.zeros(layer.width)
    for token, (start, size) in enumerate(zip(starts, layer.sizes, strict=True)):
        source[start : start + size], code[start : start + size] = token, np.arange(size)
    source[numbers] = q + np.arange(k)
    is_number = np.isin(np.arange(layer.width), numbers)
    entries = graph.take(x, source, -1)
    hot = graph.cast(graph.op("Round", entries).equals(code), graph.dtype)
    own = graph.where(graph.constant(is_number, np.bool_), entries, hot) if k else hot
    known = graph.cast(graph.slice(x, q + k, q + k + layer.n_columns) > 0.5, graph.dtype)
    return graph.concat([own * graph.take(known, owners, -1), known, own], axis=-1)


@LAYERS.of(Choices)
def _choices(place: Place, x: Tensor) -> Tensor:
    graph, layer, parts = place.graph, place.layer, []
    groups = [
        np.arange(start, start + size)
        for start, size in zip(layer.starts, layer.sizes, strict=True)
    ]
    rest = np.setdiff1d(np.arange(place.in_shape[-1]), np.concatenate(groups))
    for group in groups:
        parts.append(graph.op("Softmax", graph.take(x, group, -1), axis=-1))
    if len(rest):
        parts.append(graph.take(x, rest, -1))
    order = np.argsort(np.concatenate([*groups, rest]))
    return graph.take(graph.concat(parts, axis=-1), order, -1)


@LAYERS.of(Boltzmann)
def _boltzmann(place: Place, x: Tensor) -> Tensor:
    return formulas.logistic(x @ place.weights("W") + place.weights("b"))


@LAYERS.of(Embedding)
def _embedding(place: Place, x: Tensor) -> Tensor:
    graph, n_codes = place.graph, int(place.layer.n_codes)
    # ONNX counts places below 0 from the end; they are no codes, and refused as too large ones are.
    codes = graph.where(graph.op("Round", x) < 0.0, float(n_codes), graph.op("Round", x))
    vectors = graph.op(
        "Gather",
        graph.constant(place.weights("W")),
        graph.cast(codes, np.int64),
        dtype=graph.dtype,
        axis=0,
    )
    steps = kept_axes(place.in_shape)
    rest = place.out_shape[len(steps) - 1 :]
    return graph.reshape(vectors, [*steps, *rest])
