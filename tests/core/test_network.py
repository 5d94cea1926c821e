"""The chain over the flat vector: prediction in chunks, members, copies, pickles."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.sparse as sp

from sknn.core import network as network_module
from sknn.core.layers import BatchNorm, Defaults, Dense, Dropout
from sknn.core.network import Network

RNG = np.random.default_rng(0)
X = RNG.standard_normal((700, 5))


def make(n_members=1, dtype=np.float64, layers=None):
    layers = layers or [Dense(4, "tanh"), Dropout(0.5), Dense(3, "gelu"), Dense(2, "identity")]
    bound = [layer.bind(Defaults()) for layer in layers]
    names = [f"layer{i}" for i in range(len(bound))]
    network = Network(bound, names, (5,), dtype, n_members)
    network.initialize(np.random.default_rng(1))
    return network


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("stop", [None, 1, 3])
def test_chunks_make_no_difference(monkeypatch, members, stop):
    network = make(members)
    whole = network.predict(X, stop)
    monkeypatch.setattr(network_module, "_CHUNK_ROWS", (1, 64))
    np.testing.assert_allclose(network.predict(X, stop), whole, rtol=1e-12)


@pytest.mark.parametrize("members", [1, 3])
def test_sparse_rows_predict_as_dense_ones(members):
    sparse = X * (np.random.default_rng(2).random(X.shape) < 0.3)
    network = make(members)
    expected = network.predict(sparse)
    np.testing.assert_allclose(network.predict(sp.csr_array(sparse)), expected, rtol=1e-12)


def test_members_are_networks_that_share_memory():
    network = make(3)
    raw = network.predict(X)
    for i in range(3):
        single = network.member(i)
        np.testing.assert_allclose(single.predict(X), raw[i], rtol=1e-12)
        assert np.shares_memory(single.theta, network.theta)
    assert make(1).member(0).lead == ()


@pytest.mark.parametrize("members", [1, 2])
def test_pickle_keeps_views_attached(members):
    network = pickle.loads(pickle.dumps(make(members)))
    before = network.predict(X)
    network.theta[...] *= 2.0
    assert (network.params[0]["W"] == network.theta[..., :20].reshape(*network.lead, 5, 4)).all()
    assert not np.allclose(network.predict(X), before)


def test_a_copy_is_independent_and_may_change_precision():
    network = make()
    twin = network.copy(np.float32)
    assert twin.dtype == np.float32 and twin.predict(X).dtype == np.float32
    twin.theta[...] = 0.0
    assert np.abs(network.theta).max() > 0


def test_float64_rows_are_cast_to_the_precision_of_the_network():
    network = make(dtype=np.float32)
    assert network.predict(X).dtype == np.float32
    np.testing.assert_allclose(network.predict(X), network.predict(X.astype(np.float32)), rtol=1e-6)


def test_eight_threads_predict_at_once():
    network = make()
    expected = network.predict(X)
    with ThreadPoolExecutor(8) as pool:
        for raw in pool.map(lambda _: network.predict(X), range(64)):
            np.testing.assert_array_equal(raw, expected)


def test_noise_layers_are_left_out_of_prediction():
    network = make()
    assert [type(network.layers[i]).__name__ for i in network.inference] == ["Dense"] * 3


def test_running_statistics_are_part_of_the_vector():
    network = make(layers=[Dense(4, "tanh"), BatchNorm(), Dense(2, "identity")])
    assert network.layout.size - network.layout.n_trainable == 8
    twin = network.copy()
    network.theta[..., network.layout.n_trainable :] = 3.0
    assert not np.allclose(network.predict(X), twin.predict(X))
    twin.load(network.theta)
    np.testing.assert_array_equal(network.predict(X), twin.predict(X))


def test_theta_cannot_be_rebound():
    with pytest.raises(AttributeError):
        make().theta = np.zeros(3)
