"""The chain of bound layers, from constructor parameters."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from typing import Any

from numpy.typing import DTypeLike

from sknn.core.activations import Activation
from sknn.core.constraints import is_number
from sknn.core.layers import (
    Activate,
    BatchNorm,
    Defaults,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LayerNorm,
)
from sknn.core.layers.names import OUTPUT, check_unique, named
from sknn.core.layout import Plan
from sknn.core.network import Network
from sknn.core.pretrained import Pretrained
from sknn.core.spec import resolve
from sknn.exceptions import InvalidParameterError

_LARGEST = 2**31 - 1
NORMALIZATION: dict[str, type[Layer]] = {"batch": BatchNorm, "layer": LayerNorm}
# Parameters that `layers` replaces.
_EXPANDED = (
    "hidden_layer_sizes",
    "activation",
    "dropout",
    "normalization",
)


def check_flat(network: Network) -> None:
    """Raise if the layers end in rows of several axes."""
    if len(network.out_shape) != 1:
        raise ValueError(
            f"The layers end in rows of shape {network.out_shape}, but a prediction has one axis; "
            "make them end in Flatten(), a global pooling layer, or a recurrent layer with "
            "return_sequences=False."
        )


def hidden_sizes(value: Any, name: str = "hidden_layer_sizes") -> list[int]:
    """Return ``hidden_layer_sizes``, or a parameter like it, as a list of positive ints."""
    sizes = list(value) if _is_sequence(value) else [value]
    if not all(is_int(size) for size in sizes):
        raise InvalidParameterError(
            f"The {name!r} parameter must be an int or a sequence of ints, one for "
            f"each hidden layer. Got {value!r} instead."
        )
    sizes = [int(size) for size in sizes]
    if any(size <= 0 for size in sizes):
        raise InvalidParameterError(f"{name} must be > 0, got {sizes}.")
    if any(size > _LARGEST for size in sizes):
        raise InvalidParameterError(f"{name} must be at most {_LARGEST}, got {sizes}.")
    return sizes


def _is_sequence(value: Any) -> bool:
    if isinstance(value, (str, bytes, dict, type)) or getattr(value, "ndim", 1) == 0:
        return False
    return all(hasattr(value, method) for method in ("__iter__", "__len__", "__getitem__"))


def is_int(value: Any) -> bool:
    """Return whether a value is a whole number, of any type."""
    return is_number(value, numbers.Integral)


def per_layer(value: Any, n_hidden: int, name: str) -> list[Any]:
    """Give every hidden layer its own value of a parameter that may be a list."""
    if not isinstance(value, (list, tuple)):
        return [value] * n_hidden
    if len(value) != n_hidden:
        raise InvalidParameterError(
            f"The {name!r} parameter has {len(value)} entries for {n_hidden} hidden layers; "
            "give one value, or one for each hidden layer."
        )
    return list(value)


def hidden_layers(estimator: Any) -> list[Layer]:
    """Return the specs of everything before the output layer."""
    first: list[Layer] = []
    if estimator.input_dropout:
        first.append(Dropout(estimator.input_dropout))
    if estimator.layers is not None:
        return first + given_layers(estimator, _EXPANDED)
    sizes = hidden_sizes(estimator.hidden_layer_sizes)
    activations = per_layer(estimator.activation, len(sizes), "activation")
    rates = per_layer(estimator.dropout, len(sizes), "dropout")
    layers = first
    for size, activation, rate in zip(sizes, activations, rates, strict=True):
        layers += block(estimator, size, activation) + dropout(rate)
    return layers


def dropout(rate: Any) -> list[Layer]:
    """Return a layer that drops this share, or none if the share is zero."""
    return [Dropout(rate)] if rate else []


def block(estimator: Any, size: int, activation: Any, **settings: Any) -> list[Layer]:
    """Return a Dense layer, with `normalization` between its weights and its activation.

    Parameters
    ----------
    **settings : dict
        Further parameters of the Dense layer.
    """
    norm = normalization(estimator.normalization)
    if norm is None:
        return [Dense(size, activation, **settings)]
    start = Dense(size, "identity", weight_init=_start(estimator, activation), **settings)
    return [start, norm(), Activate(activation)]


def _start(estimator: Any, activation: Any) -> Any:
    """Choose initial weights by the activation that follows a normalization."""
    if starts_automatically(estimator):
        spec = resolve(Activation, activation, "activation", type(estimator).__name__)
        return spec.weight_init
    return None


def starts_automatically(estimator: Any) -> bool:
    """Whether initial values are chosen by the activation."""
    value = estimator.weight_init
    return isinstance(value, Pretrained) or (isinstance(value, str) and value == "auto")


def normalization(value: Any) -> type[Layer] | None:
    """Return the kind of layer that `normalization` requests, None for none."""
    return None if value is None else NORMALIZATION[value]


def _is_default(value: Any, default: Any) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, (tuple, list)) and tuple(value) == default
    return value is default or (isinstance(value, (str, float, int)) and value == default)


def given_layers(estimator: Any, replaced: Iterable[str]) -> list[Layer]:
    """Return `layers`; raise if parameters that it replaces are set.

    Parameters
    ----------
    replaced : iterable of str
        Names of these parameters.
    """
    layers = estimator.layers
    for name in replaced:
        if not _is_default(getattr(estimator, name), estimator._defaults[name]):
            raise ValueError(
                f"{name}={getattr(estimator, name)!r} has no effect together with `layers`; "
                f"leave it at its default and set it in the layers."
            )
    _check_names(estimator, [name for name, _ in named(layers)])
    return list(layers)


def _check_names(estimator: Any, names: Sequence[str]) -> None:
    for name in names:
        if name in estimator._get_param_names() or name == OUTPUT or "__" in name:
            raise ValueError(
                f"A layer cannot be named {name!r}: the name is a parameter of "
                f"{type(estimator).__name__}, reserved, or holds a double underscore."
            )


def output_layer(n_raw: int) -> Dense:
    """Return the spec of the layer that gives the raw scores."""
    return Dense(n_raw, "identity", name=OUTPUT)


def build_network(
    estimator: Any, n_raw: int, in_shape: tuple[int, ...], dtype: DTypeLike, n_members: int
) -> Network:
    """Plan the network that an estimator's parameters describe; its weights are still zero."""
    defaults = _defaults(estimator)
    chain = estimator._chain(n_raw)
    names = [name for name, _ in named(chain)]
    check_unique(names, ", that of input_dropout too,")
    bound = [layer.bind(defaults) for layer in chain]
    automatic = isinstance(defaults.weight_init, str) and defaults.weight_init == "auto"
    # scikit-learn knows activations by name, so an object changes nothing.
    by_name = automatic and isinstance(defaults.activation, str)
    hidden = Activation.registry.get(defaults.activation) if by_name else None
    start = None if hidden is None else hidden.output_init
    if start is not None:
        bound[-1] = Dense(n_raw, "identity", name=OUTPUT, weight_init=start, bias_init=start).bind(
            defaults
        )
    return Network(bound, names, in_shape, dtype, n_members)


def _defaults(estimator: Any) -> Defaults:
    """Return the values for layers that leave a parameter open."""
    default = estimator.activation
    if isinstance(default, (list, tuple)) or default == "auto":
        default = "relu"
    return Defaults(default, "auto" if starts_automatically(estimator) else estimator.weight_init)


def flattened(estimator: Any, layers: Sequence[Layer], in_shape: tuple[int, ...]) -> list[Layer]:
    """Return layers, and one that flattens if their output rows have several axes."""
    defaults, shape = _defaults(estimator), in_shape
    for layer in layers:
        bound = layer.bind(defaults)
        bound.check_input(in_shape)
        plan = bound.plan(shape)
        # If a layer of the user returns no plan, the error comes when the network is made.
        shape = plan.out_shape if isinstance(plan, Plan) else in_shape
    return [*layers] if len(shape) == 1 else [*layers, Flatten()]
