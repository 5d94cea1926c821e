"""What notebooks show of an estimator: scikit-learn's table, and the network below it."""

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    MLPClassifier,
    RNNRegressor,
    TabularMLPRegressor,
)
from sknn.layers import BatchNorm, Dense, Parallel, Residual

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.random((20, 16))
Y = (X[:, 0] > 0.5).astype(int)
BRIEF = {"max_iter": 1, "random_state": 0}
SVG = "{http://www.w3.org/2000/svg}"


def picture(estimator):
    html = estimator._repr_html_()
    assert html == estimator._repr_mimebundle_()["text/html"] or "sk-container-id" in html
    assert html.count("<svg xmlns") == 1
    return ET.fromstring(html[html.index("<svg xmlns") : html.rindex("</svg>") + 6])


def test_small_networks_show_every_weight():
    frame = pd.DataFrame(X[:, :3], columns=["a<b", "x & y", "c"])
    net = MLPClassifier((4,), **BRIEF).fit(frame, np.array(["no", "yes", "so"])[np.arange(20) % 3])
    svg = picture(net)
    assert len(svg.findall(f"{SVG}line")) == 3 * 4 + 4 * 3
    assert len(svg.findall(f"{SVG}circle")) == 3 + 4 + 3
    texts = [text.text for text in svg.findall(f"{SVG}text")]
    assert {"a<b", "x & y", "no", "yes", "so", "hidden0", "16 parameters"} <= set(texts)


@pytest.mark.parametrize(
    ("model", "rows", "y"),
    [
        (AutoEncoder((4, 2), **BRIEF), X, None),
        (GAN((4,), (4,), **BRIEF), X, None),
        (BernoulliRBM(4, n_iter=1), X, None),
        (CNNClassifier((4,), **BRIEF), X.reshape(20, 4, 4), Y),
        (RNNRegressor((4,), bidirectional=True, **BRIEF), X.reshape(20, 8, 2), X[:, 0]),
        (TabularMLPRegressor(n_members=2, **BRIEF), X, X[:, 0]),
        (
            MLPClassifier(layers=[Dense(30), Residual([Dense(30)]), Parallel([[Dense(3)], []]),
                                  BatchNorm()], **BRIEF),
            *(X, Y),
        ),
    ],
)  # fmt: skip
def test_every_family_has_a_picture_within_its_frame(model, rows, y):
    svg = picture(model.fit(rows) if y is None else model.fit(rows, y))
    width, height = float(svg.get("width")), float(svg.get("height"))
    for text in svg.findall(f"{SVG}text"):
        assert 0 <= float(text.get("x")) <= width and 0 <= float(text.get("y")) <= height
    for box in svg.findall(f"{SVG}rect"):
        assert 0 <= float(box.get("x")) <= width - float(box.get("width"))


def test_without_a_network_there_is_no_picture():
    net = MLPClassifier((4,), **BRIEF)
    assert "<svg xmlns" not in net._repr_html_()
    net.initialize(X, Y)
    assert "<svg xmlns" in net._repr_html_()
    with sklearn.config_context(display="text"):
        assert not hasattr(net, "_repr_html_") and "text/html" not in net._repr_mimebundle_()


def test_pipelines_show_what_scikit_learn_shows():
    assert make_pipeline(StandardScaler(), MLPClassifier(**BRIEF)).fit(X, Y)._repr_html_()


def test_the_picture_stays_small():
    net = MLPClassifier((100,) * 10, **BRIEF).fit(X, Y)
    assert len(net._picture()) < 15_000
