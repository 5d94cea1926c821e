"""Sparse rows: steps over the touched rows of W are those over all of W."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp

from sknn import MLPClassifier, MLPRegressor
from sknn.callbacks import Callback, WeightAveraging
from sknn.layers import Dense, Dropout
from sknn.optimizers import LazyAdam
from sknn.training import touched

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def texts(n=120, words=400, dtype=np.float64, density=0.01):
    rng = np.random.default_rng(0)
    X = sp.random(n, words, density, "csr", dtype, rng)
    X.data += 0.5
    return X, (X @ rng.normal(size=words) > 0).astype(int)


def network(kind=MLPClassifier, **options):
    options = {"alpha": 0.0, "batch_size": 20, "max_iter": 5, "random_state": 0} | options
    return kind(**({} if "layers" in options else {"hidden_layer_sizes": (8,)}), **options)


class Watched(Callback):
    """Sees every batch, so that all of W takes part in it."""

    def on_batch_end(self, progress):
        pass


def in_full(net):
    return net.set_params(callbacks=[Watched()])


@pytest.fixture
def touching(monkeypatch):
    """Return the list of what took part in steps over touched rows."""
    made = []

    class Noted(touched.TouchedRows):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            made.append(self)

    monkeypatch.setattr(touched, "TouchedRows", Noted)
    return made


def weights(net):
    return net.network_.theta


PLAIN = {
    "sgd": {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.5},
    "adagrad": {"solver": "adagrad", "learning_rate_init": 0.1},
}


@pytest.mark.bits
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("solver", PLAIN)
def test_plain_descent_is_the_same_to_the_bit(solver, dtype, touching):
    X, y = texts(dtype=dtype)
    few = network(**PLAIN[solver]).fit(X, y)
    assert len(touching) == 1
    all_rows = in_full(network(**PLAIN[solver])).fit(X, y)
    assert len(touching) == 1
    np.testing.assert_array_equal(weights(few), weights(all_rows))
    assert few.loss_curve_ == all_rows.loss_curve_


@pytest.mark.bits
@pytest.mark.parametrize("alpha", [0.0, 0.1])
def test_lazy_adam_is_adam_where_batches_touch_all_rows(alpha, touching):
    X, y = texts(words=30, density=1.0)
    lazy, adam = (network(solver=s, alpha=alpha).fit(X, y) for s in ("lazy_adam", "adam"))
    assert len(touching) == 1
    np.testing.assert_array_equal(weights(lazy), weights(adam))
    np.testing.assert_allclose(lazy.loss_curve_, adam.loss_curve_, rtol=1e-12)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize(
    "options",
    [
        {"epsilon": 1e-14},
        {"epsilon": 1e-14, "learning_rate": "cosine"},
        {"epsilon": 1e-14, "layers": [Dense(8, "tanh"), Dropout(0.3), Dense(4, max_norm=1.0)]},
        {"epsilon": 1e-14, "beta_1": 0.5, "beta_2": 0.9},
    ],
    ids=str,
)
def test_lazy_adam_is_adam_except_for_rounding(kind, options, touching):
    X, y = texts()
    if "layers" not in options:
        options = {"activation": "tanh"} | options
    lazy, adam = (network(kind, solver=s, **options).fit(X, y) for s in ("lazy_adam", "adam"))
    assert len(touching) == 1
    np.testing.assert_allclose(weights(lazy), weights(adam), atol=1e-6)
    np.testing.assert_allclose(lazy.loss_curve_, adam.loss_curve_, rtol=1e-6)


@pytest.mark.parametrize("options", [{"alpha": 0.01}, {"weight_decay": 0.1}], ids=str)
def test_weights_shrink_as_under_adam(options):
    X, y = texts()
    lazy, adam = (
        network(solver=s, activation="tanh", max_iter=20, **options).fit(X, y)
        for s in ("lazy_adam", "adam")
    )
    np.testing.assert_allclose(lazy.loss_curve_, adam.loss_curve_, rtol=2e-3)
    sizes = [np.linalg.norm(net.coefs_[0]) for net in (lazy, adam)]
    np.testing.assert_allclose(*sizes, rtol=0.01)


FITS = [{"solver": "lazy_adam", "alpha": 0.01}, {"solver": "lazy_adam"}, PLAIN["sgd"]]


@pytest.mark.bits
@pytest.mark.parametrize("options", FITS, ids=str)
def test_training_continues_as_if_never_interrupted(options):
    X, y = texts()
    whole = network(max_iter=6, **options).fit(X, y)
    parts = network(max_iter=4, warm_start=True, **options).fit(X, y)
    parts = pickle.loads(pickle.dumps(parts)).set_params(max_iter=2).fit(X, y)
    stream = network(max_iter=6, **options)
    for _ in range(6):
        stream = pickle.loads(pickle.dumps(stream.partial_fit(X, y, classes=[0, 1])))
    for other in (parts, stream):
        np.testing.assert_array_equal(weights(other), weights(whole))


def test_adam_and_lazy_adam_keep_the_same_state():
    X, y = texts()
    lazy, adam = (
        network(solver=s, warm_start=True, activation="tanh").fit(X, y).run_.optimizer_state
        for s in ("lazy_adam", "adam")
    )
    assert lazy.keys() == adam.keys()
    for name in lazy:
        np.testing.assert_allclose(lazy[name], adam[name], atol=1e-6 * np.abs(adam[name]).max())


NOT_LAZY = [
    {"n_members": 2},
    {"l1": 0.01},
    {"max_grad_norm": 0.1},
    {"freeze": ["hidden0"]},
    {"layer_rates": {"hidden0": 0.5}},
    {"layers": [Dense(8, max_norm=0.5)]},
    {"layers": [Dense(8, input_scale=2.0)]},
    {"layers": [Dense(8, parametrization="ntk")]},
    {"layers": [Dense(8), Dense(4, input_skip=1)]},
    {"callbacks": [WeightAveraging("ema")]},
    {"beta_1": 0.9, "beta_2": 0.5},
]


@pytest.mark.bits
@pytest.mark.parametrize("options", NOT_LAZY, ids=str)
def test_what_needs_all_weights_in_every_step_gets_adam(options, touching):
    X, y = texts()
    if "input_skip" in str(options):
        X = X.toarray()
    lazy, adam = (network(solver=s, **options).fit(X, y) for s in ("lazy_adam", "adam"))
    assert not touching
    np.testing.assert_array_equal(weights(lazy), weights(adam))


def test_dense_rows_get_adam(touching):
    X, y = texts()
    network(solver="lazy_adam").fit(X.toarray(), y)
    assert not touching


def test_rows_without_words():
    X, y = texts()
    X = sp.vstack([sp.csr_matrix((40, 400)), X[40:]], format="csr")
    net = network(solver=LazyAdam(), alpha=0.01, shuffle=False).fit(X, y)
    assert np.isfinite(weights(net)).all()


def test_callbacks_see_weights_that_have_caught_up(touching):
    waiting = []

    class Look(Callback):
        def on_epoch_end(self, progress):
            waiting.append(touching[0].since.any() or touching[0].waiting.steps)

    X, y = texts()
    network(solver="lazy_adam", callbacks=[Look()]).fit(X, y)
    assert waiting == [0] * 5


def test_an_interrupted_epoch_leaves_weights_that_have_caught_up(touching, monkeypatch):
    X, y = texts()
    close, calls = touched.TouchedRows.close, []

    def interrupted(rows):
        close(rows)
        calls.append(rows)
        if len(calls) == 9:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(touched.TouchedRows, "close", interrupted)
        with pytest.warns(UserWarning, match="interrupted"):
            net = network(solver="lazy_adam").fit(X, y)
    assert not touching[0].since.any()
    assert net.n_iter_ == 1
    assert np.isfinite(weights(net.partial_fit(X, y))).all()


def test_early_stopping_and_averages_over_epochs(touching):
    X, y = texts()
    options = {"early_stopping": True, "callbacks": [WeightAveraging("swa", start=0.2)]}
    net = network(solver="lazy_adam", epsilon=1e-14, activation="tanh", **options).fit(X, y)
    adam = network(solver="adam", epsilon=1e-14, activation="tanh", **options).fit(X, y)
    assert touching
    np.testing.assert_allclose(weights(net), weights(adam), atol=1e-6)
