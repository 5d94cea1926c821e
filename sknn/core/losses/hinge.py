"""Losses that ask for a margin and give no probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.base import Loss, Weight, weighted_total
from sknn.core.losses.by_task import LossByTask
from sknn.core.losses.one_of_k import OneOfK, distributions, row_dot, row_maximum
from sknn.core.losses.optimum import Vector
from sknn.core.losses.pointwise import Pointwise


class BinaryHinge(Pointwise):
    r"""Hinge loss for two classes or labels: no loss beyond a margin of one.

    .. math:: l(z, t) = \max(0, 1 - s z), \qquad s = 2 t - 1

    The raw score is a distance, not a probability.

    References
    ----------
    Cortes & Vapnik (1995), Support-vector networks. Machine Learning 20.

    Examples
    --------
    >>> from sknn.losses import Hinge
    >>> Hinge().bind("binary")
    BinaryHinge()
    """

    tasks = frozenset({"binary", "multilabel"})
    averages = False
    has_probabilities = False
    work: ClassVar[tuple[str, ...]] = ("sign",)

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        sign = scratch["sign"]
        np.subtract(0.5, target, out=sign)
        np.multiply(sign, 2.0, out=sign)
        np.multiply(raw, sign, out=values)
        np.add(values, 1.0, out=values)
        np.maximum(values, 0.0, out=values)
        # The sign of the loss shows which rows are inside the margin.
        np.sign(values, out=out)
        np.multiply(out, sign, out=out)

    def constant_optimum(self, target: Any, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return zeros: on the boundary, where both sides pull."""
        return np.zeros(n_outputs)


class MulticlassHinge(OneOfK):
    r"""Hinge loss of Crammer and Singer: the true class must lead every other one by one.

    .. math:: l(z, c) = \max\left(0,\; 1 + \max_{j \ne c} z_j - z_c\right)

    If several classes are equally close, they share the gradient.

    References
    ----------
    Crammer & Singer (2001), On the algorithmic implementation of multiclass kernel-based vector
    machines. Journal of Machine Learning Research 2.

    Examples
    --------
    >>> from sknn.losses import Hinge
    >>> Hinge().bind("multiclass")
    MulticlassHinge()
    """

    has_probabilities = False

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the weighted sum of the loss and write its gradient into `out`."""
        row, peak, ties = scratch["row"], scratch["peak"], scratch["norm"]
        hot = distributions(target, 0.0, scratch)
        row_dot(raw, hot, scratch, row)
        # One less than the margin that each class lacks; for the true class it is zero, so -1 here.
        np.subtract(raw, row, out=out)
        np.subtract(out, hot, out=out)
        row_maximum(out, scratch["work"], peak[..., 0])
        np.equal(out, peak, out=out)
        np.matmul(out, scratch["ones"], out=ties)
        np.divide(out, ties, out=out)
        np.subtract(out, hot, out=out)
        np.multiply(out, weight, out=out)
        np.add(peak, 1.0, out=row)
        return weighted_total(row[..., 0], weight)

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return zeros: no class leads."""
        return np.zeros(n_outputs)


class Hinge(LossByTask, alias="hinge"):
    """Hinge loss for classification: margins, no probabilities.

    It is bound to :class:`BinaryHinge` (two classes, labels) or :class:`MulticlassHinge` (Crammer
    and Singer).

    Examples
    --------
    >>> from sknn.losses import Hinge
    >>> Hinge().bind("multilabel")
    BinaryHinge()
    """

    has_probabilities = False

    def bind(self, task: str) -> Loss:
        """Return the kernel for `task`."""
        return MulticlassHinge() if task == "multiclass" else BinaryHinge()
