"""Piecewise-linear encoding: the line cut into bins, each filled from left to right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.multiclass import type_of_target

from sknn.preprocessing.quantiles import Distinct

_CELLS = 1 << 17
"""Numbers worked on at once."""
_BUDGET = 512
"""Columns that all bins together may fill if each numeric column gets `_USUAL` bins."""
_USUAL = 16
_FEWEST = 3
_STEEPEST = 1e300


def pieces(n_rows: int, n_columns: int) -> Iterator[slice]:
    """Cut rows into pieces that stay in the cache."""
    step = max(_CELLS // max(n_columns, 1), 1)
    return (slice(start, start + step) for start in range(0, n_rows, step))


def bins_per_column(n_bins: int, n_columns: int) -> int:
    """Return how many bins each numeric column gets: fewer if there are many columns."""
    fair = _BUDGET * n_bins // (_USUAL * max(n_columns, 1))
    return min(n_bins, max(_FEWEST, fair))


def quantile_edges(known: Distinct, n_bins: int) -> NDArray:
    """Return up to ``n_bins + 1`` edges of bins that hold about the same weight.

    If one value is so frequent that few edges differ, quantiles of the distinct values are added.
    """
    if len(known.values) <= n_bins + 1:
        return known.values
    found = np.unique(known.quantiles(np.arange(n_bins + 1) / n_bins))
    if len(found) > 0.6 * n_bins:
        return found
    lacking = n_bins + 1 - len(found)
    shares = np.arange(1, lacking + 1) / (lacking + 1)
    return np.union1d(found, known.evenly().quantiles(shares))


class Splitter:
    """Cuts a column where a small decision tree on this column alone would.

    Parameters
    ----------
    matrix : ndarray of shape (n, n_columns)
        Numeric columns; NaN is missing.
    y : ndarray of shape (n,) or (n, n_targets)
        Numbers, or labels; two dimensions are always numbers.
    weight, counts : ndarray of shape (n,)
        Sample weights, and how many rows each row counts as.
    """

    _MOST_LABELS = 100

    def __init__(self, matrix: NDArray, y: NDArray, weight: NDArray, counts: NDArray) -> None:
        self.matrix = matrix
        self.y = y
        # Trees square weights, which must not overflow; a power of two scales without rounding.
        self.weight = np.ldexp(weight, -np.frexp(weight.max())[1])
        self.counts = counts
        self.kind = DecisionTreeClassifier if self._has_labels() else DecisionTreeRegressor

    def _has_labels(self) -> bool:
        if self.y.ndim == 2 or self.y.dtype.kind == "f" and (self.y % 1).any():
            return False
        if self.y.dtype.kind in "iuf":
            return len(np.unique(self.y)) <= self._MOST_LABELS
        return type_of_target(self.y) in ("binary", "multiclass")

    def edges(self, place: int, known: Distinct, n_bins: int) -> NDArray:
        """Return the ends of the column, half as many quantiles, and the thresholds of the tree."""
        if len(known.values) <= n_bins + 1:
            return known.values
        ends = known.values[[0, -1]]
        some = quantile_edges(known, n_bins // 2) if n_bins > 1 else ends
        return np.unique(
            np.concatenate([ends, some, self._thresholds(self.matrix[:, place], known, n_bins)])
        )

    def _thresholds(self, column: NDArray, known: Distinct, n_bins: int) -> NDArray:
        rows = np.flatnonzero(~np.isnan(column))
        total = self.counts[rows].sum()
        # Up to rounding, so that a leaf with exactly this many rows passes.
        smallest = max(8.0, total / 200) * (1 - 1e-9)
        if 2 * smallest > total or n_bins < 2:
            return known.values[:0]
        # Trees compute in float32: ranks lose nothing there, and give the same splits.
        ranks = np.searchsorted(known.values, column[rows])
        repeated = self.counts[rows] > 1
        rule = (
            {"min_weight_fraction_leaf": smallest / total}
            if repeated.any()
            else {"min_samples_leaf": int(np.ceil(smallest))}
        )
        tree = self.kind(max_leaf_nodes=n_bins, random_state=0, **rule)
        tree.fit(ranks[:, None], self.y[rows], sample_weight=self.weight[rows])
        splits = tree.tree_.threshold[tree.tree_.feature >= 0].astype(np.intp)
        return known.values[splits] / 2 + known.values[splits + 1] / 2


@dataclass
class Bins:
    """The bins of all columns, side by side.

    Attributes
    ----------
    source : ndarray of int of shape (n_bins,)
        The column that each bin belongs to.
    start : ndarray of shape (n_bins,)
        Left edges.
    slope : ndarray of shape (n_bins,)
        Two over the width.
    centre : ndarray of shape (n_bins,)
        Mean of twice the filled share over the training rows.
    """

    source: NDArray
    start: NDArray
    slope: NDArray
    centre: NDArray

    @classmethod
    def between(cls, edges: list[NDArray]) -> Bins:
        """Return bins between the edges of each column, not centered yet."""
        source = np.repeat(np.arange(len(edges)), [max(len(each) - 1, 0) for each in edges])
        start = np.concatenate([np.zeros(0), *(each[:-1] for each in edges)])
        width = np.concatenate([np.zeros(0), *(np.diff(each) for each in edges)])
        with np.errstate(over="ignore", divide="ignore"):
            slope = np.minimum(2 / width, _STEEPEST)
        return cls(source, start, slope, np.zeros(len(start)))

    def of(self, column: int) -> Bins:
        """Return the bins of one column, as if there were no others."""
        mine = self.source == column
        source = np.zeros(int(mine.sum()), np.intp)
        return Bins(source, self.start[mine], self.slope[mine], self.centre[mine])

    def means(self, known: Distinct) -> NDArray:
        """Return the mean of each bin of the only column."""
        total = np.zeros(len(self.source))
        for rows in pieces(len(known.values), len(self.source)):
            # A product of BLAS may depend on where its arrays begin.
            filled = self.fill(known.values[rows, None])
            total += np.multiply(filled, known.weight[rows, None], out=filled).sum(axis=0)
        return total / known.weight.sum()

    def fill(self, numbers: NDArray) -> NDArray:
        """Return twice the share of each bin that lies left of each number, minus the mean."""
        filled = numbers[:, self.source]
        filled -= self.start
        filled *= self.slope
        np.clip(filled, 0.0, 2.0, out=filled)
        filled -= self.centre
        return filled
