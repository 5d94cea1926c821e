"""Accuracy and R2 of predictions, with y and weights checked as in training."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, r2_score

from sknn._validation import arrays
from sknn._validation.marks import CheckedArray, marked, unmarked
from sknn._validation.messages import check_same_rows
from sknn.estimators.targets.classification import check_comparable


def accuracy(y: Any, answers: Any, sample_weight: Any) -> float:
    """Return the share of rows that are right in every output.

    Parameters
    ----------
    y : array-like or sparse matrix
    answers : ndarray or CSR of shape (n,) or (n, n_outputs)
    sample_weight : array-like of shape (n,), number or None
    """
    if isinstance(y, CheckedArray):
        y, weight = unmarked(y), sample_weight
    else:
        y = _fitting(arrays.check_truth(y, numeric=False), answers)
        weight = _weight(sample_weight, y)
        check_comparable(y, answers)
    if sp.issparse(y) or sp.issparse(answers):
        return float(accuracy_score(y, answers, sample_weight=weight))
    right = answers == y
    return float(np.average(right if right.ndim == 1 else right.all(axis=1), weights=weight))


def r2(y: Any, answers: NDArray, sample_weight: Any) -> float:
    """Return the coefficient of determination; NaN, with a warning, for a single row."""
    if isinstance(y, CheckedArray):
        y, weight = unmarked(y), sample_weight
    else:
        y = _fitting(arrays.check_truth(y, numeric=True), answers)
        weight = _weight(sample_weight, y)
    with np.errstate(over="ignore", invalid="ignore"):
        score = float(r2_score(y, answers, sample_weight=weight))
    if len(y) > 1 and not np.isfinite(score):
        raise ValueError(
            "y, the predictions for X, or sample_weight are so large that R2 is not finite; scale "
            "them down, for example y / 1e100."
        )
    return score


def checked_once(y: Any, numeric: bool) -> Any:
    """Return y in the form for scores, marked so that it is not checked again."""
    y = arrays.check_truth(y, numeric=numeric)
    if not numeric:
        check_comparable(y, y)
    return marked(y)


def _fitting(y: Any, answers: Any) -> Any:
    """Return y if it has as many rows and outputs as the predictions."""
    check_same_rows(answers, y)
    found, known = (each.shape[1] if each.ndim == 2 else 1 for each in (y, answers))
    if y.ndim != answers.ndim or found != known:
        raise ValueError(
            f"y has {found} column{'s' * (found != 1)}, but the estimator was fitted on a y with "
            f"{known}; pass as many, in the same order."
        )
    return y


def _weight(sample_weight: Any, y: Any) -> NDArray | None:
    weight = arrays.check_weight(sample_weight, y.shape[0])
    arrays.check_some_weight(weight, "sample_weight")
    return weight
