"""Validation during training, and the decision to go on or stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.core.schedules import Schedule
from sknn.training.callbacks import Callback, Phase, Progress
from sknn.training.run import Best

# Sparse targets are made dense in slabs of about this many numbers.
_SLAB_NUMBERS = 1 << 20


def mean_loss(
    network: Network, loss: Loss, raw: NDArray, target: Any, weight: NDArray | None
) -> float:
    """Return the weighted mean loss of raw scores, without penalty; with members, their mean.

    Parameters
    ----------
    weight : ndarray of shape (n, 1) or None
    """
    if not isinstance(target, np.ndarray):
        target = target.toarray()
    scratch = network.scratch(loss.scratch(raw.shape[-1]), target.shape[0], train=True)
    total = loss.total(target, weight)
    counts = 1.0 / total if weight is None else weight / weight.dtype.type(total)
    value = loss.value_and_grad(raw, target, counts, np.empty_like(raw), scratch)
    return float(np.mean(value))


class Validate(Callback):
    """Measures loss and score on the validation rows after every epoch.

    Parameters
    ----------
    loss : Loss
    x, target, weight : validation rows, encoded as the training rows are
    score : callable
        Maps raw scores and the slice of the rows they belong to to the validation score.
    judge : callable
        Maps the network and the validation score to further figures to record, a dict of float.

    Notes
    -----
    Sparse targets are made dense slab by slab; loss and score are then means over the slabs.
    """

    phase = Phase.MEASURE

    def __init__(
        self,
        loss: Loss,
        x: Any,
        target: Any,
        weight: NDArray | None,
        score: Callable[[NDArray, slice], float],
        judge: Callable[[Network, float], dict[str, float]],
    ) -> None:
        self.loss = loss
        self.x = x
        self.target = target
        self.weight = weight
        self.score = score
        self.judge = judge
        self.slabs, self.shares = _slabs(target, weight)

    def on_epoch_end(self, progress: Progress) -> None:
        """Add the figures to the row of the epoch."""
        row, network = progress.row, progress.candidate
        figures = [self._measure(network, slab) for slab in self.slabs]
        loss, score = (float(mean) for mean in np.average(figures, axis=0, weights=self.shares))
        row["validation_loss"], row["validation_score"] = loss, score
        if math.isfinite(loss):
            row.update(self.judge(network, score))

    def _measure(self, network: Network, slab: slice) -> tuple[float, float]:
        """Return loss and score of some rows."""
        parts = (self.x, self.target, self.weight)
        if len(self.slabs) > 1:
            parts = tuple(None if part is None else part[slab] for part in parts)  # type: ignore[assignment]
        x, target, weight = parts
        raw = network.predict(x)
        loss = mean_loss(network, self.loss, raw, target, weight)
        return loss, self.score(raw, slab) if math.isfinite(loss) else math.nan


def _slabs(target: Any, weight: NDArray | None) -> tuple[list[slice], list[float]]:
    """Return the pieces in which to look at the rows, and what each counts; not those of nothing.

    Not all scores of dense targets are means over the rows.
    """
    n = target.shape[0]
    rows = n if isinstance(target, np.ndarray) else max(1, _SLAB_NUMBERS // target.shape[1])
    pieces = [slice(start, min(start + rows, n)) for start in range(0, n, rows)]
    shares = [float(p.stop - p.start if weight is None else weight[p].sum()) for p in pieces]
    heavy = [i for i, share in enumerate(shares) if share > 0]
    return [pieces[i] for i in heavy], [shares[i] for i in heavy]


class Watch(Callback):
    """Counts epochs without progress; slows down or stops, and keeps the best weights.

    Parameters
    ----------
    column : str
        What is watched, a column of the history.
    measure : str
        What the column holds, by name: figures of another measure are not compared with it.
    sign : float
        1.0 where less is better, -1.0 where more is.
    tol : float
        Least improvement that counts.
    patience : float
        Training stops after more than this many epochs without improvement.
    schedule : Schedule
        May answer a stall with a lower rate instead.
    base_rate : float
    keep_best : bool
    reason : str
        Why training stopped, for ``stop_reason_``.
    say : callable
        Gets a message where `verbose` is on.
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
        schedule: Schedule,
        base_rate: float,
        keep_best: bool,
        reason: str,
        say: Callable[[str], None],
    ) -> None:
        self.column = column
        self.measure = measure
        self.sign = sign
        self.tol = tol
        self.patience = patience
        self.schedule = schedule
        self.base_rate = base_rate
        self.keep_best = keep_best
        self.reason = reason
        self.say = say

    def on_train_begin(self, progress: Progress) -> None:
        """Forget what was best by another measure; give a run that had stopped its patience."""
        progress.run.watch(f"{self.measure} {self.keep_best}")
        if progress.run.stall > self.patience:
            progress.run.stall = 0

    def on_epoch_end(self, progress: Progress) -> None:
        """Compare with the best so far."""
        run = progress.run
        # Where the validation loss is not finite nothing was scored.
        value = self.sign * progress.row.get(self.column, math.nan)
        run.stall = 0 if value <= run.reference - self.tol else run.stall + 1
        run.reference = min(run.reference, value) if not math.isnan(value) else run.reference
        if self.keep_best:
            self._keep(value, progress)
        self.schedule.observe(value, run.schedule_state)
        if run.stall > self.patience:
            self._stalled(progress)

    def _keep(self, value: float, progress: Progress) -> None:
        run = progress.run
        if math.isfinite(value):
            if run.best is None or value < run.best.value:
                theta = progress.candidate.theta.copy()
                run.best = Best(value, theta, run.epoch, progress.rate)
        elif self.column == "validation_loss":
            progress.stop("diverged")
        elif run.best is None and progress.stop_reason is None:
            raise ValueError(
                f"scoring={self.measure!r} gives {value} on the validation rows, so early stopping "
                "cannot watch it; choose another scoring, or give more validation rows."
            )

    def _stalled(self, progress: Progress) -> None:
        run = progress.run
        watched = self.column.replace("_", " ").capitalize()
        watched = "Training loss" if self.column == "loss" else watched
        message = (
            f"{watched} did not improve more than tol={self.tol:f} "
            f"for {self.patience:g} consecutive epochs."
        )
        schedule = self.schedule
        if schedule.waits_for_stall and schedule.on_stall(self.base_rate, run.schedule_state):
            # Judged against one lucky epoch of the faster rate, every later one would be a failure.
            run.stall = 0
            run.reference = math.inf
            self.say(f"{message} Lowering the learning rate.")
        else:
            progress.stop(self.reason)
            self.say(f"{message} Stopping.")
