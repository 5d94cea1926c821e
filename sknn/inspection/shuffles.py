"""Importance of columns by shuffling their entries, with sample weights and in any frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.metrics import check_scoring
from sklearn.utils import check_array, check_random_state


def is_foreign_frame(X: Any) -> bool:
    """Return whether X is a frame that scikit-learn would shuffle as an array: not of pandas."""
    return hasattr(X, "to_arrow") or hasattr(X, "column_names")


def of_shuffles(
    estimator: Any,
    X: Any,
    y: Any,
    weight: NDArray | None,
    n_repeats: int,
    *,
    scoring: Any,
    random_state: Any,
) -> NDArray:
    """Return how far the score falls when the entries of each column are shuffled.

    Unlike scikit-learn's permutation_importance, it also shuffles by weight, so that a row of
    weight 2 is the same as the row twice, and frames stay frames.

    Parameters
    ----------
    estimator : fitted estimator
    X : array-like or frame of shape (n, d)
    y : array-like of shape (n,) or (n, k)
    weight : ndarray of shape (n,) or None
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
    if not (hasattr(X, "iloc") or is_foreign_frame(X)):
        X = check_array(X, ensure_all_finite="allow-nan", dtype=None)
    weighted = {} if weight is None else {"sample_weight": weight}
    score = scorer(estimator, X, y, **weighted)
    falls = np.zeros((X.shape[1], n_repeats))
    for column in range(X.shape[1]):
        for repeat in range(n_repeats):
            n = X.shape[0]
            rows = rng.permutation(n) if weight is None else _drawn(weight, rng)
            shuffled = _with_entries(X, column, rows)
            falls[column, repeat] = score - scorer(estimator, shuffled, y, **weighted)
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
    if hasattr(X, "to_arrow"):
        return X.with_columns(X.to_series(column).gather(rows))
    if hasattr(X, "column_names"):
        return X.set_column(column, X.column_names[column], X.column(column).take(rows))
    changed = X.copy()
    if hasattr(X, "iloc"):
        entries = X.iloc[rows, column]
        entries.index = X.index
        changed[X.columns[column]] = entries
    else:
        changed[:, column] = X[rows, column]
    return changed
