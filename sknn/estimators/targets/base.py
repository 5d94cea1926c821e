"""From what users call y to what losses call a target, and back."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import logsumexp

from sknn.core.losses.base import Loss
from sknn.core.network import Network

# Weights are smaller than what they give: a last layer for y below so many times the smallest
# normal number would be rounded to nothing.
_FEWEST_ABOVE_ZERO = 1e3


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
    scale: float = 1.0
    """What the numbers of X are divided by in training; only auto-encoders have a scale."""
    answers: float = 1.0
    """Answers a row, on average; more than one where every step of a sequence has its own."""

    @abstractmethod
    def encode(self, y: Any, dtype: np.dtype) -> Any:
        """Return codes (n,) or a matrix (n, n_outputs) for the loss."""

    @abstractmethod
    def predict(self, raw: NDArray, loss: Loss) -> Any:
        """Return answers in the user's terms; `raw` may have a leading axis of members."""

    def pool(self, raw: NDArray, loss: Loss, share: NDArray | None = None) -> NDArray:
        """Return the raw scores (n, n_raw) that stand for the mean answer of all members.

        Parameters
        ----------
        raw : ndarray of shape (n_members, n, n_raw)
        loss : Loss
        share : ndarray of shape (n_members,), default=None
            What each member counts; the sum is 1. None: all the same.
        """
        if loss.link_name != "exp":
            return np.average(raw, axis=0, weights=share).astype(raw.dtype)
        share = np.full(len(raw), 1.0 / len(raw)) if share is None else share
        return logsumexp(raw, axis=0, b=share[:, None, None]).astype(raw.dtype)

    def bind(self, loss: Loss) -> Loss:
        """Return the loss for this task."""
        if not loss.tasks:
            raise ValueError(
                f"The class {type(loss).__name__} does not say what it is for; add to it "
                f'tasks = {{"{self.task}"}}, or more of binary, multiclass, multilabel, regression.'
            )
        if self.task not in loss.tasks:
            raise ValueError(
                f"The loss {loss!r} is not made for a {self.task} target; choose one that is."
            )
        return loss.bind(self.task)

    def kernel(self, loss: Loss, in_shape: tuple[int, ...]) -> Any:
        """Return what training minimises, for rows of some shape."""
        return loss

    def answers_of(self, y: Any) -> Any:
        """Return the answers in y one behind the other, as the user means them."""
        return y

    def listed(self, target: Any) -> Any:
        """Return encoded answers one behind the other, as the loss knows them."""
        return target

    def check_domain(self, loss: Loss, target: Any) -> None:
        """Raise where encoded targets are not what the loss can measure."""
        if isinstance(target, np.ndarray):
            loss.check_target(target)

    def constant_optimum(self, loss: Loss, target: Any, weight: NDArray | None) -> NDArray:
        """Return the raw scores of the best constant prediction."""
        if sp.issparse(target):
            target = _label_shares(target, weight)
            weight = None if weight is None else np.array([weight.sum()])
        best = np.asarray(loss.constant_optimum(target, weight, self.n_outputs))
        wanted = (loss.n_raw(self.n_outputs),)
        if best.shape != wanted or best.dtype.kind not in "fiu" or not np.isfinite(best).all():
            raise ValueError(
                f"{type(loss).__name__}.constant_optimum must return finite numbers of shape "
                f"{wanted}, one a raw score; it returned {best!r}."
            )
        return best

    def start(self, network: Network, loss: Loss, target: Any, weight: NDArray | None) -> None:
        """Let new output units start at the best constant prediction."""
        network.params[-1]["b"][...] = self.constant_optimum(loss, target, weight)

    @abstractmethod
    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """Return accuracy or R2 against encoded targets; `weight` has the shape (n,)."""

    def strata(self, target: Any, rows: NDArray | None) -> NDArray | None:
        """Return groups whose shares a validation split of `rows` keeps; None for no groups."""
        return None

    @property
    def folds(self) -> bool:
        """Whether training and the user have different units."""
        return False

    def resolved(self, dtype: np.dtype) -> bool:
        """Whether numbers of that precision are fine enough for what y tells apart."""
        return True

    def vanishes(self, dtype: np.dtype) -> bool:
        """Whether numbers of that precision are zero, or next to it, where y is not."""
        return False

    def fold(self, network: Network, loss: Loss) -> None:  # noqa: B027  (most have nothing to do)
        """Bring the last layer from the units of training to those of the user, in place."""

    def unfold(self, network: Network, loss: Loss) -> None:  # noqa: B027
        """Undo :meth:`fold`, up to rounding."""

    def adopt(self, network: Network, loss: Loss, copied: Collection[str]) -> None:
        """Bring layers that were copied in the units of the user to those of training."""
        if network.names[-1] in copied:
            self.unfold(network, loss)


def _label_shares(target: Any, weight: NDArray | None) -> NDArray:
    """Return one row with the weighted share of each label: all that a constant needs to know."""
    weight = np.ones(target.shape[0]) if weight is None else weight
    return ((target.T @ weight) / weight.sum())[None, :]


def mean_prediction(raw: NDArray, loss: Loss) -> NDArray:
    """Return what the link makes of `raw`, averaged over members if there are any."""
    linked = loss.link(raw.copy())
    return linked.mean(axis=0) if linked.ndim == 3 else linked


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
        self.standardize = standardize
        self.largest = np.abs(matrix).max(axis=0, initial=0.0)
        self.output_range = output_range
        self.bounds = _bounds(output_range, matrix, weight)

    def continued(self, standardize: bool, output_range: Any, y: NDArray) -> RegressionTargets:
        """Return the targets of a later call: the same scale, bounds as they are wanted now.

        Raises
        ------
        ValueError
            If the scale is wanted otherwise than in the first call.
        """
        if standardize != self.standardize:
            raise ValueError(
                "normalize_y, or a loss that goes without it, differs from the previous call, so "
                "training cannot continue; restore it, or fit anew with warm_start=False."
            )
        if repr(output_range) == repr(self.output_range):
            return self
        twin = copy.copy(self)
        twin.output_range = output_range
        twin.bounds = _bounds(output_range, y.reshape(len(y), -1), None)
        return twin

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

    def resolved(self, dtype: np.dtype) -> bool:
        """Whether a hundredth of the spread of y is more than rounding at its mean."""
        return bool((np.abs(self.mean) * np.finfo(dtype).eps <= 0.01 * self.std).all())

    def vanishes(self, dtype: np.dtype) -> bool:
        """Whether the largest number of an output has lost its digits."""
        if dtype == np.float64:  # y itself is no finer
            return False
        limit = _FEWEST_ABOVE_ZERO * float(np.finfo(dtype).tiny)
        return bool(((self.largest > 0) & (self.largest < limit)).any())

    def fold(self, network: Network, loss: Loss) -> None:
        """Multiply the last weights by the standard deviation, move its bias by the mean."""
        bias, k = network.params[-1]["b"], self.n_outputs
        for name in ("W", "S"):
            if name in network.params[-1]:
                network.params[-1][name][..., :k] *= self.std
        bias[..., :k] *= self.std
        bias[..., :k] += self.mean
        # What follows the means (a log-variance) moves by the logarithm of the squared unit.
        if bias.shape[-1] > k:
            bias[..., k:] += 2.0 * np.log(self.std)

    def unfold(self, network: Network, loss: Loss) -> None:
        """Undo :meth:`fold`, up to rounding."""
        bias, k = network.params[-1]["b"], self.n_outputs
        for name in ("W", "S"):
            if name in network.params[-1]:
                network.params[-1][name][..., :k] /= self.std
        bias[..., :k] -= self.mean
        bias[..., :k] /= self.std
        if bias.shape[-1] > k:
            bias[..., k:] -= 2.0 * np.log(self.std)


class NoTargets(Targets):
    """Rows that stand for themselves: nothing is encoded and nothing is answered."""

    task = "none"
    n_outputs = 0

    def bind(self, loss: Loss) -> Loss:
        """Return the loss as it is."""
        return loss

    def encode(self, y: Any, dtype: np.dtype) -> None:
        """There is nothing to encode."""

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the raw scores."""
        return raw

    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """There is nothing to compare with."""
        return float("nan")

    def start(self, network: Network, loss: Loss, target: Any, weight: NDArray | None) -> None:
        """Leave initial biases to the family."""


def last_layer(network: Network) -> tuple[NDArray, NDArray]:
    """Return weights and bias of the output layer."""
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
