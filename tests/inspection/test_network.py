"""The picture of a network."""

import numpy as np
import pytest
from matplotlib import pyplot as plt
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import GAN, AutoEncoder, MLPClassifier
from sknn.inspection import NetworkDisplay

X = np.random.default_rng(0).standard_normal((30, 4))
Y = X[:, 0] > 0


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def net(**params):
    return MLPClassifier((3,), learning_rate="cosine", max_iter=3, random_state=0, **params)


def texts(display):
    return [text.get_text() for text in display.ax_.texts]


def test_color_is_the_sign_and_width_the_size():
    model = net().fit(X, Y)
    display = NetworkDisplay.from_estimator(model)
    for lines, weights in zip(display.lines_, model.coefs_, strict=True):
        order = np.argsort(np.abs(weights).ravel())
        assert (np.diff(np.asarray(lines.get_linewidths())[order]) >= 0).all()
        colors = [tuple(color) for color in lines.get_colors()]
        assert len(set(colors)) == 2
        signs = (weights > 0).ravel()
        assert len({color for color, sign in zip(colors, signs, strict=True) if sign}) == 1


def test_before_training_inside_of_others_and_in_axes_of_the_user():
    NetworkDisplay.from_estimator(net().initialize(X, Y))
    search = GridSearchCV(make_pipeline(StandardScaler(), net()), {}, cv=2).fit(X, Y)
    _, ax = plt.subplots()
    display = NetworkDisplay.from_estimator(search, ax=ax, line_kw={"alpha": 0.1})
    assert display.ax_ is ax and display.figure_ is ax.figure
    assert display.lines_[0].get_alpha() == 0.1


def test_two_nets_and_two_halves_are_named():
    gan = GAN((3,), (3,), max_iter=1, random_state=0).fit(X)
    assert {"generator", "discriminator"} <= set(texts(NetworkDisplay.from_estimator(gan)))
    coder = AutoEncoder((3, 2), max_iter=1, random_state=0, tol=0, learning_rate="cosine").fit(X)
    assert {"encoder", "decoder"} <= set(texts(NetworkDisplay.from_estimator(coder)))


def test_zero_weights_and_members():
    model = net(n_members=2).fit(X, Y)
    model.network_.theta[...] = 0
    NetworkDisplay.from_estimator(model, member=1)
    with pytest.raises(ValueError, match="member"):
        NetworkDisplay.from_estimator(model, member=2)


def test_nothing_to_draw():
    with pytest.raises(NotFittedError):
        NetworkDisplay.from_estimator(net())
    with pytest.raises(TypeError, match="network of sknn"):
        NetworkDisplay.from_estimator(LinearRegression().fit(X, Y))
