"""Numbers and dates that a table holds as text."""

import numpy as np
import pytest

from sknn import GAN, AutoEncoder, TableSynthesizer
from sknn.exceptions import TableWarning
from sknn.persistence import load, save

pd = pytest.importorskip("pandas")

N = 200
RNG = np.random.default_rng(0)
INCOME = RNG.integers(1000, 99_999, N)
DAYS = np.datetime64("2022-01-01") + RNG.integers(0, 1000, N)
COLUMNS = {
    "income": [f"{income:,}" for income in INCOME],
    "discount": [f"{percent}%" for percent in RNG.integers(1, 40, N)],
    "signed": [f"{day:%d/%m/%Y}" for day in DAYS.tolist()],
    "shift": [f"{hour}:30" for hour in RNG.integers(0, 24, N)],
    "region": RNG.choice(["north", "south"], N).tolist(),
}
FORMS = {
    "income": r"-?\d{1,3}(,\d{3})*",
    "discount": r"\d{1,2}%",
    "signed": r"\d\d/\d\d/\d{4}",
    "shift": r"\d{1,2}:30",
    "region": "north|south",
}
SETTINGS = {"hidden_layer_sizes": (16,), "max_iter": 2, "random_state": 0}


def table():
    return pd.DataFrame(COLUMNS)


def in_form(made):
    return all(made[name].dropna().str.fullmatch(form).all() for name, form in FORMS.items())


@pytest.fixture(scope="module")
def net():
    return TableSynthesizer(**SETTINGS).fit(table())


def test_new_numbers_and_dates_are_written_as_before(net):
    made = net.sample(500, random_state=0)
    assert in_form(made) and made.dtypes.equals(table().dtypes)
    for name in ("income", "signed"):
        assert len(set(made[name]) - set(COLUMNS[name])) > 100
    numbers = made["income"].str.replace(",", "").astype(int)
    assert INCOME.min() <= numbers.min() and numbers.max() <= INCOME.max()


def test_midnight_without_a_time_does_not_lose_the_other_times():
    days = pd.date_range("2024", periods=N + 1, freq="12h")
    texts = [f"{day}" if day.hour else f"{day.date()}" for day in days]
    made = TableSynthesizer(**SETTINGS).fit(pd.DataFrame({"at": texts, "n": range(N + 1)}))
    drawn = made.sample(100, random_state=0)["at"].dropna()
    assert drawn.str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d").all()


@pytest.mark.parametrize(
    ("estimator", "settings"),
    [
        (AutoEncoder, SETTINGS | {"hidden_layer_sizes": (8, 4), "variational": True}),
        (GAN, {"max_iter": 2, "random_state": 0}),
    ],
)
def test_other_estimators_write_them_too(estimator, settings):
    made = estimator(**settings).fit(table()).sample(300, random_state=0)
    assert in_form(made) and len(set(made["income"]) - set(COLUMNS["income"])) > 100


def test_reconstructions_are_text():
    net = AutoEncoder(hidden_layer_sizes=(8, 4), max_iter=2, random_state=0).fit(table())
    assert in_form(net.predict(table()))


@pytest.mark.parametrize("strategy", ["draw", "mean", "most_likely"])
def test_texts_that_stand_for_missing_entries_are_filled(strategy):
    gappy = table()
    gappy.loc[::9, "income"] = "n/a"
    gappy.loc[1::9, "signed"] = "unknown"
    gappy.loc[2::9, "discount"] = None
    net = TableSynthesizer(**SETTINGS).fit(gappy)
    filled = net.impute(gappy, strategy, random_state=0)
    assert in_form(filled) and not filled.isna().any(axis=None)
    kept = ~gappy.isin(["n/a", "unknown"]) & gappy.notna()
    pd.testing.assert_frame_equal(filled.where(kept), gappy.where(kept))
    assert net.sample(400, random_state=0)["income"].isna().any()


@pytest.mark.parametrize("asked", ["50,000", 50_000, "50000"])
def test_conditions(net, asked):
    made = net.sample(3, {"income": asked, "signed": "2022-05-04"}, random_state=0)
    assert made["income"].tolist() == ["50,000"] * 3
    assert made["signed"].tolist() == ["04/05/2022"] * 3


@pytest.mark.parametrize("dtype", [object, "U"])
def test_arrays(dtype):
    X = table().to_numpy(object).astype(dtype)
    made = TableSynthesizer(**SETTINGS).fit(X).sample(200, random_state=0)
    assert made.dtype.kind == np.dtype(dtype).kind
    assert in_form(pd.DataFrame(made, columns=list(COLUMNS)).astype(object))


def test_missing_entries_of_arrays_of_text_are_blank():
    X = np.array([["1,234", "a"], ["", "b"], ["5,678", ""]] * 20)
    made = TableSynthesizer(**SETTINGS).fit(X).sample(100, random_state=0)
    assert set(made.ravel()) <= {"1,234", "5,678", "", "a", "b"}


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_other_libraries(library):
    module = pytest.importorskip(library)
    frame = module.table(COLUMNS) if library == "pyarrow" else module.DataFrame(COLUMNS)
    made = TableSynthesizer(**SETTINGS).fit(frame).sample(200, random_state=0)
    assert type(made) is type(frame) and in_form(pd.DataFrame(made.to_pandas()))


def test_a_category_keeps_its_texts():
    frame = table().assign(income=pd.Categorical(COLUMNS["income"]))
    with pytest.warns(TableWarning, match="column 'income' has .* too rare to learn from"):
        made = TableSynthesizer(**SETTINGS).fit(frame).sample(200, random_state=0)
    assert set(made["income"]) <= set(COLUMNS["income"])


@pytest.mark.parametrize("estimator", [TableSynthesizer, AutoEncoder, GAN])
def test_ids_and_sentences_are_warned_of(estimator):
    frame = table().assign(
        name=[f"Person {i}" for i in range(N)],
        note=[f"this is one of many sentences, number {i}" for i in range(N)],
    )
    net = estimator(max_iter=1, random_state=0)
    with pytest.warns(
        TableWarning, match="(?s)'name' .* if it is an ID.*'note' .*sentences"
    ) as one:
        net.fit(frame)
    assert len(one) == 1


def test_another_form_later_is_warned_of(net):
    other = table().assign(income=[f"{income} dollars a year" for income in INCOME])
    with pytest.warns(TableWarning, match="200 of 200 entries of column 'income' cannot be read"):
        net.score_samples(other)


def test_saved_ones_write_the_same(net, tmp_path):
    save(net, tmp_path / "net.sknn")
    again = load(tmp_path / "net.sknn").sample(50, random_state=0)
    pd.testing.assert_frame_equal(again, net.sample(50, random_state=0))


@pytest.mark.parametrize("estimator", [TableSynthesizer, GAN])
def test_errors_say_what_can_be_asked_for(estimator):
    frame = table().assign(calls=np.arange(N) % 3)
    frame.loc[0, "income"] = "n/a"
    net = estimator(max_iter=1, random_state=0).fit(frame)
    for asked, words in {
        ("income", "fifty"): "'fifty' in column 'income', which holds numbers; pass it as in X",
        ("calls", 1e9): "1000000000 in column 'calls', which no row had in fit; it had 0, 1, 2",
        ("region", "moon"): "moon in column 'region', which no row had in fit; it had north, south",
    }.items():
        with pytest.raises(ValueError, match=words):
            net.sample(2, conditions=dict([asked]))
