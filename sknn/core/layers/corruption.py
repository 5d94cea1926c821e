"""Layers that corrupt their input in training, for denoising autoencoders."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import real
from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Plan, Scratch, Shape, Views


class Densify(Layer):
    """Make a batch of CSR rows dense in training, for a noise layer after it.

    In prediction, nothing happens: the next layers read CSR rows themselves.

    Parameters
    ----------
    name : str, default=None
        Name in parameter grids; None: ``dense0``, ``dense1``, ...

    Examples
    --------
    >>> from sknn.layers import Densify
    >>> Densify().plan((3,)).out_shape
    (3,)
    """

    kind = "dense"
    training_only = True
    reads_sparse = True

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters and no work arrays."""
        return Plan(in_shape)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Write the entries, zeros included."""
        np.copyto(y, x if isinstance(x, np.ndarray) else x.toarray())

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Pass on the gradient as it is."""
        if dx is not None:
            np.copyto(dx, dy)


class Masking(Layer):
    """Set a random part of the inputs to zero in training, and keep the others [1]_.

    Unlike in :class:`Dropout`, the other inputs are not scaled up, so the network sees the data as
    they are, with gaps. In prediction, nothing happens.

    Parameters
    ----------
    rate : float in [0, 1), default=0.1
        Probability of being set to zero.
    name : str, default=None
        Name in parameter grids; None: ``masking0``, ``masking1``, ...

    References
    ----------
    .. [1] Vincent et al. (2010), "Stacked denoising autoencoders", JMLR 11.

    Examples
    --------
    >>> from sknn.layers import Masking
    >>> Masking(0.3).get_params()
    {'name': None, 'rate': 0.3}
    """

    kind = "masking"
    training_only = True
    depends_on_rows = True
    constraints = {"rate": real(0.0, 1.0, closed="left")}

    def __init__(self, rate: float = 0.1, name: str | None = None) -> None:
        self.rate = rate
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters; the noise, and which numbers are kept."""
        return Plan(in_shape, scratch=_noise(in_shape))

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Draw which inputs are kept."""
        if not ctx.train or ctx.rng is None:
            np.copyto(y, x)
            return
        noise, keep = ctx.scratch["noise"], ctx.scratch["keep"]
        ctx.rng.random(out=noise, dtype=np.float32)
        np.greater_equal(noise, float(self.rate), out=keep)
        np.multiply(x, keep, out=y)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Pass on the gradient of the kept inputs."""
        _pass_on_kept(dy, dx, ctx)


class SaltAndPepper(Layer):
    """Set a random part of the inputs to the lowest or the highest value in training [1]_.

    In prediction, nothing happens.

    Parameters
    ----------
    rate : float in [0, 1), default=0.1
        Probability of being replaced, half of it by each of the two values.
    low, high : float, default=0.0, 1.0
        The two values.
    name : str, default=None
        Name in parameter grids; None: ``salt0``, ``salt1``, ...

    References
    ----------
    .. [1] Vincent et al. (2010), "Stacked denoising autoencoders", JMLR 11.

    Examples
    --------
    >>> from sknn.layers import SaltAndPepper
    >>> SaltAndPepper(0.2, high=16.0)
    SaltAndPepper(high=16.0, rate=0.2)
    """

    kind = "salt"
    training_only = True
    depends_on_rows = True
    constraints = {"rate": real(0.0, 1.0, closed="left"), "low": real(), "high": real()}

    def __init__(
        self, rate: float = 0.1, low: float = 0.0, high: float = 1.0, name: str | None = None
    ) -> None:
        self.rate = rate
        self.low = low
        self.high = high
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters; the noise, which numbers are kept and which become high."""
        work = _noise(in_shape)
        work["salt"] = Scratch(in_shape, dtype=np.bool_, training_only=True)
        return Plan(in_shape, scratch=work)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Draw which inputs are replaced, with one number for each."""
        np.copyto(y, x)
        if not ctx.train or ctx.rng is None:
            return
        noise, keep, salt = (ctx.scratch[name] for name in ("noise", "keep", "salt"))
        rate = float(self.rate)
        ctx.rng.random(out=noise, dtype=np.float32)
        np.greater_equal(noise, rate, out=keep)
        np.less(noise, 0.5 * rate, out=salt)
        np.multiply(y, keep, out=y)
        np.copyto(y, float(self.high), where=salt)
        if self.low:
            # Neither kept nor high: the rest.
            np.logical_or(keep, salt, out=salt)
            np.logical_not(salt, out=salt)
            np.copyto(y, float(self.low), where=salt)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Pass on the gradient of the kept inputs."""
        _pass_on_kept(dy, dx, ctx)


def _noise(in_shape: Shape) -> dict[str, Scratch]:
    # float32 for any data: cheaper to draw, and the same mask in both precisions.
    return {
        "noise": Scratch(in_shape, dtype=np.float32, training_only=True),
        "keep": Scratch(in_shape, dtype=np.bool_, training_only=True),
    }


def _pass_on_kept(dy: NDArray, dx: NDArray | None, ctx: Context) -> None:
    if dx is None:
        return
    if not ctx.train or ctx.rng is None:
        np.copyto(dx, dy)
        return
    np.multiply(dy, ctx.scratch["keep"], out=dx)
