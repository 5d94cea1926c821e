"""The same table in frames of pandas, polars, and pyarrow."""

from decimal import Decimal

import numpy as np
import pytest
import scipy.sparse as sp

from sknn.preprocessing import TableEncoder

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

DATA = {
    "whole": [3, 1, None, 7, 2, 2],
    "real": [0.5, 1.5, 2.5, None, 0.0, 1.0],
    "truth": [True, False, True, True, None, False],
    "word": ["a", "b", "a", None, "c", "b"],
    "money": [Decimal("1.5"), Decimal("2.25"), None, Decimal(3), Decimal(0), Decimal(1)],
    "nothing": [None] * 6,
}
ARROW = pa.table(DATA)
KINDS = {
    "pandas": lambda: pd.DataFrame(DATA),
    "pandas objects": lambda: pd.DataFrame(DATA, dtype=object),
    "pandas nullable": lambda: pd.DataFrame(DATA).convert_dtypes(),
    "pandas arrow": lambda: ARROW.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas categories": lambda: pd.DataFrame(DATA).astype({"word": "category"}),
    "polars": lambda: pl.DataFrame(DATA, strict=False),
    "polars categories": lambda: pl.DataFrame(DATA).cast({"word": pl.Categorical}),
    "polars enum": lambda: pl.DataFrame(DATA).cast({"word": pl.Enum(["c", "b", "a"])}),
    "pyarrow": lambda: ARROW,
    "pyarrow chunks": lambda: pa.concat_tables([ARROW[:2], ARROW[2:]]),
    "pyarrow batch": lambda: ARROW.combine_chunks().to_batches()[0],
    "pyarrow dictionary": lambda: ARROW.set_column(
        3, "word", pa.array(DATA["word"]).dictionary_encode()
    ),
    "array": lambda: np.array(list(DATA.values()), object).T,
    "list": lambda: np.array(list(DATA.values()), object).T.tolist(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_one_table_in_any_frame(kind):
    X = KINDS[kind]()
    expected = TableEncoder(linear=True).fit(KINDS["pandas"]())
    encoder = TableEncoder(linear=True).fit(X)
    assert encoder.kinds_[:5] == ["number", "number", "category", "category", "number"]
    assert np.array_equal(encoder.transform(X), expected.transform(KINDS["pandas"]()))


@pytest.mark.parametrize("later", [kind for kind in KINDS if kind not in ("array", "list")])
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_another_frame_in_transform(later):
    encoder = TableEncoder().fit(KINDS["pandas"]())
    expected = encoder.transform(KINDS["pandas"]())
    assert np.array_equal(encoder.transform(KINDS[later]()), expected)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "pyarrow batch"])
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_other_columns(kind):
    X = KINDS[kind]()
    encoder = TableEncoder().fit(X)
    order = list(DATA)[::-1]
    with pytest.raises(ValueError, match="feature names should match"):
        encoder.transform(X.select(order) if hasattr(X, "select") else X[order])
    short = order[1:]
    with pytest.raises(ValueError, match="feature"):
        encoder.transform(X.select(short) if hasattr(X, "select") else X[short])


def test_sparse_columns_of_pandas():
    X = pd.DataFrame({"a": [0.0, 1.0, 0.0, 3.0]})
    expected = TableEncoder().fit_transform(X)
    assert np.array_equal(TableEncoder().fit_transform(X.astype("Sparse[float]")), expected)


def test_numbers_among_objects():
    X = pd.DataFrame({"a": np.array([1, 2.5, None, np.int8(4), Decimal(1), ""], object)})
    assert TableEncoder().fit(X).kinds_ == ["number"]


def test_spelt_numbers():
    encoder = TableEncoder().fit(pd.DataFrame({"a": [1.0, 2.0, 3.0]}))
    spelt = pd.DataFrame({"a": ["1", " 2.0", "3e0"]})
    assert np.array_equal(encoder.transform(spelt), encoder.transform(spelt.astype(float)))
    for bad in (["x"], [[1.0]], [1j]):
        with pytest.raises((ValueError, TypeError), match="column 'a' of X"):
            encoder.transform(pd.DataFrame({"a": pd.Series(bad, dtype=object)}))


@pytest.mark.parametrize(
    "data",
    [
        np.ma.array([[1, 2], [3, 4], [5, 9]], mask=[[0, 1], [0, 0], [0, 0]]),
        np.ma.array([[1.0, 2], [3, 4], [5, 9]], mask=[[0, 1], [0, 0], [0, 0]]),
    ],
)
def test_masked_entries_are_missing(data):
    expected = TableEncoder().fit_transform(data.astype(float).filled(np.nan))
    assert np.array_equal(TableEncoder().fit_transform(data), expected)


def test_masked_words_and_dates():
    words = np.ma.array([["a"], ["b"], ["b"], ["c"]], mask=[[0], [0], [0], [1]])
    names = TableEncoder().fit(words).get_feature_names_out().tolist()
    assert names == ["x0_b"]
    days = np.ma.array(np.arange(4).astype("M8[D]")[:, None], mask=[[0], [0], [0], [1]])
    names = TableEncoder(n_bins=None).fit(days).get_feature_names_out().tolist()
    assert names == ["x0_days", "x0_day", "x0_weekday", "x0_days_missing"]


REFUSED = {
    "sparse": (sp.csr_array(np.eye(3)), TypeError, r"X\.toarray\(\)"),
    "rows of JSON": ([{"a": 1.0}, {"a": 2.0}], TypeError, r"pandas\.DataFrame\(X\)"),
    "a row of JSON": ({"a": 1.0}, TypeError, r"pandas\.DataFrame\(\[X\]\)"),
    "lazy": (pl.DataFrame({"a": [1]}).lazy(), TypeError, r"X\.collect\(\)"),
    "records": (np.zeros(3, [("a", int)]), TypeError, "X holds records"),
    "vector": (np.arange(3.0), ValueError, "In X: Expected 2D array"),
    "series": (pd.Series([1.0]), ValueError, "In X: Expected"),
    "three dimensions": (np.zeros((2, 2, 2)), ValueError, "X has 3 axes"),
    "ragged": ([[1, 2], [3]], ValueError, "In X the rows are arrays of different shapes"),
    "one name twice": (pd.DataFrame([[1, 2]], columns=["a", "a"]), ValueError, "more than one"),
    "no rows": (pd.DataFrame({"a": []}), ValueError, r"X: .*0 sample\(s\)"),
    "no columns": (pd.DataFrame(index=range(3)), ValueError, r"X: .*0 feature\(s\)"),
    "infinity": (pd.DataFrame({"a": [1.0], "b": [np.inf]}), ValueError, "infinity.* column 'b'"),
    "infinity in an array": (np.array([[1.0, -np.inf]]), ValueError, "infinity.* column 1"),
    "complex": (np.array([[1j]]), ValueError, "Complex data not supported"),
    "complex column": (pd.DataFrame({"a": [1j]}), ValueError, "'a' of X: Complex"),
    "complex objects": (np.array([[1j]], object), ValueError, "column 0 .* of X: Complex"),
    "beyond floats": ([[10**400], [1]], ValueError, "column 0 .* of X"),
    "None": (None, ValueError, "X is a single value, None"),
    "text": ("abc", ValueError, "X is a text, .abc."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_odd_tables_are_refused(case):
    X, error, message = REFUSED[case]
    encoder = TableEncoder().fit(np.eye(4))
    before = dict(vars(encoder))
    with pytest.raises(error, match=message):
        encoder.fit(X)
    assert vars(encoder) == before
