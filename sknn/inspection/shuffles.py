"""Importance of columns by shuffling their entries, with sample weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.metrics import check_scoring
from sklearn.utils import check_array, check_random_state


def of_weighted_shuffles(
    estimator: Any,
    X: Any,
    y: Any,
    weight: NDArray,
    n_repeats: int,
    *,
    scoring: Any,
    random_state: Any,
) -> NDArray:
    """Return how far the weighted score falls when the entries of each column are shuffled.

    Unlike scikit-learn's permutation_importance, it also shuffles by weight, so that a row of
    weight 2 is the same as the row twice.

    Parameters
    ----------
    estimator : fitted estimator
    X : array-like or pandas frame of shape (n, d)
    y : array-like of shape (n,) or (n, k)
    weight : ndarray of shape (n,)
        Positive.
    n_repeats : int
    scoring : str, callable or None
    random_state : int, RandomState or None

    Returns
    -------
    importances : ndarray of shape (d,)
        Means over the repeats.
    """
    scorer, rng = check_scoring(estimator, scoring=scoring), check_random_state(random_state)
    if not hasattr(X, "iloc"):
        X = check_array(X, ensure_all_finite="allow-nan", dtype=None)
    score = scorer(estimator, X, y, sample_weight=weight)
    falls = np.zeros((X.shape[1], n_repeats))
    for column in range(X.shape[1]):
        for repeat in range(n_repeats):
            shuffled = _with_entries(X, column, _drawn(weight, rng))
            falls[column, repeat] = score - scorer(estimator, shuffled, y, sample_weight=weight)
    return falls.mean(axis=1)


def _drawn(weight: NDArray, rng: RandomState) -> NDArray:
    """Return rows in random order, in proportion to their weights: each once if all are equal.

    Systematic sampling: evenly spaced points on the line of all weights, from a random start.
    """
    ends = np.cumsum(weight) / weight.sum()
    points = (np.arange(len(weight)) + rng.uniform()) / len(weight)
    return rng.permutation(np.searchsorted(ends[:-1], points, side="right"))


def _with_entries(X: Any, column: int, rows: NDArray) -> Any:
    """Return X with the entries of one column taken from other rows."""
    changed = X.copy()
    if hasattr(X, "iloc"):
        entries = X.iloc[rows, column]
        entries.index = X.index
        changed[X.columns[column]] = entries
    else:
        changed[:, column] = X[rows, column]
    return changed
