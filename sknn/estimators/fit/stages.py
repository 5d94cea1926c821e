"""One call of fit or partial_fit, from checked arrays to published weights: open, solve, close."""

from __future__ import annotations

import warnings
from collections.abc import Container, Mapping
from functools import partial
from time import perf_counter
from types import MappingProxyType
from typing import Any
from weakref import WeakSet

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sknn._sklearn import shallow_copy, without_listeners
from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn.core.network import Network
from sknn.core.pretrained import Pretrained
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.continuation import continue_from, start_output_bias
from sknn.estimators.fit.data_warnings import warn_of_data
from sknn.estimators.fit.ended_schedule import warn_of_ended_schedule
from sknn.estimators.fit.holdout import hold_out
from sknn.estimators.fit.publishing import publish
from sknn.estimators.fit.same_data import note_data, note_validation
from sknn.estimators.fit.solvers import objective_at, rejoin, solve
from sknn.estimators.fit.state import Estimator, FitState
from sknn.estimators.fit.task import Task
from sknn.estimators.settings.recipe import Recipe
from sknn.training import user_parts
from sknn.training.callbacks import PAUSED, copies
from sknn.training.run import Run, Streams
from sknn.training.warnings import users_level

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def open_fit(
    estimator: Estimator,
    call: Call,
    recipe: Recipe,
    given: Mapping[str, Any] = _NOTHING,
    context: Any = None,
) -> FitState:
    """Prepare everything before the first batch. If all rows have weight 0, only read the input.

    Parameters
    ----------
    estimator : Estimator
        A working copy, whose parameters have been checked and are Python's own numbers.
    call : Call
    recipe : Recipe
    given : mapping
        Parameters as the user gave them.
    context : sklearn.callback.CallbackContext or None
    """
    state = prepare_fit(estimator, call, recipe, given, context)
    if state.n_rows:
        if state.fresh:
            warn_of_data(state)
        else:
            warn_of_ended_schedule(state)
        if call.finish or call.keep or vars(estimator).get("callbacks"):
            note_data(state)
        hold_out(state)
        if state.validation is not None:
            note_validation(state, state.validation)
        complete_weights(state)
    return state


def prepare_fit(
    estimator: Estimator,
    call: Call,
    recipe: Recipe,
    given: Mapping[str, Any] = _NOTHING,
    context: Any = None,
) -> FitState:
    """Prepare a call up to the network with its initial weights; parameters as for `open_fit`."""
    epochs = recipe.epochs_of(call.epochs)
    state = FitState(estimator, call, recipe, given, context, epochs)
    state.began = perf_counter()
    estimator._adapt_call(state)
    state.fresh = not (state.call.resume and hasattr(estimator, "network_"))
    _read(state)
    if state.n_rows:
        _make_network(state)
        _make_run(state)
    return state


def solve_fit(state: FitState) -> None:
    """Train for the epochs of the call."""
    plan_epochs(state)
    if state.epochs or state.call.finish:
        solve(state, partial(_snapshot, state, WeakSet()), partial(conclude, state))


def plan_epochs(state: FitState) -> None:
    """Record the epochs that the call will train."""
    call, run = state.call, state.run
    if not call.finish:
        # If another call has to finish this one, it finds in the run what was left to do.
        run.began, run.until = run.epoch, run.epoch + state.epochs
        run.stream, run.stop_reason = call.stream, None


def close_fit(state: FitState) -> None:
    """Publish the weights used for prediction; raise or warn if training failed."""
    _react_to_stop(state)
    interrupted = state.run.stop_reason == "interrupted"
    if interrupted and not state.call.finish:
        # Not before: a search makes thousands of short fits.
        note_data(state)
    keep = state.call.keep or interrupted or state.run.stop_reason == PAUSED
    publish(state, state.estimator, state.network, state.run, keep)
    _check_user_units(state)
    state.estimator._after_training(state.train)


# -- open -------------------------------------------------------------------------------------


def _read(state: FitState) -> None:
    """Check arrays, learn the meaning of y, combine weights."""
    estimator, call, fresh = state.estimator, state.call, state.fresh
    if call.stream and state.epochs and state.recipe.early_stopping and call.X_val is None:
        raise ValueError(
            "partial_fit does not support early_stopping=True without a validation set; "
            "pass X_val and y_val, or call set_params(early_stopping=False) first."
        )
    state.dtypes = _input_dtypes(state)
    rows = estimator._check_rows(call.X, call.y, call.sample_weight, state.dtypes, fresh)
    task: Task = estimator._task
    known: Any = None
    if not fresh:
        known, state.growth = task.update_targets(estimator._targets, rows.y, state)
    weight = task.weigh(known, rows, state)
    state.train = Rows(rows.x, rows.y, weight, rows.doubt)
    # Nothing can be learned from a chunk of a stream in which every weight is zero.
    state.rows_used = arrays.training_rows(weight, may_be_empty=call.stream and not fresh)
    estimator._targets = task.learn(state.train, state) if fresh else known
    state.targets = estimator._targets
    state.validation = task.read_validation(state)


def _input_dtypes(state: FitState) -> list[np.dtype]:
    """Return the precisions that X may keep; a continued run keeps its own."""
    wanted = state.estimator.dtype
    if state.fresh:
        return arrays.input_dtypes(wanted)
    known = state.estimator.network_.dtype
    if not (isinstance(wanted, str) and wanted == "auto") and np.dtype(wanted) != known:
        raise ValueError(
            f"dtype={wanted!r} differs from that of the previous call, {known}, so training "
            "cannot continue; restore it, or fit again with warm_start=False."
        )
    return [known]


def _make_network(state: FitState) -> None:
    """Plan the network and encode the target."""
    estimator, targets, x = state.estimator, state.targets, state.train.x
    state.loss = targets.bind(state.recipe.loss)
    state.network = network = estimator._build_network(state, x.shape[1:])
    if state.fresh and targets.vanishes(network.dtype):
        raise ValueError(
            f"y is so small that {network.dtype} cannot distinguish it from 0; "
            f"{_finer(state)}scale it up."
        )
    rows = state.rows_used
    if targets.exceeds(state.train.y, rows, network.dtype):
        raise _too_large(state)
    with np.errstate(over="ignore"):  # Rows of weight zero may hold numbers of any size.
        state.target = targets.encode(state.train.y, network.dtype)
    used = state.target if rows is None or state.target is None else state.target[rows]
    targets.check_domain(state.loss, used)
    _try_parts(state)


def _try_parts(state: FitState) -> None:
    """Test the parts that are defined by the user."""
    network, recipe, targets = state.network, state.recipe, state.targets
    user_parts.try_layers(network)
    user_parts.try_loss(state.loss, targets.task, targets.listed(state.target), network)
    if recipe.optimizer is not None:
        user_parts.try_optimizer(recipe.optimizer, network.dtype)
        user_parts.try_schedule(recipe.schedule, recipe.epochs)


def _make_run(state: FitState) -> None:
    """Make a run, or copy the stored one; load initial or last weights."""
    estimator, network = state.estimator, state.network
    if not state.fresh:
        state.run = estimator.run_.copy()
        continue_from(state, estimator.network_)
        return
    state.run = Run(
        streams=Streams.from_seed(seed_from(estimator.random_state), network.n_members),
        horizon=state.recipe.epochs,
        n_members=network.n_members,
        of_several=bool(network.lead),
    )
    weight = state.train.weight
    if weight is not None:
        state.run.unit = float(weight[weight > 0].mean())
    network.initialize(state.run.streams.init)


def complete_weights(state: FitState) -> None:
    """Complete the initial weights with training rows and other networks."""
    if not state.fresh:
        return
    start_output_bias(state)
    good = state.estimator._start_from_data(state)
    if good and not state.call.stream:
        state.run.start = state.network.theta.copy()
    source = state.estimator.weight_init
    if isinstance(source, Pretrained):
        known = vars(state.estimator)
        output_key = state.loss.link_name, state.network.out_shape
        expected = output_key, known.get("classes_", known.get("n_outputs_"))
        state.targets.adopt(state.network, state.loss, source.copy_into(state.network, expected))


def seed_from(random_state: Any) -> int:
    """Return a seed: the number itself, one drawn from a RandomState, or a fresh one."""
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(np.iinfo(np.int32).max))
    return int(random_state)


# -- solve ------------------------------------------------------------------------------------


def _snapshot(state: FitState, earlier: WeakSet[Any]) -> Any:
    """Return an independent fitted estimator that could continue from here.

    scikit-learn's callbacks stay with the call that they follow.
    """
    twin = without_listeners(shallow_copy(state.estimator))
    # A callback may hold earlier snapshots. If they were copied every time, they would double.
    twin.callbacks_ = copies.with_state(twin.callbacks_, twin.callbacks or (), earlier)
    vars(twin).update(state.given)
    earlier.add(twin)
    publish(state, twin, state.network.copy(), state.run.copy(), keep=True)
    twin._after_training(state.train)
    return twin


def conclude(state: FitState) -> None:
    """Find the weights to predict with, if they are neither the last nor the best of an epoch."""
    run = state.run
    kept = run.best or run.average
    if kept is None and run.start is not None and run.stop_reason == "converged":
        # A loss that did not fall may have risen, because steps have a length even at a minimum.
        if objective_at(state, run.start) <= objective_at(state, state.network.theta):
            state.finished = run.start
    if rejoins(state):
        # Retrain briefly on all rows, including the held-out ones.
        state.finished = rejoin(state, state.all_rows)


def rejoins(state: FitState) -> bool:
    """Return whether the best weights are trained on all rows at the end."""
    run = state.run
    cut_short = run.stop_reason in ("diverged", "interrupted", "max_time", PAUSED)
    return state.splits and run.best is not None and not cut_short


# -- close ------------------------------------------------------------------------------------


def _react_to_stop(state: FitState) -> None:
    """Warn or raise if training did not end as planned."""
    run, recipe = state.run, state.recipe
    if run.stop_reason == "diverged":
        _recover(state)
    elif run.stop_reason == "interrupted":
        warnings.warn(f"Training interrupted by user.{_remedy(state)}", stacklevel=users_level())
    elif run.stop_reason == "max_iter" and not state.call.stream and not recipe.full_batch:
        # A schedule with a horizon is complete when its epochs are over.
        if recipe.must_converge and not recipe.planned_epochs(run.horizon):
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({run.until - run.began}) "
                "reached and the optimization hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=users_level(),
            )


def _remedy(state: FitState) -> str:
    """Return how to finish an interrupted call of fit, if its state is kept."""
    if state.recipe.full_batch or state.call.stream:
        return ""
    own = "" if state.call.X_val is None else ", X_val=pipe[:-1].transform(X_val), y_val=y_val"
    return (
        " To finish this call, call resume with the same data, in a pipeline "
        f"pipe[-1].resume(pipe[:-1].transform(X), y{own})."
    )


def _recover(state: FitState) -> None:
    """Return to the best weights after a divergence, if there are any."""
    run, advice = state.run, _advice(state.estimator.get_params(deep=False))
    if run.best is None and not run.candidates:
        raise ValueError(
            "Solver produced non-finite parameter weights. The input data may contain large "
            f"values and need to be preprocessed. {advice}"
        )
    warnings.warn(
        f"Training diverged in epoch {run.epoch}; the best weights before it were restored. "
        f"{advice}",
        ConvergenceWarning,
        stacklevel=users_level(),
    )
    state.network.load((run.best or min(run.candidates, key=lambda each: each.loss)).theta)
    run.optimizer_state = run.average = None


def _advice(names: Container[str]) -> str:
    """Return advice against divergence, in terms of the parameters of the estimator."""
    rate = "learning_rate_init" if "learning_rate_init" in names else "learning_rate"
    scale = "Scale X (for example with StandardScaler)"
    if "max_grad_norm" in names:
        return f"{scale}, lower {rate}, or set max_grad_norm."
    return f"{scale}, or lower {rate}."


def _check_user_units(state: FitState) -> None:
    """Raise if the last layer, in the units of y, exceeds the range of the precision."""
    network: Network = state.estimator.network_
    if state.targets.rescales and not np.isfinite(network.theta).all():
        raise _too_large(state)
    if state.fresh and not state.targets.resolved(network.dtype):
        warnings.warn(
            f"y varies so little around so large a mean that {network.dtype} predictions "
            f"cannot follow it; {_finer(state)}subtract a constant from y.",
            stacklevel=users_level(),
        )


def _too_large(state: FitState) -> ValueError:
    dtype = state.network.dtype
    return ValueError(f"y is too large for {dtype} weights; {_finer(state)}scale it down.")


def _finer(state: FitState) -> str:
    """Return advice on a higher precision, if there is a choice."""
    fine = state.network.dtype == np.float64 or "dtype" not in state.estimator.get_params(False)
    return "" if fine else "set dtype='float64', or "
