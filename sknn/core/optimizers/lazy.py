"""Adam for weights of which a batch touches few."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sknn.core.optimizers.moments import AdamUpdate
from sknn.core.optimizers.waiting import Waiting

_NUMBERS = 32_768
"""Numbers of a slab of rows, which then stays in the cache with what belongs to it."""
_FAINT = 1e-6
"""What is left of squares at least, so that nothing is divided by zero after a very long wait."""


class LazyAdam(AdamUpdate, alias="lazy_adam"):
    r"""Adam that lets weights wait until a batch touches them: for text, and other sparse rows.

    A word that does not occur in a batch has no gradient in it. :class:`Adam` moves its weights
    all the same, by what is left of their moments, and so does work for all words in every
    batch. Here the rows of the first W whose columns of X are zero throughout the batch
    wait. Once they are needed, the k steps they missed are made up for at once:

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
        Keeps the division finite.

    Notes
    -----
    Rows that are touched in every batch move exactly as under Adam. For others the sum is that of
    Adam but for rounding, as long as :math:`\epsilon` is small against :math:`\sqrt{v}`. An L2
    penalty pulls weights that wait as strongly as in Adam, taken as constant while they do. What
    the history has as the loss of an epoch contains the penalty of the weights as far as they
    had caught up.

    It is Adam itself, and as slow, where nothing can wait: for dense X and with ``n_members``
    above 1; where the first layer is not a plain :class:`~sknn.layers.Dense` (with `max_norm`,
    `contraction`, `input_scale` or tied weights all of W is needed in every step); with `l1`,
    `max_grad_norm`, layers that are frozen or have rates of their own; with callbacks that look
    at every batch, as an exponential :class:`~sknn.callbacks.WeightAveraging`; and with
    ``beta_1 ** 2 >= beta_2``, for which the sum need not converge.

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
        """Return what makes up for missed steps, None where betas let it have no end."""
        b1, b2 = self._decays()
        return MissedMoments(self, l2) if b1 * b1 < b2 else None


class MissedMoments(Waiting):
    """What rows have missed of the steps of Adam.

    Tables have an entry for every number of steps after which a row may have been up to date, and
    are brought forward with each step that passes.

    Parameters
    ----------
    adam : LazyAdam
    l2 : float
        Strength of the penalty whose gradient is missed as well.
    """

    def __init__(self, adam: LazyAdam, l2: float) -> None:
        super().__init__()
        self.adam, self.l2 = adam, l2
        self.decays = adam._decays()
        self.epsilon = adam._scalars(0.0, 1)[1]
        self._make_room(64)

    def _make_room(self, size: int) -> None:
        """Make tables for so many steps; those so far are forgotten."""
        (b1, b2), k = self.decays, np.arange(size)
        self.b1_powers, self.ratio_powers = b1**k, (b1 * b2**-0.5) ** k
        self.b2_powers = np.maximum(b2**k, _FAINT)
        self.moved, self.pulled, self.kept = np.zeros(size), np.zeros(size), np.ones(size)

    def passed(self, lr: float, step: int, kept: float) -> None:
        """Add the step to all tables."""
        n = self.steps = self.steps + 1
        if n == len(self.moved):
            before = self.moved, self.pulled, self.kept
            self._make_room(2 * n)
            for table, old in zip((self.moved, self.pulled, self.kept), before, strict=True):
                table[:n] = old
        scale = self.adam._scalars(lr, step)[0]
        # From the row that has waited longest to the one that was touched in the last step.
        self.moved[:n] += scale * self.ratio_powers[n:0:-1]
        # The average of a constant gradient is that gradient, in the first steps, too.
        b1 = self.decays[0]
        self.pulled[:n] += scale * self.l2 * (1.0 - b1**step) / (1.0 - b1)
        self.kept[:n] *= kept

    def restart(self) -> None:
        """Forget all steps."""
        n, self.steps = self.steps, 0
        self.moved[:n], self.pulled[:n], self.kept[:n] = 0.0, 0.0, 1.0

    def catch_up(self, theta: NDArray, state: dict[str, NDArray], since: NDArray) -> None:
        """Bring rows to where they belong now."""
        if since.size == 0 or since.min() == self.steps:
            return
        waited = self.steps - since
        columns = [self.moved[since], self.b1_powers[waited], self.b2_powers[waited]]
        if self.l2:
            # What the squares of the penalty's gradient add up to, over the decay still to come.
            left = self.b2_powers[waited]
            squares = (1.0 - left) / (left * (1.0 - self.decays[1]))
            columns += [self.l2 * np.sqrt(squares), self.pulled[since]]
        if self.kept[0] != 1.0:
            theta *= _column(self.kept[since], theta)
        columns = [_column(column, theta) for column in columns]
        bring = self._bring_pulled if self.l2 else self._bring
        for arrays in _slabs(theta, state["m"], state["v"], *columns):
            bring(*arrays)

    def _bring(
        self, w: NDArray, m: NDArray, v: NDArray, moved: NDArray, b1: NDArray, b2: NDArray,
        work: NDArray,
    ) -> None:  # fmt: skip
        """Catch up without a penalty."""
        step, _ = work
        np.sqrt(v, out=step)
        step += self.epsilon
        np.divide(m, step, out=step)
        step *= moved
        w -= step
        m *= b1
        v *= b2

    def _bring_pulled(
        self, w: NDArray, m: NDArray, v: NDArray, moved: NDArray, b1: NDArray, b2: NDArray,
        push: NDArray, pulled: NDArray, work: NDArray,
    ) -> None:  # fmt: skip
        """Catch up with a penalty, which lets no weight go past zero."""
        step, scale = work
        np.multiply(w, push, out=step)
        step *= step
        v += step
        np.sqrt(v, out=scale)
        scale += self.epsilon
        np.divide(1.0, scale, out=scale)
        np.multiply(m, moved, out=step)
        step *= scale
        scale *= pulled
        np.minimum(scale, 1.0, out=scale)
        scale *= w
        w -= scale
        w -= step
        m *= b1
        v *= b2


def _column(values: NDArray, like: NDArray) -> NDArray:
    return values.astype(like.dtype)[:, None]


def _slabs(theta: NDArray, *arrays: NDArray) -> Iterator[tuple[NDArray, ...]]:
    """Cut arrays into some rows each; with them come two scratch arrays of the shape of `theta`."""
    height = max(1, min(len(theta), _NUMBERS // max(1, theta.shape[1])))
    scratch = np.empty((2, height, theta.shape[1]), theta.dtype)
    for start in range(0, len(theta), height):
        rows = slice(start, start + height)
        w = theta[rows]
        yield w, *(array[rows] for array in arrays), scratch[:, : len(w)]
