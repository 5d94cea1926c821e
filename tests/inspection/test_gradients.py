"""Gradients of whole estimators against central differences: losses, activations, members."""

import numpy as np
import pytest

from sknn import MLPClassifier, MLPRegressor
from sknn.core.activations import Activation
from sknn.inspection import check_gradients
from sknn.layers import BatchNorm, Dense, Dropout, GaussianNoise, LayerNorm
from sknn.losses import Quantile

RNG = np.random.default_rng(0)
X = RNG.standard_normal((15, 4))
TARGETS = {
    "binary": RNG.integers(0, 2, 15),
    "multiclass": np.arange(15) % 3,
    "multilabel": RNG.integers(0, 2, (15, 3)),
    "multioutput": np.column_stack([np.arange(15) % 3, np.arange(15) % 2]),
    "regression": RNG.standard_normal(15),
    "regressions": RNG.standard_normal((15, 2)),
    "counts": RNG.integers(1, 5, 15).astype(float),
}
WEIGHT = RNG.uniform(0.5, 2.0, 15)


@pytest.mark.parametrize("loss", ["log_loss", "squared_error", "focal", "hinge"])
@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "multioutput"])
@pytest.mark.parametrize("members", [1, 3])
def test_classifiers(loss, task, members):
    net = MLPClassifier((5,), "tanh", loss=loss, n_members=members, random_state=0)
    assert check_gradients(net, X, TARGETS[task], WEIGHT) < 1e-6


@pytest.mark.parametrize(
    ("loss", "task"),
    [
        *((loss, "regression") for loss in ("squared_error", "huber", "log_cosh")),
        *((loss, "regressions") for loss in ("squared_error", "gaussian_nll", "quantile")),
        ("absolute_error", "regression"),
        (Quantile([0.1, 0.5, 0.9]), "regressions"),
        *((loss, "counts") for loss in ("poisson", "gamma", "tweedie")),
    ],
)
@pytest.mark.parametrize("members", [1, 3])
def test_regressors(loss, task, members):
    net = MLPRegressor(loss, (5,), "tanh", n_members=members, random_state=0)
    assert check_gradients(net, X, TARGETS[task], WEIGHT) < 1e-6


@pytest.mark.parametrize("activation", sorted(Activation.registry))
def test_activations(activation):
    net = MLPClassifier((6, 5), activation, random_state=0, alpha=0.1)
    assert check_gradients(net, X, TARGETS["multiclass"]) < 1e-6


def test_everything_at_once_and_after_training():
    layers = [Dropout(0.1), Dense(6), BatchNorm(), GaussianNoise(0.1), Dense(5), LayerNorm()]
    net = MLPClassifier(layers=layers, max_iter=3, learning_rate="cosine", random_state=0)
    assert check_gradients(net, X, TARGETS["multiclass"]) < 1e-6
    net.fit(X, TARGETS["multiclass"])
    before = net.network_.theta.copy()
    assert check_gradients(net, X.astype(np.float32), TARGETS["multiclass"], WEIGHT) < 1e-6
    np.testing.assert_array_equal(net.network_.theta, before)


def test_a_wrong_derivative_is_named():
    class Wrong(Activation):
        def forward(self, z, y):
            np.tanh(z, out=y)

        def backward(self, z, y, dy, work):
            dy *= 0.9

    net = MLPClassifier((5,), Wrong(), random_state=0)
    with pytest.raises(AssertionError, match=r"hidden0\.W"):
        check_gradients(net, X, TARGETS["binary"])


def test_a_dense_layer_without_bias():
    net = MLPRegressor(layers=[Dense(5, "tanh", use_bias=False)], random_state=0)
    assert check_gradients(net, X, TARGETS["regression"]) < 1e-6
