"""Residuals and codes of rows from a trained autoencoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import Rows
from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.estimators.autoencoder.targets import ReconstructionTargets
from sknn.estimators.finite_output import computed

_MOST_NUMBERS = 1 << 22
"""Usual values are learned from about this many numbers."""
_LEAST_ROWS = 1024


@dataclass
class Described:
    """Rows, their residuals after reconstruction, and their codes.

    Attributes
    ----------
    rows, residuals : ndarray of shape (n, n_columns)
    codes : ndarray of shape (n, n_code)
    """

    rows: NDArray
    residuals: NDArray
    codes: NDArray

    @classmethod
    def of(
        cls, network: Network, stop: int, targets: ReconstructionTargets, loss: Loss, x: Any
    ) -> Described:
        """Run rows through a network whose layers before `stop` are the encoder."""
        return cls(*computed(_parts, network, stop, targets, loss, x))

    def __getitem__(self, where: NDArray) -> Described:
        """Return some of the rows."""
        return Described(self.rows[where], self.residuals[where], self.codes[where])


def _parts(
    network: Network, stop: int, targets: ReconstructionTargets, loss: Loss, x: Any
) -> list[NDArray]:
    codes = network.predict(x, stop=stop)
    made = targets.predict(network.predict(codes, start=stop), loss)
    rows = np.asarray(x if isinstance(x, np.ndarray) else x.toarray(), np.float64)
    return [rows, rows - made, codes.reshape(len(codes), -1).astype(np.float64)]


def variances(rows: NDArray, weight: NDArray) -> NDArray:
    """Return the weighted variance of each column."""
    share = weight / weight.sum()
    return share @ (rows - share @ rows) ** 2


def some_rows(train: Rows, width: int) -> tuple[Any, NDArray]:
    """Return rows that count, evenly spaced if there are too many, and their weights."""
    x, weight = train.x, train.weight
    weight = np.ones(x.shape[0]) if weight is None else weight.astype(np.float64)
    counting = np.flatnonzero(weight > 0)
    most = max(_LEAST_ROWS, _MOST_NUMBERS // width)
    if len(counting) > most:
        counting = counting[np.linspace(0, len(counting) - 1, most).astype(np.intp)]
    return x[counting], weight[counting]
