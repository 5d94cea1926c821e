"""The best constant prediction, from weighted proportions only: where output biases start.

Everything here is float64 and depends on weights through their proportions, so that a row of
weight 2 is the row twice and a common factor on all weights changes nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.row_order import slabs

Vector = NDArray[np.float64]

_PSEUDO = 0.1
"""Share given to a uniform distribution over the classes, so that an empty class stays finite."""
_SLACK = 1.0 - 1e-12


def row_weights(rows: int, weight: NDArray | None) -> Vector:
    """Return weights (rows,) as float64; equal ones if none are given or all are zero."""
    if weight is None or not np.any(weight):
        return np.ones(rows)
    return np.asarray(weight, dtype=np.float64)


def column_means(target: Any, weight: NDArray | None) -> Vector:
    """Return the weighted mean of each column of a dense or sparse matrix."""
    weights = row_weights(target.shape[0], weight)
    if not isinstance(target, np.ndarray):
        return np.asarray(weights @ target, dtype=np.float64) / weights.sum()
    parts = (weights[rows] @ part for rows, part in slabs(target))
    return sum(parts, np.zeros(target.shape[1:])) / weights.sum()


def column_quantiles(target: NDArray, weight: NDArray | None, q: float) -> Vector:
    """Return the smallest value of each column with at least a share `q` of the weight up to it.

    The inverse of the weighted distribution function: no interpolation, which weights and repeated
    rows would enter differently.
    """
    weights = row_weights(target.shape[0], weight)
    order = np.argsort(target, axis=0)
    # Rounding must not push a share that is reached exactly to the next value.
    reached = np.cumsum(weights[order], axis=0)
    first = (reached < q * _SLACK * reached[-1]).sum(axis=0)
    values = np.take_along_axis(target, order, axis=0)
    return np.take_along_axis(values, first[None], axis=0)[0].astype(np.float64)


def blend(shares: Vector, amount: float, n: int) -> Vector:
    """Move distributions over `n` classes toward the uniform one by `amount`."""
    return shares * (1.0 - amount) + amount / n


def class_shares(codes: NDArray, weight: NDArray | None, n: int, smoothing: float) -> Vector:
    """Return the share of each class, positive even for a class without rows."""
    weights = row_weights(codes.shape[0], weight)
    shares = np.bincount(codes, weights=weights, minlength=n) / weights.sum()
    return _soften(blend(shares, smoothing, n), n)


def label_log_odds(target: Any, weight: NDArray | None, smoothing: float) -> Vector:
    """Return the log-odds of each label, finite even if a label is always or never given."""
    shares = _soften(blend(column_means(target, weight), smoothing, 2), 2)
    return np.log(shares) - np.log1p(-shares)


def _soften(shares: Vector, n: int) -> Vector:
    return (shares + _PSEUDO / n) / (1.0 + _PSEUDO)


def log_of_means(target: NDArray, weight: NDArray | None, lowest: float) -> Vector:
    """Return the logarithm of the mean of each column; a mean of zero counts as ``exp(lowest)``."""
    means = column_means(target, weight)
    return np.log(np.where(means > 0.0, means, math.exp(lowest)))
