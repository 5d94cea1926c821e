"""Parameters without a gradient: left alone for some steps, then brought up to date at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

_NUMBERS = 32_768
"""Numbers of a slab of rows, which then stays in the cache with its other arrays."""
_FAINT = 1e-6
"""Lower bound of squares, so that nothing is divided by zero after a very long wait."""


class Waiting:
    """No catching up, for optimizers whose steps without a gradient change nothing.

    Other optimizers keep in a class of this kind what rows that wait have missed. Steps are
    counted from the last :meth:`restart`, and a row is up to date after so many of them.

    Attributes
    ----------
    steps : int
        Steps since the last restart.
    """

    def __init__(self) -> None:
        self.steps = 0

    def passed(self, lr: float, step: int, kept: float) -> None:
        """Note a step: its rate, its number in the run, what decoupled decay left of weights."""
        self.steps += 1

    def catch_up(self, theta: NDArray, state: dict[str, NDArray], since: NDArray) -> None:
        """Bring rows that were up to date after `since` steps up to date, in place.

        Parameters
        ----------
        theta : ndarray of shape (n_rows, n)
        state : dict of ndarray of shape (n_rows, n)
        since : ndarray of int of shape (n_rows,)
        """

    def restart(self) -> None:
        """Restart the count; every row is up to date."""
        self.steps = 0


class MissedMoments(Waiting):
    """Steps of Adam that rows have missed; the moments are kept as discounted sums.

    Tables have an entry for every number of steps after which a row may have been up to date, and
    are brought forward with each step that passes.

    Parameters
    ----------
    decays : tuple of float
        Those of the two moments.
    scalars : callable
        Returns from rate and step what the quotient of the kept sums is multiplied by, and what
        is added to the root.
    l2 : float
        Strength of the penalty whose gradient is missed as well.
    """

    def __init__(
        self,
        decays: tuple[float, float],
        scalars: Callable[[float, int], tuple[float, float]],
        l2: float,
    ) -> None:
        super().__init__()
        self.decays, self.scalars, self.l2 = decays, scalars, l2
        self.epsilon = scalars(0.0, 1)[1]
        self._make_room(64)

    def _make_room(self, size: int) -> None:
        """Make tables for this many steps, and forget the old ones."""
        (b1, b2), k = self.decays, np.arange(size)
        self.b1_powers, self.ratio_powers = b1**k, (b1 * b2**-0.5) ** k
        self.b2_powers = np.maximum(b2**k, _FAINT)
        self.moved, self.pulled, self.kept = np.zeros(size), np.zeros(size), np.ones(size)

    def passed(self, lr: float, step: int, kept: float) -> None:
        """Add the step to all tables."""
        n = self.steps = self.steps + 1
        if n == len(self.moved):
            before = self.moved, self.pulled, self.kept
            self._make_room(2 * n)
            for table, old in zip((self.moved, self.pulled, self.kept), before, strict=True):
                table[:n] = old
        scale = self.scalars(lr, step)[0]
        # From the row that has waited longest to the one that was touched in the last step.
        self.moved[:n] += scale * self.ratio_powers[n:0:-1]
        # The average of a constant gradient is that gradient, in the first steps, too.
        b1 = self.decays[0]
        self.pulled[:n] += scale * self.l2 * (1.0 - b1**step) / (1.0 - b1)
        self.kept[:n] *= kept

    def restart(self) -> None:
        """Forget all steps."""
        n, self.steps = self.steps, 0
        self.moved[:n], self.pulled[:n], self.kept[:n] = 0.0, 0.0, 1.0

    def catch_up(self, theta: NDArray, state: dict[str, NDArray], since: NDArray) -> None:
        """Bring rows up to date."""
        if since.size == 0 or since.min() == self.steps:
            return
        waited = self.steps - since
        columns = [self.moved[since], self.b1_powers[waited], self.b2_powers[waited]]
        if self.l2:
            # What the squares of the penalty's gradient add up to, over the decay still to come.
            left = self.b2_powers[waited]
            squares = (1.0 - left) / (left * (1.0 - self.decays[1]))
            columns += [self.l2 * np.sqrt(squares), self.pulled[since]]
        if self.kept[0] != 1.0:
            theta *= _column(self.kept[since], theta)
        columns = [_column(column, theta) for column in columns]
        bring = self._bring_pulled if self.l2 else self._bring
        for arrays in _slabs(theta, state["m"], state["v"], *columns):
            bring(*arrays)

    def _bring(
        self, w: NDArray, m: NDArray, v: NDArray, moved: NDArray, b1: NDArray, b2: NDArray,
        work: NDArray,
    ) -> None:  # fmt: skip
        """Catch up without a penalty."""
        step, _ = work
        np.sqrt(v, out=step)
        step += self.epsilon
        np.divide(m, step, out=step)
        step *= moved
        w -= step
        m *= b1
        v *= b2

    def _bring_pulled(
        self, w: NDArray, m: NDArray, v: NDArray, moved: NDArray, b1: NDArray, b2: NDArray,
        push: NDArray, pulled: NDArray, work: NDArray,
    ) -> None:  # fmt: skip
        """Catch up with a penalty, which lets no weight go past zero."""
        step, scale = work
        np.multiply(w, push, out=step)
        step *= step
        v += step
        np.sqrt(v, out=scale)
        scale += self.epsilon
        np.divide(1.0, scale, out=scale)
        np.multiply(m, moved, out=step)
        step *= scale
        scale *= pulled
        np.minimum(scale, 1.0, out=scale)
        scale *= w
        w -= scale
        w -= step
        m *= b1
        v *= b2


def _column(values: NDArray, like: NDArray) -> NDArray:
    return values.astype(like.dtype)[:, None]


def _slabs(theta: NDArray, *arrays: NDArray) -> Iterator[tuple[NDArray, ...]]:
    """Cut arrays into some rows each; with them come two scratch arrays of the shape of `theta`."""
    height = max(1, min(len(theta), _NUMBERS // max(1, theta.shape[1])))
    scratch = np.empty((2, height, theta.shape[1]), theta.dtype)
    for start in range(0, len(theta), height):
        rows = slice(start, start + height)
        w = theta[rows]
        yield w, *(array[rows] for array in arrays), scratch[:, : len(w)]
