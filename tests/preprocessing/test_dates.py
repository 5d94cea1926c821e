"""Dates and time spans of any type become numbers."""

import datetime as dt

import numpy as np
import pytest

from sknn.preprocessing import TableEncoder
from sknn.preprocessing.dates import PARTS, part, varying_parts

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

MOMENTS = [dt.datetime(1955, 1, 31, 6, 30) + 40.3 * k * dt.timedelta(days=k) for k in range(15)]
ARRAY = np.array(MOMENTS, "M8[us]")
DAYS = [moment.date() for moment in MOMENTS]
FORMS = {
    "array": lambda: ARRAY[:, None],
    "nanoseconds": lambda: ARRAY[:, None].astype("M8[ns]"),
    "pandas": lambda: pd.DataFrame({"d": ARRAY}),
    "pandas with a zone": lambda: pd.DataFrame(
        {"d": pd.Series(ARRAY).dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")}
    ),
    "pandas arrow": lambda: pd.DataFrame({"d": pd.Series(ARRAY).astype("timestamp[us][pyarrow]")}),
    "pandas objects": lambda: pd.DataFrame({"d": pd.Series(MOMENTS, dtype=object)}),
    "polars": lambda: pl.DataFrame({"d": MOMENTS}),
    "pyarrow": lambda: pa.table({"d": MOMENTS}),
    "lists": lambda: [[moment] for moment in MOMENTS],
    "objects with a zone": lambda: [[moment.replace(tzinfo=dt.UTC)] for moment in MOMENTS],
}


def test_parts():
    expected = {
        "days": [(m - dt.datetime(1970, 1, 1)) / dt.timedelta(days=1) for m in MOMENTS],
        "year": [m.year for m in MOMENTS],
        "month": [m.month for m in MOMENTS],
        "day": [m.day for m in MOMENTS],
        "weekday": [m.weekday() for m in MOMENTS],
        "hour": [m.hour + m.minute / 60 + m.second / 3600 for m in MOMENTS],
    }
    assert list(PARTS) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(part(ARRAY, name), values, atol=1e-3)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.filterwarnings("ignore:X has feature names")
def test_forms(form):
    X = FORMS[form]()
    encoder = TableEncoder(linear=True).fit(X)
    assert encoder.kinds_ == ["date"]
    expected = TableEncoder(linear=True).fit_transform(ARRAY[:, None])
    np.testing.assert_allclose(encoder.transform(X), expected, atol=1e-6)
    np.testing.assert_allclose(encoder.transform(ARRAY[:, None]), expected, atol=1e-6)


@pytest.mark.parametrize("make", [pl.DataFrame, pa.table, pd.DataFrame])
def test_days_without_a_time(make):
    encoder = TableEncoder(n_bins=None).fit(make({"d": DAYS}))
    names = encoder.get_feature_names_out().tolist()
    assert names == ["d_days", "d_year", "d_month", "d_day", "d_weekday"]


@pytest.mark.parametrize("text", ["10.01.2024", "31.01.2024", "31/01/2024"])
def test_texts_that_do_not_show_how_dates_were_parsed_are_refused(text):
    encoder = TableEncoder().fit(pd.DataFrame({"d": ARRAY}))
    new = pd.DataFrame({"d": ["2024-01-10", text]})
    with pytest.raises(ValueError, match=f"'{text}' to a date; .* parse it .* dayfirst=True"):
        encoder.transform(new)
    read = pd.to_datetime(new["d"], format="mixed", dayfirst=True)
    assert np.isfinite(encoder.transform(read.to_frame())).all()


def test_parts_that_do_not_vary_are_left_out():
    days = np.arange("2020-03-02", "2020-03-06", dtype="M8[D]").astype("M8[us]")
    assert varying_parts(days) == ["days", "day", "weekday"]
    assert varying_parts(np.repeat(days, 7)[::7]) == ["days", "day", "weekday"]
    assert varying_parts(days[:0]) == ["days"]


def test_missing_dates_are_marked_once():
    X = np.append(ARRAY, np.datetime64("NaT", "us"))[:, None]
    encoder = TableEncoder(n_bins=None).fit(X)
    names = encoder.get_feature_names_out().tolist()
    assert [name for name in names if "missing" in name] == ["x0_days_missing"]
    row = encoder.transform(X)[-1]
    assert row.tolist() == [0] * 6 + [1]


def test_text_in_iso_form_is_read():
    encoder = TableEncoder().fit(ARRAY[:, None])
    text = np.array([[str(moment)] for moment in ARRAY], object)
    assert np.array_equal(encoder.transform(text), encoder.transform(ARRAY[:, None]))


@pytest.mark.parametrize("bad", ["yesterday", 3.5, dt.timedelta(1), True])
def test_what_is_not_a_date(bad):
    encoder = TableEncoder().fit(ARRAY[:, None])
    with pytest.raises((ValueError, TypeError), match="column 0 .* of X"):
        encoder.transform(np.array([[bad]], object))
    with pytest.raises(TypeError, match="column 0 .* of X: .* is not a date"):
        encoder.transform([[18000.0]])


SPANS = [dt.timedelta(hours=k**2) for k in range(9)]


@pytest.mark.parametrize(
    "form",
    [
        lambda: np.array(SPANS, "m8[s]")[:, None],
        lambda: [[span] for span in SPANS],
        lambda: pd.DataFrame({"s": SPANS}),
        lambda: pl.DataFrame({"s": SPANS}),
        lambda: pa.table({"s": SPANS}),
    ],
)
def test_spans_are_seconds(form):
    encoder = TableEncoder().fit(form())
    assert encoder.kinds_ == ["time span"]
    seconds = np.array([[span.total_seconds()] for span in SPANS])
    expected = TableEncoder().fit_transform(seconds)
    np.testing.assert_allclose(encoder.transform(form()), expected, atol=1e-6)


def test_what_is_not_a_span():
    encoder = TableEncoder().fit(np.array(SPANS, "m8[s]")[:, None])
    with pytest.raises(TypeError, match="column 0 .* of X: .*time span"):
        encoder.transform([[1.0]])
    assert encoder.transform([[None]])[0, 0] == 0


@pytest.mark.parametrize("values", [np.arange(3.0), ["1", "2", "3"]])
def test_dates_are_not_numbers(values):
    encoder = TableEncoder(categorical_features=None).fit(pd.DataFrame({"d": values}))
    with pytest.raises(TypeError, match="column 'd' of X"):
        encoder.transform(pd.DataFrame({"d": ARRAY[:3]}))


def test_dates_as_categories():
    encoder = TableEncoder(categorical_features=[0]).fit(np.repeat(ARRAY[:3], 2)[:, None])
    later = encoder.transform([[moment] for moment in MOMENTS[:4]])
    np.testing.assert_allclose(later, 1.66 * np.eye(4)[:, :3], rtol=1e-6)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_times_of_day_are_refused(make):
    with pytest.raises(TypeError, match="column 't' of X: times of day"):
        TableEncoder().fit(make({"t": [dt.time(1), dt.time(2)]}))
