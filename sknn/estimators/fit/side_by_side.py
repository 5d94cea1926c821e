"""One network trained on several blocks of rows at once: each copy makes one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any

from sknn._sklearn import shallow_copy, without_listeners
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.solvers import one_pass
from sknn.estimators.fit.stages import open_fit
from sknn.training.branches import Branch, ahead, join
from sknn.training.callbacks import Callback, Hooks, Phase
from sknn.training.callbacks.base import Progress
from sknn.training.run import History
from sknn.training.threads import blas_threads
from sknn.training.trainer import OnePass


def check_side_by_side(estimator: Any) -> None:
    """Raise if anything would have to see single updates, or to decide after a pass.

    Raises
    ------
    ValueError
        For early stopping, `stop_below`, and callbacks that see batches, average, or decide.
    """
    check_listeners(estimator)
    parameters = estimator.get_params(deep=False)
    remedy = (
        "cannot be used with together > 1, because copies of the network do not see each other "
        "within a round. "
    )
    if parameters.get("early_stopping") and not _is_auto(parameters["early_stopping"]):
        raise ValueError(
            f"early_stopping=True {remedy}Set it to False, pass X_val and y_val to score every "
            "round, and train in parts: call fit_blocks for some epochs, look at history_, and "
            "continue if needed."
        )
    if parameters.get("stop_below") is not None:
        raise ValueError(
            f"stop_below {remedy}Set it to None, and look at loss_ after every call of fit_blocks."
        )
    for callback in parameters.get("callbacks") or ():
        if isinstance(callback, Callback) and _meddles(callback):
            raise ValueError(
                f"{callback!r} {remedy}Remove it from callbacks; those that measure, report, or "
                "save at the end of an epoch may stay, and are called after every round."
            )


def check_listeners(estimator: Any) -> None:
    """Raise if there are callbacks of scikit-learn, which follow fits in one process only."""
    if hasattr(estimator, "_skl_callbacks"):
        raise ValueError(
            "Callbacks set with set_callbacks cannot follow blocks on several machines; call "
            "set_callbacks() without arguments. fit_blocks(..., verbose=True) shows a progress bar."
        )


def _is_auto(value: Any) -> bool:
    return isinstance(value, str) and value == "auto"


def _meddles(callback: Callback) -> bool:
    """Return whether a callback sees batches, averages, or decides."""
    return Hooks([callback]).each_batch or callback.phase in (Phase.AVERAGE, Phase.DECIDE)


def open_stream(estimator: Any, call: Call) -> None:
    """Let an estimator draw or load its weights, given the first rows of a stream."""
    estimator._train(replace(call, epochs=0))


def parcel_of(estimator: Any) -> Any:
    """Return the state that a copy needs to continue training: no callbacks, no history."""
    twin = without_listeners(shallow_copy(estimator))
    names = estimator.get_params(deep=False)
    quiet = {"callbacks": None, "verbose": False}
    vars(twin).update({name: value for name, value in quiet.items() if name in names})
    run = twin.run_ = estimator.run_.copy()
    run.history, run.best, run.average, run.start = History(), None, None, None
    run.served = None
    twin.callbacks_ = []
    return twin


def train_branch(parcel: Any, call: Call, index: int) -> Branch | None:
    """Let a copy of a network pass over some rows.

    Parameters
    ----------
    parcel : estimator
        From :func:`parcel_of`; it is not changed.
    call : Call
        Of partial_fit.
    index : int
        Its place among the copies.

    Returns
    -------
    branch : Branch or None
        None if no row counts.
    """
    # One thread of BLAS: with more of them, sums are rounded differently.
    limit = blas_threads(0, firm=True)
    with limit, limit:
        trial = shallow_copy(parcel)
        given = trial._check_parameters()
        state = open_fit(trial, call, trial._recipe(), given)
        if not state.n_rows:
            return None
        state.run.streams = ahead(state.run.streams, index)
        found = one_pass(state)
        return Branch(state.network.theta, state.run, found, state.total_weight)


def train_mean(estimator: Any, call: Call, train: Callable[[], Sequence[Branch | None]]) -> int:
    """Make one epoch of an estimator whose pass is made by copies, elsewhere.

    Parameters
    ----------
    estimator : estimator
        With a network; it will have the mean of the copies.
    call : Call
        With some rows that look like those the copies pass over.
    train : callable
        Trains the copies.

    Returns
    -------
    rows : int
        Number of training rows; if there are none, nothing has happened.
    """
    begin = perf_counter()
    branches = [branch for branch in train() if branch is not None]
    if branches:
        seconds = perf_counter() - begin
        estimator._train(replace(call, elsewhere=partial(_pass_of, branches, seconds)))
    return sum(branch.found.rows for branch in branches)


def _pass_of(branches: Sequence[Branch], seconds: float, progress: Progress) -> OnePass:
    return join(branches, progress.run, progress.network)._replace(seconds=seconds)
