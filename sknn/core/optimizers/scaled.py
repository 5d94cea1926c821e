"""Steps scaled, parameter by parameter, with the size of past gradients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sknn.core import constraints
from sknn.core.optimizers.base import Figured, State, slabs, velocity, zeros
from sknn.core.optimizers.waiting import Waiting


class Adagrad(Figured, alias="adagrad"):
    r"""Adagrad: divide the rate by the root of the sum of all squared gradients so far.

    .. math::

        v_t &= v_{t-1} + g_t^2 \\
        \theta_t &= \theta_{t-1} - \eta_t \, g_t / (\sqrt{v_t} + \epsilon)

    Rare inputs keep a high rate, frequent ones lose it, which suits sparse data such as text.

    Parameters
    ----------
    epsilon : float, default=1e-8
        Prevents division by zero.

    Notes
    -----
    The first step of every parameter is as long as the learning rate, and later ones shrink with
    the root of their number. A rate of 0.01 to 0.1 is suitable; scikit-learn's default of 0.001 is
    slow.

    References
    ----------
    Duchi, Hazan, Singer (2011). Adaptive subgradient methods for online learning and stochastic
    optimization. JMLR 12. https://jmlr.org/papers/v12/duchi11a.html

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.optimizers import Adagrad
    >>> adagrad, theta = Adagrad(), np.zeros(2)
    >>> state = adagrad.init(theta)
    >>> for step in (1, 2):
    ...     grad = np.array([3.0, -0.1])
    ...     adagrad.update(state, grad, theta, 0.1, step)
    ...     print(grad.round(4))
    [ 0.1 -0.1]
    [ 0.0707 -0.0707]
    """

    constraints = {"epsilon": constraints.real(0)}

    def __init__(self, epsilon: float = 1e-8) -> None:
        self.epsilon = epsilon

    def waiting(self, l2: float, weight_decay: float) -> Waiting | None:
        """Let parameters wait that would not move without a gradient."""
        return None if l2 or weight_decay else Waiting()

    def init(self, theta: NDArray) -> State:
        """Return the sum of squares."""
        return zeros(theta, "v")

    def figures(self, lr: float, step: int) -> Sequence[float]:
        """Return rate and epsilon."""
        return float(lr), float(self.epsilon)

    def move(self, state: State, grad: NDArray, figures: Sequence[float | NDArray]) -> None:
        """Turn `grad` into the step, in place."""
        rate, epsilon = figures
        for root, g, v in slabs(grad, state["v"]):
            np.multiply(g, g, out=root)
            v += root
            np.sqrt(v, out=root)
            root += epsilon
            g /= root
            g *= rate


class RMSProp(Figured, alias="rmsprop"):
    r"""RMSprop: gradients divided by a running root mean square.

    .. math::

        v_t &= \rho v_{t-1} + (1 - \rho) g_t^2 \\
        u_t &= \mu u_{t-1} + \eta_t \, g_t / (\sqrt{v_t} + \epsilon) \\
        \theta_t &= \theta_{t-1} - u_t

    Parameters
    ----------
    rho : float in [0, 1), default=0.9
        Decay of the mean square.
    epsilon : float, default=1e-8
        Prevents division by zero.
    momentum : float in [0, 1], default=0.0
        Share of the velocity :math:`u` that survives a step.

    Notes
    -----
    A learning rate of 0.001 is suitable, as for Adam. The mean square starts at zero and is not
    corrected, so the first steps are up to :math:`1 / \sqrt{1 - \rho}` times as long.

    References
    ----------
    Tieleman, Hinton (2012). Lecture 6.5 - RMSProp. Coursera: Neural networks for machine learning.
    https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.optimizers import RMSProp
    >>> rmsprop, theta, grad = RMSProp(rho=0.75), np.zeros(2), np.array([3.0, -0.1])
    >>> state = rmsprop.init(theta)
    >>> rmsprop.update(state, grad, theta, 0.001, 1)
    >>> grad.round(6)
    array([ 0.002, -0.002])
    """

    constraints = {
        "rho": constraints.real(0, 1, closed="left"),
        "epsilon": constraints.real(0),
        "momentum": constraints.real(0, 1, closed="both"),
    }

    def __init__(self, rho: float = 0.9, epsilon: float = 1e-8, momentum: float = 0.0) -> None:
        self.rho = rho
        self.epsilon = epsilon
        self.momentum = momentum

    def init(self, theta: NDArray) -> State:
        """Return the mean square and, with momentum, the velocity."""
        return zeros(theta, "v", "velocity") if self.momentum else zeros(theta, "v")

    def figures(self, lr: float, step: int) -> Sequence[float]:
        """Return decay, rate, epsilon and momentum."""
        # Kept is the discounted sum v / (1 - rho); the missing factor goes into the numbers.
        rho = float(self.rho)
        unit = (1.0 - rho) ** -0.5
        return rho, float(lr) * unit, float(self.epsilon) * unit, float(self.momentum)

    def move(self, state: State, grad: NDArray, figures: Sequence[float | NDArray]) -> None:
        """Turn `grad` into the step, in place."""
        rho, rate, epsilon, momentum = figures
        for root, g, v in slabs(grad, state["v"]):
            np.multiply(g, g, out=root)
            v *= rho
            v += root
            np.sqrt(v, out=root)
            root += epsilon
            g /= root
            g *= rate
        if self.momentum:
            u = velocity(state, grad)
            grad += u
            np.multiply(grad, momentum, out=u)


class Adadelta(Figured, alias="adadelta"):
    r"""Adadelta: steps in units of the parameters, from the sizes of past gradients and steps.

    .. math::

        v_t &= \rho v_{t-1} + (1 - \rho) g_t^2 \\
        d_t &= g_t \sqrt{(w_{t-1} + \epsilon) / (v_t + \epsilon)} \\
        w_t &= \rho w_{t-1} + (1 - \rho) d_t^2 \\
        \theta_t &= \theta_{t-1} - \eta_t d_t

    Parameters
    ----------
    rho : float in [0, 1), default=0.95
        Decay of both mean squares.
    epsilon : float, default=1e-6
        Its root is the size of the first steps; with a larger value, training starts faster.

    Notes
    -----
    The paper has no learning rate: set ``learning_rate_init=1.0``. With scikit-learn's default of
    0.001 the weights hardly move.

    References
    ----------
    Zeiler (2012). ADADELTA: an adaptive learning rate method. https://arxiv.org/abs/1212.5701

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.optimizers import Adadelta
    >>> adadelta, theta, grad = Adadelta(), np.zeros(2), np.array([3.0, -0.1])
    >>> state = adadelta.init(theta)
    >>> adadelta.update(state, grad, theta, 1.0, 1)
    >>> grad.round(5)
    array([ 0.00447, -0.00447])
    """

    constraints = {
        "rho": constraints.real(0, 1, closed="left"),
        "epsilon": constraints.real(0),
    }

    def __init__(self, rho: float = 0.95, epsilon: float = 1e-6) -> None:
        self.rho = rho
        self.epsilon = epsilon

    def init(self, theta: NDArray) -> State:
        """Return the mean squares of gradients and steps."""
        return zeros(theta, "v", "w")

    def figures(self, lr: float, step: int) -> Sequence[float]:
        """Return decay, rate and epsilon."""
        # Kept are the discounted sums v / (1 - rho) and w / (1 - rho): the ratio is the same.
        rho = float(self.rho)
        return rho, float(lr), float(self.epsilon) / (1.0 - rho)

    def move(self, state: State, grad: NDArray, figures: Sequence[float | NDArray]) -> None:
        """Turn `grad` into the step, in place."""
        rho, rate, epsilon = figures
        for scratch, g, v, w in slabs(grad, state["v"], state["w"]):
            np.multiply(g, g, out=scratch)
            v *= rho
            v += scratch
            # Two roots instead of one of the quotient: that would need a second scratch.
            np.add(v, epsilon, out=scratch)
            np.sqrt(scratch, out=scratch)
            g /= scratch
            np.add(w, epsilon, out=scratch)
            np.sqrt(scratch, out=scratch)
            g *= scratch
            np.multiply(g, g, out=scratch)
            w *= rho
            w += scratch
            g *= rate
