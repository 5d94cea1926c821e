"""Networks with blocks and embeddings train, continue, freeze, and are inspected as usual."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import scale

from sknn import MLPClassifier, MLPRegressor
from sknn.exceptions import DataScaleWarning
from sknn.initializers import Pretrained
from sknn.inspection import check_gradients
from sknn.layers import (
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    LayerNorm,
    Parallel,
    Residual,
    Sparsity,
)
from tests.checks.runs import assert_parts_make_the_whole

X, y = load_iris(return_X_y=True)
X = scale(X)
codes = np.random.default_rng(0).integers(0, 6, (120, 2))
parity = (codes[:, 0] + codes[:, 1]) % 2

PLAIN = [Residual([Dense(8), Dense(8, "tanh")]), Residual([Dense(8, max_norm=2.0), Dense(8)])]
RICH = [
    Dense(8, "tanh"),
    Residual([LayerNorm(), Dense(8, "silu"), Dropout(0.1), Dense(8, "identity")]),
    Parallel([[], [BatchNorm(), Dense(4)], Residual([Sparsity(0.2, 0.1, "l1"), Dense(3)])]),
]
SUM = [Parallel([Dense(6), [Dense(5), Dense(6, "tanh")]], merge="sum")]
LAYERS = [PLAIN, RICH, SUM]
settings = {"learning_rate": "constant", "learning_rate_init": 0.01, "random_state": 0}
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def label(layers):
    return "-".join(type(layer).__name__ for layer in layers)


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("layers", LAYERS, ids=label)
def test_classifiers_learn_with_right_gradients(layers, members):
    net = MLPClassifier(layers=layers, n_members=members, max_iter=60, **settings)
    assert check_gradients(net, X, y) < 1e-6
    net.fit(X, y)
    assert net.score(X, y) > 0.8
    assert check_gradients(net, X[:20], y[:20], np.linspace(0, 2, 20)) < 1e-6


@pytest.mark.parametrize("layers", LAYERS, ids=label)
def test_regressors_learn_with_right_gradients(layers):
    net = MLPRegressor(layers=layers, max_iter=100, n_iter_no_change=50, **settings)
    target = X[:, 3] + np.sin(X[:, 0])
    assert check_gradients(net, X, target) < 1e-6
    assert net.fit(X, target).score(X, target) > 0.85


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("layers", LAYERS, ids=label)
def test_parts_make_the_whole(layers, members):
    net = MLPClassifier(layers=layers, n_members=members, batch_size=40, **settings)
    assert_parts_make_the_whole(net, 4, X, y, classes=np.unique(y))


def test_quasi_newton_takes_blocks_and_refuses_those_that_depend_on_rows():
    net = MLPClassifier(layers=[SUM[0], Residual([Dense(4)])], solver="lbfgs", random_state=0)
    assert net.fit(X, y).score(X, y) > 0.97
    for inner in (BatchNorm(), Dropout(0.1), Dense(3, max_norm=1.0)):
        wrong = clone(net).set_params(layers=[Residual([Dense(3), inner])])
        with pytest.raises(ValueError, match="lbfgs.*Residual"):
            wrong.fit(X, y)


@pytest.mark.parametrize("layers", LAYERS, ids=label)
def test_pickles_serve_the_same_scores(layers):
    net = MLPClassifier(layers=layers, max_iter=3, **settings).fit(X, y)
    twin = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(twin.predict_proba(X), net.predict_proba(X))


def test_weights_go_out_and_in_by_name():
    net = MLPClassifier(layers=RICH, max_iter=2, **settings).fit(X, y)
    weights = net.get_weights()
    assert weights["residual0"]["hidden0.W"].shape == (8, 8)
    assert weights["parallel0"]["1.norm0.mean"].shape == (8,)
    assert weights["parallel0"]["2.residual0.hidden0.W"].shape == (
        8,
        3,
    )
    other = MLPClassifier(layers=RICH, **{**settings, "random_state": 1}).initialize(X, y)
    other.set_weights(weights)
    np.testing.assert_array_equal(other.predict_proba(X), net.predict_proba(X))
    weights["residual0"]["hidden0.W"][...] = 0.0
    assert net.set_weights(weights).get_weights()["residual0"]["hidden0.W"].max() == 0.0


def test_summary_counts_what_is_inside():
    net = MLPClassifier(layers=PLAIN, **settings).initialize(X, y)
    line = net.summary().splitlines()[1].split()
    # Weights and biases of two layers, and the direct path from 4 inputs to 8 units.
    assert line == ["residual0", "Residual", "8", str(4 * 8 + 8 + 8 * 8 + 8 + 4 * 8)]


@pytest.mark.parametrize("frozen", ["residual0", "parallel0"])
def test_a_block_is_frozen_by_its_name(frozen):
    net = MLPClassifier(layers=RICH, freeze=[frozen], max_iter=3, **settings)
    before = clone(net).initialize(X, y).get_weights()
    after = net.fit(X, y).get_weights()
    for name, own in after.items():
        for key, array in own.items():
            assert np.array_equal(array, before[name][key]) == (name == frozen), (name, key)


def test_pretrained_blocks_find_each_other():
    source = MLPClassifier(layers=RICH, max_iter=3, **settings).fit(X, y)
    net = MLPClassifier(layers=RICH, weight_init=Pretrained(source), **settings).initialize(X, y)
    for name, own in source.get_weights().items():
        for key, array in own.items():
            np.testing.assert_array_equal(net.get_weights()[name][key], array)


def test_precision_is_kept():
    net = MLPClassifier(layers=RICH, dtype="float32", max_iter=3, **settings).fit(X, y)
    assert net.predict_proba(X).dtype == np.float32


def test_grids_reach_the_layers_of_a_residual_block():
    net = MLPClassifier(layers=[Residual([Dense(4), Residual([Dense(4)])])], **settings)
    params = net.get_params()
    assert params["residual0__hidden0__units"] == 4
    assert params["residual0__residual0__hidden0__units"] == 4
    search = GridSearchCV(
        net.set_params(max_iter=2), {"residual0__hidden0__units": [3, 5]}, cv=2
    ).fit(X, y)
    assert {"residual0__hidden0__units": 5} in search.cv_results_["params"]
    net.set_params(residual0__hidden0=Dense(7, "tanh"))
    assert net.layers[0].layers[0].units == 7
    with pytest.raises(ValueError, match="nothing"):
        net.set_params(residual0__nothing=3)


@pytest.mark.parametrize("members", [1, 2])
def test_embeddings_learn_with_right_gradients(members):
    layers = [Parallel([Embedding(6, 3), Embedding(6, 2)]), Dense(16, "tanh")]
    net = MLPClassifier(layers=layers, n_members=members, max_iter=100, **settings)
    assert check_gradients(net, codes, parity) < 1e-6
    assert net.fit(codes, parity).score(codes, parity) > 0.95
    assert net.get_weights()["parallel0"]["0.embedding0.W"].shape[-2:] == (6, 3)


def test_no_scale_is_asked_of_codes():
    many = np.arange(3000).reshape(-1, 2)
    for first in (Embedding(3000, 2), Parallel([Embedding(3000, 2), [Embedding(3000, 1)]])):
        MLPRegressor(layers=[first, Dense(2)], max_iter=1, **settings).fit(many, many[:, 0] % 2)
    for first in (Parallel([Embedding(3000, 2), []]), Residual([Embedding(3000, 1)])):
        net = MLPRegressor(layers=[first, Dense(2)], max_iter=1, **settings)
        with pytest.warns(DataScaleWarning):
            net.fit(many, many[:, 0] % 2)


def test_embeddings_continue_exactly():
    net = MLPRegressor(layers=[Embedding(6, 3), Dense(4)], batch_size=32, **settings)
    whole = clone(net).set_params(max_iter=4).fit(codes, parity)
    halves = clone(net).set_params(max_iter=2, warm_start=True).fit(codes, parity)
    np.testing.assert_array_equal(halves.fit(codes, parity).network_.theta, whole.network_.theta)


def test_a_fit_on_wrong_codes_leaves_the_estimator_alone():
    net = MLPClassifier(layers=[Embedding(6, 3), Dense(4)], max_iter=3, **settings)
    net.fit(codes, parity)
    before = net.predict_proba(codes)
    with pytest.raises(ValueError, match=r"Embedding.*the code 6; .*0 to 5"):
        net.fit(codes + 1, parity)
    with pytest.raises(ValueError, match=r"the code \d\.5"):
        net.predict(codes + 0.5)
    np.testing.assert_array_equal(net.predict_proba(codes), before)


class Forgetful(Dense):
    """Allocates an array instead of filling `y`."""

    def forward(self, p, x, y, ctx):
        y = np.tanh(x)  # noqa: F841


class Faithless(Dense):
    """Fails while it is being tested."""

    def forward(self, p, x, y, ctx):
        raise OSError("no")


def test_parts_of_the_users_own_are_tried_inside_blocks():
    def fit(layer):
        block = Parallel([[Dense(3), Residual([Dense(3), layer])]])
        MLPClassifier(layers=[block], n_members=2, max_iter=2, **settings).fit(X, y)

    fit(type("Fine", (Dense,), {"__module__": __name__})(3))
    with pytest.raises(ValueError, match="Forgetful.forward left `y` unfilled"):
        fit(Forgetful(3))
    with pytest.raises(OSError, match="no") as caught:
        fit(Faithless(3))
    assert "in layer 'parallel0.0.residual0.hidden1'" in caught.value.__notes__[0]
