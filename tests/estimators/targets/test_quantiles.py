"""Losses that learn several quantiles, and ``predict(X, return_quantiles=...)``."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.metrics import mean_pinball_loss

from sknn import AutoEncoder, CNNRegressor, MLPRegressor, RNNRegressor
from sknn.exceptions import InvalidParameterError
from sknn.losses import GaussianNLL, Quantile
from sknn.persistence import load, save
from tests.checks.losses import evaluate

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning"),
]
LEVELS = [0.05, 0.5, 0.95]
SEVERAL = {"loss": Quantile(LEVELS), "learning_rate_init": 0.01, "random_state": 0}
SHORT = {"loss": Quantile(LEVELS), "hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0}
NETWORKS = {
    "mlp": MLPRegressor(hidden_layer_sizes=(16,), max_iter=60, **SEVERAL),
    "members": MLPRegressor(hidden_layer_sizes=(16,), max_iter=60, n_members=3, **SEVERAL),
    "lbfgs": MLPRegressor(Quantile(LEVELS), (8,), solver="lbfgs", random_state=0),
    "cnn": CNNRegressor((8,), max_iter=60, **SEVERAL),
    "rnn": RNNRegressor(8, max_iter=40, **SEVERAL),
}


def draw(n, seed=0):
    """Return rows, and targets whose spread is four times as large on one side."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, 3))
    spread = np.where(X[:, 0] < 0, 0.5, 2.0)
    return X, 7.0 + 3.0 * X[:, 1] + spread * rng.standard_normal(n)


# -- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_the_shares_below_are_the_levels(name):
    net = clone(NETWORKS[name]).fit(*draw(1000))
    X, y = draw(2000, 1)
    low, median, high = net.predict(X, return_quantiles=LEVELS).T
    assert (low <= median).all() and (median <= high).all()
    assert_array_equal(net.predict(X), median)
    assert_allclose([np.mean(y < each) for each in (low, median, high)], LEVELS, atol=0.06)
    width = high - low
    assert width[X[:, 0] > 0.2].mean() > 2.5 * width[X[:, 0] < -0.2].mean()


@pytest.mark.parametrize("n_members", [1, 2])
@pytest.mark.parametrize("normalize_y", [True, False])
def test_two_targets_of_any_unit(n_members, normalize_y):
    X, y = draw(100)
    y = np.column_stack([y, 50.0 - 3.0 * y])
    net = MLPRegressor(**SHORT, n_members=n_members, normalize_y=normalize_y).fit(X, y)
    found = net.predict(X, return_quantiles=[0.05, 0.5])
    assert found.shape == (100, 2, 2)
    raw = net.network_.predict(X).reshape(n_members, 100, 3, 2)
    expected = np.sort(raw, axis=2).mean(axis=0)
    assert_allclose(found, expected[:, :2])
    assert_allclose(net.predict(X), expected[:, 1])
    if normalize_y:
        large = clone(net).fit(X, 1e6 * y)
        assert_allclose(large.predict(X, return_quantiles=[0.05, 0.5]), 1e6 * found, rtol=1e-5)


def test_answers_stay_within_bounds():
    X, y = draw(60)
    net = MLPRegressor(**SHORT, output_range="train").fit(X, y)
    found = net.predict(100.0 * X, return_quantiles=LEVELS)
    assert y.min() <= found.min() and found.max() <= y.max()


def test_every_step_of_a_sequence_has_quantiles():
    rng = np.random.default_rng(0)
    series = [rng.uniform(-1, 1, (steps, 1)) for steps in (4, 7, 5)]
    answers = [each[:, 0] for each in series]
    net = RNNRegressor(3, loss=Quantile(LEVELS), return_sequences=True, max_iter=2, random_state=0)
    found = net.fit(series, answers).predict(series, return_quantiles=[0.05, 0.95])
    assert [each.shape for each in found] == [(4, 2), (7, 2), (5, 2)]
    assert all((each[:, 0] <= each[:, 1]).all() for each in found)


def test_one_level_is_a_list_of_one():
    X, y = draw(60)
    one = MLPRegressor(**SHORT | {"loss": Quantile(0.9)}).fit(X, y)
    assert_array_equal(one.predict(X, return_quantiles=[0.9])[:, 0], one.predict(X))
    median = MLPRegressor(**SHORT | {"loss": Quantile([0.5])}).fit(X, y)
    plain = MLPRegressor(**SHORT | {"loss": "quantile"}).fit(X, y)
    assert_array_equal(median.network_.theta, plain.network_.theta)


def test_levels_may_carry_the_errors_of_arithmetic():
    X, y = draw(60)
    net = MLPRegressor(**SHORT | {"loss": Quantile([0.1, 0.3, 0.5])}).fit(X, y)
    assert net.predict(X, return_quantiles=[0.1 + 0.2]).shape == (60, 1)


# -- the loss -------------------------------------------------------------------------------------


def test_the_loss_is_the_mean_over_levels_and_outputs():
    rng = np.random.default_rng(0)
    raw, y = rng.standard_normal((50, 6)), rng.standard_normal((50, 2))
    value, _ = evaluate(Quantile(LEVELS), raw, y)
    parts = [mean_pinball_loss(y, raw[:, 2 * i : 2 * i + 2], alpha=q) for i, q in enumerate(LEVELS)]
    assert value / 50 == pytest.approx(np.mean(parts))


def test_sorting_never_makes_the_loss_of_a_row_larger():
    rng = np.random.default_rng(0)
    loss = Quantile([0.1, 0.3, 0.5, 0.9])
    for raw, y in zip(
        rng.standard_normal((200, 1, 4)), rng.standard_normal((200, 1, 1)), strict=True
    ):
        crossed, _ = evaluate(loss, raw, y)
        sorted_, _ = evaluate(loss, loss.link(raw.copy()), y)
        assert sorted_ <= crossed + 1e-12


def test_arrays_of_levels_are_lists():
    assert Quantile(np.array([0.25, 0.5])).checked().q == [0.25, 0.5]
    assert Quantile((np.float32(0.25), 0.5)).checked().q == (0.25, 0.5)


# -- other parts of the package -------------------------------------------------------------------


def test_files_keep_the_levels(tmp_path):
    X, y = draw(60)
    net = MLPRegressor(**SHORT).fit(X, y)
    save(net, tmp_path / "net.sknn")
    twin = load(tmp_path / "net.sknn")
    expected = net.predict(X, return_quantiles=LEVELS)
    assert_array_equal(twin.predict(X, return_quantiles=LEVELS), expected)


def test_scores_are_those_of_the_median():
    X, y = draw(60)
    net = MLPRegressor(**SHORT).fit(X, y, X_val=X, y_val=y)
    assert net.history_["validation_score"][-1] == pytest.approx(net.score(X, y))
    assert (net.history_["loss"] > 0).all()


@pytest.mark.parametrize("loss", [Quantile(LEVELS), GaussianNLL()], ids=str)
def test_an_autoencoder_has_one_score_for_each_column(loss):
    X, _ = draw(40)
    with pytest.raises(ValueError, match="several raw scores for each column"):
        AutoEncoder((2,), loss=loss, random_state=0).fit(X)


# -- errors ---------------------------------------------------------------------------------------

BAD = [0.5, "half", [], [0.0, 0.5], [0.5, 1.0], [0.9, 0.1], [0.5, 0.5], [[0.5]], [np.nan], ["a"]]


@pytest.mark.parametrize("levels", BAD, ids=str)
def test_levels_out_of_order_or_range(levels):
    X, y = draw(30)
    net = MLPRegressor(**SHORT).fit(X, y)
    with pytest.raises(ValueError, match="return_quantiles must be a list of levels between 0"):
        net.predict(X, return_quantiles=levels)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ("squared_error", r"knows no quantiles. Fit with loss=Quantile\(\[0.1, 0.5\]\)"),
        (Quantile(LEVELS), r"knows only the levels \[0.05, 0.5, 0.95\]"),
        (Quantile(0.9), r"knows only the levels \[0.9\]"),
    ],
    ids=str,
)
def test_levels_that_were_not_learned(loss, said):
    X, y = draw(30)
    net = MLPRegressor(**SHORT | {"loss": loss}).fit(X, y)
    with pytest.raises(ValueError, match=said):
        net.predict(X, return_quantiles=[0.1])


def test_one_answer_at_a_time():
    X, y = draw(30)
    net = MLPRegressor(**SHORT).fit(X, y)
    with pytest.raises(ValueError, match="pass one of them"):
        net.predict(X, return_std=True, return_quantiles=LEVELS)


def test_the_median_must_be_there():
    X, y = draw(30)
    with pytest.raises(InvalidParameterError, match=r"0.5 among them. Got \[0.1, 0.9\]"):
        MLPRegressor(loss=Quantile([0.1, 0.9])).fit(X, y)
