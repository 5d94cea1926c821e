"""Numeric columns: missing entries, two scales, and bins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.row_order import in_order
from sknn.preprocessing.bins import Bins
from sknn.preprocessing.quantiles import Distinct

_CELLS = 1 << 17
"""Numbers worked on at once, so that they stay in the cache."""
FAR = 1e100
LARGEST = 1e18
"""Squares of this are still finite in float32."""

Edges = Callable[[NDArray, Distinct, int], NDArray]


def squash(scaled: NDArray) -> NDArray:
    """Return v / sqrt(1 + (v / 3)^2): near v around zero, never beyond 3."""
    scaled = np.clip(scaled, -FAR, FAR)
    return scaled / np.sqrt(1 + (scaled / 3) ** 2)


@dataclass
class Column:
    """Figures of one numeric column over its entries that are not missing.

    Attributes
    ----------
    known : Distinct
    n_missing : int
    """

    known: Distinct
    n_missing: int

    @classmethod
    def of(cls, column: NDArray, weight: NDArray) -> Column:
        """Measure a column; NaN is missing."""
        present = ~np.isnan(column)
        missing = len(column) - int(np.count_nonzero(present))
        if missing:
            column, weight = column[present], weight[present]
        return cls(Distinct.of(column, weight), missing)

    @property
    def varies(self) -> bool:
        """Whether there are two different values."""
        return len(self.known.values) > 1

    def scale(self) -> float:
        """Return 1 / (q75 - q25), or 2 / (max - min) where that is not finite."""
        values = self.known.values
        low, high = self.known.quantiles(np.array([0.25, 0.75]))
        width = high - low if high > low else (values[-1] - values[0]) / 2
        return _over(width)


def _over(width: Any) -> Any:
    """Return 1 / width, which stays finite."""
    with np.errstate(over="ignore", divide="ignore"):
        return np.minimum(1 / width, 1e300)


def _moments(column: NDArray, known: Distinct, weight: NDArray) -> tuple[float, float]:
    """Return the weighted mean and standard deviation of a column without missing entries."""
    low = known.values[0]
    width = known.values[-1] - low
    # Within [0, 1] no square overflows or vanishes.
    unit = (column - low) / width
    mean = np.average(unit, weights=weight)
    deviation = np.sqrt(np.average((unit - mean) ** 2, weights=weight))
    return low + width * mean, width * deviation


@dataclass
class Numbers:
    """What is known of the numeric columns of a table after fit.

    Attributes
    ----------
    kept : ndarray of int of shape (k,)
        The columns that vary.
    marked : ndarray of int of shape (m,)
        The columns that get an indicator of missing entries.
    median, scale : ndarray of shape (k,)
        What is imputed and subtracted, and the factor before squashing.
    mean, inverse_std : ndarray of shape (k,)
        For the linear part.
    bins : Bins
    """

    kept: NDArray
    marked: NDArray
    median: NDArray
    scale: NDArray
    mean: NDArray
    inverse_std: NDArray
    bins: Bins

    @classmethod
    def fit(
        cls,
        matrix: NDArray,
        weight: NDArray,
        may_mark: NDArray,
        edges: Edges,
        constant: NDArray | None = None,
    ) -> Numbers:
        """Learn from the training rows.

        Parameters
        ----------
        matrix : ndarray of shape (n, d)
        weight : ndarray of shape (n,)
            Positive.
        may_mark : ndarray of bool of shape (d,)
            Columns that may get an indicator.
        edges : callable
            From a column, its distinct values and the number of columns that vary to edges.
        constant : ndarray of bool of shape (d,), default=None
            Columns that do not vary but for rounding.
        """
        columns = [Column.of(matrix[:, place], weight) for place in range(matrix.shape[1])]
        varies = np.array([each.varies for each in columns], bool)
        kept = np.flatnonzero(varies if constant is None else varies & ~constant)
        missing = np.array([0 < each.n_missing < len(matrix) for each in columns], bool)
        figures = np.zeros((4, len(kept)))
        cuts = []
        for place, which in enumerate(kept):
            column, known = matrix[:, which], columns[which].known
            middle = known.quantiles(np.array(0.5))
            cuts.append(edges(column, known, len(kept)))
            column = np.where(np.isnan(column), middle, column)
            mean, std = _moments(column, known, weight)
            figures[:, place] = middle, columns[which].scale(), mean, _over(std)
        middles, scales, means, stds = figures
        marked = np.flatnonzero(missing & may_mark)
        fitted = cls(kept, marked, middles, scales, means, stds, Bins.between(cuts))
        fitted._centre(matrix, weight)
        return fitted

    def _centre(self, matrix: NDArray, weight: NDArray) -> None:
        """Let the mean of each bin over the training rows be zero."""
        total = np.zeros(len(self.bins.centre))
        for rows in self._pieces(len(matrix)):
            total += weight[rows] @ self.bins.fill(self._imputed(matrix[rows]))
        self.bins.centre = total / weight.sum()

    def narrow(self) -> NDArray:
        """Forget the columns that are not used, and return the places of those that stay."""
        used = np.union1d(self.kept, self.marked).astype(np.intp)
        self.kept = np.searchsorted(used, self.kept)
        self.marked = np.searchsorted(used, self.marked)
        return used

    def _pieces(self, n_rows: int) -> Iterator[slice]:
        step = max(_CELLS // max(len(self.bins.source), len(self.kept), 1), 1)
        return (slice(start, start + step) for start in range(0, n_rows, step))

    def _imputed(self, matrix: NDArray) -> NDArray:
        numbers = in_order(matrix[:, self.kept])
        return np.where(np.isnan(numbers), self.median, numbers)

    @property
    def n_hidden(self) -> int:
        """Columns for the hidden layers."""
        return self.n_linear + len(self.bins.source)

    @property
    def n_linear(self) -> int:
        """Columns for a linear path."""
        return len(self.kept) + len(self.marked)

    def fill(self, hidden: NDArray, linear: NDArray | None, matrix: NDArray) -> None:
        """Write the columns of both parts."""
        k, m = len(self.kept), self.n_linear
        with np.errstate(over="ignore"):
            for rows in self._pieces(len(matrix)):
                numbers = self._imputed(matrix[rows])
                lost = np.isnan(matrix[rows][:, self.marked])
                hidden[rows, :k] = squash((numbers - self.median) * self.scale)
                hidden[rows, k:m] = 2.0 * lost - 1.0
                hidden[rows, m:] = self.bins.fill(numbers)
                if linear is not None:
                    scaled = (numbers - self.mean) * self.inverse_std
                    linear[rows, :k] = np.clip(scaled, -LARGEST, LARGEST)
                    linear[rows, k:] = lost

    def names(self, names: list[str]) -> tuple[list[str], list[str]]:
        """Return the names of the columns of both parts."""
        linear = [names[place] for place in self.kept]
        linear += [f"{names[place]}_missing" for place in self.marked]
        seen: dict[int, int] = {}
        binned = []
        for source in self.bins.source.tolist():
            seen[source] = seen.get(source, -1) + 1
            binned.append(f"{names[self.kept[source]]}_bin{seen[source]}")
        return linear + binned, linear
