"""Some rows of a table, drawn evenly from all blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.columns import Table, joined

MOST = 50_000
"""Most rows that are kept; fewer if they have many columns."""
_FEWEST = 10_000
_CELLS = 2_000_000
_SEED = 20_261_128


@dataclass
class SampledRows:
    """Rows with which trees cut columns into bins.

    Every row gets a random number, seeded by the position of its block, and the rows with the
    smallest numbers are kept. So the rows kept from two parts are a sample of both [1]_.

    References
    ----------
    .. [1] Efraimidis and Spirakis (2006), "Weighted random sampling with a reservoir". Information
       Processing Letters 97.

    Attributes
    ----------
    columns : list of ndarray or Coded
        As they were passed.
    y, weight, number : ndarray of shape (n,)
    """

    columns: list[Any]
    y: NDArray
    weight: NDArray
    number: NDArray

    @classmethod
    def of(cls, table: Table, y: NDArray, weight: NDArray, block: int) -> SampledRows:
        """Draw from the rows of a block."""
        number = _numbers(table.n_rows, block)
        rows = np.argsort(number, kind="stable")[: most_rows(table.n_columns)]
        columns = [table.column(place).take(rows) for place in range(table.n_columns)]
        return cls(columns, y[rows], weight[rows], number[rows])

    def merged(self, other: SampledRows) -> SampledRows:
        """Return a sample of both."""
        number = np.concatenate([self.number, other.number])
        rows = np.argsort(number, kind="stable")[: most_rows(len(self.columns))]
        pairs = zip(self.columns, other.columns, strict=True)
        y = np.concatenate([self.y, other.y])[rows]
        weight = np.concatenate([self.weight, other.weight])[rows]
        return SampledRows([joined(*pair).take(rows) for pair in pairs], y, weight, number[rows])

    def table(self, labels: list) -> Table:
        """Return the rows as a table."""
        return Table(len(self.y), labels, self.columns.__getitem__, None)


def drawn(n_rows: int, n_columns: int) -> NDArray | None:
    """Return the places of the rows of a whole table that are kept, in order; None: all."""
    most = most_rows(n_columns)
    if n_rows <= most:
        return None
    return np.sort(np.argsort(_numbers(n_rows, 0), kind="stable")[:most])


def _numbers(n_rows: int, block: int) -> NDArray:
    return np.random.default_rng([_SEED, block]).random(n_rows)


def most_rows(n_columns: int) -> int:
    """Return how many rows are kept for a number of columns."""
    return min(MOST, max(_FEWEST, _CELLS // n_columns))
