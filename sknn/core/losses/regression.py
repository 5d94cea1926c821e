"""Regression losses of the distance between target and prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core import constraints
from sknn.core.losses.base import Loss
from sknn.core.losses.optimum import Vector, column_means, column_quantiles
from sknn.core.losses.pointwise import Pointwise
from sknn.core.losses.sigmoid import SigmoidSquaredError
from sknn.core.losses.softmax import SoftmaxSquaredError

_LOG_2 = float(np.log(2.0))


class SquaredError(Pointwise, alias="squared_error"):
    r"""Half the squared error.

    .. math:: l(z, y) = \tfrac12 (z - y)^2

    With several outputs, it is their mean, and the gradient is that of the mean. For
    classification, it is half the squared error of the probabilities: :class:`SigmoidSquaredError`
    for two classes and labels, :class:`SoftmaxSquaredError` for one of many.

    Examples
    --------
    >>> from sknn.losses import SquaredError
    >>> SquaredError().bind("multiclass")
    SoftmaxSquaredError()
    """

    tasks = frozenset({"regression", "binary", "multiclass", "multilabel"})
    location_scale = True

    def bind(self, task: str) -> Loss:
        """Return the squared error of raw scores or of probabilities, as the task asks."""
        if task == "regression":
            return self
        return SoftmaxSquaredError() if task == "multiclass" else SigmoidSquaredError()

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        np.subtract(raw, target, out=out)
        np.multiply(out, 0.5, out=values)
        np.multiply(values, out, out=values)

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return the weighted means."""
        return column_means(target, weight)


class _Median(Pointwise):
    """Symmetric losses; their constant starts at the median.

    It is exact for the absolute error, and for those that only resemble it a start that outliers
    do not move.
    """

    tasks = frozenset({"regression"})
    location_scale = True

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return the weighted medians (the lower ones)."""
        return column_quantiles(target, weight, 0.5)


class AbsoluteError(_Median, alias="absolute_error"):
    r"""Absolute error: the network learns the median.

    .. math:: l(z, y) = |z - y|

    Examples
    --------
    >>> from sknn.losses import AbsoluteError
    >>> AbsoluteError()
    AbsoluteError()
    """

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        np.subtract(raw, target, out=out)
        np.abs(out, out=values)
        np.sign(out, out=out)


class Huber(_Median, alias="huber"):
    r"""Huber's loss: squared near zero, absolute beyond `delta`.

    .. math:: l(z, y) = \begin{cases} \tfrac12 d^2 & |d| \le \delta \\
              \delta (|d| - \tfrac12 \delta) & \text{otherwise} \end{cases}, \qquad d = z - y

    Output biases start at the median, which outliers do not move.

    Parameters
    ----------
    delta : float, default=1.35
        Where the loss becomes linear, in standard deviations of the target if it is standardized.
        1.35 keeps 95% efficiency for Gaussian errors.

    References
    ----------
    Huber (1964), Robust estimation of a location parameter. Annals of Mathematical Statistics 35.

    Examples
    --------
    >>> from sknn.losses import Huber
    >>> Huber(delta=2.0)
    Huber(delta=2.0)
    """

    constraints = {"delta": constraints.real(0)}

    def __init__(self, delta: float = 1.35) -> None:
        self.delta = delta

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        delta = float(self.delta)
        # With c the distance clipped to [-delta, delta], c is the derivative and c (d - c / 2) the
        # loss, on both branches.
        np.subtract(raw, target, out=values)
        np.minimum(values, delta, out=out)
        np.maximum(out, -delta, out=out)
        np.subtract(values, out, out=values)
        np.multiply(values, 2.0, out=values)
        np.add(values, out, out=values)
        np.multiply(values, out, out=values)
        np.multiply(values, 0.5, out=values)


class LogCosh(_Median, alias="log_cosh"):
    r"""Log-cosh loss: a smooth relative of Huber's loss.

    .. math:: l(z, y) = \log \cosh (z - y)

    computed as :math:`|d| + \log(1 + e^{-2|d|}) - \log 2`, which does not overflow. Output biases
    start at the median.

    Examples
    --------
    >>> from sknn.losses import LogCosh
    >>> LogCosh()
    LogCosh()
    """

    work: ClassVar[tuple[str, ...]] = ("distance",)

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        distance = scratch["distance"]
        np.subtract(raw, target, out=out)
        np.abs(out, out=distance)
        np.multiply(distance, -2.0, out=values)
        np.exp(values, out=values)
        np.log1p(values, out=values)
        np.subtract(values, _LOG_2, out=values)
        np.add(values, distance, out=values)
        np.tanh(out, out=out)


class Quantile(Pointwise, alias="quantile"):
    r"""Pinball loss: the network learns a quantile.

    .. math:: l(z, y) = \max(q (y - z), (q - 1)(y - z))

    Parameters
    ----------
    q : float, default=0.5
        Between 0 and 1: the share of targets that lie below the prediction.

    References
    ----------
    Koenker & Bassett (1978), Regression quantiles. Econometrica 46.

    Examples
    --------
    >>> from sknn.losses import Quantile
    >>> Quantile(q=0.9)
    Quantile(q=0.9)
    """

    tasks = frozenset({"regression"})
    location_scale = True
    constraints = {"q": constraints.real(0, 1)}

    def __init__(self, q: float = 0.5) -> None:
        self.q = q

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        # The slope is 1 - q above the target and -q below: 1/2 - q plus half the sign.
        np.subtract(raw, target, out=values)
        np.sign(values, out=out)
        np.multiply(out, 0.5, out=out)
        np.add(out, 0.5 - float(self.q), out=out)
        np.multiply(values, out, out=values)

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return the weighted quantiles (inverse of the distribution function)."""
        return column_quantiles(target, weight, float(self.q))
