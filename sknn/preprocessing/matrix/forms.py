"""Forms in which rows are passed and returned: arrays, frames of numbers, other frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.columns import Coded, Table, read_table
from sknn.preprocessing.conditions import asked, check_type, never_seen
from sknn.preprocessing.kinds import as_numbers, naming
from sknn.preprocessing.matrix.asked import AskedRows
from sknn.preprocessing.matrix.coder import MatrixCoder
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.tokens.frames import FrameMaker
from sknn.preprocessing.tokens.makers import maker_of


class ArrayForm:
    """An array, which is read and returned as it is."""

    coder: MatrixCoder | None = None
    """Converts between the table and the matrix for the network; None if it reads X itself."""

    def restored(self, rows: NDArray, X: Any) -> Any:
        """Return reconstructed rows in the form of X in fit, with the row names of this X."""
        return rows

    def made(self, rows: NDArray, wanted: AskedRows | None = None) -> Any:
        """Return new rows in the form of X, with the requested entries."""
        return rows

    def wanted(self, conditions: Any, n: int) -> AskedRows:
        """Return the requested entries of a number of new rows."""
        raise ValueError(
            "conditions name columns of a frame, but X was an array in fit; fit on a frame, or ask "
            "for classes with y."
        )


@dataclass
class NumericForm(ArrayForm):
    """A frame of numbers without gaps: read as an array, as scikit-learn does.

    Reconstructions are also arrays. New rows are frames; whole numbers in them stay in the range of
    X.

    Attributes
    ----------
    maker : FrameMaker
    whole : ndarray of int
        The columns of whole numbers and booleans.
    low, high : ndarray
        Their smallest and largest numbers.
    """

    maker: FrameMaker
    whole: NDArray
    low: NDArray
    high: NDArray

    @classmethod
    def of(cls, table: Table) -> NumericForm:
        """Note the form of a frame of numbers."""
        kinds = [table.column(place).dtype.kind for place in range(table.n_columns)]
        whole = np.flatnonzero([kind != "f" for kind in kinds])
        columns = [table.column(int(place)) for place in whole]
        low = np.array([float(column.min()) for column in columns])
        high = np.array([float(column.max()) for column in columns])
        return cls(maker_of(table), whole, low, high)

    def made(self, rows: NDArray, wanted: AskedRows | None = None) -> Any:
        """Return a frame with the names and dtypes of the first."""
        rows = rows.astype(np.float64)
        rows[:, self.whole] = np.rint(np.clip(rows[:, self.whole], self.low, self.high))
        return self.maker.make(_with_given(list(rows.T), wanted))

    def wanted(self, conditions: Any, n: int) -> AskedRows:
        """Return the requested entries of a number of new rows."""
        wanted = AskedRows(n)
        for place, label, column in asked(self.maker.names, conditions, n):
            with naming(label, "conditions"):
                numbers = as_numbers(column)
            if not np.isfinite(numbers).all():
                raise never_seen(label, "a missing or infinite number")
            check_type(label, numbers, self.maker.number_type(place))
            wanted.add(place, numbers, numbers=(place, numbers))
        return wanted


@dataclass
class TableForm(ArrayForm):
    """Any other frame: all returned rows are frames.

    Attributes
    ----------
    coder : MatrixCoder
    """

    coder: MatrixCoder

    def restored(self, rows: NDArray, X: Any) -> Any:
        """Return a frame with the names and dtypes of the first, and the row names of X."""
        return self.coder.maker.aligned(self.coder.table(self.coder.decode(rows)), X)

    def made(self, rows: NDArray, wanted: AskedRows | None = None) -> Any:
        """Return a frame with the names and dtypes of the first."""
        return self.coder.table(_with_given(self.coder.decode(rows), wanted))

    def wanted(self, conditions: Any, n: int) -> AskedRows:
        """Return the requested entries of a number of new rows."""
        wanted, places = AskedRows(n), list(self.coder.places())
        for place, label, column in asked(self.coder.labels, conditions, n):
            block, group, number = places[place]
            with naming(label, "conditions"):
                choices, scores = block.encode(column)
                values = block.read(column)
            if block.reading is not None:
                block.reading.check_asked(label, column)
            check_type(label, values, self.coder.maker.number_type(place))
            unknown = choices < 0
            if unknown.any() and (block.n_choices or np.isnan(_plain(values)).any()):
                raise never_seen(label, values[unknown][0], block.seen.tolist())
            wanted.add(
                place,
                values,
                choices=(group, choices) if block.n_choices else None,
                numbers=None if scores is None else (number.start, self.coder.stress * scores),
            )
        return wanted


def _plain(values: NDArray) -> NDArray:
    """Return entries as numbers, NaN where they are missing."""
    if values.dtype.kind in "mM":
        return np.where(np.isnat(values), np.nan, values.astype(np.int64))
    return values


def _with_given(columns: list[NDArray], wanted: AskedRows | None) -> list[NDArray]:
    """Return columns, with requested ones as they were passed."""
    for place, values in ({} if wanted is None else wanted.given).items():
        columns[place] = values
    return columns


def form_of_rows(X: Any, weight: NDArray | None, rows: NDArray | None, stress: float) -> ArrayForm:
    """Return the form of X.

    Parameters
    ----------
    X : array-like or frame
    weight : ndarray of shape (n,) or None
        Weights of all rows.
    rows : ndarray of int or None
        Rows with a positive weight.
    stress : float
        Standard deviation of numbers, compared to the ones and zeros of levels.
    """
    if not _is_frame(X):
        return ArrayForm()
    table = read_table(X)
    if all(_is_numeric(table.column(place)) for place in range(table.n_columns)):
        return NumericForm.of(table)
    some = table if rows is None else table.take(rows)
    counting = weight if rows is None or weight is None else weight[rows]
    return TableForm(MatrixCoder.fit(some, Sample.of(counting, some.n_rows), stress))


def _is_frame(X: Any) -> bool:
    named = hasattr(X, "columns") or hasattr(X, "column_names")
    return named and len(getattr(X, "shape", ())) == 2 and all(X.shape)


def _is_numeric(column: Any) -> bool:
    if isinstance(column, Coded) or column.dtype.kind not in "biuf":
        return False
    return column.dtype.kind != "f" or not bool(np.isnan(column).any())
