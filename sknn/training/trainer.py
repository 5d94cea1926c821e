"""The loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.schedules import Schedule
from sknn.training.batches import Batches
from sknn.training.callbacks import Callback, Hooks, Progress
from sknn.training.members import parked
from sknn.training.objective import Objective
from sknn.training.run import Run
from sknn.training.update import Update

_INFINITY = math.inf


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
        How much is left of noise and decoupled decay.
    deadline : float
        Reading of ``time.perf_counter`` at which training stops.
    snapshot : callable or None
        For callbacks, see :class:`~sknn.training.callbacks.Progress`.
    conclude : callable or None
        Called when training has ended, before callbacks are told.
    settle : callable or None
        Called after every pass, whatever ended it, before anybody looks at the weights.
    """

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

    def run(self, run: Run, epochs: int) -> None:
        """Train for at most `epochs` further epochs and say in ``run.stop_reason`` why it ended.

        Whatever ends training, Ctrl-C included, the network holds the last weights.
        """
        first = run.epoch
        progress = Progress(
            run,
            self.objective.network,
            base_rate=self.base_rate,
            schedule=self.schedule,
            workspace=self.objective.workspace,
            snapshot=self.snapshot,
            count_updates=lambda: self._count_updates(first, epochs),
        )
        try:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                for hook in self.hooks.train_begin:
                    hook(progress)
                for _ in range(epochs):
                    self._epoch(progress)
                    if progress.stop_reason is not None:
                        break
        except KeyboardInterrupt:
            progress.stop_reason = "interrupted"
        run.stop_reason = progress.stop_reason or "max_iter"
        if self.conclude is not None:
            self.conclude()
        for hook in self.hooks.train_end:
            hook(progress)

    def _epoch(self, progress: Progress) -> None:
        run = progress.run
        begin = perf_counter()
        with parked(run, self.objective.network):
            try:
                loss, norm = self._pass(progress)
            finally:
                if self.settle is not None:
                    self.settle()
        seconds = perf_counter() - begin
        run.note(lambda: self._finish(progress, loss, norm, seconds), lambda: self._tell(progress))
        for hook in self.hooks.epoch_kept:
            hook(progress)

    def _tell(self, progress: Progress) -> None:
        for hook in self.hooks.epoch_told:
            hook(progress)
        if perf_counter() > self.deadline:
            progress.stop("max_time")

    def _finish(
        self, progress: Progress, loss: Any, norm: float, seconds: float
    ) -> Mapping[str, float]:
        """Count an epoch; measure and decide."""
        run = progress.run
        run.epoch += 1
        run.samples += self.batches.n_rows
        row = {
            "epoch": float(run.epoch),
            "loss": 0.0,
            "learning_rate": progress.rate,
            "seconds": seconds,
            "gradient_norm": norm,
        }
        if run.of_several:
            row["members"] = float(progress.active.sum())
        progress.row = row
        for name, figure in (self.objective.figures() | {"loss": loss}).items():
            progress.record(name, figure)
        if self._has_diverged(progress):
            progress.stop("diverged")
        for hook in self.hooks.epoch_end:
            hook(progress)
        run.best_loss = min(run.best_loss, row["loss"])
        return row

    def _pass(self, progress: Progress) -> tuple[Any, float]:
        """One pass over the data; return its loss, by member, and the norm of the last gradient."""
        run, objective, update = progress.run, self.objective, self.update
        n_rows, row_axis = self.batches.n_rows, objective.network.row_axis
        rate = progress.rate = self._rate(progress, 0.0)
        per_update = progress.schedule.per_update  # type: ignore[union-attr]
        gradient_hooks, batch_hooks = self.hooks.gradient, self.hooks.batch_end
        total: Any = 0.0
        done, norm = 0, math.nan
        order = run.streams.order if self.shuffle else None
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
            if self._is_lost(progress) or progress.stop_reason is not None:
                break
            if self.deadline < _INFINITY and perf_counter() > self.deadline:
                break
        return total / done, norm

    def _is_lost(self, progress: Progress) -> bool:
        """Say whether the last batch leaves nothing to train on."""
        return not progress.loss < _INFINITY

    def _has_diverged(self, progress: Progress) -> bool:
        """Say whether an epoch ended in numbers that are not finite."""
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
        """Tell layers and decay how much of them is left."""
        assert self.regularization is not None
        strength = _factor(self.regularization, run, fraction)
        self.objective.workspace.strength = self.update.strength = strength


def _factor(schedule: Schedule, run: Run, fraction: float) -> float:
    return schedule.factor(run.epoch + fraction, run.step, run.horizon, run.schedule_state)
