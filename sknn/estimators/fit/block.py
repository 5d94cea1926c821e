"""Several estimators of one kind, trained on the same rows in one block.

Each ends with the weights, curves, and optimizer state that it would have alone, bit for bit.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from inspect import signature
from itertools import pairwise
from typing import Any

import numpy as np

from sknn._sklearn import shallow_copy
from sknn.core.layers import Dense, Dropout
from sknn.estimators.fit.alike import block_key as block_key
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.continuation import continue_from, start_output_bias
from sknn.estimators.fit.solvers import warn_of_clipping
from sknn.estimators.fit.stages import close_fit, open_fit
from sknn.estimators.fit.state import FitState
from sknn.estimators.fit.task import SupervisedTask
from sknn.estimators.fit.together import solve_together
from sknn.estimators.settings.recipe import Recipe
from sknn.training.callbacks import PAUSED
from sknn.training.run import History
from sknn.training.threads import blas_threads

# Bytes that stay in the cache, and the largest size of a block.
_CACHED_BYTES, _BLOCK_BYTES = 1 << 23, 1 << 27
_FEWEST, _MOST = 8, 64


def members_in_block(estimator: Any, X: Any) -> int:
    """Return how many estimators like this one are best trained in one block.

    Small networks share the overhead of NumPy calls. The more and the larger they are, the fewer of
    their weights stay in the cache; large ones gain nothing, and would only need memory.

    Parameters
    ----------
    estimator : BaseNetwork
    X : array-like of shape (n_samples, n_features)

    Returns
    -------
    n_members : int
        From 8 to 64; fewer if 8 have more than 128 MiB of weights.
    """
    widths = [X.shape[-1], *_hidden_widths(estimator), 1]
    n_weights = sum(n_in * n_out for n_in, n_out in pairwise(widths))
    bytes_each = max(1, n_weights * (4 if getattr(X, "dtype", None) == np.float32 else 8))
    fitting = max(_FEWEST, min(_MOST, _CACHED_BYTES // bytes_each))
    return max(1, min(fitting, _BLOCK_BYTES // bytes_each))


def _hidden_widths(estimator: Any) -> list[int]:
    layers = getattr(estimator, "layers", None)
    if layers:
        return [layer.units for layer in layers if isinstance(layer, Dense)]
    sizes: Any = getattr(estimator, "hidden_layer_sizes", ())
    return [sizes] if np.ndim(sizes) == 0 else list(sizes)


def fit_block(
    estimators: Sequence[Any], X: Any, y: Any = None, **fit_params: Any
) -> list[Any | Exception]:
    """Fit estimators that have a key in common on the same rows, each in place.

    Parameters
    ----------
    estimators : sequence of BaseNetwork
        With equal :func:`block_key`. Not fitted, or all paused after the same epoch: they continue.
    X, y, **fit_params
        Arguments of `fit`.

    Returns
    -------
    results : list of BaseNetwork or Exception
        Each estimator, fitted as by its own `fit` or `resume`, or the exception that this would
        have raised; such an estimator is unchanged. After Ctrl-C, those in training keep what they
        had learned, and ``stop_reason_`` is "interrupted".
    """
    if len(estimators) == 1:
        # It may have its own `fit`.
        return [_fit_alone(estimators[0], X, y, fit_params)]
    try:
        results = _fit_together(estimators, _call(estimators[0], X, y, fit_params))
    except Exception:
        # If anything goes wrong, the fit of each raises a better error.
        results = [None] * len(estimators)
    return [
        _fit_alone(estimator, X, y, fit_params) if result is None else result
        for estimator, result in zip(estimators, results, strict=True)
    ]


def _call(estimator: Any, X: Any, y: Any, fit_params: dict[str, Any]) -> Call:
    """Return the call for the fit of an estimator, or for the rest of it."""
    signature(estimator.fit).bind(X, y, **fit_params)
    asked = y if isinstance(estimator._task, SupervisedTask) else None
    call = Call(X, asked, epochs=None, **fit_params)
    return call.going_on(estimator.run_, keep=False) if is_paused(estimator) else call


def is_paused(estimator: Any) -> bool:
    """Return whether an estimator is where a Pause has stopped it."""
    return estimator.__sklearn_is_fitted__() and estimator.run_.stop_reason == PAUSED


def _fit_alone(estimator: Any, X: Any, y: Any, fit_params: dict[str, Any]) -> Any | Exception:
    try:
        fit = estimator.resume if is_paused(estimator) else estimator.fit
        fit(X, y, **fit_params)
    except Exception as error:
        return error
    return estimator


def _fit_together(estimators: Sequence[Any], call: Call) -> list[Any | Exception | None]:
    """Return the outcome of each, None if its own fit has to determine it."""
    limit = blas_threads(0)
    with limit, limit:
        states = _open(estimators, call)
        solve_together(states)
        return [_close(*each) for each in zip(estimators, states, strict=True)]


def _close(estimator: Any, state: FitState) -> Any | Exception | None:
    """Give an estimator its trained state; warn as its own fit would have."""
    if state.run.stop_reason == "diverged":
        # Alone, a pass ends with the batch that diverged; in a block, it continues for the others.
        return None
    try:
        warn_of_clipping(state, state.n_rows)
        close_fit(state)
    except Exception as error:
        return error
    estimator.__dict__ = {**vars(state.estimator), **state.given}
    return estimator


# -- open -------------------------------------------------------------------------------------


def _open(estimators: Sequence[Any], call: Call) -> list[FitState]:
    """Open one fit as usual, which warns about odd data, and the others as its twins."""
    trials = [shallow_copy(each) for each in estimators]
    given = [each._check_parameters() for each in trials]
    recipes = [each._recipe() for each in trials]
    first, before = trials[0], dict(vars(trials[0]))
    state = open_fit(first, call, recipes[0], given[0])
    if not isinstance(state.train.x, np.ndarray) and any(map(_waits, recipes)):
        raise ValueError("Alone, only the weights that sparse rows touch would be moved.")
    if any(getattr(layer, "contraction", 0.0) for layer in state.network.layers):
        raise ValueError("The penalty of a layer is a sum over all members.")
    learned = {
        name: value
        for name, value in vars(first).items()
        if name not in before or before[name] is not value
    }
    states = [state]
    for trial, own, recipe in zip(trials[1:], given[1:], recipes[1:], strict=True):
        # The machines of pretraining belong to one network alone.
        own_parts = {k: copy.deepcopy(each) for k, each in learned.items() if type(each) is list}
        vars(trial).update(learned | own_parts)
        states.append(_twin(state, trial, own, recipe))
    return states


def _waits(recipe: Recipe) -> bool:
    """Return whether the optimizer lets weights wait that sparse rows do not touch."""
    optimizer: Any = recipe.optimizer
    return optimizer.waiting(recipe.l2, recipe.decay) is not None


def _twin(state: FitState, trial: Any, given: dict[str, Any], recipe: Recipe) -> FitState:
    """Return an opened state of an estimator with the same key, using the findings of another."""
    twin = copy.copy(state)
    twin.estimator, twin.given = trial, given
    twin.recipe, twin.epochs = recipe, recipe.epochs
    twin.network = state.network.copy()
    twin.network.layers = _own_layers(state, trial)
    if _smoothing(trial) != _smoothing(state.estimator):
        twin.loss = state.targets.bind(recipe.loss)
    if state.fresh:
        # Generators, and everything that training changes, will come from the block.
        twin.run = replace(state.run, horizon=recipe.epochs, history=History(), schedule_state={})
        if twin.loss is not state.loss:
            # The best constant prediction is another one, too.
            start_output_bias(twin)
    else:
        twin.run = trial.run_.copy()
        continue_from(twin, trial.network_)
    return twin


def _smoothing(trial: Any) -> float:
    return getattr(trial, "label_smoothing", 0.0)


def _own_layers(state: FitState, trial: Any) -> tuple[Any, ...]:
    """Return the layers with the dropout rates of another estimator."""
    if not any(isinstance(layer, Dropout) for layer in state.network.layers):
        return state.network.layers
    specs = trial._chain(state.loss.n_raw(state.targets.n_outputs))
    return tuple(
        spec.checked() if isinstance(spec, Dropout) else layer
        for spec, layer in zip(specs, state.network.layers, strict=True)
    )
