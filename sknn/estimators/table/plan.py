"""What a fitted encoder knows: where each output column comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sknn.estimators.table.bins import Splitter, bins_per_column, quantile_edges
from sknn.estimators.table.categories import Categories, Levels
from sknn.estimators.table.columns import Table
from sknn.estimators.table.dates import part, varying_parts
from sknn.estimators.table.distinct import Distinct
from sknn.estimators.table.kinds import (
    Kind,
    as_moments,
    as_numbers,
    as_seconds,
    kinds_of,
    naming,
)
from sknn.estimators.table.numbers import Edges, Numbers

_HUGE = 8e307
_MOST_UNITS = 1e9
CONSTANT = "constant"


@dataclass
class Sample:
    """How much each training row counts; all of them count.

    Attributes
    ----------
    weight : ndarray of shape (n,)
    counts : ndarray of shape (n,)
        How many rows each row stands for, where a rule asks for a number of rows: the weight as
        a multiple of the smallest one if all are whole multiples, else one.
    """

    weight: NDArray
    counts: NDArray

    @classmethod
    def of(cls, weight: NDArray | None, n_rows: int) -> Sample:
        """Return the sample of rows with such weights."""
        if weight is None:
            return cls(np.ones(n_rows), np.ones(n_rows))
        with np.errstate(over="ignore"):
            units = weight / weight.min()
        whole = np.round(units)
        exact = units.max() < _MOST_UNITS and np.allclose(units, whole, rtol=1e-9, atol=0)
        return cls(weight, whole if exact else np.ones(n_rows))


class Settings(NamedTuple):
    """The parameters of the encoder in the form that its parts use.

    Attributes
    ----------
    categorical : ndarray of bool or None
        None leaves it to the columns.
    n_bins : int
    y : ndarray or None
        The target that bins are cut for; None for quantiles.
    max_categories : int
    linear : bool
    """

    categorical: NDArray | None
    n_bins: int
    y: NDArray | None
    max_categories: int
    linear: bool


class Source(NamedTuple):
    """One numeric column: the column of X it is read from, and the part of the date, if it is."""

    place: int
    kind: Kind
    part: str | None = None

    def read(self, table: Table) -> NDArray:
        """Return the column as float64, NaN where it is missing."""
        with naming(table.labels[self.place]):
            column = table.column(self.place)
            if self.part is not None:
                return part(as_moments(column), self.part)
            return as_seconds(column) if self.kind is Kind.SPAN else as_numbers(column)

    def name(self, names: list[str]) -> str:
        """Return the name of the column."""
        name = names[self.place]
        return name if self.part is None else f"{name}_{self.part}"


@dataclass
class Plan:
    """The way from a table to the matrix.

    Attributes
    ----------
    kinds : list of Kind
        Of each column of X.
    sources : list of Source
        The columns that `numbers` knows.
    numbers : Numbers
    places : list of int
        The columns of X that `categories` knows.
    categories : Categories
    linear : bool
        Whether there is a second part for a linear path.
    columns : list of str or None
        The names of the columns of X.
    """

    kinds: list[Kind]
    sources: list[Source]
    numbers: Numbers
    places: list[int]
    categories: Categories
    linear: bool
    columns: list[str] | None

    @classmethod
    def fit(cls, table: Table, sample: Sample, settings: Settings) -> Plan:
        """Learn from training rows."""
        kinds = kinds_of(table, settings.categorical)
        sources = [
            source for place, kind in enumerate(kinds) for source in _sources(table, place, kind)
        ]
        may_mark = np.array([each.part in (None, "days") for each in sources], bool)
        numbers = Numbers.fit(
            _matrix(table, sources), sample.weight, may_mark, _edges(settings, sample)
        )
        places, levels = _levels(table, kinds, sample, settings.max_categories)
        used = numbers.narrow()
        sources = [sources[place] for place in used]
        categories = Categories(levels)
        return cls(kinds, sources, numbers, places, categories, settings.linear, table.names)

    @property
    def n_hidden(self) -> int:
        """Columns for the hidden layers, at least one."""
        return max(self.numbers.n_hidden + self.categories.width, 1)

    @property
    def n_linear(self) -> int:
        """Columns for a linear path, at least one if there is to be such a part."""
        return max(self.numbers.n_linear + self.categories.width, 1) if self.linear else 0

    def apply(self, table: Table) -> NDArray:
        """Return the float32 matrix: the part for the hidden layers, then the linear one."""
        self._check_names(table)
        out = np.zeros((table.n_rows, self.n_hidden + self.n_linear), np.float32)
        hidden = out[:, : self.n_hidden]
        linear = out[:, self.n_hidden :] if self.linear else None
        if self.sources:
            matrix = _matrix(table, self.sources)
            n, m = self.numbers.n_hidden, self.numbers.n_linear
            self.numbers.fill(hidden[:, :n], None if linear is None else linear[:, :m], matrix)
            hidden, linear = hidden[:, n:], None if linear is None else linear[:, m:]
        self.categories.fill(hidden, linear, [table.column(place) for place in self.places])
        return out

    def _check_names(self, table: Table) -> None:
        """Raise for other columns in frames whose names scikit-learn does not look at."""
        if self.columns and table.names and self.columns != table.names:
            raise ValueError(
                "The feature names should match those that were passed during fit. X has the "
                f"columns {table.names}; it had {self.columns}."
            )

    def names(self, names: list[str]) -> list[str]:
        """Return the names of the output columns, which all differ."""
        hidden, linear = self.numbers.names([source.name(names) for source in self.sources])
        levels = self.categories.names([names[place] for place in self.places])
        named = hidden + levels or [CONSTANT]
        if self.linear:
            named += [f"linear_{name}" for name in linear + levels or [CONSTANT]]
        return _different(named)


def _sources(table: Table, place: int, kind: Kind) -> list[Source]:
    """Return the numeric columns that a column of X becomes."""
    if kind is Kind.CATEGORY:
        return []
    if kind is not Kind.DATE:
        return [Source(place, kind)]
    with naming(table.labels[place]):
        parts = varying_parts(as_moments(table.column(place)))
    return [Source(place, kind, name) for name in parts]


def _matrix(table: Table, sources: list[Source]) -> NDArray:
    """Return numeric columns side by side in float64."""
    if table.matrix is not None and all(source.kind is Kind.NUMBER for source in sources):
        places = [source.place for source in sources]
        whole = len(places) == table.n_columns
        matrix = (table.matrix if whole else table.matrix[:, places]).astype(np.float64, copy=False)
    else:
        matrix = np.empty((table.n_rows, len(sources)), order="F")
        for place, source in enumerate(sources):
            matrix[:, place] = source.read(table)
    _check_size(matrix, table, sources)
    return matrix


def _check_size(matrix: NDArray, table: Table, sources: list[Source]) -> None:
    large = np.abs(matrix) > _HUGE
    if large.any():
        place = sources[int(large.any(axis=0).argmax())].place
        raise ValueError(
            f"Input X contains infinity or a value too large: in column {table.labels[place]!r}. "
            "Replace such entries, for example by NaN, which counts as missing."
        )


def _edges(settings: Settings, sample: Sample) -> Edges:
    """Return the function that cuts a column into bins."""
    if not settings.n_bins:
        return lambda column, known, n_columns: known.values[:0]
    cut: Callable[[NDArray, Distinct, int], NDArray] = (
        (lambda column, known, n_bins: quantile_edges(known, n_bins))
        if settings.y is None
        else Splitter(settings.y, sample.weight, sample.counts).edges
    )

    def edges(column: NDArray, known: Distinct, n_columns: int) -> NDArray:
        if len(known.values) <= 2:
            return known.values[:0]
        return cut(column, known, bins_per_column(settings.n_bins, n_columns))

    return edges


def _levels(
    table: Table, kinds: list[Kind], sample: Sample, most: int
) -> tuple[list[int], list[Levels]]:
    """Return the columns of categories that have levels to tell apart, and these."""
    found = {
        place: Levels.fit(table.column(place), sample.weight, sample.counts, most)
        for place, kind in enumerate(kinds)
        if kind is Kind.CATEGORY
    }
    used = {place: levels for place, levels in found.items() if levels.width}
    return list(used), list(used.values())


def _different(names: list[str]) -> list[str]:
    """Return the names, with a number after those that have come before."""
    taken = set(names)
    seen: Counter[str] = Counter()
    return [_fresh(name, seen, taken) for name in names]


def _fresh(name: str, seen: Counter[str], taken: set[str]) -> str:
    seen[name] += 1
    if seen[name] == 1:
        return name
    fresh = f"{name}_{seen[name]}"
    if fresh in taken:
        return _fresh(name, seen, taken)
    taken.add(fresh)
    return fresh
