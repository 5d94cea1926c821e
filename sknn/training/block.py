"""Independent networks, trained in one pass as members of one network.

Each sees the same rows in the same order and ends where it would have ended alone. Everything that
all have in common (epochs, updates, the order of rows, the stream of noise) is stored once, in the
run of the block; everything else has an entry, or a row, for each member.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network
from sknn.core.random_streams import SharedGenerator
from sknn.core.row_order import aligned
from sknn.training.callbacks import Progress
from sknn.training.callbacks.early_stopping import LEFT, Watch
from sknn.training.callbacks.validation import Validate, mean_losses
from sknn.training.columns import OptimizerColumns, of_all
from sknn.training.run import Best, History, Run, is_coarse
from sknn.training.trainer import OnePass, Trainer

_ROOM = 64
"""Number of epochs for which a table initially has room."""

# Attributes of the run of a block that have an entry for each member.
_COMMON = ("epoch", "step", "samples", "optimizer_step", "watched", "stop_reason")


class Ledger(History):
    """The history of a block: one table per column, with a row per epoch and a number per member.

    Parameters
    ----------
    n_members : int
    """

    def __init__(self, n_members: int) -> None:
        super().__init__()
        self.n_members = n_members
        self.n_epochs = 0
        self.tables: dict[str, NDArray] = {}

    def __len__(self) -> int:
        return self.n_epochs

    def append(self, row: Mapping[str, Any]) -> None:
        """Add one epoch, of numbers for all members or with one entry for each."""
        for name, figure in row.items():
            self._table(name)[self.n_epochs] = figure
        self.n_epochs += 1

    def _table(self, name: str) -> NDArray:
        """Return a table with room for one epoch more."""
        table = self.tables.get(name)
        if table is None or len(table) == self.n_epochs:
            known = 0 if table is None else self.n_epochs
            wider = np.full((2 * known + _ROOM, self.n_members), np.nan)
            if table is not None:
                wider[:known] = table
            table = self.tables[name] = wider
        return table

    @classmethod
    def of(cls, histories: Sequence[History]) -> Ledger:
        """Return the ledger of members that are at the same epoch."""
        made = cls(len(histories))
        made.n_epochs = len(histories[0])
        if made.n_epochs:
            made.tables = {
                name: np.array([each.columns[name] for each in histories]).T
                for name in histories[0].columns
            }
        return made

    def back_to(self, columns: dict[str, list[float]], rows: int) -> None:
        """Drop everything after a number of epochs."""
        self.n_epochs = rows

    def of_some(self, members: NDArray) -> Ledger:
        """Return the ledger of some members."""
        twin = Ledger(len(members))
        twin.n_epochs = self.n_epochs
        twin.tables = {name: table[:, members] for name, table in self.tables.items()}
        return twin

    def history(self, member: int) -> History:
        """Return the history of a member, as it would have recorded it alone."""
        made = History()
        for name, table in self.tables.items():
            column = table[: self.n_epochs, member]
            if is_coarse(name):
                with np.errstate(over="ignore"):
                    column = column.astype(np.float32)
            made.columns[name] = column.tolist()
        return made


class WatchMembers(Watch):
    """Monitors each member of a block as it would be alone; members that stop leave the others.

    Parameters
    ----------
    watches : sequence of Watch
        That of every member. They may differ in tolerance, patience, and planned epochs.

    Attributes
    ----------
    stopped, lost : ndarray of bool, shape (n_members,)
        Which members ended in the last epoch, and whose figures are no longer finite.
    """

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.__dict__.update(vars(watches[0]))
        self.tol = of_all([each.tol for each in watches])
        self.patience = of_all([each.patience for each in watches])
        self.planned = of_all([each.planned for each in watches])
        self.stopped = self.lost = np.zeros(len(watches), bool)

    def on_epoch_end(self, progress: Progress) -> None:
        """Compare with the best so far."""
        run, values = progress.run, self.sign * progress.each[self.column]
        self._look_for_lost(values, progress)
        better = values <= run.reference - self.tol
        run.stall = np.where(better, 0, np.add(run.stall, run.epoch > self.planned))
        run.reference = np.fmin(run.reference, values)
        if self.keep_best:
            self._keep_of_each(values, progress)
        self.stopped = np.greater(run.stall, self.patience)
        if np.logical_or.reduce(self.stopped) or np.logical_or.reduce(self.lost):
            progress.stop(LEFT)

    def _look_for_lost(self, values: NDArray, progress: Progress) -> None:
        loss, theta = progress.each["loss"], progress.network.theta
        if not math.isfinite(np.add.reduce(theta, axis=None) + np.add.reduce(loss + values)):
            self.lost = ~np.isfinite(np.add.reduce(theta, axis=-1) + loss + values)

    def _keep_of_each(self, values: NDArray, progress: Progress) -> None:
        run = progress.run
        now = [np.full(values.shape, each) for each in (run.epoch, progress.rate)]
        found = Best(values, progress.network.theta, *now)
        if run.best is None:
            run.best = Best(values, found.theta.copy(), *now)
        elif (better := values < run.best.value).any():
            run.best = run.best.improved(better, found)


class ValidateMembers(Validate):
    """Measures loss and score of each member of a block as if it were alone.

    Parameters
    ----------
    alone : Validate
    """

    def __init__(self, alone: Validate) -> None:
        self.__dict__.update(vars(alone))

    def on_epoch_end(self, progress: Progress) -> None:
        """Add the figures to those of the members."""
        network = progress.network
        pieces = [self._measure_each(network, slab) for slab in self.slabs]
        losses, scores = (self._mean(np.stack(each)) for each in zip(*pieces, strict=True))
        progress.record("validation_loss", losses)
        if self.judge is not None:
            self._judge_each(progress, scores, np.flatnonzero(np.isfinite(losses)))
        progress.record("validation_score", scores)

    def _mean(self, figures: NDArray) -> NDArray:
        """Return the means of (n_slabs, n_members), each column summed as it would be alone."""
        columns = np.hsplit(figures, figures.shape[1]) if len(figures) > 1 else [figures]
        return np.concatenate([np.average(each, axis=0, weights=self.shares) for each in columns])

    def _judge_each(self, progress: Progress, scores: NDArray, finite: NDArray) -> None:
        judge: Any = self.judge
        judged = [judge(progress.network.member(int(m)), float(scores[m])) for m in finite]
        for name in judged[0] if judged else ():
            values = np.full(scores.shape, np.nan)
            values[finite] = [each[name] for each in judged]
            progress.record(name, values)

    def _measure_each(self, network: Network, slab: slice) -> tuple[NDArray, NDArray]:
        """Return losses and scores of all members on some rows."""
        x, target, weight = self.rows(slab)
        raw = _answers(network, x)
        losses = np.asarray(mean_losses(network, self.loss, raw, target, weight), np.float64)
        scores = np.where(np.isfinite(losses), self.scores(raw, slab), np.nan)
        return losses, scores


def _answers(network: Network, x: Any) -> NDArray:
    """Return the raw scores of all members, each with the bits it would have alone."""
    alone = network.member(0)
    if x.shape[0] <= min(each.rows_at_once(x) for each in (network, alone)):
        return network.predict(x)
    # In pieces of other sizes, products may be rounded differently.
    return np.stack([network.member(m).predict(x) for m in range(network.n_members)])


class BlockTrainer(Trainer):
    """The loop of independent members."""

    outlasts_loss = True
    """The end of one does not end the others."""

    def _has_diverged(self, progress: Progress) -> bool:
        """Leave that to the watch, which checks each member."""
        return False

    def _norm(self, grad: NDArray) -> Any:
        """Return the length of the gradient of each member."""
        side_by_side = aligned(grad.shape, grad.dtype)
        np.copyto(side_by_side, grad)
        return np.sqrt(np.vecdot(side_by_side, side_by_side))

    def _finish(self, progress: Progress, found: OnePass, seconds: float) -> Mapping[str, Any]:
        """Record the figures of each member in place of their means."""
        share = seconds / progress.network.n_members
        return {**super()._finish(progress, found, share), **progress.each}


def joined(runs: Sequence[Run]) -> Run:
    """Return the run of a block of members that are at the same epoch."""
    run = runs[0].copy()
    run.n_members = len(runs)
    run.until = min(each.until for each in runs)
    run.streams.noise = SharedGenerator(run.streams.noise)
    run.history = Ledger.of([each.history for each in runs])
    if run.epoch:
        _go_on(run, runs)
    return run


def _go_on(run: Run, runs: Sequence[Run]) -> None:
    """Update the run of a block with the current state of its members."""
    run.reference = np.array([each.reference for each in runs])
    run.stall = np.array([each.stall for each in runs])
    best: Any = [each.best for each in runs]
    if best[0] is not None:
        names = ("value", "theta", "epoch", "rate")
        run.best = Best(*(np.stack([getattr(each, name) for each in best]) for name in names))
    states = [_state(each) for each in runs]
    run.optimizer_state = {name: np.stack([each[name] for each in states]) for name in states[0]}
    run.optimizer_kind = OptimizerColumns.__name__


def some_of(run: Run, members: NDArray) -> Run:
    """Return the run of some members of a block."""
    part = copy.copy(run)
    part.n_members = len(members)
    part.reference, part.stall = run.reference[members], run.stall[members]
    part.best = None if run.best is None else run.best.part(members)
    part.optimizer_state = {name: each[members] for name, each in _state(run).items()}
    part.history = run.history.of_some(members)  # type: ignore[attr-defined]
    return part


def hand_back(block: Run, member: int, run: Run) -> None:
    """Write the state of a member into its own run; nothing is shared with the block."""
    for name in _COMMON:
        setattr(run, name, getattr(block, name))
    # Copies are plain generators.
    run.streams = block.streams.copy()
    run.reference, run.stall = _own(block.reference, member), _own(block.stall, member)
    run.best = None if block.best is None else _own_best(block.best, member)
    run.optimizer_state = {name: each[member].copy() for name, each in _state(block).items()}
    run.history = block.history.history(member)  # type: ignore[attr-defined]
    run.best_loss = min([run.best_loss, *run.history.columns.get("loss", [])])


def _own(figure: Any, member: int) -> Any:
    """Return the state of a member; before the first epoch, all have the same."""
    return figure if np.ndim(figure) == 0 else figure[member]


def _own_best(best: Best, member: int) -> Best:
    part = best.part(member)
    return Best(part.value, part.theta.copy(), part.epoch, part.rate)


def _state(run: Run) -> dict[str, NDArray]:
    return run.optimizer_state or {}
