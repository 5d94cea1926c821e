"""Callbacks of a call of fit: validation, early stopping, reports, and those of the user."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from numpy.typing import NDArray
from sklearn.metrics import get_scorer

from sknn._sklearn import SklearnCallbacks, shallow_copy, takes_weights
from sknn._validation.arrays import Rows, shares
from sknn._validation.held_out import about_validation
from sknn.core.network import Network
from sknn.estimators.fit.parallel import independent
from sknn.estimators.fit.publishing import served, served_now
from sknn.estimators.fit.state import FitState
from sknn.training.callbacks import Callback, StopBelow, copies
from sknn.training.callbacks.early_stopping import Watch
from sknn.training.callbacks.validation import Validate


def callbacks_for(state: FitState, network: Network) -> list[Callback]:
    """Return the user's callbacks and those that the parameters request."""
    estimator, recipe = state.estimator, state.recipe
    callbacks = _own(state)
    estimator.callbacks_ = list(callbacks)
    callbacks += estimator._observers(state, network)
    if not state.recipe.full_batch:
        callbacks.append(watch_for(state))
    if recipe.stop_below is not None:
        callbacks.append(StopBelow(recipe.stop_below))
    if state.bridge is not None:
        callbacks.append(state.bridge)
    return callbacks


def _own(state: FitState) -> list[Callback]:
    """Return copies of the user's callbacks; in a resumed call they continue with their state."""
    estimator = state.estimator
    given = state.recipe.callbacks
    fresh = copies.for_a_call(given)
    kept = estimator.callbacks_ if state.call.finish else []
    if [type(callback) for callback in kept] != [type(callback) for callback in fresh]:
        return fresh
    resumed = copies.with_state(kept, given)
    for callback, now in zip(resumed, fresh, strict=True):
        # Parameters may have been changed since: a checkpoint moves to another path.
        callback.__dict__.update(now.get_params(deep=False))
    return resumed


@contextmanager
def announced(state: FitState) -> Iterator[None]:
    """Notify scikit-learn's callbacks, if any, of the beginning and end of training."""
    if state.context is None:
        yield
        return
    state.bridge = _bridge(state)
    state.bridge.begin()
    yield
    state.bridge.end(served_now(state))


def validate(state: FitState, dtype: Any) -> Validate:
    """Return the callback that measures loss and score on the validation rows."""
    rows, targets, loss = state.validation, state.targets, state.loss
    assert rows is not None
    target = encoded(state, rows, dtype)
    x = rows.x
    if targets.scale != 1.0:
        x = x * (1.0 / targets.scale)
        target = x if target is rows.x else target
    scoring = state.recipe.scoring
    scorer = None if scoring is None else get_scorer(scoring)
    own = state.estimator._score_name
    weighted = rows.weight is not None and takes_weights(scorer)
    weights = {"sample_weight": rows.weight} if weighted else {}

    def part(slab: slice) -> tuple[Any, NDArray | None]:
        return target[slab], None if rows.weight is None else rows.weight[slab]

    def score(raw: NDArray, slab: slice) -> float:
        return targets.score(raw, loss, *part(slab))

    def scores(raws: Sequence[NDArray] | NDArray, slab: slice) -> list[float]:
        return targets.scores(raws, loss, *part(slab))

    def judge(network: Network, own_score: float) -> dict[str, float]:
        if scoring == own:
            return {"score": own_score}
        model = shallow_copy(state.estimator)
        # The rows were checked before and have lost their names.
        vars(model).pop("feature_names_in_", None)
        model.network_ = served(state, network)
        model._loss = loss
        return {"score": _judge(scorer, model, rows, weights)}

    kernel = targets.kernel(loss, x.shape[1:])
    weight = shares(rows.weight, dtype)
    return Validate(kernel, x, target, weight, score, scores, None if scorer is None else judge)


def encoded(state: FitState, rows: Rows, dtype: Any) -> Any:
    """Return the encoded target of validation rows; errors name y_val."""
    try:
        return state.targets.encode(rows.y, dtype)
    except (TypeError, ValueError) as error:
        raise about_validation(error, "y_val") from error


def _judge(scorer: Any, model: Any, rows: Rows, weights: dict[str, Any]) -> float:
    try:
        return float(scorer(model, rows.x, rows.y, **weights))
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            f"scoring={model.scoring!r} cannot judge this {type(model).__name__}: {error}"
        ) from error


def watch_for(state: FitState) -> Watch:
    """Return the callback that decides when training stops and keeps the best weights."""
    recipe = state.recipe
    watching = recipe.early_stopping and state.validation is not None
    scored = watching and recipe.scoring is not None
    column = "loss" if not watching else "score" if scored else "validation_loss"
    patience = recipe.patience
    # Planned schedules are not cut off when the training loss stalls on the way; held-out rows are
    # more reliable.
    stalls = not watching and patience < math.inf
    planned = recipe.planned_epochs(state.run.horizon) if stalls else 0
    if watching:
        patience = max(patience, _planned_by_call(state) / 10)
    return Watch(
        column,
        measure=str(recipe.scoring) if scored else column,
        sign=-1.0 if scored else 1.0,
        tol=recipe.tol,
        patience=patience,
        planned=planned,
        schedule=recipe.schedule,
        base_rate=recipe.base_rate,
        keep_best=watching and recipe.restore_best,
        reason="early_stopping" if watching else "converged",
        leave=independent(state),
    )


def _planned_by_call(state: FitState) -> int:
    """Return the epochs planned for a call; one that is finished now keeps its own number."""
    run = state.run
    return run.until - run.began if state.call.finish and not run.stream else state.recipe.epochs


def _bridge(state: FitState) -> SklearnCallbacks:
    state.estimator._loss = state.loss
    # Callbacks see the weights of each epoch before any are chosen.
    state.estimator._holdout.forget(state.estimator, state.fresh)
    call = state.call
    weight = call.sample_weight
    metadata = {} if weight is None else {"sample_weight": weight}
    told = {"X": call.X, "y": call.y, "metadata": metadata}
    return SklearnCallbacks(
        state.estimator, state.context, told, state.epochs, partial(served, state)
    )
