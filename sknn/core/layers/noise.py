"""Layers that disturb training and vanish in prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import real
from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Plan, Scratch, Shape, Views


class Dropout(Layer):
    r"""Set a random part of the inputs to zero while training [1]_.

    Each number is dropped with probability `rate`, on its own and anew for every batch; the others
    are multiplied by :math:`1 / (1 - rate)`, so that the expected value stays what it is.
    In prediction nothing happens.

    Parameters
    ----------
    rate : float in [0, 1), default=0.5
        Probability of being dropped.
    name : str, default=None
        Name in parameter grids; None: ``dropout0``, ``dropout1``, ...

    References
    ----------
    .. [1] Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from
       overfitting".

    Examples
    --------
    >>> from sknn.layers import Dropout
    >>> Dropout(0.2).get_params()
    {'name': None, 'rate': 0.2}
    """

    kind = "dropout"
    training_only = True
    depends_on_rows = True
    constraints = {"rate": real(0.0, 1.0, closed="left")}

    def __init__(self, rate: float = 0.5, name: str | None = None) -> None:
        self.rate = rate
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters; the noise, and which numbers are kept."""
        scratch = {
            # float32 whatever the data: cheaper to draw, and the same mask in both precisions.
            "noise": Scratch(in_shape, dtype=np.float32, training_only=True),
            "keep": Scratch(in_shape, dtype=np.bool_, training_only=True),
        }
        return Plan(in_shape, scratch=scratch)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Draw what is kept and scale it up."""
        if not ctx.train or ctx.rng is None:
            np.copyto(y, x)
            return
        rate = float(self.rate)
        noise, keep = ctx.scratch["noise"], ctx.scratch["keep"]
        ctx.rng.random(out=noise, dtype=np.float32)
        np.greater_equal(noise, rate, out=keep)
        np.multiply(x, keep, out=y)
        y *= 1.0 / (1.0 - rate)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Pass on the gradient of what was kept."""
        if dx is None:
            return
        if not ctx.train or ctx.rng is None:
            np.copyto(dx, dy)
            return
        np.multiply(dy, ctx.scratch["keep"], out=dx)
        dx *= 1.0 / (1.0 - float(self.rate))


class GaussianNoise(Layer):
    r"""Add independent normal noise :math:`N(0, \sigma^2)` while training [1]_.

    In prediction nothing happens.

    Parameters
    ----------
    sigma : float >= 0, default=0.1
        Standard deviation of the noise.
    name : str, default=None
        Name in parameter grids; None: ``noise0``, ``noise1``, ...

    References
    ----------
    .. [1] Bishop (1995), "Training with noise is equivalent to Tikhonov regularization".

    Examples
    --------
    >>> from sknn.layers import GaussianNoise
    >>> GaussianNoise(0.05).get_params()
    {'name': None, 'sigma': 0.05}
    """

    kind = "noise"
    training_only = True
    depends_on_rows = True
    constraints = {"sigma": real(0.0, closed="left")}

    def __init__(self, sigma: float = 0.1, name: str | None = None) -> None:
        self.sigma = sigma
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters and no work arrays."""
        return Plan(in_shape)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Draw the noise into the output and add the input."""
        if not ctx.train or ctx.rng is None:
            np.copyto(y, x)
            return
        ctx.rng.standard_normal(out=y, dtype=y.dtype)
        y *= float(self.sigma)
        y += x

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Pass on the gradient as it is."""
        if dx is not None:
            np.copyto(dx, dy)
