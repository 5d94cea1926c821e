"""Summaries of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.bins import Splitter
from sknn.preprocessing.categories import Texts
from sknn.preprocessing.columns import Table
from sknn.preprocessing.kinds import CATEGORY, Form, form_of, forms_of, naming
from sknn.preprocessing.numbers import Column
from sknn.preprocessing.quantiles import Distinct
from sknn.preprocessing.sample import Sample, unit_of
from sknn.preprocessing.sources import Source, check_size, matrix_of, sources_of
from sknn.preprocessing.summaries.entries import Entries
from sknn.preprocessing.summaries.figures import WHOLE, ColumnFigures, is_numeric
from sknn.preprocessing.summaries.sampled import SampledRows

_MOST_WEIGHTS = 4096


@dataclass
class TableSummary:
    """Facts about the rows of a table that are needed to fit an encoder.

    Its size depends on the number of columns and, up to a bound, on the number of their different
    entries, but not on the number of rows. Two summaries can be merged into one; merging in the
    same order gives the same result, bit for bit.

    Attributes
    ----------
    labels : list
    names : list of str or None
    head : object
        The first row of X as it was passed, for the names of its columns.
    columns : list of ColumnFigures or Entries
    weights : Distinct or None
        The different weights of rows; None if there are more than 4096, so that rows do not count
        as multiples of one another.
    rows : SampledRows or None
        For trees that cut columns into bins.
    """

    labels: list
    names: list[str] | None
    head: Any
    columns: list[ColumnFigures | Entries]
    weights: Distinct | None
    rows: SampledRows | None

    @classmethod
    def of(
        cls,
        table: Table,
        weight: NDArray | None,
        categorical: NDArray | None,
        y: NDArray | None,
        block: int,
    ) -> TableSummary:
        """Summarize the rows of a block, all of which have a positive weight.

        Parameters
        ----------
        table : Table
        weight : ndarray or None
        categorical : ndarray of bool or None
            Columns that are categories, no matter what they hold.
        y : ndarray or None
            Target of the trees.
        block : int
            Its position among the blocks.
        """
        weights = np.ones(table.n_rows) if weight is None else weight
        forced = np.zeros(table.n_columns, bool) if categorical is None else categorical
        columns = [
            _summarized(table, place, weights, bool(forced[place]))
            for place in range(table.n_columns)
        ]
        rows = None if y is None else SampledRows.of(table, y, weights, block)
        X = table.frame
        head = X.iloc[:1] if hasattr(X, "iloc") else X[:1]
        different = _few(Distinct.of(weights, np.ones(table.n_rows)))
        return cls(table.labels, table.names, head, columns, different, rows)

    def merged(self, other: TableSummary) -> TableSummary:
        """Return the summary of both.

        Raises
        ------
        ValueError
            If they have different columns, or columns of different kinds.
        """
        if self.labels != other.labels:
            raise ValueError(
                f"All blocks of X must have the same columns in the same order; got {self.labels} "
                f"and {other.labels}."
            )
        parts = zip(self.columns, other.columns, self.labels, strict=True)
        columns = [_merged(*each) for each in parts]
        rows = None
        if self.rows is not None and other.rows is not None:
            rows = self.rows.merged(other.rows)
        weights = None
        if self.weights is not None and other.weights is not None:
            weights = _few(self.weights.merged(other.weights))
        return TableSummary(self.labels, self.names, self.head, columns, weights, rows)

    # -- facts ----------------------------------------------------------------------------

    def forms(self, categorical: NDArray | None) -> list[Form]:
        """Return the form of each column of X."""
        forms = zip(forms_of(self._different, categorical), self.columns, strict=True)
        return [Form(own.kind) if isinstance(own, ColumnFigures) else form for form, own in forms]

    def sources(self, place: int, form: Form) -> list[Source]:
        """Return the numeric columns that a column of X becomes."""
        own = self.columns[place]
        if isinstance(own, ColumnFigures):
            return own.sources(place, form)
        return sources_of(self._different, place, form, own.rows)

    def figures(self, sources: list[Source]) -> list[Column]:
        """Return the figures of numeric columns."""
        return [self._figures(source) for source in sources]

    def levels(self, place: int) -> tuple[Texts, Sample]:
        """Return the entries of a column of categories, and the weight of each."""
        own: Any = self.columns[place]
        unit = None if self.weights is None else unit_of(self.weights.values)
        counts = own.rows if unit is None else np.round(own.weight / unit)
        return Texts.of(own.column), Sample(own.weight, counts, own.every_row())

    def cutter(self, sources: list[Source]) -> Splitter:
        """Return an object that cuts numeric columns into bins as trees would."""
        rows: Any = self.rows
        matrix = matrix_of(rows.table(self.labels), sources)
        sample = Sample.of(rows.weight, len(rows.weight))
        return Splitter(matrix, rows.y, sample.weight, sample.counts)

    @property
    def _different(self) -> Table:
        """The different entries of columns that have them; their numbers differ."""

        def read(place: int) -> Any:
            own = self.columns[place]
            return own.column if isinstance(own, Entries) else np.empty(0)

        return Table(0, self.labels, read, self.head)

    def _figures(self, source: Source) -> Column:
        own = self.columns[source.place]
        if isinstance(own, ColumnFigures):
            return own.parts[source.part or WHOLE]
        values = source.read(self._different)
        check_size(values[:, None], [self.labels[source.place]])
        return Column.of(values, own.even_weight())


def _few(weights: Distinct) -> Distinct | None:
    return weights if len(weights.values) <= _MOST_WEIGHTS else None


def _summarized(table: Table, place: int, weight: NDArray, forced: bool) -> ColumnFigures | Entries:
    column, label = table.column(place), table.labels[place]
    with naming(label):
        if is_numeric(column) and not forced:
            return ColumnFigures.of(column, weight, label)
        return Entries.of(column, weight)


def _merged(one: Any, other: Any, label: Any) -> ColumnFigures | Entries:
    """Return the merged summary of a column in two blocks."""
    if one.is_blank or other.is_blank:
        return _with_blank(one, other) if other.is_blank else _with_blank(other, one)
    if isinstance(one, Entries) and isinstance(other, Entries):
        return one.merged(other)
    found, more = _as_figures(one, label), _as_figures(other, label)
    if found is None or more is None or found.kind != more.kind:
        held, also = (each.kind + "s" if each else "text or categories" for each in (found, more))
        raise ValueError(
            f"Column {label!r} of X holds {held} in some blocks and {also} in others. Give it one "
            f"dtype, for example with X.astype({{{label!r}: ...}}), or name it in "
            "categorical_features."
        )
    return found.merged(more)


def _with_blank(known: Any, blank: Any) -> ColumnFigures | Entries:
    if type(known) is type(blank) and (isinstance(known, Entries) or known.kind == blank.kind):
        return known.merged(blank)
    missing = blank.missing if isinstance(blank, ColumnFigures) else (blank.n_rows, blank.total)
    return known.with_missing(*missing)


def _as_figures(one: Any, label: Any) -> ColumnFigures | None:
    """Return figures, also of objects if all are numbers, dates, or time spans; else None."""
    if isinstance(one, ColumnFigures):
        return one
    with naming(label):
        form = form_of(one.column)
        if form.kind == CATEGORY or form.way:
            return None
        return ColumnFigures.of(one.column, one.even_weight(), label, form.kind)
