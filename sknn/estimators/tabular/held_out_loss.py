"""Loss of raw scores on held-out rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import shares
from sknn.core.losses import Grouped, SquaredError
from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.estimators.targets.base import Targets
from sknn.estimators.targets.regression import RegressionTargets
from sknn.training.callbacks.validation import mean_loss
from sknn.training.folds import pick

# Exponents of probabilities to try; 1 leaves them as they are.
_POWERS = np.geomspace(1.0 / 3.0, 3.0, 41)
# Rows whose scores are pooled at a time, because those of many epochs take a lot of memory.
_ROWS = 1 << 12


@dataclass(frozen=True)
class HeldOut:
    """Encoded targets of some rows, and the loss of raw scores against them.

    Attributes
    ----------
    targets : Targets
    loss : Loss
        The loss of training; its link turns raw scores into predictions.
    measure : Loss
        The loss by which raw scores are judged: that of training without label smoothing.
    network : Network
        A single one, which determines the precision of the computation.
    target : ndarray, encoded
    weight : ndarray of shape (n,) or None
    x : ndarray of shape (m, n_inputs)
        Encoded rows; `index` selects some of them, because copies would take a lot of memory.
    index : ndarray of int of shape (n,) or None
    """

    targets: Targets
    loss: Loss
    measure: Loss
    network: Network
    target: Any
    weight: NDArray | None
    x: NDArray
    index: NDArray | None

    def rows(self, places: Any = slice(None), columns: slice = slice(None)) -> NDArray:
        """Return some columns of the encoded rows at some places."""
        return self.x[:, columns][places if self.index is None else self.index[places]]

    def pool(self, raw: NDArray | Sequence[NDArray], share: NDArray | None = None) -> NDArray:
        """Return the raw scores (n, n_raw) of the mean prediction of several."""
        starts = range(0, len(raw[0]), _ROWS)
        pieces = (np.stack([each[at : at + _ROWS] for each in raw]) for at in starts)
        return np.concatenate([self.targets.pool(each, self.loss, share) for each in pieces])

    def loss_of(self, pooled: NDArray) -> float:
        """Return the weighted mean loss of raw scores of shape (n, n_raw)."""
        weight = shares(self.weight, pooled.dtype)
        return mean_loss(self.network, self.measure, pooled, self.target, weight)

    def pick(self, raw: NDArray | Sequence[NDArray], n_picks: int) -> NDArray:
        """Return the share of each of several raw scores in the best mean; shares add up to 1.

        Probabilities are compared by the Brier score, real numbers by the squared error. With other
        losses, the best ones count the same.

        Parameters
        ----------
        raw : sequence of m ndarray of shape (n, n_raw)
        n_picks : int
        """
        if self.loss.has_probabilities and not isinstance(self.targets, RegressionTargets):
            return pick(raw, self._ideal(), self.weight, n_picks, self.loss.link) / n_picks
        if isinstance(self.loss, SquaredError):
            return pick(raw, self.target, self.weight, n_picks) / n_picks
        losses = [self.loss_of(each) for each in raw]
        counts = np.zeros(len(raw))
        counts[np.argsort(losses, kind="stable")[:n_picks]] = 1.0
        return counts / counts.sum()

    def _ideal(self) -> NDArray:
        """Return probabilities that are certain and right."""
        target = self.target if isinstance(self.target, np.ndarray) else self.target.toarray()
        if target.dtype.kind == "f":
            return target
        blocks = self.loss.n_outputs if isinstance(self.loss, Grouped) else [self.targets.n_outputs]
        columns = target.reshape(len(target), -1).T
        return np.hstack([np.eye(k)[codes] for k, codes in zip(blocks, columns, strict=True)])

    def __call__(self, raw: NDArray | Sequence[NDArray]) -> float:
        """Return the weighted mean loss of the mean prediction."""
        return self.loss_of(self.pool(raw))

    def best_power(self, pooled: NDArray) -> float:
        """Return the exponent of probabilities, one over the temperature, with the lowest loss."""
        return float(
            min(_POWERS, key=lambda power: self.loss_of(pooled * pooled.dtype.type(power)))
        )

    def residual_std(self, pooled: NDArray) -> NDArray:
        """Return the root mean square of the residuals of each output."""
        answer = self.loss.link(pooled.copy())[:, self.loss.prediction_at(self.targets.n_outputs)]
        error = answer - self.target
        weight = shares(self.weight, np.float64)
        weight = None if weight is None else weight[:, 0]
        return np.sqrt(np.average(error.astype(np.float64) ** 2, axis=0, weights=weight))
