import datetime

import numpy as np
import pytest

from sknn import TabularMLPClassifier, TabularMLPRegressor
from sknn.persistence import onnx_inputs, to_onnx
from sknn.preprocessing import TableEncoder
from tests.persistence.onnx.running import DTYPES, assert_near, run

pd = pytest.importorskip("pandas")
BRIEF = {"max_iter": 3, "random_state": 0, "hidden_layer_sizes": (8,)}


def table(n=160, seed=0):
    """Return a table with columns of all kinds, with missing entries."""
    rng = np.random.default_rng(seed)
    dates = np.datetime64("1890-01-01", "s") + rng.integers(0, 6 * 10**9, n)
    found = pd.DataFrame(
        {
            "number": rng.normal(size=n) * 1e3,
            "whole": rng.integers(0, 3, n),
            "far": 10.0 ** rng.integers(-100, 100, n),
            "constant": np.ones(n),
            "text": rng.choice(["red", "green", "blue", None], n),
            "pair": rng.choice(["yes", "no"], n),
            "truth": rng.choice([True, False], n),
            "spelt": rng.choice(["1,5", "2,25", "n/a", "-7,0"], n),
            "date": pd.to_datetime(dates.astype("M8[us]")),
            "day": rng.choice(["2020-02-29", "1900-03-01", "2000-12-31", ""], n),
            "span": pd.to_timedelta(rng.integers(-(10**6), 10**6, n), "s"),
            "levels": pd.Categorical(rng.choice(["a", "b", "c"], n)),
        }
    )
    for column in ("number", "date", "span", "levels"):
        found.loc[rng.random(n) < 0.1, column] = None
    return found


def with_unseen_levels(frame):
    """Return a table in which some entries have unseen levels."""
    found = frame.copy()
    found.loc[found.index[:9], "text"] = "violet"
    found.loc[found.index[5:12], "pair"] = None
    found["truth"] = found["truth"].astype(object)
    found.loc[found.index[3], "truth"] = "true"
    return found


TARGET = np.random.default_rng(1).choice(["no", "perhaps", "yes"], 160)


def assert_equal(encoder, frame):
    found = run(to_onnx(encoder), onnx_inputs(encoder, frame))["encoded"]
    expected = encoder.transform(frame)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "parameters",
    [{}, {"linear": True}, {"bins": "tree"}, {"n_bins": None}, {"max_categories": 1}],
    ids=str,
)
def test_the_encoder_is_equal_to_the_bit(parameters):
    encoder = TableEncoder(**parameters).fit(table(), np.random.default_rng(2).normal(size=160))
    assert_equal(encoder, table())
    assert_equal(encoder, with_unseen_levels(table(40, seed=5)))


def test_numbers_named_as_categories_are_read_as_their_texts():
    codes = np.random.default_rng(0).integers(0, 4, (60, 3)).astype(float)
    codes[::7, 1] = np.nan
    encoder = TableEncoder(categorical_features=[0, 1]).fit(codes)
    assert_equal(encoder, codes)
    inputs = onnx_inputs(encoder, codes)
    assert list(inputs) == ["x0", "x1", "x2"]
    assert inputs["x1"][0, 0] == ""


def test_a_table_that_says_nothing_becomes_zeros():
    encoder = TableEncoder(linear=True).fit(np.ones((9, 2)))
    assert_equal(encoder, np.ones((4, 2)))


def test_dates_have_the_parts_of_the_calendar():
    days = np.arange(-800_000, 800_000, 997) * 86_400_000_000 + 4_500_000_123
    frame = pd.DataFrame({"when": pd.Series(days.astype("M8[us]"))})
    frame.loc[3, "when"] = None
    assert_equal(TableEncoder(n_bins=None).fit(frame), frame)


def test_each_column_is_an_input_of_its_type():
    encoder = TableEncoder().fit(table())
    inputs = onnx_inputs(encoder, table(3))
    assert list(inputs) == list(table().columns)
    kinds = {name: column.dtype.kind for name, column in inputs.items()}
    assert kinds["number"] == kinds["whole"] == kinds["spelt"] == kinds["span"] == "f"
    assert kinds["date"] == kinds["day"] == "i"
    assert kinds["text"] == kinds["truth"] == kinds["levels"] == "O"
    assert {column.shape for column in inputs.values()} == {(3, 1)}


@pytest.mark.parametrize(
    ("names", "words"), [(["a", ""], "needs a name"), (["a", "encoded"], "output 'encoded'")]
)
def test_columns_that_cannot_be_inputs_are_reported(names, words):
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 2)), columns=names)
    with pytest.raises(ValueError, match=words):
        to_onnx(TableEncoder().fit(frame))


def test_columns_may_be_named_like_anything_inside():
    names = ["mul_0", "constant_0", "sub_1", "cast_0"]
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 4)), columns=names)
    assert_equal(TableEncoder().fit(frame), frame)


@pytest.mark.parametrize("y", [TARGET, TARGET == "no"], ids=["three", "two"])
@pytest.mark.parametrize(
    "parameters",
    [
        {"n_members": 4, "n_splits": 2, "linear_path": 1.0},
        {"n_members": 1, "n_splits": 1, "loss": "hinge"},
        {"n_members": 3, "n_splits": 3, "loss": "hinge"},
    ],
    ids=str,
)
def test_classifiers_of_tables_answer_the_same(parameters, y):
    estimator = TabularMLPClassifier(**BRIEF | parameters).fit(table(), y)
    new = with_unseen_levels(table(40, seed=5))
    for dtype in DTYPES:
        found = run(to_onnx(estimator, dtype), onnx_inputs(estimator, new))
        np.testing.assert_array_equal(found["label"], estimator.predict(new))
        if "probabilities" in found:
            assert_near(found["probabilities"], estimator.predict_proba(new), dtype)
        else:
            assert_near(found["scores"], estimator.decision_function(new), dtype)


@pytest.mark.parametrize("loss", ["squared_error", "poisson", "gaussian_nll"])
def test_regressors_of_tables_answer_the_same(loss):
    y = np.abs(np.random.default_rng(0).normal(size=(160, 2)))
    estimator = TabularMLPRegressor(loss=loss, n_members=2, n_splits=2, **BRIEF).fit(table(), y)
    for dtype in DTYPES:
        found = run(to_onnx(estimator, dtype), onnx_inputs(estimator, table(40, seed=5)))
        assert_near(found["predictions"], estimator.predict(table(40, seed=5)), dtype)


def test_dates_of_python_are_inputs_too():
    day = datetime.date(2024, 2, 29)
    frame = pd.DataFrame({"when": [day + datetime.timedelta(days=i) for i in range(40)]})
    encoder = TableEncoder().fit(frame)
    assert onnx_inputs(encoder, frame)["when"][1, 0] == 1_709_251_200_000_000
    assert_equal(encoder, frame)


def test_ordered_levels():
    order = ["low", "middle", "high"]
    words = np.random.default_rng(0).choice([*order, None], 60)
    frame = pd.DataFrame({"grade": pd.Categorical(words, order, ordered=True)})
    encoder = TableEncoder(linear=True).fit(frame)
    assert "grade_rank" in encoder.get_feature_names_out()
    assert_equal(encoder, frame)
    assert_equal(encoder, with_another_word(frame))


def with_another_word(frame):
    found = frame.astype(object)
    found.loc[:5, "grade"] = "odd"
    return found
