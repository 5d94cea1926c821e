"""Laws 11 to 16 and 20: targets, outputs, weights by name, layers, members."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV

from sknn import AutoEncoder, GaussianRBM, MLPClassifier, MLPRegressor
from sknn.core.network import Network
from sknn.layers import BatchNorm, Dense, Dropout, Residual
from sknn.optimizers import Adam
from tests.estimators.data import BINARY, COUNTS, LABELS, REAL, THREE, TWO_LABELS, TWO_REAL, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL = {"hidden_layer_sizes": (6,), "max_iter": 8, "random_state": 0, "learning_rate_init": 0.02}


def plain_forward(network, x, member=None):
    """The forward pass that anyone would write with coefs_ and intercepts_."""
    pick = slice(None) if member is None else member
    for coef, intercept in zip(network.coefs_[:-1], network.intercepts_[:-1], strict=True):
        x = np.maximum(x @ coef[pick] + intercept[pick], 0.0)
    return x @ network.coefs_[-1][pick] + network.intercepts_[-1][pick]


# -- regression targets ---------------------------------------------------------------------

FOLDED = ["squared_error", "absolute_error", "huber", "log_cosh", "quantile", "gaussian_nll"]


@pytest.mark.parametrize("loss", FOLDED)
@pytest.mark.parametrize("y", [REAL, TWO_REAL], ids=["one", "two"])
@pytest.mark.parametrize("members", [1, 3])
def test_predict_is_a_plain_forward_pass(loss, y, members):
    network = MLPRegressor(loss=loss, n_members=members, **SMALL).fit(X, y, X_val=X, y_val=y)
    k = y.reshape(len(y), -1).shape[1]
    outputs = [plain_forward(network, X, m) for m in (range(members) if members > 1 else [None])]
    expected = np.mean(outputs, axis=0)[:, :k]
    assert_allclose(network.predict(X).reshape(len(y), -1), expected, rtol=1e-9)
    assert network.validation_scores_[-1] == pytest.approx(r2_score(y, network.predict(X)))


@pytest.mark.parametrize("loss", ["poisson", "gamma", "tweedie"])
def test_normalize_y_does_not_affect_losses_without_location_and_scale(loss):
    one = MLPRegressor(loss=loss, normalize_y=True, **SMALL).fit(X, COUNTS + 1)
    other = MLPRegressor(loss=loss, normalize_y=False, **SMALL).fit(X, COUNTS + 1)
    assert_array_equal(one.network_.theta, other.network_.theta)
    assert (one.predict(X) > 0).all()
    assert_allclose(one.predict(X), np.exp(plain_forward(one, X))[:, 0])


def test_units_of_the_target_do_not_matter():
    """Trap 8: y around 1e5 is as easy as y around 0."""
    settings = SMALL | {"max_iter": 100}
    small = MLPRegressor(**settings).fit(X, (REAL - REAL.mean()) / REAL.std())
    large = MLPRegressor(**settings).fit(X, 1e5 + 1e4 * REAL)
    score = small.score(X, (REAL - REAL.mean()) / REAL.std())
    assert large.score(X, 1e5 + 1e4 * REAL) == pytest.approx(score, abs=1e-6)
    assert large.loss_ == pytest.approx(small.loss_, rel=1e-6)


def test_moments_of_the_target_are_those_of_the_first_call():
    weight = np.r_[np.ones(30), np.zeros(30)]
    network = MLPRegressor(**SMALL).partial_fit(X, REAL, weight)
    mean = np.average(REAL, weights=weight)
    assert_allclose(network._targets.mean, mean)
    network.partial_fit(X, REAL + 1000.0)
    assert_allclose(network._targets.mean, mean)


def test_a_constant_target():
    network = MLPRegressor(**SMALL).fit(X, np.full(60, 7.0))
    assert np.isfinite(network.predict(X)).all()
    assert_allclose(network.predict(X).mean(), 7.0, atol=0.5)


def test_output_range():
    narrow = MLPRegressor(**SMALL, output_range=(28.0, 31.0)).fit(X, REAL).predict(X)
    assert narrow.min() >= 28.0 and narrow.max() <= 31.0
    seen = MLPRegressor(**SMALL, output_range="train").fit(X[:10], REAL[:10]).predict(X * 10)
    assert seen.min() >= REAL[:10].min() and seen.max() <= REAL[:10].max()
    both = MLPRegressor(**SMALL, output_range=([28.0, 0.0], [31.0, 0.01])).fit(X, TWO_REAL)
    assert (both.predict(X)[:, 1] <= 0.01).all()


def test_a_column_of_targets_is_flat_with_a_warning():
    from sklearn.exceptions import DataConversionWarning

    with pytest.warns(DataConversionWarning):
        network = MLPRegressor(**SMALL).fit(X, REAL[:, None])
    assert network.predict(X).shape == (60,)


# -- labels -----------------------------------------------------------------------------------


@pytest.mark.parametrize("members", [1, 3])
def test_binary_outputs(members):
    network = MLPClassifier(**SMALL, n_members=members).fit(X, np.array(["no", "yes"])[BINARY])
    scores, proba = network.decision_function(X), network.predict_proba(X)
    assert scores.shape == (60,) and proba.shape == (60, 2)
    picks = range(members) if members > 1 else [None]
    expected = np.mean([expit(plain_forward(network, X, m)[:, 0]) for m in picks], axis=0)
    assert_allclose(proba[:, 1], expected)
    assert_allclose(proba.sum(axis=1), 1.0)
    assert_allclose(scores, np.log(proba[:, 1] / proba[:, 0]), rtol=1e-8)
    assert_array_equal(network.predict(X), network.classes_[(scores > 0).astype(int)])
    assert network.out_activation_ == "logistic" and network.n_outputs_ == 1


@pytest.mark.parametrize("members", [1, 3])
def test_multiclass_outputs(members):
    network = MLPClassifier(**SMALL, n_members=members).fit(X, THREE)
    scores, proba = network.decision_function(X), network.predict_proba(X)
    assert scores.shape == proba.shape == (60, 3)
    picks = range(members) if members > 1 else [None]
    raw = [plain_forward(network, X, m) for m in picks]
    assert_allclose(proba, np.mean([softmax(each, axis=1) for each in raw], axis=0))
    assert_allclose(scores, raw[0] if members == 1 else np.log(proba), rtol=1e-8, atol=1e-12)
    assert_allclose(network.predict_log_proba(X), np.log(proba), rtol=1e-8, atol=1e-12)
    assert network.out_activation_ == "softmax" and network.n_outputs_ == 3


@pytest.mark.parametrize("members", [1, 3])
def test_multilabel_outputs(members):
    import scipy.sparse as sp

    network = MLPClassifier(**SMALL, n_members=members).fit(X, LABELS)
    proba = network.predict_proba(X)
    assert_array_equal(network.classes_, np.arange(3))
    assert network.decision_function(X).shape == proba.shape == (60, 3)
    assert_allclose(network.decision_function(X), np.log(proba / (1 - proba)), rtol=1e-6, atol=1e-9)
    assert_array_equal(network.predict(X), proba > 0.5)
    sparse = MLPClassifier(**SMALL, n_members=members).fit(X, sp.csr_array(LABELS))
    assert_allclose(sparse.network_.theta, network.network_.theta, rtol=1e-12)
    assert sp.issparse(sparse.predict(X))
    assert_array_equal(sparse.predict(X).toarray(), network.predict(X))


@pytest.mark.parametrize("members", [1, 3])
def test_several_multiclass_outputs(members):
    network = MLPClassifier(**SMALL, n_members=members).fit(X, TWO_LABELS)
    proba = network.predict_proba(X)
    assert [p.shape for p in proba] == [(60, 3), (60, 2)]
    assert [d.shape for d in network.decision_function(X)] == [(60, 3), (60, 2)]
    assert [len(c) for c in network.classes_] == [3, 2]
    assert network.predict(X).shape == (60, 2)
    right = (network.predict(X) == TWO_LABELS).all(axis=1).mean()
    assert network.score(X, TWO_LABELS) == pytest.approx(right)


@pytest.mark.parametrize("y", [BINARY, THREE, LABELS])
@pytest.mark.parametrize("members", [1, 3])
def test_hinge_gives_scores_only(y, members):
    network = MLPClassifier(loss="hinge", **SMALL, n_members=members)
    for method in ("predict_proba", "predict_log_proba"):
        assert not hasattr(network, method)
    network.fit(X, y)
    assert network.decision_function(X).shape == (y.shape if y is not THREE else (60, 3))
    assert network.score(X, y) > 0.2


@pytest.mark.parametrize("y", [BINARY, THREE, LABELS, TWO_LABELS])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_probabilities_are_finite_however_sure(y, dtype):
    network = MLPClassifier(**SMALL).fit(X.astype(dtype), y)
    network.coefs_ = [1e4 * coef for coef in network.coefs_]
    for method in (network.predict_log_proba, network.predict_proba, network.decision_function):
        for values in np.atleast_3d(method(X.astype(dtype))) if y is not TWO_LABELS else method(X):
            assert np.isfinite(values).all()
    for proba in network.predict_proba(X) if y is TWO_LABELS else [network.predict_proba(X)]:
        assert proba.min() >= 0.0 and proba.max() <= 1.0


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_one_class(solver, members):
    network = MLPClassifier(**SMALL, solver=solver, n_members=members).fit(X, np.full(60, "only"))
    assert_array_equal(network.classes_, ["only"])
    assert_array_equal(network.predict_proba(X), np.ones((60, 1)))
    assert_array_equal(network.predict_log_proba(X), np.zeros((60, 1)))
    assert_array_equal(network.predict(X), np.full(60, "only"))


@pytest.mark.parametrize(
    "labels", [np.array(["b", "a"]), np.array([5, -1]), np.array([True, False])]
)
def test_labels_of_every_kind_come_back(labels):
    y = labels[BINARY]
    network = MLPClassifier(**SMALL).fit(X, y)
    assert_array_equal(network.classes_, np.sort(labels))
    assert set(network.predict(X)) <= set(labels)
    assert network.predict(X).dtype == y.dtype


def test_a_new_label_raises():
    words = "`y` has classes not in `self.classes_`"
    network = MLPClassifier(**SMALL).partial_fit(X, BINARY, classes=[0, 1])
    with pytest.raises(ValueError, match=words):
        network.partial_fit(X, THREE)
    with pytest.raises(ValueError, match=words):
        MLPClassifier(**SMALL).partial_fit(X, THREE, classes=[0, 1])
    with pytest.raises(ValueError, match="not the same as on last call to partial_fit"):
        network.partial_fit(X, BINARY, classes=[0, 5])
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        MLPClassifier().partial_fit(X, BINARY)
    with pytest.raises(ValueError, match="warm_start can only be used"):
        MLPClassifier(**SMALL, warm_start=True).fit(X, BINARY).fit(X, THREE)


def test_a_class_that_has_not_come_yet():
    network = MLPClassifier(**SMALL).partial_fit(X[:5], np.zeros(5, int), classes=[0, 1, 2])
    assert network.predict_proba(X).shape == (60, 3)
    assert np.isfinite(network.predict_log_proba(X)).all()


# -- hidden layers ----------------------------------------------------------------------------


def test_activations_and_transform():
    network = MLPRegressor(**SMALL | {"hidden_layer_sizes": (6, 4)}, normalization="layer")
    network.fit(X, REAL)
    first, second = network.activations(X)
    assert first.shape == (60, 6) and second.shape == (60, 4)
    assert_array_equal(network.transform(X), second)
    assert_array_equal(network.set_params(transform_layer=0).transform(X), first)
    assert (first >= 0).all(), "behind the activation"
    assert list(network.get_feature_names_out()) == [f"mlpregressor{i}" for i in range(6)]
    with pytest.raises(ValueError, match="transform_layer=5"):
        network.set_params(transform_layer=5).transform(X)


def test_transform_is_absent_without_hidden_layers():
    assert not hasattr(MLPRegressor(hidden_layer_sizes=()), "transform")
    assert not hasattr(MLPRegressor(layers=[Dropout(0.1)]), "transform")
    assert hasattr(MLPRegressor(layers=[Dense(3)]), "transform")
    network = MLPRegressor(**SMALL, n_members=3).fit(X, REAL)
    assert network.transform(X).shape == (60, 18)
    assert len(network.get_feature_names_out()) == 18
    frame = network.set_output(transform="pandas").transform(X)
    assert frame.shape == (60, 18)


# -- weights ----------------------------------------------------------------------------------


def test_setters_copy_into_the_network():
    network = MLPRegressor(**SMALL).fit(X, REAL)
    coefs = [np.ones_like(coef) for coef in network.coefs_]
    network.coefs_ = coefs
    network.intercepts_ = [np.full_like(b, 2.0) for b in network.intercepts_]
    expected = 6 * np.maximum(X.sum(axis=1) + 2.0, 0.0) + 2.0
    assert_allclose(network.predict(X), expected)
    coefs[0][...] = 5.0
    assert_allclose(network.predict(X), expected)
    network.coefs_[1] = np.zeros((6, 1))
    assert_allclose(network.predict(X), 2.0)
    network.intercepts_[1][...] = 3.0
    assert_allclose(network.predict(X), 3.0)


@pytest.mark.parametrize(
    "values", [[np.ones((5, 6))], [np.ones((5, 6)), np.ones((6, 2))], [1.0, 2.0]]
)
def test_a_wrong_shape_changes_nothing(values):
    network = MLPRegressor(**SMALL).fit(X, REAL)
    before = network.network_.theta.copy()
    with pytest.raises(ValueError, match="coefs_"):
        network.coefs_ = values
    assert_array_equal(network.network_.theta, before)


def test_weights_by_name():
    layers = [Dense(4, name="wide"), BatchNorm(), Dense(3)]
    network = MLPRegressor(layers=layers, random_state=0, max_iter=3).fit(X, REAL)
    table = network.get_weights()
    assert list(table) == [name for name in network.network_.names]
    assert {"wide", "hidden1", "output"} < set(table)
    table["wide"]["W"][...] = 0.0
    assert np.abs(network.coefs_[0]).max() > 0, "a copy"
    network.set_weights({"wide": {"W": table["wide"]["W"]}})
    assert np.abs(network.coefs_[0]).max() == 0
    before = network.network_.theta.copy()
    for wrong in (
        {"deep": {"W": 1.0}},
        {"wide": {"V": 1.0}},
        {"output": {"b": np.zeros(1)}, "wide": {"W": np.zeros(3)}},
    ):
        with pytest.raises(ValueError, match="deep|V|shape"):
            network.set_weights(wrong)
        assert_array_equal(network.network_.theta, before)


@pytest.mark.parametrize(
    "net",
    [
        MLPRegressor(layers=[Dense(4), BatchNorm(), Residual([BatchNorm(), Dense(4)])]),
        MLPRegressor(hidden_layer_sizes=(4,), normalization="batch", n_members=3),
        AutoEncoder((4, 2), tied_weights=True),
        GaussianRBM(4),
    ],
    ids=str,
)
def test_the_counts_of_a_summary_add_up(net):
    net.set_params(**{"n_iter" if "n_iter" in net.get_params() else "max_iter": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net.fit(X, REAL)
    *lines, last = net.summary().splitlines()[1:]
    counts = [int(line.split()[-1]) for line in lines]
    assert sum(counts) * net.network_.n_members == net.n_parameters_ == int(last.split()[0])


def test_counts_and_summary():
    network = MLPRegressor(**SMALL | {"hidden_layer_sizes": (6, 4)}).fit(X, REAL)
    assert network.n_parameters_ == 5 * 6 + 6 + 6 * 4 + 4 + 4 + 1
    assert network.n_layers_ == 4
    text = network.summary()
    assert "hidden1" in text and str(network.n_parameters_) in text
    members = MLPRegressor(**SMALL, n_members=3).fit(X, REAL)
    assert members.n_parameters_ == 3 * (5 * 6 + 6 + 6 + 1)
    assert [c.shape for c in members.coefs_] == [(3, 5, 6), (3, 6, 1)]


# -- layers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parameters",
    [
        {"hidden_layer_sizes": (5,)},
        {"activation": "tanh"},
        {"dropout": 0.5},
        {"normalization": "batch"},
    ],
)
def test_layers_excludes_what_it_replaces(parameters):
    (name,) = parameters
    with pytest.raises(ValueError, match=name):
        MLPRegressor(layers=[Dense(3)], **parameters).fit(X, REAL)


def test_parameters_only_expand_into_layers():
    short = MLPRegressor(**SMALL | {"hidden_layer_sizes": (6, 4)}, dropout=0.2).fit(X, REAL)
    layers = [Dense(6), Dropout(0.2), Dense(4), Dropout(0.2)]
    long = MLPRegressor(**SMALL | {"hidden_layer_sizes": (100,)}, layers=layers).fit(X, REAL)
    assert_array_equal(short.network_.theta, long.network_.theta)
    assert short.network_.names == long.network_.names
    assert short.network_.names == ("hidden0", "dropout0", "hidden1", "dropout1", "output")


@pytest.mark.parametrize(
    "layers",
    [
        [Dense(3, name="a"), Dense(3, name="a")],
        [Dense(3, name="hidden1"), Dense(3)],
        [Dense(3, name="alpha")],
        [Dense(3, name="output")],
        [Dense(3, name="a__b")],
    ],
)
def test_names_of_layers(layers):
    with pytest.raises(ValueError, match="layer"):
        MLPRegressor(layers=layers).fit(X, REAL)


@pytest.mark.parametrize("junk", [3, "abc", [1, None], {"a": 1}, [Dense], np.ones(3), object()])
def test_get_params_accepts_junk(junk):
    network = MLPRegressor(layers=junk)
    network.get_params(deep=True)
    repr(network)
    with pytest.raises((ValueError, TypeError), match="layers"):
        network.fit(X, REAL)


def test_layers_are_keys_of_a_grid():
    network = MLPClassifier(layers=[Dense(4), Dense(3, name="last")], solver=Adam())
    network.set_params(hidden0__units=7, last__activation="tanh", solver__beta_1=0.5, max_iter=2)
    assert network.layers[0].units == 7 and network.solver.beta_1 == 0.5
    replaced = clone(network).set_params(last=Dense(9, name="last"))
    assert replaced.layers[1].units == 9 and network.layers[1].units == 3
    with pytest.raises(ValueError, match="Invalid parameter"):
        network.set_params(nothing__units=3)
    grid = {"hidden0__units": [2, 5], "solver__beta_1": [0.5, 0.9]}
    search = GridSearchCV(network.set_params(random_state=0), grid, cv=2).fit(X, BINARY)
    assert search.best_estimator_.coefs_[0].shape[1] == search.best_params_["hidden0__units"]
    assert network.layers[0].units == 7, "clones are set, not the original"


# -- members ----------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("y", [THREE, LABELS])
def test_members_differ_and_are_averaged(solver, y):
    network = MLPClassifier(**SMALL, n_members=3, solver=solver).fit(X, y)
    theta = network.network_.theta
    assert np.abs(theta[0] - theta[1]).max() > 1e-3 and np.abs(theta[1] - theta[2]).max() > 1e-3
    singles = [network._loss.link(network.network_.member(i).predict(X)) for i in range(3)]
    assert_allclose(network.predict_proba(X), np.mean(singles, axis=0), rtol=1e-9)


@pytest.mark.parametrize("body", [{}, {"normalization": "batch"}, {"alpha": 1.0, "l1": 0.1}])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lion", "lbfgs"])
def test_members_are_separately_trained_networks(solver, body):
    """Same initial weights and order of rows: the same networks."""
    if solver == "lbfgs" and body:
        pytest.skip("not for lbfgs")
    if solver == "lion" and "normalization" in body:
        pytest.skip(
            "a bias before a normalization has no gradient but rounding, lion takes its sign"
        )
    settings = SMALL | body | {"solver": solver, "early_stopping": False, "warm_start": True}
    together = MLPRegressor(**settings, n_members=3, batch_size=16).initialize(X, REAL)
    start = together.network_.theta.copy()
    together.fit(X, REAL)
    for index in range(3):
        alone = MLPRegressor(**settings, batch_size=16).initialize(X, REAL)
        alone.network_.load(start[index])
        alone.run_.theta = None
        alone.fit(X, REAL)
        assert_allclose(together.network_.theta[index], alone.network_.theta, rtol=1e-6, atol=1e-9)


def test_members_do_not_share_noise():
    network = MLPRegressor(**SMALL, n_members=2, dropout=0.5).initialize(X, REAL)
    network.network_.load(np.stack([network.network_.theta[0]] * 2))
    network.run_.theta = None
    network.partial_fit(X, REAL)
    assert np.abs(network.network_.theta[0] - network.network_.theta[1]).max() > 1e-6


def test_members_count_epochs_as_one_network_does():
    network = MLPRegressor(**SMALL, n_members=3).fit(X, REAL)
    assert network.n_iter_ == 8 and type(network.n_iter_) is int
    assert type(network.loss_) is float
    assert isinstance(network.network_, Network)
