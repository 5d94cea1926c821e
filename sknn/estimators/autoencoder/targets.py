"""The task of an autoencoder: the input is the target."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import Rows
from sknn.core.losses import LogLoss, Mixed, SquaredError
from sknn.core.losses.base import Loss
from sknn.core.losses.optimum import column_means
from sknn.core.network import Network
from sknn.core.row_order import slabs
from sknn.estimators.targets.base import Targets, last_layer

_MOST_BETWEEN = 0.05
"""Up to this share of numbers other than 0 and 1, X counts as binary."""


class ReconstructionTargets(Targets):
    """Targets that the rows of the first call determine, and that then stay fixed.

    Parameters
    ----------
    rows : Rows
    output_activation : {"auto", "identity", "logistic"}
        "auto" is logistic if all numbers are in [0, 1].
    groups : Mixed or None
        Kinds of the columns, in place of one activation for all.
    likely : bool
        The loss must be a likelihood, for any numbers.
    scalable : bool
        Train on X divided by one number, the square root of its mean variance, if the output is
        linear, because the steps of an optimizer have a fixed size for any units of X.
    """

    lost = 0.0
    """Variance up to which a code as wide as X loses components of it, in the units of training."""
    crossed = True
    """If the output is logistic, "auto" is cross-entropy."""

    def __init__(
        self,
        rows: Rows,
        output_activation: str,
        groups: Mixed | None,
        scalable: bool,
        likely: bool = False,
    ) -> None:
        x, weight = rows.x, rows.weight
        if weight is not None and not weight.all():
            x, weight = x[weight > 0], weight[weight > 0]
        self.n_outputs = x.shape[1]
        self.sparse = not isinstance(x, np.ndarray)
        self.low, self.high = float(x.min()), float(x.max())
        _check_size(max(-self.low, self.high), x)
        inside = self.low >= 0.0 and self.high <= 1.0
        self.output = output_activation
        if output_activation == "auto":
            self.output = "logistic" if inside else "identity"
        self.crossed = likely or _is_nearly_binary(x, weight)
        self.groups = groups
        if scalable and self.output == "identity" and groups is None:
            self.scale = mean_deviation(x, weight)

    def continued(self, x: Any) -> ReconstructionTargets:
        """Return the targets for a later call, whose rows may be the first sparse ones."""
        twin = copy.copy(self)
        twin.sparse = self.sparse or not isinstance(x, np.ndarray)
        return twin

    @property
    def task(self) -> str:  # type: ignore[override]
        """The kind of target that the loss is bound to: numbers, or shares between 0 and 1."""
        if self.groups is not None:
            return "reconstruction"
        return "multilabel" if self.output == "logistic" else "regression"

    @property
    def loss_scale(self) -> int:
        """Divisor of the loss with respect to a sum over the outputs."""
        return self.n_outputs if self.task == "regression" else 1

    @property
    def contraction(self) -> float:
        """Strength of the penalty on the derivatives of both layers that loses components."""
        slope = 0.25 if self.output == "logistic" else 1.0
        return 0.5 * self.lost * slope / self.loss_scale

    def bind(self, loss: Any) -> Loss:
        """Return the loss given by a name, a spec, or "auto", bound to the task."""
        bound = super().bind(self.recipe(loss))
        if bound.n_raw(self.n_outputs) != self.n_outputs:
            raise ValueError(
                f"The loss {bound!r} has several raw scores for each column, but an autoencoder "
                "has one; use another loss, such as SquaredError()."
            )
        return bound

    def recipe(self, loss: Any) -> Loss:
        """Return the loss given by a name, a spec, or "auto"."""
        if self.groups is not None:
            return self.groups
        if isinstance(loss, Loss):
            return loss
        if loss == "auto":
            crossed = self.output == "logistic" and self.crossed
            loss = "log_loss" if crossed else "squared_error"
        return LogLoss() if loss == "log_loss" else SquaredError()

    def check_domain(self, loss: Loss, target: Any) -> None:
        """Raise if the output cannot reach X of this call."""
        if self.groups is not None:
            for _, part in slabs(target):
                loss.check_target(part)
        elif self.output == "logistic":
            _check_shares(float(target.min()), float(target.max()))
        else:
            super().check_domain(loss, target)

    def constant_optimum(self, loss: Loss, target: Any, weight: NDArray | None) -> NDArray:
        """Return the raw scores of the best constant, in the units of training."""
        if isinstance(loss, SquaredError):
            # The mean of rows divided by a number, without a copy of them.
            return super().constant_optimum(loss, target, weight) / self.scale
        scaled = target if self.scale == 1.0 else target * (1.0 / self.scale)
        return super().constant_optimum(loss, scaled, weight)

    def start(self, network: Network, loss: Loss, target: Any, weight: NDArray | None) -> None:
        """Let the output start at the best constant; a convolution has one number per channel."""
        last = next(views for views in reversed(network.params) if views)
        if "b" in last:
            best = self.constant_optimum(loss, target, weight)
            last["b"][...] = best.reshape(-1, last["b"].shape[-1]).mean(axis=0)

    def encode(self, y: Any, dtype: np.dtype) -> Any:
        """Return the rows themselves."""
        return y

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the reconstruction."""
        return loss.link(raw)

    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """Return minus the mean squared error of the reconstruction; `raw` is overwritten."""
        errors = self.errors(raw, loss, target) * self.scale**2
        return float(np.average(-errors, weights=weight))

    def errors(self, raw: NDArray, loss: Loss, x: Any) -> NDArray:
        """Return the mean squared error of every row; `raw` is overwritten."""
        return squared_errors(loss.link(raw), x)

    def drawn(self, rows: NDArray, rng: Any) -> NDArray:
        """Return new rows with random choices; there are none if all columns are numbers."""
        return rows

    @property
    def rescales(self) -> bool:
        """Whether training and the user have different units."""
        return self.scale != 1.0

    def to_user_units(self, network: Network, loss: Loss) -> None:
        """Bring the first and the last layer to the units of X."""
        self._rescale(network, self.scale)

    def to_training_units(self, network: Network, loss: Loss) -> None:
        """Undo :meth:`fold`, up to rounding."""
        self._rescale(network, 1.0 / self.scale)

    def adopt(self, network: Network, loss: Loss, copied: Collection[str]) -> None:
        """Bring layers that were copied in the units of X to those of training."""
        self._rescale(network, 1.0 / self.scale, copied)

    def _rescale(
        self, network: Network, factor: float, names: Collection[str] | None = None
    ) -> None:
        """Multiply the output of the last layer, and divide the input of the first."""
        if factor == 1.0:
            return
        names = network.names if names is None else names
        if network.names[-1] in names:
            weights, bias = last_layer(network)
            weights *= factor
            bias *= factor
        if "hidden0" in names:
            network.params[network.names.index("hidden0")]["W"][...] /= factor


def _is_nearly_binary(x: Any, weight: NDArray | None) -> bool:
    """Whether nearly all numbers are 0 or 1."""
    weight = np.ones(x.shape[0]) if weight is None else weight
    between = 0.0
    for rows, part in slabs(x):
        between += float(weight[rows] @ np.count_nonzero((part != 0) & (part != 1), axis=1))
    return between <= _MOST_BETWEEN * float(weight.sum()) * x.shape[1]


def _check_shares(low: float, high: float) -> None:
    """Raise if numbers are not shares."""
    if low < 0.0 or high > 1.0:
        raise ValueError(
            f"X holds numbers from {low:g} to {high:g}, but a logistic output is between "
            "0 and 1. Scale X (for example with MinMaxScaler), or set "
            "output_activation='identity' from "
            "the first call on."
        )


def _check_size(largest: float, x: Any) -> None:
    """Raise if the squares of entries, added over a row, would overflow."""
    limit = float(np.sqrt(float(np.finfo(x.dtype).max) / x.shape[1])) / 4
    if largest > limit:
        raise ValueError(
            f"X holds {largest:.1e}, too large for squared errors in {x.dtype}; scale X, for "
            "example with StandardScaler."
        )


def mean_deviation(x: Any, weight: NDArray | None) -> float:
    """Return the square root of the (weighted) mean variance of the columns, or 1 if it is zero."""
    share = np.full(x.shape[0], 1.0 / x.shape[0]) if weight is None else weight / weight.sum()
    mean = column_means(x, weight)
    variance = 0.0
    for rows, part in slabs(x):
        centered = part - mean
        variance += float(share[rows] @ np.einsum("ij,ij->i", centered, centered))
    scale = float(np.sqrt(variance / x.shape[1]))
    # Numbers that small cannot be divided by.
    return scale if scale * float(np.finfo(x.dtype).max) > 4 else 1.0


def squared_errors(reconstruction: NDArray, x: Any) -> NDArray:
    """Return the mean squared error of every row; `reconstruction` is overwritten."""
    reconstruction -= x if isinstance(x, np.ndarray) else x.toarray()
    return np.einsum("ij,ij->i", reconstruction, reconstruction) / reconstruction.shape[1]
