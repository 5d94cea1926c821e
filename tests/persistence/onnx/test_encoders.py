"""Encoders and imputers of scikit-learn before a network: right in a graph, or refused."""

import re

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import VotingClassifier
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    StandardScaler,
    TargetEncoder,
)

from sknn import MLPClassifier, TabularMLPClassifier
from sknn.persistence import onnx_inputs, onnx_types, register_skl2onnx
from tests.persistence.onnx.running import assert_near, session

pd = pytest.importorskip("pandas")
skl2onnx = pytest.importorskip("skl2onnx")

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    # skl2onnx's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
RNG = np.random.default_rng(0)
N = 60
LOST = np.arange(N) % 5 == 0
KINDS = LOST ^ (RNG.random(N) < 0.3)
COLORS = RNG.choice(["red", "green", "blue"], N).astype(object)
SIZES = RNG.integers(1, 4, N).astype(float)


@pytest.fixture(autouse=True, scope="module")
def registered():
    register_skl2onnx()


def gapped(entries, *missing):
    """Return entries as objects, with these in place of some."""
    found = np.array(entries, object)
    found[LOST] = [missing[i % len(missing)] for i in range(LOST.sum())]
    return pd.Series(found, dtype=object)


def in_pipeline(*steps, columns=("color",), net=None):
    """Return a pipeline that changes some columns, and scales the length."""
    net = net or MLPClassifier((6,), max_iter=1, random_state=0)
    rest = (StandardScaler(), ["length"])
    return make_pipeline(make_column_transformer((make_pipeline(*steps), [*columns]), rest), net)


def fitted(pipeline, **columns):
    """Return a pipeline fitted on a frame, and the frame."""
    frame = pd.DataFrame({"length": SIZES + RNG.normal(size=N), **columns})
    return pipeline.fit(frame, KINDS), frame


def convert(pipeline, frame, dtype=None):
    types = onnx_types(pipeline, frame[:1], dtype)
    return skl2onnx.to_onnx(pipeline, initial_types=types, options={"zipmap": False})


def assert_right(pipeline, frame, dtype=None):
    model = convert(pipeline, frame, dtype)
    shares = session(model).run(None, onnx_inputs(pipeline, frame, dtype))[1]
    assert_near(shares, pipeline.predict_proba(frame), "float32")


ENCODERS = {
    "one-hot": OneHotEncoder(),
    "one-hot, ignore": OneHotEncoder(handle_unknown="ignore"),
    "one-hot, drop": OneHotEncoder(drop="first", handle_unknown="ignore"),
    "ordinal": OrdinalEncoder(encoded_missing_value=-2),
    "ordinal, unknown": OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-3, encoded_missing_value=-2
    ),
    "target": TargetEncoder(random_state=0),
}
TEXTS = {
    "None": gapped(COLORS, None),
    "nan": gapped(COLORS, np.nan),
    "None and nan": gapped(COLORS, None, np.nan),
    "category": gapped(COLORS, None).astype("category"),
    "truth": gapped(SIZES > 1, None),
}


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("missing", TEXTS)
def test_missing_categories_are_refused(encoder, missing):
    pipeline, frame = fitted(in_pipeline(ENCODERS[encoder]), color=TEXTS[missing])
    words = f"^Column 'color' of X: this {type(ENCODERS[encoder]).__name__} has learned the missing"
    with pytest.raises(ValueError, match=words):
        convert(pipeline, frame)


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("missing", ["", "missing"])
def test_the_advice_helps(encoder, missing):
    color = TEXTS["None and nan"].fillna(missing)
    assert_right(*fitted(in_pipeline(ENCODERS[encoder]), color=color))


@pytest.mark.parametrize("encoder", ENCODERS)
def test_numbers_among_objects_are_refused(encoder):
    pipeline, frame = fitted(in_pipeline(ENCODERS[encoder]), color=gapped(SIZES, 7.0))
    with pytest.raises(ValueError, match=r"the category 1.0 as the text '1.0', but gets '1' in"):
        convert(pipeline, frame)


@pytest.mark.parametrize("encoder", ["ordinal", "ordinal, unknown", "target"])
def test_missing_numbers_are_refused(encoder):
    frame = pd.DataFrame({"size": np.where(LOST, np.nan, SIZES)})
    columns = make_column_transformer((ENCODERS[encoder], ["size"]))
    pipeline = make_pipeline(columns, MLPClassifier((6,), max_iter=1, random_state=0))
    with pytest.raises(ValueError, match=r"'size' of X: .* NaN as a category, .*fillna\(-1\)"):
        convert(pipeline.fit(frame, KINDS), frame, "float32")
    whole = frame.fillna(-1)
    assert_right(pipeline.fit(whole, KINDS), whole, "float32")


@pytest.mark.parametrize("missing", ["nan", "category"])
def test_a_missing_category_that_counts_as_unknown_is_right(missing):
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1
    )
    assert_right(*fitted(in_pipeline(encoder), color=TEXTS[missing]))


def test_a_missing_category_beside_an_empty_text_is_refused():
    """The graph gets both as the empty text, which is a level of its own."""
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1
    )
    color = gapped(COLORS, np.nan, "")
    pipeline, frame = fitted(in_pipeline(encoder), color=color)
    with pytest.raises(ValueError, match="^Column 'color' of X"):
        convert(pipeline, frame)
    assert_right(*fitted(pipeline, color=frame["color"].fillna("")))


@pytest.mark.parametrize("missing", TEXTS)
def test_a_missing_category_that_is_no_level_is_right(missing):
    levels = [False, True] if missing == "truth" else ["blue", "green", "red"]
    encoder = OneHotEncoder(categories=[levels], handle_unknown="ignore")
    assert_right(*fitted(in_pipeline(encoder), color=TEXTS[missing]))


def test_the_column_is_named_behind_an_imputer():
    steps = SimpleImputer(missing_values="", strategy="most_frequent"), OneHotEncoder()
    pipeline, frame = fitted(in_pipeline(*steps), color=TEXTS["None"])
    with pytest.raises(ValueError, match="^Column 'color' of X"):
        convert(pipeline, frame)
    assert_right(*fitted(pipeline, color=TEXTS["None"].fillna("")))


def test_each_column_has_its_own_type():
    pipeline = in_pipeline(OneHotEncoder(handle_unknown="ignore"), columns=("size", "color"))
    whole = {"size": SIZES.astype(int), "color": TEXTS["None"].fillna("")}
    assert_right(*fitted(pipeline, **whole))
    pipeline, frame = fitted(pipeline, **whole | {"color": TEXTS["None"]})
    with pytest.raises(ValueError, match="^Column 'color' of X"):
        convert(pipeline, frame)


WRAPPED = {
    "search": lambda pipeline: GridSearchCV(pipeline, {"mlpclassifier__alpha": [1e-4]}, cv=2),
    "vote": lambda pipeline: VotingClassifier([("a", pipeline)], flatten_transform=False),
    "calibration": lambda pipeline: make_pipeline(
        pipeline[0], CalibratedClassifierCV(pipeline[1], cv=2)
    ),
    "union": lambda pipeline: make_pipeline(FeatureUnion([("a", pipeline[0])]), pipeline[1]),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_encoders_are_found_inside_other_estimators(name):
    pipeline = in_pipeline(OneHotEncoder(handle_unknown="ignore"))
    pipeline, frame = fitted(WRAPPED[name](pipeline), color=TEXTS["None"])
    with pytest.raises(ValueError, match="^Column 'color' of X"):
        convert(pipeline, frame)


def test_a_column_without_a_name_has_a_place():
    rows = np.column_stack([SIZES, np.where(LOST, np.nan, SIZES)])
    net = MLPClassifier((6,), max_iter=1, random_state=0)
    pipeline = make_pipeline(OrdinalEncoder(encoded_missing_value=-2), net).fit(rows, KINDS)
    with pytest.raises(ValueError, match=re.escape("Column 1 (counted from 0) of the input of Or")):
        convert(pipeline, rows)


def table():
    return TabularMLPClassifier(n_members=1, n_splits=2, max_iter=1, random_state=0)


GAPS = np.column_stack([np.where(LOST, np.nan, SIZES), RNG.lognormal(size=N)])
EMPTY = np.column_stack([GAPS, np.full(N, np.nan)])
REFUSED = {
    "indicator": (SimpleImputer(add_indicator=True), GAPS, r"\(add_indicator=True\) adds"),
    "empty": (SimpleImputer(), EMPTY, "keep_empty_features=True"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore:Skipping features without")
@pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning")
def test_imputers_with_columns_that_skl2onnx_does_not_expect_are_refused(name):
    imputer, rows, words = REFUSED[name]
    net = MLPClassifier((6,), max_iter=1, random_state=0)
    pipeline = make_pipeline(imputer, net).fit(rows, KINDS)
    with pytest.raises(ValueError, match=words):
        convert(pipeline, rows, "float32")


@pytest.mark.parametrize("net", [table(), MLPClassifier((6,), max_iter=1, random_state=0)])
def test_an_imputer_of_neighbors_does_not_share_names(net):
    assert_right(make_pipeline(KNNImputer(), net).fit(GAPS, KINDS), GAPS, "float32")


def test_the_transform_of_yeo_and_johnson_is_refused_if_there_were_gaps():
    pipeline = make_pipeline(PowerTransformer(), table()).fit(GAPS, KINDS)
    with pytest.raises(ValueError, match="PowerTransformer so that it replaces them"):
        convert(pipeline, GAPS, "float32")
    whole = make_pipeline(SimpleImputer(), PowerTransformer(), table()).fit(GAPS, KINDS)
    assert_right(whole, GAPS, "float32")
    positive = make_pipeline(PowerTransformer("box-cox"), table()).fit(GAPS, KINDS)
    assert_right(positive, GAPS, "float32")


@pytest.mark.parametrize("method", ["yeo-johnson", "box-cox"])
def test_a_power_transformer_of_separate_columns_is_refused(method):
    frame = pd.DataFrame({"size": SIZES, "length": RNG.lognormal(size=N)})
    net = MLPClassifier((6,), max_iter=1, random_state=0)
    pipeline = make_pipeline(PowerTransformer(method), net).fit(frame, KINDS)
    with pytest.raises(ValueError, match="Put it into a ColumnTransformer, or pass X.to_numpy"):
        convert(pipeline, frame, "float32")
    rows = frame.to_numpy()
    assert_right(pipeline.fit(rows, KINDS), rows, "float32")
    pipeline = make_pipeline(make_column_transformer((pipeline[0], ["size", "length"])), net)
    assert_right(pipeline.fit(frame, KINDS), frame, "float32")


def test_the_maximum_norm_is_refused():
    rows = RNG.normal(size=(N, 3))
    net = MLPClassifier((6,), max_iter=1, random_state=0)
    with pytest.raises(ValueError, match="not by the largest absolute value"):
        convert(make_pipeline(Normalizer("max"), net).fit(rows, KINDS), rows, "float32")
    assert_right(make_pipeline(Normalizer("l1"), net).fit(rows, KINDS), rows, "float32")
