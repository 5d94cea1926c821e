"""The same numbers as scikit-learn's MLP with the same weights, and as its linear models."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn import linear_model, neural_network
from sklearn.datasets import load_diabetes, load_iris
from sklearn.preprocessing import LabelBinarizer, scale

from sknn import MLPClassifier, MLPRegressor
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.problem import supervised_objective
from sknn.estimators.fit.stages import prepare_fit
from tests.estimators.data import BINARY, COUNTS, REAL, THREE, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

TASKS = {
    "binary": (MLPClassifier, {}, BINARY),
    "multiclass": (MLPClassifier, {}, THREE),
    "regression": (MLPRegressor, {"normalize_y": False}, REAL),
    "poisson": (MLPRegressor, {"loss": "poisson"}, COUNTS),
}


def their_loss_and_gradient(network, y):
    """Return loss and gradients of scikit-learn's MLP for the weights of `network`."""
    kind = getattr(neural_network, type(network).__name__)
    same = {k: v for k, v in network.get_params().items() if k in kind().get_params()}
    if (
        kind is neural_network.MLPRegressor
        and "loss" not in same
        and network.loss != "squared_error"
    ):
        pytest.skip("this scikit-learn has no other loss")
    theirs = kind(**same | {"solver": "adam", "max_iter": 1}).fit(X, y)
    theirs.coefs_ = [coef.copy() for coef in network.coefs_]
    theirs.intercepts_ = [bias.copy() for bias in network.intercepts_]
    target = y.reshape(-1, 1).astype(float)
    if kind is neural_network.MLPClassifier:
        target = LabelBinarizer().fit_transform(y).astype(float)
    layers = [X] + [None] * (len(theirs.coefs_))
    deltas = [None] * (len(layers) - 1)
    coef_grads = [np.empty_like(coef) for coef in theirs.coefs_]
    bias_grads = [np.empty_like(bias) for bias in theirs.intercepts_]
    arguments = [X, target, layers, deltas, coef_grads, bias_grads]
    if "sample_weight" in theirs._backprop.__code__.co_varnames:
        arguments.insert(2, None)
    loss, *_ = theirs._backprop(*arguments)
    return loss, coef_grads, bias_grads


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("hidden", [(), (7,), (6, 4)], ids=str)
def test_loss_and_gradient_at_the_same_weights(task, activation, hidden):
    kind, parameters, y = TASKS[task]
    network = kind(hidden_layer_sizes=hidden, activation=activation, alpha=0.3, random_state=0)
    network.set_params(**parameters, batch_size=len(X), warm_start=True).initialize(X, y)
    state = prepare_fit(network, Call(X, y, resume=True), network._recipe())
    objective = supervised_objective(state, state.network, len(X))
    loss = objective.batch(X, state.target, None)
    gradients = state.network.layout.views(objective.grad)
    their_loss, coef_grads, bias_grads = their_loss_and_gradient(network, y)
    assert loss == pytest.approx(their_loss, rel=1e-10)
    dense = [views for views in gradients if "W" in views]
    for views, coef, bias in zip(dense, coef_grads, bias_grads, strict=True):
        assert_allclose(views["W"], coef, rtol=1e-8, atol=1e-12)
        assert_allclose(views["b"], bias, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("task", TASKS)
def test_predictions_at_the_same_weights(task, activation):
    kind, parameters, y = TASKS[task]
    network = kind(hidden_layer_sizes=(6, 4), activation=activation, random_state=0, max_iter=3)
    network.set_params(**parameters).fit(X, y)
    theirs = getattr(neural_network, kind.__name__)
    if task == "poisson" and "loss" not in theirs().get_params():
        pytest.skip("this scikit-learn has no other loss")
    twin = theirs(**{"loss": "poisson"} if task == "poisson" else {})
    twin.set_params(hidden_layer_sizes=(6, 4), activation=activation, max_iter=1).fit(X, y)
    twin.coefs_, twin.intercepts_ = network.coefs_, network.intercepts_
    assert_allclose(network.predict(X).astype(float), twin.predict(X).astype(float), rtol=1e-10)
    if kind is MLPClassifier:
        assert_allclose(network.predict_proba(X), twin.predict_proba(X), rtol=1e-9)


# -- linear models ----------------------------------------------------------------------------

LINEAR = {
    "hidden_layer_sizes": (),
    "solver": "lbfgs",
    "max_iter": 5000,
    "max_fun": 50000,
    "tol": 1e-10,
    "random_state": 0,
}
WEIGHT = np.linspace(0.2, 2.0, len(X))


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weights"])
@pytest.mark.parametrize("alpha", [0.5, 20.0])
def test_ridge(alpha, weight):
    ridge = linear_model.Ridge(alpha=alpha).fit(X, REAL, weight)
    ours = MLPRegressor(**LINEAR, alpha=alpha).fit(X, REAL, weight)
    assert_allclose(ours.coefs_[0][:, 0], ridge.coef_, atol=2e-4)
    assert_allclose(ours.intercepts_[0], ridge.intercept_, rtol=1e-5)
    same = MLPRegressor(**LINEAR, alpha=alpha, normalize_y=False).fit(X, REAL, weight)
    assert_allclose(same.coefs_[0][:, 0], ridge.coef_, atol=2e-4)


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weights"])
def test_least_squares(weight):
    x, y = load_diabetes(return_X_y=True)
    x, weight = scale(x)[:, :6], None if weight is None else np.linspace(0.1, 3, len(x))
    exact = linear_model.LinearRegression().fit(x, y, weight)
    ours = MLPRegressor(**LINEAR, alpha=0.0).fit(x, y, weight)
    assert_allclose(ours.predict(x), exact.predict(x), rtol=1e-4)


def test_least_squares_of_several_targets():
    y = np.column_stack([REAL, X @ np.arange(5.0), X[:, 0] ** 2])
    exact = linear_model.LinearRegression().fit(X, y)
    ours = MLPRegressor(**LINEAR, alpha=0.0).fit(X, y)
    assert_allclose(ours.predict(X), exact.predict(X), atol=1e-3)


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weights"])
@pytest.mark.parametrize("y", [BINARY, THREE], ids=["binary", "multinomial"])
def test_logistic_regression(y, weight):
    alpha = 2.0
    theirs = linear_model.LogisticRegression(C=1 / alpha, tol=1e-10, max_iter=5000)
    theirs.fit(X, y, weight)
    ours = MLPClassifier(**LINEAR, alpha=alpha).fit(X, y, weight)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4)
    if y is BINARY:
        assert_allclose(ours.coefs_[0][:, 0], theirs.coef_[0], atol=1e-4)
        assert_allclose(ours.decision_function(X), theirs.decision_function(X), atol=1e-4)


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weights"])
def test_poisson_regression(weight):
    # scikit-learn divides the loss, but not the penalty, by the total weight.
    total = len(X) if weight is None else weight.sum()
    theirs = linear_model.PoissonRegressor(alpha=3.0 / total, tol=1e-9, max_iter=5000)
    theirs.fit(X, COUNTS, weight)
    ours = MLPRegressor(**LINEAR, loss="poisson", alpha=3.0).fit(X, COUNTS, weight)
    assert_allclose(ours.coefs_[0][:, 0], theirs.coef_, atol=1e-4)
    assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-3)


def test_lasso():
    """The soft threshold finds the exact zeros of scikit-learn."""
    lasso = linear_model.Lasso(alpha=0.5).fit(X, REAL)
    ours = MLPRegressor(hidden_layer_sizes=(), solver="sgd", learning_rate_init=0.1, alpha=0.0)
    ours.set_params(l1=0.5 * len(X), normalize_y=False, max_iter=1500, tol=0.0, random_state=0)
    ours.set_params(learning_rate="cosine", n_iter_no_change=np.inf, momentum=0.0).fit(X, REAL)
    coef = ours.coefs_[0][:, 0]
    assert_allclose(coef, lasso.coef_, atol=1e-3)
    assert (coef == 0).sum() == (lasso.coef_ == 0).sum() > 0


@pytest.mark.parametrize("batch_size", [60, 15])
@pytest.mark.parametrize("y", [BINARY, REAL], ids=["classes", "numbers"])
def test_solvers_minimize_the_same_function(y, batch_size):
    """Trap 6: a strong penalty means the same to adam and lbfgs, with any batch size."""
    kind = MLPClassifier if y is BINARY else MLPRegressor
    exact = kind(**LINEAR, alpha=5.0).fit(X, y)
    ours = kind(hidden_layer_sizes=(), alpha=5.0, batch_size=batch_size, random_state=0)
    ours.set_params(learning_rate_init=0.05, learning_rate="cosine", max_iter=400, tol=0.0)
    ours.set_params(n_iter_no_change=np.inf).fit(X, y)
    assert ours.loss_ == pytest.approx(exact.loss_, rel=1e-2 if batch_size < 60 else 1e-5)
    assert_allclose(ours.coefs_[0], exact.coefs_[0], atol=0.05 * np.abs(exact.coefs_[0]).max())


def test_deterministic_linear_nets_on_iris():
    x, y = load_iris(return_X_y=True)
    x = scale(x)
    theirs = linear_model.LogisticRegression(C=10.0, max_iter=5000, tol=1e-9).fit(x, y)
    ours = MLPClassifier(**LINEAR, alpha=0.1).fit(x, y)
    assert (ours.predict(x) == theirs.predict(x)).all()


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_xor(solver):
    x, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 10, float), np.array([0, 1, 1, 0] * 10)
    settings = {"solver": solver, "max_iter": 1000, "learning_rate_init": 0.05, "random_state": 0}
    flat = MLPClassifier(hidden_layer_sizes=(), **settings).fit(x, y)
    assert flat.score(x, y) < 0.8
    assert_allclose(flat.predict_proba(x), 0.5, atol=0.05)
    bent = MLPClassifier(hidden_layer_sizes=(4,), activation="tanh", **settings).fit(x, y)
    assert bent.score(x, y) == 1.0
