"""The distribution of one column: its distinct values and what each weighs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Shares of the total weight are compared up to rounding.
_ROUNDING = 1e-10


class Distinct(NamedTuple):
    """The distinct values of a column in ascending order.

    Attributes
    ----------
    values : ndarray of shape (k,)
    weight : ndarray of shape (k,)
        The total weight of the rows that hold each value.
    """

    values: NDArray
    weight: NDArray

    @classmethod
    def of(cls, column: NDArray, weight: NDArray, within: float = 0.0) -> Distinct:
        """Sort the values of a column without missing ones; all weights are positive.

        Neighbors no further apart than `within` of their size count as one value.
        """
        order = np.argsort(column)
        values = column[order]
        gaps, sizes = values[1:] - values[:-1], np.abs(values[1:])
        starts = np.flatnonzero(np.append(True, gaps > within * sizes)[: len(values)])
        total = np.add.reduceat(weight[order], starts) if len(starts) else weight[:0]
        return cls(values[starts], total)

    def quantiles(self, shares: NDArray) -> NDArray:
        """Return the smallest values that at least such shares of the weight do not exceed.

        This is the method ``inverted_cdf`` of :func:`numpy.quantile`.
        """
        reached = np.cumsum(self.weight)
        places = np.searchsorted(reached, shares * reached[-1] * (1 - _ROUNDING))
        return self.values[np.minimum(places, len(self.values) - 1)]

    def merged(self, other: Distinct) -> Distinct:
        """Return the values of both, with the weights of both."""
        values = np.concatenate([self.values, other.values])
        return Distinct.of(values, np.concatenate([self.weight, other.weight]))

    def heavier(self, value: float, more: float) -> Distinct:
        """Return the same with more weight for one of the values."""
        if not more:
            return self
        return Distinct(
            self.values, np.where(self.values == value, self.weight + more, self.weight)
        )

    def compressed(self, most: int) -> Distinct:
        """Return `most` values or fewer; except for the ends, each has about the same weight.

        The least and the greatest value stay. Between them runs of neighbors, of about equal
        weight, are given to the median of the run. So the weight of all that is not greater than
        any number, its rank, changes by at most ``total / (most - 2)``: a run that is heavier ends
        in a value that is its median.
        """
        if len(self.values) <= most:
            return self
        reached = np.cumsum(self.weight)
        before = reached - self.weight
        run = np.minimum(np.floor(before / reached[-1] * (most - 2)), most - 3)
        run[0], run[-1] = -1, most
        starts = np.flatnonzero(np.append(True, run[1:] > run[:-1]))
        weight = np.add.reduceat(self.weight, starts)
        middles = np.searchsorted(reached, before[starts] + weight / 2)
        ends = np.append(starts[1:], len(run)) - 1
        return Distinct(self.values[np.clip(middles, starts, ends)], weight)

    def evenly(self) -> Distinct:
        """Return the same values, each with the same weight."""
        return Distinct(self.values, np.ones(len(self.values)))
