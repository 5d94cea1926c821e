"""Categories and their levels, in any form."""

from decimal import Decimal

import numpy as np
import pytest

from sknn.preprocessing import TableEncoder

pd = pytest.importorskip("pandas")


def frame(values, **options):
    return pd.DataFrame({"c": pd.Series(values, **options)})


def column(values):
    return np.array([[value] for value in values], object)


def test_two_levels_share_a_column():
    encoder = TableEncoder(linear=True).fit(column("abab"))
    expected = [[-1, -1], [1, 1], [0, 0], [0, 0]]
    assert np.array_equal(encoder.transform(column(["a", "b", "c", None])), expected)
    assert encoder.get_feature_names_out().tolist() == ["x0_b", "linear_x0_b"]


def test_more_levels_get_a_column_each():
    encoder = TableEncoder(linear=True).fit(column("aaabbccd"))
    out = encoder.transform(column("abcde"))
    expected = np.eye(5)[:, :3]
    np.testing.assert_allclose(out, np.hstack([1.66 * expected, expected]), rtol=1e-6)


def test_the_most_frequent_levels():
    encoder = TableEncoder(max_categories=2).fit(column("zzzyyaaaabb"))
    assert encoder.get_feature_names_out().tolist() == ["x0_a", "x0_z"]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, "", "  "])
def test_missing_is_a_level(missing):
    encoder = TableEncoder().fit(column(["a", "b", "b", "a", missing, missing]))
    names = encoder.get_feature_names_out().tolist()
    assert names == ["x0_missing", "x0_a", "x0_b"]
    for other in (None, np.nan, pd.NA, pd.NaT, "", " "):
        assert encoder.transform(column([other]))[0, 0] == np.float32(1.66)


def test_missing_next_to_one_level():
    out = TableEncoder().fit_transform(column(["a", None, "a"]))
    assert out.tolist() == [[1], [-1], [1]]


@pytest.mark.parametrize("values", [["a"] * 4, [None] * 4, list("abcdef")])
def test_columns_without_a_common_level(values):
    encoder = TableEncoder().fit(column(values))
    assert encoder.get_feature_names_out().tolist() == ["constant"]
    assert not encoder.transform(column(["a", "q"])).any()


WORDS = ["a", "b", "c", "b", "a", "c", None]
FORMS = {
    "object": lambda: frame(WORDS, dtype=object),
    "category": lambda: frame(WORDS, dtype="category"),
    "category, another order": lambda: frame(pd.Categorical(WORDS, list("xcba"))),
    "string": lambda: frame(WORDS, dtype="string"),
    "default": lambda: frame(WORDS),
}


@pytest.mark.parametrize("later", FORMS)
@pytest.mark.parametrize("first", FORMS)
def test_dtypes_of_words(first, later):
    encoder = TableEncoder().fit(FORMS[first]())
    expected = TableEncoder().fit_transform(FORMS["object"]())
    assert np.array_equal(encoder.transform(FORMS[later]()), expected)


@pytest.mark.parametrize("dtype", [int, float, object, str, "category", "Int64"])
def test_whole_numbers_are_the_same_levels_in_any_dtype(dtype):
    values = [3, 1, 2, 2, 1, 3]
    encoder = TableEncoder(categorical_features=["c"]).fit(frame(values))
    expected = encoder.transform(frame(values))
    assert (expected != 0).sum() == 6
    assert np.array_equal(encoder.transform(frame(values).astype(dtype)), expected)


@pytest.mark.parametrize("dtype", [int, float, object, str, "boolean", "category"])
def test_truth_values_in_any_dtype(dtype):
    encoder = TableEncoder().fit(frame([True, False, True]))
    assert encoder.kinds_ == ["category"]
    assert encoder.transform(frame([False, True, True]).astype(dtype)).tolist() == [[-1], [1], [1]]


def test_numbers_that_become_truth_values():
    encoder = TableEncoder(categorical_features=[0]).fit([[0.0], [1.0]])
    assert encoder.transform(np.array([[True], [False]])).tolist() == [[1], [-1]]


def test_true_is_not_one_where_both_occur():
    X = column([True, 1, "x", True, 1.0, "x", Decimal(1)])
    encoder = TableEncoder().fit(X)
    assert encoder.get_feature_names_out().tolist() == ["x0_1", "x0_True", "x0_x"]
    together = encoder.transform(X)
    alone = np.vstack([encoder.transform(X[i : i + 1]) for i in range(len(X))])
    assert np.array_equal(together, alone)


def test_levels_of_mixed_types():
    X = column(["a", b"a", 1, 1.0, 0.5, Decimal("0.50"), (1, 2), (1, 2), [3], [3]])
    names = TableEncoder().fit(X).get_feature_names_out().tolist()
    assert names == ["x0_(1, 2)", "x0_0.5", "x0_1", "x0_[3]", "x0_a"]


@pytest.mark.parametrize("kind", ["U", "S"])
def test_arrays_of_text(kind):
    X = np.array([["a"], ["b"], ["b"]]).astype(kind)
    assert TableEncoder().fit_transform(X).tolist() == [[-1], [1], [1]]


MIXED = np.array([[1.0, "a", 2], [2.0, "b", 3], [0.5, "b", 2]], object)


@pytest.mark.parametrize(
    "features, kinds",
    [
        ("from_dtype", ["number", "category", "number"]),
        ([1, 2], ["number", "category", "category"]),
        ([False, True, True], ["number", "category", "category"]),
        (["a", "b"], ["category", "category", "number"]),
        (np.array(["b"]), ["number", "category", "number"]),
    ],
)
def test_which_columns_are_categories(features, kinds):
    X = pd.DataFrame(MIXED, columns=list("abc"))
    assert TableEncoder(categorical_features=features).fit(X).kinds_ == kinds


@pytest.mark.parametrize("features", [None, [], [2]])
def test_other_columns_must_hold_numbers(features):
    with pytest.raises(ValueError, match=r"column 1 .* of X: could not convert 'a'.*categorical_f"):
        TableEncoder(categorical_features=features).fit(MIXED)


def test_no_categories_at_all():
    X = frame(["1", "2.5", None, "4"], dtype="category").assign(b=[True, False, True, True])
    encoder = TableEncoder(categorical_features=None, n_bins=None).fit(X)
    assert encoder.kinds_ == ["number", "number"]
    assert encoder.get_feature_names_out().tolist() == ["c", "b", "c_missing"]


@pytest.mark.parametrize(
    "features, message",
    [
        ([3], r"indices outside \[0, 2\]"),
        ([-1], "indices outside"),
        ([True], "mask of 1 entries"),
        (["d"], r"names \['d'\], which are not columns of X: .*; pass indices from 0 to 2\.$"),
        ("all", "must be 'from_dtype', None"),
        ([[0, 1]], "must be 'from_dtype', None"),
        ([0.5], "not columns of X"),
    ],
)
def test_bad_choices_of_columns(features, message):
    with pytest.raises(ValueError, match=f"categorical_features .*{message}"):
        TableEncoder(categorical_features=features).fit(MIXED)


def test_an_unknown_name_is_told_the_names_there_are():
    frame = pd.DataFrame({f"column {i}": [0.0, 1.0] for i in range(12)})
    with pytest.raises(ValueError, match=r"its columns are 'column 0', .*'column 9', \.\.\.\.$"):
        TableEncoder(categorical_features=["price"]).fit(frame)
