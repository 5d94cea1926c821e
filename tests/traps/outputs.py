"""Rows 14, 15, 21 to 24, 26, and 32: outputs, architecture, search, size."""

import pickle
import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

import sknn.inspection  # noqa: F401  (so that it is an attribute of the package)
from sknn.activations import Activation
from sknn.layers import Dense, Dropout
from tests.traps.table import (
    DIABETES,
    IRIS,
    PROGRESSION,
    REFUSED,
    SMALL,
    SPECIES,
    WRONG,
    theta,
    trap,
)


@trap(14, "predict_proba has two columns")
def a_single_class_has_one_column(lib):
    net = lib.MLPClassifier(**SMALL, max_iter=2).fit(IRIS, np.full(len(IRIS), 7))
    assert_array_equal(net.classes_, [7])
    assert_array_equal(net.predict_proba(IRIS), np.ones((len(IRIS), 1)))


@trap(15, "-inf for confident rows")
def log_probabilities_are_finite(lib):
    net = lib.MLPClassifier(**SMALL, max_iter=20).fit(IRIS, SPECIES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isfinite(net.predict_log_proba(1e5 * IRIS)).all()


@trap(21, "one activation for all layers", REFUSED)
def an_activation_for_each_layer(lib):
    net = lib.MLPClassifier((6, 5), activation=["tanh", "relu"], random_state=0, max_iter=2)
    assert net.fit(IRIS, SPECIES).predict(IRIS).shape == (150,)


@trap(21, "four activations", REFUSED)
def more_activations(lib):
    for name in ("leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus"):
        net = lib.MLPClassifier(**SMALL, activation=name, max_iter=2).fit(IRIS, SPECIES)
        assert np.isfinite(net.predict_proba(IRIS)).all()


@trap(21, "activations are a fixed list", REFUSED)
def an_activation_of_ones_own(lib):
    class Sine(Activation):
        needs_input = True
        work_dtype = None

        def forward(self, z, y):
            np.sin(z, out=y)

        def backward(self, z, y, dy, work):
            np.multiply(dy, np.cos(z, out=z), out=dy)

    net = lib.MLPRegressor(**SMALL, activation=Sine(), max_iter=2)
    assert np.isfinite(net.fit(DIABETES, PROGRESSION).predict(DIABETES)).all()
    assert lib.inspection.check_gradients(net, DIABETES[:20], PROGRESSION[:20]) < 1e-6


@trap(21, "two losses at most", REFUSED)
def more_losses(lib):
    for loss in ("absolute_error", "huber", "quantile", "gaussian_nll"):
        net = lib.MLPRegressor(**SMALL, loss=loss, max_iter=2).fit(DIABETES, PROGRESSION)
        assert np.isfinite(net.predict(DIABETES)).all()


@trap(21, "no dropout", REFUSED)
def dropout(lib):
    net = lib.MLPClassifier(**SMALL, dropout=0.2, max_iter=2).fit(IRIS, SPECIES)
    assert_array_equal(net.predict_proba(IRIS), net.predict_proba(IRIS))


@trap(21, "no gradient check", REFUSED)
def gradients_can_be_checked(lib):
    net = lib.MLPClassifier(**SMALL, activation="gelu")
    assert lib.inspection.check_gradients(net, IRIS[::9], SPECIES[::9]) < 1e-6


@trap(22, "hidden features cannot be had", REFUSED)
def hidden_features(lib):
    net = lib.MLPClassifier(**SMALL, max_iter=2).fit(IRIS, SPECIES)
    hidden = np.maximum(IRIS @ net.coefs_[0] + net.intercepts_[0], 0.0)
    np.testing.assert_allclose(net.transform(IRIS), hidden, atol=1e-12)


@trap(23, None)
def search_over_depth_and_width(lib):
    grid = {"hidden_layer_sizes": [[4], [4, 3]]}
    search = GridSearchCV(lib.MLPClassifier(**SMALL, max_iter=2), grid, cv=2)
    assert len(search.fit(IRIS, SPECIES).cv_results_["params"]) == 2


@trap(23, "layers have no names to search by", REFUSED)
def search_inside_a_layer(lib):
    net = lib.MLPClassifier(layers=[Dense(3), Dropout(0.1)], random_state=0, max_iter=2)
    search = GridSearchCV(net, {"hidden0__units": [2, 4], "dropout0__rate": [0.0, 0.3]}, cv=2)
    assert search.fit(IRIS, SPECIES).best_estimator_.coefs_[0].shape[1] in (2, 4)


@trap(24, "several multiclass outputs are refused", REFUSED)
def several_multiclass_outputs(lib):
    y = np.column_stack([SPECIES, 2 - SPECIES, SPECIES > 0])
    net = lib.MLPClassifier(**SMALL, max_iter=60, learning_rate_init=0.05).fit(IRIS, y)
    assert [p.shape[1] for p in net.predict_proba(IRIS)] == [3, 3, 2]
    assert (net.predict(IRIS) == y).mean() > 0.9


@trap(26, "gradients, moments and copies are pickled")
def a_pickle_is_little_more_than_its_weights(lib):
    x, y = load_digits(return_X_y=True)
    net = lib.MLPClassifier((500,), random_state=0, max_iter=1).fit(x / 16, y)
    assert len(pickle.dumps(net)) <= 1.2 * theta(net).nbytes


@trap(32, None)
def a_refit_starts_anew(lib):
    net = lib.MLPClassifier(**SMALL, max_iter=3).fit(IRIS, SPECIES)
    first = theta(net).copy()
    assert_array_equal(theta(net.fit(IRIS, SPECIES)), first)


@trap(32, None)
def a_target_may_have_one_dimension(lib):
    net = lib.MLPRegressor(**SMALL, max_iter=2).fit(DIABETES, PROGRESSION)
    assert net.predict(DIABETES).shape == PROGRESSION.shape


@trap(32, None)
def both_precisions_are_taken(lib):
    for dtype in (np.float32, np.float64):
        net = lib.MLPRegressor(**SMALL, max_iter=2).fit(DIABETES.astype(dtype), PROGRESSION)
        assert net.coefs_[0].dtype == dtype


@trap(
    32, "the weights served are best by accuracy, ties and all, and not by loss", (*WRONG, *REFUSED)
)
def the_best_weights_are_served(lib):
    net = lib.MLPRegressor(**SMALL, early_stopping=True, max_iter=60, learning_rate_init=0.1)
    net.fit(DIABETES[:50], PROGRESSION[:50], X_val=DIABETES[50:], y_val=PROGRESSION[50:])
    best = net.history_["validation_loss"].argmin()
    assert best < net.n_iter_ - 1
    served = net.score(DIABETES[50:], PROGRESSION[50:])
    assert served == pytest.approx(net.validation_scores_[best])
