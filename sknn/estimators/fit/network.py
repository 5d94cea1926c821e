"""The network of a call, from the layers of a family."""

from __future__ import annotations

import numpy as np

from sknn.core.layout import Shape
from sknn.core.network import Network
from sknn.estimators.fit.state import FitState
from sknn.estimators.settings import checks
from sknn.estimators.settings import layers as layer_specs


def plan_network(state: FitState, in_shape: Shape) -> Network:
    """Return a network for rows of a shape; its weights are still zero.

    Raises
    ------
    ValueError
        For layers that the solver or sparse rows do not support.
    """
    estimator, recipe, x = state.estimator, state.recipe, state.train.x
    n_raw = state.loss.n_raw(state.targets.n_outputs)
    network = layer_specs.build_network(estimator, n_raw, in_shape, x.dtype, recipe.n_members)
    if recipe.full_batch:
        checks.check_lbfgs(estimator, network.layers)
    if not isinstance(x, np.ndarray) and not network.layers[0].reads_sparse:
        raise ValueError(
            f"X is sparse, but the first layer {network.layers[0]!r} needs dense rows; leave "
            "input_dropout at 0 and put a Dense layer first, or pass X.toarray()."
        )
    return network
