"""Rectifiers with an exponential below zero."""

from __future__ import annotations

from math import inf
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations.base import Activation
from sknn.core.constraints import real
from sknn.core.initializers import LecunNormal


def _exponential_linear(z: NDArray, y: NDArray, low: float, high: float) -> None:
    """Fill `y` with ``low * (exp(z) - 1)`` below zero and ``high * z`` above; overwrites `z`."""
    z.clip(-inf, 0.0, out=y)
    np.expm1(y, out=y)
    y *= low
    z.clip(0.0, inf, out=z)
    if high != 1.0:
        z *= high
    y += z


def _exponential_linear_backward(
    z: NDArray, y: NDArray, dy: NDArray, work: Any, low: float, high: float
) -> None:
    """Multiply `dy` by ``y + low`` below zero and ``high`` above; overwrites `z`."""
    y.clip(-inf, 0.0, out=work)
    work += low
    if low != high:
        np.greater(y, 0.0, out=z)
        z *= high - low
        work += z
    dy *= work


class ELU(Activation, alias="elu"):
    r"""Exponential linear unit: z above zero, :math:`\alpha (e^z - 1)` below [1]_.

    Parameters
    ----------
    alpha : float > 0, default=1.0
        Minus the limit for very negative inputs.

    References
    ----------
    .. [1] Clevert, Unterthiner & Hochreiter (2016), "Fast and accurate deep network learning by
       exponential linear units".

    Examples
    --------
    >>> from sknn.activations import ELU
    >>> ELU(alpha=0.5)([-1e4, 2.0])
    array([-0.5,  2. ])
    """

    monotone = True
    straight_above = 0.0
    needs_input = True
    constraints = {"alpha": real(0.0)}

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, z: NDArray, y: NDArray) -> None:
        """Fill `y`; the exponential never sees a positive number."""
        _exponential_linear(z, y, float(self.alpha), 1.0)

    def backward(self, z: NDArray, y: NDArray, dy: NDArray, work: Any) -> None:
        """Multiply by 1 or by y + alpha."""
        _exponential_linear_backward(z, y, dy, work, float(self.alpha), 1.0)

    def curvature(self, z: NDArray, y: NDArray) -> NDArray:
        """Return y + alpha below zero, 0 above."""
        return (y + float(self.alpha)) * (y < 0)


class SELU(Activation, alias="selu"):
    r"""Scaled ELU, :math:`\lambda\,\mathrm{ELU}_\alpha(z)` [1]_.

    With these constants zero mean and unit variance are a fixed point from layer to layer, given
    LeCun-normal initial weights.

    References
    ----------
    .. [1] Klambauer, Unterthiner, Mayr & Hochreiter (2017), "Self-normalizing neural networks".

    Examples
    --------
    >>> from sknn.activations import SELU
    >>> SELU()([-1.0, 1.0]).round(4)
    array([-1.1113,  1.0507])
    """

    monotone = True
    weight_init = LecunNormal()  # which its fixed point needs
    straight_above = 0.0
    needs_input = True
    scale: ClassVar[float] = 1.0507009873554804934193349852946
    alpha: ClassVar[float] = 1.6732632423543772848170429916717

    def forward(self, z: NDArray, y: NDArray) -> None:
        """Fill `y`; the exponential never sees a positive number."""
        _exponential_linear(z, y, self.scale * self.alpha, self.scale)

    def backward(self, z: NDArray, y: NDArray, dy: NDArray, work: Any) -> None:
        """Multiply by the scale or by y + scale alpha."""
        _exponential_linear_backward(z, y, dy, work, self.scale * self.alpha, self.scale)

    def curvature(self, z: NDArray, y: NDArray) -> NDArray:
        """Return y + scale alpha below zero, 0 above."""
        return (y + self.scale * self.alpha) * (y < 0)


class Softplus(Activation, alias="softplus"):
    r"""Smooth rectifier: :math:`f(z) = \log(1 + e^z)` [1]_.

    Computed as :math:`\max(z, 0) + \log(1 + e^{-|z|})`, which cannot overflow.

    References
    ----------
    .. [1] Dugas et al. (2001), "Incorporating second-order functional knowledge for better option
       pricing".

    Examples
    --------
    >>> from sknn.activations import Softplus
    >>> Softplus()([-1e4, 0.0, 100.0]).round(4)
    array([  0.    ,   0.6931, 100.    ])
    """

    monotone = True
    straight_above = 12.0
    pairs_to_a_line = True
    needs_input = True

    def forward(self, z: NDArray, y: NDArray) -> None:
        """Fill `y`, large and small part apart; overwrites `z`."""
        np.abs(z, out=y)
        np.negative(y, out=y)
        np.exp(y, out=y)
        np.log1p(y, out=y)
        z.clip(0.0, inf, out=z)
        y += z

    def backward(self, z: NDArray, y: NDArray, dy: NDArray, work: Any) -> None:
        """Multiply by 1 - exp(-y)."""
        np.negative(y, out=work)
        np.expm1(work, out=work)
        np.negative(work, out=work)
        dy *= work

    def curvature(self, z: NDArray, y: NDArray) -> NDArray:
        """Return exp(-y) (1 - exp(-y))."""
        return np.exp(-y) * -np.expm1(-y)
