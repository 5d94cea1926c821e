"""Training of the two networks of a GAN: their losses, turns, and measurements."""

from __future__ import annotations

from typing import Any

import numpy as np

from sknn.core.network import Network
from sknn.core.optimizers import State
from sknn.estimators.fit.problem import Problem, make_update, optimizer_state
from sknn.estimators.fit.state import FitState
from sknn.estimators.gan.diversity import Diversity
from sknn.estimators.gan.layers import (
    DISCRIMINATOR,
    GENERATOR,
    first_of,
    objective_of,
    penalty_of,
)
from sknn.estimators.gan.objective import Duel, Rules, Turns, draw_latent
from sknn.estimators.settings import specs
from sknn.training.callbacks import Callback, WeightAveraging

# Training rows that samples are compared with after every epoch.
_COMPARED_ROWS = 256


def duel_problem(estimator: Any, state: FitState, network: Network, rows: int) -> Problem:
    """Return the losses and turns of both sides."""
    duel = Duel(network, first_of(network), rows, state.run, _rules(estimator, state))
    return Problem(duel, lambda: _turns(estimator, state, duel))


def _rules(estimator: Any, state: FitState) -> Rules:
    """Return the settings of the game."""
    noise, epochs = _noise(estimator)
    return Rules(
        objective_of(estimator),
        n_critic=int(estimator.n_critic),
        smoothing=float(estimator.label_smoothing),
        noise=noise,
        noisy_epochs=epochs,
        penalty=penalty_of(estimator),
        l2=state.recipe.l2 / state.total_weight,
        unit=state.unit,
    )


def _noise(estimator: Any) -> tuple[float, int | None]:
    """Return the initial instance noise, and its number of epochs, if given."""
    value = estimator.instance_noise
    return (float(value[0]), int(value[1])) if isinstance(value, tuple) else (float(value), None)


def _turns(estimator: Any, state: FitState, duel: Duel) -> Turns:
    """Return the updates of both sides, each with its own optimizer state."""
    players = {DISCRIMINATOR: duel.discriminator, GENERATOR: duel.generator}
    first = state.recipe.optimizer
    assert first is not None
    optimizers = {DISCRIMINATOR: first, GENERATOR: first}
    if estimator.generator_solver is not None:
        optimizers[GENERATOR] = specs.optimizer_of(estimator, "generator_solver")

    def fresh() -> State:
        return {
            f"{side}.{name}": array
            for side, optimizer in optimizers.items()
            for name, array in optimizer.init(players[side].network.trainable).items()
        }

    kind = " and ".join(type(optimizer).__name__ for optimizer in optimizers.values())
    kept = optimizer_state(state.run, kind, fresh)
    moves = {}
    for side, optimizer in optimizers.items():
        start, player = f"{side}.", players[side]
        own = {key[len(start) :]: each for key, each in kept.items() if key.startswith(start)}
        moves[side] = make_update(state, player.network, player.grad, optimizer, own)
    rate = estimator.generator_learning_rate_init
    pace = 1.0 if rate is None else float(rate) / float(estimator.learning_rate_init)
    return Turns(duel, moves[DISCRIMINATOR], moves[GENERATOR], pace)


def measures(estimator: Any, state: FitState, network: Network) -> list[Callback]:
    """Return the callbacks that average weights and compare samples with rows of the data."""
    train, run, some = state.train, state.run, state.some_rows(_COMPARED_ROWS)
    classes = None if state.target is None else state.target[some]
    rng = np.random.default_rng(run.streams.split_seed)
    latent = draw_latent(rng, len(some), int(estimator.latent_dim), classes, network.dtype)
    found: list[Callback] = [Diversity(train.x[some], latent, first_of(network))]
    if estimator.averaging:
        found.append(WeightAveraging("ema", decay=estimator.averaging))
    return found
