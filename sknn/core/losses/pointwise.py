"""Losses that are a sum over the entries of a matrix of raw scores."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Scratch
from sknn.core.losses.base import Loss, Weight


def total(values: NDArray, weight: Weight, out: NDArray, share: float) -> Any:
    """Sum `values` over rows and outputs, times `share`; scale the derivatives `out` alike.

    Parameters
    ----------
    values : ndarray of shape (..., rows, n_outputs)
        Loss of every entry; destroyed.
    weight : float or ndarray of shape (rows, 1)
    out : ndarray of shape (..., rows, n_raw)
        Derivative of every entry of `values`; becomes the gradient.
    share : float
        Weight of one output: 1 / n_outputs makes a mean, 1 a sum.
    """
    if isinstance(weight, float):
        share *= weight
    else:
        np.multiply(values, weight, out=values)
        np.multiply(out, weight, out=out)
    if share != 1.0:
        np.multiply(out, share, out=out)
    return np.add.reduce(values, axis=(-2, -1)) * share


class Pointwise(Loss):
    """Base class of losses with one raw score per output, summed over the rows."""

    averages: ClassVar[bool] = True
    """Several outputs count as their mean (targets), not as their sum (labels)."""

    work: ClassVar[tuple[str, ...]] = ()
    """Names of the work arrays that :meth:`pointwise` needs in addition to `values`."""

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays, all of the shape of the raw scores."""
        return {name: Scratch((n_raw,)) for name in ("values", *self.work)}

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the weighted sum of the loss and write its gradient into `out`."""
        values = scratch["values"]
        self.pointwise(raw, target, values, out, scratch)
        return total(values, weight, out, 1.0 / raw.shape[-1] if self.averages else 1.0)

    @abstractmethod
    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Write the loss of every entry into `values` and its derivative into `out`."""
