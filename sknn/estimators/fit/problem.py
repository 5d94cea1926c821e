"""The objective that a call of fit minimizes, and the updates of the weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.per_member import PerMember
from sknn.core.network import Network
from sknn.core.optimizers import Optimizer, State
from sknn.core.workspace import Workspace
from sknn.estimators.fit.state import FitState
from sknn.estimators.settings.freezing import decay_factors, held_layers, rate_factors
from sknn.training.objective import Objective, Supervised
from sknn.training.run import Run
from sknn.training.update import Update


@dataclass(frozen=True)
class Problem:
    """An objective, and how to move along its gradient.

    Attributes
    ----------
    objective : Objective
    update : callable
        Makes the Update, which not every solver needs.
    """

    objective: Objective
    update: Callable[[], Any]


Factors = tuple[NDArray | None, NDArray | None]
"""On the learning rate of each parameter, and on the decay of each weight; None if all 1."""


def supervised_problem(state: FitState, network: Network, rows: int) -> Problem:
    """Return a loss of raw scores, and one optimizer that moves all weights."""
    objective = supervised_objective(state, network, rows)
    return Problem(objective, lambda: update_of(state, network, objective))


def supervised_objective(state: FitState, network: Network, rows: int) -> Supervised:
    """Return loss and gradient as functions of batches of up to `rows` rows."""
    held = held_layers(state.estimator, network)
    per_member = state.folds is not None and network.lead
    kernel = state.targets.kernel(state.loss, network.in_shape)
    loss: Any = PerMember(kernel) if per_member else kernel
    workspace = Workspace(network, loss, rows, state.run.streams.noise, held)
    return Supervised(
        workspace,
        l2=state.recipe.l2,
        l1=state.recipe.l1,
        unit=state.targets.answers * state.unit,
        total=state.targets.answers * state.total_weight,
    )


def weight_column(state: FitState) -> NDArray | None:
    """Return weights in units of their mean, (n, 1) in the dtype of the network."""
    weight = state.train.weight
    if weight is None:
        return None
    # Divided in float64: in float32 weights of 1e300 or 1e-42 would not survive.
    return np.asarray(weight / state.run.unit).astype(state.network.dtype)[:, None]


def update_of(
    state: FitState, network: Network, objective: Objective, factors: Factors | None = None
) -> Update:
    """Return the updates of a network along the gradient of its objective."""
    optimizer = state.recipe.optimizer
    assert optimizer is not None
    optimizer = optimizer.bind(network.layout)
    trainable = network.trainable
    kept = optimizer_state(state.run, type(optimizer).__name__, lambda: optimizer.init(trainable))
    return make_update(state, network, objective.grad, optimizer, kept, objective.l1, factors)


def make_update(
    state: FitState,
    network: Network,
    grad: NDArray,
    optimizer: Optimizer,
    kept: State,
    l1: float = 0.0,
    factors: Factors | None = None,
) -> Update:
    """Return the updates of a network with the optimizer of the recipe."""
    recipe = state.recipe
    if factors is None:
        factors = rate_factors(state.estimator, network), decay_factors(network)
    rates, decays = factors
    return Update(
        network,
        grad,
        optimizer,
        kept,
        l1=l1,
        weight_decay=(
            optimizer.weight_decay if recipe.weight_decay is None else recipe.weight_decay
        ),
        max_grad_norm=recipe.max_grad_norm,
        rates=rates,
        decays=decays,
    )


def optimizer_state(run: Run, kind: str, fresh: Callable[[], State]) -> State:
    """Return the state of the run, or a fresh one if it is missing or of another optimizer."""
    if run.optimizer_state is None or run.optimizer_kind != kind:
        run.optimizer_state = fresh()
        run.optimizer_kind, run.optimizer_step = kind, 0
    return run.optimizer_state
