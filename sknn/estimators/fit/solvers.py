"""The solvers: stochastic training and full-batch minimization of the network of one call."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from sknn.core.schedules import Cosine, Schedule
from sknn.estimators.fit.callbacks import announced, callbacks_for
from sknn.estimators.fit.parallel import Members, groups_of, independent, part_of, train_in_jobs
from sknn.estimators.fit.problem import Problem, weight_column
from sknn.estimators.fit.state import FitState
from sknn.estimators.settings.freezing import rate_factors
from sknn.training.batches import Batches
from sknn.training.callbacks import Callback, Hooks
from sknn.training.callbacks.early_stopping import LEFT
from sknn.training.folds import FoldBatches
from sknn.training.lbfgs import ROWS, FullBatch, minimize_lbfgs
from sknn.training.members import follow, join, put, put_start
from sknn.training.objective import Supervised
from sknn.training.replay import MemberEpoch, MemberRecorder
from sknn.training.threads import blas_threads, largest_product
from sknn.training.touched import touching_few
from sknn.training.trainer import OnePass, Trainer
from sknn.training.warnings import users_level

Sizes = Callable[[int], int]


def solve(
    state: FitState, snapshot: Callable[[], Any] | None, conclude: Callable[[], None]
) -> None:
    """Train the network with the solver of the recipe; ``state.run`` holds the progress.

    Parameters
    ----------
    snapshot : callable or None
        For callbacks, see :class:`~sknn.training.callbacks.Progress`.
    conclude : callable
        Called when training has ended, before callbacks are called.
    """
    recipe = state.recipe
    if not recipe.averages:
        # A stale average would be used for predictions instead of the weights trained now.
        state.run.average = None
    state.deadline = state.began + recipe.max_time
    batches, size = batches_of(state)
    warn_of_clipping(state, batches.n_rows)
    largest = ROWS if recipe.full_batch else size(state.run.epoch)
    with threads_for(state, min(largest, batches.n_rows)), announced(state):
        if recipe.full_batch:
            _train_full_batch(state, batches)
        elif independent(state):
            _train_apart(state)
            conclude()
        else:
            train_stochastic(state, batches, size, snapshot=snapshot, conclude=conclude)


def one_pass(state: FitState) -> OnePass:
    """Pass over the rows once, without callbacks or decisions."""
    batches, size = batches_of(state)
    with threads_for(state, min(size(state.run.epoch), batches.n_rows)):
        recipe = state.recipe
        trainer = trainer_for(state, batches, size, recipe.base_rate, recipe.schedule, [])
        return trainer.once(state.run)


def train_alone(state: FitState, member: int) -> list[MemberEpoch]:
    """Train one of the members to the end; return its results after every epoch.

    Nothing is decided here: decisions that depend on all members are made when these are replayed.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C.
    """
    part, folds = part_of(state, [member]), state.folds
    scores = None if folds is None else partial(folds.own_scores, member, x=state.train.x)
    recorder = MemberRecorder(scores)
    batches, size = batches_of(part)
    with threads_for(part, min(size(part.run.epoch), batches.n_rows)):
        recipe = part.recipe
        trainer = trainer_for(part, batches, size, recipe.base_rate, recipe.schedule, [recorder])
        trainer.run(part.run, part.epochs_left)
    if part.run.stop_reason == "interrupted":
        # The other members would have nothing to be combined with.
        raise KeyboardInterrupt
    return recorder.epochs


def loss_and_gradient(state: FitState, vector: NDArray, scale: float) -> tuple[float, NDArray]:
    """Return the sum over all rows of a state, at some weights and in float64, times a factor."""
    network = state.network.member(0).copy(np.float64)
    batches, _ = batches_of(state)
    with threads_for(state, min(ROWS, batches.n_rows)):
        problem: Problem = state.estimator._problem(state, network, min(ROWS, batches.n_rows))
        assert isinstance(problem.objective, Supervised)
        return FullBatch(problem.objective, batches).here(vector, scale)


def rejoin(state: FitState, rows: NDArray | None) -> NDArray | None:
    """Return the best weights after some passes over all `rows`, including held-out rows.

    The number of passes is a share of the epochs that led to the best weights. The rate
    falls, so that the noise of the last batches, which the choice of the best epoch or an average
    had removed, does not come back. The state from which a later call continues is not changed,
    including generators. None if the passes failed.
    """
    run, best = state.run, state.run.best
    assert best is not None
    if state.recipe.verbose:
        passes = state.estimator._holdout.passes(state, int(np.max(best.epoch)))
        epochs = "1 epoch" if passes == 1 else f"{passes} epochs"
        print(f"Training the best weights on all rows, including held-out rows, for {epochs}.")
    alike: dict[Any, list[int]] = {}
    for m, key in enumerate(zip(np.atleast_1d(best.epoch), np.atleast_1d(best.rate), strict=True)):
        alike.setdefault(key, []).append(m)
    groups = list(alike.values())
    results = train_in_jobs(_pass_over_all, [from_best(state, group, rows) for group in groups])
    reasons = {part.stop_reason for _, part in results}
    if "interrupted" in reasons:
        # Only these passes of the call are left.
        run.stop_reason, run.until = "interrupted", run.epoch
    if reasons != {"max_iter"}:
        return None
    theta = np.empty_like(best.theta)
    for group, (part, _) in zip(groups, results, strict=True):
        theta[group if state.network.lead else ...] = part
    return theta


def _pass_over_all(state: FitState) -> None:
    """Train on, from the best weights of networks that have the best epoch and rate in common."""
    best = state.run.best
    assert best is not None
    epoch, rate = np.atleast_1d(best.epoch)[0], np.atleast_1d(best.rate)[0]
    pass_over_all(state, int(epoch), float(rate))


def pass_over_all(state: FitState, epoch: int, rate: Any, kind: type[Trainer] = Trainer) -> int:
    """Train for a share of `epoch` epochs, from a rate down to almost zero; return it."""
    passes = state.estimator._holdout.passes(state, epoch)
    batches, size = batches_of(state)
    n = size(epoch)
    with threads_for(state, n):
        schedule = Cosine(epochs=passes)
        trainer = trainer_for(state, batches, lambda epoch: n, rate, schedule, [], kind)
        trainer.run(state.run, passes)
    return passes


def objective_at(state: FitState, theta: NDArray) -> float:
    """Return the objective over all training rows, at some weights, without noise."""
    network = state.network.copy()
    network.load(theta)
    batches, size = batches_of(state)
    n = size(state.run.epoch)
    problem: Problem = state.estimator._problem(state, network, n)
    objective = problem.objective
    parts = (objective.batch(*batch) * batch[0].shape[0] for batch in batches.epoch(n, None))
    return sum(parts) / batches.n_rows


def from_best(state: FitState, members: Members, rows: NDArray | None) -> FitState:
    """Return a state that trains on `rows` from the best weights; nothing is shared with it."""
    twin = part_of(state, members)
    assert twin.run.best is not None
    twin.rows_used = rows
    twin.network.load(twin.run.best.theta)
    twin.run.epoch, twin.run.optimizer_state, twin.run.stopped = 0, None, False
    return twin


def threads_for(state: FitState, rows: int) -> blas_threads:
    """Return a context that limits BLAS to one thread if a batch of these rows is small."""
    alone = state.estimator._single_threaded
    return blas_threads(0 if alone else largest_product(state.network, rows))


def batches_of(state: FitState) -> tuple[Any, Sizes]:
    """Return the training rows, and the number of rows of a batch."""
    weight = weight_column(state)
    factor = 1.0 / state.targets.scale
    x, target = state.train.x, state.target
    batches: Any
    if state.folds is not None and state.run.of_several:
        member = None if state.members is None else state.members[0]
        batches = FoldBatches(x, target, weight, state.folds.train, member)
    else:
        rows = state.rows_used if state.folds is None else state.folds.train[0]
        batches = Batches(x, target, weight, rows, factor)
    return batches, state.recipe.batch_sizes(batches.n_rows, state.run.horizon)


def _train_apart(state: FitState) -> None:
    """Train groups of members that are independent of each other."""
    groups = groups_of(state)
    results = train_in_jobs(_train_group, [part_of(state, group) for group in groups])
    for group, (theta, part) in zip(groups, results, strict=True):
        state.network.theta[group] = theta
        put_start(state.run, state.network, group, part)
    join(state.run, groups, [run for _, run in results])


def _train_group(state: FitState) -> None:
    """Train members together; those that stop early are dropped."""
    batches, size = batches_of(state)
    with threads_for(state, min(size(state.run.epoch), batches.n_rows)):
        train_stochastic(state, batches, size)
    run = state.run
    if run.stop_reason != LEFT:
        return
    others = np.flatnonzero(np.logical_not(run.stopped)).tolist()
    rest = part_of(state, others)
    _train_group(rest)
    state.network.theta[others] = rest.network.theta
    put(run, others, rest.run)
    put_start(run, state.network, others, rest.run)
    follow(run, rest.run)
    run.history = rest.run.history


def train_stochastic(state: FitState, batches: Any, size: Sizes, **options: Any) -> None:
    """Train by updates, batch after batch."""
    recipe, callbacks = state.recipe, callbacks_for(state, state.network)
    trainer = trainer_for(
        state, batches, size, recipe.base_rate, recipe.schedule, callbacks, **options
    )
    trainer.run(state.run, state.epochs_left)


def trainer_for(
    state: FitState,
    batches: Any,
    size: Sizes,
    rate: float,
    schedule: Schedule,
    callbacks: list[Callback],
    kind: type[Trainer] = Trainer,
    **options: Any,
) -> Trainer:
    """Return the loop with the objective and the update of a call."""
    rows = min(size(state.run.epoch), batches.n_rows)
    problem: Problem = state.estimator._problem(state, state.network, rows)
    objective, update, settle = problem.objective, problem.update(), None
    elsewhere, sparse = state.call.elsewhere, not isinstance(state.train.x, np.ndarray)
    if sparse and elsewhere is None and not Hooks(callbacks).each_batch:
        objective, update, settle = touching_few(objective, update)
    return kind(
        objective,
        update,
        batches,
        base_rate=rate,
        schedule=schedule,
        batch_size=size,
        callbacks=callbacks,
        deadline=state.deadline,
        shuffle=state.recipe.shuffle,
        regularization=state.recipe.regularization,
        settle=settle,
        elsewhere=elsewhere,
        **options,
    )


def _train_full_batch(state: FitState, batches: Batches) -> None:
    """Minimize with L-BFGS in float64, one member after the other."""
    estimator, recipe = state.estimator, state.recipe
    state.run.watch(None)
    runs = []
    for index in range(state.network.n_members):
        network = state.network.member(index).copy(np.float64)
        problem: Problem = estimator._problem(state, network, min(ROWS, batches.n_rows))
        run = state.run.copy()
        assert isinstance(problem.objective, Supervised)
        result = minimize_lbfgs(
            problem.objective,
            batches,
            run,
            callbacks_for(state, network),
            max_iter=state.epochs,
            max_fun=recipe.max_fun,
            tol=recipe.tol,
            deadline=state.deadline,
            held=rate_factors(estimator, network),
            elsewhere=state.call.elsewhere,
            member=index if state.network.lead else None,
        )
        runs.append(run)
        state.network.member(index).load(network.theta)
        if run.stop_reason == "max_iter":
            _warn_lbfgs(result, state.epochs)
        if run.stop_reason in ("diverged", "interrupted"):
            state.run = run
            return
    state.run = max(runs, key=lambda run: run.epoch)


def warn_of_clipping(state: FitState, n_rows: int) -> None:
    """Warn if there are fewer rows than a batch should have."""
    recipe = state.recipe
    if recipe.full_batch or state.call.elsewhere is not None:
        return
    size = recipe.batch_size if recipe.must_fill_batches else None
    if isinstance(size, int) and size > n_rows:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=users_level(),
        )


def _warn_lbfgs(result: Any, max_iter: int) -> None:
    warnings.warn(
        f"lbfgs failed to converge after {result.nit} iteration(s) (status={result.status}):\n"
        f"{result.message}\n\nIncrease the number of iterations to improve the convergence "
        f"(max_iter={max_iter}).\nYou might also want to scale the data.",
        ConvergenceWarning,
        stacklevel=users_level(),
    )
