"""A forward pass through ``coefs_`` and ``intercepts_`` gives the predictions."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, softmax
from sklearn.base import clone

from sknn import (
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    DBNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    TabularMLPClassifier,
)
from sknn.core.layout import Plan
from sknn.layers import (
    Activate,
    BatchNorm,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    LayerNorm,
    Parallel,
    Residual,
    Sparsity,
)
from sknn.losses import Hinge
from tests.estimators.data import BINARY, LABELS, REAL, THREE, TWO_REAL, X

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning"),
]
FUNCTIONS = {
    "identity": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "logistic": expit,
    "softmax": lambda z: softmax(z, axis=-1),
    "exp": np.exp,
}
SMALL = {"max_iter": 4, "learning_rate_init": 0.05, "random_state": 0}


def plain_pass(net, x, activations):
    """What anyone would write; members are the first axis of every array."""
    assert len(net.coefs_) == len(net.intercepts_) == len(activations) + 1
    for W, b, name in zip(
        net.coefs_, net.intercepts_, [*activations, net.out_activation_], strict=True
    ):
        x = FUNCTIONS[name](x @ W + b[..., None, :])
    return x.mean(axis=0) if x.ndim == 3 else x


def answers(net, x):
    """Return the outputs of the network as a matrix."""
    found = net.predict_proba(x) if hasattr(net, "predict_proba") else net.predict(x)
    if hasattr(net, "classes_") and net.out_activation_ == "logistic" and found.shape[1] == 2:
        found = found[:, 1]
    return found.reshape(len(x), -1)


def check(net, activations, x=X):
    rtol = 1e-9 if net.network_.dtype == np.float64 else 1e-4
    n = answers(net, x).shape[1]
    expected = answers(net, x)
    assert_allclose(plain_pass(net, x, activations)[:, :n], expected, rtol=rtol, atol=rtol)
    theta = net.network_.theta.copy()
    net.coefs_ = net.coefs_
    net.intercepts_ = net.intercepts_
    for i, (W, b) in enumerate(zip(net.coefs_, net.intercepts_, strict=True)):
        net.coefs_[i], net.intercepts_[i] = W, b
    assert_array_equal(net.network_.theta, theta)
    assert {array.dtype for array in (*net.coefs_, *net.intercepts_)} == {theta.dtype}


def check_setting(net, activations):
    """What is set can be read again, and is used for predictions."""
    rng = np.random.default_rng(1)
    coefs = [W + 0.1 * rng.standard_normal(W.shape) for W in net.coefs_]
    biases = [b.copy() for b in net.intercepts_]
    net.coefs_ = coefs
    for kind, wanted in (("coefs_", coefs), ("intercepts_", biases)):
        for found, each in zip(getattr(net, kind), wanted, strict=True):
            assert_allclose(found, each, rtol=1e-4, atol=1e-5)
    net.coefs_[0] = coefs[0] = -coefs[0]
    net.intercepts_ = biases = [b + 1.0 for b in biases]
    net.intercepts_[-1] = biases[-1] = biases[-1] - 0.5
    for kind, wanted in (("coefs_", coefs), ("intercepts_", biases)):
        for found, each in zip(getattr(net, kind), wanted, strict=True):
            assert_allclose(found, each, rtol=1e-4, atol=1e-5)
    check(net, activations)


NETWORKS = {
    "plain": ({"hidden_layer_sizes": (5, 4)}, ["relu", "relu"]),
    "linear": ({"hidden_layer_sizes": ()}, []),
    "activations": (
        {"hidden_layer_sizes": (5, 4), "activation": ["tanh", "relu"]},
        ["tanh", "relu"],
    ),
    "batch": ({"hidden_layer_sizes": (5, 4), "normalization": "batch"}, ["relu", "relu"]),
    "batch behind": (
        {"layers": [Dense(5), BatchNorm(), Dropout(0.1), Dense(4, "tanh")]},
        ["relu", "tanh"],
    ),
    "batch first": ({"layers": [BatchNorm(), Dense(5), BatchNorm()]}, ["relu"]),
    "batch twice": (
        {
            "layers": [
                Dense(5, "identity"),
                BatchNorm(),
                BatchNorm(),
                Activate("tanh"),
                BatchNorm(),
                BatchNorm(),
                Dense(3, "identity"),
                BatchNorm(),
            ]
        },
        ["tanh", "identity"],
    ),
    "batch everywhere": (
        {
            "layers": [
                BatchNorm(),
                Dense(5, "identity"),
                BatchNorm(),
                Activate("relu"),
                BatchNorm(),
                Dense(4, "tanh"),
            ]
        },
        ["relu", "tanh"],
    ),
    "no bias": ({"layers": [Dense(5, use_bias=False), Dense(4, "tanh")]}, ["relu", "tanh"]),
    "no bias, batch": (
        {"layers": [Dense(5, "identity", use_bias=False), BatchNorm(), Activate("tanh")]},
        ["tanh"],
    ),
    "factors": (
        {"layers": [Dense(5, input_scale=6.0), Dense(4, parametrization="ntk")]},
        ["relu", "relu"],
    ),
    "factors, batch": (
        {"layers": [BatchNorm(), Dense(5, "identity", input_scale=6.0), BatchNorm()]},
        ["identity"],
    ),
    "activation": ({"layers": [Dense(5, "identity"), Activate("tanh")]}, ["tanh"]),
    "noise": ({"layers": [GaussianNoise(0.1), Dense(5), Sparsity(0.1), Dropout(0.2)]}, ["relu"]),
    "flat": ({"layers": [Flatten(), Dense(5, max_norm=1.0)]}, ["relu"]),
    "columns": ({"layers": [Dense(5, columns=5)]}, ["relu"]),
    "input dropout": ({"hidden_layer_sizes": (4,), "input_dropout": 0.1}, ["relu"]),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_members", [1, 3])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_plain_pass_is_the_prediction(name, n_members, dtype):
    parameters, activations = NETWORKS[name]
    settings = SMALL | parameters | {"n_members": n_members, "dtype": dtype}
    check(MLPClassifier(**settings).fit(X, THREE), activations)
    net = MLPRegressor(**settings).fit(X, REAL)
    check(net, activations)
    if name != "no bias":
        check_setting(net, activations)


@pytest.mark.parametrize(
    ("net", "y"),
    [
        (MLPClassifier((4,), **SMALL), BINARY),
        (MLPClassifier((4,), loss=Hinge(), **SMALL), None),
        (MLPClassifier((4,), **SMALL), LABELS),
        (MLPRegressor("poisson", (4,), **SMALL), np.abs(REAL)),
        (MLPRegressor("gaussian_nll", (4,), **SMALL), TWO_REAL),
        (MLPRegressor("quantile", (4,), n_members=2, **SMALL), TWO_REAL),
    ],
    ids=str,
)
def test_of_every_task(net, y):
    if y is None:
        net.fit(X, THREE)
        raw = plain_pass(net, X, ["relu"])
        assert_array_equal(net.classes_[raw.argmax(axis=1)], net.predict(X))
    else:
        check(net.set_params(normalization="batch").fit(X, y), ["relu"])


def random_network(rng):
    """Return layers that form a chain, and the activations between its weights."""
    layers, activations = [], []
    if rng.random() < 0.3:
        layers.append(BatchNorm())
    for _ in range(rng.integers(1, 4)):
        name = rng.choice(["identity", "relu", "tanh", "logistic"])
        scale, bias = rng.choice([0.0, 4.0]), rng.random() < 0.7
        apart = rng.random() < 0.5
        norms = [BatchNorm() for _ in range(rng.integers(0, 3))] if apart else []
        layers.append(
            Dense(
                rng.integers(2, 6), "identity" if apart else name, use_bias=bias, input_scale=scale
            )
        )
        layers += [*norms, Activate(name)] if apart else []
        layers += [BatchNorm()] if rng.random() < 0.4 else []
        layers += [Dropout(0.1)] if rng.random() < 0.2 else []
        activations.append(name)
    return layers, activations


@pytest.mark.parametrize("seed", range(40))
def test_of_networks_at_random(seed):
    rng = np.random.default_rng(seed)
    layers, activations = random_network(rng)
    settings = SMALL | {"n_members": int(rng.integers(1, 3)), "layers": layers, "max_iter": 2}
    kind, y = [(MLPClassifier, THREE), (MLPRegressor, TWO_REAL)][seed % 2]
    check(kind(**settings).fit(X, y), activations)


@pytest.mark.parametrize("tied", [False, True])
def test_of_auto_encoders_and_belief_networks(tied):
    coder = AutoEncoder((4, 2), "tanh", tied_weights=tied, max_iter=3, random_state=0).fit(X)
    check(coder, ["tanh", "tanh", "tanh"])
    coder = clone(coder).set_params(tied_weights=False, normalization="batch", sparsity=0.1).fit(X)
    check(coder, ["tanh", "tanh", "tanh"])
    unit = (X - X.min(axis=0)) / np.ptp(X, axis=0)
    net = DBNClassifier((4, 3), pretrain_n_iter=1, max_iter=2, random_state=0).fit(unit, THREE)
    check(net, ["logistic", "logistic"], unit)


class Doubled(Layer):
    """A user-defined layer."""

    def __init__(self, name=None):
        self.name = name

    def plan(self, in_shape):
        return Plan(in_shape)

    def forward(self, p, x, y, ctx):
        np.multiply(x, 2.0, out=y)

    def backward(self, p, g, x, y, dy, dx, ctx):
        if dx is not None:
            np.multiply(dy, 2.0, out=dx)


class OwnDense(Dense):
    """A layer that might do anything."""


MORE = {
    "layer norm": [Dense(4, "identity"), LayerNorm(), Activate("relu")],
    "residual": [Dense(4), Residual([Dense(4)])],
    "parallel": [Parallel([[], [Dense(4)]])],
    "skip": [Dense(4), Dense(3, input_skip=2)],
    "columns": [Dense(4, columns=2)],
    "two activations": [Dense(4, "relu"), Activate("tanh")],
    "activation behind": [Dense(4, "relu"), BatchNorm(), Activate("tanh")],
    "activation first": [Activate("tanh"), Dense(4)],
    "own layer": [Dense(4), Doubled()],
    "own dense": [OwnDense(4)],
}


def assert_no_list(net, reason):
    before = net.network_.theta.copy()
    for name in ("coefs_", "intercepts_"):
        assert not hasattr(net, name)
        with pytest.raises(AttributeError, match=reason):
            getattr(net, name)
        with pytest.raises(AttributeError, match=r"get_weights\(\) returns all"):
            setattr(net, name, [])
    assert_array_equal(net.network_.theta, before)
    assert net.get_weights()
    assert net.set_weights(net.get_weights()).summary()


@pytest.mark.parametrize("name", MORE)
def test_what_is_more_than_a_chain_has_no_list(name):
    net = MLPRegressor(layers=MORE[name], **SMALL).fit(X, REAL)
    assert_no_list(net, "not given by a chain of weights, biases, and activations alone")


def test_families_without_a_list():
    image, unit = X[:, :4].reshape(-1, 2, 2, 1), (X > 0).astype(float)
    assert_no_list(CNNClassifier((2,), **SMALL).fit(image, THREE), "'conv0'")
    assert_no_list(RNNClassifier(3, **SMALL).fit(X, THREE), "'steps0'")
    assert_no_list(BernoulliRBM(2, n_iter=1, random_state=0).fit(unit), "Boltzmann")
    table = TabularMLPClassifier(max_iter=1, n_members=1, n_splits=1, random_state=0)
    assert_no_list(table.fit(X, THREE), "the rows of a table are encoded before")
    coder = AutoEncoder((4, 2), variational=True, max_iter=1, random_state=0).fit(X)
    assert_no_list(coder, "Latent")


def test_what_is_folded_cannot_be_written_to_in_place():
    net = MLPRegressor(hidden_layer_sizes=(4,), normalization="batch", **SMALL).fit(X, REAL)
    for arrays in (net.coefs_, net.intercepts_):
        with pytest.raises(ValueError, match="read-only"):
            arrays[0][...] = 0.0
        arrays[1][...] = 0.0
        assert_array_equal(pickle.loads(pickle.dumps(arrays))[0], arrays[0])
    with pytest.raises(TypeError, match="one item at a time"):
        net.coefs_[:] = net.coefs_


def test_training_continues_from_what_was_set():
    settings = {"hidden_layer_sizes": (4,), "normalization": "batch", "warm_start": True} | SMALL
    net = MLPRegressor(**settings).fit(X, REAL)
    net.coefs_ = [np.zeros_like(W) for W in net.coefs_]
    assert np.ptp(net.predict(X)) < 1e-9
    net.set_params(learning_rate_init=1e-12).partial_fit(X, REAL)
    assert max(np.abs(W).max() for W in net.coefs_) < 1e-9


def test_what_cannot_be_set_is_refused_before_anything_is():
    net = MLPRegressor(layers=[Dense(4, use_bias=False), BatchNorm(), Dense(3)], **SMALL)
    net.fit(X, REAL)
    before = net.network_.theta.copy()
    with pytest.raises(ValueError, match="'hidden0' has no bias that could be set"):
        net.intercepts_ = [b + 1.0 for b in net.intercepts_]
    with pytest.raises(ValueError, match="coefs_ needs an array of shape"):
        net.coefs_ = [net.coefs_[0], *net.coefs_[:2]]
    assert_array_equal(net.network_.theta, before)
    weights = net.get_weights()
    weights["norm0"]["gain"][:] = 0.0
    net.set_weights(weights)
    with pytest.raises(ValueError, match="'hidden1': a gain of 0"):
        net.coefs_ = [W + 1.0 for W in net.coefs_]
    check(net, ["relu", "relu"])
