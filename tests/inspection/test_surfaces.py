"""Displays of loss landscapes and of optimizers on surfaces."""

import copy

import numpy as np
import pytest
from matplotlib import pyplot as plt
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNRegressor,
)
from sknn.exceptions import InvalidParameterError
from sknn.inspection import LossLandscapeDisplay, OptimizerPathDisplay
from sknn.optimizers import SGD, Optimizer

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.standard_normal((30, 4))
Y = 100 * X[:, 0]
LABELS = (Y > 0).astype(int)
BRIEF = {"max_iter": 3, "random_state": 0}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_middle_is_the_loss_of_the_network():
    net = MLPClassifier((5,), dropout=0.5, **BRIEF).fit(X, LABELS)
    display = LossLandscapeDisplay.from_estimator(net, X, LABELS, n_points=3)
    p = net.predict_proba(X)[np.arange(30), LABELS]
    np.testing.assert_allclose(display.loss[1, 1], -np.log(p).mean())
    assert display.path is None and display.loss.shape == (3, 3)


@pytest.mark.parametrize(
    ("model", "rows", "y"),
    [
        (MLPRegressor("squared_error", (5,), **BRIEF), X, Y),
        (MLPClassifier((5,), n_members=2, **BRIEF), X, np.arange(30) % 3),
        (CNNClassifier((2,), 2, **BRIEF), X.reshape(30, 2, 2), LABELS),
        (RNNRegressor((3,), **BRIEF), X.reshape(30, 2, 2), Y),
        (AutoEncoder((2,), **BRIEF), X, None),
        (make_pipeline(StandardScaler(), MLPRegressor("squared_error", (5,), **BRIEF)), X, Y),
    ],
)
def test_every_family(model, rows, y):
    fitted = model.fit(rows) if y is None else model.fit(rows, y)
    _, ax = plt.subplots()
    display = LossLandscapeDisplay.from_estimator(fitted, rows, y, n_points=3, ax=ax)
    assert np.isfinite(display.loss).all() and display.ax_ is ax
    # Nothing in the estimator has changed.
    again = LossLandscapeDisplay.from_estimator(fitted, rows, y, n_points=3)
    np.testing.assert_array_equal(again.loss, display.loss)


def test_the_path_lies_in_the_plane():
    net = MLPRegressor("squared_error", (), batch_size=30, random_state=0).initialize(X, Y)
    path = [copy.deepcopy(net)]
    for _ in range(8):
        path.append(copy.deepcopy(net.partial_fit(X, Y)))
    display = LossLandscapeDisplay.from_estimator(net, X, Y, path=path, n_points=5)
    np.testing.assert_allclose(display.path[-1], 0.0, atol=1e-12)
    for ends, along in zip((display.x, display.y), display.path.T, strict=True):
        assert ends[0] <= along.min() and along.max() <= ends[-1]
    # Two components contain nearly the whole path, so its length shows.
    both = [[*np.ravel(each.coefs_[0]), *each.intercepts_[0]] for each in path]
    weights = np.array(both) / Y.std()
    true = np.linalg.norm(weights[0] - weights[-1])
    np.testing.assert_allclose(np.linalg.norm(display.path[0]), true, rtol=0.05)


def test_what_has_no_landscape():
    with pytest.raises(NotFittedError):
        LossLandscapeDisplay.from_estimator(MLPClassifier(), X, LABELS)
    for model in (GAN((3,), (3,), **BRIEF), BernoulliRBM(3, n_iter=1)):
        with pytest.raises(TypeError, match="not minimize a loss"):
            LossLandscapeDisplay.from_estimator(model.fit(np.clip(X, 0, 1)), X)
    net = MLPClassifier((5,), **BRIEF).fit(X, LABELS)
    other = MLPClassifier((4,), **BRIEF).fit(X, LABELS)
    with pytest.raises(ValueError, match="layers of the last"):
        LossLandscapeDisplay.from_estimator(net, X, LABELS, path=[other, net])


def test_paths_are_those_of_the_optimizer():
    display = OptimizerPathDisplay.from_optimizers(
        {"plain": SGD(momentum=0)}, learning_rate=0.1, n_steps=3
    )
    x, y = display.paths["plain"].T
    # x loses a hundredth, y a fifth with every step.
    np.testing.assert_allclose(x[1:] / x[:-1], 0.99)
    np.testing.assert_allclose(y[1:] / y[:-1], 0.8)


@pytest.mark.parametrize("name", sorted(Optimizer.registry))
def test_every_optimizer_goes_down(name):
    display = OptimizerPathDisplay.from_optimizers([name], n_steps=50, learning_rate=0.05)
    heights = display.function(*display.paths[name].T)
    assert heights[-1] < heights[0] and len(display.lines_) == 1


@pytest.mark.parametrize("surface", ["rosenbrock", "saddle"])
def test_other_surfaces(surface):
    display = OptimizerPathDisplay.from_optimizers(["adam"], surface=surface)
    assert display.paths["adam"].shape == (101, 2)


def test_a_surface_of_your_own_and_diverging():
    _, ax = plt.subplots()
    display = OptimizerPathDisplay.from_optimizers(
        "sgd", surface=lambda x, y: x**4 + y**4, limits=(-1, 1, -1, 1), learning_rate=1e9, ax=ax
    )
    assert display.ax_ is ax
    np.testing.assert_array_equal(display.paths["sgd"][0], [-1, 0])


def test_what_is_unknown():
    with pytest.raises(ValueError, match="surface must be"):
        OptimizerPathDisplay.from_optimizers(["adam"], surface="hill")
    with pytest.raises(ValueError, match="needs limits"):
        OptimizerPathDisplay.from_optimizers(["adam"], surface=lambda x, y: x)
    with pytest.raises(InvalidParameterError, match="optimizers"):
        OptimizerPathDisplay.from_optimizers(["quick"])
