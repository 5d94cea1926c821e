"""Losses of one of k classes on softmax probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core import constraints
from sknn.core.layout import Scratch
from sknn.core.losses.base import Weight, weighted_total
from sknn.core.losses.one_of_k import OneOfK, distributions, inner, row_dot, row_maximum
from sknn.core.losses.optimum import Vector, class_shares


class SoftmaxLoss(OneOfK):
    """Base class of losses of softmax probabilities."""

    link_name = "softmax"
    label_smoothing: float = 0.0
    """Kernels without the parameter do not smooth."""

    def link(self, raw: NDArray) -> NDArray:
        """Turn raw scores into probabilities, in place."""
        np.subtract(raw, raw.max(axis=-1, keepdims=True), out=raw)
        np.exp(raw, out=raw)
        return np.divide(raw, raw.sum(axis=-1, keepdims=True), out=raw)

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return the logarithms of the (slightly smoothed) weighted shares of the classes."""
        return np.log(class_shares(target, weight, n_outputs, float(self.label_smoothing)))


def _shift(raw: NDArray, out: NDArray, scratch: Mapping[str, NDArray]) -> None:
    """Fill `out` with the scores minus their row maximum: nothing is left to overflow."""
    peak = scratch["peak"]
    row_maximum(raw, scratch["work"], peak[..., 0])
    np.subtract(raw, peak, out=out)


def _normalize(out: NDArray, scratch: Mapping[str, NDArray]) -> NDArray:
    """Turn shifted scores into probabilities; return their log-sum-exp (..., rows, 1)."""
    norm, log_norm = scratch["norm"], scratch["peak"]
    np.exp(out, out=out)
    if out.ndim == 2 and out.flags.c_contiguous:
        # The method calls the same kernel as matmul, in a third of the time; rows with gaps it
        # would copy.
        out.dot(scratch["ones"], norm)
    else:
        np.matmul(out, scratch["ones"], out=norm)
    np.log(norm, out=log_norm)
    np.reciprocal(norm, out=norm)
    np.multiply(out, norm, out=out)
    return log_norm


class SoftmaxCrossEntropy(SoftmaxLoss):
    r"""Cross-entropy of softmax probabilities.

    .. math:: l(z, c) = \log \sum_j e^{z_j} - z_c

    computed from scores minus their row maximum: no clipping, no overflow.

    Parameters
    ----------
    label_smoothing : float, default=0.0
        Move the target distribution toward the uniform one: :math:`1 - \epsilon + \epsilon / k`
        for the class observed and :math:`\epsilon / k` for the others.

    References
    ----------
    Szegedy, Vanhoucke, Ioffe, Shlens & Wojna (2016), Rethinking the Inception architecture for
    computer vision. CVPR. (label smoothing)

    Examples
    --------
    >>> from sknn.losses import LogLoss
    >>> LogLoss(label_smoothing=0.1).bind("multiclass")
    SoftmaxCrossEntropy(label_smoothing=0.1)
    """

    constraints = {"label_smoothing": constraints.real(0, 1, closed="left")}

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = label_smoothing

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the weighted sum of the loss and write its gradient into `out`."""
        hot = distributions(target, float(self.label_smoothing), scratch)
        _shift(raw, out, scratch)
        if isinstance(weight, float) and out.strides[-2] == hot.strides[-2]:
            # Only the total is needed, and if rows are contiguous, one long inner
            # product is the quickest way to compute it.
            picked = np.vdot(out, hot) if out.ndim == 2 else inner(out, hot)
            value = (np.add.reduce(_normalize(out, scratch), axis=(-2, -1)) - picked) * weight
        else:
            row = scratch["row"]
            row_dot(out, hot, scratch, row)
            np.subtract(_normalize(out, scratch), row, out=row)
            value = weighted_total(row[..., 0], weight)
        np.subtract(out, hot, out=out)
        np.multiply(out, weight, out=out)
        return value


class SoftmaxSquaredError(SoftmaxLoss):
    r"""Half the squared error of softmax probabilities, summed over the classes.

    .. math:: l(z, c) = \tfrac12 \sum_j (p_j - [j = c])^2

    half the Brier score for k classes: 0 when certain and right, 1 when certain and wrong. (With
    two classes it is twice :class:`SigmoidSquaredError`, which sees one of the two probabilities.)

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability. Monthly Weather
    Review 78.

    Examples
    --------
    >>> from sknn.losses import SquaredError
    >>> SquaredError().bind("multiclass")
    SoftmaxSquaredError()
    """

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the weighted sum of the loss and write its gradient into `out`."""
        error, row, inner = scratch["error"], scratch["row"], scratch["norm"]
        hot = distributions(target, 0.0, scratch)
        _shift(raw, out, scratch)
        _normalize(out, scratch)
        np.subtract(out, hot, out=error)
        row_dot(error, error, scratch, row)
        np.multiply(row, 0.5, out=row)
        # d l / d z_j = p_j (e_j - sum_i p_i e_i)
        row_dot(out, error, scratch, inner)
        np.subtract(error, inner, out=error)
        np.multiply(out, error, out=out)
        np.multiply(out, weight, out=out)
        return weighted_total(row[..., 0], weight)

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays, one more of the shape of the raw scores."""
        return {**super().scratch(n_raw), "error": Scratch((n_raw,))}


class SoftmaxFocal(SoftmaxLoss):
    r"""Focal loss of softmax probabilities.

    .. math:: l(z, c) = -(1 - p_c)^\gamma \log p_c

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
    >>> Focal(gamma=1.0).bind("multiclass")
    SoftmaxFocal(gamma=1.0)
    """

    constraints = {"gamma": constraints.real(0, closed="left")}

    def __init__(self, gamma: float = 2.0) -> None:
        self.gamma = gamma

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the weighted sum of the loss and write its gradient into `out`."""
        row, slope = scratch["row"], scratch["norm"]
        hot = distributions(target, 0.0, scratch)
        _shift(raw, out, scratch)
        row_dot(out, hot, scratch, row)
        log_p = np.subtract(row, _normalize(out, scratch), out=row)
        np.subtract(out, hot, out=out)
        self._focus(log_p, slope, scratch["peak"])
        np.multiply(out, slope, out=out)
        np.multiply(out, weight, out=out)
        return weighted_total(row[..., 0], weight)

    def _focus(self, log_p: NDArray, slope: NDArray, work: NDArray) -> None:
        """Turn log p into the loss, in place; fill `slope` with minus its derivative by log p."""
        gamma = float(self.gamma)
        # With q = 1 - p the slope is q^gamma (1 - gamma p log p / q), and p / q = 1 / q - 1.
        # log p / q tends to -1 for q -> 0.
        np.expm1(log_p, out=slope)
        miss = np.negative(slope, out=slope)
        np.maximum(miss, float(np.finfo(miss.dtype).tiny), out=work)
        np.divide(log_p, work, out=work)
        np.subtract(log_p, work, out=work)
        np.multiply(work, gamma, out=work)
        np.add(work, 1.0, out=work)
        power = np.power(miss, gamma, out=slope)
        np.multiply(log_p, power, out=log_p)
        np.negative(log_p, out=log_p)
        np.multiply(power, work, out=slope)
