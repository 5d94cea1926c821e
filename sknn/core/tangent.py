r"""The gradient of a gradient, for a penalty on the slope of a network.

Let :math:`g = \nabla_x a(x)` be the gradient of the score of a row by the row, found by going
backward once. A penalty P(g) changes with the weights as

.. math:: \frac{\partial P}{\partial \theta} = \frac{\partial}{\partial \theta}\, (v \cdot g),
          \quad v = \frac{\partial P}{\partial g} \text{ held fixed,}

and :math:`v \cdot g` is the rate at which the score changes along v. That is found by going
*forward* once more, with tangents beside the activations, and its derivative by going backward
through both [1]_.

References
----------
.. [1] Pearlmutter (1994), "Fast exact multiplication by the Hessian", Neural Computation 6.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations import Activation
from sknn.core.layers import Activate, Dense, Flatten, Layer, Reshape
from sknn.core.layout import Views
from sknn.core.network import Network
from sknn.core.workspace import Workspace

Weight = float | NDArray


def check_differentiable_twice(network: Network, start: int = 0) -> None:
    """Raise for the first layer, from `start` on, whose gradient has no derivative here.

    Raises
    ------
    ValueError
        For anything but Dense layers on flat rows, elementwise activations, and layers that lay
        numbers out in another shape; it names the layer.
    """
    for i in range(start, len(network.layers)):
        layer = network.layers[i]
        if not _has_curvature(layer) or (
            isinstance(layer, Dense) and len(network.plans[i].out_shape) > 1
        ):
            raise ValueError(
                "A gradient penalty needs the second derivative of every layer of the "
                f"discriminator, and the {type(layer).__name__} layer {network.names[i]!r} has "
                "none; use plain Dense layers and activations of this package, or set "
                "gradient_penalty=0 (with another objective than 'wasserstein_gp')."
            )


def _has_curvature(layer: Layer) -> bool:
    if isinstance(layer, (Flatten, Reshape)):
        return True
    if isinstance(layer, Dense) and (layer.contraction or layer.input_scale or layer.columns):
        return False
    if not isinstance(layer, (Activate, Dense)):
        return False
    kind = type(layer.activation)
    return kind.curvature is not Activation.curvature or not kind.curved


class _Link:
    """One layer at the rows of a batch: its weights, and the derivatives of its activation."""

    def __init__(self, layer: Any, p: Views, g: Views, x: NDArray, y: NDArray, ctx: Any) -> None:
        self.W, self.dW = p.get("W"), g.get("W")
        self.db, self.dS = g.get("b"), g.get("S")
        self.x, self.out_shape = x, y.shape
        self.curve = self.slope = None
        if not hasattr(layer, "activation"):
            return
        self.read = None if self.dS is None else ctx.input[..., -int(layer.input_skip) :]
        activation, scratch = layer.activation, ctx.scratch
        z = scratch.get("z", y)
        # Curvature first: going backward may destroy z.
        self.curve = activation.curvature(z, y) if activation.curved else None
        if activation.work_dtype is not None:
            self.slope = np.ones_like(y)
            activation.backward(z, y, self.slope, scratch.get("work"))

    def back(self, dy: NDArray) -> NDArray:
        """Return the gradient of the input for that of the output."""
        dz = dy if self.slope is None else dy * self.slope
        return dz.reshape(self.x.shape) if self.W is None else dz @ self.W.T

    def along(self, t: NDArray) -> NDArray:
        """Return the tangent of the output for that of the input."""
        self.t = t
        self.tz = t.reshape(self.out_shape) if self.W is None else t @ self.W
        return self.tz if self.slope is None else self.tz * self.slope

    def back_along(self, dy: NDArray | None, dt: NDArray) -> tuple[NDArray | None, NDArray]:
        """Add to the gradients; return those of input and tangent for those of the outputs.

        `dy` is None as long as only tangents have had a part.
        """
        dz, dtz = dy, dt
        if self.slope is not None:
            dz, dtz = None if dy is None else dy * self.slope, dt * self.slope
        if self.curve is not None:
            bent = self.curve * self.tz * dt
            dz = bent if dz is None else dz + bent
        if self.W is None:
            before = self.x.shape
            return None if dz is None else dz.reshape(before), dtz.reshape(before)
        self.dW += self.t.T @ dtz
        if dz is None:
            return None, dtz @ self.W.T
        self.dW += self.x.T @ dz
        if self.db is not None:
            self.db += dz.sum(axis=0)
        if self.dS is not None:
            self.dS += self.read.T @ dz  # type: ignore[union-attr]
        return dz @ self.W.T, dtz @ self.W.T


class GradientPenalty:
    r"""Pulls the length of the gradient of a score by its row to a number.

    .. math:: P = \lambda \sum_i w_i\, (\lVert \nabla_x a(x_i) \rVert - c)^2

    With c = 1 at points between data and samples it is the penalty of [1]_, with c = 0 at rows of
    the data that of [2]_ (whose :math:`\gamma` is :math:`2 \lambda`).

    Parameters
    ----------
    workspace : Workspace
        Of a network with one score that :func:`check_differentiable_twice` bears.
    strength : float
        :math:`\lambda`.
    length : float
        c.

    References
    ----------
    .. [1] Gulrajani et al. (2017), "Improved training of Wasserstein GANs", NeurIPS.
    .. [2] Mescheder, Geiger & Nowozin (2018), "Which training methods for GANs do actually
       converge?", ICML.
    """

    def __init__(self, workspace: Workspace, strength: float, length: float = 0.0) -> None:
        self.workspace = workspace
        self.strength = float(strength)
        self.length = float(length)

    def add(self, x: NDArray, weight: Weight, given: NDArray | None = None) -> float:
        """Return the penalty at some rows and add its gradient to that of the workspace.

        Parameters
        ----------
        x : ndarray of shape (n, d)
        weight : float or ndarray of shape (n, 1)
            What each row counts, :math:`w_i`.
        given : ndarray of shape (n, k), default=None
            What layers that read the input of the network read.
        """
        links = self._links(x, given)
        g = np.ones((len(x), 1), x.dtype)
        for link in reversed(links):
            g = link.back(g)
        value, t = self._penalty(g, weight)
        for link in links:
            t = link.along(t)
        dy, dt = None, np.ones_like(t)
        for link in reversed(links):
            dy, dt = link.back_along(dy, dt)
        return value

    def _links(self, x: NDArray, given: NDArray | None) -> list[_Link]:
        workspace = self.workspace
        frame = workspace.frame(len(x))
        workspace.forward(x, frame, None, given)
        links = []
        for (layer, p, y, ctx), g in zip(frame.forward, workspace.grads, strict=True):
            links.append(_Link(layer, p, g, x, y, ctx))
            x = y
        return links

    def _penalty(self, g: NDArray, weight: Weight) -> tuple[float, NDArray]:
        """Return the penalty of gradients and its derivative by them."""
        if not self.length:
            value = float((weight * np.einsum("ij,ij->i", g, g)[:, None]).sum())
            return self.strength * value, (2.0 * self.strength * weight) * g
        length = np.sqrt(np.einsum("ij,ij->i", g, g))[:, None]
        miss = length - self.length
        value = self.strength * float((weight * miss * miss).sum())
        # A zero gradient has no direction, and is left as it is.
        length[length == 0.0] = np.inf
        return value, (2.0 * self.strength * weight) * (miss / length) * g
