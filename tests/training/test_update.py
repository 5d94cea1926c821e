"""What happens around the step of the optimizer."""

import numpy as np
import pytest

from sknn import MLPRegressor
from sknn.core.layers import Defaults, Dense
from sknn.core.network import Network
from sknn.core.optimizers import SGD
from sknn.training.update import Update

RNG = np.random.default_rng(0)
X = RNG.standard_normal((30, 3))
Y = X[:, 0]


def network():
    layers = [Dense(4, "tanh").bind(Defaults()), Dense(1, "identity").bind(Defaults())]
    net = Network(layers, ["hidden0", "output"], (3,), np.float64)
    net.initialize(np.random.default_rng(1))
    return net


@pytest.mark.parametrize("rates", [None, "half"])
def test_decoupled_decay_shrinks_weights_and_spares_biases(rates):
    net = network()
    before, n_decayed = net.theta.copy(), net.layout.n_decayed
    grad = np.ones_like(net.trainable)
    factors = None if rates is None else np.full(net.layout.n_trainable, 0.5)
    optimizer = SGD(momentum=0.0)
    state = optimizer.init(net.trainable)
    Update(net, grad, optimizer, state, weight_decay=0.2, rates=factors)(0.1, 1)
    share = 1.0 if rates is None else 0.5
    expected = before - share * 0.1
    expected[:n_decayed] -= share * 0.1 * 0.2 * before[:n_decayed]
    np.testing.assert_allclose(net.theta, expected, rtol=1e-12)


@pytest.mark.parametrize(("solver", "default"), [("adamw", 0.01), ("lion", 0.01), ("adam", 0.0)])
def test_automatic_decay_belongs_to_the_solver(solver, default):
    params = {"max_iter": 5, "learning_rate": "cosine", "random_state": 0, "solver": solver}
    theta = [
        MLPRegressor("squared_error", (4,), weight_decay=decay, **params).fit(X, Y).network_.theta
        for decay in ("auto", default, 0.5)
    ]
    np.testing.assert_array_equal(theta[0], theta[1])
    assert not np.array_equal(theta[0], theta[2])
