"""Adam and its kin: the average gradient over the root of the average square."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core import constraints
from sknn.core.optimizers.base import Figured, State, slabs, zeros
from sknn.core.optimizers.waiting import MissedMoments, Waiting


class _Moments(Figured):
    """Parameters and scalars of the two moments.

    Kept are discounted sums, ``m / (1 - beta_1)`` and ``v / (1 - beta_2)``: they need two
    passes each where averages need three. What is missing goes into the scalars.
    """

    shared = {"beta_1": "beta_1", "beta_2": "beta_2", "epsilon": "epsilon"}
    constraints = {
        "beta_1": constraints.real(0, 1, closed="left"),
        "beta_2": constraints.real(0, 1, closed="left"),
        "epsilon": constraints.real(0),
    }

    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def figures(self, lr: float, step: int) -> Sequence[float]:
        """Return both decays, and the factor of ``m_sum / (sqrt(v_sum) + epsilon)``.

        Namely what it is multiplied with, and that epsilon.
        """
        b1, b2 = float(self.beta_1), float(self.beta_2)
        unit = math.sqrt(1.0 - b2)
        correction = math.sqrt(1.0 - b2**step) / (1.0 - b1**step)
        return b1, b2, float(lr) * correction * (1.0 - b1) / unit, float(self.epsilon) / unit

    def init(self, theta: NDArray) -> State:
        """Return the two moments."""
        return zeros(theta, "m", "v")

    def move(self, state: State, grad: NDArray, figures: Sequence[float | NDArray]) -> None:
        """Turn `grad` into the step, in place."""
        b1, b2, scale, epsilon = figures
        m, v = state["m"], state["v"]
        m *= b1
        m += grad
        grad *= grad
        v *= b2
        v += grad
        if "v_max" in state:
            v = np.maximum(state["v_max"], v, out=state["v_max"])
        np.sqrt(v, out=grad)
        grad += epsilon
        np.divide(m, grad, out=grad)
        grad *= scale


class Adam(_Moments, alias="adam"):
    r"""Adam (adaptive moments), as scikit-learn's ``solver="adam"``.

    .. math::

        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \theta_t &= \theta_{t-1} - \eta_t
        \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \frac{m_t}{\sqrt{v_t} + \epsilon}

    Parameters
    ----------
    beta_1 : float in [0, 1), default=0.9
        Decay of the average gradient.
    beta_2 : float in [0, 1), default=0.999
        Decay of the average square. Short runs work better with a lower value, 0.95 to 0.99.
    epsilon : float, default=1e-8
        Prevents division by zero.

    Notes
    -----
    A learning rate of 0.001 suits most networks; with a decaying schedule, up to 0.01 suits small
    ones.

    References
    ----------
    Kingma, Ba (2015). Adam: a method for stochastic optimization. ICLR.
    https://arxiv.org/abs/1412.6980. The epsilon is that of the end of its section 2.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.optimizers import Adam
    >>> adam, theta = Adam(beta_1=0.8), np.array([1.0, -2.0])
    >>> state = adam.init(theta)
    >>> for step in range(1, 201):
    ...     grad = 2.0 * theta  # of the sum of squares
    ...     adam.update(state, grad, theta, 0.05, step)
    ...     theta -= grad
    >>> print(f"{np.abs(theta).max():.3f}")
    0.000
    """


class AdamW(_Moments, alias="adamw"):
    r"""Adam with decoupled weight decay.

    .. math::

        \theta_t = \theta_{t-1} - \eta_t \lambda \theta_{t-1} - \text{step of Adam}

    The decay shrinks all weights (not the biases) at the same rate instead of passing through the
    moments. Its strength :math:`\lambda` is the estimator's ``weight_decay``, 0.01 when left at
    ``"auto"``; the update itself is :class:`Adam`'s.

    Parameters
    ----------
    beta_1 : float in [0, 1), default=0.9
        Decay of the average gradient.
    beta_2 : float in [0, 1), default=0.999
        Decay of the average square.
    epsilon : float, default=1e-8
        Prevents division by zero.

    Notes
    -----
    Learning rates as for Adam. Set ``alpha=0`` unless you want both penalties.

    References
    ----------
    Loshchilov, Hutter (2019). Decoupled weight decay regularization. ICLR.
    https://arxiv.org/abs/1711.05101

    Examples
    --------
    >>> from sknn.optimizers import Adam, AdamW
    >>> AdamW().weight_decay, Adam().weight_decay
    (0.01, 0.0)
    """

    weight_decay: ClassVar[float] = 0.01


class LazyAdam(_Moments, alias="lazy_adam"):
    r"""Adam that lets weights wait until a batch touches them: for text, and other sparse rows.

    A word that does not occur in a batch has no gradient in it. :class:`Adam` still moves its
    weights, by the rest of their moments, and so does work for all words in every batch. Here
    the rows of the first W whose columns of X are zero throughout the batch wait. When they are
    needed, they catch up on the k steps they missed, all at once:

    .. math::

        \theta &\leftarrow \theta - \frac{m}{\sqrt{v} + \epsilon}
        \sum_{j=1}^{k} c_j \left(\frac{\beta_1}{\sqrt{\beta_2}}\right)^j, \\
        m &\leftarrow \beta_1^k m, \qquad v \leftarrow \beta_2^k v,

    with the factors :math:`c_j` of the steps of :class:`Adam`, rates of a schedule included. At
    the end of every epoch all rows have caught up.

    Parameters
    ----------
    beta_1 : float in [0, 1), default=0.9
        Decay of the average gradient.
    beta_2 : float in [0, 1), default=0.999
        Decay of the average square.
    epsilon : float, default=1e-8
        Prevents division by zero.

    Notes
    -----
    Rows that occur in every batch move exactly as under Adam. For others, the sum is that of Adam
    except for rounding, as long as :math:`\epsilon` is small compared with :math:`\sqrt{v}`. An L2
    penalty acts on waiting weights as in Adam, but its gradient is constant while they wait. The
    penalty in the recorded loss of an epoch is that of the weights as far as they had caught up.

    It is Adam itself, and as slow, if nothing can wait: for dense X and with ``n_members`` above
    1; if the first layer is not a plain :class:`~sknn.layers.Dense` (with `max_norm`,
    `contraction`, `input_scale` or tied weights all of W is needed in every step); with `l1`,
    `max_grad_norm`, frozen layers, and `layer_rates`; with callbacks that see every batch, such as
    an exponential :class:`~sknn.callbacks.WeightAveraging`; and with ``beta_1 ** 2 >= beta_2``, for
    which the sum need not converge.

    References
    ----------
    Kingma, Ba (2015). Adam: a method for stochastic optimization. ICLR.
    https://arxiv.org/abs/1412.6980.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> from sknn import MLPClassifier
    >>> texts = ["red apple", "green apple", "fast car", "red car"]
    >>> X = TfidfVectorizer().fit_transform(texts)
    >>> net = MLPClassifier((8,), solver="lazy_adam", learning_rate_init=0.1, batch_size=1,
    ...                     learning_rate="cosine", max_iter=20, random_state=0)
    >>> net.fit(X, [0, 0, 1, 1]).predict(X)
    array([0, 0, 1, 1])
    """

    def waiting(self, l2: float, weight_decay: float) -> Waiting | None:
        """Return an object that makes up for missed steps; None if the betas allow no bound."""
        b1, b2 = float(self.beta_1), float(self.beta_2)
        return MissedMoments((b1, b2), self._scalars, l2) if b1 * b1 < b2 else None

    def _scalars(self, lr: float, step: int) -> tuple[float, float]:
        """Return the factor on the quotient of the sums, and its epsilon."""
        _, _, scale, epsilon = self.figures(lr, step)
        return scale, epsilon


class AMSGrad(_Moments, alias="amsgrad"):
    r"""Adam whose denominator never decreases.

    .. math::

        \hat v_t &= \max(\hat v_{t-1}, v_t) \\
        \theta_t &= \theta_{t-1} - \eta_t
        \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \frac{m_t}{\sqrt{\hat v_t} + \epsilon}

    with the moments :math:`m, v` of :class:`Adam`. As in the paper the maximum is that of the
    uncorrected average; the corrections are Adam's, so both take the same first step.

    Parameters
    ----------
    beta_1 : float in [0, 1), default=0.9
        Decay of the average gradient.
    beta_2 : float in [0, 1), default=0.999
        Decay of the average square.
    epsilon : float, default=1e-8
        Prevents division by zero.

    Notes
    -----
    Learning rates as for Adam; for rare but large gradients, which Adam forgets.

    References
    ----------
    Reddi, Kale, Kumar (2018). On the convergence of Adam and beyond. ICLR.
    https://arxiv.org/abs/1904.09237

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.optimizers import AMSGrad
    >>> amsgrad, theta = AMSGrad(beta_1=0.0, beta_2=0.0), np.zeros(1)
    >>> state = amsgrad.init(theta)
    >>> for step, slope in enumerate([8.0, 1.0], start=1):
    ...     grad = np.array([slope])
    ...     amsgrad.update(state, grad, theta, 0.1, step)
    ...     print(grad.round(6))
    [0.1]
    [0.0125]
    """

    def init(self, theta: NDArray) -> State:
        """Return the two moments and the largest second moment."""
        return zeros(theta, "m", "v", "v_max")


class NAdam(_Moments, alias="nadam"):
    r"""Adam with Nesterov's look-ahead.

    .. math::

        \theta_t = \theta_{t-1} - \eta_t \frac{\sqrt{1 - \beta_2^t}}{\sqrt{v_t} + \epsilon}
        \left( \frac{\beta_1 m_t}{1 - \beta_1^{t+1}} + \frac{(1 - \beta_1) g_t}{1 - \beta_1^t}
        \right)

    with the moments :math:`m, v` of :class:`Adam` and a constant :math:`\beta_1` (the paper also
    describes one that grows during the first thousand steps).

    Parameters
    ----------
    beta_1 : float in [0, 1), default=0.9
        Decay of the average gradient.
    beta_2 : float in [0, 1), default=0.999
        Decay of the average square.
    epsilon : float, default=1e-8
        Prevents division by zero.

    Notes
    -----
    Learning rates as for Adam; the first step is about 1.5 times as long.

    References
    ----------
    Dozat (2016). Incorporating Nesterov momentum into Adam. ICLR workshop.
    https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.optimizers import NAdam
    >>> nadam, theta, grad = NAdam(beta_1=0.5), np.zeros(2), np.array([3.0, -0.1])
    >>> state = nadam.init(theta)
    >>> nadam.update(state, grad, theta, 0.03, 1)
    >>> grad.round(6)
    array([ 0.04, -0.04])
    """

    def figures(self, lr: float, step: int) -> Sequence[float]:
        """Return the figures of the other kinds, and the length of the look-ahead."""
        b1, b2, scale, epsilon = super().figures(lr, step)
        ahead = (1.0 - b1 ** (step + 1)) / (1.0 - b1**step)
        return b1, b2, scale / ahead, epsilon, ahead

    def move(self, state: State, grad: NDArray, figures: Sequence[float | NDArray]) -> None:
        """Turn `grad` into the step, in place."""
        b1, b2, scale, epsilon, ahead = figures
        # Kept in m is beta_1 times the discounted sum, what both this step and the next need.
        for root, g, m, v in slabs(grad, state["m"], state["v"]):
            m += g
            m *= b1
            np.multiply(g, g, out=root)
            v *= b2
            v += root
            np.sqrt(v, out=root)
            root += epsilon
            g *= ahead
            g += m
            g /= root
            g *= scale
