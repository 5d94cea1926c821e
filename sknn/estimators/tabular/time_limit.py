"""The rows from which a network can learn within `max_time`, if a table has more."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sknn._validation import arrays
from sknn._validation.messages import check_same_rows
from sknn.estimators.fit.state import FitState
from sknn.estimators.settings import layers
from sknn.exceptions import TrainingWarning
from sknn.preprocessing.columns import Table, read_table
from sknn.training.warnings import users_level

_SHARE = 0.4
"""Share of `max_time` that may pass before and after training; the rest is for training."""
LINEAR_SHARE = 0.1
"""Share of `max_time` that linear models may take in which linear paths start."""
_SCORINGS = 3.0
"""Passes of all rows through a member: before training, after its end, and for activations."""
_FEWEST = 300
"""Tables up to this size are used whole."""
_ENOUGH = 0.05
"""Share of the seconds allowed after which a measurement counts as exact."""
_SEED = 20_261_129


class Drawn(NamedTuple):
    """How many rows a fit uses, of how many."""

    n_used: int
    n_rows: int


def limit_rows(network: Any, state: FitState) -> None:
    """Draw rows of the call if `max_time` is too short for all; a continued fit has the same rows.

    With another number of rows, they are not the same data, and the time is measured anew.

    Parameters
    ----------
    network : TableNetwork
    state : FitState
    """
    call, max_time = state.call, state.recipe.max_time
    begun = call.resume and "network_" in vars(network)
    if not begun:
        vars(network).pop("_drawn", None)
    if network._drawn is None and (begun or max_time == math.inf):
        return
    y, table = arrays.check_target(call.y, network._numeric_target), read_table(call.X)
    check_same_rows(np.empty(table.n_rows), y)
    weight = arrays.check_weight(call.sample_weight, table.n_rows)
    order, fewest = in_random_order(y, weight, not network._numeric_target)
    if begun and network._drawn.n_rows != table.n_rows:
        del network._drawn
        begun = max_time == math.inf
    if not begun:
        table.read()
        most = rows_within(_SHARE * max_time, order, partial(_seconds_beside, network, table, y))
        used = max(most, fewest, _FEWEST)
        if used < table.n_rows:
            network._drawn = Drawn(used, table.n_rows)
            _warn(used, table.n_rows, max_time, max_time * table.n_rows / max(most, 1))
    if network._drawn is not None:
        rows = np.sort(order[: network._drawn.n_used])
        weight = None if weight is None else weight[rows]
        state.call = replace(call, X=table.take(rows), y=y[rows], sample_weight=weight)


def _seconds_beside(network: Any, table: Table, y: Any, rows: NDArray[np.intp]) -> float:
    """Return how long some rows take beside training: to encode them, and to score them."""
    some, encoder, settings = table.take(rows), network._new_encoder(), network._settings
    begin = perf_counter()
    with warnings.catch_warnings(action="ignore"):
        encoder.learn(some, network._split_target(y[rows]), None)
        x = encoder.encode(some, encoder)[:, : encoder.n_outputs_ - encoder.n_linear_]
    end = perf_counter()
    for size in layers.hidden_sizes(network.hidden_layer_sizes):
        x = x @ np.zeros((x.shape[1], size), x.dtype)
    groups = -(-settings.n_members // settings.n_splits)
    return end - begin + _SCORINGS * groups * (perf_counter() - end)


def rows_within(
    seconds: float, order: NDArray[np.intp], measure: Callable[[NDArray[np.intp]], float]
) -> int:
    """Return how many rows can be worked on in some seconds; at most all of them.

    Samples of growing size are measured: what is done once for each column, no matter how many rows
    there are, must not count for every row.

    Parameters
    ----------
    seconds : float
    order : ndarray of int of shape (n,)
        The rows, in random order.
    measure : callable
        Returns the seconds that some rows take.
    """
    size = _FEWEST
    while size < len(order):
        taken = measure(order[:size])
        most = int(size * seconds / max(taken, 1e-9))
        if most >= len(order):
            break
        if taken > _ENOUGH * seconds:
            return most
        size *= 2
    return len(order)


def in_random_order(
    y: Any, weight: NDArray | None, has_labels: bool
) -> tuple[NDArray[np.intp], int]:
    """Return the places of rows in an order that depends on nothing but the arguments.

    Rows that do not count come last. One row with each label comes first, so that the first rows
    hold all classes.

    Parameters
    ----------
    y : ndarray or sparse matrix of shape (n,) or (n, k)
    weight : ndarray of shape (n,) or None
    has_labels : bool

    Returns
    -------
    order : ndarray of int of shape (n,)
    n_first : int
        How many rows hold all labels.
    """
    n_rows = y.shape[0]
    turn = np.ones(n_rows, np.int8) if weight is None else np.where(weight > 0, 1, 2)
    order = np.random.default_rng(_SEED).permutation(n_rows)
    order = order[np.argsort(turn[order], kind="stable")]
    if has_labels:
        labels = y.toarray() if sp.issparse(y) else y.reshape(n_rows, -1)
        for column in labels.T:
            turn[order[_first_places(column[order])]] = 0
    return order[np.argsort(turn[order], kind="stable")], int(np.count_nonzero(turn == 0))


def _first_places(labels: NDArray) -> NDArray[np.intp]:
    """Return where each label occurs first."""
    if labels.dtype.kind != "O":
        return np.unique(labels, return_index=True)[1]
    # Objects may have no order, which is an error that the targets report.
    places: dict[Any, int] = {}
    for place, label in enumerate(labels.tolist()):
        places.setdefault(label, place)
    return np.array(list(places.values()), np.intp)


def _warn(n_used: int, n_rows: int, max_time: float, needed: float) -> None:
    """Say that rows are left out, and how much time all of them would take."""
    unit = 10.0 ** (math.floor(math.log10(needed)) - 1)
    warnings.warn(
        f"max_time={max_time:g} allows learning from only {n_used:,} of the {n_rows:,} rows of X, "
        "which were drawn at random: encoding all of them, and evaluating members on them, would "
        f"leave no time for training. Set max_time to {math.ceil(needed / unit) * unit:g} or more "
        "for all rows, or to None.",
        TrainingWarning,
        stacklevel=users_level(),
    )
