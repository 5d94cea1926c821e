"""What may look at training, and what may end it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

from sklearn.base import BaseEstimator

if TYPE_CHECKING:
    from sknn.core.network import Network
    from sknn.training.run import Run


class Phase(IntEnum):
    """The order of callbacks at the end of an epoch: measure, then decide, then report."""

    MEASURE = 0
    DECIDE = 1
    REPORT = 2


class Progress:
    """What a callback is shown.

    Attributes
    ----------
    network : Network
        Weights as they are now, ``progress.network.params`` by layer; in the units of training.
    run : Run
        Epochs and updates so far, optimizer state, history.
    row : dict of float
        Figures of the epoch that just ended; what a callback adds becomes a column of
        ``history_``.
    rate : float
        Learning rate of the last update.
    stop_reason : str or None
        Set by :meth:`stop`.
    """

    def __init__(self, run: Run, network: Network) -> None:
        self.run = run
        self.network = network
        self.row: dict[str, float] = {}
        self.rate = 0.0
        self.stop_reason: str | None = None

    def stop(self, reason: str) -> None:
        """End training after this epoch; the first reason given stands."""
        if self.stop_reason is None:
            self.stop_reason = reason


class Callback(BaseEstimator):
    """Base of everything that watches training.

    Override what is needed. A method that is not overridden is never called, so
    ``on_batch_end`` costs nothing where nobody has it. State kept on the object belongs to one run:
    estimators work on clones of the callbacks they are given and publish them as ``callbacks_``.

    Examples
    --------
    >>> from sknn import MLPClassifier
    >>> from sknn.callbacks import Callback
    >>> from sklearn.datasets import load_iris
    >>> class StopWhenGood(Callback):
    ...     def on_epoch_end(self, progress):
    ...         if progress.row["loss"] < 0.5:
    ...             progress.stop("good enough")
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(callbacks=[StopWhenGood()], random_state=0).fit(X, y)
    >>> net.stop_reason_
    'good enough'
    """

    phase: ClassVar[Phase] = Phase.REPORT

    def on_train_begin(self, progress: Progress) -> None:
        """Before the first epoch of a call."""

    def on_batch_end(self, progress: Progress) -> None:
        """After every update."""

    def on_epoch_end(self, progress: Progress) -> None:
        """After every epoch."""

    def on_train_end(self, progress: Progress) -> None:
        """After the last epoch, whatever ended training (an exception excepted)."""


class Hooks:
    """The overridden methods of some callbacks, in the order of their phases.

    Parameters
    ----------
    callbacks : sequence of Callback
    """

    def __init__(self, callbacks: list[Callback]) -> None:
        ordered = sorted(callbacks, key=lambda callback: callback.phase)
        self.train_begin = self._overriding(ordered, "on_train_begin")
        self.batch_end = self._overriding(ordered, "on_batch_end")
        self.epoch_end = self._overriding(ordered, "on_epoch_end")
        self.train_end = self._overriding(ordered, "on_train_end")

    @staticmethod
    def _overriding(callbacks: list[Callback], name: str) -> list:
        default = getattr(Callback, name)
        return [
            getattr(callback, name)
            for callback in callbacks
            if getattr(type(callback), name) is not default
        ]


class PrintProgress(Callback):
    """One line an epoch, in the words of scikit-learn."""

    def on_epoch_end(self, progress: Progress) -> None:
        """Print loss and validation score."""
        row = progress.row
        print(f"Iteration {int(row['epoch'])}, loss = {row['loss']:.8f}")
        if "validation_score" in row:
            print(f"Validation score: {row['validation_score']:.6f}")
        if "validation_loss" in row:
            print(f"Validation loss: {row['validation_loss']:.8f}")


class StopBelow(Callback):
    """Stop when the training loss falls under a threshold."""

    phase = Phase.DECIDE

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def on_epoch_end(self, progress: Progress) -> None:
        """Compare."""
        if progress.row["loss"] < self.threshold:
            progress.stop("stop_below")
