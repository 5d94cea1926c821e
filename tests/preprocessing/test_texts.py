"""Numbers, dates, and time spans stored as text, and columns without information."""

import datetime as dt
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from sknn.exceptions import TableWarning
from sknn.preprocessing import TableEncoder
from sknn.preprocessing.texts import DATES, NUMBERS, spelling_of

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

N = 120
RNG = np.random.default_rng(0)
VALUES = np.round(RNG.lognormal(7, 2, N), 2)
DAYS = np.datetime64("2019-11-25", "s") + np.arange(N) * np.timedelta64(77, "h")
MOMENTS = DAYS.tolist()
MISSING = ["?", "NA", "N/A", "n/a", "-", "", " ", "null", "None", "nan", "NaN", "#N/A", "unknown"]


def column(texts):
    return np.array(texts, object)[:, None]


def same(X, plain, kind):
    """Assert that a column is read as if it held numbers or dates, without a warning."""
    encoder = TableEncoder(linear=True).fit(X)
    assert encoder.kinds_ == [kind]
    expected = TableEncoder(linear=True).fit_transform(plain)
    np.testing.assert_allclose(encoder.transform(X), expected, rtol=1e-6, atol=1e-6)
    return encoder


NUMERALS = {
    "1,234.5": 1234.5,
    "-1,234,567": -1234567.0,
    "$3": 3.0,
    "-$3.50": -3.5,
    "$-3": -3.0,
    "€ 1 234.5": 1234.5,
    "12 EUR": 12.0,
    "12%": 0.12,
    "1e5": 1e5,
    " 7 ": 7.0,
    "+.5": 0.5,
    "(1,200)": -1200.0,
    "1'000": 1000.0,
    "\u22122": -2.0,
    "1,23": None,
    "1,2345": None,
    "12 kg": None,
    "1.2.3": None,
    "three": None,
    "(5": None,
    "$": None,
    "2020-01-31": None,
    "1e999": None,
    "$1e999": None,
}


@pytest.mark.parametrize("text", NUMERALS)
def test_one_number(text):
    assert NUMBERS["decimal point"](text) == NUMERALS[text]


@pytest.mark.parametrize("text, value", [("3,14", 3.14), ("1.234,5", 1234.5), ("-2 €", -2.0)])
def test_decimal_commas(text, value):
    assert NUMBERS["decimal comma"](text) == value


SPELT_DATES = {
    ("year first", "2020-01-31"): (2020, 1, 31),
    ("year first", "2020/1/31 12:00"): (2020, 1, 31, 12),
    ("year first", "2020.01.31"): (2020, 1, 31),
    ("year first", "2020-01"): (2020, 1, 1),
    ("year first", "2020-01-31T12:00:05.25Z"): (2020, 1, 31, 12, 0, 5, 250000),
    ("year first", "2020-01-31 12:00:00+02:00"): (2020, 1, 31, 10),
    ("year first", "2020-01-31 23:00:00-0230"): (2020, 2, 1, 1, 30),
    ("year first", "2020-02-30"): None,
    ("year first", "2020-13-01"): None,
    ("year first", "2020-01-31 25:00"): None,
    ("year first", "2020-01/31"): None,
    ("year first", "2020-01-31 12:00:59"): (2020, 1, 31, 12, 0, 59),
    ("year first", " 2020-01-31T12:00 "): (2020, 1, 31, 12),
    ("year first", "2020-01-31_12:00"): None,
    ("year first", "2020-01-31 12:00+05"): None,
    ("year first", "2020-01-31 12:00.59"): None,
    ("year first", "2020-01-31 12:-0459"): None,
    ("year first", "2020-W05-5"): None,
    ("year first", "20200131"): None,
    ("year first", "20-01-31"): None,
    ("day first", "31/01/2020"): (2020, 1, 31),
    ("day first", "1.2.2020"): (2020, 2, 1),
    ("day first", "01/31/2020"): None,
    ("month first", "01/31/2020 3:45 PM"): (2020, 1, 31, 15, 45),
    ("month first", "01/31/2020 12:05 am"): (2020, 1, 31, 0, 5),
    ("month first", "01/31/2020 13:05 am"): None,
    ("month first", "01.31.2020"): None,
    ("day, name of month", "31 Jan 2020"): (2020, 1, 31),
    ("day, name of month", "3-September-2020"): (2020, 9, 3),
    ("day, name of month", "Fri, 31 Jan 2020 12:00:00 GMT"): (2020, 1, 31, 12),
    ("day, name of month", "31 Foo 2020"): None,
    ("name of month, day", "Jan 31, 2020"): (2020, 1, 31),
    ("name of month, day", "Sept. 3 2020"): (2020, 9, 3),
}


@pytest.mark.parametrize("way, text", SPELT_DATES)
def test_one_date(way, text):
    expected = SPELT_DATES[way, text]
    assert DATES[way](text) == (expected and dt.datetime(*expected))


@pytest.mark.parametrize(
    "spell",
    [
        "{:.2f}",
        "{:,.2f}",
        "${:,.2f}",
        "{:.2f} €",
        " {:.3e} ",
        lambda v: f"{v:,.2f}".translate(str.maketrans(",.", ".,")),
        lambda v: v if v < 1000 else f"{v:,}",
        Decimal,
        Fraction,
        lambda v: f"{v:.2f}".encode(),
    ],
)
def test_numbers_however_they_are_spelt(spell):
    spell = spell.format if isinstance(spell, str) else spell
    texts = [spell(value) for value in VALUES.tolist()]
    plain = VALUES if " " not in str(texts[0]) or "€" in texts[0] else np.array(texts, float)
    same(column(texts), plain[:, None], "number")


@pytest.mark.parametrize("missing", MISSING)
def test_what_is_read_as_missing(missing):
    texts = column(list(map(str, VALUES)))
    texts[::9] = missing
    plain = VALUES.copy()
    plain[::9] = np.nan
    encoder = same(texts, plain[:, None], "number")
    assert "x0_missing" in encoder.get_feature_names_out()
    mixed = column(VALUES.tolist())
    mixed[::9] = missing
    same(mixed, plain[:, None], "number")


@pytest.mark.parametrize(
    "layout",
    ["%Y-%m-%d %H:%M:%S", "%Y/%m/%dT%H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M %p"]
    + ["%d.%m.%Y %H:%M", "%d %b %Y %H:%M", "%B %d, %Y %H:%M", "%a, %d %b %Y %H:%M:%S +0000"],
)
def test_dates_however_they_are_spelt(layout):
    texts = [moment.strftime(layout) for moment in MOMENTS]
    encoder = same(column(texts), DAYS[:, None], "date")
    # A single row could not distinguish the day from the month.
    alone = np.vstack([encoder.transform(column([text])) for text in texts[:5]])
    assert np.array_equal(alone, encoder.transform(column(texts[:5])))


@pytest.mark.parametrize("layout", ["%d %b %Y", "%d/%m/%Y", "%B %d, %Y %H:%M", "%m/%d/%Y"])
def test_dates_of_several_layouts_in_one_column(layout):
    days = DAYS.astype("M8[D]")
    texts = [f"{each:{'%Y-%m-%d' if i % 2 else layout}}" for i, each in enumerate(days.tolist())]
    same(column(texts), days[:, None], "date")


def test_ambiguous_dates_among_others():
    """They are odd if there are few of them; if there are many, the column is a category."""
    days = [f"{day}" for day in DAYS.astype("M8[D]")]
    with pytest.warns(
        TableWarning, match="is read as dates, and entries that are not .'05/06/2024'"
    ):
        assert TableEncoder().fit(column([*days, "05/06/2024"])).kinds_ == ["date"]
    half = [f"0{1 + i % 9}/0{2 + i % 7}/2024" for i in range(N)]
    with pytest.warns(TableWarning, match="day and month cannot be distinguished"):
        assert TableEncoder().fit(column([*days, *half])).kinds_ == ["category"]


def test_a_date_in_another_layout_later_is_read():
    X = column([f"{moment:%d/%m/%Y}" for moment in MOMENTS])
    encoder = TableEncoder().fit(X)
    expected = encoder.transform(column(["27/02/2021"]))
    for text in ("2021-02-27", "27 Feb 2021", "February 27, 2021"):
        assert np.array_equal(encoder.transform(column([text])), expected)


def test_periods():
    periods = pd.Series(pd.PeriodIndex(DAYS.astype("M8[D]"), freq="D"))
    plain = pd.DataFrame({"d": DAYS.astype("M8[D]")})
    same(periods.to_frame("d"), plain, "date")
    same(periods.astype(object).to_frame("d"), plain, "date")


def test_time_spans():
    spans = np.arange(N) * np.timedelta64(777, "s")
    for spell in (str, lambda span: str(pd.Timedelta(span))):
        texts = [spell(span) for span in spans.tolist()]
        encoder = same(column(texts), spans[:, None], "time span")
        assert not encoder.transform(column(["soon"]))[0, 0]


CONTAINERS = {
    "array": column,
    "unicode": lambda texts: np.array(texts)[:, None],
    "bytes": lambda texts: np.array(texts, "S")[:, None],
    "list": lambda texts: [[text] for text in texts],
    "pandas": lambda texts: pd.DataFrame({"c": texts}),
    "pandas objects": lambda texts: pd.DataFrame({"c": texts}, dtype=object),
    "pandas strings": lambda texts: pd.DataFrame({"c": texts}, dtype="string"),
    "pandas arrow": lambda texts: pd.DataFrame({"c": texts}).astype(pd.ArrowDtype(pa.string())),
    "polars": lambda texts: pl.DataFrame({"c": texts}),
    "pyarrow": lambda texts: pa.table({"c": texts}),
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_containers(container):
    make = CONTAINERS[container]
    same(make([f"{value:,}" for value in VALUES]), VALUES[:, None], "number")
    same(make([f"{moment:%d/%m/%Y %H:%M:%S}" for moment in MOMENTS]), DAYS[:, None], "date")
    assert TableEncoder().fit(make(["True", "False"] * 9)).kinds_ == ["category"]


WORDS = {
    "words": ["one", "two", "three"],
    "codes": [f"{i:05d}" for i in range(5)],
    "a few codes": ["10115", "01067", "99999"],
    "long codes": [f"{10**16 + i}" for i in range(5)],
    "telephones": [f"+49{10**7 + i}" for i in range(5)],
    "sizes": ["S", "M", "L", "38", "40"],
    "ranges": ["0-9", "10-19", "20-29"],
    "years of two digits": ["31/01/20", "28/02/21"],
    "missing only": ["NA", "?", ""],
    "truth": ["True", "False", "NA"],
    "truth among numbers": [True, 1, "1"],
}


@pytest.mark.parametrize("case", WORDS)
def test_what_stays_a_category(case):
    assert TableEncoder().fit(column(WORDS[case] * 3)).kinds_ == ["category"]


def test_small_numbers_are_numbers():
    assert TableEncoder().fit(column(["1", "2", "3"])).kinds_ == ["number"]
    assert TableEncoder().fit(column([b"1", b"2", 3])).kinds_ == ["number"]


def test_the_dtype_category_and_the_user_win():
    texts = ["1", "2", "3", "2", "1", "3"]
    frames = [
        pd.DataFrame({"c": texts}, dtype="category"),
        pl.DataFrame({"c": texts}, schema={"c": pl.Categorical}),
        pl.DataFrame({"c": texts}, schema={"c": pl.Enum(["1", "2", "3"])}),
        pa.table({"c": pa.array(texts).dictionary_encode()}),
    ]
    for frame in frames:
        assert TableEncoder().fit(frame).kinds_ == ["category"]
        assert TableEncoder(categorical_features=None).fit(frame).kinds_ == ["number"]
    X = pd.DataFrame({"c": texts, "d": ["2020-01-31", "2021-12-01"] * 3})
    assert TableEncoder(categorical_features=["c"]).fit(X).kinds_ == ["category", "date"]
    assert TableEncoder(categorical_features=[True, True]).fit(X).kinds_ == ["category"] * 2


def test_truth_in_any_case():
    encoder = TableEncoder().fit(column(["true", "false", "true"]))
    for values in ([True, False], ["True", "False"], [1, 0], ["TRUE", "FALSE"]):
        assert encoder.transform(column(values)).tolist() == [[1], [-1]]


# -- fit decides ------------------------------------------------------------------------------


def test_what_cannot_be_read_later_is_missing():
    X = pd.DataFrame({"n": list(map(str, VALUES)), "d": [f"{m:%d/%m/%Y}" for m in MOMENTS]})
    X.iloc[3] = [None, None]
    encoder = TableEncoder().fit(X)
    expected = encoder.transform(X.iloc[[3]])
    for n, d in (("many", "soon"), ("N/A", "-"), (" ", "31/31/2020"), ("1.2.3", "01/31/2020")):
        assert np.array_equal(encoder.transform(pd.DataFrame({"n": [n], "d": [d]})), expected)


def test_columns_in_another_form_later():
    X = pd.DataFrame(
        {"n": [f"{v:,}" for v in VALUES], "d": [f"{m:%d/%m/%Y %H:%M:%S}" for m in MOMENTS]}
    )
    encoder = TableEncoder().fit(X)
    plain = pd.DataFrame({"n": VALUES, "d": DAYS})
    expected = encoder.transform(X)
    later = {
        "plain": plain,
        "objects": plain.astype(object),
        "categories": X.astype("category"),
        "arrow": pa.Table.from_pandas(plain),
    }
    for name, frame in later.items():
        np.testing.assert_allclose(encoder.transform(frame), expected, atol=1e-6, err_msg=name)
    by_numbers = TableEncoder().fit(plain)
    np.testing.assert_allclose(by_numbers.transform(X.assign(d=DAYS)), expected, atol=1e-6)
    unclear = by_numbers.transform(plain.astype({"d": str}))
    np.testing.assert_allclose(unclear, expected, atol=1e-6)
    with pytest.raises(TypeError, match="column 'd' of X: .* is not a date"):
        encoder.transform(plain.assign(d=VALUES))


def test_a_form_that_changed_is_warned_of():
    encoder = TableEncoder().fit(column([f"{m:%d/%m/%Y}" for m in MOMENTS]))
    other = column([f"{m:%Y week %W}" for m in MOMENTS])
    with pytest.warns(TableWarning, match="120 of 120 entries of column 0 .* dates") as record:
        encoder.transform(other)
    assert len(record) == 1
    encoder.transform(other[:5])
    encoder.transform(np.full((50, 1), "NA", object))


def test_words_that_were_frequent_in_fit_are_warned_of_there_alone():
    texts = column(list(map(str, VALUES)) + ["not given"] * 300)
    encoder = TableEncoder()
    with pytest.warns(TableWarning, match="'not given'") as record:
        encoder.fit_transform(texts)
    assert len(record) == 1
    encoder.transform(texts)


def test_pickles_and_weights():
    texts = column([f"${v:,}" for v in VALUES])
    weight = RNG.integers(0, 3, N).astype(float)
    texts[weight == 0] = "not looked at"
    one = TableEncoder().fit(texts, sample_weight=weight)
    other = TableEncoder().fit(np.repeat(texts, weight.astype(int), axis=0))
    assert np.array_equal(one.transform(texts), other.transform(texts))
    assert np.array_equal(pickle.loads(pickle.dumps(one)).transform(texts), one.transform(texts))


def test_infinite_numbers_as_text():
    assert TableEncoder().fit(column(["7E999", "1e400", "3E9"] * 3)).kinds_ == ["category"]
    texts = column(list(map(str, VALUES)))
    texts[5] = "inf"
    with pytest.warns(TableWarning, match="'inf'.* missing"):
        encoder = TableEncoder().fit(texts)
    assert np.array_equal(encoder.transform(column(["-inf"])), encoder.transform(column(["?"])))
    with pytest.raises(ValueError, match="infinity.* column 0"):
        TableEncoder().fit(VALUES[:, None]).transform(texts)


# -- what is warned of ------------------------------------------------------------------------

IDS = [f"a{i}b" for i in range(N)]
WARNED = {
    "IDs": (IDS, "120 different entries in 120 rows.* ID"),
    "IDs of the dtype category": (pd.Categorical(IDS), "120 different entries.* ID"),
    "sentences": ([f"this is what customer {i} wrote to us" for i in range(N)], "TfidfVectorizer"),
    "sentences, each three times": (
        [f"this is what customer {i % 40} wrote to us" for i in range(N)],
        "40 different sentences.* regardless of its words; .*TfidfVectorizer.*of text.*dtype",
    ),
    "half of them rare": (
        [f"a{i}" if i % 3 else "b" for i in range(N)],
        "rows, and 80 of these rows",
    ),
    "some words": (
        ["many" if i % 50 == 0 else str(v) for i, v in enumerate(VALUES)],
        r"read as numbers, and entries that are not \('many'\) count as missing",
    ),
    "some odd dates": (
        ["soon" if i % 50 == 0 else str(m) for i, m in enumerate(MOMENTS)],
        r"read as dates, and entries that are not \('soon'\)",
    ),
    "day or month": ([f"0{i % 9 + 1}/0{i // 9 % 9 + 1}/2020" for i in range(81)], "day and month"),
    "zip codes": ([f"{i:05d}" for i in range(N)], "ID"),
}


@pytest.mark.parametrize("case", WARNED)
def test_one_warning_a_fit(case):
    values, message = WARNED[case]
    X = pd.DataFrame({"number": np.arange(float(len(values))), "odd one": values})
    encoder = TableEncoder()
    with pytest.warns(TableWarning, match=f"(?s)column 'odd one' .*{message}") as record:
        encoder.fit(X)
    assert len(record) == 1
    assert record[0].filename == __file__
    assert "pipeline" not in str(record[0].message)
    encoder.transform(X)


@pytest.mark.parametrize("case", WARNED)
def test_a_column_without_a_name_can_be_found_in_a_pipeline(case):
    values, _ = WARNED[case]
    X = np.array(pd.DataFrame({0: np.arange(float(len(values))), 1: values}), object)
    if case == "IDs of the dtype category":
        X = pd.DataFrame({0: np.arange(float(N)), 1: values})
    names = r"(?s)column 1 \(counted from 0\) .*\nIn a pipeline, pipe\[:-1\]\.get_feature_names_out"
    with pytest.warns(TableWarning, match=names):
        TableEncoder().fit(X)


def test_many_columns_in_one_warning():
    X = pd.DataFrame({f"c{j}": [f"{j}-{text}" for text in IDS] for j in range(9)})
    with pytest.warns(TableWarning, match="(?s)'c0'.*'c4'.*4 more columns") as record:
        TableEncoder().fit(X)
    assert len(record) == 1
    assert "'c5'" not in str(record[0].message)


@pytest.mark.filterwarnings("error")
def test_a_warning_that_is_an_error_changes_nothing():
    encoder = TableEncoder().fit(np.eye(3))
    before = dict(vars(encoder))
    with pytest.raises(TableWarning):
        encoder.fit(column(IDS))
    assert vars(encoder) == before


def test_ordinary_columns_are_not_warned_of():
    towns = [f"town {i}" for i in RNG.zipf(1.5, 400).clip(max=60)]
    X = pd.DataFrame({"town": towns, "constant": "here", "empty": None, "few": ["x", "y"] * 200})
    X["gaps"] = X["few"].where(np.arange(400) % 7 == 0)
    TableEncoder().fit(X)
    TableEncoder().fit(X[:8])


NOTES = [f"this is what customer {i % 40} wrote to us" for i in range(N)]
CANNED = [f"an answer out of a list, number {i % 12}" for i in range(N)]


@pytest.mark.parametrize(
    ("texts", "settings"),
    [
        (pd.Categorical(NOTES), {}),
        (NOTES, {"categorical_features": ["text"]}),
        (CANNED, {}),
        ([text.replace(" ", "-") for text in NOTES], {}),
        ([f"town {i % 40}" for i in range(N)], {}),
    ],
)
def test_long_levels_that_are_meant_or_frequent_are_not_warned_of(texts, settings):
    encoder = TableEncoder(**settings).fit(pd.DataFrame({"text": texts, "x": VALUES}))
    assert encoder.kinds_ == ["category", "number"]


@pytest.mark.parametrize("times", [1, 3])
def test_sentences_in_blocks_are_warned_of_once(times):
    frame = pd.DataFrame({"note": [f"this is what {i // times} said to us all" for i in range(N)]})
    encoder = TableEncoder()
    parts = [encoder.summarize(frame[:70]), encoder.summarize(frame[70:])]
    remarks = encoder.learn_summary(parts[0].merged(parts[1]))
    with pytest.warns(TableWarning, match="TfidfVectorizer") as record:
        remarks.warn()
    assert len(record) == 1


@pytest.mark.parametrize("share, way", [(0.04, "decimal point"), (0.06, "")])
def test_nearly_all(share, way):
    n_odd = int(1000 * share)
    texts = [f"{i}.5" for i in range(1000 - n_odd)] + [f"w{i}" for i in range(n_odd)]
    found = spelling_of(texts)
    assert found.way == way
    assert len(found.odd) == (n_odd if way else 0)


def test_each_text_is_parsed_once():
    """A hundred thousand rows with few different texts cost no more than looking them up."""
    calls = []
    read = NUMBERS["decimal point"]

    def counting(text):
        calls.append(text)
        return read(text)

    X = column([f"${i % 7}.5" for i in range(20_000)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(NUMBERS, "decimal point", counting)
        TableEncoder().fit_transform(X)
    assert len(calls) <= 5 * 7
