"""Recurrent layers: a loop over the steps that holds the state where a step is missing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from sknn.core.layers.elman import Elman
from sknn.core.layers.gru import GRU
from sknn.core.layers.jordan import Jordan
from sknn.core.layers.lstm import LSTM
from sknn.persistence.onnx import formulas
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.persistence.onnx.layers.base import LAYERS, Place, with_activation

Cell = Callable[[Tensor, list[Tensor]], list[Tensor]]
"""Returns the new parts of the state, output first, given ``x W + b`` and the old parts."""


def _unrolled(place: Place, x: Tensor, cell: Cell, widths: list[int]) -> Tensor:
    """Go through the steps with a state of as many parts as there are `widths`."""
    layer, graph, mask = place.layer, place.graph, place.around.mask
    _refuse_state(layer)
    inputs = x @ place.weights("W") + place.weights("b")
    sequences = [inputs] if mask is None else [inputs, graph.unsqueeze(mask, -1)]
    step = partial(_step, cell, bool(layer.return_sequences))
    results = graph.scan(step, _zeros(graph, x, widths), sequences, reverse=bool(layer.reverse))
    return results[-1] if layer.return_sequences else results[0]


def _step(
    cell: Cell, every: bool, graph: Graph, states: list[Tensor], given: list[Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """Return the new state, and the output if that of every step is requested."""
    inputs, *present = given
    after = cell(inputs, states)
    if present:
        pairs = zip(after, states, strict=True)
        after = [graph.where(present[0], new, old) for new, old in pairs]
    return after, after[:1] if every else []


def _zeros(graph: Graph, x: Tensor, widths: list[int]) -> list[Tensor]:
    rows = graph.slice(graph.op("Shape", x, dtype=np.int64), 0, 1, 0)
    shapes = (graph.concat([rows, graph.constant([width], np.int64)], 0) for width in widths)
    zero = graph.constant(0.0, graph.dtype)
    return [graph.op("Expand", zero, shape) for shape in shapes]


def _refuse_state(layer: Any) -> None:
    if layer.carries_state:
        raise ValueError(
            f"{layer!r} carries its state from call to call, but an ONNX graph keeps nothing "
            "between calls. Fit it with stateful=False, or serve the estimator from Python."
        )


@LAYERS.of(Elman)
def _elman(place: Place, x: Tensor) -> Tensor:
    def cell(inputs: Tensor, states: list[Tensor]) -> list[Tensor]:
        return [with_activation(place, inputs + states[0] @ place.weights("U"))]

    return _unrolled(place, x, cell, [int(place.layer.units)])


@LAYERS.of(Jordan)
def _jordan(place: Place, x: Tensor) -> Tensor:
    def cell(inputs: Tensor, states: list[Tensor]) -> list[Tensor]:
        hidden = with_activation(place, inputs + states[0] @ place.weights("U"))
        return [with_activation(place, hidden @ place.weights("V") + place.weights("c"))]

    return _unrolled(place, x, cell, [place.out_shape[-1]])


@LAYERS.of(LSTM)
def _lstm(place: Place, x: Tensor) -> Tensor:
    units = int(place.layer.units)

    def cell(inputs: Tensor, states: list[Tensor]) -> list[Tensor]:
        output, old = states
        graph = old.graph
        *gates, candidate = graph.split(inputs + output @ place.weights("U"), *[units] * 4)
        read, fill, keep = map(formulas.gate, gates)
        new = fill * graph.op("Tanh", candidate) + keep * old
        return [read * graph.op("Tanh", new), new]

    return _unrolled(place, x, cell, [units, units])


@LAYERS.of(GRU)
def _gru(place: Place, x: Tensor) -> Tensor:
    units = int(place.layer.units)

    def cell(inputs: Tensor, states: list[Tensor]) -> list[Tensor]:
        (old,) = states
        graph = old.graph
        gates, outer = graph.split(inputs, 2 * units, units)
        memory, inner = graph.split(old @ place.weights("U"), 2 * units, units)
        reset, update = graph.split(formulas.gate(gates + memory), units, units)
        candidate = graph.op("Tanh", outer + reset * (inner + place.weights("c")))
        return [candidate + update * (old - candidate)]

    return _unrolled(place, x, cell, [units])
