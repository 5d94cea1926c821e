"""Odd frames and series of pandas, polars, and pyarrow."""

import datetime
from decimal import Decimal

import numpy as np
import pytest
import scipy.sparse as sp

from sknn import MLPClassifier, MLPRegressor
from tests.estimators.data import BINARY, REAL, THREE, X
from tests.odd.helpers import BOTH, SMALL, assert_means, assert_refuses

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
DAYS = np.datetime64("2020-01-01", "us") + np.arange(60) * np.timedelta64(1, "D")
SPANS = DAYS - DAYS[0]
DAY = datetime.date(2020, 1, 1)
NAMES = np.array(["a", "b", "c"])[THREE]


def frame(values):
    return pd.DataFrame({"a": X[:, 0], "b": values})


BAD_COLUMNS = {
    "pandas strings": lambda: pd.Series(["a"] * 60),
    "pandas string dtype": lambda: pd.Series(["a"] * 60, dtype="string"),
    "pandas names as categories": lambda: pd.Series(pd.Categorical(NAMES)),
    "pandas categories, one missing": lambda: pd.Series(pd.Categorical([1, None] * 30)),
    "pandas Int64 with NA": lambda: pd.Series([1, None] * 30, dtype="Int64"),
    "pandas Float64 with NA": lambda: pd.Series([1.0, None] * 30, dtype="Float64"),
    "pandas boolean with NA": lambda: pd.Series([True, None] * 30, dtype="boolean"),
    "pandas NaN": lambda: pd.Series([1.0, None] * 30),
    "pandas objects with NA": lambda: pd.Series([1.0, pd.NA] * 30, dtype=object),
    "pandas arrow with null": lambda: pd.Series([1.0, None] * 30, dtype="double[pyarrow]"),
    "pandas dates": lambda: pd.Series(DAYS),
    "pandas dates with a zone": lambda: pd.Series(DAYS).dt.tz_localize("UTC"),
    "pandas time spans": lambda: pd.Series(SPANS),
    "pandas periods": lambda: pd.Series(pd.period_range("2020", periods=60)),
    "pandas intervals": lambda: pd.Series(pd.interval_range(0, 60)),
    "pandas dates as objects": lambda: pd.Series([DAY] * 60),
    "pandas timestamps as objects": lambda: pd.Series(DAYS).astype(object),
    "pandas arrow timestamps": lambda: pd.Series(DAYS).astype("timestamp[us][pyarrow]"),
    "pandas complex": lambda: pd.Series(X[:, 0] + 1j),
    "pandas lists": lambda: pd.Series([[1.0]] * 60),
}
BAD_FRAMES = {name: lambda make=make: frame(make()) for name, make in BAD_COLUMNS.items()} | {
    "pandas, no columns": lambda: pd.DataFrame(index=range(60)),
    "pandas, nothing": lambda: pd.DataFrame(),
    "pandas, no rows": lambda: frame(X[:, 1]).iloc[:0],
    "pandas, a series": lambda: pd.Series(X[:, 0]),
    "pandas, an index": lambda: pd.Index(X[:, 0]),
    "pandas, a name twice": lambda: pd.DataFrame(X[:, :2], columns=["a", "a"]),
    "pandas, names and numbers": lambda: pd.DataFrame(X[:, :2], columns=["a", 1]),
    "polars null": lambda: pl.DataFrame({"a": [1.0, None] * 30}),
    "polars integers with null": lambda: pl.DataFrame({"a": [1, None] * 30}),
    "polars NaN": lambda: pl.DataFrame({"a": [1.0, float("nan")] * 30}),
    "polars nothing but null": lambda: pl.DataFrame({"a": [None] * 60}),
    "polars strings": lambda: pl.DataFrame({"a": ["x"] * 60}),
    "polars categories": lambda: pl.DataFrame({"a": pl.Series(["x"] * 60, dtype=pl.Categorical)}),
    "polars dates": lambda: pl.DataFrame({"a": [DAY] * 60}),
    "polars datetimes": lambda: pl.DataFrame({"a": DAYS}),
    "polars durations": lambda: pl.DataFrame({"a": SPANS}),
    "polars times": lambda: pl.DataFrame({"a": [datetime.time(1)] * 60}),
    "polars lists": lambda: pl.DataFrame({"a": [[1.0]] * 60}),
    "polars structs": lambda: pl.DataFrame({"a": [{"b": 1.0}] * 60}),
    "polars objects": lambda: pl.DataFrame({"a": pl.Series([object()] * 60, dtype=pl.Object)}),
    "polars, a series": lambda: pl.Series(X[:, 0]),
    "polars, lazy": lambda: pl.DataFrame(X).lazy(),
    "polars, nothing": lambda: pl.DataFrame(),
    "pyarrow null": lambda: pa.table({"a": [1.0, None] * 30}),
    "pyarrow integers with null": lambda: pa.table({"a": [1, None] * 30}),
    "pyarrow strings": lambda: pa.table({"a": ["x"] * 60}),
    "pyarrow dictionary": lambda: pa.table({"a": pa.array(["x"] * 60).dictionary_encode()}),
    "pyarrow timestamps": lambda: pa.table({"a": pa.array(DAYS)}),
    "pyarrow dates": lambda: pa.table({"a": pa.array([DAY] * 60)}),
    "pyarrow durations": lambda: pa.table({"a": pa.array(SPANS)}),
    "pyarrow times": lambda: pa.table({"a": pa.array([datetime.time(1)] * 60)}),
    "pyarrow lists": lambda: pa.table({"a": [[1.0]] * 60}),
    "pyarrow, an array": lambda: pa.array(X[:, 0]),
}


@pytest.mark.filterwarnings("ignore:X has feature names")
@pytest.mark.parametrize("name", BAD_FRAMES)
def test_refused_frames(name):
    make = BAD_FRAMES[name]
    for kind in BOTH:
        assert_refuses(lambda kind=kind: kind().fit(make(), BINARY), "X|[Ff]eature names")
        assert_refuses(lambda kind=kind: kind().fit(X, BINARY, X_val=make(), y_val=BINARY), "X_val")


BAD_SERIES = {
    "pandas Int64 with NA": lambda: pd.Series([1, None] * 30, dtype="Int64"),
    "pandas boolean with NA": lambda: pd.Series([True, None] * 30, dtype="boolean"),
    "pandas string with NA": lambda: pd.Series(["a", None] * 30, dtype="string"),
    "pandas names with None": lambda: pd.Series(["a", None] * 30),
    "pandas categories, one missing": lambda: pd.Series(pd.Categorical(["a", None] * 30)),
    "pandas objects with NA": lambda: pd.Series([1.0, pd.NA] * 30, dtype=object),
    "pandas dates": lambda: pd.Series(DAYS),
    "pandas dates with a zone": lambda: pd.Series(DAYS).dt.tz_localize("UTC"),
    "pandas date index": lambda: pd.DatetimeIndex(DAYS),
    "pandas time spans": lambda: pd.Series(SPANS),
    "pandas periods": lambda: pd.Series(pd.period_range("2020", periods=60)),
    "pandas intervals": lambda: pd.Series(pd.interval_range(0, 60)),
    "pandas timestamps as objects": lambda: pd.Series(DAYS).astype(object),
    "polars null": lambda: pl.Series([1.0, None] * 30),
    "polars integers with null": lambda: pl.Series([1, None] * 30),
    "polars names with null": lambda: pl.Series(["a", None] * 30),
    "polars dates": lambda: pl.Series([DAY] * 60),
    "polars durations": lambda: pl.Series(SPANS),
    "pyarrow null": lambda: pa.array([1.0, None] * 30),
    "pyarrow names with null": lambda: pa.array(["a", None] * 30),
    "pyarrow dates": lambda: pa.array([DAY] * 60),
    "pyarrow timestamps": lambda: pa.array(DAYS),
    "pyarrow durations": lambda: pa.array(SPANS),
}


@pytest.mark.parametrize("name", BAD_SERIES)
def test_refused_series(name):
    make = BAD_SERIES[name]
    for kind in BOTH:
        assert_refuses(lambda kind=kind: kind().fit(X, make()), "y")
        assert_refuses(lambda kind=kind: kind().fit(X, BINARY, make()), "sample_weight")


TWO = X[:, :2]
INTEGERS = np.column_stack([X[:, 0], THREE])
FRAMES_TAKEN = {
    "pandas": (pd.DataFrame(TWO), TWO),
    "pandas objects": (pd.DataFrame(TWO).astype(object), TWO),
    "pandas, odd index": (pd.DataFrame(TWO, index=range(60, 0, -1)), TWO),
    "pandas, an index of dates": (pd.DataFrame(TWO, index=DAYS), TWO),
    "pandas, index twice the same": (pd.DataFrame(TWO, index=[7] * 60), TWO),
    "pandas Int64": (frame(pd.Series(THREE, dtype="Int64")), INTEGERS),
    "pandas Float64": (frame(pd.Series(X[:, 1], dtype="Float64")), TWO),
    "pandas boolean": (frame(pd.Series(BINARY > 0, dtype="boolean")), np.c_[X[:, 0], BINARY]),
    "pandas bool": (frame(BINARY > 0), np.column_stack([X[:, 0], BINARY])),
    "pandas categories that are numbers": (frame(pd.Categorical(THREE)), INTEGERS),
    "pandas Decimal": (frame([Decimal("1.5")] * 60), np.c_[X[:, 0], np.full(60, 1.5)]),
    "pandas numbers spelt": (frame(THREE.astype(str)), INTEGERS),
    "pandas arrow": (frame(pd.Series(X[:, 1], dtype="double[pyarrow]")), TWO),
    "pandas int8": (frame(THREE.astype(np.int8)), INTEGERS),
    "polars": (pl.DataFrame(TWO), TWO),
    "polars integers": (pl.DataFrame({"a": X[:, 0], "b": THREE}), INTEGERS),
    "polars bool": (pl.DataFrame({"a": X[:, 0], "b": BINARY > 0}), np.c_[X[:, 0], BINARY]),
    "polars decimal": (pl.DataFrame({"a": [Decimal("1.5")] * 60}), np.full((60, 1), 1.5)),
    "pyarrow": (pa.table({"a": X[:, 0], "b": X[:, 1]}), TWO),
    "pyarrow integers": (pa.table({"a": X[:, 0], "b": THREE}), INTEGERS),
    "pyarrow bool": (pa.table({"a": BINARY > 0}), BINARY[:, None] * 1.0),
}


@pytest.mark.bits
@pytest.mark.parametrize("name", FRAMES_TAKEN)
@pytest.mark.parametrize("kind", BOTH)
def test_accepted_frames(kind, name):
    odd, plain = FRAMES_TAKEN[name]
    assert_means(kind, (odd, REAL > 30), (plain, REAL > 30))


@pytest.mark.bits
def test_a_sparse_frame():
    sparse = pd.DataFrame.sparse.from_spmatrix(sp.csr_matrix(X))
    assert_means(MLPRegressor, (sparse, REAL), (sp.csr_array(X), REAL))


SERIES_TAKEN = {
    "pandas, odd index": (lambda v: pd.Series(v, index=range(60, 0, -1))),
    "pandas index": pd.Index,
    "pandas nullable": lambda v: pd.Series(v).convert_dtypes(),
    "pandas arrow": lambda v: pd.Series(pa.array(v), dtype=pd.ArrowDtype(pa.array(v).type)),
    "pandas categories": lambda v: pd.Series(pd.Categorical(v)),
    "polars": pl.Series,
    "pyarrow": pa.array,
    "pyarrow, chunked": lambda v: pa.chunked_array([v]),
}


@pytest.mark.bits
@pytest.mark.parametrize("name", SERIES_TAKEN)
def test_accepted_series(name):
    """Rows are matched by position, never by index."""
    make = SERIES_TAKEN[name]
    assert_means(MLPRegressor, (X, make(REAL), make(REAL)), (X, REAL, REAL))
    assert_means(MLPClassifier, (X, make(THREE)), (X, THREE))
    named = MLPClassifier(**SMALL).fit(X, make(NAMES.tolist()))
    assert list(named.classes_) == ["a", "b", "c"]


WRONG_COLUMNS = {
    "renamed": lambda t: t.rename(columns={"a": "z"}),
    "reordered": lambda t: t[["b", "a"]],
    "one missing": lambda t: t[["a"]],
    "one too many": lambda t: t.assign(c=1.0),
    "one twice": lambda t: t[["a", "a"]],
    "numbered": lambda t: t.set_axis([0, 1], axis=1),
    "half numbered": lambda t: t.set_axis(["a", 1], axis=1),
}


@pytest.mark.parametrize("name", WRONG_COLUMNS)
@pytest.mark.parametrize("kind", BOTH)
def test_wrong_columns(kind, name):
    table = pd.DataFrame(TWO, columns=["a", "b"])
    net = kind(**SMALL).fit(table, BINARY)
    wrong = WRONG_COLUMNS[name](table)
    if name == "numbered":
        with pytest.warns(UserWarning, match="does not have valid feature names"):
            net.predict(wrong)
        return
    for call in (net.predict, lambda x: net.partial_fit(x, BINARY)):
        assert_refuses(lambda call=call: call(wrong), "X|[Ff]eature names|features")
