"""Choose generated rows that have requested entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAST = 1e-12
_NEAR = 0.1
"""Width of similar numbers, as a share of their standard deviation over all generated rows."""


@dataclass
class AskedRows:
    """Requested entries in some columns of new rows.

    Attributes
    ----------
    n : int Number of rows.
    given : dict of int to ndarray
        The columns of the table, as they were passed.
    choices : list of (slice, ndarray of int)
        Columns of the matrix that form a group, and the choice in each row.
    numbers : list of (int, ndarray)
        Columns of the matrix that are numbers, and the number in each row.
    """

    n: int
    given: dict[int, NDArray] = field(default_factory=dict)
    choices: list[tuple[slice, NDArray]] = field(default_factory=list)
    numbers: list[tuple[int, NDArray]] = field(default_factory=list)

    def add(
        self,
        place: int,
        values: NDArray,
        choices: tuple[slice, NDArray] | None = None,
        numbers: tuple[int, NDArray] | None = None,
    ) -> None:
        """Add requested entries in one more column of the table."""
        self.given[place] = values
        self.choices += [] if choices is None else [choices]
        self.numbers += [] if numbers is None else [numbers]

    def pick(self, pool: NDArray, labels: tuple[NDArray, NDArray] | None, rng: Any) -> NDArray:
        """Return for each row the index of a row of the pool, drawn according to its fit.

        The probability of a row is proportional to that of the requested choices, times a normal
        density of the distance to the requested numbers. This is importance resampling of the
        distribution of all rows, given the requested entries.

        Parameters
        ----------
        pool : ndarray of shape (m, width)
            Rows whose groups hold probabilities.
        labels : tuple of ndarray of shapes (n,) and (m,), or None
            An additional choice in each row, and that of each row of the pool.
        rng : RandomState
        """
        columns = [each for _, each in self.choices] + [each for _, each in self.numbers]
        columns += [] if labels is None else [labels[0]]
        kinds, which = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
        which = which.reshape(-1)
        picked = np.empty(self.n, np.intp)
        for kind in range(len(kinds)):
            rows = np.flatnonzero(which == kind)
            log_p = self._fit(pool, rows[0])
            if labels is not None:
                log_p = np.where(labels[1] == labels[0][rows[0]], log_p, -np.inf)
            p = np.exp(log_p - log_p.max())
            picked[rows] = rng.choice(len(pool), len(rows), p=p / p.sum())
        return picked

    def _fit(self, pool: NDArray, row: int) -> NDArray:
        """Return the logarithm of how well each row of the pool fits the request of a row."""
        log_p = np.zeros(len(pool))
        for group, choices in self.choices:
            shares = pool[:, group.start + choices[row]].astype(np.float64)
            log_p += np.log(np.maximum(shares, _LEAST))
        for place, numbers in self.numbers:
            made = pool[:, place].astype(np.float64)
            near = max(_NEAR * float(made.std()), np.finfo(np.float32).tiny)
            # Far from all rows, the nearest ones fit best.
            gaps = np.abs(made - numbers[row]) / near
            log_p -= 0.5 * (gaps**2 - gaps.min() ** 2)
        return log_p

    def write(self, rows: NDArray) -> None:
        """Write the requested entries into rows of the matrix."""
        for group, choices in self.choices:
            rows[:, group] = 0.0
            rows[np.arange(len(rows)), group.start + choices] = 1.0
        for place, numbers in self.numbers:
            rows[:, place] = numbers
