"""Law 7: a call that trains an early-stopped network further keeps the best weights so far."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sknn import AutoEncoder, CNNRegressor, MLPClassifier, MLPRegressor, RNNClassifier
from sknn.callbacks import Pause, WeightAveraging
from tests.estimators.data import REAL, THREE, TWO_LABELS, TWO_REAL, X

pytestmark = pytest.mark.filterwarnings(
    "ignore:Stochastic Optimizer:sklearn.exceptions.ConvergenceWarning"
)

TRAIN, HELD = slice(0, 40), slice(40, 60)
SEEDS = range(3)
WILD = {"learning_rate_init": 30.0}
"""Steps so long that every epoch is worse than those before."""
FINE = {"learning_rate_init": 0.003}
SINGLE = X.astype(np.float32)
CASES = {
    "classifier": (MLPClassifier, X, THREE, {}),
    "regressor": (MLPRegressor, X, REAL, {}),
    "own units": (MLPRegressor, X, REAL / 10, {"normalize_y": False}),
    "single precision": (MLPRegressor, SINGLE, TWO_REAL, {}),
    "a score": (MLPRegressor, X, REAL, {"scoring": "neg_max_error"}),
    "accuracy": (MLPClassifier, X, TWO_LABELS[:, 0], {"scoring": "neg_log_loss"}),
    "members": (MLPRegressor, X, REAL, {"n_members": 3}),
    "averages": (MLPClassifier, X, THREE, {"callbacks": [WeightAveraging("ema", decay=0.5)]}),
    "running statistics": (MLPClassifier, X, THREE, {"normalization": "batch", "batch_size": 20}),
    "images": (
        CNNRegressor,
        X.reshape(-1, 5, 1),
        REAL,
        {"filters": (4,), "learning_rate": "constant"},
    ),
    "sequences": (RNNClassifier, X.reshape(-1, 5, 1), THREE, {"learning_rate": "constant"}),
    "autoencoder": (AutoEncoder, X, None, {}),
}


def rows_of(X, y):
    """Return the arguments of a call of fit."""
    if y is None:
        return (X[TRAIN],), {"X_val": X[HELD]}
    return (X[TRAIN], y[TRAIN]), {"X_val": X[HELD], "y_val": y[HELD]}


def stopped(name, seed, max_iter=30):
    """Return a network that stopped early, and the rows to train it further on."""
    kind, rows, y, more = CASES[name]
    layers = {} if kind in (CNNRegressor, RNNClassifier) else {"hidden_layer_sizes": (8,)}
    settings = layers | {"early_stopping": True, "learning_rate_init": 0.03, "random_state": seed}
    args, val = rows_of(rows, y)
    return kind(**settings | {"max_iter": max_iter} | more).fit(*args, **val), args, val


def further(net, args, val, **parameters):
    """Train a copy further, as a user does after an early stop."""
    return (
        pickle.loads(pickle.dumps(net)).set_params(warm_start=True, **parameters).fit(*args, **val)
    )


def answers(net, rows):
    ask = getattr(net, "predict_proba", None) or getattr(net, "predict", None) or net.transform
    return ask(rows)


def monitored(net):
    """Return the monitored figure of every epoch, less being better."""
    history = net.history_
    return -history["score"] if net.get_params().get("scoring") else history["validation_loss"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", CASES)
def test_without_a_better_epoch_predictions_stay(name, seed):
    net, args, val = stopped(name, seed)
    more = further(net, args, val, **WILD)
    assert np.nanargmin(monitored(more)) < net.n_iter_ < len(monitored(more))
    fine = 1e-4 if net.network_.dtype == np.float32 else 1e-9
    assert_allclose(answers(more, val["X_val"]), answers(net, val["X_val"]), rtol=fine, atol=fine)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", CASES)
def test_a_better_epoch_is_used(name, seed):
    net, args, val = stopped(name, seed, max_iter=2)
    more = further(net, args, val, **FINE, max_iter=40)
    assert np.nanargmin(monitored(more)) >= net.n_iter_
    assert np.abs(answers(more, val["X_val"]) - answers(net, val["X_val"])).max() > 1e-4
    # Nothing in the next call is better than what this one kept.
    again = further(more, args, val, **WILD)
    assert_allclose(answers(again, val["X_val"]), answers(more, val["X_val"]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_kept_weights_have_the_best_loss_of_all_calls(seed):
    net, args, val = stopped("regressor", seed)
    for rate in (30.0, 0.01, 0.001, 30.0):
        net = further(net, args, val, learning_rate_init=rate).set_params(warm_start=False)
        off = (net.predict(val["X_val"]) - val["y_val"]) / args[1].std()
        assert 0.5 * np.mean(off**2) == pytest.approx(net.history_["validation_loss"].min())


def test_set_afterwards_or_from_the_first_call_on():
    """Only the optimizer starts over; what is kept is the same."""
    net, args, val = stopped("regressor", 0)
    warm = type(net)(**net.get_params()).set_params(warm_start=True).fit(*args, **val)
    later, always = further(net, args, val, **WILD), warm.set_params(**WILD).fit(*args, **val)
    assert later.run_.best.value == always.run_.best.value
    assert later.run_.best.epoch == always.run_.best.epoch
    assert_allclose(later.run_.best.theta, always.run_.best.theta, rtol=1e-12)


def test_a_pass_of_partial_fit_that_is_worse_changes_no_predictions():
    net, args, val = stopped("classifier", 0)
    before = net.predict_proba(X)
    for _ in range(3):
        net.set_params(**WILD).partial_fit(*args, **val)
        assert_allclose(net.predict_proba(X), before, rtol=1e-12)
    assert np.abs(net.run_.theta - net.network_.theta).max() > 0.1


@pytest.mark.parametrize(
    "change", [{"early_stopping": False}, {"restore_best": False}, {"scoring": "r2"}], ids=str
)
def test_another_measure_forgets_the_best(change):
    net, args, val = stopped("regressor", 0)
    more = further(net, args, val, **WILD, **change)
    assert np.abs(more.predict(X) - net.predict(X)).max() > 0.1


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "plain"])
@pytest.mark.parametrize("call", ["fit", "partial_fit"])
def test_other_validation_rows_forget_the_best(call, warm):
    """On a harder task, every loss is higher; without this, the network would never learn it."""
    net, args, val = stopped("regressor", 0)
    net = type(net)(**net.get_params()).set_params(warm_start=warm).fit(*args, **val)
    hard = 5 * np.abs(X[:, 0])
    rows = {"X_val": X[HELD], "y_val": hard[HELD]}
    before = net.score(X[HELD], hard[HELD])
    net.set_params(warm_start=True)
    for _ in range(1 if call == "fit" else 30):
        getattr(net, call)(X[TRAIN], hard[TRAIN], **rows)
    assert net.score(X[HELD], hard[HELD]) > before + 0.1


@pytest.mark.parametrize("part", ["X_val", "y_val", "sample_weight_val", "rows"])
def test_any_part_of_the_validation_rows_counts(part):
    net, args, val = stopped("regressor", 0)
    val = {name: rows.copy() for name, rows in val.items()}
    if part == "sample_weight_val":
        val[part] = np.arange(20.0)
    elif part == "rows":
        val = {name: rows[:-1] for name, rows in val.items()}
    else:
        val[part][3] += 1.0
    best = net.run_.served.epoch
    assert further(net, args, val, **WILD).run_.best.epoch > best


def continued(name, change, args, val):
    """Return the best epoch of a call that is paused after its second, and then changed."""
    net, _, _ = stopped(name, 0, max_iter=2)
    net.set_params(max_iter=6, callbacks=[Pause(2)]).fit(*args, **val)
    net.set_params(callbacks=None, **WILD, **change).resume(*args, **val)
    return net.run_.served.epoch


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("regressor", {"loss": "absolute_error"}),
        ("classifier", {"label_smoothing": 0.3}),
        ("regressor", {"activation": "tanh"}),
    ],
)
def test_another_loss_or_activation_forgets_the_best(name, change):
    net, args, val = stopped(name, 0)
    assert further(net, args, val, **WILD, **change).run_.best.epoch > net.run_.served.epoch
    assert continued(name, change, args, val) > 2
    # Another call with the same loss compares again.
    more = further(net, args, val, **FINE, **change)
    assert further(more, args, val, **WILD).run_.best.epoch == more.run_.best.epoch


def test_weights_that_were_set_are_not_the_best():
    net, args, val = stopped("regressor", 0)
    net.coefs_ = [np.zeros_like(coef) for coef in net.coefs_]
    more = further(net, args, val, learning_rate_init=1e-9, solver="sgd")
    assert_allclose(more.coefs_[0], 0, atol=1e-6)
    assert more.run_.best.epoch > net.n_iter_, "their loss is another"


def test_weights_that_learned_from_all_rows_are_not_those_of_the_best_epoch():
    """Their validation loss is unknown, and would be too optimistic."""
    net = MLPRegressor(hidden_layer_sizes=(8,), early_stopping=True, random_state=0).fit(X, REAL)
    assert net.run_.served is None
    rows = {"X_val": X[HELD], "y_val": REAL[HELD]}
    own = MLPRegressor(**net.get_params()).fit(X[TRAIN], REAL[TRAIN], **rows)
    assert own.run_.served.theta.size == 0


def test_the_best_weights_are_not_stored_twice():
    net, args, val = stopped("members", 0)
    assert net.run_.served.theta.shape == (3, 0)
    assert len(pickle.dumps(net)) < 0.7 * len(pickle.dumps(further(net, args, val, **WILD)))
