"""The loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sknn.core.schedules import Schedule
from sknn.training.batches import Batches
from sknn.training.callbacks import Callback, Hooks, Progress
from sknn.training.epoch_start import EpochStart
from sknn.training.members import parked
from sknn.training.objective import Objective
from sknn.training.run import Run
from sknn.training.update import Update

_INFINITY = math.inf


class OnePass(NamedTuple):
    """Results of one pass over the rows.

    Attributes
    ----------
    loss : float or ndarray of shape (n_members,)
        Mean over the rows.
    norm : float
        Of the last gradient.
    rate : float
        Of the last update.
    rows : int
        How many rows there were.
    figures : dict of float or ndarray
        Other measurements of the objective, for every member if there are any.
    seconds : float
        Time that it took elsewhere, before its result arrived in this process.
    """

    loss: Any
    norm: float
    rate: float
    rows: int
    figures: Mapping[str, Any]
    seconds: float = 0.0


class Trainer:
    """Epochs of batches of updates.

    Parameters
    ----------
    objective : Objective
    update : Update
    batches : Batches
    base_rate : float
        Learning rate that `schedule` multiplies.
    schedule : Schedule
    batch_size : callable
        Maps the number of epochs so far to the rows of a batch.
    callbacks : list of Callback
    shuffle : bool
    regularization : Schedule or None
        Remaining share of noise and decoupled decay.
    deadline : float
        Reading of ``time.perf_counter`` at which training should be over, including the work after
        the last epoch.
    snapshot : callable or None
        For callbacks, see :class:`~sknn.training.callbacks.Progress`.
    conclude : callable or None
        Called when training has ended, before callbacks are called.
    settle : callable or None
        Called after every pass, even an interrupted one, before the weights are used.
    elsewhere : callable or None
        Makes the passes in place of this process: changes run and network as a pass would.
    """

    outlasts_loss: ClassVar[bool] = False
    """Continue when the objective is no longer finite."""

    def __init__(
        self,
        objective: Objective,
        update: Update,
        batches: Batches,
        *,
        base_rate: float,
        schedule: Schedule,
        batch_size: Callable[[int], int],
        callbacks: list[Callback],
        shuffle: bool = True,
        regularization: Schedule | None = None,
        deadline: float = math.inf,
        snapshot: Callable[[], Any] | None = None,
        conclude: Callable[[], None] | None = None,
        settle: Callable[[], None] | None = None,
        elsewhere: Callable[[Progress], OnePass] | None = None,
    ) -> None:
        self.objective = objective
        self.update = update
        self.batches = batches
        self.base_rate = base_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.hooks = Hooks(callbacks)
        self.shuffle = shuffle
        self.regularization = regularization
        self.deadline = deadline
        self.snapshot = snapshot
        self.conclude = conclude
        self.settle = settle
        self.elsewhere = elsewhere

    def run(self, run: Run, epochs: int) -> None:
        """Train for at most `epochs` further epochs, and set ``run.stop_reason``.

        No matter how training ends, even by Ctrl-C, the network holds the last weights. After
        Ctrl-C in an epoch, the run is where this epoch began.
        """
        progress = self._progress(run, epochs)
        try:
            self._run(progress, epochs)
        except BaseException:
            self.hooks.tell_of_error(progress)
            raise

    def _run(self, progress: Progress, epochs: int) -> None:
        run = progress.run
        start = EpochStart(run, self.objective.network)
        try:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                for hook in self.hooks.train_begin:
                    hook(progress)
                if progress.resumed and progress.stop_reason is not None:
                    epochs = 0  # Ctrl-C came when the last epoch had ended.
                for _ in range(epochs):
                    start.note()
                    self._epoch(progress)
                    if progress.stop_reason is not None:
                        break
        except KeyboardInterrupt:
            progress.stop_reason = "interrupted"
            start.restore()
        run.stop_reason = progress.stop_reason or "max_iter"
        if self.conclude is not None:
            self.conclude()
        for hook in self.hooks.train_end:
            hook(progress)

    def once(self, run: Run) -> OnePass:
        """Make one pass that calls no callbacks and does not count as an epoch."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return self._settled_pass(self._progress(run, 1))

    def _progress(self, run: Run, epochs: int) -> Progress:
        first = run.epoch
        return Progress(
            run,
            self.objective.network,
            base_rate=self.base_rate,
            schedule=self.schedule,
            workspace=self.objective.workspace,
            snapshot=self.snapshot,
            count_updates=lambda: self._count_updates(first, epochs),
            deadline=self.deadline,
        )

    def _epoch(self, progress: Progress) -> None:
        run = progress.run
        begin = perf_counter()
        with parked(run, self.objective.network):
            found = self._settled_pass(progress)
        end = perf_counter()
        seconds = end - begin + found.seconds
        run.note(lambda: self._finish(progress, found, seconds), lambda: self._tell(progress))
        for hook in self.hooks.epoch_kept:
            hook(progress)
        progress.measuring.append(perf_counter() - end)

    def _settled_pass(self, progress: Progress) -> OnePass:
        """Make a pass, after which the network holds the weights."""
        if self.elsewhere is not None:
            found = self.elsewhere(progress)
            progress.rate = found.rate
            return found
        try:
            return self._pass(progress)
        finally:
            if self.settle is not None:
                self.settle()

    def _tell(self, progress: Progress) -> None:
        for hook in self.hooks.epoch_told:
            hook(progress)
        if progress.time_is_up:
            progress.stop("max_time")

    def _finish(self, progress: Progress, found: OnePass, seconds: float) -> Mapping[str, float]:
        """Count an epoch; measure and decide."""
        run = progress.run
        run.epoch += 1
        run.samples += found.rows
        row = {
            "epoch": float(run.epoch),
            "loss": 0.0,
            "learning_rate": progress.rate,
            "seconds": seconds,
            "gradient_norm": found.norm,
        }
        if run.of_several:
            row["members"] = float(progress.active.sum())
        progress.row, progress.remarks = row, []
        for name, figure in {**found.figures, "loss": found.loss}.items():
            progress.record(name, figure)
        if self._has_diverged(progress):
            progress.stop("diverged")
        for hook in self.hooks.epoch_end:
            hook(progress)
        run.best_loss = min(run.best_loss, row["loss"])
        return row

    def _pass(self, progress: Progress) -> OnePass:
        """One pass over the data."""
        run, objective, update = progress.run, self.objective, self.update
        n_rows, row_axis = self.batches.n_rows, objective.network.row_axis
        rate = progress.rate = self._rate(progress, 0.0)
        per_update = progress.schedule.per_update  # type: ignore[union-attr]
        gradient_hooks, batch_hooks = self.hooks.gradient, self.hooks.batch_end
        total: Any = 0.0
        done, norm = 0, math.nan
        order = run.streams.order if self.shuffle else None
        timed = self.deadline < _INFINITY
        if timed:
            progress.note_batch()
        for x, target, weight in self.batches.epoch(self.batch_size(run.epoch), order):
            rows = x.shape[row_axis]
            if per_update:
                rate = progress.rate = self._rate(progress, done / n_rows)
            if self.regularization is not None:
                self._fade(run, done / n_rows)
            progress.loss = objective.batch(x, target, weight)
            total = total + objective.each * rows
            done += rows
            if done == n_rows:
                norm = self._norm(update.grad)
            for hook in gradient_hooks:
                hook(progress)
            run.step += 1
            run.optimizer_step += 1
            update(rate, run.optimizer_step)
            for hook in batch_hooks:
                hook(progress)
            lost = not (progress.loss < _INFINITY or self.outlasts_loss)
            if lost or progress.stop_reason is not None:
                break
            if timed:
                progress.note_batch()
                if progress.time_is_up:
                    break
        return OnePass(total / done, norm, rate, n_rows, objective.figures())

    def _has_diverged(self, progress: Progress) -> bool:
        """Return whether an epoch ended in numbers that are not finite."""
        theta = self.objective.network.theta
        return not math.isfinite(progress.row["loss"] + np.add.reduce(theta, axis=None))

    def _norm(self, grad: NDArray) -> Any:
        """Return the length of a gradient."""
        return math.sqrt(np.vdot(grad, grad))

    def _count_updates(self, first: int, epochs: int) -> int:
        """Return the number of batches in some epochs."""
        return sum(self.batches.count(self.batch_size(first + i)) for i in range(epochs))

    @staticmethod
    def _rate(progress: Progress, fraction: float) -> float:
        """Return the learning rate, `fraction` of an epoch after the last whole one."""
        assert progress.schedule is not None
        return progress.base_rate * _factor(progress.schedule, progress.run, fraction)

    def _fade(self, run: Run, fraction: float) -> None:
        """Set the current strength of noise layers and weight decay."""
        assert self.regularization is not None
        strength = _factor(self.regularization, run, fraction)
        self.objective.workspace.strength = self.update.strength = strength


def _factor(schedule: Schedule, run: Run, fraction: float) -> float:
    return schedule.factor(run.epoch + fraction, run.step, run.horizon, run.schedule_state)
