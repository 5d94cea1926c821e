"""Distances of rows from usual ones, by their codes and their residuals.

A network that reconstructs well also reconstructs odd rows, if they resemble each other or have
extreme codes. So rows are compared by both residuals and codes. In process control, this is a
combined index of Q and T squared (Yue & Qin, 2001, "Reconstruction-based fault identification using
a combined index").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from sknn.estimators.autoencoder.described import Described, variances
from sknn.preprocessing.quantiles import Distinct

_MOST_COLUMNS = 2048
"""With more columns, covariances cost too much."""
_MOST_REFERENCES = 256
_REFERENCE_NUMBERS = 1 << 20
_SLAB_ROWS = 4096
_NEIGHBOR = 3
"""A single reference may be odd itself, and a training row may be its own nearest reference."""
_LEAST_RESIDUAL = 1e-2
"""Variance of residuals, relative to that of their column, below which they say little."""
_LEAST_CODE = 1e-6
"""The same for codes, relative to their mean variance."""
_LEAST_UNIT = 1e-2
"""Standard deviation of a column, relative to that of all, below which it counts as constant."""
# BLAS may give the same row, at two positions, distances that differ in the last bits.
_ALIKE = 1e-9


@dataclass
class Spread:
    """Mean and covariance of some rows.

    Attributes
    ----------
    mean : ndarray of shape (p,)
    whitening : ndarray of shape (p, p) or (p,)
        Factor of the centered rows that turns their covariance into the identity; (p,): their
        variances into 1.
    """

    mean: NDArray
    whitening: NDArray

    @classmethod
    def of(cls, rows: NDArray, weight: NDArray, n: int, least: float) -> Spread:
        """Measure rows.

        Parameters
        ----------
        rows : ndarray of shape (m, p)
        weight : ndarray of shape (m,)
        n : int
            Number of different rows.
        least : float
            Variance added in every direction.
        """
        share = weight / weight.sum()
        mean = share @ rows
        centered = rows - mean
        if rows.shape[1] > _MOST_COLUMNS:
            variance = share @ centered**2 + least
            return cls(mean, 1.0 / np.sqrt(np.where(variance > 0.0, variance, 1.0)))
        covariance = shrunk((centered * share[:, None]).T @ centered, n)
        covariance.flat[:: len(covariance) + 1] += least
        if not covariance.any():
            return cls(mean, np.eye(len(mean)))
        factor = np.linalg.cholesky(covariance)
        return cls(mean, solve_triangular(factor, np.eye(len(mean)), lower=True).T)

    def standardized(self, rows: NDArray) -> NDArray:
        """Return rows in these units."""
        centered = rows - self.mean
        return centered * self.whitening if self.whitening.ndim == 1 else centered @ self.whitening


def shrunk(covariance: NDArray, n: int) -> NDArray:
    """Return the covariance of n rows, shrunk toward equal variances in all directions.

    The strength follows Chen, Wiesel, Eldar & Hero (2010), "Shrinkage algorithms for MMSE
    covariance estimation", as in :class:`sklearn.covariance.OAS`.
    """
    p = len(covariance)
    mean = float(np.trace(covariance)) / p
    size = float(np.mean(covariance**2))
    wanted, room = size + mean**2, (n + 1.0) * (size - mean**2 / p)
    share = 1.0 if room <= wanted else wanted / room
    covariance = (1.0 - share) * covariance
    covariance.flat[:: p + 1] += share * mean
    return covariance


@dataclass
class Spreads:
    """The spreads of residuals and codes.

    Attributes
    ----------
    units : ndarray of shape (n_columns,)
        First divisor of the residuals.
    residuals, codes : Spread
    """

    units: NDArray
    residuals: Spread
    codes: Spread

    @classmethod
    def of(cls, units: NDArray, seen: Described, weight: NDArray, n: int) -> Spreads:
        """Measure rows, of which n are different."""
        residuals = Spread.of(seen.residuals / units, weight, n, _LEAST_RESIDUAL)
        least = _LEAST_CODE * float(variances(seen.codes, weight).mean())
        return cls(units, residuals, Spread.of(seen.codes, weight, n, least))

    def standardized(self, seen: Described) -> NDArray:
        """Return rows as points whose coordinates all have the same spread."""
        residuals = self.residuals.standardized(seen.residuals / self.units)
        return np.hstack([residuals, self.codes.standardized(seen.codes)])


@dataclass
class Neighborhood:
    """The rows for comparison: a sample of the central half of the training rows.

    Attributes
    ----------
    scale : Spreads
        Of the central half.
    references : ndarray of shape (m, n_columns + n_code)
        Standardized.
    """

    scale: Spreads
    references: NDArray

    @classmethod
    def of(cls, seen: Described, weight: NDArray) -> Neighborhood:
        """Learn from rows and their weights, all of which are positive.

        The central half is chosen by the distances from the center of all, one step of Rousseeuw &
        Van Driessen (1999), "A fast algorithm for the minimum covariance determinant estimator".
        """
        units = np.sqrt(variances(seen.rows, weight))
        units = np.maximum(units, _LEAST_UNIT * np.sqrt(np.mean(units**2)))
        units[units == 0.0] = 1.0
        points = Spreads.of(units, seen, weight, _n_different(seen.rows)).standardized(seen)
        distance = np.einsum("ij,ij->i", points, points)
        known = Distinct.of(distance, weight, _ALIKE)
        central = distance <= known.quantiles(np.array([0.5])) * (1.0 + _ALIKE)
        seen, weight, distance = seen[central], weight[central], distance[central]
        n = _n_different(seen.rows)
        scale = Spreads.of(units, seen, weight, n)
        most = max(_NEIGHBOR, min(_MOST_REFERENCES, _REFERENCE_NUMBERS // points.shape[1]))
        return cls(scale, scale.standardized(seen[_evenly(distance, weight, min(n, most))]))

    def oddness(self, seen: Described) -> NDArray:
        """Return the distances of rows from the third nearest reference."""
        points = self.scale.standardized(seen)
        starts = range(0, len(points), _SLAB_ROWS)
        return np.concatenate([self._to_near(points[i : i + _SLAB_ROWS]) for i in starts])

    def _to_near(self, points: NDArray) -> NDArray:
        others = self.references
        squares = np.einsum("ij,ij->i", points, points)[:, None] - 2.0 * (points @ others.T)
        squares += np.einsum("ij,ij->i", others, others)
        k = min(_NEIGHBOR, len(others)) - 1
        return np.sqrt(np.maximum(np.partition(squares, k, axis=1)[:, k], 0.0))


def _n_different(rows: NDArray) -> int:
    """Return the number of different rows, by a number that is almost unique to each."""
    marks = rows @ np.sqrt(1.0 + np.arange(rows.shape[1]))
    return len(Distinct.of(marks, np.ones(len(marks)), _ALIKE).values)


def _evenly(distance: NDArray, weight: NDArray, m: int) -> NDArray:
    """Return m rows, evenly spaced in the order of their distances."""
    order = np.argsort(distance, kind="stable")
    reached = np.cumsum(weight[order])
    wanted = (np.arange(m) + 0.5) / m * reached[-1]
    return order[np.minimum(np.searchsorted(reached, wanted), len(order) - 1)]
