"""Numeric columns: missing entries, two scales, and bins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.row_order import in_order
from sknn.preprocessing.bins import Bins, pieces
from sknn.preprocessing.quantiles import Distinct
from sknn.preprocessing.rounding import apart, precision_of

FAR = 1e100
LARGEST = 1e18
"""Squares of this are still finite in float32."""

Edges = Callable[[int, Distinct, int], NDArray]


def squash(scaled: NDArray) -> NDArray:
    """Return v / sqrt(1 + (v / 3)^2): near v around zero, never beyond 3."""
    scaled = np.clip(scaled, -FAR, FAR)
    return scaled / np.sqrt(1 + (scaled / 3) ** 2)


@dataclass
class Moments:
    """Weighted mean and standard deviation of a column, and its total weight.

    They are merged with the formulas of Chan, Golub, and LeVeque (1983), "Algorithms for computing
    the sample variance: analysis and recommendations", The American Statistician 37; with the
    deviation in place of the sum of squares, which overflows.
    """

    weight: float
    mean: float
    deviation: float

    @classmethod
    def of(cls, known: Distinct) -> Moments:
        """Measure a column by its distinct values."""
        if not len(known.values):
            return cls(0.0, 0.0, 0.0)
        low = known.values[0]
        width = known.values[-1] - low or 1.0
        # Within [0, 1] no square overflows or vanishes.
        unit = (known.values - low) / width
        mean = np.average(unit, weights=known.weight)
        deviation = np.sqrt(np.average((unit - mean) ** 2, weights=known.weight))
        return cls(known.weight.sum(), low + width * mean, width * deviation)

    def merged(self, other: Moments) -> Moments:
        """Return the moments of both."""
        if not self.weight or not other.weight:
            return self if self.weight else other
        weight = self.weight + other.weight
        here, there = self.weight / weight, other.weight / weight
        apart = other.mean - self.mean
        within = np.hypot(np.sqrt(here) * self.deviation, np.sqrt(there) * other.deviation)
        deviation = np.hypot(within, np.sqrt(here * there) * apart)
        return Moments(weight, self.mean + there * apart, deviation)


@dataclass
class Column:
    """Figures of one numeric column.

    Attributes
    ----------
    known : Distinct
        The values that are not missing.
    n_missing : int
        Missing entries.
    missing_weight : float
        Their total weight.
    exact : Moments or None
        Those of the values that are not missing, if `known` is compressed.
    precision : float
        Distance from 1 to the next number, in the dtype the column came in.
    """

    known: Distinct
    n_missing: int
    missing_weight: float = 0.0
    exact: Moments | None = None
    precision: float = precision_of(None)

    @classmethod
    def of(cls, column: NDArray, weight: NDArray) -> Column:
        """Measure a column; NaN is missing."""
        present = ~np.isnan(column)
        missing = len(column) - int(np.count_nonzero(present))
        if not missing:
            return cls(Distinct.of(column, weight), 0)
        known = Distinct.of(column[present], weight[present])
        return cls(known, missing, weight[~present].sum())

    def merged(self, other: Column) -> Column:
        """Return the figures of both, up to the error of :meth:`compressed`."""
        exact = None
        if self.exact is not None or other.exact is not None:
            exact = self._moments().merged(other._moments())
        return Column(
            self.known.merged(other.known),
            self.n_missing + other.n_missing,
            self.missing_weight + other.missing_weight,
            exact,
            max(self.precision, other.precision),
        )

    def compressed(self, most: int) -> Column:
        """Return the same with `most` values or fewer; mean and deviation stay exact."""
        known = self.known.compressed(most)
        if known is self.known:
            return self
        return replace(self, known=known, exact=self._moments())

    def _moments(self) -> Moments:
        return Moments.of(self.known) if self.exact is None else self.exact

    def median(self) -> float:
        """Return the median, which replaces missing entries."""
        return float(self.known.quantiles(np.array(0.5)))

    def filled(self) -> Distinct:
        """Return the values with the median in place of missing ones."""
        return self.known.heavier(self.median(), self.missing_weight)

    def moments(self) -> Moments:
        """Return mean and deviation, with the median in place of missing values."""
        if self.exact is None:
            return Moments.of(self.filled())
        return self.exact.merged(Moments(self.missing_weight, self.median(), 0.0))

    @property
    def varies(self) -> bool:
        """Whether there are two different values."""
        return len(self.known.values) > 1

    def scale(self) -> float:
        """Return 1 / (q75 - q25), or 2 / (max - min) if that is not finite."""
        values = self.known.values
        low, high = self.known.quantiles(np.array([0.25, 0.75]))
        width = high - low if high > low else (values[-1] - values[0]) / 2
        return _over(width)


def _over(width: Any) -> Any:
    """Return 1 / width, which stays finite."""
    with np.errstate(over="ignore", divide="ignore"):
        return np.minimum(1 / width, 1e300)


@dataclass
class Numbers:
    """Fitted state of the numeric columns of a table.

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
        columns: list[Column],
        may_mark: NDArray,
        edges: Edges,
        constant: NDArray | None = None,
    ) -> Numbers:
        """Learn from the figures of the columns.

        Parameters
        ----------
        columns : list of Column
        may_mark : ndarray of bool of shape (d,)
            Columns that may get an indicator.
        edges : callable
            Returns edges, given the place of a column, its distinct values, and the number of
            columns that vary.
        constant : ndarray of bool of shape (d,), default=None
            Columns that vary only by rounding.
        """
        varies = np.array([each.varies for each in columns], bool)
        kept = np.flatnonzero(varies if constant is None else varies & ~constant)
        known = np.array([len(each.known.values) > 0 for each in columns], bool)
        missing = known & np.array([each.n_missing > 0 for each in columns], bool)
        figures = np.zeros((4, len(kept)))
        cuts = []
        for place, which in enumerate(kept):
            column = columns[which]
            cut = edges(int(which), column.known, len(kept))
            cuts.append(apart(cut, column.known.values, column.precision))
            own = column.moments()
            figures[:, place] = column.median(), column.scale(), own.mean, _over(own.deviation)
        middles, scales, averages, stds = figures
        marked = np.flatnonzero(missing & may_mark)
        fitted = cls(kept, marked, middles, scales, averages, stds, Bins.between(cuts))
        for place, which in enumerate(kept):
            means = fitted.bins.of(place).means(columns[which].filled())
            fitted.bins.centre[fitted.bins.source == place] = means
        return fitted

    def narrow(self) -> NDArray:
        """Drop the columns that are not used, and return the places of the others."""
        used = np.union1d(self.kept, self.marked).astype(np.intp)
        self.kept = np.searchsorted(used, self.kept)
        self.marked = np.searchsorted(used, self.marked)
        return used

    def _pieces(self, n_rows: int) -> Iterator[slice]:
        return pieces(n_rows, max(len(self.bins.source), len(self.kept)))

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
