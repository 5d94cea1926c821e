"""Laws 1 and 2: what sample weights and class weights mean."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.utils.class_weight import compute_class_weight

from sknn import MLPClassifier, MLPRegressor
from sknn.losses import Quantile
from tests.estimators.data import BINARY, COUNTS, LABELS, REAL, THREE, TWO_LABELS, TWO_REAL, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# One batch holds all rows, so that the order cannot matter.
WHOLE = {"hidden_layer_sizes": (6,), "max_iter": 12, "random_state": 0, "learning_rate_init": 0.02}
TASKS = {
    "binary": (MLPClassifier, {}, BINARY),
    "multiclass": (MLPClassifier, {}, THREE),
    "multi-label": (MLPClassifier, {}, LABELS),
    "multi-output": (MLPClassifier, {}, TWO_LABELS),
    "hinge": (MLPClassifier, {"loss": "hinge"}, BINARY),
    "regression": (MLPRegressor, {}, REAL),
    "two targets": (MLPRegressor, {}, TWO_REAL),
    "poisson": (MLPRegressor, {"loss": "poisson"}, COUNTS),
    "quantile": (MLPRegressor, {"loss": "quantile"}, REAL),
    "quantiles": (MLPRegressor, {"loss": Quantile([0.1, 0.5, 0.9])}, REAL),
    "gaussian_nll": (MLPRegressor, {"loss": "gaussian_nll"}, REAL),
}
SETTINGS = {
    "adam": {},
    "sgd": {"solver": "sgd"},
    "lbfgs": {"solver": "lbfgs"},
    "batch norm": {"normalization": "batch"},
    "members": {"n_members": 2},
    "penalties": {"alpha": 0.5, "l1": 0.1},
}
W = np.random.default_rng(1).integers(0, 4, len(X)).astype(float)


def weights(network):
    return network.network_.theta


def both(task, setting, repeat=W):
    """Fit with weights, and on repeated rows instead."""
    kind, parameters, y = TASKS[task]
    network = kind(**WHOLE | parameters | SETTINGS[setting])
    rows = np.repeat(np.arange(len(X)), repeat.astype(int))
    weighted = network.fit(X, y, repeat)
    return weighted, kind(**network.get_params(deep=False)).fit(X[rows], y[rows])


def tasks_and_settings():
    yield from ((task, "adam") for task in TASKS)
    yield from (("multiclass", s) for s in SETTINGS if s not in ("adam", "batch norm"))
    yield from (("regression", s) for s in SETTINGS if s not in ("adam", "batch norm"))


@pytest.mark.parametrize(("task", "setting"), list(tasks_and_settings()))
def test_weight_two_is_the_row_twice_and_zero_the_row_absent(task, setting):
    weighted, repeated = both(task, setting)
    assert_allclose(weighted.predict(X), repeated.predict(X), rtol=1e-6)
    assert_allclose(weights(weighted), weights(repeated), rtol=1e-5, atol=1e-7)
    assert weighted.loss_ == pytest.approx(repeated.loss_, rel=1e-6)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_batches_of_rows_without_weight_zero_are_the_batches_of_the_others(early_stopping):
    """A row of weight 0 is dropped before the split and before batches are drawn."""
    present = W > 0
    settings = WHOLE | {"batch_size": 7, "early_stopping": early_stopping}
    full = MLPClassifier(**settings).fit(X, THREE, present.astype(float))
    part = MLPClassifier(**settings).fit(X[present], THREE[present])
    assert_allclose(weights(full), weights(part), rtol=1e-12)


def test_classes_come_from_all_rows():
    weight = (THREE != 1).astype(float)
    network = MLPClassifier(**WHOLE).fit(X, THREE, weight)
    assert_array_equal(network.classes_, [0, 1, 2])
    assert np.isfinite(network.predict_log_proba(X)).all()


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs", "lion"])
@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_common_factor_changes_nothing_without_a_penalty(task, solver):
    kind, parameters, y = TASKS[task]
    settings = WHOLE | parameters | {"alpha": 0.0, "solver": solver, "batch_size": 9}
    one = kind(**settings).fit(X, y, W + 0.5)
    hundred = kind(**settings).fit(X, y, 128 * (W + 0.5))
    assert_allclose(weights(one), weights(hundred), rtol=1e-9)
    assert one.loss_ == pytest.approx(hundred.loss_, rel=1e-9)


def test_with_a_penalty_a_common_factor_is_that_many_times_the_rows():
    """As in Ridge: the data counts more relative to the penalty."""
    settings = WHOLE | {"alpha": 3.0, "solver": "lbfgs", "max_iter": 300, "tol": 1e-8}
    settings["hidden_layer_sizes"] = ()
    ten = MLPRegressor(**settings).fit(X, REAL, np.full(len(X), 10.0))
    repeated = MLPRegressor(**settings).fit(np.tile(X, (10, 1)), np.tile(REAL, 10))
    assert_allclose(ten.predict(X), repeated.predict(X), rtol=1e-4)
    weaker = MLPRegressor(**settings).fit(X, REAL)
    assert np.abs(weaker.coefs_[0]).sum() < np.abs(ten.coefs_[0]).sum()


def test_weights_matter_in_batches_of_one():
    """The normalizer is that of the data set, not of the batch."""
    settings = WHOLE | {"batch_size": 1, "shuffle": False, "solver": "sgd", "alpha": 0.0}
    plain = MLPRegressor(**settings).fit(X, REAL)
    weighted = MLPRegressor(**settings).fit(X, REAL, np.linspace(0.1, 2.0, len(X)))
    assert np.abs(weights(plain) - weights(weighted)).max() > 1e-3


def test_batches_of_one_step_in_proportion_to_their_weight():
    """Law 1 by hand: a linear model, row by row, in units of the mean weight."""
    y, weight = X[:, 0] - 1.0, np.linspace(0.5, 3.0, len(X))
    settings = {"hidden_layer_sizes": (), "solver": "sgd", "alpha": 0.0, "normalize_y": False}
    network = MLPRegressor(**settings, momentum=0.0, learning_rate_init=0.05, batch_size=1)
    network.set_params(random_state=0, shuffle=False, nesterovs_momentum=False, max_iter=1)
    start = MLPRegressor(**network.get_params(deep=False)).initialize(X, y)
    coef = start.coefs_[0][:, 0].copy()
    bias = np.average(y, weights=weight)
    for x, target, own in zip(X, y, weight / weight.mean(), strict=True):
        step = 0.05 * own * (x @ coef + bias - target)
        coef -= step * x
        bias -= step
    network.fit(X, y, weight)
    assert_allclose(network.coefs_[0][:, 0], coef, rtol=1e-10)
    assert_allclose(network.intercepts_[0], bias, rtol=1e-10)


def streamed(task, chunks):
    """Return a network after several chunks of rows and weights."""
    kind, parameters, y = TASKS[task]
    network = kind(**WHOLE | parameters)
    more = {}
    if kind is MLPClassifier and y.ndim == 1:
        more = {"classes": np.unique(y)}
    for rows, weight in chunks:
        network.partial_fit(X[rows], y[rows], weight, **more)
    return network


EVERY, HEAVY = np.arange(len(X)), np.flatnonzero(W)
STREAMS = {
    "weight two is the row twice": (
        [(EVERY, W), (EVERY[::-1], W[::-1])],
        [(np.repeat(EVERY, W.astype(int)), None), (np.repeat(EVERY, W.astype(int)), None)],
    ),
    "weight zero is the row absent": (
        [(EVERY, W), (EVERY, W > 1)],
        [(HEAVY, W[HEAVY]), (np.flatnonzero(W > 1), np.ones((W > 1).sum()))],
    ),
    "a chunk of zeros is no chunk": (
        [(EVERY, W), (EVERY[:9], np.zeros(9)), (EVERY, W)],
        [(EVERY, W), (EVERY, W)],
    ),
    "a number is the weight of every row": (
        [(EVERY, 2.0), (EVERY, 3.0)],
        [(EVERY, np.full(60, 2.0)), (EVERY, np.full(60, 3.0))],
    ),
}


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("task", ["binary", "multiclass", "multi-label", "regression", "poisson"])
def test_weights_in_streams(name, task):
    odd, plain = (streamed(task, chunks) for chunks in STREAMS[name])
    assert_allclose(weights(odd), weights(plain), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_common_factor_changes_no_stream_without_a_penalty(task):
    kind, parameters, y = TASKS[task]
    more = {"classes": [0, 1, 2]} if kind is MLPClassifier else {}
    nets = []
    for factor in (1.0, 128.0):
        net = kind(**WHOLE | parameters, alpha=0.0, batch_size=9, n_members=2, dropout=0.2)
        for start in (0, 30):
            rows = slice(start, start + 30)
            net.partial_fit(X[rows], y[rows], factor * (W[rows] + 0.5), **more)
        nets.append(net)
    assert_allclose(weights(nets[0]), weights(nets[1]), rtol=1e-9)


def test_later_chunks_weigh_by_the_mean_of_the_first_call():
    """A chunk of weight 2 takes steps of twice the length: its rows count double."""
    settings = WHOLE | {"solver": "sgd", "momentum": 0.0, "alpha": 0.0, "batch_size": 60}
    steps = []
    for factor in (1.0, 2.0):
        net = MLPRegressor(**settings).partial_fit(X, REAL, np.ones(60))
        before = net.run_.theta.copy()
        steps.append(net.partial_fit(X, REAL, np.full(60, factor)).run_.theta - before)
    assert_allclose(steps[1], 2.0 * steps[0], rtol=1e-6, atol=1e-12)


def test_one_step_of_sgd_is_the_weighted_mean_gradient():
    """Law 1 by hand: a linear model, one batch, one step."""
    y = X[:, 0]
    settings = {"hidden_layer_sizes": (), "solver": "sgd", "alpha": 4.0, "normalize_y": False}
    network = MLPRegressor(**settings, momentum=0.0, learning_rate_init=0.5)
    network.set_params(random_state=0, nesterovs_momentum=False).initialize(X, y)
    coef, intercept = network.coefs_[0].copy(), network.intercepts_[0].copy()
    network = network.partial_fit(X, y, W)
    rows = W > 0
    unit = 1.0  # initialize saw no weights
    error = (X @ coef + intercept)[rows, 0] - y[rows]
    per_row = W[rows] / (rows.sum() * unit)
    gradient = X[rows].T @ (per_row * error) + 4.0 * coef[:, 0] / W.sum()
    assert_allclose(network.coefs_[0][:, 0], coef[:, 0] - 0.5 * gradient, rtol=1e-10)
    assert_allclose(network.intercepts_[0], intercept - 0.5 * (per_row * error).sum(), rtol=1e-10)


def test_an_all_zero_chunk_of_a_stream_changes_nothing():
    network = MLPClassifier(**WHOLE).partial_fit(X, THREE, classes=[0, 1, 2])
    before = weights(network).copy()
    epochs = network.run_.epoch
    network.partial_fit(X[:5], THREE[:5], np.zeros(5))
    assert_array_equal(weights(network), before)
    assert network.run_.epoch == epochs


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_all_zero_weights_are_an_error_in_a_first_call(kind, method):
    more = {"classes": [0, 1]} if (method, kind) == ("partial_fit", MLPClassifier) else {}
    with pytest.raises(ValueError, match="sample_weight.*zero"):
        getattr(kind(), method)(X, BINARY, np.zeros(len(X)), **more)


def test_validation_rows_are_weighted():
    weight = np.zeros(20)
    weight[3:8] = 2.0
    network = MLPRegressor(**WHOLE)
    part = network.fit(X, REAL, X_val=X[3:8], y_val=REAL[3:8]).history_["validation_loss"]
    network.fit(X, REAL, X_val=X[:20], y_val=REAL[:20], sample_weight_val=weight)
    assert_allclose(network.history_["validation_loss"], part, rtol=1e-12)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression", "two targets"])
def test_a_validation_row_of_weight_two_is_two_rows(task):
    kind, parameters, y = TASKS[task]
    network = kind(**WHOLE | parameters)
    rows = np.repeat(np.arange(len(X)), W.astype(int))
    twice = network.fit(X, y, X_val=X[rows], y_val=y[rows]).history_
    weighted = network.fit(X, y, X_val=X, y_val=y, sample_weight_val=W).history_
    for name in ("validation_loss", "validation_score"):
        assert_allclose(weighted[name], twice[name], rtol=1e-9)


def test_early_stopping_weighs_the_rows_it_holds_out():
    network = MLPRegressor(**WHOLE, early_stopping=True, batch_size=16)
    one = network.fit(X, REAL, W + 1.0).history_["validation_loss"]
    hundred = network.fit(X, REAL, 128 * (W + 1.0)).history_["validation_loss"]
    equal = network.fit(X, REAL).history_["validation_loss"]
    assert_allclose(one, hundred, rtol=1e-4)
    assert np.abs(one - equal[: len(one)]).max() > 1e-3


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_class_weight_acts_as_sample_weights(solver):
    settings = WHOLE | {"solver": solver}
    table = {0: 2.0, 1: 0.5, 2: 1.0}
    named = MLPClassifier(**settings, class_weight=table).fit(X, THREE, W)
    by_hand = MLPClassifier(**settings).fit(X, THREE, W * np.array([2.0, 0.5, 1.0])[THREE])
    assert_array_equal(weights(named), weights(by_hand))
    balanced = MLPClassifier(**settings, class_weight="balanced").fit(X, THREE)
    factor = compute_class_weight("balanced", classes=np.arange(3), y=THREE)
    assert_array_equal(
        weights(balanced), weights(MLPClassifier(**settings).fit(X, THREE, factor[THREE]))
    )


def test_class_weight_by_string_label_and_by_output():
    names = np.array(["a", "b", "c"])[THREE]
    settings = WHOLE
    named = MLPClassifier(**settings, class_weight={"a": 3}).fit(X, names)
    by_hand = MLPClassifier(**settings).fit(X, names, np.where(THREE == 0, 3.0, 1.0))
    assert_array_equal(weights(named), weights(by_hand))
    parts = MLPClassifier(**settings, class_weight=[{0: 3.0}, {1: 2.0}]).fit(X, TWO_LABELS)
    factor = np.where(THREE == 0, 3.0, 1.0) * np.where(BINARY == 1, 2.0, 1.0)
    assert_array_equal(
        weights(parts), weights(MLPClassifier(**settings).fit(X, TWO_LABELS, factor))
    )


@pytest.mark.parametrize(
    ("class_weight", "y", "words"),
    [
        ({7: 1.0}, THREE, "class_weight names"),
        ({0: -1.0}, THREE, "class_weight must hold finite"),
        ({0: np.nan}, THREE, "class_weight must hold finite"),
        ([{0: 1.0}], TWO_LABELS, "class_weight has 1 entries"),
        ({0: 1.0}, LABELS, "class_weight is not defined"),
        ("even", THREE, "'class_weight' parameter"),
        (3, THREE, "'class_weight' parameter"),
    ],
)
def test_class_weight_errors(class_weight, y, words):
    with pytest.raises(ValueError, match=words):
        MLPClassifier(class_weight=class_weight).fit(X, y)


def test_balanced_needs_all_rows():
    with pytest.raises(ValueError, match="balanced"):
        MLPClassifier(class_weight="balanced").partial_fit(X, THREE, classes=[0, 1, 2])


def test_class_weight_in_a_stream_may_name_classes_that_come_later():
    first = THREE < 2
    network = MLPClassifier(**WHOLE, class_weight={0: 2.0, 2: 3.0})
    network.partial_fit(X[first], THREE[first], classes=[0, 1, 2])
    by_hand = MLPClassifier(**WHOLE)
    weight = np.where(THREE == 0, 2.0, 1.0)[first]
    by_hand.partial_fit(X[first], THREE[first], weight, classes=[0, 1, 2])
    assert_array_equal(weights(network), weights(by_hand))
