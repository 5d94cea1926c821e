"""Opened fits of one kind, solved as members of one network, each until it has come to its end."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers import Dropout, Layer
from sknn.core.network import Network
from sknn.estimators.fit.callbacks import validate, watch_for
from sknn.estimators.fit.solvers import (
    Sizes,
    batches_of,
    threads_for,
    train_stochastic,
    trainer_for,
)
from sknn.estimators.fit.stages import conclude, plan_epochs
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
from sknn.training.columns import OptimizerColumns, ScheduleColumns, of_all


def solve_together(states: Sequence[FitState]) -> None:
    """Train all states; each ends as ``solve_fit`` would have left it.

    But for one that diverged: its ``run.stop_reason`` says so, and nothing else of it counts.

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
        staying = _train(list(states), batches, size)
        for state in staying:
            # No Pause asks for a snapshot, but without one it would take the call for a part.
            train_stochastic(state, batches, size, snapshot=_nothing)
            conclude(state)


def _nothing() -> None:
    """Stand for a snapshot that nobody asks for."""


def _last_epoch(state: FitState) -> tuple[int, str]:
    """Return the epoch after which a state leaves at the latest, and why."""
    run = state.run
    pauses = [max(run.began + each.epoch, run.epoch + 1) for each in state.recipe.callbacks]
    ends = [(epoch, PAUSED) for epoch in pauses if epoch < run.until]
    return min([*ends, (run.until, "max_iter")])


def _train(states: list[FitState], batches: Batches, size: Sizes) -> list[FitState]:
    """Train while there are several to train; return the last one, if it is not at its end."""
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
    """Do what is to be done when training has ended; say whether Ctrl-C came in between.

    It is meant for all who are still to come.
    """
    interrupted = False
    for state in states:
        run = state.run
        if interrupted:
            run.stop_reason, run.until = "interrupted", run.epoch
        elif run.stop_reason != "diverged":
            before = run.stop_reason
            conclude(state)
            interrupted = run.stop_reason != before
    return interrupted


def _train_to_the_first_end(
    block: FitState, states: list[FitState], batches: Batches, size: Sizes
) -> WatchMembers:
    """Train until one of the members has come to an end, or several; return who knows which."""
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
    """Return why a member has come to its end, None where it goes on."""
    if block.run.stop_reason == "interrupted":
        return "interrupted"
    if watch.lost[m]:
        return "diverged"
    if watch.stopped[m]:
        return watch.reason
    epoch, reason = _last_epoch(state)
    return reason if block.run.epoch >= epoch else None


def _leave(block: FitState, member: int, state: FitState, reason: str | None) -> None:
    """Let a state have what its member has learned, and why it came to its end."""
    hand_back(block.run, member, state.run)
    state.network.load(block.network.theta[member])
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
    """Return the block of those who stay."""
    if len(members) < 2:
        return block
    part = copy.copy(block)
    part.run = some_of(block.run, members)
    return _with_members(part, states, block.network.theta[members])


def _with_members(block: FitState, states: Sequence[FitState], theta: NDArray) -> FitState:
    block.recipe = _recipe_of([(state.recipe, state.run.horizon) for state in states])
    block.network = block.network.with_members(theta)
    block.network.layers = _layers_of([state.network for state in states])
    return block


def _recipe_of(members: Sequence[tuple[Recipe, int]]) -> Recipe:
    """Return the recipe of a block: what may differ has an entry for each member."""
    recipes = [recipe for recipe, _ in members]
    optimizers: Any = [recipe.optimizer for recipe in recipes]
    decays = [
        optimizer.weight_decay if recipe.weight_decay is None else recipe.weight_decay
        for recipe, optimizer in zip(recipes, optimizers, strict=True)
    ]
    columns: Any = {
        "optimizer": OptimizerColumns(optimizers),
        "schedule": ScheduleColumns([(recipe.schedule, own) for recipe, own in members]),
        "base_rate": np.array([recipe.base_rate for recipe in recipes], np.float64),
        "weight_decay": of_all(decays),
        "l2": of_all([recipe.l2 for recipe in recipes]),
        "l1": of_all([recipe.l1 for recipe in recipes]),
    }
    return replace(recipes[0], **columns)


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
