"""The solvers: stochastic training and full-batch minimisation of one session's network."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable
from numbers import Integral
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from sknn.core.network import Network
from sknn.core.optimizers import Optimizer, State
from sknn.core.schedules import BatchSizeSchedule, Cosine, Schedule
from sknn.estimators import architecture, parameters
from sknn.estimators.ensemble import Members, groups_of, independent, part_of, spread
from sknn.estimators.watching import announced, callbacks_for
from sknn.training.batches import Batches
from sknn.training.callbacks import Callback
from sknn.training.caller import users_level
from sknn.training.folds import FoldBatches
from sknn.training.lbfgs import ROWS, minimize_lbfgs
from sknn.training.members import follow, join, put
from sknn.training.monitor import LEFT
from sknn.training.threads import blas_threads
from sknn.training.trainer import Trainer
from sknn.training.update import Update

if TYPE_CHECKING:
    from sknn.estimators.session import Session


def solve(session: Session) -> None:
    """Train the network of a session with its solver; ``session.state`` says how far it came."""
    _drop_stale_average(session)
    seconds = session.estimator.max_time
    session.deadline = math.inf if seconds is None else perf_counter() + seconds
    batches, size = _batches(session)
    _warn_of_clipping(session, batches.n_rows)
    largest = ROWS if session.lbfgs else size(session.state.epoch)
    work = session.estimator._work(session.network, min(largest, batches.n_rows))
    with blas_threads(work), announced(session):
        if session.lbfgs:
            _train_full_batch(session, batches)
        elif independent(session):
            _train_apart(session)
        else:
            whole = {"snapshot": session.snapshot, "conclude": session.choose_weights}
            _train_stochastic(session, batches, size, **whole)


def rejoin(session: Session, rows: NDArray | None) -> NDArray | None:
    """Return the best weights after some passes over all `rows`, those held out included.

    Each network takes as many passes more as the share that was held out, of the epochs the best
    weights took. The rate falls, so that the chance of the last batches, from which the choice of
    the best or an average had freed the weights, does not come back. What a later call continues
    from stays as it is, generators included. None if the passes came to no good end.
    """
    run, best = session.state, session.state.best
    assert best is not None
    alike: dict[Any, list[int]] = {}
    for m, key in enumerate(zip(np.atleast_1d(best.epoch), np.atleast_1d(best.rate), strict=True)):
        alike.setdefault(key, []).append(m)
    groups = list(alike.values())
    results = spread(_pass_over_all, [_from_best(session, group, rows) for group in groups])
    reasons = {state.stop_reason for _, state in results}
    if "interrupted" in reasons:
        # Of the call nothing but these passes is left.
        run.stop_reason, run.until = "interrupted", run.epoch
    if reasons != {"max_iter"}:
        return None
    theta = np.empty_like(best.theta)
    for group, (part, _) in zip(groups, results, strict=True):
        theta[group if session.network.lead else ...] = part
    return theta


def _pass_over_all(session: Session) -> None:
    """Train on, from the best weights of networks that have the best epoch and rate in common."""
    best = session.state.best
    assert best is not None
    epoch, rate = np.atleast_1d(best.epoch)[0], np.atleast_1d(best.rate)[0]
    passes = math.ceil(session.estimator.validation_fraction * int(epoch))
    batches, size = _batches(session)
    n = size(int(epoch))
    with blas_threads(session.estimator._work(session.network, n)):
        trainer = _trainer(
            session, batches, lambda epoch: n, float(rate), Cosine(epochs=passes), []
        )
        trainer.run(session.state, passes)


def objective_at(session: Session, theta: NDArray) -> float:
    """Return the objective over all rows trained on, at some weights, without noise."""
    network = session.network.copy()
    network.load(theta)
    batches, size = _batches(session)
    n = size(session.state.epoch)
    objective = session.estimator._objective(session, network, n)
    parts = (objective.batch(*batch) * batch.x.shape[0] for batch in batches.epoch(n, None))
    return sum(parts) / batches.n_rows


def _from_best(session: Session, members: Members, rows: NDArray | None) -> Session:
    """Return a session that trains on `rows` from the best weights; nothing is shared with it."""
    twin = part_of(session, members) if session.network.lead else copy.copy(session)
    if twin.state is session.state:
        twin.network, twin.state = session.network.copy(), session.state.copy()
    assert twin.state.best is not None
    twin.rows_used = rows
    twin.network.load(twin.state.best.theta)
    twin.state.epoch, twin.state.optimizer_state, twin.state.stopped = 0, None, False
    return twin


def _batches(session: Session) -> tuple[Any, Callable[[int], int]]:
    """Return the rows a session trains on, and how many make a batch."""
    weight = session.column(session.train.weight)
    factor = 1.0 / session.targets.scale
    x, target = session.train.x, session.target
    batches: Any
    if session.folds is not None and session.network.lead:
        batches = FoldBatches(x, target, weight, session.folds.train)
    else:
        rows = session.rows_used if session.folds is None else session.folds.train[0]
        batches = Batches(x, target, weight, rows, factor)
    return batches, _batch_sizes(session.estimator, batches.n_rows, session.state.horizon)


def _train_apart(session: Session) -> None:
    """Train groups of members that do not know of each other."""
    groups = groups_of(session)
    results = spread(_train_group, [part_of(session, group) for group in groups])
    for group, (theta, _) in zip(groups, results, strict=True):
        session.network.theta[group] = theta
    join(session.state, groups, [run for _, run in results])
    session.choose_weights()


def _train_group(session: Session) -> None:
    """Train members together; those that stop early leave the others to themselves."""
    batches, size = _batches(session)
    rows = min(size(session.state.epoch), batches.n_rows)
    with blas_threads(session.estimator._work(session.network, rows)):
        _train_stochastic(session, batches, size)
    run = session.state
    if run.stop_reason != LEFT:
        return
    others = np.flatnonzero(np.logical_not(run.stopped)).tolist()
    rest = part_of(session, others)
    _train_group(rest)
    session.network.theta[others] = rest.network.theta
    put(run, others, rest.state)
    follow(run, rest.state)
    run.history = rest.state.history


def _train_stochastic(
    session: Session, batches: Any, size: Callable[[int], int], **options: Any
) -> None:
    estimator = session.estimator
    pace = estimator._pace()
    _trainer(
        session,
        batches,
        size,
        pace.base_rate,
        pace.schedule,
        callbacks=callbacks_for(session, session.network),
        **options,
    ).run(session.state, session.epochs_left)


def _trainer(
    session: Session,
    batches: Any,
    size: Callable[[int], int],
    rate: float,
    schedule: Schedule,
    callbacks: list[Callback],
    **options: Any,
) -> Trainer:
    """Return the loop with the objective and the update of a session."""
    estimator = session.estimator
    rows = min(size(session.state.epoch), batches.n_rows)
    objective = estimator._objective(session, session.network, rows)
    return Trainer(
        objective,
        estimator._update(session, objective),
        batches,
        base_rate=rate,
        schedule=schedule,
        batch_size=size,
        callbacks=callbacks,
        deadline=session.deadline,
        shuffle=estimator.shuffle,
        regularization=parameters.regularization_of(estimator),
        **options,
    )


def _drop_stale_average(session: Session) -> None:
    """Forget an average nobody keeps any more: it would be served for what is trained now."""
    if not session.estimator._averages():
        session.state.average = None


def update_of(session: Session, objective: Any) -> Update:
    """Return what moves the network of a session along the gradient of its objective."""
    optimizer = parameters.optimizer_of(session.estimator)
    state = optimizer_state(
        session, type(optimizer).__name__, lambda: optimizer.init(session.network.trainable)
    )
    grad, l1 = objective.grad, objective.l1
    return moving(session.estimator, session.network, grad, optimizer, state, l1)


def moving(
    estimator: Any,
    network: Network,
    grad: NDArray,
    optimizer: Optimizer,
    state: State,
    l1: float = 0.0,
) -> Update:
    """Return what moves a network by an optimizer, as the parameters of an estimator have it."""
    decay, limit = estimator.weight_decay, estimator.max_grad_norm
    return Update(
        network,
        grad,
        optimizer,
        state,
        l1=l1,
        weight_decay=optimizer.weight_decay if isinstance(decay, str) else float(decay),
        max_grad_norm=None if limit is None else float(limit),
        rates=estimator._rates(network),
        decays=estimator._decays(network),
    )


def optimizer_state(session: Session, kind: str, fresh: Callable[[], State]) -> State:
    """Return the state of the run, a fresh one where it is missing or of another optimizer."""
    run = session.state
    if run.optimizer_state is None or run.optimizer_kind != kind:
        run.optimizer_state = fresh()
        run.optimizer_kind, run.optimizer_step = kind, 0
    return run.optimizer_state


def _train_full_batch(session: Session, batches: Batches) -> None:
    """Minimise by L-BFGS, in float64, the members one after the other."""
    estimator, state = session.estimator, session.state
    state.watch(None)
    runs = []
    for index in range(session.network.n_members):
        network = session.network.member(index).copy(np.float64)
        objective = estimator._objective(session, network, min(ROWS, batches.n_rows))
        run = state.copy()
        result = minimize_lbfgs(
            objective,
            batches,
            run,
            callbacks_for(session, network),
            max_iter=session.call.epochs,
            max_fun=estimator.max_fun,
            tol=estimator.tol,
            deadline=session.deadline,
            held=architecture.rate_factors(estimator, network),
        )
        runs.append(run)
        session.network.member(index).load(network.theta)
        if run.stop_reason == "max_iter":
            _warn_lbfgs(result, session.call.epochs)
        if run.stop_reason in ("diverged", "interrupted"):
            session.state = run
            return
    session.state = max(runs, key=lambda run: run.epoch)


def _batch_sizes(estimator: Any, n_rows: int, horizon: int) -> Callable[[int], int]:
    """Return the function from the number of epochs so far to the rows of a batch."""
    size = estimator.batch_size
    if isinstance(size, BatchSizeSchedule):
        return lambda epoch: min(n_rows, size.size(epoch, horizon, n_rows))
    if isinstance(size, str):
        return lambda epoch: estimator._automatic_batch_size(n_rows)
    return lambda epoch: min(int(size), n_rows)


def _warn_of_clipping(session: Session, n_rows: int) -> None:
    size = session.estimator.batch_size
    if not session.lbfgs and isinstance(size, Integral) and int(size) > n_rows:
        session.estimator._batch_is_clipped()


def _warn_lbfgs(result: Any, max_iter: int) -> None:
    warnings.warn(
        f"lbfgs failed to converge after {result.nit} iteration(s) (status={result.status}):\n"
        f"{result.message}\n\nIncrease the number of iterations to improve the convergence "
        f"(max_iter={max_iter}).\nYou might also want to scale the data.",
        ConvergenceWarning,
        stacklevel=users_level(),
    )
