"""Fitted state of an encoder: where each output column comes from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.bins import bins_per_column, quantile_edges
from sknn.preprocessing.categories import Categories, Levels, Texts
from sknn.preprocessing.column_warnings import ColumnWarnings
from sknn.preprocessing.columns import Table, check_names
from sknn.preprocessing.kinds import CATEGORY, Form
from sknn.preprocessing.numbers import Column, Edges, Numbers
from sknn.preprocessing.quantiles import Distinct
from sknn.preprocessing.rounding import Ranges
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.sources import Source, matrix_of

CONSTANT = "constant"


class Settings(NamedTuple):
    """The parameters of the encoder in the form that its parts use.

    Attributes
    ----------
    categorical : ndarray of bool or None
        None leaves it to the columns.
    n_bins : int
    by_trees : bool
        Trees cut bins, too, not quantiles alone.
    max_categories : int
    linear : bool
    """

    categorical: NDArray | None
    n_bins: int
    by_trees: bool
    max_categories: int
    linear: bool


class Cutter(Protocol):
    """Cuts columns into bins."""

    def edges(self, place: int, known: Distinct, n_bins: int) -> NDArray:
        """Return the edges of a column, by its place and its distinct values."""


class Facts(Protocol):
    """Facts about the training rows of a table, wherever they are; all of them count.

    Attributes
    ----------
    labels : list
        Names of the columns of X in messages.
    names : list of str or None
        Their names, None if not all have one.
    """

    labels: list
    names: list[str] | None

    def forms(self, categorical: NDArray | None) -> list[Form]:
        """Return the form of each column of X; `categorical` as in Settings."""

    def sources(self, place: int, form: Form) -> list[Source]:
        """Return the numeric columns that a column of X becomes."""

    def figures(self, sources: list[Source]) -> list[Column]:
        """Return the figures of numeric columns."""

    def levels(self, place: int) -> tuple[Texts, Sample]:
        """Return the entries of a column of categories, and how much each counts."""

    def cutter(self, sources: list[Source]) -> Cutter:
        """Return an object that cuts numeric columns into bins as trees do."""


@dataclass
class TablePlan:
    """The mapping from a table to the matrix.

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
    def fit(cls, facts: Facts, settings: Settings, remarks: ColumnWarnings) -> TablePlan:
        """Learn from training rows, and note what the user should know about the columns."""
        forms = facts.forms(settings.categorical)
        remarks.look_at_forms(facts.labels, forms)
        sources = [each for place, form in enumerate(forms) for each in facts.sources(place, form)]
        may_mark = np.array([each.part in (None, "days") for each in sources], bool)
        columns = facts.figures(sources)
        values = [each.known.values for each in columns]
        ranges = Ranges.of(values, np.array([each.precision for each in columns]))
        constant = ranges.alike(values)
        remarks.look_at_ranges([facts.labels[each.place] for each in sources], ranges, constant)
        numbers = Numbers.fit(columns, may_mark, _edges(facts, sources, settings), constant)
        kinds = [form.kind for form in forms]
        found = _levels(facts, kinds, settings, remarks)
        places, levels = list(found), list(found.values())
        used = numbers.narrow()
        sources = [sources[place] for place in used]
        categories = Categories(levels)
        return cls(kinds, sources, numbers, places, categories, settings.linear, facts.names)

    @property
    def n_hidden(self) -> int:
        """Columns for the hidden layers, at least one."""
        return max(self.numbers.n_hidden + self.categories.width, 1)

    @property
    def n_linear(self) -> int:
        """Columns for a linear path, at least one if this part exists."""
        return max(self.numbers.n_linear + self.categories.width, 1) if self.linear else 0

    def apply(self, table: Table) -> NDArray:
        """Return the float32 matrix: the part for the hidden layers, then the linear one."""
        out = np.zeros((table.n_rows, self.n_hidden + self.n_linear), np.float32)
        hidden = out[:, : self.n_hidden]
        linear = out[:, self.n_hidden :] if self.linear else None
        for source in self.sources:
            source.check(table)
        if self.sources:
            matrix = matrix_of(table, self.sources)
            n, m = self.numbers.n_hidden, self.numbers.n_linear
            self.numbers.fill(hidden[:, :n], None if linear is None else linear[:, :m], matrix)
            hidden, linear = hidden[:, n:], None if linear is None else linear[:, m:]
        self.categories.fill(hidden, linear, [table.column(place) for place in self.places])
        return out

    def check_names(self, table: Table) -> None:
        """Raise for other columns in frames whose names scikit-learn does not check."""
        check_names(self.columns, table)

    def origins(self) -> list[int]:
        """Return for every output column the column of X it comes from, -1 for a constant."""
        marked = self.names([f"{place}:" for place in range(len(self.kinds))])
        begun = (name.removeprefix("linear_").partition(":") for name in marked)
        return [int(place) if colon else -1 for place, colon, _ in begun]

    def names(self, names: list[str]) -> list[str]:
        """Return the names of the output columns, which are all different."""
        hidden, linear = self.numbers.names([source.name(names) for source in self.sources])
        levels = self.categories.names([names[place] for place in self.places])
        named = hidden + levels or [CONSTANT]
        if self.linear:
            named += [f"linear_{name}" for name in linear + levels or [CONSTANT]]
        return _different(named)


def _edges(facts: Facts, sources: list[Source], settings: Settings) -> Edges:
    """Return the function that cuts a column into bins."""
    if not settings.n_bins:
        return lambda place, known, n_columns: known.values[:0]
    cutter: Cutter = facts.cutter(sources) if settings.by_trees else _AtQuantiles()

    def edges(place: int, known: Distinct, n_columns: int) -> NDArray:
        if len(known.values) <= 2:
            return known.values[:0]
        return cutter.edges(place, known, bins_per_column(settings.n_bins, n_columns))

    return edges


class _AtQuantiles:
    """Cuts columns at quantiles."""

    def edges(self, place: int, known: Distinct, n_bins: int) -> NDArray:
        return quantile_edges(known, n_bins)


def _levels(
    facts: Facts, kinds: list[str], settings: Settings, remarks: ColumnWarnings
) -> dict[int, Levels]:
    """Return the levels of those columns of categories that have several."""
    used = {}
    for place, kind in enumerate(kinds):
        if kind == CATEGORY:
            found, sample = facts.levels(place)
            found.declared = found.declared or settings.categorical is not None
            levels = Levels.fit(found, sample.weight, sample.counts, settings.max_categories)
            remarks.look_at_levels(facts.labels[place], found, levels, sample.rows)
            if levels.width:
                used[place] = levels
    return used


def _different(names: list[str]) -> list[str]:
    """Return the names, with a number appended to repeated ones."""
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
