"""Facts to fit an encoder, from rows that are all in memory."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from sknn.preprocessing.bins import Splitter
from sknn.preprocessing.categories import Texts
from sknn.preprocessing.columns import Table
from sknn.preprocessing.kinds import Form, forms_of
from sknn.preprocessing.numbers import Column
from sknn.preprocessing.rounding import precision_of
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.sources import Source, matrix_of, sources_of
from sknn.preprocessing.summaries.sampled import drawn


class InMemory:
    """Facts about the rows of a table.

    Parameters
    ----------
    table : Table
    sample : Sample
        How much each row counts.
    y : ndarray or None
        Target of the trees.
    """

    def __init__(self, table: Table, sample: Sample, y: NDArray | None = None) -> None:
        self.table = table
        self.sample = sample
        self.y = y
        self.labels = table.labels
        self.names = table.names
        self._read: NDArray | None = None

    def forms(self, categorical: NDArray | None) -> list[Form]:
        """Return the form of each column of X."""
        return forms_of(self.table, categorical)

    def sources(self, place: int, form: Form) -> list[Source]:
        """Return the numeric columns that a column of X becomes."""
        return sources_of(self.table, place, form)

    def figures(self, sources: list[Source]) -> list[Column]:
        """Return the figures of numeric columns."""
        columns = [Column.of(column, self.sample.weight) for column in self._matrix(sources).T]
        for column, source in zip(columns, sources, strict=True):
            dtype = getattr(self.table.column(source.place), "dtype", None)
            column.precision = precision_of(dtype)
        return columns

    def levels(self, place: int) -> tuple[Texts, Sample]:
        """Return the entries of a column of categories, and how much each counts."""
        return Texts.of(self.table.column(place)), self.sample

    def cutter(self, sources: list[Source]) -> Splitter:
        """Return an object that cuts numeric columns into bins as trees do, using a sample."""
        y: Any = self.y
        rows = drawn(self.table.n_rows, self.table.n_columns)
        some = slice(None) if rows is None else rows
        weight, counts = self.sample.weight[some], self.sample.counts[some]
        return Splitter(self._matrix(sources)[some], y[some], weight, counts)

    def _matrix(self, sources: list[Source]) -> NDArray:
        if self._read is None:
            self._read = matrix_of(self.table, sources)
        return self._read
