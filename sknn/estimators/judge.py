"""How good raw scores are on rows that were not trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.estimators.data import shares
from sknn.estimators.targets import Targets
from sknn.training.monitor import mean_loss

# Exponents of probabilities that are tried; 1 leaves them as they are.
_POWERS = np.geomspace(0.3, 3.0, 40)


@dataclass(frozen=True)
class Judge:
    """Encoded targets of some rows, and the loss of raw scores against them.

    Attributes
    ----------
    targets : Targets
    loss : Loss
        The loss of training; its link turns raw scores into answers.
    measure : Loss
        The loss by which raw scores are judged: that of training without label smoothing.
    network : Network
        A single one, which says in what precision to compute.
    target : ndarray, encoded
    weight : ndarray of shape (n,) or None
    """

    targets: Targets
    loss: Loss
    measure: Loss
    network: Network
    target: Any
    weight: NDArray | None

    def pool(self, raw: NDArray) -> NDArray:
        """Return the raw scores (n, n_raw) of the mean answer; `raw` has a leading axis."""
        return self.targets.pool(raw, self.loss)

    def loss_of(self, pooled: NDArray) -> float:
        """Return the weighted mean loss of raw scores of shape (n, n_raw)."""
        weight = shares(self.weight, pooled.dtype)
        return mean_loss(self.network, self.measure, pooled, self.target, weight)

    def __call__(self, raw: NDArray) -> float:
        """Return the weighted mean loss of the mean answer."""
        return self.loss_of(self.pool(raw))

    def best_power(self, pooled: NDArray) -> float:
        """Return the exponent of probabilities, one over the temperature, with the least loss."""
        return float(
            min(_POWERS, key=lambda power: self.loss_of(pooled * pooled.dtype.type(power)))
        )

    def residual_std(self, pooled: NDArray) -> NDArray:
        """Return for each output the root mean square of what is left unexplained."""
        error = self.loss.link(pooled.copy())[:, : self.targets.n_outputs] - self.target
        weight = shares(self.weight, np.float64)
        weight = None if weight is None else weight[:, 0]
        return np.sqrt(np.average(error.astype(np.float64) ** 2, axis=0, weights=weight))
