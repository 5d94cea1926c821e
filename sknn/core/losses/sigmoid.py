"""Losses of one raw score per label: two classes, or several labels at once.

Targets are a float matrix of zeros and ones, (rows, 1) for two classes and (rows, n_labels) else;
the loss of several labels is their sum, the loss of the whole answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sknn.core import constraints
from sknn.core.losses.optimum import Vector, label_log_odds
from sknn.core.losses.pointwise import Pointwise


class SigmoidLoss(Pointwise):
    """Base class of losses of logistic probabilities."""

    tasks = frozenset({"binary", "multilabel"})
    averages = False
    link_name = "logistic"
    label_smoothing: float = 0.0
    """Kernels without the parameter do not smooth."""

    def link(self, raw: NDArray) -> NDArray:
        """Turn log odds into probabilities, in place."""
        return expit(raw, out=raw)

    def constant_optimum(self, target: Any, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return the log odds of the (slightly smoothed) weighted share of each label."""
        return label_log_odds(target, weight, float(self.label_smoothing))


class SigmoidCrossEntropy(SigmoidLoss):
    r"""Cross-entropy of a logistic probability.

    .. math:: l(z, t) = \max(z, 0) - t z + \log(1 + e^{-|z|})

    which is :math:`-t \log p - (1 - t) \log(1 - p)` with :math:`p = 1 / (1 + e^{-z})`,
    free of overflow and exact for confident scores. Targets may be any number in [0, 1].

    Parameters
    ----------
    label_smoothing : float, default=0.0
        Replace the target t by :math:`(1 - \epsilon) t + \epsilon / 2`.

    Examples
    --------
    >>> from sknn.losses import LogLoss
    >>> LogLoss().bind("binary")
    SigmoidCrossEntropy()
    """

    work: ClassVar[tuple[str, ...]] = ("tail", "soft")
    constraints = {"label_smoothing": constraints.real(0, 1, closed="left")}

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = label_smoothing

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        tail = scratch["tail"]
        target = self._soften(target, scratch["soft"])
        # Before the small logarithm is added, the large terms cancel exactly for hard targets.
        np.multiply(raw, target, out=tail)
        np.maximum(raw, 0.0, out=values)
        np.subtract(values, tail, out=values)
        np.abs(raw, out=tail)
        np.negative(tail, out=tail)
        np.exp(tail, out=tail)
        np.log1p(tail, out=out)
        np.add(values, out, out=values)
        # e^min(z, 0) / (1 + e^-|z|) is the logistic function, on wide arrays faster than expit.
        np.minimum(raw, 0.0, out=out)
        np.exp(out, out=out)
        np.add(tail, 1.0, out=tail)
        np.divide(out, tail, out=out)
        np.subtract(out, target, out=out)

    def _soften(self, target: NDArray, soft: NDArray) -> NDArray:
        amount = float(self.label_smoothing)
        if not amount:
            return target
        rows = soft[(0,) * (soft.ndim - 2)]
        np.multiply(target, 1.0 - amount, out=rows)
        return np.add(rows, 0.5 * amount, out=rows)

    def check_target(self, target: Any) -> None:
        """Raise ValueError for a target outside [0, 1]."""
        if target.shape[0] and not (target.min() >= 0 and target.max() <= 1):
            raise ValueError(
                "Some value(s) of y are out of the valid range of the loss 'log_loss': "
                "every y must be between 0 and 1."
            )


class SigmoidSquaredError(SigmoidLoss):
    r"""Half the squared error of a logistic probability.

    .. math:: l(z, t) = \tfrac12 (p - t)^2, \qquad p = 1 / (1 + e^{-z})

    half the Brier score. Its gradient :math:`(p - t)\, p\, (1 - p)` fades for confident scores,
    right and wrong ones alike, which is why cross-entropy learns faster.

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability. Monthly Weather
    Review 78.

    Examples
    --------
    >>> from sknn.losses import SquaredError
    >>> SquaredError().bind("binary")
    SigmoidSquaredError()
    """

    work: ClassVar[tuple[str, ...]] = ("error",)

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        error = scratch["error"]
        expit(raw, out=out)
        np.subtract(out, target, out=error)
        np.subtract(1.0, out, out=values)
        np.multiply(out, values, out=out)
        np.multiply(out, error, out=out)
        np.multiply(error, 0.5, out=values)
        np.multiply(values, error, out=values)


class SigmoidFocal(SigmoidLoss):
    r"""Focal loss of a logistic probability.

    .. math:: l(z, t) = -(1 - p_t)^\gamma \log p_t

    where :math:`p_t` is the probability of the observed target, 0 or 1.

    Parameters
    ----------
    gamma : float, default=2.0
        How much rows that are already right count less; 0 gives cross-entropy.

    References
    ----------
    Lin, Goyal, Girshick, He & Dollar (2017), Focal loss for dense object detection. ICCV.

    Examples
    --------
    >>> from sknn.losses import Focal
    >>> Focal(gamma=1.0).bind("multilabel")
    SigmoidFocal(gamma=1.0)
    """

    work: ClassVar[tuple[str, ...]] = ("sign", "log_p")
    constraints = {"gamma": constraints.real(0, closed="left")}

    def __init__(self, gamma: float = 2.0) -> None:
        self.gamma = gamma

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        gamma = float(self.gamma)
        sign, log_p = scratch["sign"], scratch["log_p"]
        np.subtract(target, 0.5, out=sign)
        np.multiply(sign, -2.0, out=sign)
        np.multiply(raw, sign, out=values)
        miss = expit(values, out=out)
        _log_sigmoid(values, log_p)
        # d l / dz = -sign (1 - p)^gamma (gamma p log p - (1 - p)), with `sign` turned around here.
        np.exp(log_p, out=values)
        np.multiply(values, log_p, out=values)
        np.multiply(values, gamma, out=values)
        np.subtract(miss, values, out=values)
        np.multiply(values, sign, out=sign)
        np.power(miss, gamma, out=out)
        np.multiply(log_p, out, out=values)
        np.negative(values, out=values)
        np.multiply(out, sign, out=out)


def _log_sigmoid(negated: NDArray, out: NDArray) -> None:
    """Fill `out` with ``-log(1 + exp(negated))``; `negated` is destroyed."""
    np.abs(negated, out=out)
    np.add(negated, out, out=negated)
    np.multiply(negated, 0.5, out=negated)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
    np.add(out, negated, out=out)
    np.negative(out, out=out)
