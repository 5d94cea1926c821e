"""Values of "auto" parameters of an autoencoder."""

from __future__ import annotations

import math
from typing import Any

from sknn._validation.arrays import Rows
from sknn.core.losses import SquaredError
from sknn.core.schedules import Constant, Cosine, Schedule
from sknn.estimators.autoencoder.pca import components
from sknn.estimators.autoencoder.targets import ReconstructionTargets, mean_deviation
from sknn.estimators.settings.layers import hidden_sizes, per_layer
from sknn.estimators.settings.specs import is_lbfgs

_RATE_OF_ONE = 0.001
_RATE_OF_64 = 0.002
_HIGHEST_RATE = 0.005
_LOST = 0.01
"""Variance, relative to the mean variance of columns, up to which wide codes lose components."""
_OTHER_WAYS = ("tied_weights", "sparsity", "corruption", "variational", "normalization", "pretrain")


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


def lost_variance(estimator: Any, targets: ReconstructionTargets, rows: Rows) -> float:
    """Return the variance up to which a wide code loses components of X; 0 for other codes.

    Parameters
    ----------
    estimator : AutoEncoder
    targets : ReconstructionTargets
    rows : Rows
        Those of the first call, which decide whether the code is wide.

    Returns
    -------
    variance : float
        Of X divided by the scale of the targets.
    """
    if not _may_copy(estimator, targets):
        return 0.0
    deviation = mean_deviation(rows.x, rows.weight)
    length = hidden_sizes(estimator.hidden_layer_sizes)[0]
    # Squares of small numbers would be zero.
    return _LOST * (deviation / targets.scale) ** 2 if _is_wide(length, rows, deviation) else 0.0


def _may_copy(estimator: Any, targets: ReconstructionTargets) -> bool:
    """Whether nothing but the length of the code is in the way of a copy."""
    if not _is_automatic(estimator.contraction) or is_deep(estimator):
        return False
    if is_lbfgs(estimator) or not isinstance(targets.recipe(estimator.loss), SquaredError):
        return False
    (code,) = activations(estimator, 1)
    straight = getattr(code, "alias", code) in ("relu", "identity")
    return straight and not any(getattr(estimator, name) for name in _OTHER_WAYS)


def _is_wide(length: int, rows: Rows, deviation: float) -> bool:
    """Whether a code is longer than the number of components that are not lost."""
    n_columns = rows.x.shape[1]
    if length >= n_columns:
        return True
    # Far wider rows have more components, and would take some time.
    found = components(rows.x, rows.weight, length) if n_columns <= 2 * length else None
    return found is not None and bool((found.spread[-1] / deviation) ** 2 < _LOST)


def _is_automatic(value: Any) -> bool:
    return isinstance(value, str) and value == "auto"
