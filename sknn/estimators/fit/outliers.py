"""Common parts of estimators that score how usual rows are."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation import arrays
from sknn.estimators.finite_output import computed
from sknn.estimators.fitted import learned
from sknn.preprocessing.quantiles import Distinct

# Shares of the total weight are compared up to rounding.
_SLACK = 1.0 - 1e-10
_ALIKE = 1e-9


class OutlierScores:
    """Methods that follow from the scores of rows and a threshold for outliers."""

    contamination: Any
    offset_: float = learned()

    @abstractmethod
    def score_samples(self, X: Any) -> NDArray:
        """Return a score for every row, lower for more unusual rows."""

    @abstractmethod
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Learn the distribution of scores."""

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> NDArray:
        """Fit, and return which rows of X are outliers, see :meth:`predict_outlier`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        labels : ndarray of shape (n_samples,)
        """
        return self.fit(X, y, sample_weight).predict_outlier(X)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Return the (weighted) mean of :meth:`score_samples`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        score : float
        """
        return weighted_mean(self.score_samples(X), sample_weight)

    def decision_function(self, X: Any) -> NDArray:
        """Return the score of every row minus `offset_`, which is negative for outliers.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        decision : ndarray of shape (n_samples,)
        """
        return self.score_samples(X) - self.offset_

    def predict_outlier(self, X: Any) -> NDArray:
        """Return which rows are outliers.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        labels : ndarray of shape (n_samples,)
            -1 for outliers, 1 for the others, as in scikit-learn's outlier detectors.
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def _border(self, scores: NDArray, weight: NDArray | None) -> float:
        """Return the score that the share `contamination` of the rows lies below."""
        share = 0.1 if isinstance(self.contamination, str) else float(self.contamination)
        return border(scores, weight, share)


def weighted_mean(scores: NDArray, sample_weight: Any) -> float:
    """Return the mean of scores by weights that are yet to be checked."""
    weight = arrays.check_weight(sample_weight, len(scores))
    arrays.check_some_weight(weight, "sample_weight")
    return float(computed(np.average, scores, weights=weight))


def border(scores: NDArray, weight: NDArray | None, share: float) -> float:
    """Return the score that a share of the rows lies below.

    It lies between two scores, so that the last of these rows is below it as well. Rows of equal
    weight get the interpolation of :func:`numpy.quantile`, and repeated rows get that of one row
    with their weight.

    Parameters
    ----------
    scores : ndarray of shape (n,)
    weight : ndarray of shape (n,) or None
    share : float in (0, 1)
    """
    weight = np.ones(len(scores)) if weight is None else weight.astype(np.float64)
    scores, weight = scores[weight > 0], weight[weight > 0]
    # BLAS may give the same row, at two positions, scores that differ in the last bits.
    known = Distinct.of(scores, weight, within=_ALIKE)
    reached = np.cumsum(known.weight)
    places = reached - (1.0 - share) * known.weight
    return float(np.interp(share * _SLACK * reached[-1], places, known.values))
