"""Losses that learn a spread, and what ``predict(X, return_std=True)`` returns for them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone

from sknn import CNNRegressor, DBNRegressor, MLPRegressor, RNNRegressor, TabularMLPRegressor
from sknn.losses import GaussianNLL

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning"),
]
SPREAD = {"loss": "gaussian_nll", "learning_rate_init": 0.01}
NETWORKS = {
    "mlp": MLPRegressor(hidden_layer_sizes=(16,), max_iter=100, **SPREAD),
    "members": MLPRegressor(hidden_layer_sizes=(16,), max_iter=100, n_members=3, **SPREAD),
    "mlp lbfgs": MLPRegressor("gaussian_nll", (8,), solver="lbfgs", max_iter=60),
    "cnn": CNNRegressor((8,), max_iter=100, **SPREAD),
    "rnn": RNNRegressor(8, max_iter=60, **SPREAD),
    "table": TabularMLPRegressor(loss="gaussian_nll", n_members=1, max_iter=20),
}


def draw(n, seed, unit=1.0):
    """Return rows, targets, and the standard deviation with which each target was drawn."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, 3))
    std = unit * np.where(X[:, 0] < 0, 0.5, 2.0)
    return X, unit * (7.0 + 3.0 * X[:, 1]) + std * rng.standard_normal(n), std


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["mlp", "members", "mlp lbfgs", "cnn", "rnn", "table"])
def test_the_spread_is_the_one_targets_were_drawn_with(name, seed):
    X, y, _ = draw(800, seed)
    net = clone(NETWORKS[name]).set_params(random_state=seed).fit(X, y)
    X, y, true = draw(1000, 100 + seed)
    mean, std = net.predict(X, return_std=True)
    assert mean.shape == std.shape == y.shape
    assert std[true < 1].mean() == pytest.approx(0.5, rel=0.5)
    assert std[true > 1].mean() == pytest.approx(2.0, rel=0.25)
    assert 0.5 < np.mean(((y - mean) / std) ** 2) < 2.0


@pytest.mark.parametrize("normalize_y", [True, False])
@pytest.mark.parametrize("n_members", [1, 3])
def test_variances_of_all_members_are_taken_together(n_members, normalize_y):
    X, y, _ = draw(60, 0)
    y = np.column_stack([y, 50.0 - y])
    net = MLPRegressor("gaussian_nll", (5,), n_members=n_members, max_iter=5, random_state=0)
    net.set_params(normalize_y=normalize_y).fit(X, y)
    raw = net.network_.predict(X).reshape(n_members, 60, 4)
    means, variances = raw[..., :2], np.exp(raw[..., 2:])
    expected = np.sqrt(variances.mean(axis=0) + means.var(axis=0))
    mean, std = net.predict(X, return_std=True)
    assert_allclose(mean, means.mean(axis=0))
    assert_allclose(std, expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_the_spread_is_in_the_units_of_y(dtype, unit):
    X, y, _ = draw(200, 0)
    net = MLPRegressor("gaussian_nll", (5,), n_members=2, max_iter=10, random_state=0, dtype=dtype)
    mean, std = net.fit(X, y).predict(X, return_std=True)
    large, other = clone(net).fit(X, unit * y).predict(X, return_std=True)
    assert other.dtype == std.dtype == dtype
    assert_allclose(large, unit * mean, rtol=1e-3)
    assert_allclose(other, unit * std, rtol=1e-3)


def test_squares_of_the_spread_may_overflow():
    X, y, _ = draw(100, 0)
    net = MLPRegressor("gaussian_nll", (4,), n_members=2, max_iter=5, random_state=0)
    std = net.fit(X, 1e200 * y).predict(X, return_std=True)[1]
    assert_allclose(std / 1e200, clone(net).fit(X, y).predict(X, return_std=True)[1], rtol=1e-6)
    assert np.isfinite(std).all()


def test_every_step_of_a_sequence_has_a_spread():
    rng = np.random.default_rng(0)
    series = [rng.uniform(-1, 1, (steps, 1)) for steps in (4, 7, 5) * 20]
    answers = [5.0 + each[:, 0] + 0.1 * rng.standard_normal(len(each)) for each in series]
    net = RNNRegressor(4, return_sequences=True, max_iter=30, random_state=0, **SPREAD)
    mean, std = net.fit(series, answers).predict(series, return_std=True)
    assert [each.shape for each in std] == [each.shape for each in mean]
    assert [each.shape for each in std[:3]] == [(4,), (7,), (5,)]
    assert 0.05 < np.concatenate(std).mean() < 0.6


def test_weights_are_repetitions():
    X, y, _ = draw(40, 0)
    counts = np.random.default_rng(1).integers(0, 3, 40)
    net = MLPRegressor("gaussian_nll", (4,), batch_size=200, max_iter=10, random_state=0)
    net.set_params(alpha=0.0)
    with pytest.warns(UserWarning, match="batch_size"):
        weighted = clone(net).fit(X, y, sample_weight=counts).predict(X, return_std=True)
        repeated = net.fit(np.repeat(X, counts, axis=0), np.repeat(y, counts))
    for ours, theirs in zip(weighted, repeated.predict(X, return_std=True), strict=True):
        assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("loss", ["squared_error", "quantile", "poisson"])
@pytest.mark.parametrize("kind", [MLPRegressor, CNNRegressor])
def test_other_losses_say_what_to_do(kind, loss):
    X, y, _ = draw(30, 0)
    net = kind(loss=loss, max_iter=1, random_state=0).fit(X, np.abs(y))
    with pytest.raises(ValueError, match="for example, set n_members=5, or loss='gaussian_nll'"):
        net.predict(X, return_std=True)


def test_a_family_without_members_names_another():
    X, y, _ = draw(30, 0)
    net = DBNRegressor((3,), pretrain_n_iter=1, max_iter=1, random_state=0).fit(X, y)
    with pytest.raises(ValueError, match="for example, use an MLP with n_members=5, or loss="):
        net.predict(X, return_std=True)


def test_a_user_defined_loss_may_learn_a_spread():
    class Wider(GaussianNLL):
        def link(self, raw):
            raw = super().link(raw)
            raw[..., raw.shape[-1] // 2 :] *= 2.0
            return raw

    X, y, _ = draw(50, 0)
    net = MLPRegressor("gaussian_nll", (4,), max_iter=3, random_state=0)
    std = net.fit(X, y).predict(X, return_std=True)[1]
    assert_allclose(net.set_params(loss=Wider()).fit(X, y).predict(X, return_std=True)[1], 2 * std)
