"""Columns whose types are declared by skl2onnx on behalf of the user."""

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import TabularMLPClassifier
from sknn.persistence import onnx_inputs, register_skl2onnx
from sknn.preprocessing import TableEncoder
from tests.persistence.onnx.running import assert_near, session

pd = pytest.importorskip("pandas")
skl2onnx = pytest.importorskip("skl2onnx")

pytestmark = [
    # skl2onnx's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
N = 120
RNG = np.random.default_rng(0)
DAYS = np.datetime64("2024-01-05", "us") + RNG.integers(0, 10**13, N).astype("m8[us]")
COLUMNS = {
    "number": RNG.normal(size=N),
    "seconds": 1.7e9 + RNG.normal(size=N),
    "huge": 10.0 ** RNG.integers(-3, 60, N),
    "whole": RNG.integers(0, 9, N),
    "money": RNG.choice(["1,234.5", "12%", "7"], N),
    "span": pd.to_timedelta(RNG.integers(0, 10**6, N), "s"),
    "day": pd.to_datetime(DAYS),
    "text day": np.datetime_as_string(DAYS, "D"),
    "color": RNG.choice(["red", "green", "blue"], N),
    "code": pd.Categorical(RNG.choice([3, 70, -1], N)),
    "mixed": RNG.choice(np.array([1, 2, "other"], object), N),
    "share": pd.Categorical(RNG.choice([0.1, 0.5, 2.0], N)),
    "truth": RNG.choice([True, False], N),
}


@pytest.fixture(autouse=True, scope="module")
def registered():
    register_skl2onnx()


def types(kind):
    return getattr(skl2onnx.common.data_types, f"{kind}TensorType")([None, 1])


def encoder_of(name):
    return TableEncoder().fit(pd.DataFrame({name: COLUMNS[name]}))


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("text day", "String", "'text day' of X held dates .* text.*Int64TensorType"),
        ("day", "String", "Int64TensorType, in microseconds"),
        ("day", "Float", "'day' .* float32: this type is too small.*onnx_types declares"),
        ("day", "Int32", "int32: this type is too small"),
        ("day", "Boolean", "bool: this type is too small"),
        ("money", "String", "'money' of X held numbers.*text.*as DoubleTensorType"),
        ("span", "String", "'span' of X held time spans.*DoubleTensorType, in seconds"),
        ("seconds", "Float", "'seconds' .* rounding to this type"),
        ("huge", "Float", "'huge' .* rounding to this type"),
        ("number", "Int64", "'number' .* rounding to this type"),
        ("color", "Int64", "'color' of X held categories.*int64.*such as 'blue'.*StringTensorTy"),
        ("color", "Float", "'color' .*float32"),
        ("mixed", "Double", "'mixed' .*such as 'other'"),
        ("share", "Double", "'share' .*such as '0.1'"),
        ("code", "Boolean", "'code' .*bool"),
    ],
)
def test_types_that_do_not_hold_what_was_read_are_refused(name, kind, words):
    with pytest.raises(ValueError, match=words):
        skl2onnx.to_onnx(encoder_of(name), initial_types=[(name, types(kind))])


@pytest.mark.parametrize(
    ("name", "kind", "convert"),
    [
        ("number", "Double", np.float64),
        ("number", "Float", np.float32),
        ("number", "String", str),
        ("seconds", "Double", np.float64),
        ("whole", "Float", np.float32),
        ("whole", "Int32", np.int32),
        ("money", "Double", None),
        ("span", "Double", None),
        ("span", "Int64", np.int64),
        ("day", "Int64", None),
        ("day", "Double", np.float64),
        ("text day", "Int64", None),
        ("color", "String", None),
        ("code", "Int64", np.int64),
        ("code", "Double", np.float64),
        ("code", "Float", np.float32),
        ("mixed", "String", None),
        ("share", "String", None),
        ("truth", "Boolean", lambda entries: entries == "True"),
        ("truth", "String", None),
    ],
)
def test_types_that_hold_it_give_the_same_matrix(name, kind, convert):
    frame, encoder = pd.DataFrame({name: COLUMNS[name]}), encoder_of(name)
    model = skl2onnx.to_onnx(encoder, initial_types=[(name, types(kind))])
    given = onnx_inputs(encoder, frame)[name]
    if convert is not None:
        given = convert(given) if not isinstance(convert, type) else given.astype(convert)
    given = given.astype(object) if given.dtype.kind == "U" else given
    (found,) = session(model).run(None, {name.replace(" ", "_"): given})
    near = 1e-5 if kind == "Float" else 1e-12
    np.testing.assert_allclose(found, encoder.transform(frame), rtol=0, atol=near)


@pytest.mark.parametrize("kind", ["Double", "Float"])
def test_missing_entries_stay_missing_in_floats(kind):
    frame = pd.DataFrame({"code": np.tile([1.0, 2.0, np.nan, 7.0], 10)})
    encoder = TableEncoder(categorical_features=["code"]).fit(frame)
    given = np.array([[1.0], [2.0], [np.nan], [7.0], [1.5], [1e30], [-0.0]])
    model = skl2onnx.to_onnx(encoder, initial_types=[("code", types(kind))])
    dtype = np.float64 if kind == "Double" else np.float32
    (found,) = session(model).run(None, {"code": given.astype(dtype)})
    expected = encoder.transform(pd.DataFrame({"code": given.ravel()}))
    np.testing.assert_array_equal(found, expected)


def test_missing_dates_stay_missing_in_floats():
    frame = pd.DataFrame({"day": COLUMNS["day"].where(RNG.random(N) > 0.2)})
    encoder = TableEncoder().fit(frame)
    model = skl2onnx.to_onnx(encoder, initial_types=[("day", types("Double"))])
    moments = frame[["day"]].to_numpy("M8[us]")
    given = np.where(np.isnat(moments), np.nan, moments.astype(np.int64))
    (found,) = session(model).run(None, {"day": given})
    np.testing.assert_array_equal(found, encoder.transform(frame))


def test_columns_that_the_encoder_does_not_use_may_be_of_any_type():
    frame = pd.DataFrame({"number": COLUMNS["number"], "none": ["2024-01-05"] * N, "x": ["a"] * N})
    encoder = TableEncoder().fit(frame)
    kinds = [("number", types("Double")), ("none", types("String")), ("x", types("Float"))]
    model = skl2onnx.to_onnx(encoder, initial_types=kinds)
    given = {"number": frame[["number"]].to_numpy(), "none": frame[["none"]].to_numpy()}
    (found,) = session(model).run(None, given | {"x": np.zeros((N, 1), np.float32)})
    np.testing.assert_array_equal(found, encoder.transform(frame))


def beside_a_number():
    frame = pd.DataFrame({"age": COLUMNS["whole"].astype(float), "day": COLUMNS["text day"]})
    columns = make_column_transformer((StandardScaler(), ["age"]), remainder="passthrough")
    net = TabularMLPClassifier(n_members=1, max_iter=2, random_state=0)
    return make_pipeline(columns, net).fit(frame, COLUMNS["day"].day > 15), frame


@pytest.mark.parametrize("kind", ["Float", "Double"])
def test_dates_next_to_numbers_are_exact(kind):
    pipeline, frame = beside_a_number()
    kinds = [("age", types(kind)), ("day", types("Int64"))]
    model = skl2onnx.to_onnx(pipeline, initial_types=kinds, options={"zipmap": False})
    moments = frame[["day"]].to_numpy().astype("M8[us]").astype(np.int64)
    ages = frame[["age"]].to_numpy(np.float32 if kind == "Float" else np.float64)
    _, shares = session(model).run(None, {"age": ages, "day": moments})
    assert_near(shares, pipeline.predict_proba(frame), "float32")
