"""Columns of rounding errors only: around one value, or around zero next to larger columns.

A column whose values agree in all but their last bits holds one value, computed in several ways;
scikit-learn's scalers treat it as constant, too. A column that is tiny compared with the others is
another matter: it may be rounding error, like the surplus components of a decomposition, or a
quantity in large units, like an electric charge in coulombs. Its numbers do not show which, so it
is used as it is, with a warning.

Numbers of other columns may agree in all but their last bits, too: the components of equal
sentences, with sums in another order. No bin is cut between two such numbers, because it would
magnify the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LAST_BITS = 16
"""Sums in different orders seldom differ by more than this many units of rounding."""
_BESIDE = 64
"""Surplus components reach this many units of rounding of the largest component."""
_LEAST = 1e-4
"""Units of rounding of the largest one, or of 1, that errors do not fall short of everywhere."""
_TINY = 1e-6
"""Larger numbers never count as rounding errors around zero."""


@dataclass
class Ranges:
    """The lowest and highest entries of columns.

    Attributes
    ----------
    low, high, peak : ndarray of shape (d,)
        NaN where all entries are missing. Peak is the largest absolute value.
    precision : ndarray of shape (d,)
        Distance from 1 to the next number, in the dtype that each column came in.
    """

    low: NDArray
    high: NDArray
    peak: NDArray
    precision: NDArray

    @classmethod
    def of(cls, values: Sequence[NDArray], precision: NDArray) -> Ranges:
        """Measure columns, given the different numbers of each in ascending order."""
        ends = [(each[0], each[-1]) if len(each) else (np.nan, np.nan) for each in values]
        low, high = np.array(ends).reshape(-1, 2).T
        return cls(low, high, np.maximum(-low, high), precision)

    @property
    def close(self) -> NDArray:
        """Which columns have a lowest and a highest number that may differ only by rounding."""
        width = self.high - self.low
        return (width > 0) & (width <= _LAST_BITS * self.precision * self.peak)

    def alike(self, values: Sequence[NDArray]) -> NDArray:
        """Return which columns hold one value except for rounding; whole numbers are exact."""
        alike = self.close
        for place in np.flatnonzero(alike).tolist():
            known = values[place]
            alike[place] = bool((known != np.rint(known)).any())
        return alike

    def near_zero(self) -> NDArray:
        """Return which columns have both signs, and the size of rounding errors of the largest."""
        largest = np.fmax.reduce(self.peak, initial=0.0)
        most = np.minimum(_BESIDE * self.precision * largest, _TINY)
        least = _LEAST * self.precision * min(largest, 1.0)
        small = (least <= self.peak) & (self.peak <= most)
        return small & (self.low < 0) & (self.high > 0)


def apart(edges: NDArray, known: NDArray, precision: float) -> NDArray:
    """Leave out edges of bins that differ from the one before by a rounding error.

    Parameters
    ----------
    edges : ndarray of shape (n_edges,)
        Ascending.
    known : ndarray of shape (n_values,)
        The different numbers of the column in ascending order; whole ones are exact.
    precision : float
        Distance from 1 to the next number, in the dtype that the column came in.
    """
    least = _LAST_BITS * precision * max(-known[0], known[-1])
    if (np.diff(edges) > least).all() or (known == np.rint(known)).all():
        return edges
    kept = [edges[0]]
    for edge in edges[1:]:
        if edge - kept[-1] > least:
            kept.append(edge)
    return np.array(kept)


def precision_of(dtype: np.dtype | None) -> float:
    """Return the distance from 1 to the next number, in float64 for all dtypes but float32."""
    return float(np.finfo(np.float32 if dtype == np.float32 else np.float64).eps)
