"""The learning rate range test."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._drawing.house_style import in_house_style
from sknn._drawing.pyplot import axes, color
from sknn.core.constraints import integer, none, real
from sknn.exceptions import InvalidParameterError
from sknn.training.callbacks.base import Callback, Phase, Progress

# With fewer, adjacent rates are too far apart, and the average is over too few losses.
_FEWEST = 50
# The loss is averaged over about this share of the updates, that is, over the same factor of rates
# for any number of updates.
_WINDOW = 0.05
_DIVERGED = 4.0
# State that the test must not leave in a run; its progress and history stay.
_TOUCHED = (
    "optimizer_state",
    "optimizer_step",
    "schedule_state",
    "best",
    "average",
    "reference",
    "stall",
    "stopped",
)


class LearningRateRange(Callback):
    r"""Find a learning rate by trying a range of rates, from small to large [1]_.

    The rate grows by the same factor in every update. At first it is too small and the loss does
    not change; then the loss falls; in the end it explodes. The test stops when the loss, averaged
    over about a twentieth of the updates, exceeds four times its minimum or is not finite. The
    network then gets back the weights it had before. The rates of the test replace
    `learning_rate_init` and `learning_rate`, and a lack of progress does not stop it.

    Parameters
    ----------
    low, high : float > 0, default=1e-6 and 1.0
        First and last rate.
    n_updates : int, default=None
        Number of updates from `low` to `high`, at least 50. None takes all updates of `max_iter`
        epochs.

    Attributes
    ----------
    rates_ : ndarray of shape (n,)
        Learning rate of each update.
    losses_ : ndarray of shape (n,)
        Loss of the batch after each update.
    smoothed_ : ndarray of shape (n,)
        Moving average of the losses, corrected for the bias at its start.
    suggestion_ : float
        A tenth of the rate at which the average is lowest, but at least `low`. NaN if it never
        fell.

    Notes
    -----
    Use it in one call to `fit` (or the first of `partial_fit`) of a new network. It raises a
    ValueError if a run continues, or has fewer than 50 updates. Then fit a new network with the
    suggestion, and without the callback. The best rate depends on the solver and on `batch_size`,
    so test with those that you will use.

    References
    ----------
    .. [1] Smith (2017), "Cyclical learning rates for training neural networks".

    Examples
    --------
    >>> from sklearn.base import clone
    >>> from sklearn.datasets import load_digits
    >>> from sknn import MLPClassifier
    >>> from sknn.callbacks import LearningRateRange
    >>> X, y = load_digits(return_X_y=True)
    >>> net = MLPClassifier(max_iter=20, learning_rate="cosine", random_state=0)
    >>> test = clone(net).set_params(callbacks=[LearningRateRange()]).fit(X / 16, y).callbacks_[0]
    >>> print(f"suggested rate {test.suggestion_:.2f}")
    suggested rate 0.01
    >>> net = net.set_params(learning_rate_init=test.suggestion_).fit(X / 16, y)
    >>> print(f"accuracy {net.score(X / 16, y):.2f}")
    accuracy 0.99
    """

    phase = Phase.MEASURE
    stochastic_only = True
    constraints = {
        "low": real(0.0, closed="neither"),
        "high": real(0.0, closed="neither"),
        "n_updates": none() | integer(_FEWEST),
    }

    rates_: NDArray
    losses_: NDArray
    smoothed_: NDArray
    suggestion_: float

    def __init__(
        self, low: float = 1e-6, high: float = 1.0, *, n_updates: int | None = None
    ) -> None:
        self.low = low
        self.high = high
        self.n_updates = n_updates

    def check(self) -> None:
        """Raise InvalidParameterError for the first parameter with a value that is not allowed."""
        super().check()
        if self.low >= self.high:
            raise InvalidParameterError(
                "The 'low' parameter of LearningRateRange must be less than high. "
                f"Got low={self.low!r}, high={self.high!r} instead."
            )

    def on_train_begin(self, progress: Progress) -> None:
        """Remember the weights and take over the rates."""
        progress.require_loss(self)
        if not progress.resumed:
            self._begin(progress)
        progress.base_rate = 1.0
        progress.schedule = _Rising(self.low, self.high, self._updates)  # type: ignore[assignment]

    def _begin(self, progress: Progress) -> None:
        if progress.run.step:
            raise ValueError(
                "LearningRateRange tests a fresh network, but this call continues a run; fit with "
                "warm_start=False, or remove it from callbacks."
            )
        self._updates = self._planned(progress.count_updates())  # type: ignore[misc]
        self._before = progress.run.copy()
        self._before.theta = progress.network.theta.copy()
        self._rates: list[float] = []
        self._losses: list[float] = []
        self._average = _Average(max(3, round(_WINDOW * self._updates)))

    def _planned(self, available: int) -> int:
        wanted = self.n_updates or _FEWEST
        if available < wanted:
            raise ValueError(
                f"LearningRateRange needs {wanted} updates, but this call makes {available}: raise "
                "max_iter, or lower batch_size."
            )
        return self.n_updates or available

    def on_gradient(self, progress: Progress) -> None:
        """Stop if the last rate was too high."""
        if self._rates and self._has_diverged(progress.loss):
            progress.stop("range_test")

    def _has_diverged(self, loss: float) -> bool:
        """Record the loss to which the last rate led."""
        if not math.isfinite(loss):
            return True
        self._losses.append(loss)
        return self._average.add(loss)

    def on_batch_end(self, progress: Progress) -> None:
        """Record the rate."""
        self._rates.append(progress.rate)
        if len(self._rates) == self._updates:
            progress.stop("range_test")

    def on_epoch_end(self, progress: Progress) -> None:
        """Reset the patience of training, because there is no progress at small rates."""
        progress.run.stall = 0

    def on_train_end(self, progress: Progress) -> None:
        """Publish the curve, restore the weights, and undo what the test did to the run."""
        if "_before" not in vars(self):
            return  # Interrupted before it began.
        self.losses_ = np.array(self._losses)
        self.rates_ = np.array(self._rates[: len(self._losses)])
        self.smoothed_ = np.array(self._average.values)
        lowest = self._average.minimum()
        suggestion = math.nan if lowest is None else self.rates_[lowest] / 10.0
        self.suggestion_ = float(np.maximum(suggestion, self.low))
        self._restore(progress)
        del self._before, self._rates, self._losses, self._average

    def _restore(self, progress: Progress) -> None:
        run = progress.run
        progress.network.load(self._before.theta)  # type: ignore[arg-type]
        for name in _TOUCHED:
            setattr(run, name, getattr(self._before, name))
        if run.stop_reason in ("max_iter", "diverged"):
            run.stop_reason = "range_test"

    @in_house_style
    def plot(self, ax: Any = None) -> Any:
        """Draw the losses over the rates and mark the suggestion.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.

        Returns
        -------
        ax : matplotlib Axes

        Raises
        ------
        AttributeError
            Before the test. The curve belongs to the object in ``callbacks_`` of the estimator.
        ImportError
            Without matplotlib.
        """
        if not hasattr(self, "rates_"):
            raise AttributeError("There is no curve yet; plot estimator.callbacks_[0] after fit.")
        ax = axes(ax)
        ax.plot(self.rates_, self.losses_, alpha=0.3, label="loss")
        ax.plot(self.rates_, self.smoothed_, color=color(0), label="average")
        if math.isfinite(self.suggestion_):
            label = f"suggestion {self.suggestion_:.2g}"
            ax.axvline(self.suggestion_, color=color(1), linestyle="--", label=label)
        ax.set(xscale="log", xlabel="learning rate", ylabel="loss")
        ax.legend()
        return ax


class _Rising:
    """A schedule: from one rate to another by the same factor in every update."""

    per_update = True

    def __init__(self, low: float, high: float, updates: int) -> None:
        self.low = float(low)
        self.growth = math.log(high / low) / (updates - 1)

    def factor(self, epoch: float, step: int, horizon: int, state: dict[str, float]) -> float:
        return self.low * math.exp(self.growth * step)


class _Average:
    """An exponential moving average without bias; detects that it has passed its minimum.

    The first `window` averages are over too few losses to be a minimum.
    """

    def __init__(self, window: int) -> None:
        self.window = window
        self.decay = 1.0 - 1.0 / window
        self.sum = 0.0
        self.weight = 0.0
        self.values: list[float] = []
        self.first = self.lowest = math.inf

    def add(self, value: float) -> bool:
        """Add a value and return whether the average has diverged."""
        self.sum = self.decay * self.sum + (1.0 - self.decay) * value
        self.weight = self.decay * self.weight + (1.0 - self.decay)
        average = self.sum / self.weight
        self.values.append(average)
        if len(self.values) < self.window:
            return False
        if len(self.values) == self.window:
            self.first = average
        self.lowest = min(self.lowest, average)
        return average > self._limit()

    def _limit(self) -> float:
        if self.lowest > 0:
            return _DIVERGED * self.lowest
        # A loss may be negative (a log-density); then its improvement is used in place of zero.
        gained = max(self.first - self.lowest, abs(self.lowest))
        return self.lowest + (_DIVERGED - 1) * gained

    def minimum(self) -> int | None:
        """Return where the average is lowest; None if it never fell."""
        judged = self.values[self.window - 1 :]
        if not judged or self.lowest == self.first:
            return None
        return self.window - 1 + judged.index(self.lowest)
