"""Numbers that differ between members, where a single network has one.

An array of shape (n_members,) replaces a float: a rate, a penalty, a parameter of an optimizer. It
is kept in float64, the precision of floats, and is combined with the arrays of a network as a
column in their precision, at the point where a float would be rounded, too. So every member moves
as it would alone, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sknn.core.layout import Layout
from sknn.core.losses.base import Loss, Weight
from sknn.core.optimizers import State
from sknn.core.optimizers.base import Figured
from sknn.core.schedules import Schedule
from sknn.core.spec import Spec

Number = float | NDArray
"""One for all, or an array with one for each member."""


def column(number: Any, dtype: DTypeLike) -> Any:
    """Return numbers of members as (n_members, 1) in some precision, and a float as it is."""
    return number[:, None].astype(dtype) if isinstance(number, np.ndarray) else number


def of_all(values: Sequence[Any]) -> Any:
    """Return the values of all members, as one number if they are the same."""
    first = values[0]
    return first if all(value == first for value in values) else np.array(values, np.float64)


class OptimizerColumns:
    """Optimizers of one kind, one per member, that move all members at once.

    Parameters
    ----------
    members : sequence of Figured
    """

    def __init__(self, members: Sequence[Figured]) -> None:
        self.first = members[0]
        self.kinds = [_settings(each) for each in members]
        self.optimizers = dict(zip(self.kinds, members, strict=True))

    def bind(self, layout: Layout) -> OptimizerColumns:
        """Return itself: such optimizers are the same for every layout."""
        return self

    def init(self, theta: NDArray) -> State:
        """Make the state, with a leading axis of members."""
        return self.first.init(theta)

    def update(self, state: State, grad: NDArray, theta: NDArray, lr: NDArray, step: int) -> None:
        """Turn `grad` into the step, in place; `lr` has the shape (n_members,)."""
        # Equal members share their numbers.
        own = list(zip(self.kinds, lr.tolist(), strict=True))
        figures = {each: self.optimizers[each[0]].figures(each[1], step) for each in set(own)}
        columns = zip(*(figures[each] for each in own), strict=True)
        self.first.move(state, grad, [column(of_all(each), grad.dtype) for each in columns])


class ScheduleColumns:
    """Schedules planned ahead, one per member, each with its own horizon.

    Parameters
    ----------
    members : sequence of (Schedule, int)
    """

    waits_for_stall = False

    def __init__(self, members: Sequence[tuple[Schedule, int]]) -> None:
        plans = {_told(schedule, horizon): (schedule, horizon) for schedule, horizon in members}
        names = list(plans)
        self.plans = list(plans.values())
        self.index = np.array([names.index(_told(*member)) for member in members])
        self.per_update = members[0][0].per_update

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> NDArray:
        """Return the factors on the base rates, of shape (n_members,)."""
        factors = [schedule.factor(epoch, step, own, {}) for schedule, own in self.plans]
        return np.array(factors)[self.index]

    def observe(self, loss: float, state: dict[str, float]) -> None:
        """Do nothing: the plan is fixed."""


def _told(schedule: Schedule, horizon: int) -> tuple[Any, ...]:
    """Return everything that distinguishes plans."""
    return *_settings(schedule), horizon


class LossColumns:
    """Losses of one kind, one per member; equal neighbors are computed together.

    For everything except value and gradient, such as the link, the first one represents all.

    Parameters
    ----------
    members : sequence of Loss
    """

    def __init__(self, members: Sequence[Loss]) -> None:
        self.first = members[0]
        self.parts: list[tuple[slice, Loss]] = []
        start = 0
        for _, alike in groupby(members, key=_settings):
            losses = list(alike)
            self.parts.append((slice(start, start + len(losses)), losses[0]))
            start += len(losses)

    def __getattr__(self, name: str) -> Any:
        """Ask the first one."""
        return getattr(vars(self)["first"], name)

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> NDArray:
        """Return the weighted sums of the losses and write their gradients into `out`."""
        needs = self.first.scratch(raw.shape[-1])
        values = []
        for part, loss in self.parts:
            own = {k: each if needs[k].shared else each[part] for k, each in scratch.items()}
            values.append(loss.value_and_grad(raw[part], target, weight, out[part], own))
        return np.concatenate(values)


def _settings(spec: Spec) -> tuple[Any, ...]:
    """Return everything that distinguishes specs without parts."""
    return type(spec), repr(vars(spec))
