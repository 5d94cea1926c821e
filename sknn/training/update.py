"""One update of the parameters: the optimizer's step and everything around it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network
from sknn.core.optimizers import Optimizer, State
from sknn.training.columns import column

Action = Callable[[float], None]
"""An action in addition to the optimizer's step; gets the learning rate."""


class Update:
    """Moves the trainable part of a network along the gradient.

    Order: held parameters lose their gradient, clipping, optimizer, rate factors,
    decoupled decay, step, soft threshold (L1), constraints of layers. Steps that a network does not
    need cost nothing.

    Parameters
    ----------
    network : Network
    grad : ndarray
        Gradient vector; destroyed by every update.
    optimizer : Optimizer
    state : dict of ndarray
        State of the optimizer, changed in place.
    l1 : float or ndarray of shape (n_members,)
        Strength of the soft threshold, per unit of learning rate.
    weight_decay : float or ndarray of shape (n_members,)
        Decoupled decay per step, times the learning rate.
    max_grad_norm : float or None
        Bound on the Euclidean norm of the gradient, for each member.
    rates : ndarray of shape (n_trainable,) or (n_members, n_trainable) or None
        Factor on the learning rate of every parameter; 0 holds it fixed.
    decays : ndarray, as `rates` for the decayed parameters, or None
        Factor on the decay of every parameter, in addition to that on the learning rate.
    start : int, default=0
        Where the updated part begins in the vector of the network; gradient, state, and factors are
        those from there on.

    Attributes
    ----------
    strength : float in [0, 1]
        Remaining share of the decay, set by a schedule.
    """

    def __init__(
        self,
        network: Network,
        grad: NDArray,
        optimizer: Optimizer,
        state: State,
        *,
        l1: float | NDArray = 0.0,
        weight_decay: float | NDArray = 0.0,
        max_grad_norm: float | None = None,
        rates: NDArray | None = None,
        decays: NDArray | None = None,
        start: int = 0,
    ) -> None:
        self.network = network
        self.theta = network.trainable[..., start:]
        self.grad = grad
        self.optimizer = optimizer
        self.state = state
        self.rates = None if rates is None else rates.astype(network.dtype)
        n_decayed = network.layout.n_decayed - start
        self.decayed = self.theta[..., :n_decayed]
        self.decayed_rates = None if self.rates is None else self.rates[..., :n_decayed]
        self.decays = _product(self.decayed_rates, decays)
        self.strength = 1.0
        self.l1 = l1
        self.weight_decay: Any = weight_decay
        self.max_grad_norm = math.inf if max_grad_norm is None else max_grad_norm
        self.before: list[Action] = []
        self.between: list[Action] = []
        self.after: list[Action] = []
        self._choose_actions()

    def __call__(self, lr: float, step: int) -> None:
        """Apply the gradient; `step` counts from 1."""
        for action in self.before:
            action(lr)
        self.optimizer.update(self.state, self.grad, self.theta, lr, step)
        for action in self.between:
            action(lr)
        self.theta -= self.grad
        for action in self.after:
            action(lr)

    def _choose_actions(self) -> None:
        if self.rates is not None:
            self.trained = (self.rates > 0).astype(self.grad.dtype)
            if not self.trained.all():
                self.before.append(self._hold)
            self.between.append(self._scale)
        if self.max_grad_norm < math.inf:
            self.before.append(self._clip)
        if np.any(self.weight_decay):
            self.between.append(self._decay)
        if np.any(self.l1):
            self.after.append(self._threshold)
        trained = {
            slot.layer
            for slot in self.network.layout.slots
            if self.rates is None or self.rates[..., slot.start : slot.stop].any()
        }
        pairs = enumerate(zip(self.network.layers, self.network.params, strict=True))
        self.constrained = [pair for i, pair in pairs if pair[0].constrained and i in trained]
        if self.constrained:
            self.after.append(self._constrain)

    def _hold(self, lr: float) -> None:
        self.grad *= self.trained

    def _scale(self, lr: float) -> None:
        self.grad *= self.rates

    def _clip(self, lr: float) -> None:
        norms = np.sqrt(np.einsum("...i,...i->...", self.grad, self.grad))[..., None]
        self.grad *= self.max_grad_norm / np.maximum(norms, self.max_grad_norm)

    def _decay(self, lr: float) -> None:
        amount = lr * self.weight_decay * self.strength
        if isinstance(self.decays, float):
            self.decayed *= column(1.0 - self.decays * amount, self.decayed.dtype)
        else:
            self.decayed *= 1.0 - self.decays * column(amount, self.decays.dtype)

    def _threshold(self, lr: float) -> None:
        amount = column(lr * self.l1, self.decayed.dtype)
        size = np.abs(self.decayed)
        size -= amount if self.decayed_rates is None else self.decayed_rates * amount
        np.maximum(size, 0.0, out=size)
        np.copysign(size, self.decayed, out=self.decayed)

    def _constrain(self, lr: float) -> None:
        for layer, p in self.constrained:
            layer.constrain(p)


def _product(rates: NDArray | None, decays: NDArray | None) -> Any:
    """Return the product of factors; one number if all are equal, as for NTK layers."""
    if rates is None and decays is None:
        return 1.0
    product = np.asarray((1.0 if rates is None else rates) * (1.0 if decays is None else decays))
    first = product.flat[0] if product.size else 1.0
    return float(first) if np.allclose(product, first, rtol=1e-6, atol=0.0) else product
