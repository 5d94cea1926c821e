"""Displays of reconstructions, codes, and samples."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from matplotlib import pyplot as plt
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    GaussianRBM,
    MLPClassifier,
    RNNRegressor,
    TableSynthesizer,
)
from sknn.inspection import ReconstructionDisplay, SamplesDisplay

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.random((30, 16))
Y = np.arange(30) % 3
BRIEF = {"max_iter": 2, "random_state": 0}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def coder(*sizes, **params):
    return AutoEncoder(sizes or (4, 2), **BRIEF | params)


@pytest.mark.parametrize("model", [coder(), BernoulliRBM(4, n_iter=1), GaussianRBM(4, n_iter=1)])
@pytest.mark.parametrize("rows", [X, sp.csr_array(X)])
def test_images_next_to_their_reconstructions(model, rows):
    display = ReconstructionDisplay.from_estimator(model.fit(X), rows, n_rows=5)
    made = model.reconstruct(X[:5]) if hasattr(model, "reconstruct") else model.predict(X[:5])
    np.testing.assert_allclose(display.reconstructions, made.reshape(5, 4, 4))
    np.testing.assert_array_equal(display.rows, X[:5].reshape(5, 4, 4))
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["rows", "reconstructions"]


TABLE = pd.DataFrame(X[:, :4]).rename(columns=str)
TABLE.insert(1, "city", np.array(["a", "b", "c"])[Y])
TABLE["gap"] = np.where(Y == 1, np.nan, X[:, 4])


@pytest.mark.parametrize("variational", [False, True])
def test_rows_of_a_table_are_drawn_as_the_network_reads_them(variational):
    model = coder(variational=variational).fit(TABLE)
    display = ReconstructionDisplay.from_estimator(model, TABLE, n_rows=3)
    assert display.kind == "rows"
    np.testing.assert_array_equal(display.rows, model._check_inputs(TABLE[:3]))
    assert display.reconstructions.shape == display.rows.shape
    assert np.isin(display.reconstructions[:, 1:4], (0, 1)).all()


@pytest.mark.parametrize(
    "model",
    [coder(variational=True), GAN((4,), (4,), max_iter=1), TableSynthesizer(max_iter=1)],
)
def test_samples_of_a_table_are_drawn_by_its_numbers(model):
    model.fit(TABLE)
    display = SamplesDisplay.from_estimator(model, TABLE, n_samples=20)
    assert display.samples[""].shape == (20, 2)
    np.testing.assert_array_equal(display.data, TABLE[["0", "1"]])
    other = SamplesDisplay.from_estimator(model, TABLE, n_samples=20, columns=(3, -2))
    np.testing.assert_array_equal(other.data, TABLE[["2", "3"]])
    with pytest.raises(ValueError, match="columns of numbers among .*'city'"):
        SamplesDisplay.from_estimator(model, TABLE, columns=(0, 1))
    with pytest.raises(ValueError, match="shape"):
        SamplesDisplay.from_estimator(model, shape=(2, 4))


def test_sixteen_columns_of_a_table_are_not_an_image():
    synthesizer = TableSynthesizer(max_iter=1, random_state=0).fit(X)
    assert SamplesDisplay.from_estimator(synthesizer).samples[""].shape == (500, 2)
    words = pd.DataFrame({"city": TABLE["city"], "town": TABLE["city"]})
    with pytest.raises(ValueError, match="columns of numbers"):
        SamplesDisplay.from_estimator(TableSynthesizer(max_iter=1).fit(words))


def test_networks_that_do_not_reconstruct_are_refused_before_their_rows_are_read():
    sequences = [RNG.random((n, 2)) for n in (3, 8, 5)]
    model = RNNRegressor((3,), learning_rate="cosine", tol=0, **BRIEF)
    with pytest.raises(TypeError, match="does not reconstruct"):
        ReconstructionDisplay.from_estimator(model.fit(sequences, np.arange(3.0)), sequences)


def test_rows_that_are_not_images_are_drawn_as_lines():
    frame = pd.DataFrame(X[:, :5], columns=list("abcde"))
    display = ReconstructionDisplay.from_estimator(coder().fit(frame), frame)
    assert display.kind == "rows" and display.rows.shape == (10, 5)
    assert len(display.ax_.lines) == 7


@pytest.mark.parametrize(
    ("sizes", "y", "legend"),
    [
        ((4, 2), Y, 3),
        ((4, 1), None, 0),
        ((5, 3), X[:, 0], 0),
        ((4, 2), np.array(["a", "b"])[Y % 2], 2),
    ],
)
def test_codes_lie_in_a_plane(sizes, y, legend):
    display = ReconstructionDisplay.from_estimator(coder(*sizes).fit(X), X, y, kind="codes")
    assert display.codes.shape == (30, 2)
    found = display.ax_.get_legend()
    assert (len(found.get_texts()) if found else 0) == legend


def test_reconstructions_inside_of_pipelines_and_in_axes_of_the_user():
    model = make_pipeline(MinMaxScaler(), coder()).fit(X * 9)
    _, ax = plt.subplots()
    display = ReconstructionDisplay.from_estimator(model, X * 9, shape=(2, 8), ax=ax)
    assert display.ax_ is ax and display.rows.max() < 1.01 and display.rows.shape == (10, 2, 8)


def test_what_cannot_be_reconstructed():
    with pytest.raises(NotFittedError):
        ReconstructionDisplay.from_estimator(coder(), X)
    with pytest.raises(TypeError, match="does not reconstruct"):
        ReconstructionDisplay.from_estimator(MLPClassifier(**BRIEF).fit(X, Y), X)
    model = coder().fit(X[:, :5])
    for wrong, text in [
        ({"kind": "pie"}, "kind must be"),
        ({"kind": "images"}, "pass the shape"),
        ({"shape": (2, 2)}, "shape must be"),
    ]:
        with pytest.raises(ValueError, match=text):
            ReconstructionDisplay.from_estimator(model, X[:, :5], **wrong)


@pytest.mark.parametrize(
    "model",
    [GAN((4,), (4,), **BRIEF), BernoulliRBM(4, n_iter=1), coder(variational=True)],
)
def test_samples_that_are_images(model):
    display = SamplesDisplay.from_estimator(model.fit(X))
    assert display.samples[""].shape == (64, 4, 4)
    np.testing.assert_allclose(
        display.samples[""][3].ravel(), model.sample(64, random_state=0)[3], rtol=1e-6
    )
    display = SamplesDisplay.from_estimator({"early": model, "late": model}, n_samples=5)
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["early", "late"]


def test_samples_that_are_points():
    model = GAN((4,), (4,), **BRIEF).fit(X[:, :3])
    display = SamplesDisplay.from_estimator(model, X, columns=(2, 0), n_samples=20)
    assert display.samples[""].shape == (20, 2) and display.data.shape == (30, 2)
    np.testing.assert_array_equal(display.data, X[:, [2, 0]])
    _, ax = plt.subplots()
    several = SamplesDisplay.from_estimator({i: model for i in range(5)}, ax=ax)
    assert several.ax_ is ax and len(several.axes_) == 5


def test_what_cannot_be_sampled():
    with pytest.raises(NotFittedError):
        SamplesDisplay.from_estimator(GAN())
    for model in (coder().fit(X), MLPClassifier(**BRIEF).fit(X, Y)):
        with pytest.raises(TypeError, match="sample"):
            SamplesDisplay.from_estimator(model)
