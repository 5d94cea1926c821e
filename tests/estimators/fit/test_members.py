"""Several networks at once: each stops early by itself, wherever it is trained."""

import warnings

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

from sknn import (
    CNNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    TabularMLPClassifier,
    TabularMLPRegressor,
)
from sknn.callbacks import Callback
from sknn.core.random_streams import MemberGenerator
from sknn.schedules import Plateau

pytestmark = pytest.mark.bits

X, y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
REAL = X @ [1.0, -2.0, 0.5, 0.0] + np.sin(3 * X[:, 0])
TRAIN, HELD = np.arange(150) % 3 > 0, np.arange(150) % 3 == 0
VAL = {"X_val": X[HELD], "y_val": y[HELD]}
MANY = {
    "hidden_layer_sizes": (8,),
    "batch_size": 16,
    "learning_rate_init": 0.05,
    "max_iter": 40,
    "n_iter_no_change": 3,
    "n_members": 4,
    "random_state": 0,
}


class Look(Callback):
    """Keeps all members in one place."""

    def on_epoch_end(self, progress):
        pass


def fitted(net, *data, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return net.fit(*data, **more)


def alone(m, data, more):
    """Return a single network that begins like member m of an ensemble."""
    # Without early stopping, which would hold out rows that initial biases then do not see.
    start = MLPClassifier(**MANY | more | {"early_stopping": False}).initialize(*data)
    single = {"n_members": 1, "warm_start": True, "early_stopping": False}
    net = MLPClassifier(**MANY | more | single).initialize(*data)
    net.set_params(early_stopping=more.get("early_stopping", False))
    net.network_.load(start.network_.theta[m])
    net.run_.streams = start.run_.streams.part([m])
    return net


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"early_stopping": True},
        {"early_stopping": True, "scoring": "accuracy"},
        {"early_stopping": True, "dropout": 0.2, "solver": "sgd"},
        {"early_stopping": True, "restore_best": False, "normalization": "batch"},
    ],
    ids=str,
)
def test_a_member_is_trained_as_it_would_be_alone(more):
    data = X[TRAIN], y[TRAIN]
    given = VAL if more else {}
    together = fitted(MLPClassifier(**MANY | more), *data, **given)
    epochs = []
    for m in range(4):
        single = fitted(alone(m, data, more), *data, **given)
        assert_array_equal(together.network_.theta[m], single.network_.theta)
        epochs.append(single.n_iter_)
    assert together.n_iter_ == max(epochs)
    assert "normalization" in more or len(set(epochs)) > 1
    trained = [sum(n > epoch for n in epochs) for epoch in range(max(epochs))]
    assert_array_equal(together.history_["members"], trained)


@pytest.mark.parametrize(
    "more",
    [{}, {"early_stopping": True}, {"early_stopping": True, "dropout": 0.2, "warm_start": True}],
    ids=str,
)
@pytest.mark.parametrize("jobs", [2, 4])
def test_where_members_are_trained_makes_no_difference(more, jobs):
    here = fitted(MLPClassifier(**MANY | more), X, y)
    watched = fitted(MLPClassifier(**MANY | more, callbacks=[Look()]), X, y)
    with joblib.parallel_config("threading", n_jobs=jobs):
        apart = fitted(MLPClassifier(**MANY | more), X, y)
    for other in (watched, apart):
        assert_array_equal(here.network_.theta, other.network_.theta)
        assert here.n_iter_ == other.n_iter_ and here.stop_reason_ == other.stop_reason_
        assert here.t_ == other.t_
    for name in set(here.history_) - {"seconds", "validation_score"}:
        assert_allclose(apart.history_[name], here.history_[name], rtol=1e-5, err_msg=name)
    if "warm_start" in more:
        for other in (here, watched, apart):
            fitted(other.set_params(max_iter=3), X, y)
            assert_array_equal(here.run_.theta, other.run_.theta)


@pytest.mark.parametrize("width", [8, 400])
def test_processes_give_the_same_bits(width):
    """joblib passes arrays of a megabyte to a process as read-only."""
    wide = {"max_iter": 3, "hidden_layer_sizes": (width, width), "batch_size": 8}
    net = MLPRegressor(**MANY | wide, early_stopping=True)
    here = fitted(net, X, REAL).predict(X)
    with joblib.parallel_config("loky", n_jobs=2):
        assert_array_equal(fitted(net, X, REAL).predict(X), here)


def test_members_without_a_linear_path_stay_without_it_apart():
    more = {"preset": "fast", "n_members": 4, "n_splits": 1, "linear_path": 0.5, "max_iter": 3}
    here, there = (TabularMLPRegressor(**more, random_state=0) for _ in range(2))
    here.fit(X, REAL)
    with joblib.parallel_config("threading", n_jobs=2):
        there.fit(X, REAL)
    assert_array_equal(there.network_.theta, here.network_.theta)


def test_continuation_is_exact_wherever_the_parts_were_trained():
    settings = MANY | {"dropout": 0.1, "warm_start": True, "n_iter_no_change": np.inf}
    whole = fitted(MLPClassifier(**settings | {"max_iter": 6}), X, y)
    with joblib.parallel_config("threading", n_jobs=3):
        parts = fitted(MLPClassifier(**settings | {"max_iter": 2}), X, y)
        parts = fitted(parts.set_params(max_iter=3), X, y)
    parts = parts.partial_fit(X, y)
    assert_array_equal(whole.network_.theta, parts.network_.theta)
    assert whole.t_ == parts.t_ and len(parts.loss_curve_) == 6


def test_a_rate_that_answers_a_stall_waits_for_all_members():
    net = MLPClassifier(**MANY | {"learning_rate": "adaptive", "solver": "sgd", "tol": 0.01})
    net = fitted(net, X, y)
    rates = net.history_["learning_rate"]
    assert len(set(rates)) > 1 and set(net.history_["members"]) == {4.0}
    with joblib.parallel_config("threading", n_jobs=2):
        again = fitted(MLPClassifier(**net.get_params()), X, y)
    assert_array_equal(net.network_.theta, again.network_.theta)
    fitted(MLPClassifier(**MANY, early_stopping=True, learning_rate=Plateau(patience=1)), X, y)


def test_a_member_that_diverges_apart_fails_the_fit():
    net = MLPRegressor(**MANY | {"solver": "sgd", "learning_rate_init": 1e6}, normalize_y=False)
    with (
        joblib.parallel_config("threading", n_jobs=2),
        pytest.raises(ValueError, match="non-finite parameter weights"),
    ):
        net.fit(X, REAL)
    assert not hasattr(net, "network_")


TWO = np.column_stack([y, y % 2])
PROBABLE = {
    "binary": (MLPClassifier, y > 0),
    "multiclass": (MLPClassifier, y),
    "multilabel": (MLPClassifier, TWO > 0),
    "several": (MLPClassifier, TWO),
}


@pytest.mark.parametrize("case", PROBABLE)
def test_members_of_classifiers_disagree(case):
    kind, target = PROBABLE[case]
    net = fitted(kind(**MANY | {"max_iter": 3, "n_members": 3}), X, target)
    proba, std = net.predict_proba(X, return_std=True)
    for pair in zip(proba, net.predict_proba(X), strict=True):
        assert_array_equal(*pair)
    singles = []
    for m in range(3):
        single = fitted(kind(**MANY | {"max_iter": 1, "n_members": 1}), X, target)
        single.network_.load(net.network_.theta[m])
        singles.append(single.predict_proba(X))
    if case == "several":
        expected = [np.std(each, axis=0) for each in zip(*singles, strict=True)]
    else:
        proba, std, expected = [proba], [std], [np.std(singles, axis=0)]
    for mean, spread, wanted in zip(proba, std, expected, strict=True):
        assert spread.shape == mean.shape and spread.dtype == mean.dtype
        assert_allclose(spread, wanted, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(
    ("net", "x"),
    [
        (TabularMLPClassifier(preset="fast", random_state=0), X),
        (CNNClassifier((2,), input_shape=(4, 1), max_iter=2, n_members=2, random_state=0), X),
        (
            RNNClassifier((3,), input_shape=(2, 2), max_iter=2, n_members=2, random_state=0),
            X,
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_family_gives_the_spread(net, x):
    proba, std = fitted(net, x, y).predict_proba(x, return_std=True)
    assert std.shape == proba.shape and (std >= 0).all() and std.max() > 0


def test_one_member_has_no_spread():
    net = fitted(MLPClassifier(max_iter=1, random_state=0), X, y)
    with pytest.raises(ValueError, match="for example, set n_members=5"):
        net.predict_proba(X, return_std=True)


def test_generators_of_members():
    made = [np.random.default_rng(seed) for seed in (0, 1)]
    rng, out = MemberGenerator(made), np.empty((2, 5))
    rng.random(out=out)
    assert_array_equal(out[1], np.random.default_rng(1).random(5))
    rng.standard_normal(out=out)
    assert rng.integers(10, size=(2, 3)).shape == (2, 3)
    assert rng.random(3).shape == (3,) and rng.standard_normal((2, 2)).shape == (2, 2)
