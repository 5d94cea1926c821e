"""Training a density: some columns of some rows are told beforehand, and then not asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers import Tokens
from sknn.core.network import Network
from sknn.core.workspace import Workspace
from sknn.estimators.fit.state import FitState
from sknn.estimators.settings.freezing import held_layers
from sknn.training.objective import Supervised


class Conditional(Supervised):
    """Negative log-likelihood of rows, of some of them given some of their columns.

    A row is conditioned with probability `rate`; each of its columns is then known with a
    probability of its own that is drawn evenly from [0, 1].

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
            known = self._draw(len(x))
            start = len(self.tokens.sizes) + len(self.tokens.numbers)
            x = x.copy()
            x[:, start : start + known.shape[1]] = known
            target = np.where(known[:, np.asarray(self.tokens.columns)], -1, target)
        return super().data(x, target, weight, scale)

    def _draw(self, rows: int) -> NDArray:
        """Return which columns are known beforehand, (rows, columns)."""
        rng = self.workspace.rng
        share = rng.random((rows, 2))
        chosen = (share[:, :1] < self.rate) * share[:, 1:]
        return rng.random((rows, self.tokens.n_columns)) < chosen


def conditional_objective(state: FitState, network: Network, rows: int, rate: float) -> Conditional:
    """Return the loss of raw scores as a function of batches of up to `rows` rows."""
    held = held_layers(state.estimator, network)
    workspace = Workspace(network, state.loss, rows, state.run.streams.noise, held)
    tokens = network.layers[0]
    assert isinstance(tokens, Tokens)
    return Conditional(
        workspace, tokens, rate, l2=state.recipe.l2, unit=state.unit, total=state.total_weight
    )
