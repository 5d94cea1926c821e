"""The gradient of a penalty on a gradient agrees with finite differences."""

import numpy as np
import pytest

from sknn.core.activations import Activation
from sknn.core.layers import (
    Activate,
    BatchNorm,
    Conv2D,
    Defaults,
    Dense,
    Dropout,
    Flatten,
    LayerNorm,
    Reshape,
    Residual,
)
from sknn.core.losses import SquaredError
from sknn.core.network import Network
from sknn.core.tangent import GradientPenalty, check_differentiable_twice
from sknn.core.workspace import Workspace
from tests.cases.activations import CASES
from tests.estimators.gan.parts import FEATURES, differences, small_network

ACTIVATIONS = [row[0] for row in CASES]
RNG = np.random.default_rng(1)
X = RNG.normal(size=(7, FEATURES))
CLASSES = np.eye(2)[RNG.integers(2, size=7)]
WEIGHT = RNG.random((7, 1))


def discriminator(activation, n_classes=0, middle=()):
    middle = [layer.bind(Defaults()) for layer in middle]
    whole = small_network(judge=activation, n_classes=n_classes, middle=middle)
    return whole.part(2, len(whole.layers))


def penalized(network, length, weight, given=None):
    workspace = Workspace(network, SquaredError(), len(X))
    value = GradientPenalty(workspace, 0.7, length).add(X, weight, given)
    return value, workspace.grad


def scores(network, x):
    return network.predict(x)[:, 0]


@pytest.mark.parametrize("length", [0.0, 1.0])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_gradient(activation, length):
    network = discriminator(activation)
    _, gradient = penalized(network, length, 0.5)
    numeric = differences(lambda: penalized(network, length, 0.5)[0], network.theta)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("length", [0.0, 1.0])
def test_gradient_with_weights_classes_and_layers_of_activation(length):
    middle = [
        Dense(4, "identity"),
        Reshape((2, 2)),
        Activate("silu"),
        Flatten(),
        Dense(3, "softplus", use_bias=False),
    ]
    network = discriminator("tanh", n_classes=2, middle=middle)
    _, gradient = penalized(network, length, WEIGHT, CLASSES)
    numeric = differences(lambda: penalized(network, length, WEIGHT, CLASSES)[0], network.theta)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-7)
    assert np.abs(network.layout.views(gradient)[0]["S"]).max() > 0


@pytest.mark.parametrize("length", [0.0, 1.0])
def test_value(length):
    network = discriminator("gelu")
    slopes = np.empty_like(X)
    for column in range(FEATURES):
        step = np.zeros(FEATURES)
        step[column] = 1e-5
        slopes[:, column] = (scores(network, X + step) - scores(network, X - step)) / 2e-5
    lengths = np.linalg.norm(slopes, axis=1)
    expected = 0.7 * (WEIGHT[:, 0] * (lengths - length) ** 2).sum()
    assert penalized(network, length, WEIGHT)[0] == pytest.approx(expected, rel=1e-7)


def test_it_adds_to_the_gradient_and_keeps_the_precision():
    whole = small_network(judge="elu").copy(np.float32)
    network = whole.part(2, len(whole.layers))
    workspace = Workspace(network, SquaredError(), 20)
    alone = Workspace(network, SquaredError(), 20)
    workspace.grad[...] = 3.0
    x = X.astype(np.float32)
    GradientPenalty(workspace, 1.0, 1.0).add(x, 0.5)
    GradientPenalty(alone, 1.0, 1.0).add(x, 0.5)
    assert workspace.grad.dtype == np.float32
    np.testing.assert_allclose(workspace.grad, alone.grad + 3.0, rtol=1e-5)


def test_a_flat_score_is_left_alone():
    network = discriminator("tanh")
    network.params[-1]["W"][...] = 0.0
    value, gradient = penalized(network, 1.0, 0.5)
    assert value == pytest.approx(0.7 * 0.5 * len(X))
    assert np.isfinite(gradient).all()


class Own(Activation):
    def forward(self, z, y):
        np.tanh(z, out=y)

    def backward(self, z, y, dy, work):
        dy *= 1 - y * y


def chain(layer):
    """A network whose second layer, or third after a change of shape, is the one tested."""
    shaped = isinstance(layer, Conv2D) or getattr(layer, "units", 0) == 7
    front = [Dense(4), Reshape((2, 2, 1))] if shaped else [Dense(4)]
    layers = [*front, layer, Flatten(), Dense(1)]
    names = (
        ["first", "shape", "judge", "flat", "last"]
        if shaped
        else ["first", "judge", "flat", "last"]
    )
    return Network([each.bind(Defaults()) for each in layers], names, (3,), np.float64)


@pytest.mark.parametrize(
    "layer",
    [
        Dropout(0.2),
        BatchNorm(),
        LayerNorm(),
        Conv2D(3),
        Residual([Dense(3)]),
        Dense(3, "tanh", contraction=0.1),
        Dense(3, input_scale=1.0),
        Dense(3, Own()),
        Dense(7),
        Activate(Own()),
    ],
    ids=repr,
)
def test_other_layers_are_named(layer):
    with pytest.raises(ValueError, match=r"second derivative.*'judge'"):
        check_differentiable_twice(chain(layer))
    check_differentiable_twice(chain(layer), 3)


def test_an_activation_without_curvature_says_so():
    with pytest.raises(NotImplementedError, match="Own"):
        Own().curvature(X, X)
