"""Rates that depend on the progress of training."""

from __future__ import annotations

import math
from typing import ClassVar

from sknn.core import constraints
from sknn.core.schedules.base import Schedule


class Adaptive(Schedule, alias="adaptive"):
    """Cut the rate when training would stop, like scikit-learn's ``learning_rate="adaptive"``.

    When `n_iter_no_change` epochs bring no progress, the rate is cut and training continues; it
    stops when this happens at a rate of `min_rate` or less.

    Parameters
    ----------
    decay : float in (0, 1), default=0.2
        Factor of a cut.
    min_rate : float >= 0, default=1e-6
        Learning rate (not a factor) that is not cut any further.

    Examples
    --------
    >>> from sknn.schedules import Adaptive
    >>> schedule, state = Adaptive(decay=0.5, min_rate=0.001), {}
    >>> goes_on = schedule.on_stall(0.01, state)
    >>> schedule.factor(epoch=20, step=200, horizon=200, state=state)
    0.5
    """

    waits_for_stall: ClassVar[bool] = True

    constraints = {
        "decay": constraints.real(0, 1),
        "min_rate": constraints.real(0, closed="left"),
    }

    def __init__(self, decay: float = 0.2, min_rate: float = 1e-6) -> None:
        self.decay = decay
        self.min_rate = min_rate

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return the factor after the cuts so far."""
        return state.get("factor", 1.0)

    def on_stall(self, base_rate: float, state: dict[str, float]) -> bool:
        """Cut the rate and continue, or return False when it is low enough to stop."""
        factor = state.get("factor", 1.0)
        if base_rate * factor <= self.min_rate:
            return False
        state["factor"] = float(factor * self.decay)
        return True


class Plateau(Schedule, alias="plateau"):
    """Cut the rate after some epochs without progress of the monitored loss.

    The monitored loss is the validation loss, if there are validation rows. After a cut, the loss
    of that epoch is the new reference, so that a single lucky epoch does not cause repeated cuts.

    Parameters
    ----------
    decay : float in (0, 1), default=0.5
        Factor of a cut.
    patience : int >= 1, default=5
        Number of consecutive epochs without progress before a cut. Keep it below
        `n_iter_no_change`, at which training stops.
    cooldown : int >= 0, default=2
        Number of epochs after a cut that are not counted.
    tol : float >= 0, default=1e-4
        A loss is progress when it is lower than the reference by more than this.
    min_factor : float in [0, 1], default=0.01
        Lowest factor on the base rate.

    Examples
    --------
    >>> from sknn.schedules import Plateau
    >>> schedule, state = Plateau(patience=2), {}
    >>> for loss in (1.0, 0.5, 0.5, 0.5):
    ...     schedule.observe(loss, state)
    ...     print(schedule.factor(epoch=0, step=0, horizon=200, state=state))
    1.0
    1.0
    1.0
    0.5
    """

    constraints = {
        "decay": constraints.real(0, 1),
        "patience": constraints.integer(1),
        "cooldown": constraints.integer(0),
        "tol": constraints.real(0, closed="left"),
        "min_factor": constraints.real(0, 1, closed="both"),
    }

    def __init__(
        self,
        decay: float = 0.5,
        patience: int = 5,
        cooldown: int = 2,
        tol: float = 1e-4,
        min_factor: float = 0.01,
    ) -> None:
        self.decay = decay
        self.patience = patience
        self.cooldown = cooldown
        self.tol = tol
        self.min_factor = min_factor

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return the factor after the cuts so far."""
        return state.get("factor", 1.0)

    def observe(self, loss: float, state: dict[str, float]) -> None:
        """Count epochs without progress and cut the rate when there are too many."""
        resting = state.get("resting", 0.0)
        if loss < state.get("reference", math.inf) - self.tol:
            state["reference"] = float(loss)
            state["waited"] = 0.0
        elif not resting:
            state["waited"] = state.get("waited", 0.0) + 1.0
        state["resting"] = max(0.0, resting - 1.0)
        if state.get("waited", 0.0) >= self.patience:
            self._cut(loss, state)

    def _cut(self, loss: float, state: dict[str, float]) -> None:
        state["factor"] = float(max(self.min_factor, self.decay * state.get("factor", 1.0)))
        state["reference"] = float(loss)
        state["waited"] = 0.0
        state["resting"] = float(self.cooldown)
