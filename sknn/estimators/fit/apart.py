"""A call of fit whose members are trained separately: opened once, one task each, closed once."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sknn._sklearn import shallow_copy
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.solvers import batches_of, train_alone, warn_of_clipping
from sknn.estimators.fit.stages import close_fit, open_fit, plan_epochs, solve_fit
from sknn.estimators.fit.state import FitState
from sknn.training.replay import MemberEpoch, Replay
from sknn.training.threads import blas_threads


def open_apart(parcel: Any, call: Call) -> FitState:
    """Prepare a call of fit up to the first batch.

    Parameters
    ----------
    parcel : estimator
        With parameters and nothing else; it is not changed.
    call : Call
    """
    limit = blas_threads(0, firm=True)
    with limit, limit:
        trial = shallow_copy(parcel)
        given = trial._check_parameters()
        state = open_fit(trial, call, trial._recipe(), given)
        plan_epochs(state)
        warn_of_clipping(state, batches_of(state)[0].n_rows)
    # Training does not need the arguments of the user.
    state.call = replace(state.call, X=None, y=None, sample_weight=None)
    return state


def train_apart(state: FitState, member: int) -> list[MemberEpoch]:
    """Train one member of a call, without changing the call."""
    limit = blas_threads(0, firm=True)
    with limit, limit:
        return train_alone(state, member)


def close_apart(state: FitState, members: Sequence[Sequence[MemberEpoch]]) -> dict[str, Any]:
    """Make the decisions that depend on all members; return the attributes of the fitted estimator.

    The loop, the measurements, and the choice of weights are those of every fit; only the passes
    have been made before. The state is not changed.
    """
    state, replay = copy.copy(state), Replay(members)
    state.estimator = shallow_copy(state.estimator)
    state.network, state.run = state.network.copy(), state.run.copy()
    state.call = replace(state.call, elsewhere=replay)
    if state.folds is not None:
        state.folds = replay.folds(state.folds)
    limit = blas_threads(0, firm=True)
    with limit, limit:
        solve_fit(state)
        if state.run.stop_reason == "interrupted":
            # Replayed in part, the call would seem to have trained fewer epochs.
            raise KeyboardInterrupt
        close_fit(state)
    return vars(state.estimator)
