"""The two layers of a restricted Boltzmann machine as one layer."""

from __future__ import annotations

import copy
from typing import Any

from numpy.typing import NDArray

from sknn.core.constraints import boolean, integer, one_of
from sknn.core.initializers import Constant, Normal, Zeros
from sknn.core.layers.base import Context, Defaults, Layer
from sknn.core.layers.dense import Dense
from sknn.core.layout import Param, Plan, Role, Shape, Views
from sknn.core.visible_units import Visible


class Boltzmann(Layer):
    r"""Hidden units of a restricted Boltzmann machine: :math:`P(h_j = 1 | v) = \sigma(b + v W)_j`.

    Its forward and backward passes are those of a logistic layer. Besides W and b, it holds what
    only the estimators :class:`~sknn.BernoulliRBM` and :class:`~sknn.GaussianRBM` train: the
    visible bias a, and, carried from batch to batch, the states of the hidden units in persistent
    chains and their mean activity.

    Parameters
    ----------
    units : int
        Number of hidden units.
    visible : {"bernoulli", "gaussian"}, default="bernoulli"
        Kind of the visible units.
    n_chains : int, default=0
        Number of persistent chains.
    track_activity : bool, default=False
        Whether to keep the running mean of each hidden unit.
    name : str, default=None
        Name in ``get_weights``; None: ``hidden0``, ...

    Examples
    --------
    >>> from sknn.layers import Boltzmann
    >>> Boltzmann(16, visible="gaussian")
    Boltzmann(units=16, visible='gaussian')
    """

    kind = "hidden"
    reads_sparse = True
    constraints = {
        "units": integer(1),
        "visible": one_of(Visible.registry),
        "n_chains": integer(0),
        "track_activity": boolean(),
    }

    def __init__(
        self,
        units: int,
        visible: str = "bernoulli",
        *,
        n_chains: int = 0,
        track_activity: bool = False,
        name: str | None = None,
    ) -> None:
        self.units = units
        self.visible = visible
        self.n_chains = n_chains
        self.track_activity = track_activity
        self.name = name

    def bind(self, defaults: Defaults) -> Boltzmann:
        """Make the underlying logistic layer."""
        bound = copy.copy(self.checked())
        small, zeros = Normal(0.01), Zeros()
        dense = Dense(self.units, "logistic", weight_init=small, bias_init=zeros)
        bound._dense = dense.bind(defaults)  # type: ignore[attr-defined]
        return bound

    @property
    def _logistic(self) -> Dense:
        return self._dense  # type: ignore[attr-defined]

    def plan(self, in_shape: Shape) -> Plan:
        """W (visible, hidden), b (hidden,), a (visible,), chains (n_chains, hidden)."""
        inner = self._logistic.plan(in_shape)
        units = int(self.units)
        params = dict(inner.params)
        params["a"] = Param(in_shape[-1:], Zeros(), Role.PLAIN)
        if self.n_chains:
            params["chains"] = Param((int(self.n_chains), units), Zeros(), Role.TRACKED)
        if self.track_activity:
            params["activity"] = Param((units,), Constant(0.5), Role.TRACKED)
        return Plan(inner.out_shape, params, inner.scratch)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Write the probabilities of the hidden units into `y`."""
        self._logistic.forward(p, x, y, ctx)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Chain rule; the visible bias has no share in the output."""
        self._logistic.backward(p, g, x, y, dy, dx, ctx)
        g["a"].fill(0.0)
