"""Layout of the work arrays of recurrent layers, and what happens at the end of each step.

Arrays lie step by step, each step a block of the shape (features, rows): rows come last, so that
every gate is one contiguous piece, and one call of NumPy serves several gates at once. Scratch of
the shape (steps, features) is viewed as such by :func:`turned`.

The array ``fed`` holds for each step the factors of its product: the input, a one for the bias, and
the state that is fed back. So a step is one product with the matrix (W, b, U).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers.base import Context
from sknn.core.layout import Scratch


def turned(array: NDArray) -> NDArray:
    """View scratch of the shape (..., rows, steps, features) as (..., steps, features, rows)."""
    *lead, rows, steps, width = array.shape
    return array.reshape(*lead, steps, width, rows)


def by_step(array: NDArray) -> list[NDArray]:
    """Return the blocks of an array of the shape (steps, ...) or (members, steps, ..., rows).

    Making the views before the loop takes a third of the time of slicing in it.
    """
    return list(array) if array.ndim == 3 else list(array.swapaxes(0, 1))


def rolling(name: str, count: int, width: int) -> dict[str, Scratch]:
    """Name an array of `count` blocks of which prediction needs two only, in turn."""
    return {
        name: Scratch((count, width), training_only=True),
        f"{name} in turn": Scratch((2, width)),
    }


def windows(ctx: Context, name: str, count: int, *parts: slice) -> list[list[NDArray]]:
    """Return parts of the features of each block of a :func:`rolling` array."""
    whole = ctx.scratch.get(name)
    if whole is not None:
        return [by_step(turned(whole)[..., part, :]) for part in parts]
    pair = turned(ctx.scratch[f"{name} in turn"])
    return [(by_step(pair[..., part, :]) * (count // 2 + 1))[:count] for part in parts]


def flat_view(array: NDArray) -> NDArray:
    """View scratch of the shape (..., rows, steps, features) as (..., features, steps * rows)."""
    *lead, rows, steps, width = array.shape
    return array.reshape(*lead, width, steps * rows)


def flatten(blocks: NDArray, target: NDArray) -> NDArray:
    """Copy (..., steps, features, rows) into scratch that is seen as by :func:`flat_view`."""
    *lead, steps, width, rows = blocks.shape
    np.copyto(target.reshape(*lead, width, steps, rows), blocks.swapaxes(-3, -2))
    return flat_view(target)


class Tape:
    """Arrays of one pass through a sequence, by steps in the order of reading.

    Parameters
    ----------
    ctx : Context
    inputs : int
        Number of features of the input.
    drops : bool
        Recurrent dropout is at work.
    mask : ndarray of bool, shape (rows, steps), or None
        Which steps there are, in the order of reading.

    Attributes
    ----------
    steps : int
    fed : ndarray of shape (..., steps + 1, inputs + 1 + width, rows)
    into : ndarray of shape (..., steps + 1, width, rows)
        The part of `fed` that is fed back.
    states : ndarray of shape (..., steps + 1, width, rows)
        The outputs before each step and after the last: `into` if no memory is dropped.
    missing, present : ndarray of bool, shape (steps, 1, rows), or None
    holds : list
        For each step its part of `missing`, None if all rows have the step.
    factor : ndarray of shape (..., width, rows) or None
        Factors of recurrent dropout on the outputs that are fed back.
    """

    def __init__(self, ctx: Context, inputs: int, drops: bool, mask: NDArray | None) -> None:
        scratch = self.scratch = ctx.scratch
        self.inputs = inputs
        self.fed = turned(scratch["fed"])
        self.steps = self.fed.shape[-3] - 1
        self.into = self.states = self.fed[..., inputs + 1 :, :]
        self.factor: NDArray | None = None
        if drops:
            self.states = turned(scratch["free"])
            self.factor = turned(scratch["factor"])[..., 0, :, :]
        self.missing: NDArray | None = None
        self.present: NDArray | None = None
        self.holds: list[Any] = [None] * self.steps
        if mask is not None:
            self._note(mask)

    def _note(self, mask: NDArray) -> None:
        # Contiguous, because every one is used by all features.
        present = self.present = self.scratch["present"].reshape(self.steps, 1, -1)
        missing = self.missing = self.scratch["missing"].reshape(self.steps, 1, -1)
        np.copyto(present, mask.T[:, None, :])
        np.logical_not(present, out=missing)
        every: Any = mask.all(axis=0).tolist()
        self.holds = [
            None if all_rows else hold for hold, all_rows in zip(missing, every, strict=True)
        ]

    def settling(self, parts: list[list[NDArray]]) -> Callable[[int], None] | None:
        """Return the function that ends a step by holding states and dropping memory, or None."""
        if self.missing is None and self.factor is None:
            return None
        into, outputs = by_step(self.into), parts[0]

        def settle(t: int) -> None:
            hold = self.holds[t]
            if hold is not None:
                for part in parts:
                    np.copyto(part[t + 1], part[t], where=hold)
            if self.factor is not None:
                np.multiply(outputs[t + 1], self.factor, into[t + 1])

        return settle

    def returning(self, every: int | None) -> Callable[..., None] | None:
        """Return the function that ends a step of the backward pass; None if none is needed.

        It gets the step, the gradient after it, the one before it, which is completed, and further
        gradients to cut. A missing step hands its gradient on. After every so many steps, counted
        from the last, it is cut in the rows that have the first step after the cut.
        """
        if self.missing is None and every is None:
            return None
        cuts = set() if every is None else set(range(self.steps - int(every), 0, -int(every)))

        def settle(t: int, after: NDArray, before: NDArray, *others: NDArray) -> None:
            hold = self.holds[t]
            if hold is not None:
                np.copyto(before, after, where=hold)
            if t in cuts:
                for part in (before, *others):
                    np.multiply(part, 0.0 if hold is None else hold, part)

        return settle

    def silence(self, slopes: NDArray) -> None:
        """Set the derivatives at missing steps to zero."""
        if self.present is not None:
            np.multiply(slopes, self.present, slopes)  # np.copyto takes four times as long

    def keep(self, gate: NDArray) -> None:
        """Open a gate, whose values are at most 1, at missing steps."""
        if self.missing is not None:
            np.maximum(gate, self.missing, out=gate)
