"""The columns of a table as inputs, and the encoder that makes a matrix of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.persistence.onnx.dates import part_of
from sknn.persistence.onnx.declared import read_column
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.preprocessing.categories import ONE_HOT, TRUTH, Levels, text
from sknn.preprocessing.columns import Coded, read_table
from sknn.preprocessing.encoder import TableEncoder
from sknn.preprocessing.kinds import CATEGORY, DATE, NUMBER, as_moments, as_numbers, as_seconds
from sknn.preprocessing.numbers import FAR, LARGEST, Numbers
from sknn.preprocessing.plan import TablePlan
from sknn.preprocessing.sources import RankSource, Source


def names_of(encoder: TableEncoder) -> list[str]:
    """Return the names of the inputs: those of the columns, or x0, x1, ... if they have none."""
    return encoder._plan.columns or [f"x{i}" for i in range(len(encoder.kinds_))]


def dtypes_of(encoder: TableEncoder) -> list[np.dtype]:
    """Return the dtype of each input: texts, int64 microseconds, or float64."""
    kinds = {CATEGORY: object, DATE: np.int64}
    return [np.dtype(kinds.get(kind, np.float64)) for kind in encoder.kinds_]


def feed_of(encoder: TableEncoder, X: Any) -> dict[str, NDArray]:
    """Return a table as these inputs, each of the shape (rows, 1)."""
    table = read_table(X)
    named = zip(names_of(encoder), encoder.kinds_, ways_of(encoder), strict=True)
    return {
        name: read_as(table.column(place), kind, way)[:, None]
        for place, (name, kind, way) in enumerate(named)
    }


def ways_of(encoder: TableEncoder) -> list[str]:
    """Return how the text of each column is read; blank if it holds no text, or words."""
    ways = {source.place: source.way for source in encoder._plan.sources}
    return [ways.get(place, "") for place in range(len(encoder.kinds_))]


def read_as(column: Any, kind: str, way: str) -> NDArray:
    """Return a column in the dtype that its kind has in a graph.

    Parameters
    ----------
    column : ndarray or Coded
    kind : {"number", "time span", "date", "category"}
    way : str
        How its text is read as numbers or dates.
    """
    if kind == CATEGORY:
        entries = [*column.levels, None] if isinstance(column, Coded) else column.tolist()
        spelt = np.array([text(entry) for entry in entries], object)
        return spelt[column.codes] if isinstance(column, Coded) else spelt
    if kind == DATE:
        return as_moments(column, way).astype("M8[us]").astype(np.int64)
    return as_numbers(column, way) if kind == NUMBER else as_seconds(column, way)


def columns_of(graph: Graph, encoder: TableEncoder, given: Sequence[Tensor]) -> list[Tensor]:
    """Return the inputs from the columns of a table, in the dtypes that another graph gives them.

    Raises
    ------
    ValueError
        If the type of a column cannot represent the entries that the encoder read in `fit`.
    """
    return [read_column(graph, encoder, place, each) for place, each in enumerate(given)]


def encoded(graph: Graph, encoder: TableEncoder, columns: Sequence[Tensor]) -> Tensor:
    """Return the float32 matrix, bit for bit equal to that of the encoder.

    Parameters
    ----------
    graph : Graph
    encoder : TableEncoder
    columns : sequence of Tensor of shape (rows, 1)
    """
    plan = encoder._plan
    hidden: list[Tensor] = []
    linear: list[Tensor] = []
    if plan.sources:
        hidden, linear = _numbers(graph, plan.numbers, _matrix(graph, plan, columns))
    for place, levels in zip(plan.places, plan.categories.columns, strict=True):
        made, straight = _levels(graph, levels, columns[place])
        hidden.append(made)
        linear.append(straight)
    if not hidden:
        hidden = linear = [_nothing(graph, columns[0])]
    parts = [*hidden, *linear] if plan.linear else hidden
    return graph.concat(parts, axis=-1)


def _nothing(graph: Graph, column: Tensor) -> Tensor:
    """Return a column of zeros, if no column of the table carries information."""
    shape = graph.op("Shape", column, dtype=np.int64)
    return graph.op("Expand", graph.constant(0.0, np.float32), shape, dtype=np.float32)


def _matrix(graph: Graph, plan: TablePlan, columns: Sequence[Tensor]) -> Tensor:
    parts = [_source(source, columns[source.place]) for source in plan.sources]
    return graph.concat(parts, axis=-1)


def _source(source: Source, column: Tensor) -> Tensor:
    if isinstance(source, RankSource):
        return _rank(source.order, column)
    return column if source.part is None else part_of(column, source.part)


def _rank(order: list[str], column: Tensor) -> Tensor:
    graph = column.graph
    places = graph.look_up(column, {level: place for place, level in enumerate(order)})
    lost = graph.constant(np.nan, np.float64)
    return graph.where(places < 0, lost, graph.cast(places, np.float64))


def _numbers(graph: Graph, numbers: Numbers, matrix: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Return the columns for hidden layers and those for the linear path."""
    hidden, linear = [], []
    if len(numbers.kept):
        given = graph.take(matrix, numbers.kept, -1)
        lost = graph.op("IsNaN", given, dtype=bool)
        values = graph.where(lost, graph.constant(numbers.median), given)
        hidden.append(_squashed((values - numbers.median) * numbers.scale))
        straight = (values - numbers.mean) * numbers.inverse_std
        linear.append(graph.clip(straight, -LARGEST, LARGEST))
    if len(numbers.marked):
        lost = graph.op("IsNaN", graph.take(matrix, numbers.marked, -1), dtype=bool)
        marks = graph.cast(lost, np.float64)
        hidden.append(2.0 * marks - 1.0)
        linear.append(marks)
    if len(numbers.bins.source):
        hidden.append(_binned(graph, numbers, values))
    return [graph.cast(x, np.float32) for x in hidden], [graph.cast(x, np.float32) for x in linear]


def _squashed(scaled: Tensor) -> Tensor:
    graph = scaled.graph
    scaled = graph.clip(scaled, -FAR, FAR)
    third = scaled / 3.0
    return scaled / graph.op("Sqrt", 1.0 + third * third)


def _binned(graph: Graph, numbers: Numbers, values: Tensor) -> Tensor:
    bins = numbers.bins
    filled = (graph.take(values, bins.source, -1) - bins.start) * bins.slope
    return graph.clip(filled, 0.0, 2.0) - bins.centre


def _levels(graph: Graph, levels: Levels, column: Tensor) -> tuple[Tensor, Tensor]:
    """Return the columns for one column of categories, for hidden layers and the linear path."""
    spellings = dict.fromkeys([*levels.levels, *(each for pair in TRUTH for each in pair)])
    known = dict(zip(spellings, levels.places(list(spellings)).tolist(), strict=True))
    known = {spelling: place for spelling, place in known.items() if place >= 0}
    places = graph.look_up(column, known)
    if levels.is_pair:
        sign = graph.cast(places * 2 - 1, np.float32)
        sign = graph.where(places < 0, graph.constant(0.0, np.float32), sign)
        return sign, sign
    hot = graph.cast(places.equals(np.arange(levels.width)), np.float32)
    return hot * ONE_HOT, hot
