"""Members trained together in this process, or apart where joblib can do so."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING
from weakref import WeakSet

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from numpy.typing import NDArray

from sknn.core.schedules import Schedule
from sknn.training.members import network_of, run_of
from sknn.training.run import Run

if TYPE_CHECKING:
    from sknn.estimators.session import Session

Members = Sequence[int]


def independent(session: Session) -> bool:
    """Say whether members can be trained without each other, and nobody looks at all of them."""
    estimator, schedule = session.estimator, session.estimator._pace().schedule
    shared_rate = schedule.waits_for_stall or type(schedule).observe is not Schedule.observe
    watched = estimator.callbacks or estimator.verbose or estimator.stop_below is not None
    return bool(
        session.network.lead
        and session.folds is None
        and session.context is None
        and not watched
        and not shared_rate
    )


def groups_of(session: Session) -> list[Members]:
    """Return which members are trained together: one group for every job of joblib.

    A call of ``partial_fit`` is one pass, too short to be sent anywhere.
    """
    n_members = session.network.n_members
    jobs = 1 if session.call.stream else effective_n_jobs(None)
    return [part.tolist() for part in np.array_split(np.arange(n_members), min(jobs, n_members))]


def part_of(session: Session, members: Members) -> Session:
    """Return a session that trains some of the members; nothing that changes is shared."""
    twin = copy.copy(session)
    twin.network = network_of(session.network, members)
    twin.state = run_of(session.state, members)
    return twin


def spread(train: Callable[[Session], None], parts: list[Session]) -> list[tuple[NDArray, Run]]:
    """Train sessions, each in a job of its own if there are several jobs.

    Returns
    -------
    results : list of (theta, Run)
        The weights of each, and where its training stands; Ctrl-C may leave out the last ones.
    """
    if len(parts) == 1 or effective_n_jobs(None) == 1:
        return _in_turn(train, parts)
    left = parts[0].deadline - perf_counter()
    return Parallel()(delayed(_trained)(train, _parcel(part), left) for part in parts)


def _in_turn(train: Callable[[Session], None], parts: list[Session]) -> list[tuple[NDArray, Run]]:
    """Train one after the other, up to the first that Ctrl-C ends."""
    results = []
    for part in parts:
        results.append(_trained(train, part, inf))
        if results[-1][1].stop_reason == "interrupted":
            break
    return results


def _trained(
    train: Callable[[Session], None], part: Session, seconds: float
) -> tuple[NDArray, Run]:
    if seconds < inf:
        # Clocks of other processes count from other moments.
        part.deadline = perf_counter() + seconds
    # Arrays that come from another process may be read-only.
    part.network, part.state = part.network.copy(), part.state.copy()
    train(part)
    return part.network.theta, part.state


def _parcel(part: Session) -> Session:
    """Return a session without what its training has no use for."""
    part.call = replace(part.call, X=None, y=None, sample_weight=None, X_val=None, y_val=None)
    part.before, part._snapshots = {}, WeakSet()
    return part
