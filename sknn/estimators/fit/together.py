"""Opened fits of one kind, solved as members of one network, each until it ends."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers import Dropout, Layer
from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.estimators.fit.callbacks import validate, watch_for
from sknn.estimators.fit.solvers import (
    Sizes,
    batches_of,
    from_best,
    pass_over_all,
    threads_for,
    train_stochastic,
    trainer_for,
)
from sknn.estimators.fit.stages import conclude, plan_epochs, rejoins
from sknn.estimators.fit.state import FitState
from sknn.estimators.settings.recipe import Recipe
from sknn.training.batches import Batches
from sknn.training.block import (
    BlockTrainer,
    ValidateMembers,
    WatchMembers,
    hand_back,
    joined,
    some_of,
)
from sknn.training.callbacks import PAUSED, Callback, copies
from sknn.training.columns import LossColumns, OptimizerColumns, ScheduleColumns, of_all


def solve_together(states: Sequence[FitState]) -> None:
    """Train all states; each ends as ``solve_fit`` would have left it.

    An exception is one that diverged: its ``run.stop_reason`` says so, and nothing else of it
    counts.

    Parameters
    ----------
    states : sequence of FitState
        Opened, of estimators of one key, on the same rows.
    """
    batches, size = batches_of(states[0])
    for state in states:
        plan_epochs(state)
        state.estimator.callbacks_ = copies.for_a_call(state.recipe.callbacks)
    with threads_for(states[0], min(size(0), batches.n_rows)):
        # Members with the same loss side by side.
        staying = _train(sorted(states, key=lambda state: repr(state.loss)), batches, size)
        for state in staying:
            # No Pause needs a snapshot, but without one, the call would count as a part.
            train_stochastic(state, batches, size, snapshot=_nothing)
            conclude(state)


def _nothing() -> None:
    """Replace a snapshot that is never used."""


def _last_epoch(state: FitState) -> tuple[int, str]:
    """Return the epoch after which a state leaves at the latest, and why."""
    run = state.run
    pauses = [max(run.began + each.epoch, run.epoch + 1) for each in state.recipe.callbacks]
    ends = [(epoch, PAUSED) for epoch in pauses if epoch < run.until]
    return min([*ends, (run.until, "max_iter")])


def _train(states: list[FitState], batches: Batches, size: Sizes) -> list[FitState]:
    """Train while there are several; return the last one if it has not ended."""
    block = _joined(states)
    while len(states) > 1:
        watch = _train_to_the_first_end(block, states, batches, size)
        ends = [_end(block, state, watch, m) for m, state in enumerate(states)]
        leaving = [m for m, end in enumerate(ends) if end is not None]
        staying = [m for m, end in enumerate(ends) if end is None]
        for m in leaving:
            _leave(block, m, states[m], ends[m])
            states[m].run.stopped = watch.stopped[m] or False
        if _conclude_all([states[m] for m in leaving]):
            for m in staying:
                _leave(block, m, states[m], "interrupted")
            return []
        if len(staying) == 1:
            _leave(block, staying[0], states[staying[0]], None)
        states = [states[m] for m in staying]
        block = _part(block, states, np.array(staying, int))
    return states


def _conclude_all(states: Sequence[FitState]) -> bool:
    """Finish after training; return whether Ctrl-C came in between.

    Ctrl-C applies to all remaining members.
    """
    interrupted = _rejoin_together(states)
    for state in states:
        run = state.run
        if run.stop_reason == "diverged" or state.finished is not None:
            continue
        if interrupted and rejoins(state):
            run.stop_reason, run.until = "interrupted", run.epoch
            continue
        before = run.stop_reason
        conclude(state)
        interrupted = interrupted or run.stop_reason != before
    return interrupted


def _rejoin_together(states: Sequence[FitState]) -> bool:
    """Train those with the same best epoch on all rows; return whether Ctrl-C came."""
    alike: dict[int, list[FitState]] = defaultdict(list)
    for state in states:
        if rejoins(state):
            alike[int(state.run.best.epoch)].append(state)  # type: ignore[union-attr]
    groups = [(epoch, group) for epoch, group in alike.items() if len(group) > 1]
    return any(_pass_together(epoch, group) for epoch, group in groups)


def _pass_together(epoch: int, states: Sequence[FitState]) -> bool:
    best: Any = [state.run.best for state in states]
    block = _joined([from_best(state, [0], state.all_rows) for state in states])
    rates = np.array([float(each.rate) for each in best])
    passes = pass_over_all(block, epoch, rates, BlockTrainer)
    if block.run.stop_reason == "interrupted":
        return True
    losses = block.run.history.tables["loss"]  # type: ignore[attr-defined]
    losses = losses[: len(block.run.history)][-passes:]
    good = np.isfinite(losses).all(axis=0) & np.isfinite(block.network.theta).all(axis=-1)
    for state, theta, is_good in zip(states, block.network.theta, good, strict=True):
        # Failed fits are repeated, each alone, to find the error.
        state.finished = theta.copy() if is_good else None
    return False


def _train_to_the_first_end(
    block: FitState, states: list[FitState], batches: Batches, size: Sizes
) -> WatchMembers:
    """Train until at least one member ends; return the object that knows which."""
    watch = WatchMembers([watch_for(state) for state in states])
    observers: list[Callback] = [watch]
    if block.validation is not None:
        observers.append(ValidateMembers(validate(block, block.network.dtype)))
    recipe, run = block.recipe, block.run
    trainer = trainer_for(
        block, batches, size, recipe.base_rate, recipe.schedule, observers, BlockTrainer
    )
    trainer.run(run, min(_last_epoch(state)[0] for state in states) - run.epoch)
    return watch


def _end(block: FitState, state: FitState, watch: WatchMembers, m: int) -> str | None:
    """Return why a member has ended, None if it continues."""
    if block.run.stop_reason == "interrupted":
        return "interrupted"
    if watch.lost[m]:
        return "diverged"
    if watch.stopped[m]:
        return watch.reason
    epoch, reason = _last_epoch(state)
    return reason if block.run.epoch >= epoch else None


def _leave(block: FitState, member: int, state: FitState, reason: str | None) -> None:
    """Write into a state what its member has learned, and why its training ended."""
    hand_back(block.run, member, state.run)
    state.network.load(block.network.theta[member])
    if block.run.theta is not None:
        state.run.theta = block.run.theta[member].copy()
    state.run.optimizer_kind = type(state.recipe.optimizer).__name__
    state.run.stop_reason = reason


# -- the state of a block ---------------------------------------------------------------------


def _joined(states: Sequence[FitState]) -> FitState:
    """Return a state whose network holds those of all."""
    block = copy.copy(states[0])
    block.run = joined([state.run for state in states])
    theta = np.stack([state.network.theta for state in states])
    return _with_members(block, states, theta)


def _part(block: FitState, states: Sequence[FitState], members: NDArray) -> FitState:
    """Return the block of the remaining members."""
    if len(members) < 2:
        return block
    part = copy.copy(block)
    part.run = some_of(block.run, members)
    return _with_members(part, states, block.network.theta[members])


def _with_members(block: FitState, states: Sequence[FitState], theta: NDArray) -> FitState:
    block.recipe = _recipe_of([(state.recipe, state.run.horizon) for state in states])
    block.loss = _loss_of([state.loss for state in states])
    block.network = block.network.with_members(theta)
    block.network.layers = _layers_of([state.network for state in states])
    return block


def _recipe_of(members: Sequence[tuple[Recipe, int]]) -> Recipe:
    """Return the recipe of a block: values that may differ have an entry for each member."""
    recipes = [recipe for recipe, _ in members]
    optimizers: Any = [recipe.optimizer for recipe in recipes]
    columns: Any = {
        "optimizer": OptimizerColumns(optimizers),
        "schedule": ScheduleColumns([(recipe.schedule, own) for recipe, own in members]),
        "base_rate": np.array([recipe.base_rate for recipe in recipes], np.float64),
        "weight_decay": of_all([recipe.decay for recipe in recipes]),
        "l2": of_all([recipe.l2 for recipe in recipes]),
        "l1": of_all([recipe.l1 for recipe in recipes]),
    }
    return replace(recipes[0], **columns)


def _loss_of(losses: Sequence[Loss]) -> Any:
    """Return the loss of a block; smoothing of labels may differ."""
    return losses[0] if len(set(map(repr, losses))) == 1 else LossColumns(losses)


def _layers_of(networks: Sequence[Network]) -> tuple[Layer, ...]:
    """Return the layers of a block; those that drop at several rates have an array of them."""
    return tuple(map(_layer_of, zip(*(network.layers for network in networks), strict=True)))


def _layer_of(layers: Sequence[Layer]) -> Layer:
    first = layers[0]
    if not isinstance(first, Dropout):
        return first
    twin = copy.copy(first)
    twin.rate = of_all([layer.rate for layer in layers])  # type: ignore[attr-defined]
    return twin
