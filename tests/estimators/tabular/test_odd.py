"""Tables that are invalid, odd, tiny, wide, or in an unusual container."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from sknn.exceptions import TableWarning
from tests.estimators.tabular.parts import TABLE, N, X, assert_finite, both, scores

ROWS = np.arange(N)
DAYS = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(ROWS, "D"))
GOOD = {"a": X[:, 0], "b": np.where(ROWS % 2, "x", "y")}
ODD = {
    "all missing": {"none": np.full(N, np.nan)},
    "all None": {"none": np.full(N, None, object)},
    "constant": {"one": np.ones(N), "word": ["same"] * N},
    "only constant": None,
    "a category a row": {"id": [f"id{i}" for i in ROWS]},
    "mixed objects": {"mixed": ([1, "a", None, 2.5, True, b"b"] * 10)},
    "dates": {"day": DAYS},
    "dates with a zone": {"day": DAYS.dt.tz_localize("Europe/Rome")},
    "missing dates": {"day": DAYS.where(ROWS % 3 > 0)},
    "spans": {"span": DAYS - DAYS[0]},
    "empty strings": {"text": np.where(ROWS % 3 == 0, "", "word")},
    "only empty strings": {"text": [""] * N},
    "huge": {"huge": 1e300 * X[:, 1]},
    "tiny": {"tiny": 1e-300 * X[:, 1]},
    "huge ints": {"big": (2**62 + ROWS).astype(np.int64)},
    "one outlier": {"out": np.where(ROWS == 7, 1e30, X[:, 1])},
    "truth values": {"flag": ROWS % 2 == 0},
    "missing truth values": {"flag": pd.array([True, False, None] * 20, "boolean")},
    "nullable ints": {"n": pd.array([1, 2, None] * 20, "Int64")},
    "categories of numbers": {"c": pd.Categorical(ROWS % 5)},
    "unused categories": {"c": pd.Categorical(["u"] * N, categories=["u", "v"])},
    "ordered categories": {"c": pd.Categorical(["lo", "hi"] * 30, ["lo", "hi"], ordered=True)},
    "spelt numbers": {"s": X[:, 1].astype(str)},
    "unicode": {"ключ": ["ü", "é"] * 30},
    "intervals": {"cut": pd.cut(X[:, 1], 4)},
}


SAYS_NOTHING = pytest.mark.filterwarnings("ignore:(?s).*column 'id' has 60 different entries")


@pytest.mark.parametrize("linear_path", [0.0, 1.0])
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=SAYS_NOTHING if n == "a category a row" else ()) for n in ODD]
)
def test_odd_columns(name, linear_path):
    extra = ODD[name]
    table = pd.DataFrame({"one": np.ones(N)} if extra is None else GOOD | extra)
    for network, y in both(linear_path=linear_path):
        network.fit(table, y)
        assert_finite(network, table)
        assert_finite(network, table.head(1))
        if extra is not None:
            missing = table.head(4).copy()
            for column in missing:
                missing[column] = pd.Series([None] * 4, dtype=object)
            assert_finite(network, missing)


ALONE = {
    "categories": {"c": list("abc") * 20, "d": list("uv") * 30},
    "dates": {"day": DAYS},
    "one number": {"a": X[:, 0]},
}


@pytest.mark.parametrize("name", ALONE)
def test_columns_of_one_kind(name):
    table = pd.DataFrame(ALONE[name])
    for network, y in both(linear_path=1.0):
        assert_finite(network.fit(table, y), table)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("linear_path", [0.0, 1.0])
@pytest.mark.parametrize(("n_members", "n_splits"), [(2, 2), (4, 4), (2, 1), (8, 4)])
def test_few_rows(n, linear_path, n_members, n_splits):
    options = {"n_members": n_members, "n_splits": n_splits, "linear_path": linear_path}
    for bins in ("quantile", "tree"):
        for network, y in both(bins=bins, **options):
            assert_finite(network.fit(TABLE[:n], y[:n]), TABLE)


@pytest.mark.filterwarnings("ignore:The number of unique classes is greater than 50%")
def test_one_row_a_class():
    for network, _ in both(linear_path=1.0)[:1]:
        for y in (ROWS, np.where(ROWS < 59, 0, ROWS), np.where(ROWS < 58, "many", "few")):
            network.fit(TABLE, y)
            assert_array_equal(network.classes_, np.unique(y))
            assert_finite(network, TABLE)


def test_many_columns():
    wide = np.random.default_rng(0).standard_normal((50, 2000))
    for network, y in both(linear_path=1.0, max_iter=1, bins="quantile"):
        assert_finite(network.fit(wide, y[:50]), wide)


def test_duplicate_names():
    table = pd.DataFrame(X, columns=["a", "b", "a"])
    for network, y in both():
        with pytest.raises(ValueError, match="'a'"):
            network.fit(table, y)
        assert "encoder_" not in vars(network)


def test_unseen_categories_and_new_missing_values():
    for network, y in both(linear_path=1.0):
        network.fit(TABLE, y)
        new = TABLE.head(4).copy()
        new["color"] = ["violet", None, "red", ""]
        new["weight"] = [np.nan, 1e30, -1e30, 0.0]
        new["sold"] = pd.to_datetime(["1900-01-01", None, "2200-01-01", "2024-05-05"])
        assert_finite(network, new)


def test_other_columns_at_predict():
    for network, y in both():
        network.fit(TABLE, y)
        with pytest.raises(ValueError, match="same order"):
            network.predict(TABLE[TABLE.columns[::-1]])
        with pytest.raises(ValueError, match="missing"):
            network.predict(TABLE[["size", "weight"]])
        with pytest.raises(ValueError, match="unseen at fit"):
            network.predict(TABLE.assign(more=1.0))
        network.fit(X, y)
        with pytest.raises(ValueError, match="is expecting 3 features"):
            network.predict(X[:, :2])
        with pytest.raises(ValueError, match="0 sample|no rows|minimum of 1"):
            network.predict(X[:0])


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_infinities(bad):
    for network, y in both():
        for table in (TABLE.assign(weight=np.where(ROWS == 3, bad, 1.0)), np.where(X > 2, bad, X)):
            with pytest.raises(ValueError, match="infinit"):
                network.fit(table, y)
        network.fit(TABLE, y)
        with pytest.raises(ValueError, match="infinit"):
            network.predict(TABLE.assign(weight=bad))


def test_what_is_not_a_table():
    for network, y in both():
        for bad, kind in [
            (sp.csr_array(X), TypeError),
            (sp.csr_matrix(X), TypeError),
            (X[:, 0], ValueError),
            (X[:, :, None], ValueError),
            (X[:, :0], ValueError),
            (X[:0], ValueError),
            (X.astype(complex), (TypeError, ValueError)),
            ("table", (TypeError, ValueError)),
            (None, (TypeError, ValueError)),
            (1.0, (TypeError, ValueError)),
        ]:
            with pytest.raises(kind):
                network.fit(bad, y)
            assert "network_" not in vars(network)
        with pytest.raises(TypeError, match="[Ss]parse"):
            network.fit(X, y).predict(sp.csr_array(X))


FORMS = {
    "float32": lambda x: x.astype(np.float32),
    "fortran": np.asfortranarray,
    "object": lambda x: x.astype(object),
    "lists": lambda x: x.tolist(),
    "read only": lambda x: np.frombuffer(x.tobytes()).reshape(x.shape),
    "strided": lambda x: np.repeat(x, 2, axis=0)[::2],
    "strings": lambda x: x.astype(str).astype(object),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_one_table(name):
    x = np.round(X * 64) / 64  # Exact in every precision.
    for network, y in both(linear_path=1.0, categorical_features=None):
        expected = scores(network.fit(x, y), x)
        other = FORMS[name](x)
        assert_array_equal(scores(network.fit(other, y), other), expected)
        assert_array_equal(scores(network, x), expected)


def test_ints():
    for network, y in both():
        x = np.round(4 * X).astype(int)
        expected = scores(network.fit(x.astype(float), y), x)
        assert_array_equal(scores(network.fit(x, y), x), expected)


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_frames_of_other_libraries(library):
    module = pytest.importorskip(library)
    make = module.from_pandas if library == "polars" else module.Table.from_pandas
    frame = make(TABLE)
    for network, y in both(linear_path=1.0):
        expected = scores(network.fit(TABLE, y), TABLE)
        assert_array_equal(scores(network.fit(frame, y), frame), expected)
    if library == "polars":
        with pytest.raises(TypeError, match="lazy"):
            network.fit(frame.lazy(), y)


def test_order_of_rows_at_predict_does_not_matter():
    for network, y in both(linear_path=1.0):
        network.fit(TABLE, y)
        together = scores(network, TABLE)
        alone = np.concatenate([scores(network, TABLE.iloc[[i]]) for i in range(5)])
        assert_allclose(alone, together[:5], rtol=1e-12)
        assert_allclose(scores(network, TABLE[::-1]), together[::-1], rtol=1e-12)


def test_indices_of_frames_do_not_matter():
    shuffled = TABLE.set_index(np.random.default_rng(0).permutation(N))
    for network, y in both():
        expected = scores(network.fit(TABLE, y), TABLE)
        series = pd.Series(y, index=shuffled.index[::-1])
        assert_array_equal(scores(network.fit(shuffled, series), shuffled), expected)


def test_tables_are_not_changed():
    before = TABLE.copy()
    for network, y in both(linear_path=1.0, bins="tree"):
        kept = y.copy()
        network.fit(TABLE, y).predict(TABLE)
        pd.testing.assert_frame_equal(TABLE, before)
        assert_array_equal(y, kept)


def test_categorical_features():
    codes = np.column_stack([ROWS % 3, X[:, 0]])
    for given in ([0], [True, False], np.array([0])):
        for network, y in both(categorical_features=given):
            network.fit(codes, y)
            assert network.encoder_.kinds_ == ["category", "number"]
    for network, y in both(categorical_features=["color", "weight"]):
        with pytest.warns(TableWarning, match="'weight' has 60 different entries"):
            network.fit(TABLE, y)
        assert network.encoder_.kinds_[1] == "category"
    for network, y in both(categorical_features=["nothing"]):
        with pytest.raises(ValueError, match="categorical_features names"):
            network.fit(TABLE, y)
