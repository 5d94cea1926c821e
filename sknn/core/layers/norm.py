"""Layers that bring their input to zero mean and unit variance.

Both work on arrays flattened to ``(..., n, features)``, where n counts rows and all axes between
the rows and the features; the leading axis of members is the one the parameters have.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import real
from sknn.core.initializers import Ones, Zeros
from sknn.core.layers.base import Context, Layer
from sknn.core.layers.products import column_sums
from sknn.core.layers.row_weights import fill_shares
from sknn.core.layers.steps import steps_there
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views


def _flat(array: NDArray, parameter: NDArray) -> NDArray:
    """View `array` as (..., n, features), with the leading axes of `parameter`."""
    return array.reshape(*parameter.shape[:-1], -1, parameter.shape[-1])


def _gain_and_bias(n_features: int) -> dict[str, Param]:
    return {
        "gain": Param((n_features,), Ones(), Role.PLAIN, n_features, n_features),
        "bias": Param((n_features,), Zeros(), Role.PLAIN, n_features, n_features),
    }


def _parameter_gradients(g: Views, dy: NDArray, hat: NDArray, ones: NDArray, work: NDArray) -> None:
    """Write the sums over rows of dy and dy * hat; `work` is left with dy * hat."""
    np.multiply(dy, hat, out=work)
    column_sums(work, ones, g["gain"])
    column_sums(dy, ones, g["bias"])


class LayerNorm(Layer):
    r"""Layer normalization: normalize each row over its features [1]_.

    .. math:: y = \gamma \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta

    with mean and variance over the last axis of the row itself, so training and prediction are the
    same. :math:`\gamma` (``gain``) starts at one, :math:`\beta` (``bias``) at zero; neither is
    penalized.

    Parameters
    ----------
    epsilon : float > 0, default=1e-5
        Added to the variance.
    name : str, default=None
        Name in parameter grids; None: ``norm0``, ``norm1``, ...

    References
    ----------
    .. [1] Ba, Kiros & Hinton (2016), "Layer normalization".

    Examples
    --------
    >>> from sknn.layers import LayerNorm
    >>> LayerNorm().plan((64,)).params["gain"].shape
    (64,)
    """

    kind = "norm"
    constraints = {"epsilon": real(0.0)}

    def __init__(self, epsilon: float = 1e-5, name: str | None = None) -> None:
        self.epsilon = epsilon
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """Gain and bias of shape (features,)."""
        *inner, d = in_shape
        scratch = {
            "hat": Scratch(in_shape),
            "scale": Scratch((*inner, 1)),
            "average": Scratch((d, 1), per_row=False, fill=1.0 / d, shared=True),
            "ones": Scratch(tuple(inner), training_only=True, fill=1.0, shared=True),
            "work": Scratch(in_shape, training_only=True),
            "mean_dy": Scratch((*inner, 1), training_only=True),
            "mean_dy_hat": Scratch((*inner, 1), training_only=True),
        }
        return Plan(in_shape, _gain_and_bias(d), scratch)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Subtract the mean first, so that a large offset costs no digits of the variance."""
        gain, scratch = p["gain"], ctx.scratch
        hat, out, average = _flat(scratch["hat"], gain), _flat(y, gain), scratch["average"]
        scale = scratch["scale"].reshape(*hat.shape[:-1], 1)
        np.copyto(scratch["hat"], x)
        np.matmul(hat, average, out=scale)
        hat -= scale
        np.multiply(hat, hat, out=out)
        np.matmul(out, average, out=scale)
        scale += float(self.epsilon)
        np.sqrt(scale, out=scale)
        np.reciprocal(scale, out=scale)
        hat *= scale
        np.multiply(hat, gain[..., None, :], out=out)
        out += p["bias"][..., None, :]

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Mean and variance depend on the input: take its mean and its part along hat away."""
        gain, scratch = p["gain"], ctx.scratch
        hat, work = _flat(scratch["hat"], gain), _flat(scratch["work"], gain)
        dy = _flat(dy, gain)
        _parameter_gradients(g, dy, hat, scratch["ones"].reshape(-1), work)
        if dx is None:
            return
        column, rows = gain[..., None], (*hat.shape[:-1], 1)
        mean_dy = scratch["mean_dy"].reshape(rows)
        mean_dy_hat = scratch["mean_dy_hat"].reshape(rows)
        np.matmul(dy, column, out=mean_dy)
        np.matmul(work, column, out=mean_dy_hat)
        mean_dy *= 1.0 / gain.shape[-1]
        mean_dy_hat *= 1.0 / gain.shape[-1]
        dy *= gain[..., None, :]
        np.multiply(hat, mean_dy_hat, out=work)
        work += mean_dy
        dy -= work
        np.multiply(dy, scratch["scale"].reshape(rows), out=_flat(dx, gain))


class BatchNorm(Layer):
    r"""Batch normalization: normalize each feature over the rows of the batch [1]_.

    .. math:: y = \gamma \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta

    In training, mean and variance (ddof 0) are those of the batch, with sample weights: a row of
    weight 2 counts as two rows, and missing steps do not count. Running statistics follow them,
    ``running = momentum * running + (1 - momentum) * batch``; they start at mean 0 and variance 1,
    and are used in prediction, in frozen layers, for batches whose weights are all zero, and for a
    batch with a single value of each feature.
    :math:`\gamma` (``gain``) starts at one, :math:`\beta` (``bias``) at zero; neither is penalized.

    Parameters
    ----------
    momentum : float in [0, 1), default=0.9
        Share of the running statistics that survives a batch.
    epsilon : float > 0, default=1e-5
        Added to the variance.
    name : str, default=None
        Name in parameter grids; None: ``norm0``, ``norm1``, ...

    References
    ----------
    .. [1] Ioffe & Szegedy (2015), "Batch normalization: accelerating deep network training by
       reducing internal covariate shift".

    Examples
    --------
    >>> from sknn.layers import BatchNorm
    >>> sorted(BatchNorm().plan((64,)).params)
    ['bias', 'gain', 'mean', 'var']
    """

    kind = "norm"
    bears_any_scale = True
    uses_weight = True
    uses_mask = True
    depends_on_rows = True
    constraints = {"momentum": real(0.0, 1.0, closed="left"), "epsilon": real(0.0)}

    def __init__(
        self, momentum: float = 0.9, epsilon: float = 1e-5, name: str | None = None
    ) -> None:
        self.momentum = momentum
        self.epsilon = epsilon
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """Gain, bias and two running statistics of shape (features,)."""
        *inner, d = in_shape
        params = _gain_and_bias(d)
        params["mean"] = Param((d,), Zeros(), Role.TRACKED, d, d)
        params["var"] = Param((d,), Ones(), Role.TRACKED, d, d)
        scratch = {
            "scale": Scratch((d,), per_row=False),
            "center": Scratch((d,), per_row=False, training_only=True),
            "hat": Scratch(in_shape, training_only=True),
            "work": Scratch(in_shape, training_only=True),
            "share": Scratch(tuple(inner), training_only=True, shared=True),
            "ones": Scratch(tuple(inner), training_only=True, fill=1.0, shared=True),
        }
        return Plan(in_shape, params, scratch)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Center and scale with the statistics of the batch, or the running ones."""
        gain, scale, out = p["gain"], ctx.scratch["scale"], _flat(y, p["gain"])
        source = ctx.scratch["hat"] if ctx.train else y
        hat = _flat(source, gain)
        np.copyto(source, x)
        if _reads_batch(ctx):
            self._center(p, hat, out, ctx)
        else:
            hat -= p["mean"][..., None, :]
            np.copyto(scale, p["var"])
        scale += float(self.epsilon)
        np.sqrt(scale, out=scale)
        np.reciprocal(scale, out=scale)
        hat *= scale[..., None, :]
        np.multiply(hat, gain[..., None, :], out=out)
        out += p["bias"][..., None, :]

    def _center(self, p: Views, hat: NDArray, square: NDArray, ctx: Context) -> None:
        """Take the mean away, leave the variance in `scale`, move the running statistics."""
        share, center, scale = ctx.scratch["share"], ctx.scratch["center"], ctx.scratch["scale"]
        is_sequence = share.ndim == 2
        mask = steps_there(ctx.mask, share.shape[-1], self) if is_sequence else None
        fill_shares(share, ctx.weight, mask)
        np.matmul(share.reshape(-1), hat, out=center)
        hat -= center[..., None, :]
        np.multiply(hat, hat, out=square)
        np.matmul(share.reshape(-1), square, out=scale)
        _follow(p["mean"], center, float(self.momentum), center)
        _follow(p["var"], scale, float(self.momentum), center)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Subtract the gradient through the statistics, if they are those of the batch."""
        gain, scratch = p["gain"], ctx.scratch
        hat, work = _flat(scratch["hat"], gain), _flat(scratch["work"], gain)
        dy = _flat(dy, gain)
        _parameter_gradients(g, dy, hat, scratch["ones"].reshape(-1), work)
        if dx is None:
            return
        if _reads_batch(ctx):
            np.multiply(hat, g["gain"][..., None, :], out=work)
            work += g["bias"][..., None, :]
            work *= scratch["share"].reshape(-1, 1)
            dy -= work
        center = scratch["center"]
        np.multiply(gain, scratch["scale"], out=center)
        np.multiply(dy, center[..., None, :], out=_flat(dx, gain))


def _reads_batch(ctx: Context) -> bool:
    """Return whether to use the statistics of the batch itself."""
    if not ctx.train or ctx.frozen or ctx.scratch["share"].size < 2:
        # One number has no variance.
        return False
    return ctx.weight is None or bool(ctx.weight.any())


def _follow(running: NDArray, batch: NDArray, momentum: float, work: NDArray) -> None:
    """Move running statistics toward those of the batch; `work` may be `batch` itself."""
    running *= momentum
    np.multiply(batch, 1.0 - momentum, out=work)
    running += work
