"""Losses of one raw score a class: one of k classes, given as an integer code.

Two detours pay below some sixty classes (measured at 200 rows of float32, ten classes): NumPy reduces
short last axes slowly, so the row maximum is taken over a transposed copy (4 us, not 11), and the
one-hot rows are taken from a table made once (1.2 us, against 4.6 us for writing into zeros).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core import constraints
from sknn.core.layout import Scratch
from sknn.core.losses.base import Loss, Weight, weighted_total
from sknn.core.losses.optimum import Vector, class_shares

_SHORT = 64


@lru_cache(maxsize=64)
def _table(k: int, smoothing: float, dtype: str) -> NDArray:
    """Return the target distribution of every class, read-only."""
    table = (np.eye(k) * (1.0 - smoothing) + smoothing / k).astype(dtype)
    table.flags.writeable = False
    return table


def _distributions(codes: NDArray, smoothing: float, scratch: Mapping[str, NDArray]) -> NDArray:
    """Fill ``scratch["hot"]`` with the target distribution of each row and return it."""
    hot, place = scratch["hot"], scratch["place"]
    k = hot.shape[-1]
    if k <= _SHORT:
        return _table(k, smoothing, hot.dtype.char).take(codes, axis=0, out=hot, mode="clip")
    hot.fill(smoothing / k)
    # Running totals of k are the ends of the rows in the flat array.
    np.add.accumulate(scratch["width"], out=place)
    np.add(place, codes, out=place)
    np.subtract(place, k, out=place)
    hot.reshape(-1)[place] = 1.0 - smoothing + smoothing / k
    return hot


def _row_maximum(raw: NDArray, work: NDArray, out: NDArray) -> None:
    """Fill `out` (..., rows) with the largest entry of each row; `work` has the shape of `raw`."""
    *lead, rows, k = raw.shape
    if k > _SHORT:
        np.maximum.reduce(raw, axis=-1, out=out)
        return
    columns = work.reshape(*lead, k, rows)
    np.copyto(columns, raw.swapaxes(-1, -2))
    np.maximum.reduce(columns, axis=-2, out=out)


def _row_dot(a: NDArray, b: NDArray, scratch: Mapping[str, NDArray], out: NDArray) -> None:
    """Fill `out` (..., rows, 1) with the inner products of the rows."""
    np.multiply(a, b, out=scratch["work"])
    np.matmul(scratch["work"], scratch["ones"], out=out)


class _OneOfK(Loss):
    """What losses of integer codes share: work arrays."""

    tasks = frozenset({"multiclass"})

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays: two of the shape of the raw scores, the rest one number a row."""
        return {
            "work": Scratch((n_raw,)),
            "hot": Scratch((n_raw,), shared=True),
            "peak": Scratch((1,)),
            "norm": Scratch((1,)),
            "place": Scratch((), dtype=np.intp, shared=True),
            "width": Scratch((), dtype=np.intp, shared=True, fill=n_raw),
            "ones": Scratch((n_raw, 1), per_row=False, shared=True, fill=1.0),
        }


class _Softmax(_OneOfK):
    """Losses of probabilities that the softmax makes of the raw scores."""

    link_name = "softmax"

    def link(self, raw: NDArray) -> NDArray:
        """Turn raw scores into probabilities, in place."""
        np.subtract(raw, raw.max(axis=-1, keepdims=True), out=raw)
        np.exp(raw, out=raw)
        return np.divide(raw, raw.sum(axis=-1, keepdims=True), out=raw)

    def constant_optimum(
        self, target: NDArray, weight: NDArray | None, n_outputs: int
    ) -> Vector:
        """Return the logarithms of the (slightly smoothed) weighted shares of the classes."""
        smoothing = getattr(self, "label_smoothing", 0.0)
        return np.log(class_shares(target, weight, n_outputs, smoothing))


def _shift(raw: NDArray, out: NDArray, scratch: Mapping[str, NDArray]) -> None:
    """Fill `out` with the scores minus their row maximum: nothing is left to overflow."""
    peak = scratch["peak"]
    _row_maximum(raw, scratch["work"], peak[..., 0])
    np.subtract(raw, peak, out=out)


def _normalize(out: NDArray, scratch: Mapping[str, NDArray]) -> NDArray:
    """Turn shifted scores into probabilities; return their log-sum-exp (..., rows, 1)."""
    norm, log_norm = scratch["norm"], scratch["peak"]
    np.exp(out, out=out)
    np.matmul(out, scratch["ones"], out=norm)
    np.log(norm, out=log_norm)
    np.reciprocal(norm, out=norm)
    np.multiply(out, norm, out=out)
    return log_norm


class SoftmaxCrossEntropy(_Softmax):
    r"""Cross-entropy of softmax probabilities.

    .. math:: l(z, c) = \log \sum_j e^{z_j} - z_c

    computed from scores minus their row maximum: no clipping, no overflow.

    Parameters
    ----------
    label_smoothing : float, default=0.0
        Move the target distribution towards the uniform one: :math:`1 - \epsilon + \epsilon / k` for the
        class observed and :math:`\epsilon / k` for the others.

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
        hot = _distributions(target, float(self.label_smoothing), scratch)
        _shift(raw, out, scratch)
        if isinstance(weight, float) and raw.ndim == 2 and out.flags.c_contiguous:
            # Only the total is asked for, and one long inner product is the quickest way to it.
            picked = np.vdot(out, hot)
            value = (np.add.reduce(_normalize(out, scratch), axis=None) - picked) * weight
        else:
            row = scratch["row"]
            _row_dot(out, hot, scratch, row)
            np.subtract(_normalize(out, scratch), row, out=row)
            value = weighted_total(row[..., 0], weight)
        np.subtract(out, hot, out=out)
        np.multiply(out, weight, out=out)
        return value


class SoftmaxSquaredError(_Softmax):
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
        hot = _distributions(target, 0.0, scratch)
        _shift(raw, out, scratch)
        _normalize(out, scratch)
        np.subtract(out, hot, out=error)
        _row_dot(error, error, scratch, row)
        np.multiply(row, 0.5, out=row)
        # d l / d z_j = p_j (e_j - sum_i p_i e_i)
        _row_dot(out, error, scratch, inner)
        np.subtract(error, inner, out=error)
        np.multiply(out, error, out=out)
        np.multiply(out, weight, out=out)
        return weighted_total(row[..., 0], weight)

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays, one more of the shape of the raw scores."""
        return {**super().scratch(n_raw), "error": Scratch((n_raw,))}


class SoftmaxFocal(_Softmax):
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
        hot = _distributions(target, 0.0, scratch)
        _shift(raw, out, scratch)
        _row_dot(out, hot, scratch, row)
        log_p = np.subtract(row, _normalize(out, scratch), out=row)
        np.subtract(out, hot, out=out)
        self._focus(log_p, slope, scratch["peak"])
        np.multiply(out, slope, out=out)
        np.multiply(out, weight, out=out)
        return weighted_total(row[..., 0], weight)

    def _focus(self, log_p: NDArray, slope: NDArray, work: NDArray) -> None:
        """Turn ``log p`` into the loss, in place, and fill `slope` with minus its derivative by log p."""
        gamma = float(self.gamma)
        # With q = 1 - p the slope is q^gamma (1 - gamma p log p / q); log p / q tends to -1 for q -> 0.
        np.expm1(log_p, out=slope)
        miss = np.negative(slope, out=slope)
        np.maximum(miss, float(np.finfo(miss.dtype).tiny), out=work)
        np.divide(log_p, work, out=work)
        np.multiply(work, gamma, out=work)
        # gamma p log p / q = (1 - q) (gamma log p / q)
        np.power(miss, gamma, out=slope)
