"""What "auto" means, and that deep networks improve on the components they start from."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from sknn import AutoEncoder
from sknn.core.schedules import Constant, Cosine
from sknn.estimators.autoencoder import pca
from sknn.layers import Dense

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5))
GRAY = RNG.uniform(size=(60, 5))
BITS = (GRAY > 0.5).astype(float)


def uses_cross_entropy(ae):
    return "CrossEntropy" in type(ae._loss).__name__


def sensors(n=1000, share=0.07):
    """Return nine readings that follow one angle, some of them far off, and which are."""
    rng = np.random.default_rng(5)
    abnormal = np.arange(n) < int(share * n)
    angle = rng.uniform(0.0, 2 * np.pi, (n, 1))
    x = np.sin(angle * np.arange(1, 10) / 2 + rng.uniform(0.0, 6.0, 9))
    x += 0.05 * rng.normal(size=x.shape)
    x[abnormal] += 3 * rng.normal(size=9) * rng.uniform(0.7, 1.5, (abnormal.sum(), 1))
    return StandardScaler().fit_transform(x), abnormal


@pytest.mark.parametrize(
    ("settings", "activations", "schedule", "rate"),
    [
        ({}, ["relu"], Constant, 0.001),
        ({"hidden_layer_sizes": 8}, ["relu"], Constant, 0.001),
        ({"hidden_layer_sizes": (64, 4)}, ["relu", "identity"], Cosine, 0.002),
        ({"hidden_layer_sizes": (16, 256, 4)}, ["relu", "relu", "identity"], Cosine, 0.001),
        ({"hidden_layer_sizes": (4, 2)}, ["relu", "identity"], Cosine, 0.005),
        ({"hidden_layer_sizes": (16, 4), "sparsity": 0.1}, ["relu", "relu"], Cosine, 0.004),
        ({"hidden_layer_sizes": (16, 4), "activation": "tanh"}, ["tanh", "tanh"], Cosine, 0.004),
        (
            {"hidden_layer_sizes": (16, 4), "learning_rate": "constant", "learning_rate_init": 0.1},
            ["relu", "identity"],
            Constant,
            0.1,
        ),
    ],
)
def test_what_auto_means(settings, activations, schedule, rate):
    ae = AutoEncoder(**settings)
    recipe = ae._recipe()
    assert type(recipe.schedule) is schedule
    assert recipe.base_rate == pytest.approx(rate)
    ae.set_params(max_iter=1).fit(X)
    assert ae.to_classifier().activation == activations


def test_given_layers_have_relu_units_and_their_own_rate():
    ae = AutoEncoder(layers=[Dense(4), Dense(2, name="code")], max_iter=1).fit(X)
    assert ae.network_.layers[0].activation.alias == "relu"
    assert ae._recipe().base_rate == 0.001


def test_falling_rates_reach_their_end():
    # Noise cannot be compressed: the loss stalls early.
    noise = np.random.default_rng(0).normal(size=(200, 9))
    ae = AutoEncoder((8, 2), max_iter=40, n_iter_no_change=2, tol=0.1, random_state=0).fit(noise)
    assert ae.n_iter_ == 40
    named = AutoEncoder((8, 2), learning_rate="constant", n_iter_no_change=2, tol=0.1)
    assert named.set_params(max_iter=40, random_state=0).fit(noise).n_iter_ < 40


def test_early_stopping_keeps_its_patience():
    noise = np.random.default_rng(0).normal(size=(200, 9))
    ae = AutoEncoder((8, 2), early_stopping=True, n_iter_no_change=2, max_iter=200, random_state=0)
    assert ae.fit(noise).stop_reason_ == "early_stopping"


@pytest.mark.parametrize(
    ("rows", "settings", "crossed"),
    [
        (BITS, {}, True),
        (GRAY, {}, False),
        (GRAY, {"variational": True}, True),
        (GRAY, {"loss": "log_loss"}, True),
        (BITS, {"loss": "squared_error"}, False),
        (X, {}, False),
    ],
)
def test_loss_of_numbers_between_0_and_1(rows, settings, crossed):
    ae = AutoEncoder((4, 2), max_iter=2, random_state=0, **settings).fit(rows)
    assert uses_cross_entropy(ae) == crossed
    expected = (0.0, 1.0) if rows is not X else (-np.inf, np.inf)
    answer = ae.predict(3 * rows)
    assert expected[0] <= answer.min() and answer.max() <= expected[1]


def test_few_shades_do_not_make_bits_gray_and_the_first_call_decides():
    rows = np.tile(BITS, (2, 1))
    rows[:5] = GRAY[:5]  # 25 of 600 numbers
    weight = np.ones(120)
    assert uses_cross_entropy(AutoEncoder(max_iter=1).fit(rows))
    weight[:5] = 3.0
    assert not uses_cross_entropy(AutoEncoder(max_iter=1).fit(rows, sample_weight=weight))
    weight[:5] = 0.0
    stream = AutoEncoder().partial_fit(rows, sample_weight=weight).partial_fit(GRAY)
    assert uses_cross_entropy(stream)


def test_far_rows_do_not_leave_the_others_where_activations_are_straight():
    x, abnormal = sensors()
    lost = ((PCA(4).fit_transform(x) ** 2).sum() - (x**2).sum()) / x.size
    assert AutoEncoder((16, 4), "silu", random_state=0).fit(x).score(x) > 0.3 * lost
    ae = AutoEncoder((16, 4), random_state=0).fit(x)
    assert ae.score(x) > 0.3 * lost
    assert roc_auc_score(abnormal, -ae.score_samples(x)) > 0.9


def test_a_linear_code_holds_centred_components_in_units_of_their_spread():
    ae = AutoEncoder((16, 4), learning_rate_init=1e-9, max_iter=1, random_state=0).fit(X)
    codes = ae.transform(X)
    np.testing.assert_allclose(codes.mean(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose((codes**2).mean(), 1.0, rtol=1e-6)
    found = PCA(4).fit(X)
    expected = found.inverse_transform(found.transform(X))
    np.testing.assert_allclose(ae.predict(X), expected, atol=1e-5)


def test_spread_of_components_is_weighted():
    weight = RNG.integers(0, 3, 60).astype(float)
    repeated = np.repeat(X, weight.astype(int), axis=0)
    one, two = pca.components(X, weight, 3), pca.components(repeated, None, 3)
    np.testing.assert_allclose(one.spread, two.spread)
    np.testing.assert_allclose(two.spread, ((repeated - two.mean) @ two.axes).std(axis=0))
