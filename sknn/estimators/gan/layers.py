"""The layers of the two networks of a GAN, and their updates, from its parameters."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from sknn.core.activations import LeakyReLU
from sknn.core.layers import Activate, Choices, Dense, Flatten, Layer, Reshape
from sknn.core.layers.filtering import Filtering
from sknn.core.layers.names import named
from sknn.core.losses import Adversarial
from sknn.core.network import Network
from sknn.core.spec import resolve
from sknn.core.tangent import check_differentiable_twice
from sknn.estimators.settings import specs
from sknn.estimators.settings.layers import hidden_sizes, per_layer

GENERATOR, DISCRIMINATOR = "generator", "discriminator"


def check(estimator: Any) -> None:
    """Raise for parameters that cannot be combined."""
    if specs.is_lbfgs(estimator):
        raise ValueError(
            "solver='lbfgs' minimizes one function, but here two networks take turns; "
            "choose a stochastic solver such as 'adam'."
        )
    objective = objective_of(estimator)
    if estimator.label_smoothing and not objective.has_targets:
        raise ValueError(
            f"label_smoothing={estimator.label_smoothing} has no meaning for objective="
            f"{estimator.objective!r}, whose scores have no target; set it to 0."
        )
    if estimator.generator_solver is not None:
        specs.optimizer_of(estimator, "generator_solver")
    if estimator.averaging and any(each.averages for each in estimator.callbacks or ()):
        raise ValueError(
            "callbacks contain one that averages weights, but only one average can be used; set "
            "averaging=0, or remove it."
        )


def objective_of(estimator: Any) -> Adversarial:
    """Return the objective of both sides."""
    return resolve(Adversarial, estimator.objective, "objective", type(estimator).__name__)


def penalty_of(estimator: Any) -> float:
    """Return the strength of the gradient penalty."""
    strength = estimator.gradient_penalty
    return objective_of(estimator).penalty if isinstance(strength, str) else float(strength)


# -- layers -----------------------------------------------------------------------------------


def chain(estimator: Any, n_features: int, row_shape: tuple[int, ...], n_classes: int) -> list:
    """Return the specs of all layers: those of the generator, then those of the discriminator."""
    maker = _hidden(estimator, GENERATOR)
    if not _draws(maker):
        maker.append(Dense(n_features, estimator.output_activation, name="output"))
    maker += _choices(estimator)
    judge = _hidden(estimator, DISCRIMINATOR)
    if len(row_shape) > 1 and estimator.discriminator_layers is not None:
        judge = [Reshape(row_shape), *judge]
    if n_classes:
        judge = _told_the_class(judge, n_classes)
    judge.append(Dense(1, "identity", name="output"))
    return _prefixed(maker, GENERATOR) + _prefixed(judge, DISCRIMINATOR)


def _choices(estimator: Any) -> list[Layer]:
    """Return the layer that makes choices of the columns of levels, if there are any."""
    coder = estimator._form.coder
    if coder is None:
        return []
    if estimator.output_activation != "identity":
        raise ValueError(
            f"output_activation={estimator.output_activation!r} has no effect on a frame whose "
            "columns are not all numbers without gaps; leave it at 'identity'."
        )
    groups = coder.groups
    if not groups:
        return []
    return [Choices([group[0] for group in groups], [len(group) for group in groups])]


def _hidden(estimator: Any, side: str) -> list[Layer]:
    """Return the layers of one side except for its output, flattened at the end."""
    layers, sizes = (getattr(estimator, f"{side}_{name}") for name in ("layers", "layer_sizes"))
    if layers is None:
        widths = hidden_sizes(sizes)
        activations = per_layer(
            getattr(estimator, f"{side}_activation"), len(widths), f"{side}_activation"
        )
        return [Dense(*each) for each in zip(widths, map(_steeper, activations), strict=True)]
    if np.asarray(sizes, dtype=object).tolist() != [128, 128]:
        raise ValueError(
            f"{side}_layer_sizes={sizes!r} has no effect together with {side}_layers; leave it "
            "at its default."
        )
    default = _steeper(getattr(estimator, f"{side}_activation"))
    given = [_with_activation(layer, default) for layer in layers]
    flat = not given or isinstance(given[-1], (Dense, Flatten))
    return given if flat else [*given, Flatten()]


def _steeper(activation: Any) -> Any:
    """Give "leaky_relu" the slope that is customary in discriminators."""
    is_name = isinstance(activation, str) and activation == "leaky_relu"
    return LeakyReLU(0.2) if is_name else activation


def _with_activation(layer: Layer, default: Any) -> Layer:
    """Return the layer with the activation of its side if it names none itself."""
    if not layer.has_units or getattr(layer, "activation", default) is not None:
        return layer
    return type(layer)(**layer.get_params(deep=False) | {"activation": default})


def _draws(layers: list[Layer]) -> bool:
    """Whether layers end in a flattened convolution, which is then the output."""
    ends = [x for x in layers if not isinstance(x, (Flatten, Activate, Reshape))]
    return bool(ends) and isinstance(ends[-1], Filtering)


def _told_the_class(layers: list[Layer], n_classes: int) -> list[Layer]:
    """Link the first Dense layer to the class, which is at the end of the network's input."""
    for i, layer in enumerate(layers):
        if isinstance(layer, Dense):
            told = type(layer)(**layer.get_params(deep=False) | {"input_skip": n_classes})
            return [*layers[:i], told, *layers[i + 1 :]]
    raise ValueError(
        "With classes (y), the discriminator needs a Dense layer before its output, which gets the "
        "class; add one to discriminator_layers or discriminator_layer_sizes."
    )


def _prefixed(layers: list[Layer], side: str) -> list[Layer]:
    """Name every layer after its side."""
    return [
        type(layer)(**layer.get_params(deep=False) | {"name": f"{side}_{name}"})
        for name, layer in named(layers)
    ]


def first_of(network: Network) -> int:
    """Return the first layer of the discriminator."""
    return sum(name.startswith(f"{GENERATOR}_") for name in network.names)


def check_layers(estimator: Any, network: Network, n_features: int) -> None:
    """Raise if layers do not end as they must, or have no second derivative to be penalized."""
    first = first_of(network)
    made, judged = network.plans[first - 1].out_shape, network.plans[-2].out_shape
    if prod(made) != n_features or len(made) != 1:
        raise ValueError(
            f"generator_layers end in rows of shape {made}, but X has {n_features} features; make "
            "them end in as many numbers."
        )
    if len(judged) != 1:
        raise ValueError(
            f"discriminator_layers end in rows of shape {judged}; make them end in Flatten() or a "
            "global pooling layer."
        )
    if penalty_of(estimator):
        check_differentiable_twice(network, first)
