"""Units that let through a share of their argument, by how large it is."""

from __future__ import annotations

from math import inf, pi, sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations.base import Activation

# exp(80) is finite in float32, and exp(-80) is negligible next to 1 in float64.
_EXP_LIMIT = 80.0


class GELU(Activation, alias="gelu"):
    r"""Gaussian error linear unit in its tanh form [1]_.

    .. math:: f(z) = \frac{z}{1 + e^{-v}}, \quad v = 2 \sqrt{2/\pi}\,(z + 0.044715 z^3)

    This is :math:`\tfrac{z}{2}(1 + \tanh(v/2))`. It differs from :math:`z\,\Phi(z)` by less than
    0.0005 and takes about a tenth of the time of the error function.

    References
    ----------
    .. [1] Hendrycks & Gimpel (2016), "Gaussian error linear units".

    Examples
    --------
    >>> from sknn.activations import GELU
    >>> GELU()([-1.0, 0.0, 1.0]).round(4)
    array([-0.1588,  0.    ,  0.8412])
    """

    needs_input = True
    straight_above = 4.0
    pairs_to_a_line = True
    # Beyond, the gate is 0 or 1 in float64.
    _limit: ClassVar[float] = 9.0
    _linear: ClassVar[float] = 2.0 * sqrt(2.0 / pi)
    _cubic: ClassVar[float] = 0.044715 * 2.0 * sqrt(2.0 / pi)

    def forward(self, z: NDArray, y: NDArray) -> None:
        """Fill `y` with z / q, q = 1 + exp(-v), and leave q in `z`."""
        z.clip(-self._limit, inf, out=y)
        y.clip(-self._limit, self._limit, out=z)
        z *= z
        z *= -self._cubic
        z -= self._linear
        z *= y
        np.exp(z, out=z)
        z += 1.0
        y /= z

    def backward(self, z: NDArray, y: NDArray, dy: NDArray, work: Any) -> None:
        """Multiply by (1 + y (q - 1) dv/dz) / q, with the input found again as y q."""
        np.multiply(y, z, out=work)
        work.clip(-self._limit, self._limit, out=work)
        work *= work
        work *= 3.0 * self._cubic
        work += self._linear
        work *= y
        z -= 1.0
        work *= z
        work += 1.0
        z += 1.0
        work /= z
        dy *= work

    def curvature(self, z: NDArray, y: NDArray) -> NDArray:
        """Return s (1 - s) (2 v' + z v'' + z (1 - 2 s) v'^2) with the gate s = 1 / q."""
        s = 1.0 / z
        z = (y * z).clip(-self._limit, self._limit)
        first = self._linear + 3.0 * self._cubic * z * z
        return (
            s
            * (1.0 - s)
            * (2.0 * first + 6.0 * self._cubic * z * z + z * (1.0 - 2.0 * s) * first * first)
        )


class SiLU(Activation, alias="silu"):
    r"""Sigmoid linear unit, also called swish: :math:`f(z) = z / (1 + e^{-z})` [1]_.

    References
    ----------
    .. [1] Elfwing, Uchibe & Doya (2018), "Sigmoid-weighted linear units for neural network
       function approximation in reinforcement learning".

    Examples
    --------
    >>> from sknn.activations import SiLU
    >>> SiLU()([-1.0, 0.0, 1.0]).round(4)
    array([-0.2689,  0.    ,  0.7311])
    """

    needs_input = True
    straight_above = 12.0
    pairs_to_a_line = True

    def forward(self, z: NDArray, y: NDArray) -> None:
        """Fill `y` with z / q, q = 1 + exp(-z), and leave q in `z`."""
        z.clip(-_EXP_LIMIT, inf, out=y)
        np.negative(y, out=z)
        np.exp(z, out=z)
        z += 1.0
        y /= z

    def backward(self, z: NDArray, y: NDArray, dy: NDArray, work: Any) -> None:
        """Multiply by (1 + y (q - 1)) / q."""
        np.subtract(z, 1.0, out=work)
        work *= y
        work += 1.0
        work /= z
        dy *= work

    def curvature(self, z: NDArray, y: NDArray) -> NDArray:
        """Return s (1 - s) (2 + z (1 - 2 s)) with the gate s = 1 / q."""
        s = 1.0 / z
        return s * (1.0 - s) * (2.0 + y * z * (1.0 - 2.0 * s))


class Mish(Activation, alias="mish"):
    r"""Mish, a self-gated unit: :math:`f(z) = z \tanh(\log(1 + e^z))` [1]_.

    With :math:`a = 1 + e^z` the gate is :math:`(a^2 - 1) / (a^2 + 1)`, so one exponential is enough
    and the derivative needs none.

    References
    ----------
    .. [1] Misra (2020), "Mish: a self regularized non-monotonic activation function".

    Examples
    --------
    >>> from sknn.activations import Mish
    >>> Mish()([-1.0, 0.0, 1.0]).round(4)
    array([-0.3034,  0.    ,  0.8651])
    """

    needs_input = True
    straight_above = 12.0
    # Beyond, the gate is 1 in float64.
    _limit: ClassVar[float] = 20.0

    def forward(self, z: NDArray, y: NDArray) -> None:
        """Fill `y` with z e (e + 2) / q, e = exp(z), q = (e + 1)^2 + 1, and leave q in `z`."""
        z.clip(-_EXP_LIMIT, inf, out=y)
        y.clip(-_EXP_LIMIT, self._limit, out=z)
        np.exp(z, out=z)
        y *= z
        z += 2.0
        y *= z
        z -= 1.0
        z *= z
        z += 1.0
        y /= z

    def backward(self, z: NDArray, y: NDArray, dy: NDArray, work: Any) -> None:
        """Multiply by (a^2 - 1 + 4 y a / (a + 1)) / q, a^2 = q - 1."""
        np.subtract(z, 1.0, out=work)
        np.sqrt(work, out=work)
        work += 1.0
        np.divide(-4.0, work, out=work)
        work += 4.0
        work *= y
        work -= 2.0
        work += z
        work /= z
        dy *= work

    def curvature(self, z: NDArray, y: NDArray) -> NDArray:
        """Return r (2 s + z s (1 - s) - 2 z t s^2), gate t, r = 1 - t^2, s the sigmoid of z."""
        a = np.sqrt(z - 1.0)
        t, r, s = (z - 2.0) / z, 4.0 * a * a / (z * z), (a - 1.0) / a
        # If the gate has rounded to 0, z cannot be recovered, and does not matter.
        z = y / np.where(t > 0, t, np.inf)
        return r * s * (2.0 + z * (1.0 - s) - 2.0 * z * t * s)
