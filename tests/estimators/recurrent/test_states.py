"""The state that recurrent layers carry, inside blocks and for many series."""

import numpy as np
import pytest

from sknn import RNNRegressor
from sknn.core.layers import GRU, LSTM, BatchNorm, Defaults, Dense, Jordan, Parallel, Residual
from sknn.core.network import Network

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
ROWS, STEPS = 6, 4
STATE = {"stateful": True, "n_series": ROWS, "return_sequences": True}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, STEPS, 2))
Y = X.sum(axis=(1, 2))


def states_of(net):
    """Return the states of all layers by name."""
    return {
        f"{layer}.{key}": view
        for layer, own in zip(net.network_.names, net.network_.params, strict=True)
        for key, view in own.items()
        if key.endswith("state")
    }


BLOCKS = [
    [Residual([LSTM(3, **STATE), Dense(2)]), GRU(3)],
    [Parallel([Jordan(3, **STATE), Residual([GRU(2, **STATE)])]), LSTM(3)],
]


@pytest.mark.parametrize("layers", BLOCKS, ids=str)
def test_states_inside_blocks_are_forgotten(layers):
    net = RNNRegressor(layers=layers, stateful=True, max_iter=2, random_state=0)
    net.partial_fit(X, Y)
    before = net.predict(X)
    found = states_of(net)
    assert found and all(state.any() for state in found.values())
    net.reset_state()
    assert not any(state.any() for state in states_of(net).values())
    assert not np.allclose(net.predict(X), before)


@pytest.mark.parametrize("layers", BLOCKS, ids=str)
def test_every_pass_starts_over_inside_blocks(layers):
    settings = {"layers": layers, "stateful": True, "random_state": 0, "learning_rate": "constant"}
    whole = RNNRegressor(**settings, max_iter=4).fit(X, Y)
    parts = RNNRegressor(**settings, max_iter=2, warm_start=True).fit(X, Y).fit(X, Y)
    np.testing.assert_array_equal(parts.predict(X), whole.predict(X))


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("steps", [False, True])
def test_every_series_counts(method, steps):
    net = RNNRegressor(3, stateful=True, return_sequences=steps, max_iter=2, random_state=0)
    weight = np.ones(ROWS)
    weight[4] = 0.0
    y = X.sum(axis=2) if steps else Y
    with pytest.raises(ValueError, match="Row 4 has the weight 0 .* small sample_weight"):
        getattr(net, method)(X, y, weight)
    weight[4] = 1e-6
    getattr(net, method)(X, y, weight)


def test_running_statistics_are_not_state():
    layers = [Residual([LSTM(3, **STATE), BatchNorm(), Dense(2)]), GRU(3)]
    net = RNNRegressor(layers=layers, stateful=True, max_iter=2, random_state=0).partial_fit(X, Y)
    tracked = {
        key: np.array(view) for key, view in net.network_.params[1].items() if "norm0" in key
    }
    net.reset_state()
    for key, view in tracked.items():
        np.testing.assert_array_equal(net.network_.params[1][key], view)


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("block", [False, True])
def test_prediction_keeps_series_together(monkeypatch, members, block):
    """With more rows than a chunk, the state of every series is still used."""
    n = 9
    cell = LSTM(3, stateful=True, n_series=n)
    layers = [Parallel([cell, GRU(2)]) if block else cell, Dense(1, "identity")]
    bound = [layer.bind(Defaults()) for layer in layers]
    network = Network(bound, ["a", "b"], (STEPS, 2), np.float64, members)
    network.initialize(np.random.default_rng(0))
    x = np.random.default_rng(1).normal(size=(n, STEPS, 2))
    for key, view in network.params[0].items():
        if key.endswith("state"):
            view[...] = np.random.default_rng(2).normal(size=view.shape)
    expected = network.predict(x)
    monkeypatch.setattr("sknn.core.network._CHUNK_ROWS", (1, 2))
    np.testing.assert_array_equal(network.predict(x), expected)
    # Any other number starts from zero, in chunks.
    other = np.vstack([x, x[:1]])
    assert not np.allclose(network.predict(other)[..., :n, :], expected)
