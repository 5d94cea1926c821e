"""Tables that are made like others: dtypes, names, time zones, types of objects."""

import datetime
from decimal import Decimal

import numpy as np
import pytest

from sknn.preprocessing.columns import read_table
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.tokens.coder import TableCoder
from sknn.preprocessing.tokens.frames import dtype_named, within
from sknn.preprocessing.tokens.zones import name_of, to_utc, to_wall, zone_named, zone_of_text

pd = pytest.importorskip("pandas")
N = 90
RNG = np.random.default_rng(0)
GAPS = RNG.random(N) < 0.3
DAYS = pd.Timestamp("2020-01-01") + pd.to_timedelta(RNG.integers(0, 300, N), unit="D")
MOMENTS = [day.to_pydatetime() for day in DAYS]


def gappy(values, lost):
    column = np.array(values, object)
    column[GAPS] = lost
    return column


def made(frame, seed=1):
    """Return a table with entries that are drawn inside the cells of those of a table."""
    table = read_table(frame)
    coder = TableCoder.fit(table, Sample.of(None, table.n_rows), None, 256)
    codes, columns, at = coder.codes(coder.encode(table, np.float64)), [], 0
    for column in coder.columns:
        here = codes[:, at : at + len(column.sizes)]
        columns.append(column.decode(here, np.random.default_rng(seed)))
        at += len(column.sizes)
    return coder.table(columns)


COLUMNS = {
    "Int64": pd.array(gappy(RNG.integers(0, 1000, N), pd.NA), dtype="Int64"),
    "Float32": pd.array(gappy(RNG.normal(size=N), pd.NA), dtype="Float32"),
    "boolean": pd.array(gappy(RNG.random(N) < 0.5, pd.NA), dtype="boolean"),
    "string": pd.array(gappy(RNG.choice(["a", "b"], N), pd.NA), dtype="string"),
    "unused levels": pd.Categorical(RNG.choice(["a", "b"], N), ["z", "b", "a"], ordered=True),
    "short levels": pd.Categorical(RNG.integers(0, 3, N).astype("int8")),
    "intervals": pd.cut(RNG.normal(size=N), 4),
    "no entries": pd.Categorical([None] * N, ["a", "b"]),
    "months": pd.period_range("2000-01", periods=N, freq="M"),
    "quarters": pd.period_range("2000Q1", periods=N, freq="Q"),
    "spans": pd.Series(RNG.integers(0, 10**6, N).astype("m8[ns]")),
    "seconds": pd.Series(RNG.integers(0, 10**9, N).astype("M8[s]")),
    "Berlin": pd.Series(DAYS).dt.tz_localize("Europe/Berlin"),
    "offset": pd.Series(DAYS).dt.tz_localize("+05:30"),
    "sparse": pd.arrays.SparseArray(np.where(RNG.random(N) < 0.7, 0.0, RNG.normal(size=N))),
    "int64": np.where(GAPS, 2**63 - 1, 2**62),
    "uint64": np.where(GAPS, np.uint64(2**64 - 1), np.uint64(5)),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_dtypes_come_back(name):
    frame = pd.DataFrame({name: COLUMNS[name]})
    drawn, known = made(frame)[name], frame[name]
    assert drawn.dtype == known.dtype
    np.testing.assert_array_equal(drawn.isna(), known.isna())
    if known.dtype.kind in "iuMm" and known.notna().any():
        assert known.min() <= drawn.max() <= known.max()


OBJECTS = {
    "cents": [Decimal(int(i)) / 100 for i in RNG.integers(0, 10**5, N)],
    "dates": [each.date() for each in MOMENTS],
    "moments": MOMENTS,
    "aware": [each.replace(tzinfo=datetime.UTC) for each in MOMENTS],
    "ahead": [each.replace(tzinfo=zone_named("+02:00")) for each in MOMENTS],
    "waits": [datetime.timedelta(minutes=int(i)) for i in RNG.integers(0, 10**5, N)],
    "whole": RNG.integers(0, 1000, N).tolist(),
    "real": RNG.normal(size=N).tolist(),
    "none": [None] * N,
    "blank": RNG.choice(["a", ""], N).tolist(),
    "mixed": RNG.choice(np.array([1, "a", 2.5, None], object), N).tolist(),
}


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.parametrize("lost", [None, np.nan, ...], ids=["None", "NaN", "no gaps"])
def test_objects_keep_their_types(name, lost):
    column = np.empty(N, object)
    column[:] = OBJECTS[name]
    if lost is not ...:
        column[GAPS] = lost
    drawn = made(pd.DataFrame({"x": pd.Series(column, dtype=object)})).x
    assert set(map(type, drawn)) <= set(map(type, column))
    if name == "cents":
        assert all(each == round(each, 2) for each in drawn.dropna())
    if name in ("aware", "ahead"):
        offsets = {each.utcoffset() for each in drawn.dropna()}
        assert offsets == {each.utcoffset() for each in OBJECTS[name]}


def test_dates_at_midnight_stay_there():
    frame = pd.DataFrame({"x": pd.Series(DAYS).dt.tz_localize("America/New_York")})
    drawn = made(frame).x
    assert (drawn.dt.hour == 0).all() and (drawn != frame.x).any()


def test_firsts_of_the_month_stay_there():
    firsts = pd.date_range("2000-01-01", periods=N, freq="MS")
    drawn = made(pd.DataFrame({"x": firsts, "year": firsts.to_period("Y").to_timestamp()}))
    assert (drawn.x.dt.day == 1).all() and (drawn.x != firsts).any()
    assert (drawn.year.dt.month == 1).all() and (drawn.year.dt.day == 1).all()


@pytest.mark.parametrize(
    "columns",
    [
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["p", "q"]),
        pd.Index(["a", "b"], name="what"),
        pd.Index([3, 1]),
        pd.to_datetime(["2020-01-01", "2021-01-01"]),
    ],
    ids=["nested", "named", "numbers", "dates"],
)
def test_names_of_columns_come_back(columns):
    drawn = made(pd.DataFrame(RNG.normal(size=(N, 2)), columns=columns)).columns
    pd.testing.assert_index_equal(drawn, columns)


def test_columns_of_arrow_in_pandas():
    pa = pytest.importorskip("pyarrow")
    days = pd.Series(DAYS).dt.tz_localize("Europe/Berlin")
    frame = pd.DataFrame(
        {
            "cents": pd.array(OBJECTS["cents"], dtype=pd.ArrowDtype(pa.decimal128(10, 2))),
            "days": days.astype(pd.ArrowDtype(pa.timestamp("us", "Europe/Berlin"))),
            "count": pd.array(gappy(RNG.integers(0, 900, N), None), dtype="int64[pyarrow]"),
        }
    )
    drawn = made(frame)
    assert drawn.dtypes.tolist() == frame.dtypes.tolist()
    assert drawn["count"].isna().equals(frame["count"].isna())
    assert {each.hour for each in drawn.days} == {0}


def test_tables_of_arrow():
    pa = pytest.importorskip("pyarrow")
    levels = pa.DictionaryArray.from_arrays(
        pa.array(RNG.integers(0, 2, N), pa.int8()), pa.array(["b", "a", "unused"]), ordered=True
    )
    days = pa.array(MOMENTS, pa.timestamp("us", "UTC")).cast(pa.timestamp("us", "Asia/Tokyo"))
    counts = pa.array(gappy(RNG.integers(0, 900, N), None), pa.int16())
    table = pa.table({"level": levels, "nothing": pa.nulls(N), "day": days, "count": counts})
    drawn = made(table)
    assert drawn.schema.equals(table.schema) and drawn["level"].equals(table["level"])
    assert drawn["count"].null_count == table["count"].null_count
    assert {each.hour for each in drawn["day"].to_pylist()} == {9}


def test_arrays_and_lists():
    assert made((100 * RNG.normal(size=(N, 2))).astype(np.int8)).dtype == np.int8
    assert made(RNG.integers(0, 900, (N, 2)).tolist()).dtype == np.int64
    assert made(RNG.normal(size=(N, 2)).astype(np.float32)).dtype == np.float32
    words = np.array([["a", ""], ["bb", "c"]] * 20)
    np.testing.assert_array_equal(made(words), words)


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        ("Int8", "int8"),
        ("UInt16", "uint16"),
        ("int64[pyarrow]", "int64"),
        ("double", "float64"),
        ("Float32", "float32"),
        ("interval[int64, right]", None),
        ("category", None),
    ],
)
def test_names_of_dtypes(text, dtype):
    assert dtype_named(text) == (None if dtype is None else np.dtype(dtype))


def test_whole_numbers_are_within_their_dtype():
    numbers = np.array([-1e30, 1.6, 1e30])
    for dtype in ("int8", "uint8", "int64", "uint64"):
        cast = within(numbers, np.dtype(dtype)).astype(dtype)
        assert cast[0] == np.iinfo(dtype).min and cast[1] == 2
        assert cast[2] >= np.iinfo(dtype).max * 0.999


def test_time_zones():
    moments = np.array(["2020-01-15T00:00", "2020-07-15T00:00", "NaT"], "M8[us]")
    for name, hours in {
        "Europe/Berlin": [1, 2],
        "+05:30": [5.5, 5.5],
        "UTC-03:00": [-3, -3],
    }.items():
        shown = to_wall(moments, name)
        assert ((shown - moments)[:2] / np.timedelta64(1, "h")).tolist() == hours
        np.testing.assert_array_equal(to_utc(shown, name), moments)
    assert name_of(None) == name_of(datetime.UTC) == name_of(zone_named("UTC")) == ""
    assert name_of(zone_named("Europe/Berlin")) == "Europe/Berlin"
    assert zone_of_text("timestamp[us, tz=Asia/Tokyo]", "tz=") == "Asia/Tokyo"
    assert zone_of_text("timestamp[us, tz=Nowhere]", "tz=") == zone_of_text("int64", "tz=") == ""
