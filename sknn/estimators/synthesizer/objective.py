"""Training a density: some columns of some rows are given in advance, and not predicted."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import Rows
from sknn.core.layers import Tokens
from sknn.core.network import Network
from sknn.core.workspace import Workspace
from sknn.estimators.fit.holdout import Holdout
from sknn.estimators.fit.state import FitState
from sknn.estimators.settings.freezing import held_layers
from sknn.training.callbacks import Callback
from sknn.training.objective import Supervised

_AT_THE_END = 0.3
"""Share of the epochs before."""


class Conditional(Supervised):
    """Negative log-likelihood of rows, conditional on some columns in some of them.

    A row is conditioned with probability `rate`; each of its columns is then known with a
    separate probability that is drawn uniformly from [0, 1].

    Parameters
    ----------
    workspace : Workspace
    tokens : Tokens
        The first layer.
    rate : float in [0, 1)
    **penalty
        As for :class:`Supervised`.
    """

    def __init__(self, workspace: Any, tokens: Tokens, rate: float, **penalty: Any) -> None:
        super().__init__(workspace, **penalty)
        self.tokens = tokens
        self.rate = rate

    def data(self, x: Any, target: Any, weight: NDArray | None, scale: float) -> float:
        """Return ``scale * sum(w * l)`` and fill `grad` with its gradient."""
        if self.rate:
            rng = self.workspace.rng
            assert rng is not None
            x, target = told(self.tokens, x, target, self.rate, rng)
        return super().data(x, target, weight, scale)


def told(
    tokens: Tokens, x: NDArray, target: NDArray, rate: float, rng: np.random.Generator
) -> tuple[NDArray, NDArray]:
    """Return rows in which some columns are known in advance, and targets without these."""
    share = rng.random((len(x), 2))
    # The share of the columns of a row that are known; most often none, if the rate is small.
    chosen = (share[:, :1] < rate) * share[:, 1:]
    known = rng.random((len(x), tokens.n_columns)) < chosen
    start = len(tokens.sizes) + len(tokens.numbers)
    x = x.copy()
    x[:, start : start + tokens.n_columns] = known
    return x, np.where(known[:, np.asarray(tokens.columns)], -1, target)


class ConditionalHoldout(Holdout):
    """Held-out rows are predicted as a whole, and again given some of their columns."""

    def measures(self, state: FitState, network: Network) -> list[Callback]:
        """Return the callback that adds figures of the held-out rows to an epoch."""
        estimator: Any = state.estimator
        rows = state.validation
        if rows is not None and estimator.condition_rate:
            state = copy.copy(state)
            rng = np.random.default_rng(state.run.streams.split_seed)
            state.validation = _twice(_tokens(network), rows, rng)
        return super().measures(state, network)

    def passes(self, state: FitState, epoch: int) -> int:
        """Return how many epochs the best weights, of an epoch, are trained on all rows.

        The rate falls to almost zero meanwhile. With few passes, the probability of codes that
        never follow others stays too large.
        """
        return max(super().passes(state, epoch), math.ceil(_AT_THE_END * epoch))


def _twice(tokens: Tokens, rows: Rows, rng: np.random.Generator) -> Rows:
    x, y = told(tokens, rows.x, rows.y, 1.0, rng)
    weight = None if rows.weight is None else np.tile(rows.weight, 2)
    return Rows(np.concatenate([rows.x, x]), np.concatenate([rows.y, y]), weight)


def _tokens(network: Network) -> Tokens:
    tokens = network.layers[0]
    assert isinstance(tokens, Tokens)
    return tokens


def conditional_objective(state: FitState, network: Network, rows: int, rate: float) -> Conditional:
    """Return the loss of raw scores as a function of batches of up to `rows` rows."""
    held = held_layers(state.estimator, network)
    workspace = Workspace(network, state.loss, rows, state.run.streams.noise, held)
    return Conditional(
        workspace,
        _tokens(network),
        rate,
        l2=state.recipe.l2,
        unit=state.unit,
        total=state.total_weight,
    )
