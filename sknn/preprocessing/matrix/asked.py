"""Choosing, of many rows that were made, those with wanted entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAST = 1e-12
_NEAR = 0.1
"""Numbers count as alike within this share of their standard deviation among all rows made."""


@dataclass
class AskedRows:
    """Entries that are wanted in some columns of new rows.

    Attributes
    ----------
    n : int
        Rows.
    given : dict of int to ndarray
        The columns of the table, as they are given.
    choices : list of (slice, ndarray of int)
        Columns of the matrix that are a group, and the choice in each row.
    numbers : list of (int, ndarray)
        Columns of the matrix that are numbers, and those in each row.
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
        """Want entries in one more column of the table."""
        self.given[place] = values
        self.choices += [] if choices is None else [choices]
        self.numbers += [] if numbers is None else [numbers]

    def pick(self, pool: NDArray, labels: tuple[NDArray, NDArray] | None, rng: Any) -> NDArray:
        """Return for each row the place of one in the pool, drawn by how well it fits.

        The probability of a row is proportional to that of the wanted choices, times a normal
        density of the distance of the wanted numbers: it is importance resampling of the
        distribution of all rows, given the wanted entries.

        Parameters
        ----------
        pool : ndarray of shape (m, width)
            Rows whose groups hold probabilities.
        labels : tuple of ndarray of shapes (n,) and (m,), or None
            A further choice in each row, which those of the pool have made.
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
        """Return the logarithm of how well each row of the pool fits what is wanted in a row."""
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
        """Write what is wanted into rows of the matrix."""
        for group, choices in self.choices:
            rows[:, group] = 0.0
            rows[np.arange(len(rows)), group.start + choices] = 1.0
        for place, numbers in self.numbers:
            rows[:, place] = numbers
