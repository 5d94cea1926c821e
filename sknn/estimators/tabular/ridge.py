"""Start a linear path at ridge regression, each member on its own rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.sample import Sample
from sknn.training.threads import blas_threads

_PENALTIES = (0.01, 1.0, 10.0, 100.0, 1000.0)
# Multiplications of a product that takes so long that a busy second thread does no harm.
_LONG = 1e9
# Entries, and rows at least and at most, whose time tells how long others take.
_MEASURED = 1 << 20
_FEW, _MANY = 256, 4096
# A pass over an entry takes as long as this many multiplications of a product.
_PASSES = 64.0


def in_rows(weight: NDArray) -> NDArray:
    """Return weights in units of rows: a penalty must not depend on the unit of weights.

    The unit is the smallest positive weight if all are multiples of it, else the mean.
    """
    used = weight > 0
    counts = Sample.of(weight[used], int(used.sum())).counts
    rows = np.zeros(len(weight))
    rows[used] = counts if (counts > 1).any() else weight[used] / weight[used].mean()
    return rows


def ridge(
    x: NDArray, target: NDArray, weight: NDArray | None, penalties: Sequence[float] = _PENALTIES
) -> tuple[NDArray, NDArray]:
    r"""Return slopes and intercepts of ridge regression, with a penalty chosen by cross-validation.

    With :math:`X'WX = Q \Lambda Q'` of the centered rows, every penalty costs one product; the one
    with the lowest generalized cross-validation error is chosen [1]_,

    .. math:: V(\lambda) = \frac{\lVert W^{1/2} (y - \hat y) \rVert^2 / n}
              {(1 - (1 + \sum_i \Lambda_i / (\Lambda_i + \lambda)) / n)^2}

    Parameters
    ----------
    x : ndarray of shape (n, d)
    target : ndarray of shape (n, k)
    weight : ndarray of shape (n,) or None
        Number of rows that each row counts as.
    penalties : sequence of float

    Returns
    -------
    slopes : ndarray of shape (d, k)
    intercepts : ndarray of shape (k,)

    References
    ----------
    .. [1] Golub, Heath & Wahba (1979), "Generalized cross-validation as a method for choosing a
       good ridge parameter". Technometrics 21.
    """
    x, target = x.astype(np.float64), target.astype(np.float64)
    weight = np.ones(len(x)) if weight is None else weight
    n = weight.sum()
    x_mean, y_mean = (weight @ part / n for part in (x, target))
    # In place, and scaled by the square root of the weight, because tables may be large.
    for part, mean in ((x, x_mean), (target, y_mean)):
        part -= mean
        part *= np.sqrt(weight)[:, None]
    # Of fewer rows than columns, the products of rows are the smaller matrix.
    few = len(x) < x.shape[1]
    values, vectors = _spectrum(x.T if few else x)
    seen = vectors.T @ (target if few else x.T @ target)
    squares = seen**2 * (values[:, None] if few else 1.0)
    total = float(np.einsum("ik,ik->", target, target))

    def left(penalty: float) -> float:
        # |y - X b|^2 = |y|^2 - 2 b'X'y + b'X'X b, all in the eigenbasis.
        share = (2.0 - values / (values + penalty)) / (values + penalty)
        error = total - float((share[:, None] * squares).sum())
        freedom = max(1.0 - (1.0 + (values / (values + penalty)).sum()) / n, 1e-3)
        return error / freedom**2

    found = vectors @ (seen / (values + min(penalties, key=left))[:, None])
    slopes = x.T @ found if few else found
    return slopes, y_mean - x_mean @ slopes


def _spectrum(x: NDArray) -> tuple[NDArray, NDArray]:
    """Return eigenvalues and eigenvectors of X'X."""
    work = len(x) * x.shape[1] ** 2
    with blas_threads(work if work > _LONG else 0):
        moments = x.T @ x
    values, vectors = np.linalg.eigh(moments)
    return np.maximum(values, 0.0), vectors


class LinearModel:
    """Ridge regression on some of the rows, or nothing if a constant does better.

    Parameters
    ----------
    x : ndarray of shape (n, d)
    target : ndarray of shape (n, k)
    weight : ndarray of shape (n,) or None
    n_fits : int
        How many calls to :meth:`fit` there will be.
    seconds : float
        Time that they may take; they use evenly spaced rows if it is too short for all.
    """

    def __init__(
        self,
        x: NDArray,
        target: NDArray,
        weight: NDArray | None,
        n_fits: int = 1,
        seconds: float = math.inf,
    ) -> None:
        self.x = x
        self.target = target
        self.weight = np.ones(len(x)) if weight is None else in_rows(weight)
        self.n_left = n_fits
        self.deadline = perf_counter() + seconds

    def fit(
        self, rows: NDArray | None, held_out: NDArray | None
    ) -> tuple[NDArray, NDArray, NDArray]:
        """Return slopes (d, k), the center of the rows (d,) and the mean of their target (k,).

        Cross-validation on few rows may choose a penalty with which correlated columns extrapolate
        without bounds; the held-out rows show this, and then the slopes are zero.

        Parameters
        ----------
        rows : ndarray of int or None
            Rows to fit; None means all.
        held_out : ndarray of int or None
            Rows for the comparison with the constant.
        """
        rows = np.flatnonzero(self.weight) if rows is None else rows
        if self.deadline < math.inf:
            rows = rows[evenly(len(rows), self._most(rows))]
        self.n_left -= 1
        x, target, weight = self.x[rows], self.target[rows], self.weight[rows]
        center, mean = (np.average(part, axis=0, weights=weight) for part in (x, target))
        slopes, _ = ridge(x, target, weight)
        if held_out is not None and len(held_out):
            off = self.target[held_out] - mean
            left = off - (self.x[held_out] - center) @ slopes
            heavy = self.weight[held_out, None]
            if not (heavy * left**2).sum() < (heavy * off**2).sum():
                slopes = np.zeros_like(slopes)
        return slopes, center, mean

    def _most(self, rows: NDArray) -> int:
        """Return how many of the rows the time is enough for."""
        few = min(max(_MEASURED // self.x.shape[1], _FEW), _MANY)
        if len(rows) <= few:
            return len(rows)
        seconds = max(self.deadline - perf_counter(), 0.0) / max(self.n_left, 1)
        some = rows[evenly(len(rows), few)]
        begin = perf_counter()
        ridge(self.x[some], self.target[some], self.weight[some])
        taken = max(perf_counter() - begin, 1e-9)
        allowed = self._work(few) * seconds / taken
        low, high = few, len(rows)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._work(middle) <= allowed else (low, middle - 1)
        return low

    def _work(self, n_rows: int) -> float:
        """Return the number of multiplications, of products and of eigenvectors."""
        n_columns = self.x.shape[1]
        smaller = float(min(n_rows, n_columns))
        return n_rows * n_columns * (smaller + _PASSES) + 8.0 * smaller**3


def evenly(n: int, most: int) -> NDArray[np.intp]:
    """Return the places of at most so many of n rows, evenly spaced."""
    return np.linspace(0, n - 1, min(n, most)).round().astype(np.intp)
