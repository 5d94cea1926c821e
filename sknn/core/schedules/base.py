"""The base class of schedules."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from sknn.core.spec import Spec


class Planned:
    """Something that changes over the epochs, with a parameter `epochs` if it has a horizon."""

    def planned_epochs(self, horizon: int) -> int:
        """Return how many epochs are planned; 0 without a horizon.

        Parameters
        ----------
        horizon : int
            `max_iter` of the call that began the run, which counts if `epochs` is None.
        """
        own = getattr(self, "epochs", 0)
        return int(horizon if own is None else own)


class Schedule(Spec, Planned, family=True):
    """Base class of schedules: a factor on the base learning rate.

    A schedule that needs a horizon has a parameter `epochs`; None means the `max_iter` of the
    call that began the run. After its horizon, a schedule keeps its last value.
    Within the horizon, training does not end because the training loss no longer falls.
    """

    per_update: ClassVar[bool] = False
    """Ask for a new factor before every update instead of every epoch."""
    waits_for_stall: ClassVar[bool] = False
    """Training that no longer improves calls :meth:`on_stall` before it stops."""

    @property
    def follows_loss(self) -> bool:
        """Whether the factor depends on how training goes."""
        return self.waits_for_stall or type(self).observe is not Schedule.observe

    @abstractmethod
    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return the factor on the base rate.

        Parameters
        ----------
        epoch : float
            Epochs so far in this run, including the fraction of the current one.
        step : int
            Updates so far.
        horizon : int
            `max_iter` of the call that began the run.
        state : dict
            What :meth:`observe` and :meth:`on_stall` keep; part of the run.
        """

    def observe(self, loss: float, state: dict[str, float]) -> None:  # noqa: B027  (most do not look)
        """See the monitored loss at the end of an epoch."""

    def on_stall(self, base_rate: float, state: dict[str, float]) -> bool:
        """React to a stall (``waits_for_stall``); return False when training should stop."""
        return False


def progress(epoch: float, epochs: int | None, horizon: int) -> float:
    """Return the share of the horizon that has passed, at most 1."""
    return min(1.0, float(epoch) / max(1, int(horizon if epochs is None else epochs)))
