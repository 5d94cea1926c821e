"""Rows 1 to 6: weights, penalties, and the function that is minimized."""

import inspect

import numpy as np
from numpy.testing import assert_allclose
from sklearn import neural_network
from sklearn.datasets import load_linnerud
from sklearn.preprocessing import scale

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

# Before 1.7, scikit-learn's fit takes no weights at all: a TypeError.
UNWEIGHTED = (*WRONG, TypeError)
X, Y = DIABETES[:60], PROGRESSION[:60]


@trap(1, "weights are normalized inside each batch", UNWEIGHTED)
def weights_act_in_batches_of_one(lib):
    net = lib.MLPRegressor(**SMALL, batch_size=1, max_iter=2)
    plain = theta(net.fit(X, Y))
    weighted = theta(net.fit(X, Y, sample_weight=np.linspace(0.1, 2.0, len(X))))
    assert np.abs(plain - weighted).max() > 1e-3


@trap(1, "weights are normalized inside each batch", UNWEIGHTED)
def batches_of_equal_weights_differ(lib):
    net = lib.MLPRegressor(**SMALL, batch_size=20, max_iter=3, shuffle=False, solver="sgd")
    plain = theta(net.fit(X, Y))
    weighted = theta(net.fit(X, Y, sample_weight=np.repeat([0.2, 1.0, 1.8], 20)))
    assert np.abs(plain - weighted).max() > 1e-6


@trap(1, "rows of weight 0 take places in batches", (*UNWEIGHTED, ZeroDivisionError))
def weight_zero_is_the_row_absent(lib):
    present = np.arange(len(X)) % 3 > 0
    net = lib.MLPClassifier(**SMALL, batch_size=7, max_iter=3)
    weighted = theta(net.fit(X, Y > 0, sample_weight=present.astype(float)))
    assert_allclose(weighted, theta(net.fit(X[present], Y[present] > 0)), rtol=1e-9)


@trap(2, "a batch of zero weights divides by zero", (ZeroDivisionError, TypeError))
def a_batch_of_zero_weights_does_nothing(lib):
    weight = np.repeat([0.0, 1.0], [10, 50])
    net = lib.MLPRegressor(**SMALL, batch_size=10, shuffle=False, max_iter=2)
    assert np.isfinite(net.fit(X, Y, sample_weight=weight).predict(X)).all()


# Without a penalty, scikit-learn passes as soon as it knows weights.
KNOWS_WEIGHTS = "sample_weight" in inspect.signature(neural_network.MLPClassifier.fit).parameters


@trap(3, None if KNOWS_WEIGHTS else "fit takes no weights", (TypeError,))
def a_common_factor_changes_nothing_without_a_penalty(lib):
    net = lib.MLPRegressor(**SMALL, alpha=0.0, max_iter=5, batch_size=9)
    weight = np.linspace(0.5, 2.0, len(X))
    one = theta(net.fit(X, Y, sample_weight=weight))
    assert_allclose(theta(net.fit(X, Y, sample_weight=128 * weight)), one, rtol=1e-9)


@trap(3, "the penalty is divided by the weight of a batch, whatever its rows", UNWEIGHTED)
def with_a_penalty_a_common_factor_is_that_many_times_the_rows(lib):
    ten = np.full(len(X), 10.0)
    weighted = shrunk(lib, (X, Y, ten), max_iter=200)
    assert_allclose(weighted, shrunk(lib, (np.tile(X, (10, 1)), np.tile(Y, 10))), rtol=0.2)


def shrunk(lib, rows, **parameters):
    """Return the squared norm of the weights of a linear model under a strong penalty."""
    net = lib.MLPRegressor(**SMALL, activation="identity", alpha=10.0, batch_size=10, max_iter=20)
    net.set_params(n_iter_no_change=300, tol=1e-7, learning_rate_init=0.01, **parameters)
    return sum((coef**2).sum() for coef in net.fit(*rows).coefs_)


@trap(4, "there is no class_weight", REFUSED)
def class_weight_stands_for_sample_weights(lib):
    named = lib.MLPClassifier(**SMALL, max_iter=4, class_weight={1: 3.0}).fit(IRIS, SPECIES)
    by_hand = lib.MLPClassifier(**SMALL, max_iter=4)
    by_hand.fit(IRIS, SPECIES, sample_weight=np.where(SPECIES == 1, 3.0, 1.0))
    assert_allclose(theta(named), theta(by_hand))


@trap(4, "there is no class_weight", REFUSED)
def class_weight_balanced(lib):
    rows = np.arange(120)  # 50, 50, and 20 of a species
    net = lib.MLPClassifier(**SMALL, max_iter=4, class_weight="balanced")
    balanced = net.fit(IRIS[rows], SPECIES[rows])
    weight = 120 / 3 / np.bincount(SPECIES[rows])[SPECIES[rows]]
    by_hand = lib.MLPClassifier(**SMALL, max_iter=4)
    by_hand.fit(IRIS[rows], SPECIES[rows], sample_weight=weight)
    assert_allclose(theta(balanced), theta(by_hand))


@trap(5, "the gradient is n_outputs times that of the reported loss")
def the_step_is_the_gradient_of_the_reported_loss(lib):
    """A small step of plain descent lowers the loss by its squared length over the rate."""
    x, y = map(scale, load_linnerud(return_X_y=True))
    rate = 1e-4
    plain = {"solver": "sgd", "momentum": 0.0, "learning_rate_init": rate, "alpha": 0.0}

    def after(epochs):
        return lib.MLPRegressor(**SMALL, **plain, activation="tanh", max_iter=epochs).fit(x, y)

    one, two, three = after(1), after(2), after(3)
    fall = three.loss_curve_[1] - three.loss_curve_[2]
    step = theta(two) - theta(one)
    assert_allclose(step @ step / rate, fall, rtol=0.01)


@trap(6, "the penalty is divided by the rows of a batch")
def the_penalty_does_not_depend_on_the_batch_size(lib):
    small = shrunk(lib, (X, Y), max_iter=200)
    assert_allclose(small, shrunk(lib, (X, Y), batch_size=60, max_iter=1000), rtol=0.2)


@trap(6, "adam and lbfgs minimize different functions")
def all_solvers_minimize_one_function(lib):
    small = shrunk(lib, (X, Y), max_iter=200)
    assert_allclose(small, shrunk(lib, (X, Y), solver="lbfgs", max_iter=1000), rtol=0.2)
