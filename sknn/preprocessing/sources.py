"""Numeric columns: where in a table they come from, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sknn._validation.places import column_at
from sknn.preprocessing.column_warnings import unread, warn_of_unread
from sknn.preprocessing.columns import Table
from sknn.preprocessing.dates import part, varying_parts
from sknn.preprocessing.kinds import CATEGORY, DATE, NUMBER, READERS, Form, naming
from sknn.preprocessing.orders import order_of, ranks

_HUGE = 8e307


@dataclass
class Source:
    """One numeric column: its source, and how it is read.

    Attributes
    ----------
    place : int
        The column of X.
    kind : str
    way : str
        How text is read; blank if there was none in fit.
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
        """Return the column as float64, NaN for missing entries."""
        whole = self.whole(table)
        return whole if self.part is None else part(whole, self.part)

    def whole(self, table: Table) -> NDArray:
        """Return the column as numbers, or as dates with all parts."""
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
class RankSource(Source):
    """The ranks of the levels of an ordered category, in addition to the levels.

    Attributes
    ----------
    order : list of str
        The levels, lowest first.
    """

    part: str | None = "rank"
    order: list[str] = field(default_factory=list)

    def read(self, table: Table) -> NDArray:
        """Return the place of each entry, NaN if it is missing or not among the levels."""
        return ranks(table.column(self.place), self.order)


def sources_of(table: Table, place: int, form: Form, rows: NDArray | None = None) -> list[Source]:
    """Return the numeric columns that a column of X becomes.

    Parameters
    ----------
    table : Table
    place : int
        Of the column.
    form : Form
    rows : ndarray or None
        How many rows each entry of the column is; None: one each.
    """
    if form.kind == CATEGORY:
        order = order_of(table.column(place))
        return [RankSource(place, CATEGORY, order=order)] if order else []
    source = Source(place, form.kind, form.way)
    if form.way:
        n_lost, n_given = unread(table.column(place), source.whole(table), rows)
        source = replace(source, unread=n_lost / max(n_given, 1))
    if form.kind != DATE:
        return [source]
    return [replace(source, part=name) for name in varying_parts(source.whole(table))]


def matrix_of(table: Table, sources: list[Source]) -> NDArray:
    """Return numeric columns side by side in float64."""
    if table.matrix is not None and all(source.kind == NUMBER for source in sources):
        places = [source.place for source in sources]
        whole = len(places) == table.n_columns
        matrix = (table.matrix if whole else table.matrix[:, places]).astype(np.float64, copy=False)
    else:
        matrix = np.empty((table.n_rows, len(sources)), order="F")
        for place, source in enumerate(sources):
            matrix[:, place] = source.read(table)
    check_size(matrix, [table.labels[source.place] for source in sources])
    return matrix


def check_size(matrix: NDArray, labels: list) -> None:
    """Raise a ValueError for numbers that are infinite, or nearly so."""
    # NaN is neither the least nor the greatest number.
    lowest, highest = (pick.reduce(matrix, axis=0) for pick in (np.fmin, np.fmax))
    large = np.maximum(-lowest, highest) > _HUGE
    if large.any():
        label = labels[int(large.argmax())]
        raise ValueError(
            f"Input X contains infinity or a value too large: in {column_at(label)}. "
            "Replace such entries, for example with NaN, which counts as missing."
        )
