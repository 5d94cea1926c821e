"""Rates that depend on time alone."""

from __future__ import annotations

from typing import ClassVar

from sknn.core import constraints
from sknn.core.schedules.base import Schedule, progress


class Constant(Schedule, alias="constant"):
    """Constant rate: the base rate throughout.

    Examples
    --------
    >>> from sknn.schedules import Constant
    >>> Constant().factor(epoch=7, step=70, horizon=200, state={})
    1.0
    """

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return 1."""
        return 1.0


class InverseScaling(Schedule, alias="invscaling"):
    r"""A power of the number of updates, as scikit-learn's ``learning_rate="invscaling"``.

    .. math:: \eta_t = \eta \, (t + 1)^{-p}

    after :math:`t` updates. (scikit-learn counts samples instead: 2,000 rows reduce its
    rate 45-fold in one epoch.)

    Parameters
    ----------
    power : float >= 0, default=0.5
        The exponent :math:`p`. With 0.5 to 1, gradient descent converges in theory.

    Notes
    -----
    After a hundred updates, the rate is a tenth of the base rate, so start with a higher one.

    References
    ----------
    Robbins, Monro (1951). A stochastic approximation method. Annals of Mathematical Statistics 22.

    Examples
    --------
    >>> from sknn.schedules import InverseScaling
    >>> schedule = InverseScaling()
    >>> [schedule.factor(epoch=0, step=step, horizon=200, state={}) for step in (0, 3, 99)]
    [1.0, 0.5, 0.1]
    """

    per_update: ClassVar[bool] = True

    constraints = {"power": constraints.real(0, closed="left")}

    def __init__(self, power: float = 0.5) -> None:
        self.power = power

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return the factor after `step` updates."""
        return float((step + 1.0) ** -self.power)


class Exponential(Schedule, alias="exponential"):
    r"""Exponential decay: multiply the rate by the same factor every epoch, down to a floor.

    .. math:: \eta_e = \eta \, \max(d^e, f)

    Parameters
    ----------
    decay : float in (0, 1], default=0.95
        Factor :math:`d` per epoch; 0.95 halves the rate every 14 epochs.
    min_factor : float in [0, 1], default=0.01
        Lowest factor :math:`f`.

    Examples
    --------
    >>> from sknn.schedules import Exponential
    >>> schedule = Exponential(decay=0.5)
    >>> [schedule.factor(epoch=epoch, step=0, horizon=200, state={}) for epoch in (0, 1, 2, 50)]
    [1.0, 0.5, 0.25, 0.01]
    """

    constraints = {
        "decay": constraints.real(0, 1, closed="right"),
        "min_factor": constraints.real(0, 1, closed="both"),
    }

    def __init__(self, decay: float = 0.95, min_factor: float = 0.01) -> None:
        self.decay = decay
        self.min_factor = min_factor

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return the factor after `epoch` epochs."""
        return float(max(self.decay**epoch, self.min_factor))


class Step(Schedule, alias="step"):
    r"""Step decay: cut the rate at regular intervals.

    .. math:: \eta_e = \eta \, d^{\lfloor e / E \rfloor}

    Parameters
    ----------
    every : int >= 1 or None, default=None
        Epochs :math:`E` between cuts. None: two cuts, after one and two thirds of the `max_iter` of
        the call that began the training, and none after it.
    decay : float in (0, 1], default=0.1
        Factor :math:`d` of a cut.

    Examples
    --------
    >>> from sknn.schedules import Step
    >>> schedule = Step(decay=0.5)
    >>> [schedule.factor(epoch=epoch, step=0, horizon=30, state={}) for epoch in (0, 10, 20, 50)]
    [1.0, 0.5, 0.25, 0.25]
    """

    constraints = {
        "every": constraints.integer(1) | constraints.none(),
        "decay": constraints.real(0, 1, closed="right"),
    }

    def __init__(self, every: int | None = None, decay: float = 0.1) -> None:
        self.every = every
        self.decay = decay

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return the factor after the cuts so far."""
        if self.every is None:
            cuts = min(2, int(3.0 * progress(epoch, None, horizon)))
        else:
            cuts = int(epoch // self.every)
        return float(self.decay) ** cuts

    def planned_epochs(self, horizon: int) -> int:
        """Return the horizon of two cuts; cuts at regular intervals have none."""
        return 0 if self.every else int(horizon)
