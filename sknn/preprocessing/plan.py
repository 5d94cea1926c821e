"""What a fitted encoder knows: where each output column comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.bins import Splitter, bins_per_column, quantile_edges
from sknn.preprocessing.categories import Categories, Levels, Texts
from sknn.preprocessing.column_warnings import ColumnWarnings, unread, warn_of_unread
from sknn.preprocessing.columns import Table
from sknn.preprocessing.dates import part, varying_parts
from sknn.preprocessing.kinds import (
    CATEGORY,
    DATE,
    NUMBER,
    READERS,
    Form,
    forms_of,
    naming,
)
from sknn.preprocessing.numbers import Edges, Numbers
from sknn.preprocessing.quantiles import Distinct
from sknn.preprocessing.rounding import Ranges, precision_of

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


@dataclass
class Source:
    """One numeric column: where it is read from, and how.

    Attributes
    ----------
    place : int
        The column of X.
    kind : str
    way : str
        How text is read, blank where there was none in fit.
    unread : float
        The share of entries that could not be read so in fit.
    part : str or None
        Of the date, if it is one.
    """

    place: int
    kind: str
    way: str = ""
    unread: float = 0.0
    part: str | None = None

    def read(self, table: Table) -> NDArray:
        """Return the column as float64, NaN where it is missing."""
        whole = self.whole(table)
        return whole if self.part is None else part(whole, self.part)

    def whole(self, table: Table) -> NDArray:
        """Return the column as numbers, or as dates all parts of which are to be had."""
        return table.once((self.place, self.way), lambda: self._read(table))

    def _read(self, table: Table) -> NDArray:
        with naming(table.labels[self.place]):
            return READERS[self.kind](table.column(self.place), self.way)

    def check(self, table: Table) -> None:
        """Warn where text has another form than in fit."""
        if self.way and self.part in (None, "days"):
            n_lost, n_given = unread(table.column(self.place), self.whole(table))
            warn_of_unread(table.labels[self.place], self.kind, n_lost, n_given, self.unread)

    def name(self, names: list[str]) -> str:
        """Return the name of the column."""
        name = names[self.place]
        return name if self.part is None else f"{name}_{self.part}"


@dataclass
class TablePlan:
    """The way from a table to the matrix.

    Attributes
    ----------
    kinds : list of str
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

    kinds: list[str]
    sources: list[Source]
    numbers: Numbers
    places: list[int]
    categories: Categories
    linear: bool
    columns: list[str] | None

    @classmethod
    def fit(
        cls, table: Table, sample: Sample, settings: Settings, remarks: ColumnWarnings
    ) -> TablePlan:
        """Learn from training rows, and note what the user should know of the columns."""
        forms = forms_of(table, settings.categorical)
        remarks.look_at_forms(table.labels, forms)
        sources = [
            source for place, form in enumerate(forms) for source in _sources(table, place, form)
        ]
        may_mark = np.array([each.part in (None, "days") for each in sources], bool)
        matrix = _matrix(table, sources)
        ranges = Ranges.of(matrix, _precision(table, sources))
        constant = ranges.alike(matrix)
        remarks.look_at_ranges([table.labels[each.place] for each in sources], ranges, constant)
        edges = _edges(settings, sample)
        numbers = Numbers.fit(matrix, sample.weight, may_mark, edges, constant)
        kinds = [form.kind for form in forms]
        found = _levels(table, kinds, sample, settings.max_categories, remarks)
        places, levels = list(found), list(found.values())
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
        out = np.zeros((table.n_rows, self.n_hidden + self.n_linear), np.float32)
        hidden = out[:, : self.n_hidden]
        linear = out[:, self.n_hidden :] if self.linear else None
        for source in self.sources:
            source.check(table)
        if self.sources:
            matrix = _matrix(table, self.sources)
            n, m = self.numbers.n_hidden, self.numbers.n_linear
            self.numbers.fill(hidden[:, :n], None if linear is None else linear[:, :m], matrix)
            hidden, linear = hidden[:, n:], None if linear is None else linear[:, m:]
        self.categories.fill(hidden, linear, [table.column(place) for place in self.places])
        return out

    def check_names(self, table: Table) -> None:
        """Raise for other columns in frames whose names scikit-learn does not look at."""
        if self.columns and table.names and self.columns != table.names:
            raise ValueError(
                "The feature names should match those that were passed during fit. X has the "
                f"columns {table.names}; it had {self.columns}."
            )

    def origins(self) -> list[int]:
        """Return for every output column the column of X it comes from, -1 for a constant."""
        marked = self.names([f"{place}:" for place in range(len(self.kinds))])
        begun = (name.removeprefix("linear_").partition(":") for name in marked)
        return [int(place) if colon else -1 for place, colon, _ in begun]

    def names(self, names: list[str]) -> list[str]:
        """Return the names of the output columns, which all differ."""
        hidden, linear = self.numbers.names([source.name(names) for source in self.sources])
        levels = self.categories.names([names[place] for place in self.places])
        named = hidden + levels or [CONSTANT]
        if self.linear:
            named += [f"linear_{name}" for name in linear + levels or [CONSTANT]]
        return _different(named)


def _sources(table: Table, place: int, form: Form) -> list[Source]:
    """Return the numeric columns that a column of X becomes."""
    if form.kind == CATEGORY:
        return []
    source = Source(place, form.kind, form.way)
    if form.way:
        n_lost, n_given = unread(table.column(place), source.whole(table))
        source = replace(source, unread=n_lost / max(n_given, 1))
    if form.kind != DATE:
        return [source]
    return [replace(source, part=name) for name in varying_parts(source.whole(table))]


def _matrix(table: Table, sources: list[Source]) -> NDArray:
    """Return numeric columns side by side in float64."""
    if table.matrix is not None and all(source.kind == NUMBER for source in sources):
        places = [source.place for source in sources]
        whole = len(places) == table.n_columns
        matrix = (table.matrix if whole else table.matrix[:, places]).astype(np.float64, copy=False)
    else:
        matrix = np.empty((table.n_rows, len(sources)), order="F")
        for place, source in enumerate(sources):
            matrix[:, place] = source.read(table)
    _check_size(matrix, table, sources)
    return matrix


def _precision(table: Table, sources: list[Source]) -> NDArray:
    """Return how finely the numbers of each column were told apart when they were computed."""
    if table.matrix is not None:
        return np.full(len(sources), precision_of(table.matrix.dtype))
    dtypes = (getattr(table.column(source.place), "dtype", None) for source in sources)
    return np.array([precision_of(dtype) for dtype in dtypes])


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
    table: Table, kinds: list[str], sample: Sample, most: int, remarks: ColumnWarnings
) -> dict[int, Levels]:
    """Return the levels of those columns of categories that have some to tell apart."""
    used = {}
    for place, kind in enumerate(kinds):
        if kind == CATEGORY:
            found = Texts.of(table.column(place))
            levels = Levels.fit(found, sample.weight, sample.counts, most)
            remarks.look_at_levels(table.labels[place], found, levels)
            if levels.width:
                used[place] = levels
    return used


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
