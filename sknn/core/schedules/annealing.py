"""Rates planned over a horizon."""

from __future__ import annotations

import math
from typing import ClassVar

from sknn.core import constraints
from sknn.core.schedules.base import Schedule, progress


def _half_cosine(start: float, end: float, share: float) -> float:
    """Go from `start` to `end`, slowly at both ends."""
    return float(end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * share)))


class Cosine(Schedule, alias="cosine"):
    r"""Cosine annealing: half a cosine down from the base rate, after an optional warm-up.

    .. math::

        \eta(q) = \eta \left( f + (1 - f) \, \tfrac{1}{2} (1 + \cos \pi q) \right)

    with :math:`q` the share of the horizon that has passed, counted from the end of the warm-up.
    During the warm-up the rate rises linearly, from one hundredth of the base rate. The rate moves
    before every update; after the horizon it stays constant.

    Parameters
    ----------
    epochs : int >= 1 or None, default=None
        Horizon. None: the `max_iter` of the call that began the training.
    warmup : float in [0, 1), default=0.0
        Share of the horizon spent on the warm-up; 0.05 to 0.1 stabilizes deep networks and AdamW.
    final : float in [0, 1], default=0.01
        Factor :math:`f` at the horizon. With 0, nothing moves after the horizon.

    References
    ----------
    Loshchilov, Hutter (2017). SGDR: stochastic gradient descent with warm restarts. ICLR.
    https://arxiv.org/abs/1608.03983 (without the restarts)

    Goyal et al. (2017). Accurate, large minibatch SGD: training ImageNet in 1 hour.
    https://arxiv.org/abs/1706.02677 (the warm-up)

    Examples
    --------
    >>> from sknn.schedules import Cosine
    >>> schedule = Cosine(epochs=20, final=0.1)
    >>> for epoch in (0, 10, 20, 30):
    ...     print(round(schedule.factor(epoch=epoch, step=0, horizon=200, state={}), 3))
    1.0
    0.55
    0.1
    0.1
    """

    per_update: ClassVar[bool] = True

    constraints = {
        "epochs": constraints.integer(1) | constraints.none(),
        "warmup": constraints.real(0, 1, closed="left"),
        "final": constraints.real(0, 1, closed="both"),
    }

    def __init__(self, epochs: int | None = None, warmup: float = 0.0, final: float = 0.01) -> None:
        self.epochs = epochs
        self.warmup = warmup
        self.final = final

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return the factor after `epoch` epochs."""
        done = progress(epoch, self.epochs, horizon)
        if done < self.warmup:
            return float(0.01 + 0.99 * done / self.warmup)
        return _half_cosine(1.0, self.final, (done - self.warmup) / (1.0 - self.warmup))


class OneCycle(Schedule, alias="one_cycle"):
    r"""One-cycle policy: raise the rate to the base rate, then lower it below the start.

    Half a cosine from `start` to 1, half a cosine from 1 to `final`:

    .. math::

        \eta(q) = \eta \, c(s, 1, q / p) \;\text{for}\; q < p, \quad
        \eta(q) = \eta \, c(1, f, (q - p) / (1 - p)) \;\text{after}, \quad
        c(a, b, x) = b + (a - b) \, \tfrac{1}{2} (1 + \cos \pi x)

    with :math:`q` the share of the horizon that has passed. The rate moves before every update;
    after the horizon it stays constant.

    Parameters
    ----------
    epochs : int >= 1 or None, default=None
        Horizon. None: the `max_iter` of the call that began the training.
    peak_at : float in (0, 1), default=0.3
        Share :math:`p` of the horizon at which the base rate is reached.
    start : float in (0, 1], default=0.04
        Factor :math:`s` of the first update.
    final : float in [0, 1], default=0.01
        Factor :math:`f` at the horizon.

    Notes
    -----
    Designed for few epochs, and for a base rate 3 to 10 times as high as a constant schedule
    allows.

    References
    ----------
    Smith, Topin (2018). Super-convergence: very fast training of neural networks using large
    learning rates. https://arxiv.org/abs/1708.07120 (there with straight lines)

    Examples
    --------
    >>> from sknn.schedules import OneCycle
    >>> schedule = OneCycle(epochs=10)
    >>> for epoch in (0, 3, 10):
    ...     print(round(schedule.factor(epoch=epoch, step=0, horizon=200, state={}), 3))
    0.04
    1.0
    0.01
    """

    per_update: ClassVar[bool] = True

    constraints = {
        "epochs": constraints.integer(1) | constraints.none(),
        "peak_at": constraints.real(0, 1),
        "start": constraints.real(0, 1, closed="right"),
        "final": constraints.real(0, 1, closed="both"),
    }

    def __init__(
        self,
        epochs: int | None = None,
        peak_at: float = 0.3,
        start: float = 0.04,
        final: float = 0.01,
    ) -> None:
        self.epochs = epochs
        self.peak_at = peak_at
        self.start = start
        self.final = final

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return the factor after `epoch` epochs."""
        done, peak = progress(epoch, self.epochs, horizon), self.peak_at
        if done < peak:
            return _half_cosine(self.start, 1.0, done / peak)
        return _half_cosine(1.0, self.final, (done - peak) / (1.0 - peak))


class CosLog(Schedule, alias="cos_log"):
    r"""Cycles of a cosine, each twice as long as the one before; every cycle begins and ends low.

    .. math::

        \eta(q) = \eta \left( f + (1 - f) \, \tfrac{1}{2}
        \left(1 - \cos(2 \pi \log_2(1 + (2^k - 1) q)) \right) \right)

    with :math:`q` the share of the horizon that has passed and k cycles [1]_. Between two cycles
    the weights settle, which gives several good points to stop: early ones for noisy data, late
    ones for data that can be memorized. The rate moves before every update; after the horizon it
    stays constant.

    Parameters
    ----------
    epochs : int >= 1 or None, default=None
        Horizon. None: the `max_iter` of the call that began the training.
    cycles : int, default=4
        Number of cycles :math:`k`.
    final : float in [0, 1], default=0.01
        Factor :math:`f` between cycles and at the horizon.

    References
    ----------
    .. [1] Holzmüller, Grinsztajn & Steinwart (2024), "Better by default: strong pre-tuned MLPs
       and boosted trees on tabular data", arXiv 2407.04491.

    Examples
    --------
    >>> from sknn.schedules import CosLog
    >>> schedule = CosLog(epochs=15)
    >>> for epoch in (0, 0.4, 1, 2, 3, 15):
    ...     print(round(schedule.factor(epoch=epoch, step=0, horizon=200, state={}), 3))
    0.01
    0.998
    0.01
    0.931
    0.01
    0.01
    """

    per_update: ClassVar[bool] = True

    constraints = {
        "epochs": constraints.integer(1) | constraints.none(),
        # Beyond this, two to the power of it is not a float.
        "cycles": constraints.integer(1, 1000, closed="both"),
        "final": constraints.real(0, 1, closed="both"),
    }

    def __init__(self, epochs: int | None = None, cycles: int = 4, final: float = 0.01) -> None:
        self.epochs = epochs
        self.cycles = cycles
        self.final = final

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return the factor after `epoch` epochs."""
        done = progress(epoch, self.epochs, horizon)
        cycle = math.log2(1.0 + (2.0 ** int(self.cycles) - 1.0) * done)
        height = 0.5 * (1.0 - math.cos(2.0 * math.pi * cycle))
        return float(self.final + (1.0 - self.final) * height)


class FlatCosine(Schedule, alias="flat_cosine"):
    r"""Flat at first, then half a cosine down to the end.

    .. math::

        \eta(q) = \eta \, c\left(\max(0, q - p) / (1 - p)\right), \quad
        c(x) = f + (1 - f) \, \tfrac{1}{2} (1 + \cos \pi x)

    with :math:`q` the share of the horizon that has passed. As ``regularization_schedule``, it lets
    dropout and weight decay fade in the second half of training [1]_.

    Parameters
    ----------
    epochs : int >= 1 or None, default=None
        Horizon. None: the `max_iter` of the call that began the training.
    flat : float in [0, 1), default=0.5
        Share :math:`p` of the horizon with the full rate.
    final : float in [0, 1], default=0.01
        Factor :math:`f` at the horizon.

    References
    ----------
    .. [1] Holzmüller, Grinsztajn & Steinwart (2024), "Better by default: strong pre-tuned MLPs
       and boosted trees on tabular data", arXiv 2407.04491.

    Examples
    --------
    >>> from sknn.schedules import FlatCosine
    >>> schedule = FlatCosine(epochs=20, final=0.0)
    >>> for epoch in (0, 10, 15, 20):
    ...     print(round(schedule.factor(epoch=epoch, step=0, horizon=200, state={}), 3))
    1.0
    1.0
    0.5
    0.0
    """

    per_update: ClassVar[bool] = True

    constraints = {
        "epochs": constraints.integer(1) | constraints.none(),
        "flat": constraints.real(0, 1, closed="left"),
        "final": constraints.real(0, 1, closed="both"),
    }

    def __init__(self, epochs: int | None = None, flat: float = 0.5, final: float = 0.01) -> None:
        self.epochs = epochs
        self.flat = flat
        self.final = final

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        """Return the factor after `epoch` epochs."""
        done = progress(epoch, self.epochs, horizon)
        return _half_cosine(1.0, self.final, max(0.0, done - self.flat) / (1.0 - self.flat))
