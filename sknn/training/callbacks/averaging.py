"""Averages of the weights along the way, which often do better than the last ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sknn.core.constraints import integer, one_of, real
from sknn.training.callbacks.base import Callback, Phase, Progress
from sknn.training.run import Average


class WeightAveraging(Callback):
    r"""Predict with an average of the weights instead of the last ones.

    The weights of a stochastic solver wander around a minimum, and their mean is closer to it.
    Training itself continues from the last weights, as it would without averaging, and
    ``loss_curve_`` shows their loss. Validation, early stopping, scikit-learn's callbacks, and
    predictions see the average.

    Parameters
    ----------
    kind : {"ema", "swa"}, default="ema"
        "ema": exponential moving average, after every update t = 0, 1, ... [1]_

        .. math:: \bar\theta \leftarrow d_t \bar\theta + (1 - d_t)\, \theta
                  \quad\text{with}\quad d_t = \min\left(d, \frac{1 + t}{10 + t}\right)

        so that it follows quickly at first. "swa": the plain mean of the weights at the end of each
        epoch [2]_, from `start` on. It works best with a rate that does not fall to zero.
    decay : float in [0, 1), default=0.999
        The factor d of "ema"; the average spans about 1 / (1 - d) updates.
    start : float in [0, 1) or int, default=0.75
        When "swa" begins to average: after a share of the horizon (`max_iter` of the call that
        began the run), or after a number of epochs of the run. Before that, the last weights are
        used.

    Notes
    -----
    Running means and variances of batch normalization are averaged like weights. Weights that `l1`
    set to zero are zero in the average only if they were zero throughout.

    With `warm_start` and `partial_fit`, the average continues exactly. It ends with the first call
    without this callback, and starts over when ``coefs_`` is set.

    References
    ----------
    .. [1] Polyak & Juditsky (1992), "Acceleration of stochastic approximation by averaging"; the
       warm-up is that of TensorFlow's ``ExponentialMovingAverage``.
    .. [2] Izmailov et al. (2018), "Averaging weights leads to wider optima and better
       generalization".

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknn import MLPClassifier
    >>> from sknn.callbacks import WeightAveraging
    >>> X, X_test, y, y_test = train_test_split(*load_digits(return_X_y=True), random_state=0)
    >>> net = MLPClassifier(
    ...     solver="sgd", learning_rate_init=0.1, learning_rate="cosine", max_iter=20,
    ...     batch_size=32, random_state=0, callbacks=[WeightAveraging("swa", start=0.5)],
    ... ).fit(X / 16, y)
    >>> print(f"accuracy {net.score(X_test / 16, y_test):.2f}")
    accuracy 0.97
    """

    phase = Phase.AVERAGE
    stochastic_only = True
    averages = True
    fleeting = ("_work",)
    constraints = {
        "kind": one_of(["ema", "swa"]),
        "decay": real(0.0, 1.0, closed="left"),
        "start": real(0.0, 1.0, closed="left") | integer(0),
    }

    def __init__(self, kind: str = "ema", *, decay: float = 0.999, start: float = 0.75) -> None:
        self.kind = kind
        self.decay = decay
        self.start = start

    def on_train_begin(self, progress: Progress) -> None:
        """Continue the average of the run, or begin one."""
        run, theta = progress.run, progress.network.theta
        self._work = np.empty_like(theta)
        if run.average is not None and run.average.kind != self.kind:
            run.average = None
        if run.average is None and self.kind == "ema":
            run.average = Average(theta.copy(), 0, self.kind)

    def on_batch_end(self, progress: Progress) -> None:
        """Move the exponential average."""
        if self.kind == "ema":
            count = progress.run.average.count  # type: ignore[union-attr]
            self._move(progress, 1.0 - min(float(self.decay), (1 + count) / (10 + count)))

    def on_epoch_end(self, progress: Progress) -> None:
        """Add an epoch to the mean."""
        run = progress.run
        if self.kind == "ema" or run.epoch <= self._epochs_before(run.horizon):
            return
        if run.average is None:
            run.average = Average(progress.network.theta.copy(), 1, self.kind)
        else:
            # A new one, because an epoch counts as a whole or not at all.
            run.average = replace(run.average, theta=run.average.theta.copy())
            self._move(progress, 1.0 / (run.average.count + 1))

    def _epochs_before(self, horizon: int) -> float:
        if isinstance(self.start, (float, np.floating)):
            return float(self.start) * horizon
        return int(self.start)

    def _move(self, progress: Progress, share: float) -> None:
        """Move the average a share of the way to the weights, without a new array."""
        average = progress.run.average
        assert average is not None
        np.subtract(progress.network.theta, average.theta, out=self._work)
        self._work *= share
        average.theta += self._work
        average.count += 1

    def on_train_end(self, progress: Progress) -> None:
        """Drop the work array."""
        self.__dict__.pop("_work", None)
