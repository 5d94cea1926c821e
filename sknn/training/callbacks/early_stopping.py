"""The decision to continue or stop, by the figures of an epoch."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sknn.core.schedules import Schedule
from sknn.training.callbacks.base import Callback, Phase, Progress
from sknn.training.run import Best

LEFT = "a member stopped"
"""Why training ended if the other members continue without those that stopped."""


class Watch(Callback):
    """Counts epochs without progress; slows down or stops, and keeps the best weights.

    Members are monitored separately: each has its own patience, best weights, and end. Training
    ends with the last of them. A rate that falls in a stall is shared by all, so it waits until all
    have stalled.

    Parameters
    ----------
    column : str
        The monitored column of the history.
    measure : str
        Name of the measure in the column: figures of another measure are not compared with it.
    sign : float
        1.0 if less is better, -1.0 if more is better.
    tol : float
        Smallest improvement that counts.
    patience : float
        Training stops after more than this many epochs without improvement.
    planned : int
        Epochs of the run that never count as epochs without improvement.
    schedule : Schedule
        May lower the rate in a stall instead.
    base_rate : float
    keep_best : bool
    reason : str
        Reason for the end of training, for ``stop_reason_``.
    leave : bool
        Training ends with the first member that stops, so that the others can continue separately.
    """

    phase = Phase.DECIDE

    def __init__(
        self,
        column: str,
        *,
        measure: str,
        sign: float,
        tol: float,
        patience: float,
        planned: int,
        schedule: Schedule,
        base_rate: float,
        keep_best: bool,
        reason: str,
        leave: bool = False,
    ) -> None:
        self.column = column
        self.measure = measure
        self.sign = sign
        self.tol = tol
        self.patience = patience
        self.planned = planned
        self.schedule = schedule
        self.base_rate = base_rate
        self.keep_best = keep_best
        self.reason = reason
        self.leave = leave

    def on_train_begin(self, progress: Progress) -> None:
        """Forget the best score of another measure; restore patience, or stop a run that ended."""
        run = progress.run
        run.watch(f"{self.measure} {self.keep_best}")
        if not progress.resumed:
            run.stopped = False
            run.stall = np.where(np.greater(run.stall, self.patience), 0, run.stall)[()]
        elif np.all(run.stopped):
            progress.stop(self.reason)

    def on_epoch_end(self, progress: Progress) -> None:
        """Compare with the best so far."""
        run, active = progress.run, progress.active
        # If the validation loss is not finite, nothing was scored.
        mean = progress.row.get(self.column)
        values = np.full(active.shape, np.nan) if mean is None else progress.each[self.column]
        values = self.sign * values
        counts = active & (run.epoch > self.planned)
        run.stall = (run.stall + counts) * ~(values <= run.reference - self.tol)
        run.reference = np.fmin(run.reference, values)
        if self.keep_best:
            self._keep(values, active, progress)
        self.schedule.observe(math.nan if mean is None else self.sign * mean, run.schedule_state)
        stalled = active & (run.stall > self.patience)
        if np.count_nonzero(stalled):
            self._stalled(stalled, active, progress)

    def _keep(self, values: NDArray, active: NDArray, progress: Progress) -> None:
        run, finite = progress.run, np.isfinite(values)
        if finite.any() and (run.best is not None or finite.all()):
            now = [np.full(values.shape, each)[()] for each in (run.epoch, progress.rate)]
            found = Best(values[()], progress.candidate.theta, *now)
            if run.best is None:
                run.best = replace(found, theta=found.theta.copy())
            elif (better := values < run.best.value).any():
                run.best = run.best.improved(better, found)
        if finite[active].all():
            return
        if self.column == "validation_loss":
            progress.stop("diverged")
        elif run.best is None and progress.stop_reason is None:
            raise ValueError(
                f"scoring={self.measure!r} gives {values[~finite][0]} on the validation rows, so "
                "early stopping cannot monitor it; choose another scoring, or pass more validation "
                "rows."
            )

    def _stalled(self, stalled: NDArray, active: NDArray, progress: Progress) -> None:
        run = progress.run
        waits = self.schedule.waits_for_stall
        if waits and (stalled != active).any():
            return
        watched = self.column.replace("_", " ").capitalize()
        watched = "Training loss" if self.column == "loss" else watched
        message = (
            f"{watched} did not improve more than tol={self.tol:f} "
            f"for {np.max(stalled * run.stall)} consecutive epochs."
        )
        if waits and self.schedule.on_stall(self.base_rate, run.schedule_state):
            # Compared with one lucky epoch at the higher rate, every later one would be a failure.
            run.stall = 0
            run.reference = math.inf
            progress.remarks.append(f"{message} Lowering the learning rate.")
            return
        run.stopped = np.logical_or(run.stopped, stalled)[()]
        whom = f" member {', '.join(map(str, np.flatnonzero(stalled)))}" if stalled.shape else ""
        progress.remarks.append(f"{message} Stopping{whom}.")
        if np.all(run.stopped):
            progress.stop(self.reason)
        elif self.leave:
            progress.stop(LEFT)


class StopBelow(Callback):
    """Stop when the training loss falls below a threshold."""

    phase = Phase.DECIDE

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def on_epoch_end(self, progress: Progress) -> None:
        """Compare."""
        if progress.row["loss"] < self.threshold:
            progress.stop("stop_below")
