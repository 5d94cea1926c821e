"""What a callback is, what it is shown, and when it is called."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.spec import Spec

if TYPE_CHECKING:
    from sknn.core.network import Network
    from sknn.core.schedules import Schedule
    from sknn.core.workspace import Workspace
    from sknn.training.run import Run


class Phase(IntEnum):
    """The order of callbacks: average, measure, decide, report, then keep.

    What all but the last add to ``progress.row`` becomes part of the history; when the last
    ones run at the end of an epoch, it has been written there.
    """

    AVERAGE = 0
    MEASURE = 1
    DECIDE = 2
    REPORT = 3
    KEEP = 4


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
    each : dict of ndarray
        Of loss, validation loss and score what every member has, NaN for those that stopped
        before; ``row`` has the means. Without members arrays without axes.
    rate : float
        Learning rate of the last update.
    loss : float
        Objective on the last batch, before its update. NaN with lbfgs.
    base_rate : float
    schedule : Schedule or None
        Together they give the rate of every update; a callback may replace both before the first
        epoch. None with lbfgs.
    workspace : Workspace or None
        Gradients (``progress.workspace.grads``, by layer) and activations of the last batch, for
        ``on_gradient``. None with lbfgs, for Boltzmann machines and for GANs.
    snapshot : callable
        Returns an independent fitted estimator with everything needed to continue from here.
        None with lbfgs.
    count_updates : callable
        Returns how many updates this call makes if nothing ends it early. None with lbfgs.
    deadline : float
        Reading of ``time.perf_counter`` at which training ends; infinite without `max_time`.
    member : int or None
        Which member is trained, where they are trained one after the other, as with lbfgs.
    resumed : bool
        An interrupted call goes on: callbacks hold what they held when the snapshot was taken.
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
        self.member = member
        self.resumed = run.epoch > run.began
        self.row: dict[str, float] = {}
        self.each: dict[str, NDArray] = {}
        self.rate = 0.0
        self.loss = float("nan")
        self.stop_reason: str | None = None

    @property
    def candidate(self) -> Network:
        """The network that would be served now: averaged weights if a callback averages them."""
        average = self.run.average
        if average is None:
            return self.network
        network = self.network.copy()
        network.load(average.theta)
        return network

    @property
    def active(self) -> NDArray:
        """Which members are trained, of shape (n_members,); those that stopped are not."""
        trained = np.asarray(np.logical_not(self.run.stopped))
        # Before the first stop there is one answer for all.
        return (
            trained if trained.shape == self.network.lead else np.full(self.network.lead, trained)
        )

    def record(self, name: str, values: Any) -> None:
        """Note a figure of every member, and in the row of the epoch its mean."""
        if not self.network.lead:
            self.each[name], self.row[name] = np.asarray(values, float), float(values)
            return
        active = self.active
        self.each[name] = values = np.where(active, values, np.nan)
        self.row[name] = float(np.mean(values[active]))

    def require_loss(self, callback: Callback) -> None:
        """Raise where batches have no loss that can be known, as those of Boltzmann machines."""
        if self.workspace is None:
            raise ValueError(
                f"{callback!r} looks at the loss of every batch, which says nothing of a Boltzmann "
                "machine or of two networks that play against each other; remove it from callbacks."
            )

    def stop(self, reason: str) -> None:
        """End training after this epoch; the first reason given stands."""
        if self.stop_reason is None:
            self.stop_reason = reason


class Callback(Spec):
    """Base of everything that watches training.

    Override what is needed. A method that is not overridden is never called, so
    ``on_batch_end`` costs nothing where nobody has it.

    Callbacks are shared: clones of an estimator have the same ones. Each call of `fit` works on
    shallow copies, which it publishes as ``callbacks_``. So what a method assigns,
    ``self.count = 0``, belongs to that call, and what the callback held before, a list, an open
    file, a lock, is the user's own: ``self.out.append(...)`` is seen outside, by other calls as
    well. Specs and callbacks among the attributes are copied.

    A :class:`~sknn.callbacks.Checkpoint` saves callbacks, and ``Checkpoint.load`` wants their
    classes as ``trusted``. Where an attribute cannot be saved, as an open file or a function, leave
    it out in ``__getstate__``, or put None in its place where it is a parameter, and open it in
    ``on_train_begin``, which runs again when training is resumed.

    Parameters are tested against the table ``constraints`` when training is asked for.

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
    """Makes no sense under ``solver="lbfgs"``, which then refuses it."""

    averages: ClassVar[bool] = False
    """Keeps ``progress.run.average``; only one callback can."""

    writes_files: ClassVar[bool] = False
    """Writes to ``path``; loaded from a file, it is named in a warning."""

    final_fit_only: ClassVar[bool] = False
    """Sits out the fits of candidates in searches of :mod:`sknn.search`: the best one has it."""

    fleeting: ClassVar[tuple[str, ...]] = ()
    """Attributes that are of no use outside of their call, as work arrays: no copy has them."""

    def __sklearn_clone__(self) -> Callback:
        """Share it between clones of an estimator."""
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is fleeting."""
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name not in self.fleeting}

    def on_train_begin(self, progress: Progress) -> None:
        """Before the first epoch of a call, and before the rest of one that is resumed."""

    def on_gradient(self, progress: Progress) -> None:
        """Before every update, when ``progress.workspace`` holds the gradient of the batch."""

    def on_batch_end(self, progress: Progress) -> None:
        """After every update."""

    def on_epoch_end(self, progress: Progress) -> None:
        """After every epoch."""

    def on_train_end(self, progress: Progress) -> None:
        """After the last epoch, whatever ended training (an exception excepted)."""

    def on_train_error(self, progress: Progress) -> None:
        """After an exception, before it is raised: close what ``on_train_begin`` has opened."""


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
        """Whether somebody looks at weights or gradients between two batches."""
        return bool(self.gradient or self.batch_end)

    def tell_of_error(self, progress: Progress) -> None:
        """Tell of an exception that ends training."""
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
