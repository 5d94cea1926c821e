"""Members trained together in this process, or separately by joblib."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from time import perf_counter

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from numpy.typing import NDArray

from sknn.estimators.fit.state import FitState
from sknn.training.members import network_of, run_of
from sknn.training.run import Run

Members = Sequence[int]


def independent(state: FitState) -> bool:
    """Return whether members can be trained separately: no callback sees all of them."""
    recipe = state.recipe
    watched = recipe.callbacks or recipe.verbose or recipe.stop_below is not None
    return bool(
        state.network.lead
        and state.folds is None
        and state.context is None
        and state.call.elsewhere is None
        and not watched
        and not recipe.follows_loss
    )


def groups_of(state: FitState) -> list[Members]:
    """Return which members are trained together: one group for every job of joblib.

    A call to ``partial_fit`` is one pass, too short to be worth sending.
    """
    n_members = state.network.n_members
    jobs = 1 if state.call.stream else effective_n_jobs(None)
    return [part.tolist() for part in np.array_split(np.arange(n_members), min(jobs, n_members))]


def part_of(state: FitState, members: Members) -> FitState:
    """Return the state of some of the members alone; nothing that changes is shared."""
    twin = copy.copy(state)
    if not state.network.lead:
        twin.network, twin.run = state.network.copy(), state.run.copy()
        return twin
    twin.network = network_of(state.network, members)
    twin.run = run_of(state.run, members)
    known = range(state.network.n_members) if state.members is None else state.members
    twin.members = [known[m] for m in members]
    return twin


def train_in_jobs(
    train: Callable[[FitState], None], parts: list[FitState]
) -> list[tuple[NDArray, Run]]:
    """Train parts of a call, each in its own job if there are several jobs.

    Returns
    -------
    results : list of (theta, Run)
        The weights and the state of training of each; Ctrl-C may leave out the last ones.
    """
    if len(parts) == 1 or effective_n_jobs(None) == 1:
        return _in_turn(train, parts)
    left = parts[0].deadline - perf_counter()
    return Parallel()(delayed(_trained)(train, _parcel(part), left) for part in parts)


def _in_turn(train: Callable[[FitState], None], parts: list[FitState]) -> list[tuple[NDArray, Run]]:
    """Train one after the other, up to the first that Ctrl-C ends."""
    results = []
    for part in parts:
        results.append(_trained(train, part, inf))
        if results[-1][1].stop_reason == "interrupted":
            break
    return results


def _trained(
    train: Callable[[FitState], None], part: FitState, seconds: float
) -> tuple[NDArray, Run]:
    if seconds < inf:
        # Clocks of other processes may have other origins.
        part.deadline = perf_counter() + seconds
    # Arrays that come from another process may be read-only.
    part.network, part.run = part.network.copy(), part.run.copy()
    train(part)
    return part.network.theta, part.run


def _parcel(part: FitState) -> FitState:
    """Drop attributes that training does not need."""
    part.call = replace(part.call, X=None, y=None, sample_weight=None, X_val=None, y_val=None)
    return part
