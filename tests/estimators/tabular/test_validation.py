"""Validation rows passed by the user, and calibration."""

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose
from sklearn.metrics import accuracy_score, log_loss, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sknn import MLPRegressor
from sknn.callbacks import WeightAveraging
from tests.estimators.tabular.parts import (
    COUNTS,
    REAL,
    TABLE,
    THREE,
    TWO_REAL,
    N,
    both,
    classifier,
    regressor,
)

FIRST, LAST = slice(0, 40), slice(40, N)


@pytest.mark.parametrize("n_splits", [1, 2])
@pytest.mark.parametrize("place", [0, 1])
def test_validation_rows_are_recorded(place, n_splits):
    network, y = both(n_splits=n_splits)[place]
    network.fit(TABLE[FIRST], y[FIRST], X_val=TABLE[LAST], y_val=y[LAST])
    history = network.history_
    for column in ("validation_loss", "validation_score"):
        assert history[column].shape == (3,)
        assert np.isfinite(history[column]).all()
    assert ("out_of_fold_loss" in history) == (n_splits > 1)
    assert network.validation_scores_ == history["validation_score"].tolist()
    alone = both(n_splits=n_splits)[place][0].fit(TABLE[FIRST], y[FIRST])
    assert "validation_loss" not in alone.history_
    assert np.array_equal(alone.network_.theta, network.network_.theta)
    if n_splits == 1:
        measure = accuracy_score if place == 0 else r2_score
        network.set_params(**({} if place == 0 else {"output_range": None}))
        answer = network.predict(TABLE[LAST])
        assert_allclose(history["validation_score"][-1], measure(y[LAST], answer), rtol=1e-4)


def test_without_folds_validation_rows_calibrate():
    network = classifier(n_splits=1, max_iter=20)
    network.fit(TABLE[FIRST], THREE[FIRST])
    assert network.temperature_ == 1.0
    plain = network.predict_log_proba(TABLE[LAST])
    network.fit(TABLE[FIRST], THREE[FIRST], X_val=TABLE[LAST], y_val=THREE[LAST])
    assert network.temperature_ != 1.0
    tempered = plain / network.temperature_
    tempered -= np.log(np.exp(tempered).sum(axis=1, keepdims=True))
    assert_allclose(network.predict_log_proba(TABLE[LAST]), tempered, rtol=1e-4, atol=1e-6)
    assert log_loss(THREE[LAST], np.exp(tempered)) <= log_loss(THREE[LAST], np.exp(plain)) + 1e-6


@pytest.mark.parametrize(
    ("loss", "y"), [("squared_error", REAL), ("poisson", COUNTS), ("gaussian_nll", TWO_REAL)]
)
@pytest.mark.parametrize("n_members", [1, 2])
def test_without_folds_validation_rows_show_the_error(n_members, loss, y):
    network = regressor(n_splits=1, n_members=n_members, loss=loss, output_range=None)
    network.fit(TABLE[FIRST], y[FIRST])
    assert network.residual_std_ is None
    if loss == "gaussian_nll":
        # The network itself estimates its error, and needs no held-out rows.
        assert (network.predict(TABLE, return_std=True)[1] > 0).all()
        return
    with pytest.raises(ValueError, match="n_splits of at least 2, or pass X_val and y_val"):
        network.predict(TABLE, return_std=True)
    network.fit(TABLE[FIRST], y[FIRST], X_val=TABLE[LAST], y_val=y[LAST])
    mean, std = network.predict(TABLE[LAST], return_std=True)
    error = np.sqrt(((mean - y[LAST]) ** 2).mean(axis=0))
    assert_allclose(network.residual_std_, np.atleast_1d(error), rtol=1e-4)
    assert (std >= network.residual_std_ * (1 - 1e-6)).all()


def test_weights_of_validation_rows():
    weight = np.arange(N - 40) % 2.0
    network = regressor(n_splits=1)
    kept = {"X_val": TABLE[LAST][weight > 0], "y_val": REAL[LAST][weight > 0]}
    expected = network.fit(TABLE[FIRST], REAL[FIRST], **kept).residual_std_
    given = {"X_val": TABLE[LAST], "y_val": REAL[LAST], "sample_weight_val": weight}
    assert_allclose(network.fit(TABLE[FIRST], REAL[FIRST], **given).residual_std_, expected)
    for factor in (1e200, 1e-200):
        given["sample_weight_val"] = factor * weight
        found = network.fit(TABLE[FIRST], REAL[FIRST], **given)
        assert_allclose(found.residual_std_, expected, rtol=1e-5)
        assert np.isfinite(found.history_["validation_loss"]).all()
    labels = classifier(n_splits=1)
    given = {"X_val": TABLE[LAST], "y_val": THREE[LAST], "sample_weight_val": weight}
    expected = labels.fit(TABLE[FIRST], THREE[FIRST], **given).temperature_
    given["sample_weight_val"] = 1e200 * weight
    assert labels.fit(TABLE[FIRST], THREE[FIRST], **given).temperature_ == expected


def test_wrong_validation_rows():
    for network, y in both():
        for options, words in [
            ({"X_val": TABLE}, "y_val is missing"),
            ({"y_val": y}, "X_val is missing"),
            ({"sample_weight_val": np.ones(3)}, "without X_val"),
            ({"X_val": TABLE[["size"]], "y_val": y}, "X_val"),
            ({"X_val": TABLE, "y_val": y[1:]}, "X_val has 60 rows and y_val 59"),
            ({"X_val": TABLE, "y_val": np.full(N, np.nan)}, "y_val"),
            ({"X_val": TABLE, "y_val": y, "sample_weight_val": np.zeros(N)}, "sample_weight_val"),
        ]:
            with pytest.raises(ValueError, match=words):
                network.fit(TABLE, y, **options)
            assert "network_" not in vars(network)
    with pytest.raises(ValueError, match="y_val"):
        classifier().fit(TABLE, THREE, X_val=TABLE, y_val=THREE + 1)


def test_validation_rows_go_through_pipelines():
    with sklearn.config_context(enable_metadata_routing=True):
        for network, y in both(n_splits=1):
            network.set_fit_request(X_val=True, y_val=True)
            double = FunctionTransformer(lambda table: table.assign(twice=2 * table["weight"]))
            model = make_pipeline(double, network, transform_input=["X_val"])
            model.fit(TABLE[FIRST], y[FIRST], X_val=TABLE[LAST], y_val=y[LAST])
            assert len(model[-1].validation_scores_) == 3


def noisy(n, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 6))
    return X, (X[:, 0] + 1.5 * rng.standard_normal(n) > 0).astype(int)


@pytest.mark.parametrize("loss", ["log_loss", "focal"])
def test_the_temperature_restores_calibration(loss):
    network = classifier(hidden_layer_sizes=(64,), max_iter=30, n_picks=1, loss=loss)
    network.fit(*noisy(300, 1))
    X, y = noisy(2000, 2)
    tempered = log_loss(y, network.predict_proba(X))
    network.temperature_ = 1.0
    assert tempered <= log_loss(y, network.predict_proba(X)) + 5e-3


def test_standard_deviations_are_those_of_errors():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((1200, 3))
    y = 100.0 * X[:, 0] + 40.0 * rng.standard_normal(1200)
    network = regressor(hidden_layer_sizes=(32,), max_iter=16, n_members=4).fit(X[:600], y[:600])
    mean, std = network.predict(X[600:], return_std=True)
    assert 0.85 < np.std((y[600:] - mean) / std) < 1.15


def test_standard_deviations_of_ordinary_networks():
    network = MLPRegressor(hidden_layer_sizes=(4,), n_members=3, max_iter=3, random_state=0)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        network.fit(TABLE[["weight"]], TWO_REAL)
    mean, std = network.predict(TABLE[["weight"]], return_std=True)
    assert mean.shape == std.shape == (N, 2)
    single = network.set_params(n_members=1)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        single.fit(TABLE[["weight"]], REAL)
    with pytest.raises(ValueError, match="n_members"):
        single.predict(TABLE[["weight"]], return_std=True)


@pytest.mark.parametrize("bins", ["quantile", "tree"])
@pytest.mark.parametrize("linear_path", [0.0, 1.0])
def test_labels_that_are_noise_are_not_learned(linear_path, bins):
    """A member is never judged on rows that it has memorized."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((300, 5)), rng.integers(0, 2, 300)
    options = {"dropout": 0.0, "weight_decay": 0.0, "hidden_layer_sizes": (64,)}
    network = classifier(max_iter=60, bins=bins, linear_path=linear_path, **options).fit(X, y)
    losses = network.history_["out_of_fold_loss"]
    assert np.nanmin(losses) > 0.6
    assert network.history_["loss"][-1] < 0.45
    fresh, labels = rng.standard_normal((300, 5)), rng.integers(0, 2, 300)
    assert log_loss(labels, network.predict_proba(fresh)) < 0.72
    real = regressor(max_iter=60, bins=bins, linear_path=linear_path, **options)
    y = rng.standard_normal(300)
    assert real.fit(X, y).residual_std_[0] > 0.9 * y.std()


def test_averaged_weights_are_those_that_validation_rows_judge():
    network = regressor(n_splits=1, max_iter=8, callbacks=[WeightAveraging()])
    network.fit(TABLE, REAL, X_val=TABLE, y_val=REAL)
    network.set_params(output_range=None)
    error = np.sqrt(np.mean((network.predict(TABLE) - REAL) ** 2))
    assert_allclose(network.residual_std_, error, rtol=1e-4)


def test_members_that_count_more_say_more_of_the_uncertainty():
    network = regressor(max_iter=8, n_picks=5).fit(TABLE, REAL)
    network.residual_std_ = np.zeros(1)
    network.member_shares_ = np.zeros(network.network_.n_members)
    network.member_shares_[0] = 1.0
    assert_allclose(network.predict(TABLE, return_std=True)[1], 0.0, atol=1e-6)
    network.member_shares_[:2] = 0.75, 0.25
    one, other = network.network_.copy(np.float64).predict(network.encoder_.transform(TABLE))[:2]
    std = np.sqrt(0.75 * 0.25) * np.abs(one - other)[:, 0]
    assert_allclose(network.predict(TABLE, return_std=True)[1], std, rtol=1e-5)
