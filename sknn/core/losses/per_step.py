"""A loss of sequences with an answer to every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Scratch
from sknn.core.losses.base import Loss, Weight

MISSING_CODE = -1
"""Stands in encoded targets for a step without an answer; among real numbers it is NaN."""


def answered(target: NDArray) -> NDArray:
    """Return which steps have an answer, of the shape (rows, steps)."""
    return target != MISSING_CODE if target.ndim == 2 else ~np.isnan(target[..., 0])


class PerStep:
    """The kernel of a loss if raw scores and targets have an axis of steps after the rows.

    Every step counts as much as its row; steps without a target count nothing. The
    steps of all rows are concatenated, so that every loss can be used as it is.

    Parameters
    ----------
    loss : Loss
        Bound to its task.
    steps : int
        Of every row.
    """

    def __init__(self, loss: Loss, steps: int) -> None:
        self.loss = loss
        self.steps = steps

    def __repr__(self) -> str:
        """Name the loss of a step."""
        return f"PerStep({self.loss!r})"

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays of the loss, with all steps of a row."""
        return {
            name: replace(need, shape=(self.steps, *need.shape)) if need.per_row else need
            for name, need in self.loss.scratch(n_raw).items()
        }

    def total(self, target: NDArray, weight: NDArray | None) -> float:
        """Return the total weight of all steps with a target."""
        there = answered(target)
        return float(there.sum()) if weight is None else float((there * weight).sum())

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the weighted sum over all steps; fill `out` with its gradient.

        Parameters
        ----------
        raw : ndarray of shape (..., rows, steps, n_raw)
        target : ndarray of shape (rows, steps) or (rows, steps, n_outputs)
        weight : float or ndarray of shape (rows, 1)
            What each step of a row counts.
        out : ndarray, same shape and dtype as `raw`
        scratch : mapping of ndarray
        """
        there = answered(target)
        if not there.all():
            weight = np.multiply(there, weight, dtype=raw.dtype)
            # Any value will do if it has no weight.
            target = np.where(there if target.ndim == 2 else there[..., None], target, 0)
        elif not isinstance(weight, float):
            weight = np.broadcast_to(weight, there.shape)
        needs = self.loss.scratch(raw.shape[-1])
        return self.loss.value_and_grad(
            as_rows(raw),
            target.reshape(-1, *target.shape[2:]).astype(_kind(target, raw), copy=False),
            weight if isinstance(weight, float) else weight.reshape(-1, 1),
            as_rows(out),
            {name: _laid(array, needs[name]) for name, array in scratch.items()},
        )


def as_rows(array: NDArray) -> NDArray:
    """Lay the steps of all rows one after the other: (..., rows, steps, k) -> (..., n, k)."""
    return array.reshape(*array.shape[:-3], -1, array.shape[-1])


def _kind(target: NDArray, raw: NDArray) -> Any:
    return np.intp if target.ndim == 2 else raw.dtype


def _laid(array: NDArray, need: Scratch) -> NDArray:
    """Do the same with a work array of one number, or more, a step."""
    if not need.per_row:
        return array
    lead = array.shape[: array.ndim - 2 - len(need.shape)]
    return array.reshape(*lead, -1, *need.shape)
