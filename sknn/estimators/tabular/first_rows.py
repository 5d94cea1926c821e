"""The first rows of a stream, kept until there are enough to determine scales, bins, and levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sknn.preprocessing.columns import Table, joined

FEW = 30
"""A stream that begins with fewer rows than this gathers rows first."""
ENOUGH = 100
"""This many rows are gathered."""


@dataclass
class FirstRows:
    """Copies of the rows so far.

    Attributes
    ----------
    columns : list of ndarray or Coded
    labels : list
        Names of the columns in messages.
    matrix : ndarray or None
        All columns if they were passed as one array of numbers.
    y : ndarray or sparse matrix
    weight : ndarray or None
    classes : array-like or None
        The labels that the user announced.
    """

    columns: list[Any]
    labels: list
    matrix: NDArray | None
    y: Any
    weight: NDArray | None
    classes: Any

    @classmethod
    def of(cls, table: Table, y: Any, weight: NDArray | None, classes: Any) -> FirstRows:
        """Copy rows."""
        every = np.arange(table.n_rows)
        n_apart = table.n_columns if table.matrix is None else 0
        return cls(
            [table.column(place).take(every) for place in range(n_apart)],
            table.labels,
            None if table.matrix is None else table.matrix.copy(),
            y.copy(),
            None if weight is None else weight.copy(),
            classes,
        )

    @property
    def n_rows(self) -> int:
        """Number of rows that count."""
        return self.y.shape[0] if self.weight is None else int(np.count_nonzero(self.weight))

    def table(self, frame: Any) -> Table:
        """Return the rows as a table whose columns have the names of those of a frame."""
        matrix, columns = self.matrix, self.columns
        if matrix is not None:
            return Table(len(matrix), self.labels, lambda place: matrix[:, place], frame, matrix)
        return Table(self.y.shape[0], self.labels, columns.__getitem__, frame)

    def then(self, later: FirstRows) -> FirstRows:
        """Return these rows and later ones."""
        both = (self, later)
        matrix = None
        if self.matrix is not None and later.matrix is not None:
            matrix = np.concatenate([self.matrix, later.matrix])
        weight = None
        if self.weight is not None or later.weight is not None:
            weight = np.concatenate([each._weight() for each in both])
        pairs = zip(*(each._columns() for each in both), strict=True)
        return FirstRows(
            [] if matrix is not None else [joined(*pair) for pair in pairs],
            later.labels,
            matrix,
            _stacked([each.y for each in both]),
            weight,
            self.classes if later.classes is None else later.classes,
        )

    def _columns(self) -> list[Any]:
        return self.columns if self.matrix is None else list(self.matrix.T)

    def _weight(self) -> NDArray:
        return np.ones(self.y.shape[0]) if self.weight is None else self.weight


def _stacked(parts: list[Any]) -> Any:
    if any(map(sp.issparse, parts)):
        return sp.vstack(list(map(sp.csr_array, parts)), format="csr")
    return np.concatenate(parts)
