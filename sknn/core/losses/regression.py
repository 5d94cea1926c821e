"""Regression losses of the distance between target and prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

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
    r"""Pinball loss: the network learns a quantile, or several at once.

    .. math:: l(z, y) = \max(q (y - z), (q - 1)(y - z))

    With several levels there is one raw score for each output and level, and the loss is the mean
    over the levels. Raw scores of a row may cross; the link sorts them. This rearrangement never
    makes the loss of a row larger, and it is nearer to the true quantiles [2]_: of the sum over
    levels

    .. math:: \sum_j l_j(z_j, y) = \sum_j q_j (y - z_j) + \sum_j \max(z_j - y, 0)

    the last part does not depend on the order of the scores, and the first is lowest if the scores
    are in the same order as the levels.

    Parameters
    ----------
    q : float or list of float, default=0.5
        Between 0 and 1: the share of targets that lie below the prediction. A list must be in
        ascending order and contain 0.5: the median is what `predict` returns, and
        ``predict(X, return_quantiles=[0.05, 0.95])`` returns others.

    References
    ----------
    .. [1] Koenker & Bassett (1978), "Regression quantiles". Econometrica 46.
    .. [2] Chernozhukov, Fernández-Val & Galichon (2010), "Quantile and probability curves without
       crossing". Econometrica 78.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.losses import Quantile
    >>> Quantile(q=0.9)
    Quantile(q=0.9)
    >>> Quantile([0.05, 0.5, 0.95]).link(np.array([[1.0, 3.0, 2.0]]))
    array([[1., 2., 3.]])
    """

    tasks = frozenset({"regression"})
    location_scale = True
    constraints = {"q": constraints.real(0, 1) | constraints.quantile_levels()}

    def __init__(self, q: float | Sequence[float] = 0.5) -> None:
        self.q = q

    @property
    def levels(self) -> tuple[float, ...]:
        """The levels, ascending."""
        return tuple(float(q) for q in np.atleast_1d(np.asarray(self.q, np.float64)))

    def n_raw(self, n_outputs: int) -> int:
        """Return one raw score per output and level."""
        return n_outputs * len(self.levels)

    def prediction_at(self, n_outputs: int) -> slice:
        """Return where the medians are or, with a single level, its quantiles."""
        levels = self.levels
        first = levels.index(0.5) * n_outputs if len(levels) > 1 else 0
        return slice(first, first + n_outputs)

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        levels = self.levels
        above: Any = 0.5 - levels[0]
        if len(levels) > 1:
            raw, values, out = (_by_level(each, len(levels)) for each in (raw, values, out))
            target = target[..., None, :]
            above = np.array([[0.5 - q] for q in levels], raw.dtype)
        # The slope is 1 - q above the target and -q below: 1/2 - q plus half the sign.
        np.subtract(raw, target, out=values)
        np.sign(values, out=out)
        np.multiply(out, 0.5, out=out)
        np.add(out, above, out=out)
        np.multiply(values, out, out=values)

    def link(self, raw: NDArray) -> NDArray:
        """Sort the quantiles of every output, in place."""
        if len(self.levels) > 1:
            _by_level(raw, len(self.levels)).sort(axis=-2)
        return raw

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return the weighted quantiles (inverse of the distribution function)."""
        return np.concatenate([column_quantiles(target, weight, q) for q in self.levels])


def _by_level(array: NDArray, n_levels: int) -> NDArray:
    """Give an array with a column for each level and output an axis of levels, without a copy."""
    # Of arrays of any memory order: to split the last axis takes no copy.
    return array.reshape(*array.shape[:-1], n_levels, array.shape[-1] // n_levels)
