"""The function that training minimizes: loss and gradient of a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.core.row_order import aligned
from sknn.core.workspace import Workspace
from sknn.training.columns import Number, column


class Objective(Protocol):
    """The interface of the function that the loop minimizes.

    Attributes
    ----------
    network : Network
    workspace : Workspace or None
        Shown to callbacks.
    l1 : float or ndarray of shape (n_members,)
        Strength of the soft threshold after each step.
    each : float or ndarray of shape (n_members,)
        The objective of every member on the last batch.
    """

    network: Network
    workspace: Any
    l1: Any
    each: Any

    @property
    def grad(self) -> NDArray:
        """Gradient of the last batch, a flat vector that the update may overwrite."""

    def batch(self, x: Any, target: Any, weight: NDArray | None) -> float:
        """Return the objective on one batch and fill `grad`."""

    def figures(self) -> dict[str, Any]:
        """Return other measurements since the last call: a number, or one for every member."""


class Penalty:
    r"""The penalty on decayed weights, for each member.

    .. math:: \frac{l_2}{2} \lVert \theta_W \rVert^2 + l_1 \lVert \theta_W \rVert_1

    Parameters
    ----------
    network : Network
    grad : ndarray
        Where the gradient of the smooth part is added.
    l2, l1 : float or ndarray of shape (n_members,)
    start : int, default=0
        The penalty applies to the vector of the network from there on.
    """

    def __init__(
        self,
        network: Network,
        grad: NDArray,
        l2: Number = 0.0,
        l1: Number = 0.0,
        start: int = 0,
    ) -> None:
        n_decayed = network.layout.n_decayed
        self.decayed = network.theta[..., start:n_decayed]
        self.decayed_grad = grad[..., start:n_decayed]
        dtype = self.decayed.dtype
        # An array without axes is combined with others faster than a float.
        self.l2, self.l1 = np.asarray(column(l2, dtype), dtype), l1
        self._shrink = aligned(self.decayed.shape, dtype) if np.any(l2) else None
        self._thresholds = bool(np.any(l1))
        # Equal, bit for bit; for a single network, the former is faster.
        self._inner: Any = np.ndarray.dot if self.decayed.ndim == 1 else np.vecdot
        self._exact: Any = float if self.decayed.ndim == 1 else np.float64

    def __call__(self) -> Any:
        """Return the penalty of each member, and add its smooth part to the gradient."""
        value: Any = 0.0
        if self._shrink is not None:
            np.multiply(self.decayed, self.l2, out=self._shrink)
            value = 0.5 * self._exact(self._inner(self.decayed, self._shrink))
            self.decayed_grad += self._shrink
        if self._thresholds:
            value = value + self.l1 * np.abs(self.decayed).sum(axis=-1).astype(np.float64)
        return value


class Supervised:
    r"""Mean weighted loss of a batch plus penalty.

    .. math:: L(\theta) = \frac{\sum_i w_i\, l_i}{n\, \bar w}
              + \frac{\alpha}{2 W} \lVert \theta_W \rVert^2 + \frac{l_1}{W} \lVert \theta_W \rVert_1

    with the n rows of the batch, the mean positive weight of the first call :math:`\bar w`
    (`unit`), and the total weight of the current call W (`total`). The penalty is the same function
    for every batch size and solver. Its L1 part has no gradient here: it acts as a soft threshold
    after the step.

    Parameters
    ----------
    workspace : Workspace
    l2, l1 : float or ndarray of shape (n_members,)
        Strengths, before the division by `total`.
    unit, total : float

    Attributes
    ----------
    penalty : callable
        Returns the penalty, of every member, and adds its smooth part to `grad`.
    """

    def __init__(
        self,
        workspace: Workspace,
        l2: Number = 0.0,
        l1: Number = 0.0,
        unit: float = 1.0,
        total: float = 1.0,
    ) -> None:
        self.workspace = workspace
        self.loss: Loss = workspace.loss
        self.network = workspace.network
        self.row_axis = self.network.row_axis
        self.n_members = self.network.n_members
        self.each: Any = 0.0
        self.l1 = l1 / total
        self.unit = float(unit)
        self._rows = 0
        self._penalties: Any = 0.0
        self.l2: Any = l2 / total
        self.penalty: Callable[[], Any] = Penalty(self.network, workspace.grad, self.l2, self.l1)

    @property
    def grad(self) -> NDArray:
        """Gradient of the last batch, a flat vector."""
        return self.workspace.grad

    def batch(self, x: Any, target: NDArray, weight: NDArray | None) -> float:
        """Return the objective on one batch and fill `grad`; with members, their mean."""
        rows = x.shape[self.row_axis]
        self.data(x, target, weight, 1.0 / (rows * self.unit))
        penalty = self.penalty()
        self.each = self.each + penalty
        self._rows += rows
        self._penalties = self._penalties + (penalty + self.workspace.added) * rows
        return float(self.each if self.n_members == 1 else self.each.mean())

    def data(self, x: Any, target: Any, weight: NDArray | None, scale: float) -> float:
        """Return ``scale * sum(w * l)`` and fill `grad` with its gradient."""
        workspace = self.workspace
        rows = x.shape[self.row_axis]
        frames = workspace.frames
        frame = frames[rows] if rows in frames else workspace.frame(rows)
        added = workspace.forward(x, frame, weight)
        if not isinstance(target, np.ndarray):
            target = target.toarray()
        counts = scale if weight is None else weight * scale
        value = self.loss.value_and_grad(frame.raw, target, counts, frame.d_raw, frame.loss_scratch)
        workspace.backward(x, frame)
        if self.n_members == 1:
            workspace.fit = value = float(value)
        else:
            value = np.asarray(value, np.float64)
            workspace.fit = float(value.mean())
        workspace.added = added / self.n_members
        # Terms that layers add are known only for all members together.
        self.each = value + workspace.added
        return workspace.fit + workspace.added

    def figures(self) -> dict[str, Any]:
        """Return the part of the mean loss that comes from penalties, of weights and of layers."""
        mean = self._penalties / max(self._rows, 1)
        self._rows, self._penalties = 0, 0.0
        return {"penalty": mean}
