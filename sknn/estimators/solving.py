"""The solvers: stochastic training and full-batch minimisation of one session's network."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sknn.core.network import Network
from sknn.core.optimizers import Optimizer, State
from sknn.core.schedules import BatchSizeSchedule
from sknn.estimators import architecture, parameters
from sknn.estimators.caller import users_level
from sknn.estimators.watching import callbacks_for
from sknn.training.batches import Batches
from sknn.training.lbfgs import minimize_lbfgs
from sknn.training.threads import blas_threads
from sknn.training.trainer import Trainer
from sknn.training.update import Update

if TYPE_CHECKING:
    from sknn.estimators.session import Session


def solve(session: Session) -> None:
    """Train the network of a session with its solver; ``session.state`` says how far it came."""
    weight = session.column(session.train.weight)
    batches = Batches(session.train.x, session.target, weight, session.rows_used)
    size = _batch_sizes(session.estimator, batches.n_rows, session.state.horizon)
    largest = 4096 if session.lbfgs else size(session.state.epoch)
    with blas_threads(_multiply_adds(session.network, min(largest, batches.n_rows))):
        if session.lbfgs:
            _train_full_batch(session, batches)
        else:
            _train_stochastic(session, batches, size)


def _train_stochastic(session: Session, batches: Batches, size: Callable[[int], int]) -> None:
    estimator, run = session.estimator, session.state
    optimizer = parameters.optimizer_of(estimator)
    rows = min(size(run.epoch), batches.n_rows)
    objective = estimator._objective(session, session.network, rows)
    pace = estimator._pace()
    state = _optimizer_state(session, optimizer)
    decay = estimator.weight_decay
    update = Update(
        session.network,
        objective.grad,
        optimizer,
        state,
        l1=objective.l1,
        weight_decay=optimizer.weight_decay if isinstance(decay, str) else decay,
        max_grad_norm=estimator.max_grad_norm,
        rates=architecture.rate_factors(estimator, session.network),
    )
    Trainer(
        objective,
        update,
        batches,
        base_rate=pace.base_rate,
        schedule=pace.schedule,
        batch_size=size,
        callbacks=callbacks_for(session, session.network),
        shuffle=estimator.shuffle,
        max_time=estimator.max_time,
        snapshot=session.snapshot,
    ).run(run, session.epochs_left)


def _optimizer_state(session: Session, optimizer: Optimizer) -> State:
    """Return the state of the run, a fresh one where it is missing or of another optimizer."""
    run, kind = session.state, type(optimizer).__name__
    if run.optimizer_state is None or run.optimizer_kind != kind:
        run.optimizer_state = optimizer.init(session.network.trainable)
        run.optimizer_kind, run.optimizer_step = kind, 0
    return run.optimizer_state


def _train_full_batch(session: Session, batches: Batches) -> None:
    """Minimise by L-BFGS, in float64, the members one after the other."""
    estimator, state = session.estimator, session.state
    state.watch(None)
    deadline = None if estimator.max_time is None else perf_counter() + estimator.max_time
    runs = []
    for index in range(session.network.n_members):
        network = session.network.member(index).copy(np.float64)
        objective = estimator._objective(session, network, min(4096, batches.n_rows))
        run = state.copy()
        result = minimize_lbfgs(
            objective,
            batches,
            run,
            callbacks_for(session, network),
            max_iter=session.call.epochs,
            max_fun=estimator.max_fun,
            tol=estimator.tol,
            deadline=deadline,
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


def _multiply_adds(network: Network, rows: int) -> int:
    weights = [views["W"] for views in network.params if "W" in views]
    return rows * max(w.shape[-2] * w.shape[-1] for w in weights)


def _batch_sizes(estimator: Any, n_rows: int, horizon: int) -> Callable[[int], int]:
    """Return the function from the number of epochs so far to the rows of a batch."""
    size = estimator.batch_size
    if isinstance(size, BatchSizeSchedule):
        return lambda epoch: min(n_rows, size.size(epoch, horizon, n_rows))
    if isinstance(size, str):
        return lambda epoch: min(200, n_rows)
    if size > n_rows and not parameters.is_lbfgs(estimator):
        estimator._batch_is_clipped()
    return lambda epoch: min(int(size), n_rows)


def _warn_lbfgs(result: Any, max_iter: int) -> None:
    warnings.warn(
        f"lbfgs failed to converge after {result.nit} iteration(s) (status={result.status}):\n"
        f"{result.message}\n\nIncrease the number of iterations to improve the convergence "
        f"(max_iter={max_iter}).\nYou might also want to scale the data.",
        ConvergenceWarning,
        stacklevel=users_level(),
    )
