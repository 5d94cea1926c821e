r"""Regression losses that are likelihoods: counts, positive amounts, and a mean with its spread.

The raw score is a logarithm, so predictions are positive. An exponential would overflow long
before a diverging network does, so above :math:`x = 30` it continues along its tangent,

.. math:: E(x) = \begin{cases} e^x & x \le 30 \\ e^{30} (1 + x - 30) & x > 30 \end{cases}

in the value as well as in the gradient: both stay finite in float32, the loss stays convex and
smooth, and the gradient stays the true derivative of the value. Predictions are kept between
:math:`e^{-30}` and :math:`e^{30} \approx 10^{13}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from sknn.core import constraints
from sknn.core.layout import Scratch
from sknn.core.losses.base import Loss, Weight
from sknn.core.losses.optimum import Vector, column_means, log_of_means
from sknn.core.losses.pointwise import Pointwise, total

_HIGHEST = 30.0
_NO_EVENTS = -10.0
"""Raw score for a target that is zero everywhere: near zero, and not out of reach."""


def _exponential(x: NDArray, value: NDArray, slope: NDArray) -> None:
    """Fill `value` with E(x) and `slope` with its derivative; `x` may be `value`."""
    np.minimum(x, _HIGHEST, out=slope)
    np.subtract(x, slope, out=value)
    np.exp(slope, out=slope)
    np.add(value, 1.0, out=value)
    np.multiply(value, slope, out=value)


def _exp_within_bounds(raw: NDArray) -> NDArray:
    np.clip(raw, -_HIGHEST, _HIGHEST, out=raw)
    return np.exp(raw, out=raw)


def _require(inside: Any, loss: Loss, words: str) -> None:
    if not np.all(inside):
        raise ValueError(
            f"Some value(s) of y are out of the valid range of the loss {loss.alias!r}: "
            f"every y must be {words}."
        )


class _LogLink(Pointwise):
    """Losses of the logarithm of the mean."""

    tasks = frozenset({"regression"})
    link_name = "exp"

    def link(self, raw: NDArray) -> NDArray:
        """Turn logarithms into means, in place."""
        return _exp_within_bounds(raw)

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return the logarithm of the weighted means; -10 if a target is zero everywhere."""
        return log_of_means(target, weight, _NO_EVENTS)


class Poisson(_LogLink, alias="poisson"):
    r"""Half the Poisson deviance with a logarithmic link, for counts and rates.

    .. math:: l(z, y) = y \log y - y - y z + e^z

    Targets must not be negative. Beyond z = 30 the exponential continues as a straight line, so
    that value and gradient stay finite.

    Examples
    --------
    >>> from sknn.losses import Poisson
    >>> Poisson().link_name
    'exp'
    """

    work: ClassVar[tuple[str, ...]] = ("spare",)

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        spare = scratch["spare"]
        _exponential(raw, values, out)
        np.multiply(raw, target, out=spare)
        np.subtract(values, spare, out=values)
        # y log y - y, constant: it makes the value the deviance, zero where the fit is perfect.
        xlogy(target, target, out=spare)
        np.subtract(spare, target, out=spare)
        np.add(values, spare, out=values)
        np.subtract(out, target, out=out)

    def check_target(self, target: NDArray) -> None:
        """Raise ValueError for a negative target."""
        _require(target >= 0, self, "at least 0")


class Gamma(_LogLink, alias="gamma"):
    r"""Half the Gamma deviance, up to a constant, with a logarithmic link.

    .. math:: l(z, y) = z + y e^{-z}

    For positive amounts whose spread grows with their size. Targets must be positive. Below z = -30
    the exponential continues as a straight line, so that value and gradient stay finite.

    Examples
    --------
    >>> from sknn.losses import Gamma
    >>> Gamma().alias
    'gamma'
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
        np.negative(raw, out=values)
        _exponential(values, values, out)
        np.multiply(values, target, out=values)
        np.add(values, raw, out=values)
        np.multiply(out, target, out=out)
        np.subtract(1.0, out, out=out)

    def check_target(self, target: NDArray) -> None:
        """Raise ValueError for a target that is zero or negative."""
        _require(target > 0, self, "greater than 0")


class Tweedie(_LogLink, alias="tweedie"):
    r"""Half the Tweedie deviance, up to a constant, with a logarithmic link.

    .. math:: l(z, y) = \frac{e^{(2 - p) z}}{2 - p} + \frac{y\, e^{-(p - 1) z}}{p - 1}

    For amounts that are often exactly zero and otherwise positive, such as insurance claims (a
    Poisson number of Gamma amounts). Targets must not be negative. Where an exponent is beyond 30
    its exponential continues as a straight line.

    Parameters
    ----------
    power : float, default=1.5
        Power p of the mean that the variance is proportional to, between 1 and 2, both excluded:
        their limits are :class:`Poisson` and :class:`Gamma`.

    References
    ----------
    Jorgensen (1987), Exponential dispersion models. Journal of the Royal Statistical Society B 49.

    Examples
    --------
    >>> from sknn.losses import Tweedie
    >>> Tweedie(power=1.2)
    Tweedie(power=1.2)
    """

    work: ClassVar[tuple[str, ...]] = ("rise", "fall")
    constraints = {"power": constraints.real(1, 2)}

    def __init__(self, power: float = 1.5) -> None:
        self.power = power

    def pointwise(
        self,
        raw: NDArray,
        target: NDArray,
        values: NDArray,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> None:
        """Fill `values` and `out`, entry by entry."""
        up, down = 2.0 - float(self.power), 1.0 - float(self.power)
        rise, fall = scratch["rise"], scratch["fall"]
        np.multiply(raw, up, out=values)
        _exponential(values, values, out)
        np.multiply(values, 1.0 / up, out=values)
        np.multiply(raw, down, out=rise)
        _exponential(rise, rise, fall)
        np.multiply(fall, target, out=fall)
        np.subtract(out, fall, out=out)
        np.multiply(rise, target, out=rise)
        np.multiply(rise, 1.0 / down, out=rise)
        np.subtract(values, rise, out=values)

    def check_target(self, target: NDArray) -> None:
        """Raise ValueError for a negative target."""
        _require(target >= 0, self, "at least 0")


class GaussianNLL(Loss, alias="gaussian_nll"):
    r"""Negative log-likelihood of a normal distribution whose spread is learned too.

    .. math:: l(m, s, y) = \tfrac12 \left( s + (y - m)^2 e^{-s} \right)

    (without the constant :math:`\tfrac12 \log 2\pi`). There are two raw scores per output, all
    means m first, then all logarithms of variances s; a logarithm, because a change of the units of
    the target is then a shift of s. The link leaves the means and turns the second half into
    standard deviations, so ``link(raw)[..., :n_outputs]`` is the prediction, and what follows is
    what ``predict(X, return_std=True)`` of a single network returns. Below s = -30 the exponential
    continues as a straight line, so that value and gradient stay finite.

    References
    ----------
    Nix & Weigend (1994), Estimating the mean and variance of the target probability
    distribution. ICNN.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.losses import GaussianNLL
    >>> GaussianNLL().link(np.array([[5.0, 0.0]]))
    array([[5., 1.]])
    """

    tasks = frozenset({"regression"})
    location_scale = True
    has_spread = True

    def n_raw(self, n_outputs: int) -> int:
        """Return two per output."""
        return 2 * n_outputs

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays, each with one number per output."""
        return {name: Scratch((n_raw // 2,)) for name in ("values", "square")}

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the weighted sum of the loss and write its gradient into `out`."""
        k = raw.shape[-1] // 2
        log_variance = raw[..., k:]
        d_mean, d_log_variance = out[..., :k], out[..., k:]
        values, square = scratch["values"], scratch["square"]
        np.negative(log_variance, out=values)
        _exponential(values, values, d_log_variance)
        np.subtract(raw[..., :k], target, out=d_mean)
        np.multiply(d_mean, d_mean, out=square)
        np.multiply(d_mean, values, out=d_mean)
        np.multiply(values, square, out=values)
        np.add(values, log_variance, out=values)
        np.multiply(values, 0.5, out=values)
        np.multiply(d_log_variance, square, out=d_log_variance)
        np.subtract(1.0, d_log_variance, out=d_log_variance)
        np.multiply(d_log_variance, 0.5, out=d_log_variance)
        return total(values, weight, out, 1.0 / values.shape[-1])

    def link(self, raw: NDArray) -> NDArray:
        """Turn logarithms of variances into standard deviations, in place; means stay."""
        log_std = raw[..., raw.shape[-1] // 2 :]
        log_std *= 0.5
        # Unlike those of training, the units of the user may be on any scale.
        highest = np.log(np.finfo(raw.dtype).max) - 2.0
        np.clip(log_std, -highest, highest, out=log_std)
        np.exp(log_std, out=log_std)
        return raw

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return the weighted means, then the logarithms of the weighted variances."""
        means = column_means(target, weight)
        variances = column_means((target - means) ** 2, weight)
        return np.concatenate([means, np.log(np.maximum(variances, np.exp(-_HIGHEST)))])
