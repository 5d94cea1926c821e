"""Validation during training, and the decision to go on or stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.core.rows import in_order
from sknn.core.schedules import Schedule
from sknn.training.callbacks import Callback, Phase, Progress
from sknn.training.run import Best

# Sparse targets are made dense in slabs of about this many numbers.
_SLAB_NUMBERS = 1 << 20

LEFT = "a member stopped"
"""Why training ended where the other members go on without those that stopped."""


def mean_loss(
    network: Network, loss: Loss, raw: NDArray, target: Any, weight: NDArray | None
) -> float:
    """Return the weighted mean loss of raw scores, without penalty; with members, their mean.

    Parameters
    ----------
    weight : ndarray of shape (n, 1) or None
    """
    target = in_order(target) if isinstance(target, np.ndarray) else target.toarray()
    scratch = network.scratch(loss.scratch(raw.shape[-1]), target.shape[0], train=True)
    total = loss.total(target, weight)
    counts = 1.0 / total if weight is None else weight / weight.dtype.type(total)
    value = loss.value_and_grad(raw, target, counts, np.empty_like(raw), scratch)
    return float(np.mean(value))


class Validate(Callback):
    """Measures loss and score on the validation rows after every epoch, of every member.

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
        network = progress.candidate
        trained = np.flatnonzero(progress.active)
        # Each alone, so that what is seen of a member does not depend on the others.
        members = [network.member(int(m)) for m in trained]
        pieces = [self._measure(members, slab) for slab in self.slabs]
        losses, scores, score = (
            np.average(np.stack(figures), axis=0, weights=self.shares)
            for figures in zip(*pieces, strict=True)
        )
        figures: dict[str, list[float]] = {"validation_loss": losses.tolist()}
        if math.isfinite(losses.sum()):
            judged = map(self.judge, members, scores.tolist())
            for each in judged:
                for name, value in each.items():
                    figures.setdefault(name, []).append(value)
        for name, found in figures.items():
            values = np.full(network.n_members, np.nan)
            values[trained] = found
            progress.record(name, values.reshape(network.lead))
        progress.row["validation_score"] = float(score)

    def _measure(
        self, members: list[Network], slab: slice
    ) -> tuple[list[float], list[float], float]:
        """Return losses and scores of members on some rows, and the score of them together."""
        parts = (self.x, self.target, self.weight)
        if len(self.slabs) > 1:
            parts = tuple(None if part is None else part[slab] for part in parts)  # type: ignore[assignment]
        x, target, weight = parts
        raws = [network.predict(x) for network in members]
        pairs = zip(members, raws, strict=True)
        losses = [mean_loss(network, self.loss, raw, target, weight) for network, raw in pairs]
        if not math.isfinite(sum(losses)):
            return losses, [math.nan] * len(losses), math.nan
        scores = [self.score(raw, slab) for raw in raws]
        return losses, scores, scores[0] if len(raws) == 1 else self.score(np.stack(raws), slab)


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

    Members are watched one by one: each has its own patience, its own best weights and its own end.
    Training ends with the last of them. A rate that answers a stall belongs to all, so it waits
    until all have stalled.

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
    leave : bool
        Training ends with the first member that stops, for the others to go on by themselves.
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
        leave: bool = False,
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
        self.leave = leave

    def on_train_begin(self, progress: Progress) -> None:
        """Forget what was best by another measure; give a run that had stopped its patience."""
        run = progress.run
        run.watch(f"{self.measure} {self.keep_best}")
        if not progress.resumed:
            run.stopped = False
            run.stall = np.where(np.greater(run.stall, self.patience), 0, run.stall)[()]

    def on_epoch_end(self, progress: Progress) -> None:
        """Compare with the best so far."""
        run, active = progress.run, progress.active
        # Where the validation loss is not finite nothing was scored.
        values = self.sign * progress.each.get(self.column, np.full(active.shape, np.nan))
        better = values <= run.reference - self.tol
        run.stall = np.where(active, np.where(better, 0, np.add(run.stall, 1)), run.stall)[()]
        run.reference = np.fmin(run.reference, values)
        if self.keep_best:
            self._keep(values, active, progress)
        self.schedule.observe(float(np.mean(values[active])), run.schedule_state)
        stalled = active & np.greater(run.stall, self.patience)
        if stalled.any():
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
                "early stopping cannot watch it; choose another scoring, or give more validation "
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
            f"for {self.patience:g} consecutive epochs."
        )
        if waits and self.schedule.on_stall(self.base_rate, run.schedule_state):
            # Judged against one lucky epoch of the faster rate, every later one would be a failure.
            run.stall = 0
            run.reference = math.inf
            self.say(f"{message} Lowering the learning rate.")
            return
        run.stopped = np.logical_or(run.stopped, stalled)[()]
        whom = f" member {', '.join(map(str, np.flatnonzero(stalled)))}" if stalled.shape else ""
        self.say(f"{message} Stopping{whom}.")
        if np.all(run.stopped):
            progress.stop(self.reason)
        elif self.leave:
            progress.stop(LEFT)
