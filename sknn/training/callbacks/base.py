"""Callbacks: what they are, what they can see, and when they are called."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.spec import Spec

if TYPE_CHECKING:
    from sknn.core.network import Network
    from sknn.core.schedules import Schedule
    from sknn.core.workspace import Workspace
    from sknn.training.run import Run

_REMEMBERED = 4


class Phase(IntEnum):
    """Phases in which callbacks run: average, measure, decide, report, then keep.

    Entries that all but the last add to ``progress.row`` become part of the history, where they
    have been written when the last ones run at the end of an epoch.
    """

    AVERAGE = 0
    MEASURE = 1
    DECIDE = 2
    REPORT = 3
    KEEP = 4


class Progress:
    """State of training, as callbacks see it.

    Attributes
    ----------
    network : Network
        The current weights, ``progress.network.params`` by layer, in the units of training.
    run : Run
        Epochs and updates so far, optimizer state, and history.
    row : dict of float
        Measurements of the epoch that just ended. What a callback adds becomes a column of
        ``history_``.
    each : dict of ndarray
        Loss, validation loss, and score of every member, NaN for those that have stopped; ``row``
        has the means. With a single member, arrays without axes.
    remarks : list of str
        What `verbose` prints below the line of the epoch.
    rate : float
        Learning rate of the last update.
    loss : float
        Objective on the last batch, before its update. NaN with lbfgs.
    base_rate : float
    schedule : Schedule or None
        Together they define the rate of every update. A callback may replace both before the first
        epoch. None with lbfgs.
    workspace : Workspace or None
        Gradients (``progress.workspace.grads``, by layer) and activations of the last batch, for
        ``on_gradient``. None with lbfgs, for Boltzmann machines, and for GANs.
    snapshot : callable
        Returns an independent fitted estimator with everything that is needed to continue from
        here. None with lbfgs.
    count_updates : callable
        Returns how many updates this call makes if nothing ends it early. None with lbfgs.
    deadline : float
        Reading of ``time.perf_counter`` at which the call should be over; infinite without
        `max_time`.
    measuring : deque of float
        Seconds that were spent after the last batch of each of the last epochs.
    concluding : float
        Seconds that will be needed after the last epoch.
    batch_seconds : float
        Seconds that the last batch took, if there is a deadline.
    member : int or None
        Which member is trained, if they are trained one after the other, as with lbfgs.
    resumed : bool
        Whether an interrupted call continues: callbacks then have the state they had when the
        snapshot was taken.
    stop_reason : str or None
        Set by :meth:`stop`.
    """

    def __init__(
        self,
        run: Run,
        network: Network,
        *,
        base_rate: float = 0.0,
        schedule: Schedule | None = None,
        workspace: Workspace | None = None,
        snapshot: Callable[[], Any] | None = None,
        count_updates: Callable[[], int] | None = None,
        deadline: float = math.inf,
        member: int | None = None,
    ) -> None:
        self.run = run
        self.network = network
        self.base_rate = base_rate
        self.schedule = schedule
        self.workspace = workspace
        self.snapshot = snapshot
        self.count_updates = count_updates
        self.deadline = deadline
        self.measuring: deque[float] = deque(maxlen=_REMEMBERED)
        self.concluding = 0.0
        self.batch_seconds = 0.0
        self._batch_ended = math.inf
        self.member = member
        self.resumed = run.epoch > run.began
        self.row: dict[str, float] = {}
        self.each: dict[str, NDArray] = {}
        self.remarks: list[str] = []
        self.rate = 0.0
        self.loss = float("nan")
        self.stop_reason: str | None = None

    @property
    def candidate(self) -> Network:
        """The network that would be the result now, with averaged weights if there are any."""
        average = self.run.average
        if average is None:
            return self.network
        network = self.network.copy()
        network.load(average.theta)
        return network

    @property
    def active(self) -> NDArray:
        """Which members are still trained, of shape (n_members,)."""
        trained = np.asarray(np.logical_not(self.run.stopped))
        # Before the first stop, it is the same for all.
        return (
            trained if trained.shape == self.network.lead else np.full(self.network.lead, trained)
        )

    def record(self, name: str, values: Any) -> None:
        """Record a measurement of every member, and its mean in the row of the epoch."""
        if not self.network.lead:
            self.each[name], self.row[name] = np.asarray(values, float), float(values)
            return
        active = self.active
        self.each[name] = values = np.where(active, values, np.nan)
        self.row[name] = float(np.mean(values[active]))

    def require_loss(self, callback: Callback) -> None:
        """Raise if batches have no known loss, as with Boltzmann machines."""
        if self.workspace is None:
            raise ValueError(
                f"{callback!r} needs the loss of every batch, which has no meaning for a Boltzmann "
                "machine or a GAN; remove it from callbacks."
            )

    @property
    def time_is_up(self) -> bool:
        """Whether another batch would take time that is needed for the work after the last one."""
        if self.deadline == math.inf:
            return False
        # The largest but one: on a busy machine a single epoch may be late for no reason.
        usual = sorted(self.measuring)[-2:][:1]
        left = self.deadline - perf_counter() - sum(usual) - self.concluding
        return left < self.batch_seconds

    def note_batch(self) -> None:
        """Note that a batch ended, or that an epoch begins."""
        now = perf_counter()
        self.batch_seconds = max(now - self._batch_ended, 0.0)
        self._batch_ended = now

    def stop(self, reason: str) -> None:
        """End training after this epoch; the first reason counts."""
        if self.stop_reason is None:
            self.stop_reason = reason


class Callback(Spec):
    """Base class of all callbacks.

    Override the methods you need. Methods that are not overridden are never called, so they
    cost nothing.

    Clones of an estimator share its callbacks. Each call to `fit` works on shallow copies, which it
    publishes as ``callbacks_``. So what a method assigns, as in ``self.count = 0``, belongs to that
    call. What the callback already held, such as a list, an open file, or a lock, is shared:
    ``self.out.append(...)`` reaches your own object, and other calls see it, too. Specs and
    callbacks among the attributes are copied.

    A :class:`~sknn.callbacks.Checkpoint` saves callbacks, and ``Checkpoint.load`` needs their
    classes as ``trusted``. If an attribute cannot be saved, such as an open file or a function,
    leave it out in ``__getstate__`` (or, if it is a parameter, replace it with None), and open it
    in ``on_train_begin``, which runs again when training is resumed.

    Parameters are checked against the table ``constraints`` when training starts.

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
    stochastic_only: ClassVar[bool] = False
    """Whether it needs a stochastic solver; ``solver="lbfgs"`` then raises an error."""

    averages: ClassVar[bool] = False
    """Keeps ``progress.run.average``; only one callback can."""

    writes_files: ClassVar[bool] = False
    """Whether it writes to ``path``; ``load`` then names it in a warning."""

    final_fit_only: ClassVar[bool] = False
    """Whether searches of :mod:`sknn.search` use it only in the final fit of the best candidate."""

    fleeting: ClassVar[tuple[str, ...]] = ()
    """Attributes that are not copied: of no use outside the call, such as work arrays."""

    def __sklearn_clone__(self) -> Callback:
        """Share it between clones of an estimator."""
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Leave out temporary attributes."""
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name not in self.fleeting}

    def on_train_begin(self, progress: Progress) -> None:
        """Run before the first epoch of a call, and before the rest of a call that is resumed."""

    def on_gradient(self, progress: Progress) -> None:
        """Run before every update, when ``progress.workspace`` holds the gradient of the batch."""

    def on_batch_end(self, progress: Progress) -> None:
        """Run after every update."""

    def on_epoch_end(self, progress: Progress) -> None:
        """Run after every epoch."""

    def on_train_end(self, progress: Progress) -> None:
        """Run after the last epoch, no matter how training ended, except after an exception."""

    def on_train_error(self, progress: Progress) -> None:
        """Run after an exception, before it is raised, to close what ``on_train_begin`` opened."""


class Hooks:
    """The overridden methods of some callbacks, in the order of their phases.

    Parameters
    ----------
    callbacks : sequence of Callback
    """

    def __init__(self, callbacks: list[Callback]) -> None:
        ordered = self.ordered = sorted(callbacks, key=lambda callback: callback.phase)
        judging, reporting, keeping = (
            [callback for callback in ordered if first <= callback.phase <= last]
            for first, last in (
                (Phase.AVERAGE, Phase.DECIDE),
                (Phase.REPORT, Phase.REPORT),
                (Phase.KEEP, Phase.KEEP),
            )
        )
        self.train_begin = self._overriding(ordered, "on_train_begin")
        self.gradient = self._overriding(ordered, "on_gradient")
        self.batch_end = self._overriding(ordered, "on_batch_end")
        self.epoch_end = self._overriding(judging, "on_epoch_end")
        self.epoch_told = self._overriding(reporting, "on_epoch_end")
        self.epoch_kept = self._overriding(keeping, "on_epoch_end")
        self.train_end = self._overriding(ordered, "on_train_end")

    @property
    def each_batch(self) -> bool:
        """Whether any callback looks at weights or gradients between two batches."""
        return bool(self.gradient or self.batch_end)

    def tell_of_error(self, progress: Progress) -> None:
        """Notify callbacks of an exception that ends training."""
        for callback in self.ordered:
            callback.on_train_error(progress)

    @staticmethod
    def _overriding(callbacks: list[Callback], name: str) -> list:
        default = getattr(Callback, name)
        return [
            getattr(callback, name)
            for callback in callbacks
            if getattr(type(callback), name) is not default
        ]
