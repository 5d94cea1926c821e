"""The forms in which rows come and are given back: arrays, frames of numbers, other frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.columns import Coded, Table, read_table
from sknn.preprocessing.matrix.coder import MatrixCoder
from sknn.preprocessing.plan import Sample
from sknn.preprocessing.tokens.frames import FrameMaker


class ArrayForm:
    """An array, which is read and given back as it is."""

    coder: MatrixCoder | None = None
    """What is between the table and the matrix that a network reads; None if it reads X itself."""

    def restored(self, rows: NDArray) -> Any:
        """Return reconstructed rows as a user expects them."""
        return rows

    def made(self, rows: NDArray) -> Any:
        """Return new rows as a user expects them."""
        return rows


@dataclass
class NumericForm(ArrayForm):
    """A frame of numbers without gaps: read as an array, as scikit-learn does.

    Reconstructions are arrays as well. New rows are frames, with numbers between those seen where
    they are whole.

    Attributes
    ----------
    maker : FrameMaker
    whole : ndarray of int
        The columns of whole numbers and truth values.
    low, high : ndarray
        Their smallest and largest numbers.
    """

    maker: FrameMaker
    whole: NDArray
    low: NDArray
    high: NDArray

    @classmethod
    def of(cls, table: Table) -> NumericForm:
        """Look at a frame of numbers."""
        kinds = [table.column(place).dtype.kind for place in range(table.n_columns)]
        whole = np.flatnonzero([kind != "f" for kind in kinds])
        columns = [table.column(int(place)) for place in whole]
        low = np.array([float(column.min()) for column in columns])
        high = np.array([float(column.max()) for column in columns])
        return cls(FrameMaker.of(table.frame), whole, low, high)

    def made(self, rows: NDArray) -> Any:
        """Return a frame with the names and dtypes of the first."""
        rows = rows.astype(np.float64)
        rows[:, self.whole] = np.rint(np.clip(rows[:, self.whole], self.low, self.high))
        return self.maker.make(list(rows.T))


@dataclass
class TableForm(ArrayForm):
    """Any other frame: all that comes back is a frame.

    Attributes
    ----------
    coder : MatrixCoder
    """

    coder: MatrixCoder

    def restored(self, rows: NDArray) -> Any:
        """Return a frame with the names and dtypes of the first."""
        return self.coder.decode(rows)

    made = restored


def form_of_rows(X: Any, weight: NDArray | None, rows: NDArray | None) -> ArrayForm:
    """Return the form that X has.

    Parameters
    ----------
    X : array-like or frame
    weight : ndarray of shape (n,) or None
        Of all rows.
    rows : ndarray of int or None
        Those that count.
    """
    if not _is_frame(X):
        return ArrayForm()
    table = read_table(X)
    if all(_is_numeric(table.column(place)) for place in range(table.n_columns)):
        return NumericForm.of(table)
    some = table if rows is None else table.take(rows)
    counting = weight if rows is None or weight is None else weight[rows]
    return TableForm(MatrixCoder.fit(some, Sample.of(counting, some.n_rows)))


def _is_frame(X: Any) -> bool:
    named = hasattr(X, "columns") or hasattr(X, "column_names")
    return named and len(getattr(X, "shape", ())) == 2 and all(X.shape)


def _is_numeric(column: Any) -> bool:
    if isinstance(column, Coded) or column.dtype.kind not in "biuf":
        return False
    return column.dtype.kind != "f" or not bool(np.isnan(column).any())
