"""Decompositions with more components than their input supports."""

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from sknn import MLPClassifier, TabularMLPClassifier
from sknn.exceptions import TableWarning
from sknn.persistence import onnx_inputs, onnx_types, register_skl2onnx
from sknn.preprocessing import TableEncoder
from tests.persistence.onnx.running import session

pd = pytest.importorskip("pandas")
skl2onnx = pytest.importorskip("skl2onnx")

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning"),
    # skl2onnx's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
RNG = np.random.default_rng(0)
N = 300
SENTENCES = ["as good as new", "new tires", "some rust", "good tires, some rust", "as new"]
FRAME = pd.DataFrame({"note": RNG.choice(SENTENCES, N), "color": RNG.choice(["red", "green"], N)})
RANK_3 = RNG.normal(size=(N, 3)) @ RNG.normal(size=(3, 8))
TARGET = FRAME["note"].str.contains("new").to_numpy() ^ (RNG.random(N) < 0.2)


@pytest.fixture(autouse=True, scope="module")
def registered():
    register_skl2onnx()


def svd(n):
    return TruncatedSVD(n, random_state=0)


def table():
    return TabularMLPClassifier(n_members=2, n_splits=2, max_iter=4, random_state=0)


def net():
    return MLPClassifier((6,), learning_rate_init=0.01, max_iter=3, random_state=0)


def texts(n, *scalers, dtype=np.float64):
    steps = make_pipeline(TfidfVectorizer(dtype=dtype), svd(n), *scalers)
    return make_pipeline(make_column_transformer((steps, "note"), remainder="passthrough"), table())


def convert(pipeline, rows):
    options = {type(pipeline): {"zipmap": False}}
    if "Tfidf" in repr(pipeline):
        options[TfidfVectorizer] = {"locale": "C"}
    return skl2onnx.to_onnx(pipeline, initial_types=onnx_types(pipeline, rows[:1]), options=options)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("scalers", [(), (StandardScaler(),)], ids=["as it is", "scaled"])
@pytest.mark.filterwarnings("ignore::sknn.exceptions.TableWarning")
def test_surplus_components_of_texts_are_refused(dtype, scalers):
    pipeline = texts(6, *scalers, dtype=dtype).fit(FRAME, TARGET)
    words = "Only the first [45] of the 6 components of TruncatedSVD exceed .* of float32.* Set n_c"
    with pytest.raises(ValueError, match=words):
        convert(pipeline, FRAME)


@pytest.mark.parametrize(
    "pipeline",
    [
        make_pipeline(PCA(6), table()),
        make_pipeline(PCA(6), StandardScaler(), net()),
        make_pipeline(PCA(6, whiten=True), net()),
        make_pipeline(PCA(6), Normalizer(), StandardScaler(), net()),
    ],
    ids=["table", "scaler", "whiten", "two steps"],
)
@pytest.mark.filterwarnings("ignore::sknn.exceptions.TableWarning")
def test_surplus_components_that_are_scaled_up_are_refused(pipeline):
    pipeline.fit(RANK_3, TARGET)
    with pytest.raises(ValueError, match="first 3 of the 6 components of PCA .* n_components=3"):
        convert(pipeline, RANK_3)


@pytest.mark.parametrize("steps", [(), (Normalizer(),)], ids=["as it is", "rows scaled"])
def test_surplus_components_that_stay_tiny_do_no_harm(steps):
    pipeline = make_pipeline(PCA(6), *steps, net()).fit(RANK_3, TARGET)
    _, shares = session(convert(pipeline, RANK_3)).run(None, onnx_inputs(pipeline, RANK_3))
    np.testing.assert_allclose(shares, pipeline.predict_proba(RANK_3), rtol=0, atol=1e-6)


def repeated():
    """Return sentences once, twice, or three times: equal shares of words up to rounding."""
    words = [f"w{i}" for i in range(30)]
    sentences = [" ".join(RNG.choice(words, 6, replace=False)) for _ in range(9)]
    notes = [" ".join(RNG.choice(sentences, RNG.integers(1, 4))) for _ in range(600)]
    return pd.DataFrame({"note": notes, "color": RNG.choice(["red", "green"], 600)})


REPEATED = repeated()


@pytest.mark.parametrize("n", [4, 8])
@pytest.mark.parametrize("scalers", [(), (StandardScaler(),)], ids=["as it is", "scaled"])
def test_repeated_sentences_are_converted(n, scalers):
    pipeline = texts(n, *scalers).fit(REPEATED, REPEATED["note"].str.contains("w1"))
    label, shares = session(convert(pipeline, REPEATED)).run(None, onnx_inputs(pipeline, REPEATED))
    np.testing.assert_array_equal(label, pipeline.predict(REPEATED))
    np.testing.assert_allclose(shares, pipeline.predict_proba(REPEATED), rtol=0, atol=5e-6)


def test_bins_too_narrow_for_what_a_step_computes_are_refused_with_advice_that_helps():
    # Side by side with text, numbers in float32 look like float64, but differ like float32.
    columns = texts(8, dtype=np.float32)[:-1]
    shares = columns.fit_transform(REPEATED)
    value = np.median(np.unique(shares[:, 0].astype(float)))
    near = np.where(np.arange(600) % 2, value, np.nextafter(np.float32(value), np.float32(2)))
    shares[:, 0] = near.astype(object)
    shares[0, 0] = 0.0
    pipeline = make_pipeline(columns, TableEncoder().fit(shares))
    with pytest.raises(ValueError, match="Column 0 .* TfidfVectorizer do in ONNX, .* in float64"):
        convert(pipeline, REPEATED)


def test_the_encoder_warns_of_what_the_conversion_refuses():
    with pytest.warns(TableWarning, match="tiny compared with the other columns"):
        texts(6).fit(FRAME, TARGET)
