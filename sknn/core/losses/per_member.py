"""A loss of members that each have their own rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Scratch
from sknn.core.losses.base import Loss, Weight


class PerMember:
    """The kernel of a loss if targets and weights have a leading axis of members, too.

    The rows of all members are concatenated, so that every loss can be used as it is.

    Parameters
    ----------
    loss : Loss
        Bound to its task.
    """

    def __init__(self, loss: Loss) -> None:
        self.loss = loss

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays of the loss, with the rows of every member."""
        return {
            name: replace(need, shared=need.shared and not need.per_row)
            for name, need in self.loss.scratch(n_raw).items()
        }

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the mean over members of the weighted sum; fill `out` with every gradient.

        Parameters
        ----------
        raw : ndarray of shape (members, rows, n_raw)
        target : ndarray of shape (members, rows) or (members, rows, n_outputs)
        weight : float or ndarray of shape (members, rows, 1)
        out : ndarray, same shape and dtype as `raw`
        scratch : mapping of ndarray
        """
        needs = self.loss.scratch(raw.shape[-1])
        flat = {
            name: _one_behind_the_other(array) if needs[name].per_row else array
            for name, array in scratch.items()
        }
        value = self.loss.value_and_grad(
            _one_behind_the_other(raw),
            _one_behind_the_other(target),
            weight if isinstance(weight, float) else _one_behind_the_other(weight),
            _one_behind_the_other(out),
            flat,
        )
        return np.float64(value) / len(raw)


def _one_behind_the_other(array: NDArray) -> NDArray:
    return array.reshape(-1, *array.shape[2:])
