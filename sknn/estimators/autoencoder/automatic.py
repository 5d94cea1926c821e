"""Values of "auto" parameters of an autoencoder."""

from __future__ import annotations

import math
from typing import Any

from sknn.core.schedules import Constant, Cosine, Schedule
from sknn.estimators.settings.layers import hidden_sizes, per_layer

_RATE_OF_ONE = 0.001
_RATE_OF_64 = 0.002
_HIGHEST_RATE = 0.005


def is_deep(estimator: Any) -> bool:
    """Whether there are hidden layers other than the code, which can be nonlinear."""
    return estimator.layers is not None or len(hidden_sizes(estimator.hidden_layer_sizes)) > 1


def activations(estimator: Any, n_layers: int) -> list[Any]:
    """Return the activation of every hidden layer of the encoder.

    A linear code holds components in either direction, with one unit for each. A sparse code needs
    units that can be off.
    """
    if not _is_automatic(estimator.activation):
        return per_layer(estimator.activation, n_layers, "activation")
    linear = n_layers > 1 and estimator.sparsity is None
    return ["relu"] * (n_layers - 1) + ["identity" if linear else "relu"]


def schedule(estimator: Any) -> Schedule | None:
    """Return the schedule for "auto"; None if the user chose one.

    A network with one layer starts at its optimum, or near it, and stops if it does not improve.
    """
    if not _is_automatic(estimator.learning_rate):
        return None
    return Cosine() if is_deep(estimator) else Constant()


def base_rate(estimator: Any) -> float:
    """Return the learning rate, which is lower for wider networks by default.

    A step of Adam moves every weight by the rate, so the input of a unit moves further if the layer
    below has more units: large steps lose the last components of a long code.
    """
    if not _is_automatic(estimator.learning_rate_init):
        return float(estimator.learning_rate_init)
    if estimator.layers is not None or not is_deep(estimator):
        return _RATE_OF_ONE
    widest = max(hidden_sizes(estimator.hidden_layer_sizes))
    return min(_HIGHEST_RATE, _RATE_OF_64 * math.sqrt(64 / widest))


def _is_automatic(value: Any) -> bool:
    return isinstance(value, str) and value == "auto"
