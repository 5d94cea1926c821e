"""Training buffers: short batches, garbage in memory, frozen layers, whole-chain gradients."""

import numpy as np
import pytest

from sknn.core.layers import (
    Activate,
    BatchNorm,
    Defaults,
    Dense,
    Dropout,
    GaussianNoise,
    LayerNorm,
)
from sknn.core.losses import LogLoss
from sknn.core.network import Network
from sknn.core.workspace import Workspace
from sknn.training.objective import Supervised

RNG = np.random.default_rng(0)
X = RNG.standard_normal((12, 5))
CODES = RNG.integers(0, 3, 12)
CHAINS = {
    "plain": [Dense(4, "tanh"), Dense(3, "silu")],
    "normalized": [Dense(4, "identity"), LayerNorm(), Activate("tanh"), Dense(3, "softplus")],
    "batch": [Dense(4, "identity"), BatchNorm(), Activate("gelu")],
    "noisy": [Dropout(0.2), Dense(4, "tanh"), GaussianNoise(0.1), Dense(3, "elu"), Dropout(0.3)],
    "linear": [],
}


def objective(chain, members=1, rows=12, dtype=np.float64, frozen=(), l2=0.0):
    layers = [layer.bind(Defaults()) for layer in [*CHAINS[chain], Dense(3, "identity")]]
    names = [f"layer{i}" for i in range(len(layers))]
    network = Network(layers, names, (5,), dtype, members)
    network.initialize(np.random.default_rng(1))
    workspace = Workspace(
        network, LogLoss().bind("multiclass"), rows, np.random.default_rng(2), frozen
    )
    return Supervised(workspace, l2=l2)


def evaluate(function, theta=None, weight=None):
    """Loss and gradient with the same noise every time."""
    if theta is not None:
        function.network.trainable[...] = theta
    function.workspace.frames.clear()
    function.workspace.rng = np.random.default_rng(2)
    value = function.batch(X, CODES, weight)
    return value, function.grad.copy()


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_directional_derivative(chain, members, weighted):
    function = objective(chain, members, l2=0.1)
    weight = np.random.default_rng(3).uniform(0.5, 2.0, (12, 1)) if weighted else None
    theta = function.network.trainable.copy()
    _, grad = evaluate(function, theta, weight)
    direction = np.random.default_rng(4).standard_normal(theta.shape)
    direction /= np.linalg.norm(direction)
    h = 1e-6
    up, _ = evaluate(function, theta + h * direction, weight)
    down, _ = evaluate(function, theta - h * direction, weight)
    numeric = (up - down) / (2 * h)
    # The value is the mean over members, the gradient that of each.
    analytic = (grad * direction).sum() / members
    assert abs(numeric - analytic) <= 1e-7 * max(1.0, np.linalg.norm(grad))


@pytest.mark.parametrize("chain", CHAINS)
def test_old_content_of_buffers_does_not_matter(chain):
    function = objective(chain)
    expected = evaluate(function)
    evaluate(function)
    network, loss = function.network, function.loss
    needs = {(i, k): v for i, plan in enumerate(network.plans) for k, v in plan.scratch.items()}
    needs |= {("loss", k): v for k, v in loss.scratch(network.out_shape[-1]).items()}
    for key, buffer in function.workspace.buffers.items():
        constant = key in needs and needs[key].fill is not None
        if buffer.dtype.kind == "f" and not constant:
            buffer.fill(np.nan)
    function.workspace.grad.fill(np.nan)
    value, grad = evaluate(function)
    assert value == expected[0]
    np.testing.assert_array_equal(grad, expected[1])


@pytest.mark.parametrize("members", [1, 3])
def test_a_short_batch_uses_the_front_of_the_same_memory(members):
    long, short = objective("plain", members, rows=12), objective("plain", members, rows=7)
    long.batch(X, CODES, None)
    n_buffers = len(long.workspace.buffers)
    values = [function.batch(X[:7], CODES[:7], None) for function in (long, short)]
    assert values[0] == pytest.approx(values[1], rel=1e-14)
    np.testing.assert_allclose(long.grad, short.grad, rtol=1e-12)
    assert len(long.workspace.buffers) == n_buffers


def test_a_longer_batch_makes_the_buffers_grow():
    function = objective("plain", rows=3)
    expected = objective("plain", rows=12).batch(X, CODES, None)
    function.batch(X[:3], CODES[:3], None)
    assert function.batch(X, CODES, None) == expected
    assert function.workspace.rows == 12


def test_many_batch_sizes_do_not_pile_up():
    function = objective("plain")
    for rows in [*range(1, 13), *range(12, 0, -1)] * 3:
        function.batch(X[:rows], CODES[:rows], None)
    assert len(function.workspace.frames) <= 16


def test_nobody_asks_for_gradients_below_the_lowest_trained_layer():
    function = objective("plain", frozen=(0,))
    whole = objective("plain")
    value, grad = evaluate(function)
    expected = evaluate(whole)
    assert value == expected[0]
    frame = function.workspace.frame(12)
    assert len(frame.backward) == 2 and frame.backward[-1][6] is None
    for name in ("W", "b"):
        np.testing.assert_array_equal(
            function.network.layout.views(grad)[1][name],
            whole.network.layout.views(expected[1])[1][name],
        )


def test_float32_stays_float32():
    function = objective("noisy", dtype=np.float32)
    function.batch(X.astype(np.float32), CODES, None)
    kinds = {buffer.dtype for buffer in function.workspace.buffers.values()}
    assert np.dtype(np.float64) not in kinds
    assert function.grad.dtype == np.float32
