"""Targets that are labels: two classes, one of many, several labels, several outputs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import logsumexp
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from sknn._validation.arrays import plain_numbers, reject_odd_arrays
from sknn._validation.messages import located, naming_arguments
from sknn.core.losses import Grouped
from sknn.core.losses.base import Loss
from sknn.estimators.targets.base import Targets, mean_prediction


def probabilities(raw: NDArray, loss: Loss) -> NDArray:
    """Return mean probabilities, never quite 0 or 1: no finite score is certain.

    So their logarithms and odds are finite, and scores that rounding makes equal stay in order.
    """
    mean = mean_prediction(raw, loss)
    limits = np.finfo(mean.dtype)
    return np.clip(mean, limits.tiny, 1.0 - limits.epsneg, out=mean)


def log_probabilities(log_p: NDArray) -> NDArray:
    """Return the logarithm of the mean probability over members, not below that of the least."""
    return np.maximum(_mean_log(log_p), np.log(np.finfo(log_p.dtype).tiny))


class ClassificationTargets(Targets):
    """Shared by all tasks with labels."""

    classes: Any

    @abstractmethod
    def proba(self, raw: NDArray, loss: Loss) -> Any:
        """Return probabilities."""

    @abstractmethod
    def log_proba(self, raw: NDArray, loss: Loss) -> Any:
        """Return finite log-probabilities."""

    @abstractmethod
    def decision(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return confidence scores."""

    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """Return the accuracy (of exact matches if there are several outputs)."""
        return float(np.average(self.hits(raw, loss, target), weights=weight))

    def scores(
        self, raws: Sequence[NDArray] | NDArray, loss: Loss, target: Any, weight: NDArray | None
    ) -> list[float]:
        """Return the accuracy of every member separately, computed together."""
        if len(raws) == 1 or not isinstance(target, np.ndarray):
            return super().scores(raws, loss, target, weight)
        n_members, n_rows = len(raws), len(target)
        hits = self.hits(np.concatenate(raws), loss, np.concatenate([target] * n_members))
        table = hits.reshape(n_members, n_rows)
        share = None if weight is None else np.broadcast_to(weight, table.shape)
        return np.average(table, axis=1, weights=share).tolist()

    @abstractmethod
    def hits(self, raw: NDArray, loss: Loss, target: Any) -> NDArray:
        """Return for each row whether the prediction is right in every output."""

    def pool(self, raw: NDArray, loss: Loss, share: NDArray | None = None) -> NDArray:
        """Return the log-odds, or logarithms, of the mean probabilities of all members."""
        if not loss.has_probabilities:
            return super().pool(raw, loss, share)
        return self._pool_probabilities(raw, loss, share)

    @abstractmethod
    def _pool_probabilities(self, raw: NDArray, loss: Loss, share: NDArray | None) -> NDArray:
        """Return raw scores (n, n_raw) with the mean probabilities of all members."""


def encode_labels(y: NDArray, classes: NDArray) -> NDArray[np.intp]:
    """Return the position of each label in sorted `classes`.

    Raises
    ------
    ValueError
        For a label that is not among them, in scikit-learn's words.
    """
    if y.ndim != 1:
        raise ValueError(f"y must have one column; got shape {y.shape}.")
    with _naming_labels():
        present, inverse = np.unique(y, return_inverse=True)
    if present.dtype == classes.dtype and np.array_equal(present, classes):
        return inverse.ravel()
    try:
        unknown = np.setdiff1d(present, classes)
    except TypeError:
        unknown = present
    if len(unknown):
        raise ValueError(
            "`y` has classes not in `self.classes_`. "
            f"`self.classes_` has {classes}. `y` has {present}. If these are new classes, pass all "
            "of them, old and new, to partial_fit as `classes`."
        )
    return np.searchsorted(classes, present)[inverse.ravel()]


class BinaryTargets(ClassificationTargets):
    """Two classes, one raw score: the log-odds of the second."""

    task = "binary"
    n_outputs = 1

    def __init__(self, classes: NDArray) -> None:
        self.classes = classes

    def encode(self, y: Any, dtype: np.dtype) -> NDArray:
        """Return a column of zeros and ones."""
        return encode_labels(y, self.classes).astype(dtype)[:, None]

    def strata(self, target: NDArray, rows: NDArray | None) -> NDArray:
        """Return the classes; each must have rows for training and rows to hold out."""
        _check_both_classes(target[:, 0] if rows is None else target[rows, 0])
        return target[:, 0]

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the likelier class."""
        return self.classes[(self.decision(raw, loss) > 0).astype(np.intp)]

    def hits(self, raw: NDArray, loss: Loss, target: Any) -> NDArray:
        """Compare signs."""
        return (self.decision(raw, loss) > 0) == (target[:, 0] > 0.5)

    def proba(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return two columns."""
        if loss.link_name == "logistic":
            # 1 - p would round small probabilities of the first class to zero.
            return np.hstack([probabilities(-raw, loss), probabilities(raw, loss)])
        second = probabilities(raw, loss)
        return np.hstack([1.0 - second, second])

    def log_proba(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return log-sigmoids of plus and minus the log-odds."""
        return log_probabilities(_log_sigmoids(raw))

    def decision(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the log-odds of the second class."""
        return (raw if raw.ndim == 2 else self.pool(raw, loss))[:, 0]

    def _pool_probabilities(self, raw: NDArray, loss: Loss, share: NDArray | None) -> NDArray:
        log_p = _mean_log(_log_sigmoids(raw), share)
        return log_p[:, 1:] - log_p[:, :1]


def _log_sigmoid(raw: NDArray) -> NDArray:
    return -np.logaddexp(0.0, -raw).astype(raw.dtype)


def _log_sigmoids(raw: NDArray) -> NDArray:
    return _log_sigmoid(np.stack([-raw[..., 0], raw[..., 0]], axis=-1))


def _mean_log(log_p: NDArray, share: NDArray | None = None) -> NDArray:
    """Return the logarithm of the mean probability over members, which may count differently."""
    if log_p.ndim == 2:
        return log_p
    if share is None:
        mean = logsumexp(log_p, axis=0) - np.log(len(log_p))
    else:
        mean = logsumexp(log_p, axis=0, b=share.reshape(-1, *(1,) * (log_p.ndim - 1)))
    return mean.astype(log_p.dtype)


def _check_both_classes(target: NDArray) -> None:
    """Raise, as scikit-learn does, if one of two classes has a single row to split."""
    second = int((target > 0).sum())
    if 1 in (second, len(target) - second):
        raise ValueError(
            "The least populated class in y has only 1 row, but early_stopping=True needs rows of "
            "both classes to train on and to hold out. Pass X_val and y_val, more rows of that "
            "class, or early_stopping=False."
        )


class MulticlassTargets(ClassificationTargets):
    """One of k classes, one raw score each. A single class is the case k = 1."""

    task = "multiclass"

    def __init__(self, classes: NDArray) -> None:
        self.classes = classes
        self.n_outputs = len(classes)

    def encode(self, y: Any, dtype: np.dtype) -> NDArray:
        """Return codes."""
        return encode_labels(y, self.classes)

    def strata(self, target: NDArray, rows: NDArray | None) -> NDArray:
        """Return the classes."""
        return target

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the most likely class."""
        return self.classes[self.decision(raw, loss).argmax(axis=-1)]

    def hits(self, raw: NDArray, loss: Loss, target: Any) -> NDArray:
        """Compare codes."""
        return self.decision(raw, loss).argmax(axis=-1) == target

    def proba(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return one column per class."""
        mean = mean_prediction(raw, loss)
        # The only class of all is certain, but no class is impossible.
        return np.maximum(mean, np.finfo(mean.dtype).tiny, out=mean)

    def log_proba(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the log-softmax."""
        return log_probabilities(_log_softmax(raw))

    def decision(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return raw scores; with members the logarithm of the mean probability."""
        return raw if raw.ndim == 2 else self.pool(raw, loss)

    def _pool_probabilities(self, raw: NDArray, loss: Loss, share: NDArray | None) -> NDArray:
        return _mean_log(_log_softmax(raw), share)


def _log_softmax(raw: NDArray) -> NDArray:
    shifted = raw - raw.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


class MultilabelTargets(ClassificationTargets):
    """Any number of labels per row, one raw score each."""

    task = "multilabel"

    def __init__(self, n_labels: int, sparse: bool) -> None:
        self.classes = np.arange(n_labels)
        self.n_outputs = n_labels
        self.sparse = sparse

    def encode(self, y: Any, dtype: np.dtype) -> Any:
        """Return the indicator as floats; a sparse one stays sparse."""
        if y.ndim != 2 or y.shape[1] != self.n_outputs:
            raise ValueError(
                f"y must be an indicator matrix with {self.n_outputs} columns, one per "
                f"label; got shape {y.shape}."
            )
        entries = y.data if sp.issparse(y) else y
        if not np.isin(entries, (0, 1)).all():
            raise ValueError(
                "y is an indicator matrix with one column per label, and must hold only 0 and 1."
            )
        return sp.csr_array(y, dtype=dtype) if sp.issparse(y) else np.asarray(y, dtype)

    def check_classes(self, classes: Any) -> None:
        """Raise if the labels a stream announces are not one per column."""
        if classes is not None and np.shape(classes) != (self.n_outputs,):
            raise ValueError(
                f"y has {self.n_outputs} columns, one per label, so `classes` must hold "
                f"{self.n_outputs} labels; got {classes!r}."
            )

    def predict(self, raw: NDArray, loss: Loss) -> Any:
        """Return the indicator of labels that are likelier than not."""
        answer = (self._log_odds(raw, loss) > 0).astype(np.int64)
        return sp.csr_matrix(answer) if self.sparse else answer

    def hits(self, raw: NDArray, loss: Loss, target: Any) -> NDArray:
        """Compare whole rows of the indicator."""
        target = target if isinstance(target, np.ndarray) else target.toarray()
        return ((self.decision(raw, loss) > 0) == (target > 0.5)).all(axis=1)

    def proba(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the probability of each label."""
        return probabilities(raw, loss)

    def log_proba(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the logarithms of the probabilities, finite and in the same order."""
        return np.log(self.proba(raw, loss))

    def decision(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the log-odds of each label, as fine as its probability resolves them.

        So both rank rows in the same way, including ties.
        """
        odds = self._log_odds(raw, loss)
        if not loss.has_probabilities:
            return odds
        p = self.proba(raw, loss)
        lowest = np.log(np.finfo(p.dtype).tiny)
        return np.where(p > 0.5, np.log(p) - np.log1p(-p), np.maximum(odds, lowest))

    def _log_odds(self, raw: NDArray, loss: Loss) -> NDArray:
        return raw if raw.ndim == 2 else self.pool(raw, loss)

    def _pool_probabilities(self, raw: NDArray, loss: Loss, share: NDArray | None) -> NDArray:
        return _mean_log(_log_sigmoid(raw), share) - _mean_log(_log_sigmoid(-raw), share)


class MultioutputTargets(ClassificationTargets):
    """Several one-of-k questions about a row; their raw scores are side by side."""

    task = "multiclass"

    def __init__(self, classes: list[NDArray]) -> None:
        self.parts = [MulticlassTargets(each) for each in classes]
        self.classes = classes
        self.n_outputs = sum(part.n_outputs for part in self.parts)

    def bind(self, loss: Loss) -> Loss:
        """Return the mean of one bound loss per output."""
        super().bind(loss)
        return Grouped([loss.bind(self.task) for _ in self.parts], [len(c) for c in self.classes])

    def check_columns(self, y: Any) -> None:
        """Raise if y has another number of columns."""
        if y.ndim != 2 or y.shape[1] != len(self.parts):
            raise ValueError(
                f"y must have {len(self.parts)} columns, one per output; got shape {y.shape}."
            )

    def encode(self, y: Any, dtype: np.dtype) -> NDArray:
        """Return a matrix of codes, one column per output."""
        self.check_columns(y)
        return np.column_stack(
            [part.encode(column, dtype) for part, column in zip(self.parts, y.T, strict=True)]
        )

    def _split(self, raw: NDArray) -> list[NDArray]:
        ends = np.cumsum([part.n_outputs for part in self.parts])[:-1]
        return np.split(raw, ends, axis=-1)

    def _each(self, method: str, raw: NDArray, loss: Loss) -> list[NDArray]:
        blocks = zip(self.parts, self._split(raw), loss.losses, strict=True)
        return [getattr(part, method)(block, own) for part, block, own in blocks]

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return one column per output."""
        return np.column_stack(self._each("predict", raw, loss))

    def proba(self, raw: NDArray, loss: Loss) -> list[NDArray]:
        """Return a list with one array per output."""
        return self._each("proba", raw, loss)

    def log_proba(self, raw: NDArray, loss: Loss) -> list[NDArray]:
        """Return a list with one array per output."""
        return self._each("log_proba", raw, loss)

    def decision(self, raw: NDArray, loss: Loss) -> list[NDArray]:  # type: ignore[override]
        """Return a list with one array per output."""
        return self._each("decision", raw, loss)

    def _pool_probabilities(self, raw: NDArray, loss: Loss, share: NDArray | None) -> NDArray:
        blocks = zip(self.parts, self._split(raw), loss.losses, strict=True)
        return np.hstack([part.pool(block, own, share) for part, block, own in blocks])

    def hits(self, raw: NDArray, loss: Loss, target: Any) -> NDArray:
        """Compare the codes of every output."""
        decisions = self.decision(raw, loss)
        codes = np.column_stack([scores.argmax(axis=-1) for scores in decisions])
        return (codes == target).all(axis=1)


def _is_indicator(y: Any, classes: Any) -> bool:
    """Return whether y marks labels with 1, and does not answer several questions.

    scikit-learn calls every matrix of two values an indicator; columns of 1 and 2 are classes.
    """
    if y.ndim != 2 or type_of_target(y, input_name="y") != "multilabel-indicator":
        return False
    if sp.issparse(y):
        return True
    nested = classes is not None and len(classes) > 0 and np.ndim(classes[0]) > 0
    return not nested and bool(np.isin(y, (0, 1)).all())


@contextmanager
def _naming_labels(name: str = "y") -> Iterator[None]:
    """Add the argument and the remedy to errors about labels."""
    try:
        yield
    except TypeError as error:
        if "not supported between" not in str(error):
            raise located(error, name) from error
        raise TypeError(
            f"{name} mixes labels that cannot be sorted, such as numbers, strings, and None; make "
            "them all str or all numbers."
        ) from error
    except ValueError as error:
        if "label type: unknown" not in str(error):
            raise located(error, name) from error
        raise ValueError(
            f"Unknown label type: {name} mixes kinds of objects, or holds objects that are not "
            f"labels; "
            "make them all str or all numbers."
        ) from error


def check_labels(y: Any) -> None:
    """Raise if y holds no labels, or labels that cannot be sorted."""
    with _naming_labels():
        check_classification_targets(y)


def check_comparable(y: Any, answers: Any) -> None:
    """Raise if y holds no labels, or none that could be predicted."""
    with _naming_labels():
        kind = type_of_target(y, input_name="y")
    if kind.startswith("continuous") or kind == "unknown":
        raise ValueError(
            f"y holds no labels ({kind}); classifiers are scored against classes, such as strings "
            "or whole numbers."
        )
    if not sp.issparse(y) and not sp.issparse(answers) and _is_text(y) != _is_text(answers):
        words = ("text", "numbers") if _is_text(y) else ("numbers", "text")
        raise ValueError(
            f"y holds {words[0]}, but the classes are {words[1]}; pass labels like those in "
            "training."
        )


def _is_text(labels: NDArray) -> bool:
    return isinstance(labels.flat[0], (str, bytes))


def sorted_labels(labels: Any) -> NDArray:
    """Return the distinct labels in order."""
    with _naming_labels():
        return np.unique(labels)


def stated_labels(classes: Any) -> NDArray:
    """Return the labels a stream announces, sorted."""
    reject_odd_arrays(classes, "classes")
    with naming_arguments(classes=classes):
        labels = plain_numbers(np.asarray(classes))
    if labels.ndim != 1 or not len(labels) or (labels.dtype.kind == "f" and np.isnan(labels).any()):
        raise ValueError(f"`classes` must be a list of labels without NaN; got {classes!r}.")
    with _naming_labels("classes"):
        return np.unique(labels)


def classification_targets(y: Any, classes: Any = None) -> ClassificationTargets:
    """Choose the kind of task from y, and from `classes` if a stream names them.

    Parameters
    ----------
    y : ndarray of shape (n,) or (n, k), or sparse indicator
    classes : array, list of arrays or None
        All labels that will ever occur; None takes those of `y`.
    """
    if _is_indicator(y, classes):
        targets = MultilabelTargets(y.shape[1], sp.issparse(y))
        targets.check_classes(classes)
        return targets
    if y.ndim == 2:
        if classes is None:
            return MultioutputTargets([sorted_labels(column) for column in y.T])
        if not hasattr(classes, "__len__") or len(classes) != y.shape[1]:
            raise ValueError(
                f"y has {y.shape[1]} columns, so `classes` must be a list of as many arrays."
            )
        return MultioutputTargets([stated_labels(each) for each in classes])
    labels = sorted_labels(y) if classes is None else stated_labels(classes)
    return BinaryTargets(labels) if len(labels) == 2 else MulticlassTargets(labels)
