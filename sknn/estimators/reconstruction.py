"""The task of an auto-encoder: the input is the target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses import LogLoss, Mixed, SquaredError
from sknn.core.losses.base import Loss
from sknn.estimators.data import Rows
from sknn.estimators.targets import Targets


class ReconstructionTargets(Targets):
    """What is learnt from the rows of the first call, and then stays.

    Parameters
    ----------
    rows : Rows
    output_activation : {"auto", "identity", "logistic"}
        "auto" is logistic where all numbers lie in [0, 1].
    groups : Mixed or None
        Kinds of the columns, in place of one activation for all.
    """

    def __init__(self, rows: Rows, output_activation: str, groups: Mixed | None) -> None:
        x, weight = rows.x, rows.weight
        if weight is not None:
            x = x[weight > 0]
        self.n_outputs = x.shape[1]
        self.sparse = not isinstance(x, np.ndarray)
        self.low, self.high = float(x.min()), float(x.max())
        inside = self.low >= 0.0 and self.high <= 1.0
        self.output = output_activation
        if output_activation == "auto":
            self.output = "logistic" if inside else "identity"
        self.groups = groups

    @property
    def task(self) -> str:  # type: ignore[override]
        """What the loss is bound to: numbers, or shares between 0 and 1."""
        if self.groups is not None:
            return "reconstruction"
        return "multilabel" if self.output == "logistic" else "regression"

    @property
    def loss_scale(self) -> int:
        """How many times smaller than a sum over the outputs the loss is."""
        return self.n_outputs if self.task == "regression" else 1

    def recipe(self, loss: Any) -> Loss:
        """Return the loss that a name, a spec or "auto" stands for."""
        if self.groups is not None:
            return self.groups
        if isinstance(loss, Loss):
            return loss
        if loss == "auto":
            loss = "log_loss" if self.output == "logistic" else "squared_error"
        return LogLoss() if loss == "log_loss" else SquaredError()

    def encode(self, y: Any, dtype: np.dtype) -> Any:
        """Return the rows themselves."""
        return y

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the reconstruction."""
        return loss.link(raw)

    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """Return minus the mean squared error of the reconstruction; `raw` is overwritten."""
        return float(np.average(-squared_errors(loss.link(raw), target), weights=weight))


def squared_errors(reconstruction: NDArray, x: Any) -> NDArray:
    """Return the mean squared error of every row; `reconstruction` is overwritten."""
    reconstruction -= x if isinstance(x, np.ndarray) else x.toarray()
    return np.einsum("ij,ij->i", reconstruction, reconstruction) / reconstruction.shape[1]
