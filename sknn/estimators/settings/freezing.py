"""Which weights are frozen, and which move faster or slower than others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Role
from sknn.core.network import Network
from sknn.estimators.settings.layers import is_int
from sknn.exceptions import InvalidParameterError


def frozen_layers(freeze: Any, network: Network) -> list[int]:
    """Return the indices of frozen layers.

    Parameters
    ----------
    freeze : None, int or sequence of str
        How many layers with parameters, counted from the input, or their names.
    """
    if freeze is None:
        return []
    if is_int(freeze):
        with_params = [i for i, views in enumerate(network.params) if views]
        if not 0 <= freeze <= len(with_params):
            raise InvalidParameterError(
                f"The 'freeze' parameter must be at most {len(with_params)}, the number of layers "
                f"with parameters. Got {freeze!r} instead."
            )
        # Layers without parameters in between are frozen along with their neighbors.
        return [] if freeze == 0 else list(range(with_params[freeze - 1] + 1))
    names = [freeze] if isinstance(freeze, str) else list(freeze)
    return [_index(name, network, "freeze") for name in names]


def _index(name: Any, network: Network, parameter: str) -> int:
    if name not in network.names:
        raise InvalidParameterError(
            f"The {parameter!r} parameter names {name!r}, which is not a layer of this network; "
            f"its layers are {list(network.names)}."
        )
    return network.names.index(name)


def held_layers(estimator: Any, network: Network) -> list[int]:
    """Return the indices of layers that do not move: frozen, or with a rate factor of 0."""
    rates = estimator.layer_rates or {}
    still = [_index(name, network, "layer_rates") for name, rate in rates.items() if rate == 0]
    return frozen_layers(estimator.freeze, network) + still


def rate_factors(estimator: Any, network: Network) -> NDArray | None:
    """Return the factor on the learning rate of every trained parameter; None if all are 1."""
    frozen = frozen_layers(estimator.freeze, network)
    rates = estimator.layer_rates or {}
    factors = {_index(name, network, "layer_rates"): rate for name, rate in rates.items()}
    factors |= dict.fromkeys(frozen, 0.0)
    vector = np.ones(network.layout.n_trainable)
    for slot in network.layout.slots:
        if slot.param.role is not Role.TRACKED:
            vector[slot.start : slot.stop] = factors.get(slot.layer, 1.0) * slot.param.rate
    return None if (vector == 1.0).all() else vector


def decay_factors(network: Network) -> NDArray | None:
    """Return the factor on the decay of every decayed parameter; None if all are 1."""
    vector = np.ones(network.layout.n_decayed)
    for slot in network.layout.slots:
        if slot.param.role is Role.DECAYED:
            vector[slot.start : slot.stop] = slot.param.decay
    return None if (vector == 1.0).all() else vector
