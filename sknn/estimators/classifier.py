"""What all networks for classes share: labels, probabilities, class weights."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import unique_labels

from sknn._sklearn import with_callbacks
from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn.core.layout import Growth
from sknn.core.losses import LogLoss
from sknn.core.losses.base import Loss
from sknn.estimators.finite_output import computed
from sknn.estimators.fit.request import Call
from sknn.estimators.fit.state import FitState
from sknn.estimators.fitted import learned
from sknn.estimators.settings import specs
from sknn.estimators.supervised import SupervisedNetwork, is_stochastic
from sknn.estimators.targets.classification import (
    BinaryTargets,
    ClassificationTargets,
    MulticlassTargets,
    MultilabelTargets,
    MultioutputTargets,
    check_labels,
    classification_targets,
    encode_labels,
)
from sknn.estimators.targets.growth import grow
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
            float32 is kept, everything else becomes float64; sparse rows are never made dense.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Labels; an indicator matrix for multi-label.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight 2 is the row twice, weight 0 the row absent.
        X_val, y_val : default=None
            Validation rows: both curves are recorded, and early stopping watches them.
        sample_weight_val : array-like, default=None
            Their weights.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError, TypeError
            For a wrong parameter or array, or when training diverges. The estimator is then as
            it was before the call.
        """
        return self._train(
            Call(
                X,
                y,
                sample_weight,
                X_val,
                y_val,
                sample_weight_val,
                epochs=None,
                resume=self.warm_start,
                keep=self.warm_start,
            )
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
        """Pass over X and y once more, where the last call ended.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None
        classes : array-like or list of array-like, default=None
            All labels that will come; needed in the first call. Later calls may name further
            ones: the output layer grows, and the weights so far stay.
        X_val, y_val, sample_weight_val : default=None
            Validation rows; needed with ``early_stopping=True``.

        Returns
        -------
        self : estimator
        """
        return self._train(
            Call(
                X,
                y,
                sample_weight,
                X_val,
                y_val,
                sample_weight_val,
                classes=classes,
                resume=True,
                keep=True,
                stream=True,
            )
        )

    def initialize(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Draw initial weights without training, as `fit` would begin.

        Parameters
        ----------
        X, y : as for `fit`
        classes : array-like, default=None
            All labels that will come; None takes those of y.

        Returns
        -------
        self : estimator
        """
        return self._train(Call(X, y, classes=classes, epochs=0, keep=True))

    def predict(self, X: Any) -> Any:
        """Return the likeliest class of each row (multi-label: the indicator of likely labels).

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
            Return as well how far the members disagree: the standard deviation of the
            probabilities they give, for each row and class.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes), or a list of them, one an output
        std : as proba
            With `return_std`.

        Raises
        ------
        ValueError
            With `return_std` where there is one member only.
        """
        proba = self._told("proba", X)
        if not return_std:
            return proba
        self._check_members()
        return proba, self._as_given(self._disagreement(X), X)

    def _disagreement(self, X: Any) -> Any:
        """Return the standard deviation of the members' probabilities, in the form of these."""
        members = self._through(self._check_inputs(X))
        answers = [computed(self._targets.proba, raw, self._loss) for raw in members]
        # Of networks that serve several epochs the members do not count alike.
        share = vars(self).get("member_shares_")
        if isinstance(answers[0], list):
            return [_spread(np.stack(output), share) for output in zip(*answers, strict=True)]
        return _spread(np.stack(answers), share)

    @available_if(_gives_probabilities)
    def predict_log_proba(self, X: Any) -> Any:
        """Return the logarithm of the probabilities, finite however sure the network is.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes), or a list of them, one an output
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
            Binary: the log-odds of the second class. Otherwise raw scores, and with members
            the logarithm of their mean probability.
        """
        return self._told("decision", X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy; with several outputs the share of rows right in all of them.

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
        """Return what the targets make of raw scores, in the form that X has."""
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
        """Return the share of the target that goes to all classes alike."""
        return float(self.label_smoothing)

    def _set_targets(self, rows: Rows, state: FitState) -> None:
        if state.call.stream and state.call.classes is None and not _names_itself(rows.y):
            raise ValueError("classes must be passed on the first call to partial_fit.")
        self._targets = classification_targets(rows.y, state.call.classes)
        self.classes_ = self._targets.classes
        self.n_outputs_ = self._targets.n_outputs

    def _check_same_task(self, y: Any, state: FitState) -> Growth | None:
        """Compare labels with those of earlier calls, in scikit-learn's words."""
        known = self.classes_
        self._targets, growth = self._grown(state.call.classes)
        self.classes_, self.n_outputs_ = self._targets.classes, self._targets.n_outputs
        single = isinstance(self._targets, (BinaryTargets, MulticlassTargets))
        if single and y.ndim == 2:
            raise ValueError(f"y has {y.shape[1]} columns; in the first call it had one.")
        if single and not state.call.stream:
            labels = unique_labels(y)
            if set(labels.tolist()) != set(known.tolist()):
                raise ValueError(
                    "warm_start can only be used where `y` has the same classes as in the previous "
                    f"call to fit. Previously got {known}, `y` has {labels}"
                )
        return growth

    def _grown(self, classes: Any) -> tuple[ClassificationTargets, Growth | None]:
        return (self._targets, None) if classes is None else grow(self._targets, classes)

    def _combined_weight(self, rows: Rows, state: FitState) -> NDArray | None:
        check_labels(rows.y)
        if self.class_weight is None:
            return rows.weight
        if state.call.stream and self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' is not supported for partial_fit: a chunk does not know "
                "the shares of the classes. Pass the weights as a dict."
            )
        targets = (
            self._targets if not state.fresh else classification_targets(rows.y, state.call.classes)
        )
        factor = _class_factor(self.class_weight, rows, targets)
        return factor if rows.weight is None else factor * rows.weight

    def __sklearn_tags__(self) -> Any:
        """Several labels and several outputs are welcome."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags


def _spread(answers: NDArray, share: NDArray | None) -> NDArray:
    off = answers - np.average(answers, axis=0, weights=share)
    return np.sqrt(np.average(off**2, axis=0, weights=share)).astype(answers.dtype)


def _names_itself(y: Any) -> bool:
    """Say whether y shows all its labels: an indicator matrix has a column for each."""
    return isinstance(classification_targets(y), MultilabelTargets)


def _class_factor(class_weight: Any, rows: Rows, targets: ClassificationTargets) -> NDArray:
    """Return the product over outputs of the weights of each row's classes."""
    if isinstance(targets, MultilabelTargets):
        raise ValueError(
            "class_weight is not defined for multi-label y; weigh rows by sample_weight."
        )
    columns, known = [rows.y], [targets.classes]
    if isinstance(targets, MultioutputTargets):
        targets.check_columns(rows.y)
        columns, known = list(rows.y.T), targets.classes
    wanted = class_weight if isinstance(class_weight, list) else [class_weight] * len(columns)
    if len(wanted) != len(columns):
        raise ValueError(f"class_weight has {len(wanted)} entries for {len(columns)} outputs.")
    factor = np.ones(len(rows.y))
    for each, column, classes in zip(wanted, columns, known, strict=True):
        codes = encode_labels(column, classes)
        factor *= arrays.class_weights(each, codes, classes, rows.weight)
    return factor
