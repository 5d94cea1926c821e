"""Layers that add a penalty on their input."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import one_of, real
from sknn.core.layers.base import Context, Layer
from sknn.core.layers.row_weights import fill_shares
from sknn.core.layout import Plan, Scratch, Shape, Views


class Sparsity(Layer):
    r"""Penalize units that are active on average; the values pass unchanged [1]_.

    With :math:`\hat\rho_j` the (weighted) mean activation of unit j over the batch, scaled to [0,
    1], the kind "kl" adds

    .. math:: \lambda \sum_j \rho \log \frac{\rho}{\hat\rho_j}
              + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_j}

    to the loss, for activations with two bounds. The kind "l1" adds
    :math:`\lambda \sum_j \max(0, \overline{|y_j|} - \rho)`, for any activation. In prediction,
    nothing
    happens.

    Parameters
    ----------
    target : float in (0, 1), default=0.05
        Target :math:`\rho` of the mean activation.
    weight : float >= 0, default=1.0
        Strength :math:`\lambda`.
    penalty : {"kl", "l1"}, default="kl"
    low : float, default=0.0
        Lower bound of the activations, whose upper one is 1: 0 for logistic, -1 for tanh ("kl").
    name : str, default=None
        Name in parameter grids; None: ``sparsity0``, ``sparsity1``, ...

    References
    ----------
    .. [1] Ng (2011), "Sparse autoencoder", lecture notes of CS294A.

    Examples
    --------
    >>> from sknn.layers import Sparsity
    >>> Sparsity(target=0.1).plan((8,)).out_shape
    (8,)
    """

    kind = "sparsity"
    uses_weight = True
    depends_on_rows = True
    constraints = {
        "target": real(0.0, 1.0),
        "weight": real(0.0, closed="left"),
        "penalty": one_of(["kl", "l1"]),
        "low": real(),
    }

    def __init__(
        self,
        target: float = 0.05,
        weight: float = 1.0,
        penalty: str = "kl",
        low: float = 0.0,
        name: str | None = None,
    ) -> None:
        self.target = target
        self.weight = weight
        self.penalty = penalty
        self.low = low
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters; means over the batch, and work of the shape of the input."""
        (d,) = in_shape
        scratch = {
            "share": Scratch((), training_only=True, shared=True),
            "mean": Scratch((d,), per_row=False, training_only=True),
            "work": Scratch((d,), training_only=True),
        }
        return Plan(in_shape, scratch=scratch)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> float | None:
        """Copy, and return the penalty."""
        np.copyto(y, x)
        if not ctx.train:
            return None
        share, mean, work = (ctx.scratch[name] for name in ("share", "mean", "work"))
        fill_shares(share, ctx.weight)
        source = np.abs(y, out=work) if self.penalty == "l1" else y
        np.matmul(share, source, out=mean)
        value = self._excess(mean) if self.penalty == "l1" else self._divergence(mean)
        return float(self.weight) * value

    def _excess(self, mean: NDArray) -> float:
        """Return the sum of the excess over the target; leave the derivative in `mean`."""
        mean -= float(self.target)
        np.maximum(mean, 0.0, out=mean)
        value = float(mean.sum())
        np.sign(mean, out=mean)
        mean *= float(self.weight)
        return value

    def _divergence(self, mean: NDArray) -> float:
        """Return the sum of Kullback-Leibler divergences; leave the derivative in `mean`."""
        rho, low, span = float(self.target), float(self.low), 1.0 - float(self.low)
        # One number per unit, in Python: arrays of another precision would be made otherwise.
        value = 0.0
        flat = mean.reshape(-1)
        for j, activation in enumerate(flat.tolist()):
            inside = min(max((activation - low) / span, 1e-7), 1.0 - 1e-7)
            value += rho * log(rho / inside) + (1.0 - rho) * log((1.0 - rho) / (1.0 - inside))
            slope = (1.0 - rho) / (1.0 - inside) - rho / inside
            flat[j] = float(self.weight) * slope / span
        return value

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Add the derivative of the penalty."""
        if dx is None:
            return
        if not ctx.train:
            np.copyto(dx, dy)
            return
        share, slope, work = (ctx.scratch[name] for name in ("share", "mean", "work"))
        np.multiply(share[:, None], slope[..., None, :], out=work)
        if self.penalty == "l1":
            np.sign(y, out=dx)
            work *= dx
        np.add(dy, work, out=dx)


class Latent(Layer):
    r"""Draw a code from a normal distribution whose mean and variance are the inputs [1]_.

    Of the 2k inputs, the first k are means :math:`\mu`, the others logarithms of variances. In
    training, :math:`z = \mu + \sigma \epsilon` with :math:`\epsilon \sim N(0, 1)`, and the
    divergence from the standard normal distribution

    .. math:: \lambda\, \tfrac12 \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2)

    is added to the loss, a (weighted) mean over the batch. In prediction :math:`z = \mu`.

    Parameters
    ----------
    kl_weight : float >= 0, default=1.0
        Strength :math:`\lambda`.
    name : str, default=None
        Name in parameter grids; None: ``latent0``, ``latent1``, ...

    References
    ----------
    .. [1] Kingma & Welling (2014), "Auto-encoding variational Bayes", ICLR.

    Examples
    --------
    >>> from sknn.layers import Latent
    >>> Latent().plan((8,)).out_shape
    (4,)
    """

    kind = "latent"
    uses_weight = True
    depends_on_rows = True
    constraints = {"kl_weight": real(0.0, closed="left")}

    def __init__(self, kl_weight: float = 1.0, name: str | None = None) -> None:
        self.kl_weight = kl_weight
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters; noise, standard deviations and work for half of the inputs."""
        (d,) = in_shape
        if d % 2:
            raise ValueError(
                f"Latent needs an even number of inputs, k means and k variances; got {d}."
            )
        scratch = {
            name: Scratch((d // 2,), training_only=True) for name in ("noise", "std", "work")
        }
        scratch["share"] = Scratch((), training_only=True, shared=True)
        return Plan((d // 2,), scratch=scratch)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> float | None:
        """Write the mean, in training with noise; return the divergence."""
        k = y.shape[-1]
        mean, log_variance = x[..., :k], x[..., k:]
        np.copyto(y, mean)
        if not ctx.train:
            return None
        noise, std, work, share = (ctx.scratch[n] for n in ("noise", "std", "work", "share"))
        np.multiply(log_variance, 0.5, out=std)
        np.exp(std, out=std)
        if ctx.rng is None:
            noise.fill(0.0)
        else:
            ctx.rng.standard_normal(out=noise, dtype=noise.dtype)
        np.multiply(std, noise, out=work)
        y += work
        return float(self.kl_weight) * self._divergence(mean, log_variance, std, work, share, ctx)

    def _divergence(
        self,
        mean: NDArray,
        log_variance: NDArray,
        std: NDArray,
        work: NDArray,
        share: NDArray,
        ctx: Context,
    ) -> float:
        fill_shares(share, ctx.weight)
        np.multiply(mean, mean, out=work)
        work -= log_variance
        work -= 1.0
        work *= share[:, None]
        total = float(work.sum())
        np.multiply(std, std, out=work)
        work *= share[:, None]
        return 0.5 * (total + float(work.sum()))

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Chain rule through the noise, plus the derivative of the divergence."""
        if dx is None:
            return
        k = y.shape[-1]
        d_mean, d_log = dx[..., :k], dx[..., k:]
        np.copyto(d_mean, dy)
        if not ctx.train:
            d_log.fill(0.0)
            return
        noise, std, work, share = (ctx.scratch[n] for n in ("noise", "std", "work", "share"))
        column = share[:, None]
        strength = float(self.kl_weight)
        np.multiply(x[..., :k], column, out=work)
        work *= strength
        d_mean += work
        np.multiply(std, std, out=work)
        work -= 1.0
        work *= column
        work *= 0.5 * strength
        np.multiply(dy, noise, out=d_log)
        d_log *= std
        d_log *= 0.5
        d_log += work
