"""Common parts of all regressors: standardized y, bounds on predictions."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.metaestimators import available_if

from sknn._sklearn import with_callbacks
from sknn.estimators.finite_output import computed
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.task import RegressionTask, Task
from sknn.estimators.fitted import learned
from sknn.estimators.supervised import SupervisedNetwork, is_stochastic
from sknn.estimators.targets.quantiles import checked_levels, places_of
from sknn.estimators.targets.regression import RegressionTargets
from sknn.estimators.targets.scores import r2


class NetworkRegressor(RegressorMixin, SupervisedNetwork):
    """Predicts one or several real numbers."""

    loss: Any = "squared_error"
    normalize_y: Any = True
    output_range: Any = None

    _score_name = "r2"
    _task: ClassVar[Task] = RegressionTask()
    _numeric_target = True

    n_outputs_: int = learned()
    _targets: RegressionTargets

    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Train on X and y.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            float32 is kept, everything else is converted to float64; sparse rows are never made
            dense.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Real numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            A weight of 2 counts the row twice, and a weight of 0 leaves it out.
        X_val, y_val : default=None
            Validation rows. Their loss and score are recorded, and early stopping watches them.
        sample_weight_val : array-like, default=None
            Weights of the validation rows.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError, TypeError
            For an invalid parameter or array, or when training diverges. The estimator is then as
            it was before the call.
        """
        return self._train(
            Call.of_fit(self.warm_start, X, y, sample_weight, X_val, y_val, sample_weight_val)
        )

    @available_if(is_stochastic)
    @with_callbacks
    def partial_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Train for one epoch on X and y, and continue where the last call ended.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None
        X_val, y_val, sample_weight_val : default=None
            Validation rows; required with ``early_stopping=True``.

        Returns
        -------
        self : estimator
        """
        return self._train(Call.of_stream(X, y, sample_weight, X_val, y_val, sample_weight_val))

    def initialize(self, X: Any, y: Any) -> Self:
        """Draw the initial weights without training, as `fit` does at its beginning.

        Parameters
        ----------
        X, y : as for `fit`

        Returns
        -------
        self : estimator
        """
        return self._train(Call(X, y, epochs=0, keep=True))

    def predict(self, X: Any, return_std: bool = False, return_quantiles: Any = None) -> Any:
        """Return the predicted targets.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        return_std : bool, default=False
            Also return how uncertain each prediction is, as a standard deviation. With
            ``loss="gaussian_nll"`` it is that of the target: the network predicts it and, with
            several members, it is the square root of the sum of two terms: the mean of their
            variances and the variance of their means. With other losses, it is the standard
            deviation of the members'
            predictions.
        return_quantiles : list of float, default=None
            Return these quantiles of the target instead of the prediction: levels between 0 and 1,
            in ascending order. The loss must have learned them, as
            ``Quantile([0.05, 0.5, 0.95])`` does. :class:`~sknn.TabularMLPRegressor` returns any
            quantile with any other loss: it uses errors on held-out rows, which also correct
            quantiles that were learned.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            With a loss that learns several quantiles, the medians.
        std : ndarray of the shape of y
            With `return_std`.
        quantiles : ndarray of shape (n_samples, n_levels) or (n_samples, n_levels, n_outputs)
            Only this, with `return_quantiles`. Quantiles of one row never cross.

        Raises
        ------
        ValueError
            With `return_std` and a single member, unless the loss learns a spread. With
            `return_quantiles`, for levels that are out of order or range, that the loss did not
            learn, or that need more held-out rows, and together with `return_std`.
        """
        if return_quantiles is not None:
            if return_std:
                raise ValueError(
                    "return_std and return_quantiles cannot be combined; pass one of them."
                )
            return self._as_given(self._quantiles(X, checked_levels(return_quantiles)), X)
        raw = self._raw(X)
        answer = computed(self._targets.predict, raw, self._loss)
        if not return_std:
            return self._as_given(answer, X)
        std = computed(self._std, X).reshape(answer.shape)
        return self._as_given(answer, X), self._as_given(std, X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the coefficient of determination R2, averaged over the outputs.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        score : float
            NaN, with a warning, for a single row.
        """
        return r2(y, self.predict(X), sample_weight)

    def _quantiles(self, X: Any, levels: NDArray) -> NDArray:
        """Return quantiles, of shape (n_samples, n_levels) or (n_samples, n_levels, n_outputs)."""
        self._check_fitted()
        places = places_of(levels, self._loss.levels)
        return computed(self._targets.quantiles, self._raw(X), self._loss, places)

    def _std(self, X: Any) -> NDArray:
        """Return the standard deviation of predictions, of shape (n_samples, n_outputs)."""
        if not self._loss.has_spread:
            self._check_members(", or loss='gaussian_nll'")
        return self._spread(X)

    def _spread(self, X: Any, share: NDArray | None = None) -> NDArray:
        """Return the standard deviation of the members' predictions, which may have weights.

        That is the distance of their means and, if the loss learns a spread, the distance of
        targets from each of them.
        """
        k = self._targets.n_outputs
        answers = computed(self._loss.link, self._through(self._check_inputs(X)))
        answers = answers if self.network_.lead else answers[None]
        means = answers[..., self._loss.prediction_at(k)]
        apart = [means - np.average(means, axis=0, weights=share)]
        if self._loss.has_spread:
            apart.append(answers[..., k:])
        share = np.full(len(answers), 1.0 / len(answers)) if share is None else share
        root = np.sqrt(share).astype(answers.dtype).reshape(-1, *[1] * (answers.ndim - 1))
        # The squares of a valid standard deviation could overflow.
        return np.hypot.reduce(np.concatenate([part * root for part in apart]), axis=0)

    def __sklearn_tags__(self) -> Any:
        """Accept several outputs."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
