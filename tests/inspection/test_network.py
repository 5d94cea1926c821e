"""The display of a network."""

import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import GAN, AutoEncoder, BernoulliRBM, DBNClassifier, MLPClassifier, RNNClassifier
from sknn.inspection import NetworkDisplay
from sknn.layers import Dense, Dropout, Parallel, Residual

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


def test_boltzmann_machines_have_two_layers_and_a_heading_each():
    rbm = BernoulliRBM(3, n_iter=1, random_state=0).fit(X > 0)
    display = NetworkDisplay.from_estimator(rbm)
    found = texts(display)
    assert {"visible", "hidden", "4 units", "\u21c4 both ways"} <= {t.split("\n")[0] for t in found}
    assert [len(lines.get_segments()) for lines in display.lines_] == [12]
    settings = {"pretrain_n_iter": 1, "learning_rate": "cosine", "max_iter": 1, "random_state": 0}
    stack = DBNClassifier((3, 2), **settings).fit(X > 0, Y)
    display = NetworkDisplay.from_estimator(stack)
    found = {text.get_text(): text.get_position()[0] for text in display.ax_.texts}
    assert (found["\u21c4 RBM 1"], found["\u21c4 RBM 2"]) == (0.5, 1.5)
    assert "\u21c4 RBM 3" not in found
    assert "RBM 2" in stack._repr_html_()


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


def deep(n_layers):
    sizes = (3,) * (n_layers - 1)
    return MLPClassifier(sizes, learning_rate="cosine", max_iter=1, random_state=0).fit(X, Y)


@pytest.mark.parametrize(("n_layers", "rows"), [(1, 1), (4, 1), (5, 2), (7, 2), (14, 3), (30, 7)])
def test_many_layers_are_drawn_in_rows_that_fit_a_page(n_layers, rows):
    display = NetworkDisplay.from_estimator(deep(n_layers))
    left, right = display.ax_.get_xlim()
    assert display.figure_.get_figwidth() < 8.3
    assert right - left < 6
    names = [f"hidden{i}" for i in range(n_layers - 1)]
    heights = {t.get_text(): t.get_position()[1] for t in display.ax_.texts}
    assert len({heights[name] for name in ["input", *names, "output"]}) == rows
    assert len(display.lines_) == n_layers


def test_links_between_rows_are_cut_in_the_middle():
    model = deep(7)
    display = NetworkDisplay.from_estimator(model)
    segments = [len(lines.get_segments()) for lines in display.lines_]
    whole = [weights.size for weights in model.coefs_]
    assert segments == [2 * n if i == 3 else n for i, n in enumerate(whole)]
    for lines in display.lines_:
        lengths = [np.abs(b - a)[0] for a, b in lines.get_segments()]
        assert max(lengths) <= 1.0


def test_headings_stand_above_each_of_their_rows():
    coder = AutoEncoder((4, 2), max_iter=1, random_state=0, learning_rate="cosine").fit(X)
    found = texts(NetworkDisplay.from_estimator(coder))
    assert found.count("encoder") == 1 and found.count("decoder") == 1
    sizes = (4, 4, 4, 4, 3, 3, 3, 2)
    coder = AutoEncoder(sizes, max_iter=1, random_state=0, learning_rate="cosine")
    found = texts(NetworkDisplay.from_estimator(coder.fit(X)))
    assert found.count("encoder") == 2 and found.count("decoder") == 3


def test_axes_of_the_user_hold_one_row():
    _, ax = plt.subplots(figsize=(30, 4))
    display = NetworkDisplay.from_estimator(deep(14), ax=ax)
    left, right = display.ax_.get_xlim()
    assert right - left > 14


class GlobalFirst(Dense):
    """A layer whose name is long."""

    def __init__(self, units=2):
        super().__init__(units)


LONG = pd.DataFrame(X, columns=["W" * 30, "a name that goes on and on", "tiny", "\u4e2d" * 30])


def overlapping(texts):
    """Return pairs of texts of which one covers a part of the other."""
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    return [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("own_figure", [True, False])
@pytest.mark.parametrize(
    "layers",
    [
        [Dense(3)],
        [Dense(8, name="a_long_name_of_a_layer"), Dense(8, "leaky_relu", name="another_long_name")],
        [Dense(5000), Dense(20), Dense(20)],
        [Dense(4), Parallel([[GlobalFirst()], [GlobalFirst()], [GlobalFirst()]])],
        [Dense(4), Residual([Dense(4) for _ in range(20)])],
        [Dense(4), Parallel([[Dense(2), Dropout(0.1)] for _ in range(9)])],
        [Dense(4) for _ in range(50)],
    ],
    ids=["one", "names", "wide", "parallel", "long block", "many chains", "deep"],
)
def test_texts_do_not_cover_each_other_and_stay_in_the_picture(layers, own_figure):
    classes = np.array(["no", "V" * 30, "yes"])[np.arange(30) % 3]
    model = MLPClassifier(layers=layers, random_state=0).initialize(LONG, classes)
    ax = None if own_figure else plt.subplots(figsize=(9, 4))[1]
    display = NetworkDisplay.from_estimator(model, ax=ax)
    display.figure_.canvas.draw()
    assert not overlapping(display.ax_.texts)
    page = display.figure_.bbox
    for text in display.ax_.texts:
        box = text.get_window_extent()
        assert page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1


def test_labels_are_inside_their_boxes():
    steps = np.random.default_rng(0).random((10, 5, 2))
    model = RNNClassifier((4,), random_state=0).initialize(steps, np.arange(10) % 3)
    ax = NetworkDisplay.from_estimator(model).ax_
    ax.figure.canvas.draw()
    boxes = [patch.get_window_extent() for patch in ax.patches]
    inside = [
        t.get_window_extent() for t in ax.texts if t.get_text().startswith(("Last", "Global"))
    ]
    assert len(inside) == 3
    for text in inside:
        assert any(b.x0 <= text.x0 and text.x1 <= b.x1 and b.height < 40 for b in boxes)
    found = re.findall(
        r'<text [^>]*font-size="([\d.]+)"[^>]*>(Global\w+|LastStep)<', model._repr_html_()
    )
    assert len(found) == 3
    assert all(0.6 * float(size) * len(name) <= 0.76 * 112 for size, name in found)
