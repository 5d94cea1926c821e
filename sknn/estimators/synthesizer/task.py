"""Task of a synthesizer: the tokens of rows are their targets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import Rows
from sknn.core.losses import TokenCrossEntropy
from sknn.core.losses.base import Loss
from sknn.estimators.fit.state import FitState
from sknn.estimators.fit.task import Task
from sknn.estimators.targets.base import Targets


class TokenTargets(Targets):
    """The codes of the tokens of a table.

    Parameters
    ----------
    sizes : list of int
        For each token how many codes there are.
    """

    task = "reconstruction"

    def __init__(self, sizes: list[int]) -> None:
        self.sizes = sizes
        self.n_outputs = len(sizes)

    def bind(self, loss: Any) -> Loss:
        """Return the only loss for these tokens."""
        return TokenCrossEntropy(self.sizes)

    def encode(self, y: Any, dtype: np.dtype) -> Any:
        """Return the codes themselves."""
        return y

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the probabilities of all codes."""
        return loss.link(raw)

    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """Return the mean log-likelihood of the codes."""
        return float(np.average(log_likelihood(raw, loss, target), weights=weight))


def log_likelihood(raw: NDArray, loss: Any, codes: NDArray) -> NDArray:
    """Return the log-likelihood of the codes of every row; codes of -1 are skipped."""
    return log_likelihoods(raw, loss, codes).sum(axis=-1)


def log_likelihoods(raw: NDArray, loss: Any, codes: NDArray) -> NDArray:
    """Return the log-likelihood of each code of every row, 0 for codes of -1."""
    starts = loss.starts()
    peak = np.maximum.reduceat(raw, starts, axis=-1)
    spread = np.exp(raw - np.repeat(peak, loss.sizes, axis=-1))
    norm = np.log(np.add.reduceat(spread, starts, axis=-1, dtype=np.float64)) + peak
    picked = np.take_along_axis(raw, np.maximum(codes, 0) + starts, axis=-1)
    return np.where(codes < 0, 0.0, picked - norm)


class TokenTask(Task):
    """The tokens of a table are its target."""

    def learn(self, rows: Rows, state: FitState) -> Targets:
        """Note the numbers of codes of the tokens."""
        estimator: Any = state.estimator
        return TokenTargets(estimator.coder_.sizes)
