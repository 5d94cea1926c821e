"""Columns of different types side by side after a ColumnTransformer."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknn import MLPClassifier, TabularMLPClassifier, TabularMLPRegressor
from sknn.persistence import onnx_inputs, onnx_types, register_skl2onnx, to_onnx
from sknn.persistence.onnx.pipeline_inputs import legal_names
from sknn.preprocessing import TableEncoder
from tests.persistence.onnx.running import session

pd = pytest.importorskip("pandas")
skl2onnx = pytest.importorskip("skl2onnx")

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    # skl2onnx's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
N = 150
RNG = np.random.default_rng(0)
DAYS = np.datetime64("2024-01-05", "us") + RNG.integers(0, 10**13, N).astype("m8[us]")
NOTES = [" ".join(RNG.choice(["good", "new", "rust", "tires", "red"], 3)) for _ in range(N)]
FRAME = pd.DataFrame(
    {
        "km": np.where(np.arange(N) % 7, RNG.lognormal(11, 1, N), np.nan),
        "note": NOTES,
        "color": np.where(np.arange(N) % 5, RNG.choice(["red", "green"], N), None),
        "day": pd.Series(DAYS).where(np.arange(N) % 11 > 0),
        "text day": np.datetime_as_string(DAYS, "D"),
        "doors": RNG.integers(2, 6, N),
        "sold by": RNG.choice(["dealer", "owner"], N),
        "abroad": RNG.choice([True, False], N),
    }
)
TARGET = np.where(FRAME["km"].fillna(5e4) + 2e4 * FRAME["color"].eq("red") > 6e4, "yes", "no")
UNSEEN = FRAME.assign(color="violet", note="never seen", km=-1.0)


@pytest.fixture(autouse=True, scope="module")
def registered():
    register_skl2onnx()


def text():
    return make_pipeline(TfidfVectorizer(), TruncatedSVD(2, random_state=0))


def columns():
    return make_column_transformer((text(), "note"), remainder="passthrough")


def table(kind=TabularMLPClassifier):
    return kind(n_members=2, n_splits=2, max_iter=4, random_state=0)


def net():
    return MLPClassifier((6,), learning_rate_init=0.01, max_iter=3, random_state=0)


PIPELINES = {
    "table": lambda: make_pipeline(columns(), table()),
    "encoder": lambda: make_pipeline(columns(), TableEncoder(), net()),
    "nested": lambda: make_pipeline(
        make_column_transformer((StandardScaler(), ["km"]), (columns(), list(FRAME)[1:])), table()
    ),
    "drops, and places of columns": lambda: make_pipeline(
        ColumnTransformer(
            [("a", "drop", [4]), ("b", "passthrough", slice(2, 4)), ("c", text(), "note")],
            remainder="passthrough",
        ),
        table(),
    ),
    "several at once": lambda: make_pipeline(
        make_column_transformer(
            (StandardScaler(), ["km", "doors"]),
            (OneHotEncoder(), ["sold by", "doors"]),
            ("passthrough", ["day", "color", "text day", "abroad"]),
        ),
        table(),
    ),
    "search": lambda: GridSearchCV(
        make_pipeline(columns(), table()), {"tabularmlpclassifier__dropout": [0.1, 0.2]}, cv=2
    ),
}
# skl2onnx computes what a vectorizer returns in float32, which the bins of an encoder magnify.
NEAR = dict.fromkeys(PIPELINES, 1e-6) | {"encoder": 1e-5}


def convert(pipeline, rows):
    options = {type(pipeline): {"zipmap": False}}
    if "Tfidf" in repr(pipeline):
        options[TfidfVectorizer] = {"locale": "C"}
    kinds = onnx_types(pipeline, rows[:1])
    return skl2onnx.to_onnx(pipeline, initial_types=kinds, options=options)


@pytest.mark.parametrize("name", PIPELINES)
def test_predictions_are_those_of_the_pipeline(name):
    pipeline = PIPELINES[name]().fit(FRAME, TARGET)
    running = session(convert(pipeline, FRAME))
    for rows in (FRAME, UNSEEN):
        label, shares = running.run(None, onnx_inputs(pipeline, rows))
        np.testing.assert_array_equal(label, pipeline.predict(rows))
        np.testing.assert_allclose(shares, pipeline.predict_proba(rows), rtol=0, atol=NEAR[name])


def test_dates_are_exact_to_the_microsecond_next_to_float32_and_text():
    midnight = pd.Timestamp("2024-03-01")
    days = [midnight + pd.Timedelta(i // 2, "D") - pd.Timedelta(i % 2, "us") for i in range(80)]
    frame = pd.DataFrame({"km": np.arange(80.0), "day": days, "color": ["red", "green"] * 40})
    columns = make_column_transformer((StandardScaler(), ["km"]), remainder="passthrough")
    pipeline = make_pipeline(columns, TableEncoder()).fit(frame)
    kinds = onnx_types(pipeline, frame, "float32")
    assert [type(kind).__name__ for _, kind in kinds] == [
        "FloatTensorType",
        "Int64TensorType",
        "StringTensorType",
    ]
    model = skl2onnx.to_onnx(pipeline, initial_types=kinds)
    (found,) = session(model).run(None, onnx_inputs(pipeline, frame, "float32"))
    np.testing.assert_allclose(found, pipeline.transform(frame), rtol=0, atol=1e-5)


def test_imputed_columns_in_float32():
    imputed = make_pipeline(SimpleImputer(), StandardScaler())
    columns = make_column_transformer((imputed, ["km"]), remainder="passthrough")
    pipeline = make_pipeline(columns, table()).fit(FRAME, TARGET)
    kinds = onnx_types(pipeline, FRAME, "float32")
    model = skl2onnx.to_onnx(pipeline, initial_types=kinds, options={"zipmap": False})
    _, shares = session(model).run(None, onnx_inputs(pipeline, FRAME, "float32"))
    np.testing.assert_allclose(shares, pipeline.predict_proba(FRAME), rtol=0, atol=1e-5)


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_columns_keep_their_names_in_frames_between_steps(package):
    frame = FRAME[["km", "color", "day"]]
    if package == "polars":
        frame = pytest.importorskip("polars").from_pandas(frame)
    columns = make_column_transformer((StandardScaler(), ["km"]), remainder="passthrough")
    pipeline = make_pipeline(columns, table()).set_output(transform=package).fit(frame, TARGET)
    running = session(convert(pipeline, frame))
    _, shares = running.run(None, onnx_inputs(pipeline, frame))
    np.testing.assert_allclose(shares, pipeline.predict_proba(frame), rtol=0, atol=1e-6)


def test_columns_are_taken_apart_behind_calibration_too():
    frame = FRAME[["km", "doors"]].assign(km=FRAME["km"].fillna(0.0), day=DAYS)
    columns = make_column_transformer((StandardScaler(), ["km", "doors"]), remainder="passthrough")
    calibrated = CalibratedClassifierCV(table(), cv=2)
    frame["day"] = frame["day"].astype(object)
    pipeline = make_pipeline(columns, calibrated).fit(frame, TARGET)
    kinds = [
        (name, type(kind)([None, 1]))
        for name, kind in onnx_types(make_pipeline(columns, table()).fit(frame, TARGET), frame)
    ]
    model = skl2onnx.to_onnx(pipeline, initial_types=kinds, options={"zipmap": False})
    moments = frame[["day"]].to_numpy("M8[us]").astype(np.int64)
    given = {name: frame[[name]].to_numpy(np.float64) for name in ("km", "doors")}
    _, shares = session(model).run(None, given | {"day": moments})
    np.testing.assert_allclose(shares, pipeline.predict_proba(frame), rtol=0, atol=1e-5)


def test_nothing_is_joined_that_only_tables_read():
    pipeline = PIPELINES["table"]().fit(FRAME, TARGET)
    made = [name for node in convert(pipeline, FRAME).graph.node for name in node.output]
    assert not [name for name in made if name.startswith(("merged_columns", "transformed_column"))]


def test_a_join_that_another_estimator_reads_stays():
    frame = FRAME[["doors", "abroad"]].astype(float)
    columns = make_column_transformer((StandardScaler(), ["doors"]), remainder="passthrough")
    votes = VotingClassifier(
        [("table", table()), ("line", LogisticRegression())],
        voting="soft",
        flatten_transform=False,
    )
    pipeline = make_pipeline(columns, votes).fit(frame, TARGET)
    running = session(convert(pipeline, frame))
    _, shares = running.run(None, onnx_inputs(pipeline, frame))
    np.testing.assert_allclose(shares, pipeline.predict_proba(frame), rtol=0, atol=1e-6)


def test_a_regressor_answers_a_column():
    y = FRAME["km"].fillna(0.0) / 1e5
    pipeline = make_pipeline(columns(), table(TabularMLPRegressor)).fit(FRAME, y)
    kinds = onnx_types(pipeline, FRAME)
    model = skl2onnx.to_onnx(
        pipeline, initial_types=kinds, options={TfidfVectorizer: {"locale": "C"}}
    )
    (found,) = session(model).run(None, onnx_inputs(pipeline, UNSEEN))
    np.testing.assert_allclose(found.ravel(), pipeline.predict(UNSEEN), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("day", "Column 'day' of X held dates in fit, but reaches the TableEncoder as text"),
        ("text day", "Column 'text day' of X held dates"),
        ("doors", "Column 'doors' of X held numbers in fit, .* as bool"),
    ],
)
def test_wrong_types_are_named_by_their_column(name, words):
    pipeline = PIPELINES["table"]().fit(FRAME, TARGET)
    wrong = skl2onnx.common.data_types.StringTensorType([None, 1])
    if name == "doors":
        wrong = skl2onnx.common.data_types.BooleanTensorType([None, 1])
    kinds = dict(onnx_types(pipeline, FRAME)) | {name: wrong}
    options = {TfidfVectorizer: {"locale": "C"}}
    with pytest.raises(ValueError, match=words):
        skl2onnx.to_onnx(pipeline, initial_types=list(kinds.items()), options=options)


def test_wrong_types_among_columns_without_names_are_named_by_their_place():
    rows = np.column_stack([RNG.normal(size=N), 1.7e9 + RNG.normal(size=N)])
    pipeline = make_pipeline(
        ColumnTransformer([("a", StandardScaler(), [0])], remainder="passthrough"), table()
    ).fit(rows, TARGET)
    words = r"Column 1 \(counted from 0\) of the output of the previous step held numbers"
    with pytest.raises(ValueError, match=words):
        skl2onnx.to_onnx(pipeline, rows[:1].astype(np.float32))


# -- rows, and their types -----------------------------------------------------------------------


def test_a_pipeline_gets_columns_in_legal_names_and_the_dtypes_that_its_encoder_reads():
    pipeline = PIPELINES["table"]().fit(FRAME, TARGET)
    inputs = onnx_inputs(pipeline, FRAME[::-1])
    assert {name: x.dtype.kind for name, x in inputs.items()} == {
        "km": "f",
        "note": "O",
        "color": "O",
        "day": "i",
        "text_day": "i",
        "doors": "f",
        "sold_by": "O",
        "abroad": "O",
    }
    assert all(x.shape == (N, 1) for x in inputs.values())
    np.testing.assert_array_equal(
        inputs["text_day"].ravel(), DAYS[::-1].astype("M8[D]").astype("M8[us]").astype(int)
    )
    names = [each.name for each in session(convert(pipeline, FRAME)).get_inputs()]
    assert names == list(inputs)


def test_columns_that_an_encoder_does_not_read_come_as_what_they_hold():
    frame = pd.DataFrame({"n": [1, 2], "text": ["a", None], "true": [True, False]})
    frame["day"] = pd.Timestamp("1970-01-02")
    pipeline = make_pipeline(
        make_column_transformer((StandardScaler(), ["n"]), ("drop", ["text", "true", "day"])),
        LogisticRegression(),
    ).fit(frame, [0, 1])
    inputs = onnx_inputs(pipeline, frame[["day", "true", "text", "n"]])
    assert list(inputs) == list(frame)
    assert {name: x.ravel().tolist() for name, x in inputs.items()} == {
        "n": [1.0, 2.0],
        "text": ["a", ""],
        "true": [True, False],
        "day": [86_400_000_000] * 2,
    }
    kinds = [type(kind).__name__[:-10] for _, kind in onnx_types(pipeline, frame)]
    assert kinds == ["Double", "String", "Boolean", "Int64"]


@pytest.mark.parametrize(
    ("given", "dtype", "wanted"),
    [("float64", None, "float64"), ("float32", None, "float32"), ("int64", None, "float64"),
     ("float64", "float32", "float32")],
)  # fmt: skip
def test_a_pipeline_fitted_on_an_array_gets_one_input(given, dtype, wanted):
    rows = np.arange(40.0).reshape(20, 2)
    pipeline = make_pipeline(StandardScaler(), net()).fit(rows, np.arange(20) % 2)
    (found,) = onnx_inputs(pipeline, rows.astype(given), dtype).values()
    assert found.dtype == wanted
    assert found.shape == (20, 2)
    ((name, kind),) = onnx_types(pipeline, rows.astype(given), dtype)
    assert (name, kind.shape) == ("X", [None, 2])


def test_a_network_itself_has_types_as_well():
    encoder = TableEncoder().fit(FRAME[["km", "day"]])
    kinds = onnx_types(encoder, FRAME[["km", "day"]])
    assert [type(kind).__name__ for _, kind in kinds] == ["DoubleTensorType", "Int64TensorType"]
    assert [each.name for each in to_onnx(encoder).graph.input] == [name for name, _ in kinds]


@pytest.mark.parametrize(
    "rows", [FRAME.drop(columns="km"), FRAME.to_numpy()], ids=["less", "array"]
)
def test_a_frame_without_all_columns_is_refused(rows):
    pipeline = PIPELINES["several at once"]().fit(FRAME, TARGET)
    with pytest.raises(
        ValueError, match=r"X must be a frame with all columns of fit; it lacks .*'km'"
    ):
        onnx_inputs(pipeline, rows)


def test_names_are_those_that_skl2onnx_makes():
    from skl2onnx.common._topology import Topology

    names = ["a b", "a_b", "a-b", "1st", "größe", "x+y", "a_b1"]
    known = set()
    assert legal_names(names) == [Topology._generate_unique_name(name, known) for name in names]


# -- tuned thresholds ----------------------------------------------------------------------------


def tuned(classifier, *data):
    found = TunedThresholdClassifierCV(
        classifier, scoring="balanced_accuracy", cv=2, random_state=0
    )
    return found.fit(*data)


def test_a_tuned_pipeline_has_the_types_of_the_pipeline_inside():
    frame = FRAME.assign(km=[f"${km:,.0f}" for km in FRAME["km"].fillna(1e4)])
    found = tuned(make_pipeline(columns(), table()), frame, TARGET)
    kinds = onnx_types(found, frame[:1])
    inner = onnx_types(found.estimator_, frame[:1])
    assert [(name, type(kind)) for name, kind in kinds] == [(n, type(kind)) for n, kind in inner]
    assert type(dict(kinds)["km"]).__name__ == "DoubleTensorType"
    label, shares = session(convert(found, frame)).run(None, onnx_inputs(found, frame))
    np.testing.assert_allclose(shares, found.predict_proba(frame), rtol=0, atol=1e-6)
    np.testing.assert_array_equal(label, found.predict(frame))
