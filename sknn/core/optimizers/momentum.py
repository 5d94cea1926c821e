"""Steps along an average of the gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core import constraints
from sknn.core.optimizers.base import Figured, State, velocity, zeros
from sknn.core.optimizers.waiting import Waiting

_TINY = 2.0**-100
# Clipped to a power of two and scaled back, a number gives its sign exactly. np.sign branches on
# every element: 3.9 ms against 0.1 ms for 670,000 float32 numbers of random sign.


class SGD(Figured, alias="sgd"):
    r"""Stochastic gradient descent with momentum, as scikit-learn's ``solver="sgd"``.

    .. math::

        v_t &= \mu v_{t-1} + \eta_t g_t \\
        \theta_t &= \theta_{t-1} - (\mu v_t + \eta_t g_t)
        \quad\text{(Nesterov), else}\quad \theta_{t-1} - v_t

    with gradient :math:`g_t`, learning rate :math:`\eta_t` and momentum :math:`\mu`. The rate is
    inside the velocity :math:`v`, so a lower rate takes effect gradually.

    Parameters
    ----------
    momentum : float in [0, 1], default=0.9
        Share of the velocity that survives a step; 0 is plain gradient descent without state.
    nesterov : bool, default=True
        Look ahead: apply the momentum once more to the new velocity.

    Notes
    -----
    A learning rate of 0.01 to 0.1 suits standardized inputs; without momentum, use ten times that.

    References
    ----------
    Sutskever, Martens, Dahl, Hinton (2013). On the importance of initialization and momentum in
    deep learning. ICML. https://proceedings.mlr.press/v28/sutskever13.html

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.optimizers import SGD
    >>> sgd, theta, grad = SGD(momentum=0.5, nesterov=False), np.zeros(2), np.array([1.0, -2.0])
    >>> state = sgd.init(theta)
    >>> sgd.update(state, grad, theta, 0.1, 1)
    >>> theta - grad
    array([-0.1,  0.2])
    """

    shared = {"momentum": "momentum", "nesterov": "nesterovs_momentum"}
    constraints = {
        "momentum": constraints.real(0, 1, closed="both"),
        "nesterov": constraints.boolean(),
    }

    def __init__(self, momentum: float = 0.9, nesterov: bool = True) -> None:
        self.momentum = momentum
        self.nesterov = nesterov

    def waiting(self, l2: float, weight_decay: float) -> Waiting | None:
        """Let parameters wait that would not move without a gradient."""
        return None if self.momentum or l2 or weight_decay else Waiting()

    def init(self, theta: NDArray) -> State:
        """Return the velocity, or nothing without momentum."""
        return zeros(theta, "velocity") if self.momentum else {}

    def figures(self, lr: float, step: int) -> Sequence[float]:
        """Return rate and momentum."""
        return float(lr), float(self.momentum)

    def move(self, state: State, grad: NDArray, figures: Sequence[float | NDArray]) -> None:
        """Turn `grad` into the step, in place."""
        rate, mu = figures
        grad *= rate
        if not self.momentum:
            return
        # Kept is mu * v, what the next step needs: one pass less and no scratch.
        v = velocity(state, grad)
        if self.nesterov:
            v += grad
            v *= mu
            grad += v
        else:
            grad += v
            np.multiply(grad, mu, out=v)


class Lion(Figured, alias="lion"):
    r"""Lion (evolved sign momentum): each parameter moves up or down by the learning rate.

    .. math::

        \theta_t &= \theta_{t-1} - \eta_t
        \operatorname{sign}(\beta_1 m_{t-1} + (1 - \beta_1) g_t) \\
        m_t &= \beta_2 m_{t-1} + (1 - \beta_2) g_t

    It has one state array, half of Adam's. The weight decay of the paper is decoupled and
    belongs to the estimator: ``weight_decay="auto"`` is 0.01.

    Parameters
    ----------
    beta_1 : float in (0, 1), default=0.9
        Weight of the average in the sign.
    beta_2 : float in [0, 1), default=0.99
        Decay of the average.

    Notes
    -----
    Steps have full length for any gradient. Use a learning rate 3 to 10 times lower than for
    Adam (1e-4 to 3e-4), a weight decay higher by the same factor, and a schedule that decays. It
    works best with large batches.

    References
    ----------
    Chen et al. (2023). Symbolic discovery of optimization algorithms. NeurIPS.
    https://arxiv.org/abs/2302.06675

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.optimizers import Lion
    >>> lion, theta, grad = Lion(), np.zeros(3), np.array([100.0, -0.01, 0.0])
    >>> state = lion.init(theta)
    >>> lion.update(state, grad, theta, 0.001, 1)
    >>> grad
    array([ 0.001, -0.001,  0.   ])
    """

    weight_decay: ClassVar[float] = 0.01

    constraints = {
        "beta_1": constraints.real(0, 1),
        "beta_2": constraints.real(0, 1, closed="left"),
    }

    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.99) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def init(self, theta: NDArray) -> State:
        """Return the average of the gradients."""
        return zeros(theta, "m")

    def figures(self, lr: float, step: int) -> Sequence[float]:
        """Return two factors on averages, and the step in units of the clipped gradient."""
        b1, b2 = float(self.beta_1), float(self.beta_2)
        unit = b1 * (1.0 - b2) / (1.0 - b1)
        return unit, b2 - unit, float(lr) / _TINY

    def move(self, state: State, grad: NDArray, figures: Sequence[float | NDArray]) -> None:
        """Turn `grad` into the step, in place."""
        # The sign is independent of the scale: m is kept in the unit where the sum is m + g. Then
        # the new m follows from the sum and the old m, and the gradient need not be saved.
        unit, rest, length = figures
        m = state["m"]
        grad += m
        m *= rest
        grad *= unit
        m += grad
        np.clip(grad, -_TINY, _TINY, out=grad)
        grad *= length
