"""From what users call y to what losses call a target, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import logsumexp
from sklearn.utils.multiclass import type_of_target

from sknn.core.losses import Grouped
from sknn.core.losses.base import Loss
from sknn.core.network import Network


class Targets(ABC):
    """One kind of task: how its y is encoded and how raw scores become answers.

    Attributes
    ----------
    task : str
        What the loss is bound to.
    n_outputs : int
        Raw scores of a loss that has one an output.
    """

    task: ClassVar[str]
    n_outputs: int

    @abstractmethod
    def encode(self, y: Any, dtype: np.dtype) -> Any:
        """Return codes (n,) or a matrix (n, n_outputs) for the loss."""

    @abstractmethod
    def predict(self, raw: NDArray, loss: Loss) -> Any:
        """Return answers in the user's terms; `raw` may have a leading axis of members."""

    def bind(self, loss: Loss) -> Loss:
        """Return the loss for this task."""
        if loss.tasks and self.task not in loss.tasks:
            raise ValueError(
                f"The loss {loss!r} is not made for a {self.task} target; choose one that is."
            )
        return loss.bind(self.task)

    def constant_optimum(self, loss: Loss, target: Any, weight: NDArray | None) -> NDArray:
        """Return the raw scores of the best constant prediction."""
        if sp.issparse(target):
            target = _label_shares(target, weight)
            weight = None if weight is None else np.array([weight.sum()])
            return loss.constant_optimum(target, weight, self.n_outputs)
        return loss.constant_optimum(target, weight, self.n_outputs)

    @abstractmethod
    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """Return accuracy or R2 against encoded targets; `weight` has the shape (n,)."""

    @property
    def folds(self) -> bool:
        """Whether training and the user have different units."""
        return False

    def fold(self, network: Network, loss: Loss) -> None:  # noqa: B027  (most have nothing to do)
        """Bring the last layer from the units of training to those of the user, in place."""

    def unfold(self, network: Network, loss: Loss) -> None:  # noqa: B027
        """Undo :meth:`fold`, up to rounding."""


def _label_shares(target: Any, weight: NDArray | None) -> NDArray:
    """Return one row with the weighted share of each label: all that a constant needs to know."""
    weight = np.ones(target.shape[0]) if weight is None else weight
    return ((target.T @ weight) / weight.sum())[None, :]


def mean_prediction(raw: NDArray, loss: Loss) -> NDArray:
    """Return what the link makes of `raw`, averaged over members if there are any."""
    linked = loss.link(raw.copy())
    return linked.mean(axis=0) if linked.ndim == 3 else linked


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
        """Return the accuracy (exact matches where there are several outputs)."""
        return float(np.average(self.hits(raw, loss, target), weights=weight))

    @abstractmethod
    def hits(self, raw: NDArray, loss: Loss, target: Any) -> NDArray:
        """Return for each row whether the prediction is right in every output."""


def encode_labels(y: NDArray, classes: NDArray) -> NDArray[np.intp]:
    """Return the position of each label in sorted `classes`.

    Raises
    ------
    ValueError
        For a label that is not among them, in scikit-learn's words.
    """
    present, inverse = np.unique(y, return_inverse=True)
    try:
        unknown = np.setdiff1d(present, classes)
    except TypeError:
        unknown = present
    if len(unknown):
        raise ValueError(
            "`y` has classes not in `self.classes_`. "
            f"`self.classes_` has {classes}. 'y' has {present}."
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

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the likelier class."""
        return self.classes[(self.decision(raw, loss) > 0).astype(np.intp)]

    def hits(self, raw: NDArray, loss: Loss, target: Any) -> NDArray:
        """Compare the side of zero."""
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
        if raw.ndim == 2:
            return raw[:, 0]
        if not loss.has_probabilities:
            return raw[..., 0].mean(axis=0)
        log_p = _mean_log(_log_sigmoids(raw))
        return log_p[:, 1] - log_p[:, 0]


def _log_sigmoid(raw: NDArray) -> NDArray:
    return -np.logaddexp(0.0, -raw).astype(raw.dtype)


def _log_sigmoids(raw: NDArray) -> NDArray:
    return _log_sigmoid(np.stack([-raw[..., 0], raw[..., 0]], axis=-1))


def _mean_log(log_p: NDArray) -> NDArray:
    """Return the logarithm of the mean probability over members."""
    if log_p.ndim == 2:
        return log_p
    mean = logsumexp(log_p, axis=0) - np.log(len(log_p))
    return mean.astype(log_p.dtype)


class MulticlassTargets(ClassificationTargets):
    """One of k classes, one raw score each. A single class is the case k = 1."""

    task = "multiclass"

    def __init__(self, classes: NDArray) -> None:
        self.classes = classes
        self.n_outputs = len(classes)

    def encode(self, y: Any, dtype: np.dtype) -> NDArray:
        """Return codes."""
        return encode_labels(y, self.classes)

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the likeliest class."""
        return self.classes[self.decision(raw, loss).argmax(axis=-1)]

    def hits(self, raw: NDArray, loss: Loss, target: Any) -> NDArray:
        """Compare codes."""
        return self.decision(raw, loss).argmax(axis=-1) == target

    def proba(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return one column a class."""
        mean = mean_prediction(raw, loss)
        # The only class of all is certain, but no class is impossible.
        return np.maximum(mean, np.finfo(mean.dtype).tiny, out=mean)

    def log_proba(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the log-softmax."""
        return log_probabilities(_log_softmax(raw))

    def decision(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return raw scores; with members the logarithm of the mean probability."""
        if raw.ndim == 2:
            return raw
        return _mean_log(_log_softmax(raw)) if loss.has_probabilities else raw.mean(axis=0)


def _log_softmax(raw: NDArray) -> NDArray:
    shifted = raw - raw.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


class MultilabelTargets(ClassificationTargets):
    """Any number of labels a row, one raw score each."""

    task = "multilabel"

    def __init__(self, n_labels: int, sparse: bool) -> None:
        self.classes = np.arange(n_labels)
        self.n_outputs = n_labels
        self.sparse = sparse

    def encode(self, y: Any, dtype: np.dtype) -> Any:
        """Return the indicator as floats; a sparse one stays sparse."""
        if y.ndim != 2 or y.shape[1] != self.n_outputs:
            raise ValueError(
                f"y must be an indicator matrix with {self.n_outputs} columns, one a label; "
                f"got shape {y.shape}."
            )
        return sp.csr_array(y, dtype=dtype) if sp.issparse(y) else np.asarray(y, dtype)

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
        """Return the logarithms of the probabilities, which are finite and rank alike."""
        return np.log(self.proba(raw, loss))

    def decision(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the log-odds of each label, as fine as its probability resolves them.

        So both rank rows alike, ties included.
        """
        odds = self._log_odds(raw, loss)
        if not loss.has_probabilities:
            return odds
        p = self.proba(raw, loss)
        lowest = np.log(np.finfo(p.dtype).tiny)
        return np.where(p > 0.5, np.log(p) - np.log1p(-p), np.maximum(odds, lowest))

    def _log_odds(self, raw: NDArray, loss: Loss) -> NDArray:
        if raw.ndim == 2:
            return raw
        if not loss.has_probabilities:
            return raw.mean(axis=0)
        return _mean_log(_log_sigmoid(raw)) - _mean_log(_log_sigmoid(-raw))


class MultioutputTargets(ClassificationTargets):
    """Several one-of-k questions about a row; their raw scores stand side by side."""

    task = "multiclass"

    def __init__(self, classes: list[NDArray]) -> None:
        self.parts = [MulticlassTargets(each) for each in classes]
        self.classes = classes
        self.n_outputs = sum(part.n_outputs for part in self.parts)

    def bind(self, loss: Loss) -> Loss:
        """Return the mean of one bound loss an output."""
        super().bind(loss)
        return Grouped([loss.bind(self.task) for _ in self.parts], [len(c) for c in self.classes])

    def check_columns(self, y: Any) -> None:
        """Raise where y has another number of columns."""
        if y.ndim != 2 or y.shape[1] != len(self.parts):
            raise ValueError(
                f"y must have {len(self.parts)} columns, one an output; got shape {y.shape}."
            )

    def encode(self, y: Any, dtype: np.dtype) -> NDArray:
        """Return a matrix of codes, one column an output."""
        self.check_columns(y)
        return np.column_stack(
            [part.encode(column, dtype) for part, column in zip(self.parts, y.T, strict=True)]
        )

    def _split(self, raw: NDArray) -> list[NDArray]:
        ends = np.cumsum([part.n_outputs for part in self.parts])[:-1]
        return np.split(raw, ends, axis=-1)

    def _each(self, method: str, raw: NDArray, loss: Loss) -> list[NDArray]:
        blocks = zip(self.parts, self._split(raw), loss.losses, strict=True)  # type: ignore[attr-defined]
        return [getattr(part, method)(block, own) for part, block, own in blocks]

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return one column an output."""
        return np.column_stack(self._each("predict", raw, loss))

    def proba(self, raw: NDArray, loss: Loss) -> list[NDArray]:
        """Return a list with one array an output."""
        return self._each("proba", raw, loss)

    def log_proba(self, raw: NDArray, loss: Loss) -> list[NDArray]:
        """Return a list with one array an output."""
        return self._each("log_proba", raw, loss)

    def decision(self, raw: NDArray, loss: Loss) -> list[NDArray]:  # type: ignore[override]
        """Return a list with one array an output."""
        return self._each("decision", raw, loss)

    def hits(self, raw: NDArray, loss: Loss, target: Any) -> NDArray:
        """Compare the codes of every output."""
        decisions = self.decision(raw, loss)
        codes = np.column_stack([scores.argmax(axis=-1) for scores in decisions])
        return (codes == target).all(axis=1)


class RegressionTargets(Targets):
    """Real numbers, standardised inside where the loss allows it.

    Parameters
    ----------
    y : ndarray of shape (n,) or (n, k)
        Targets of the first call.
    weight : ndarray of shape (n,) or None
    standardize : bool
        Use the weighted mean and standard deviation (0 -> 1) of `y`, from now on.
    output_range : None, "train" or (low, high)
        Bound on predictions.
    """

    task = "regression"

    def __init__(
        self, y: NDArray, weight: NDArray | None, standardize: bool, output_range: Any
    ) -> None:
        matrix = y.reshape(len(y), -1)
        self.flat = y.ndim == 1
        self.n_outputs = matrix.shape[1]
        self.mean = np.zeros(self.n_outputs)
        self.std = np.ones(self.n_outputs)
        if standardize:
            self.mean, self.std = _mean_and_std(matrix, weight)
        self.bounds = _bounds(output_range, matrix, weight)

    def encode(self, y: Any, dtype: np.dtype) -> NDArray:
        """Return a standardised matrix."""
        matrix = y.reshape(len(y), -1)
        if matrix.shape[1] != self.n_outputs:
            raise ValueError(
                f"y must have {self.n_outputs} columns, as in the first call; "
                f"got {matrix.shape[1]}."
            )
        return ((matrix - self.mean) / self.std).astype(dtype)

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the mean over members, within bounds."""
        answer = mean_prediction(raw, loss)[:, : self.n_outputs]
        if self.bounds is not None:
            answer = np.clip(answer, *(bound.astype(answer.dtype) for bound in self.bounds))
        return answer.ravel() if self.flat else answer

    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """Return R2, the mean over outputs; it does not depend on the units."""
        answer = mean_prediction(raw, loss)[:, : self.n_outputs].astype(np.float64)
        if len(target) < 2 or not np.isfinite(answer).all():
            return float("nan")
        center = np.average(target, axis=0, weights=weight)
        unexplained = np.average((target - answer) ** 2, axis=0, weights=weight)
        spread = np.average((target - center) ** 2, axis=0, weights=weight)
        # As scikit-learn: a constant target is explained only by itself.
        flat = spread == 0
        r2 = 1.0 - unexplained / np.where(flat, 1.0, spread)
        return float(np.where(flat, (unexplained == 0).astype(float), r2).mean())

    @property
    def folds(self) -> bool:
        """Whether training and the user have different units."""
        return bool((self.mean != 0).any() or (self.std != 1).any())

    def fold(self, network: Network, loss: Loss) -> None:
        """Multiply the last weights by the standard deviation, move its bias by the mean."""
        weights, bias = _last(network)
        k = self.n_outputs
        weights[..., :k] *= self.std
        bias[..., :k] *= self.std
        bias[..., :k] += self.mean
        # What follows the means (a log-variance) moves by the logarithm of the squared unit.
        if bias.shape[-1] > k:
            bias[..., k:] += 2.0 * np.log(self.std)

    def unfold(self, network: Network, loss: Loss) -> None:
        """Undo :meth:`fold`, up to rounding."""
        weights, bias = _last(network)
        k = self.n_outputs
        weights[..., :k] /= self.std
        bias[..., :k] -= self.mean
        bias[..., :k] /= self.std
        if bias.shape[-1] > k:
            bias[..., k:] -= 2.0 * np.log(self.std)


def _last(network: Network) -> tuple[NDArray, NDArray]:
    return network.params[-1]["W"], network.params[-1]["b"]


def _mean_and_std(matrix: NDArray, weight: NDArray | None) -> tuple[NDArray, NDArray]:
    matrix = np.asarray(matrix, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.average(matrix, axis=0, weights=weight)
        centred = matrix - mean
        # The squares of large numbers would overflow, those of their shares do not.
        largest = np.abs(centred).max(axis=0, initial=np.finfo(np.float64).tiny)
        std = largest * np.sqrt(np.average((centred / largest) ** 2, axis=0, weights=weight))
    if not np.isfinite(mean).all() or not np.isfinite(std).all():
        raise ValueError("y is too large for its mean and standard deviation; scale it down.")
    return mean, np.where(std > 0, std, 1.0)


def _bounds(
    output_range: Any, matrix: NDArray, weight: NDArray | None
) -> tuple[NDArray, NDArray] | None:
    if output_range is None:
        return None
    if isinstance(output_range, str):
        seen = matrix if weight is None else matrix[weight > 0]
        return seen.min(axis=0), seen.max(axis=0)
    low, high = output_range
    return np.asarray(low, np.float64), np.asarray(high, np.float64)


def classification_targets(y: Any, classes: Any = None) -> ClassificationTargets:
    """Choose the kind of task from y, and from `classes` where a stream names them.

    Parameters
    ----------
    y : ndarray of shape (n,) or (n, k), or sparse indicator
    classes : array, list of arrays or None
        All labels that will ever come; None takes those of `y`.
    """
    kind = type_of_target(y, input_name="y")
    if kind == "multilabel-indicator":
        return MultilabelTargets(y.shape[1], sp.issparse(y))
    if y.ndim == 2:
        columns = [np.unique(column) for column in y.T] if classes is None else classes
        return MultioutputTargets([np.unique(each) for each in columns])
    labels = np.unique(y if classes is None else np.asarray(classes))
    return BinaryTargets(labels) if len(labels) == 2 else MulticlassTargets(labels)
