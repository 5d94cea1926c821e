"""Targets that are real numbers: standardized for training, and back."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.estimators.targets.base import Targets, mean_prediction

# Weights are smaller than their outputs: a last layer for y below this many times the smallest
# normal number would be rounded to zero.
_FEWEST_ABOVE_ZERO = 1e3


class RegressionTargets(Targets):
    """Real numbers, standardized internally if the loss allows it.

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
        """Return the targets of a later call: the same scale, and the current bounds.

        Raises
        ------
        ValueError
            If standardization differs from the first call.
        """
        if standardize != self.standardize:
            raise ValueError(
                "normalize_y, or whether the loss supports it, differs from the previous call, so "
                "training cannot continue; restore it, or fit again with warm_start=False."
            )
        if repr(output_range) == repr(self.output_range):
            return self
        twin = copy.copy(self)
        twin.output_range = output_range
        twin.bounds = _bounds(output_range, y.reshape(len(y), -1), None)
        return twin

    def encode(self, y: Any, dtype: np.dtype) -> NDArray:
        """Return a standardized matrix."""
        matrix = y.reshape(len(y), -1)
        if matrix.shape[1] != self.n_outputs:
            raise ValueError(
                f"y must have {self.n_outputs} columns, as in the first call; "
                f"got {matrix.shape[1]}."
            )
        return ((matrix - self.mean) / self.std).astype(dtype)

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the mean over members, within bounds."""
        answer = self.clipped(mean_prediction(raw, loss)[:, loss.prediction_at(self.n_outputs)])
        return answer.ravel() if self.flat else answer

    def quantiles(self, raw: NDArray, loss: Loss, places: NDArray) -> NDArray:
        """Return the mean over members of some of the quantiles that the loss learns.

        Parameters
        ----------
        raw : ndarray of shape (n, n_raw) or (n_members, n, n_raw)
        loss : Loss
        places : ndarray of int, shape (n_levels,)
            Which of its levels.

        Returns
        -------
        quantiles : ndarray of shape (n, n_levels) or (n, n_levels, n_outputs)
            Within bounds.
        """
        linked = mean_prediction(raw, loss)
        answer = self.clipped(linked.reshape(len(linked), -1, self.n_outputs)[:, places])
        return answer[..., 0] if self.flat else answer

    def clipped(self, answer: NDArray) -> NDArray:
        """Return answers within bounds; the outputs are on the last axis."""
        if self.bounds is None:
            return answer
        return np.clip(answer, *(bound.astype(answer.dtype) for bound in self.bounds))

    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """Return R2, the mean over outputs; it does not depend on the units."""
        answer = mean_prediction(raw, loss)[:, loss.prediction_at(self.n_outputs)]
        answer = answer.astype(np.float64)
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
    def rescales(self) -> bool:
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

    def exceeds(self, y: Any, rows: NDArray | None, dtype: np.dtype) -> bool:
        """Whether a prediction as large as `y` would be infinite."""
        counted = y if rows is None else y[rows]
        return bool((np.abs(counted) > np.finfo(dtype).max).any())

    def to_user_units(self, network: Network, loss: Loss) -> None:
        """Multiply the last weights by the standard deviation, move its bias by the mean."""
        bias, mean, std = network.params[-1]["b"], *self._of_scores(loss)
        k = len(std)
        for name in ("W", "S"):
            if name in network.params[-1]:
                network.params[-1][name][..., :k] *= std
        bias[..., :k] *= std
        bias[..., :k] += mean
        # The scores after the means (log-variances) move by the logarithm of the squared unit.
        if bias.shape[-1] > k:
            bias[..., k:] += 2.0 * np.log(self.std)

    def to_training_units(self, network: Network, loss: Loss) -> None:
        """Undo :meth:`to_user_units`, up to rounding."""
        bias, mean, std = network.params[-1]["b"], *self._of_scores(loss)
        k = len(std)
        for name in ("W", "S"):
            if name in network.params[-1]:
                network.params[-1][name][..., :k] /= std
        bias[..., :k] -= mean
        bias[..., :k] /= std
        if bias.shape[-1] > k:
            bias[..., k:] -= 2.0 * np.log(self.std)

    def linked_in_user_units(self, linked: NDArray, loss: Loss) -> NDArray:
        """Return predictions of the link, followed by spreads, in the units of the user."""
        mean, std = self._of_scores(loss)
        out, k = linked.astype(np.float64), len(std)
        out[..., :k] = out[..., :k] * std + mean
        if loss.has_spread:
            out[..., k:] *= self.std
        return out

    def _of_scores(self, loss: Loss) -> tuple[NDArray, NDArray]:
        """Return mean and standard deviation of the target of each score on its scale."""
        n_levels = max(1, len(loss.levels))
        return np.tile(self.mean, n_levels), np.tile(self.std, n_levels)


def _mean_and_std(matrix: NDArray, weight: NDArray | None) -> tuple[NDArray, NDArray]:
    matrix = np.asarray(matrix, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.average(matrix, axis=0, weights=weight)
        centered = matrix - mean
        # The squares of large numbers would overflow; those of their shares do not.
        largest = np.abs(centered).max(axis=0, initial=np.finfo(np.float64).tiny)
        std = largest * np.sqrt(np.average((centered / largest) ** 2, axis=0, weights=weight))
    if not np.isfinite(mean).all() or not np.isfinite(std).all():
        raise ValueError(
            "y is too large to compute its mean and standard deviation; scale it down."
        )
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
