"""Quantiles of tabular networks cover the right share of held-out rows."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from sknn import TabularMLPRegressor
from sknn.estimators.tabular.intervals import ErrorQuantiles, _shrunk
from sknn.losses import Quantile
from sknn.persistence import load, save, to_onnx

LEVELS = [0.05, 0.5, 0.95]
FAST = TabularMLPRegressor(preset="fast", max_iter=8, random_state=0)


def draw(n, seed=0):
    """Return a table, and a target whose spread is four times as large for one of two kinds."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"size": rng.uniform(-1, 1, n), "kind": rng.choice(["a", "b"], n)})
    spread = np.where(table["kind"] == "a", 0.5, 2.0)
    return table, (100.0 + 3.0 * table["size"] + spread * rng.standard_normal(n)).to_numpy()


def inside(net, X, y):
    low, high = net.predict(X, return_quantiles=[0.05, 0.95]).T
    return np.mean((low <= y) & (y <= high))


# -- coverage -------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared_error", "gaussian_nll", Quantile(LEVELS)], ids=str)
def test_new_rows_are_covered_whatever_the_loss(loss):
    net = clone(FAST).set_params(loss=loss, max_iter=16).fit(*draw(500))
    X, y = draw(4000, 1)
    found = net.predict(X, return_quantiles=LEVELS)
    assert (np.diff(found, axis=1) >= 0).all()
    assert_allclose((y[:, None] <= found).mean(axis=0), LEVELS, atol=0.035)
    width = found[:, 2] - found[:, 0]
    assert width[X["kind"] == "b"].mean() > 1.7 * width[X["kind"] == "a"].mean()


def test_answers_of_another_link_are_covered():
    net = clone(FAST).set_params(loss="poisson").fit(*draw(300))
    assert inside(net, *draw(2000, 1)) == pytest.approx(0.9, abs=0.05)


def test_two_targets_of_different_units():
    X, y = draw(400)
    both = np.column_stack([y, -1000.0 * y])
    net = clone(FAST).fit(X, both)
    found = net.predict(X, return_quantiles=[0.05, 0.95])
    assert found.shape == (400, 2, 2)
    for j in range(2):
        within = (found[:, 0, j] <= both[:, j]) & (both[:, j] <= found[:, 1, j])
        assert 0.8 < within.mean() < 1.0


@pytest.mark.parametrize("linear_path", [0.0, 1.0])
@pytest.mark.parametrize("n_members", [1, 2, 4])
def test_any_number_of_members(n_members, linear_path):
    net = clone(FAST).set_params(n_members=n_members, n_splits=2, linear_path=linear_path)
    X, y = draw(1000, 1)
    assert inside(net.fit(*draw(300)), X, y) == pytest.approx(0.9, abs=0.06)


def test_validation_rows_are_enough_without_folds():
    X, y = draw(600)
    net = clone(FAST).set_params(n_splits=1, n_members=2)
    net.fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])
    assert inside(net, *draw(2000, 1)) == pytest.approx(0.9, abs=0.05)


def test_the_unit_of_y_does_not_matter():
    X, y = draw(200)
    net = clone(FAST).fit(X, y)
    large = clone(FAST).fit(X, 1e6 * y)
    found = net.predict(X, return_quantiles=LEVELS)
    assert_allclose(large.predict(X, return_quantiles=LEVELS), 1e6 * found, rtol=1e-4)


def test_a_constant_target_is_certain():
    X, y = draw(100)
    found = clone(FAST).fit(X, np.full(100, 7.0)).predict(X, return_quantiles=LEVELS)
    assert_allclose(found, 7.0, atol=1e-4)


def test_answers_stay_within_the_range_of_y():
    X, y = draw(200)
    found = clone(FAST).fit(X, y).predict(X, return_quantiles=[0.01, 0.99])
    assert y.min() <= found.min() and found.max() <= y.max()


def test_rows_of_no_weight_say_nothing():
    X, y = draw(300)
    weight = np.r_[np.ones(200), np.zeros(100)]
    wild = np.r_[y[:200], y[200:] + 1e3]
    found = clone(FAST).fit(X, wild, weight).predict(X, return_quantiles=[0.05, 0.95])
    assert np.ptp(found) < 50.0


# -- kept with the model --------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared_error", Quantile(LEVELS)], ids=str)
def test_files_and_pickles_keep_them(tmp_path, loss):
    X, y = draw(200)
    net = clone(FAST).set_params(loss=loss).fit(X, y)
    expected = net.predict(X, return_quantiles=LEVELS)
    save(net, tmp_path / "net.sknn")
    for twin in (load(tmp_path / "net.sknn"), pickle.loads(pickle.dumps(net))):
        assert_array_equal(twin.predict(X, return_quantiles=LEVELS), expected)


def test_a_model_of_an_earlier_version_says_so():
    X, y = draw(100)
    net = clone(FAST).fit(X, y)
    del net._intervals
    with pytest.raises(ValueError, match="saved by an earlier version has to be fitted again"):
        net.predict(X, return_quantiles=LEVELS)
    net.predict(X, return_std=True)


def test_a_graph_has_no_quantiles_that_are_not_calibrated():
    pytest.importorskip("onnx")
    X, y = draw(100)
    net = clone(FAST).set_params(loss=Quantile(LEVELS)).fit(X, y)
    assert [each.name for each in to_onnx(net).graph.output] == ["predictions"]


def test_a_stream_has_them_from_validation_rows():
    X, y = draw(400)
    net = clone(FAST)
    for start in (0, 100, 200):
        rows = slice(start, start + 100)
        net.partial_fit(X[rows], y[rows])
    with pytest.raises(ValueError, match="pass X_val and y_val"):
        net.predict(X, return_quantiles=LEVELS)
    net.partial_fit(X[:100], y[:100], X_val=X[300:], y_val=y[300:])
    assert net.predict(X, return_quantiles=LEVELS).shape == (400, 3)


# -- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [[0.0, 0.5], [0.9, 0.1], [], 0.5], ids=str)
def test_levels_out_of_order_or_range(levels):
    X, y = draw(60)
    with pytest.raises(ValueError, match="return_quantiles must be a list of levels"):
        clone(FAST).fit(X, y).predict(X, return_quantiles=levels)


def test_too_few_rows_for_a_level():
    X, y = draw(60)
    net = clone(FAST).fit(X, y)
    with pytest.raises(ValueError, match=r"level 0.01, .* outside 0.01639 and 0.9836; fit on more"):
        net.predict(X, return_quantiles=[0.01, 0.5])


def test_without_rows_held_out():
    X, y = draw(60)
    net = clone(FAST).set_params(n_splits=1, n_members=1).fit(X, y)
    with pytest.raises(ValueError, match="fit with n_splits of at least 2, or pass X_val"):
        net.predict(X, return_quantiles=LEVELS)


def test_a_quantile_loss_knows_its_own_levels_only():
    X, y = draw(60)
    net = clone(FAST).set_params(loss=Quantile(LEVELS)).fit(X, y)
    with pytest.raises(ValueError, match=r"knows only the levels \[0.05, 0.5, 0.95\]"):
        net.predict(X, return_quantiles=[0.1])


# -- the distribution of errors -------------------------------------------------------------------


def test_levels_of_errors_are_those_of_weibull():
    rng = np.random.default_rng(0)
    errors = rng.standard_normal(57)
    levels = np.array([0.02, 0.3, 0.5, 0.97])
    found = ErrorQuantiles(errors, np.ones(57)).at(levels)
    assert_allclose(found, np.quantile(errors, levels, method="weibull"))


def test_few_errors_represent_many():
    errors = np.random.default_rng(0).standard_normal(100_000)
    many = ErrorQuantiles(errors, np.ones(100_000))
    assert len(many.errors) <= 2048
    levels = np.array([0.001, 0.05, 0.5, 0.999])
    assert_allclose(many.at(levels), np.quantile(errors, levels, method="weibull"), atol=0.02)


def test_errors_of_each_network_become_those_of_their_mean():
    """The squared error of the mean is lower by the disagreement (Krogh & Vedelsby 1995)."""
    error, rows = np.array([1.0, -2.0, 3.0]), np.array([1.0, 1.0, 2.0])
    square = np.average(error**2, weights=rows)
    found = _shrunk(error, rows, 0.4 * square)
    assert_allclose(np.average(found**2, weights=rows), 0.6 * square)
    assert_allclose(found / error, np.sqrt(0.6))
    # If networks disagree strongly, half of the error is left; zero stays zero.
    assert_allclose(_shrunk(error, rows, 9.0 * square), error / 2)
    assert_array_equal(_shrunk(np.zeros(3), rows, 1.0), np.zeros(3))
