"""Layers that add noise in training only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import real
from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Plan, Scratch, Shape, Views
from sknn.core.random_streams import SharedGenerator, of_members

_PARTS = 1 << 16
# Random words are drawn in pieces of 64 KB, so that a step allocates next to nothing.
_SLAB_WORDS = 1 << 13


def _draw_kept(rng: np.random.Generator, parts: Any, keep: NDArray) -> None:
    """Fill `keep` with True where a random integer below 65,536 is at least `parts`.

    Four of them come from one word of the generator, in a third of the time of floats. Every row
    has its own words, so that both precisions drop the same numbers.
    """
    if isinstance(parts, np.ndarray):
        parts = parts.astype(np.uint16)
    shared = keep.shape[:1] if isinstance(rng, SharedGenerator) else ()
    for generator, part in of_members(rng, keep):
        _draw_rows(generator, parts, part.reshape(*shared, -1, keep.shape[-1]))


def _draw_rows(rng: np.random.Generator, parts: Any, rows: NDArray) -> None:
    """Fill (..., rows, width) from words of the rows, the same for all leading axes."""
    n_rows, width = rows.shape[-2:]
    words = -(-width // 4)
    slab = max(1, _SLAB_WORDS // words)
    for start in range(0, n_rows, slab):
        part = rows[..., start : start + slab, :]
        drawn = rng.bit_generator.random_raw(part.shape[-2] * words).view(np.uint16)
        np.greater_equal(drawn.reshape(part.shape[-2], -1)[:, :width], parts, out=part)


def _parts(rate: float | NDArray) -> Any:
    """Return the number of parts that are dropped; of rates of members a column."""
    if isinstance(rate, np.ndarray):
        return np.minimum(np.rint(rate * _PARTS), _PARTS - 1)[:, None, None]
    return min(round(float(rate) * _PARTS), _PARTS - 1)


def draw_factor(rate: float | NDArray, ctx: Context, keep: NDArray, factor: NDArray) -> None:
    """Fill `factor` with the factors of dropout; `keep` is scratch of the same shape.

    With an array of rates, one per member, all members drop by the same random numbers.
    """
    parts = _parts(rate)
    _draw_kept(ctx.rng, parts, keep)  # type: ignore[arg-type]
    dropped = 1.0 - ctx.strength
    kept = 1.0 + ctx.strength * parts / (_PARTS - parts)
    np.multiply(keep, kept - dropped, out=factor)
    if dropped:
        factor += dropped


class Dropout(Layer):
    r"""Set a random part of the inputs to zero in training [1]_.

    Each number is dropped with probability `rate`, independently in every batch; the
    others are multiplied by :math:`1 / (1 - rate)`, so that the expected value stays the same. In
    prediction, nothing happens. If a schedule lowers the strength s of regularization, the factor
    is :math:`1 + s (k - 1)`, where k is the factor at full strength.

    Parameters
    ----------
    rate : float in [0, 1), default=0.5
        Probability of being dropped, rounded to a multiple of 1 / 65,536.
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
    fades = True
    constraints = {"rate": real(0.0, 1.0, closed="left")}

    def __init__(self, rate: float = 0.5, name: str | None = None) -> None:
        self.rate = rate
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters; which numbers are kept, and their factors."""
        scratch = {
            "keep": Scratch(in_shape, dtype=np.bool_, training_only=True),
            "factor": Scratch(in_shape, training_only=True),
        }
        return Plan(in_shape, scratch=scratch)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Draw which numbers are kept, and scale them up."""
        if not ctx.train or ctx.rng is None:
            np.copyto(y, x)
            return
        factor = ctx.scratch["factor"]
        draw_factor(self.rate, ctx, ctx.scratch["keep"], factor)
        np.multiply(x, factor, out=y)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Pass on the gradient of the kept numbers."""
        if dx is None:
            return
        if not ctx.train or ctx.rng is None:
            np.copyto(dx, dy)
            return
        np.multiply(dy, ctx.scratch["factor"], out=dx)


class GaussianNoise(Layer):
    r"""Add independent normal noise :math:`N(0, \sigma^2)` in training [1]_.

    In prediction, nothing happens.

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
    fades = True
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
        y *= float(self.sigma) * ctx.strength
        y += x

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Pass on the gradient as it is."""
        if dx is not None:
            np.copyto(dx, dy)
