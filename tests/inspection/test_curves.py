"""The display of loss curves."""

import builtins

import numpy as np
import pytest
from matplotlib import pyplot as plt
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor
from sknn.inspection import LossCurveDisplay

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 3))
Y = X[:, 0]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def net(**params):
    params = {"max_iter": 5, "learning_rate": "cosine", "random_state": 0} | params
    return MLPRegressor("squared_error", (4,), **params)


def test_both_curves():
    display = LossCurveDisplay.from_estimator(net(early_stopping=True).fit(X, Y))
    training, validation = display.lines_
    np.testing.assert_array_equal(training.get_ydata(), display.loss)
    np.testing.assert_array_equal(validation.get_ydata(), display.validation_loss)
    assert display.ax_.get_xlabel() == "epoch" and display.figure_ is display.ax_.figure


def test_without_validation_there_is_one_curve():
    assert len(LossCurveDisplay.from_estimator(net().fit(X, Y)).lines_) == 1


def test_axes_name_and_style_are_the_users():
    _, ax = plt.subplots()
    model = make_pipeline(StandardScaler(), net()).fit(X, Y)
    display = LossCurveDisplay.from_estimator(model, name="mine", ax=ax, color="red")
    assert display.ax_ is ax
    assert display.lines_[0].get_label() == "mine, training"
    assert display.lines_[0].get_color() == "red"


def test_one_epoch_and_lbfgs():
    LossCurveDisplay.from_estimator(net().partial_fit(X, Y))
    full = MLPClassifier((3,), solver="lbfgs", max_iter=500, random_state=0).fit(X, Y > 0)
    assert len(LossCurveDisplay.from_estimator(full).lines_[0].get_xdata()) == full.n_iter_


def test_nothing_to_draw():
    with pytest.raises(ValueError, match="no history"):
        LossCurveDisplay.from_estimator(net())
    with pytest.raises(ValueError, match="no history"):
        LossCurveDisplay.from_estimator(StandardScaler().fit(X))


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def blocked(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", blocked)
    with pytest.raises(ImportError, match=r"sknn\[plot\]"):
        LossCurveDisplay.from_estimator(net().fit(X, Y))
