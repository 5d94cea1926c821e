"""Common parts of all classifiers: labels, probabilities, class weights."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if

from sknn._sklearn import with_callbacks
from sknn.core.losses import LogLoss
from sknn.core.losses.base import Loss
from sknn.estimators.finite_output import computed
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.task import ClassificationTask, Task
from sknn.estimators.fitted import learned
from sknn.estimators.settings import specs
from sknn.estimators.supervised import SupervisedNetwork, is_stochastic
from sknn.estimators.targets.classification import (
    ClassificationTargets,
)
from sknn.estimators.targets.scores import accuracy


def _gives_probabilities(estimator: Any) -> bool:
    loss = estimator.loss
    kind = Loss.registry.get(loss) if isinstance(loss, str) else type(loss)
    if not getattr(kind, "has_probabilities", True):
        raise AttributeError(f"loss={loss!r} gives scores, not probabilities.")
    return True


class NetworkClassifier(ClassifierMixin, SupervisedNetwork):
    """Predicts classes: binary, multiclass, multi-label, several multiclass outputs."""

    loss: Any = "log_loss"
    class_weight: Any = None
    label_smoothing: Any = 0.0

    _score_name = "accuracy"
    _task: ClassVar[Task] = ClassificationTask()

    classes_: Any = learned()
    n_outputs_: int = learned()
    _targets: ClassificationTargets

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
            Labels; an indicator matrix for multi-label.
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
        classes: Any = None,
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
        classes : array-like or list of array-like, default=None
            All labels that will occur; required in the first call. Later calls may add labels: the
            output layer then grows, and the weights so far are kept.
        X_val, y_val, sample_weight_val : default=None
            Validation rows; required with ``early_stopping=True``.

        Returns
        -------
        self : estimator
        """
        return self._train(
            Call.of_stream(X, y, sample_weight, X_val, y_val, sample_weight_val, classes)
        )

    def initialize(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Draw the initial weights without training, as `fit` does at its beginning.

        Parameters
        ----------
        X, y : as for `fit`
        classes : array-like, default=None
            All labels that will occur; None takes those of y.

        Returns
        -------
        self : estimator
        """
        return self._train(Call(X, y, classes=classes, epochs=0, keep=True))

    def predict(self, X: Any) -> Any:
        """Return the most likely class of each row (multi-label: an indicator matrix).

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        targets, raw = self._targets_checked(), self._raw(X)
        with np.errstate(over="ignore"):
            answer = targets.predict(raw, self._loss)
        return self._as_given(answer, X)

    @available_if(_gives_probabilities)
    def predict_proba(self, X: Any, return_std: bool = False) -> Any:
        """Return the probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        return_std : bool, default=False
            Also return how far the members disagree: the standard deviation of their probabilities,
            for each row and class.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes), or a list with one per output
        std : as proba
            With `return_std`.

        Raises
        ------
        ValueError
            With `return_std` and a single member.
        """
        proba = self._told("proba", X)
        if not return_std:
            return proba
        self._check_members()
        return proba, self._as_given(self._disagreement(X), X)

    def _disagreement(self, X: Any) -> Any:
        """Return the standard deviation of the members' probabilities, in their form."""
        members = self._through(self._check_inputs(X))
        answers = [computed(self._targets.proba, raw, self._loss) for raw in members]
        # If several epochs predict, the members have different weights.
        share = vars(self).get("member_shares_")
        if isinstance(answers[0], list):
            return [_spread(np.stack(output), share) for output in zip(*answers, strict=True)]
        return _spread(np.stack(answers), share)

    @available_if(_gives_probabilities)
    def predict_log_proba(self, X: Any) -> Any:
        """Return the logarithm of the probabilities, which is finite even for probabilities near 0.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes), or a list with one per output
        """
        return self._told("log_proba", X)

    def decision_function(self, X: Any) -> Any:
        """Return confidence scores.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Binary: the log-odds of the second class. Otherwise the raw scores or, with several
            members, the logarithm of their mean probabilities.
        """
        return self._told("decision", X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy; with several outputs, the share of rows with every output right.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        score : float
        """
        return accuracy(y, self.predict(X), sample_weight)

    def _told(self, question: str, X: Any) -> Any:
        """Return the predictions for raw scores, in the form of X."""
        answer = getattr(self._targets_checked(), question)
        return self._as_given(computed(answer, self._raw(X), self._loss), X)

    def _targets_checked(self) -> ClassificationTargets:
        self._check_fitted()
        return self._targets

    def _loss_recipe(self) -> Loss:
        loss, smoothing = specs.loss_of(self), self._smoothing()
        if not smoothing:
            return loss
        if type(loss) is not LogLoss:
            raise ValueError(
                f"label_smoothing={smoothing} needs loss='log_loss'; got {self.loss!r}."
            )
        return LogLoss(label_smoothing=smoothing)

    def _smoothing(self) -> float:
        """Return the share of the target that is spread evenly over all classes."""
        return float(self.label_smoothing)

    def __sklearn_tags__(self) -> Any:
        """Accept several labels and several outputs."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags


def _spread(answers: NDArray, share: NDArray | None) -> NDArray:
    off = answers - np.average(answers, axis=0, weights=share)
    return np.sqrt(np.average(off**2, axis=0, weights=share)).astype(answers.dtype)
