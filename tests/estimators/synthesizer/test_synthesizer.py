"""Tables generated, filled in, and scored."""

import itertools
import math
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from sknn import TableSynthesizer
from sknn.callbacks import Pause
from sknn.estimators.synthesizer.draws import EvenChance
from sknn.exceptions import InvalidParameterError
from sknn.persistence import load, save
from tests.estimators.tables import mixed

pd = pytest.importorskip("pandas")
BRIEF = {"hidden_layer_sizes": 32, "max_iter": 8, "random_state": 0}


@pytest.fixture(scope="module")
def table():
    return mixed()


@pytest.fixture(scope="module")
def net(table):
    return TableSynthesizer(**BRIEF).fit(table)


def test_samples_are_tables_like_the_first(net, table):
    made = net.sample(200, random_state=0)
    assert made.columns.tolist() == table.columns.tolist()
    assert made.dtypes.tolist() == table.dtypes.tolist()
    assert set(made.color.dropna()) <= set(table.color) and made.color.cat.ordered
    assert made["size"].isna().any() and made.maybe.isna().any() and made.note.isna().any()
    assert not made.drop(columns=["size", "maybe", "note"]).isna().any(axis=None)
    assert (made.price.round(2) == made.price).all()
    assert (made.day == made.day.dt.normalize()).all()
    sizes = made["size"].dropna()
    assert sizes.between(table["size"].min(), table["size"].max()).all()
    assert 0.4 < (made.rest == 0).mean() < 0.95
    pd.testing.assert_frame_equal(made, net.sample(200, random_state=0))


def test_the_likelihoods_of_all_rows_add_up_to_one():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, [2, 3, 4], (200, 3))
    rows[:, 2] = (rows[:, 0] + rows[:, 1]) % 4
    levels = [["no", "yes"], ["a", "b", "c"], [10, 20, 30, 40]]
    table = pd.DataFrame({f"x{j}": np.array(levels[j], object)[rows[:, j]] for j in range(3)})
    net = TableSynthesizer(**BRIEF).fit(table)
    every = pd.DataFrame(list(itertools.product(*levels)), columns=table.columns)
    p = np.exp(net.score_samples(every))
    np.testing.assert_allclose(p.sum(), 1.0, rtol=1e-5)
    # Entries are drawn with these probabilities.
    made = net.sample(20_000, random_state=0)
    counts = made.value_counts().reindex(pd.MultiIndex.from_frame(every), fill_value=0)
    np.testing.assert_allclose(counts.to_numpy() / len(made), p, atol=4 * np.sqrt(0.25 / len(made)))


def test_the_likelihood_of_whole_numbers_adds_up_to_one():
    """Spikes, coarse bins, and fine bins share it."""
    rng = np.random.default_rng(0)
    numbers = np.where(rng.random(3000) < 0.3, 300_000, rng.binomial(10**6, 0.3, 3000))
    net = TableSynthesizer(**BRIEF | {"max_iter": 3}).fit(numbers[:, None])
    assert len(net.coder_.sizes) == 2
    every = np.arange(numbers.min(), numbers.max() + 1)[:, None]
    np.testing.assert_allclose(np.exp(net.score_samples(every)).sum(), 1.0, rtol=1e-5)


def test_the_density_of_real_numbers_integrates_to_one():
    x = np.random.default_rng(0).normal(size=(2000, 1))
    net = TableSynthesizer(**BRIEF | {"max_iter": 3}).fit(x)
    grid = np.linspace(x.min(), x.max(), 200_001)
    middle = (grid[1:] + grid[:-1]) / 2
    mass = np.exp(net.score_samples(middle[:, None])) * np.diff(grid)
    np.testing.assert_allclose(mass.sum(), 1.0, rtol=2e-3)


def test_conditions(net, table):
    made = net.sample(50, {"color": "red", "count": 44, "note": None}, random_state=0)
    assert (made.color == "red").all() and (made["count"] == 44).all() and made.note.isna().all()
    frame = table[["color", "day"]].head(30)
    made = net.sample(30, frame, random_state=0)
    pd.testing.assert_frame_equal(made[["color", "day"]], frame)


def test_conditions_say_something_about_earlier_columns():
    rng = np.random.default_rng(0)
    first = rng.normal(size=2000)
    table = pd.DataFrame({"first": first, "last": np.where(first > 0, "up", "down")})
    net = TableSynthesizer(max_iter=15, early_stopping=False, random_state=0).fit(table)
    up = net.sample(300, {"last": "up"}, random_state=0)
    assert (up["first"] > 0).mean() > 0.95
    lost = table.head(300).assign(first=np.nan)
    filled = net.impute(lost)
    assert ((filled["first"] > 0) == (table["last"].head(300) == "up")).mean() > 0.95


@pytest.mark.parametrize("strategy", ["most_likely", "mean", "draw"])
def test_imputation_fills_gaps_and_nothing_else(net, table, strategy):
    filled = net.impute(table, strategy, random_state=0)
    assert not filled.isna().any(axis=None)
    assert filled.dtypes.tolist() == table.dtypes.tolist()
    there = table.notna()
    for name in table:
        kept = there[name]
        pd.testing.assert_series_equal(filled.loc[kept, name], table.loc[kept, name])


@pytest.mark.parametrize("strategy", ["most_likely", "mean", "draw"])
def test_a_column_without_entries_stays_empty(strategy):
    table = pd.DataFrame({"size": np.arange(20.0), "lost": np.full(20, np.nan)})
    net = TableSynthesizer(hidden_layer_sizes=4, max_iter=1, random_state=0).fit(table)
    pd.testing.assert_frame_equal(net.impute(table, strategy, random_state=0), table)


def test_missing_entries_of_every_kind_are_saved(tmp_path):
    gaps = {"truth": pd.array([True, None] * 10, dtype="boolean")}
    gaps |= {str(gap): np.array(["a", gap] * 10, object) for gap in (None, np.nan, pd.NA, pd.NaT)}
    table = pd.DataFrame(gaps)
    net = TableSynthesizer(hidden_layer_sizes=4, max_iter=1, random_state=0).fit(table)
    save(net, tmp_path / "net.sknn")
    drawn = load(tmp_path / "net.sknn").sample(20, random_state=0)
    pd.testing.assert_frame_equal(drawn, net.sample(20, random_state=0))
    assert drawn.dtypes.tolist() == table.dtypes.tolist()
    assert drawn.isna().any().all() and drawn.notna().any().all()


def test_means_and_medians_are_those_of_the_distribution():
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, 3000)
    table = pd.DataFrame({"kind": kind, "size": rng.exponential(1.0 + 4.0 * kind)})
    net = TableSynthesizer(max_iter=20, random_state=0).fit(table)
    lost = table.head(400).assign(size=np.nan)
    for k in (0, 1):
        true = table["size"][table.kind == k]
        mean = net.impute(lost, "mean", random_state=0)["size"][lost.kind == k]
        median = net.impute(lost, random_state=0)["size"][lost.kind == k]
        assert mean.mean() == pytest.approx(true.mean(), rel=0.15)
        assert median.mean() == pytest.approx(true.median(), rel=0.15)
        # Of 25 independent draws, the mean would be off by a fifth of the standard deviation.
        assert mean.std() < 0.15 * true.std()


def test_even_draws_cover_a_distribution_evenly():
    rng = np.random.RandomState(0)
    chance, codes = EvenChance(rng, 50, 20), []
    odds, allowed = np.tile([0.1, 0.2, 0.4, 0.3], (50, 1)), np.array([True, True, False, True])
    for chance.now in range(20):
        codes.append(chance.choose(0, np.arange(50), np.log(odds).astype(np.float32), allowed))
    counts = np.apply_along_axis(np.bincount, 0, np.array(codes), minlength=4)
    expected = 20 * np.array([[1], [2], [0], [3]]) / 6
    assert np.abs(counts - expected).max() < 2 and not counts[2].any()
    assert counts.mean(axis=1) == pytest.approx(expected[:, 0], abs=0.3)


def test_odd_rows_have_low_scores(table):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 1))
    usual = np.hstack([x, x + 0.1 * rng.normal(size=(600, 1))])
    odd = rng.uniform(-2, 2, (60, 2))
    odd = odd[np.abs(odd[:, 0] - odd[:, 1]) > 1]
    net = TableSynthesizer(max_iter=30, random_state=0).fit(usual)
    scores = net.score_samples(np.vstack([usual[:200], odd]))
    assert roc_auc_score(np.r_[np.ones(200), np.zeros(len(odd))], scores) > 0.95
    assert (net.predict_outlier(usual) == -1).mean() == pytest.approx(0.1, abs=0.01)
    assert net.decision_function([[0.0, 50.0]])[0] < net.decision_function([[0.0, 5.0]])[0] < 0
    labels = clone(net).fit_predict(usual)
    np.testing.assert_array_equal(labels, net.predict_outlier(usual))


def test_what_was_never_seen_is_odd(net, table):
    row = table.head(1)
    for name, value in {"note": "zzz", "price": 1e6, "grade": 9}.items():
        changed = row.assign(**{name: value})
        assert net.score_samples(changed)[0] < net.score_samples(row)[0]


@pytest.mark.parametrize("make", [pickle.dumps, None], ids=["pickle", "save"])
def test_copies_make_the_same_rows(net, tmp_path, make):
    if make is None:
        save(net, tmp_path / "net")
        twin = load(tmp_path / "net")
    else:
        twin = pickle.loads(make(net))
    pd.testing.assert_frame_equal(twin.sample(9, random_state=1), net.sample(9, random_state=1))


@pytest.mark.bits
def test_a_paused_fit_is_resumed_exactly(table):
    whole = TableSynthesizer(**BRIEF).fit(table)
    part = TableSynthesizer(**BRIEF, callbacks=[Pause(3)]).fit(table)
    part.set_params(callbacks=None).resume(table)
    np.testing.assert_array_equal(part.network_.theta, whole.network_.theta)


def test_a_stream(table):
    net = TableSynthesizer(**BRIEF)
    for _ in range(3):
        net.partial_fit(table)
    assert net.n_iter_ == 1 and len(net.history_["loss"]) == 3
    assert net.sample(3, random_state=0).shape == (3, table.shape[1])


def test_weights_count():
    table = pd.DataFrame({"x": np.repeat(["a", "b"], 200)})
    net = TableSynthesizer(**BRIEF | {"max_iter": 40})
    net.fit(table, sample_weight=np.repeat([1.0, 9.0], 200))
    assert (net.sample(1000, random_state=0).x == "b").mean() == pytest.approx(0.9, abs=0.05)
    net.fit(table, sample_weight=np.repeat([0.0, 1.0], 200))
    assert set(net.sample(100, random_state=0).x) == {"b"}


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_other_libraries(library, table):
    pytest.importorskip(library)
    plain = table[["size", "count", "price", "day", "flag", "note"]]
    if library == "polars":
        frame = pytest.importorskip("polars").from_pandas(plain)
    else:
        frame = pytest.importorskip("pyarrow").Table.from_pandas(plain, preserve_index=False)
    net = TableSynthesizer(**BRIEF).fit(frame)
    made = net.sample(20, random_state=0)
    assert type(made) is type(frame) and made.schema == frame.schema
    assert net.impute(frame).shape == frame.shape


def test_arrays():
    whole = np.random.default_rng(0).integers(0, 1000, (200, 2))
    made = TableSynthesizer(**BRIEF).fit(whole).sample(5, random_state=0)
    assert made.dtype == whole.dtype and made.shape == (5, 2)
    rows = [[1.5, "a"], [2.5, "b"]] * 20
    made = TableSynthesizer(**BRIEF).fit(rows).sample(4, random_state=0)
    assert made.dtype == object and set(made[:, 1]) <= {"a", "b"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda net: net.sample(0), "n must be an int"),
        (lambda net: net.sample(2, {"junk": 1}), "conditions names 'junk'"),
        (
            lambda net: net.sample(2, {"note": "zzz"}),
            "asks for zzz in column .note., which",
        ),
        (lambda net: net.sample(2, {"count": [1, 2, 3]}), "3 entries for 2 rows"),
        (lambda net: net.sample(2, {"count": "many"}), "column 'count'"),
        (lambda net: net.impute(mixed(3), "best"), "strategy must be one of"),
        (lambda net: net.score_samples(mixed(3)[["size"]]), "feature names"),
    ],
)
def test_errors_name_what_is_wrong(net, call, words):
    with pytest.raises(ValueError, match=words):
        call(net)


def test_conditions_must_be_named(net):
    with pytest.raises(TypeError, match="Name the columns"):
        net.sample(2, ["red"])


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"grade": 2.5}, "which its dtype, int8, cannot hold"),
        ({"grade": 1000}, "which its dtype, int8, cannot hold"),
        ({"price": None}, "a missing entry in column 'price', which had none"),
        ({"count": {40, 41}}, "a set for column 'count'"),
        ({"count": np.array([[40], [41]])}, "a ndarray for column 'count'"),
        ({"day": "soon"}, "In column 'day' of conditions: could not convert 'soon'"),
        ({"count": 40, 2: 40}, "names column 'count' twice"),
        ({99: 40}, "names 99, which is not a column"),
        ({"count": [40, 41, 42]}, "pass one, or 2, or n=3"),
    ],
)
def test_conditions_that_cannot_be(wide, conditions, words):
    with pytest.raises(ValueError, match=words):
        wide.sample(2, conditions)


@pytest.fixture(scope="module")
def wide(table):
    """A synthesizer in which grades and counts are in cells, not only at frequent numbers."""
    rng = np.random.default_rng(0)
    grades = rng.integers(-100, 100, len(table)).astype("int8")
    return TableSynthesizer(**BRIEF).fit(table.assign(grade=grades))


def test_forms_of_conditions(net):
    for conditions in (
        pd.Series({"color": "red", "count": 44}),
        pd.DataFrame({"color": ["red"], "count": [44]}),
        {"color": ["red"], "count": np.array(44)},
        {1: "red", np.int64(2): 44},
        {"color": pd.Categorical(["red"] * 3), "count": range(44, 45)},
    ):
        made = net.sample(3, conditions, random_state=0)
        assert (made.color == "red").all() and (made["count"] == 44).all()
    assert net.sample(2, {"flag": 1}, random_state=0).flag.tolist() == [True, True]
    assert net.sample(2, {"grade": "3"}, random_state=0).grade.tolist() == [3, 3]


def test_levels_of_other_types_are_those_of_the_table():
    table = pd.DataFrame({"code": pd.Categorical([3, 1, 2] * 20)})
    net = TableSynthesizer(hidden_layer_sizes=4, max_iter=1, random_state=0).fit(table)
    assert net.sample(2, {"code": "3"}, random_state=0).code.tolist() == [3, 3]


def test_given_entries_stay_as_they_are():
    n, rng = 60, np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "id": 2**62 + rng.integers(0, 10**6, n),
            "moment": (10**18 + rng.integers(0, 10**9, n)).astype("M8[ns]"),
            "text": rng.choice(["a", "b"], n),
            "size": rng.normal(size=n),
        },
        index=pd.Index(range(5, 5 + n), name="row"),
    )
    net = TableSynthesizer(hidden_layer_sizes=8, max_iter=1, random_state=0).fit(table)
    lost = table.assign(size=table["size"].where(rng.random(n) < 0.5))
    filled = net.impute(lost, random_state=0)
    pd.testing.assert_frame_equal(filled[["id", "moment", "text"]], table[["id", "moment", "text"]])
    assert filled.index.equals(table.index) and filled["size"].notna().all()
    made = net.sample(n, table[["moment", "id"]], random_state=0)
    pd.testing.assert_frame_equal(
        made[["id", "moment"]], table[["id", "moment"]].reset_index(drop=True)
    )
    ids = table.id.tolist()
    assert net.sample(n, {"id": ids}, random_state=0).id.tolist() == ids


def test_given_entries_that_a_dtype_cannot_hold_change_the_dtype(net, table):
    odd = table.head(2).astype({"grade": float}).assign(grade=[2.5, np.nan])
    odd["color"] = odd["color"].cat.add_categories("pink").where([False, True], "pink")
    filled = net.impute(odd, random_state=0)
    assert filled.grade.dtype == float and filled.grade[0] == 2.5 and filled.grade[1] in range(1, 5)
    assert filled.color.tolist()[0] == "pink" and filled.color.cat.categories[-1] == "pink"


def test_wrong_parameters(table):
    with pytest.raises(InvalidParameterError, match="condition_rate"):
        TableSynthesizer(condition_rate=1.0).fit(table)
    with pytest.raises(ValueError, match="early_stopping=True without a validation set"):
        TableSynthesizer(early_stopping=True).partial_fit(table)


@pytest.mark.parametrize(("fraction", "share"), [(0.1, 0.3), (0.5, 0.5)])
def test_the_best_weights_are_trained_further_on_all_rows(fraction, share, capsys):
    first = np.random.default_rng(0).normal(size=400)
    table = pd.DataFrame({"first": first, "last": np.where(first > 0, "up", "down")})
    net = TableSynthesizer(**BRIEF | {"max_iter": 20}, validation_fraction=fraction, verbose=1)
    best = int(np.argmin(net.fit(table).history_["validation_loss"])) + 1
    assert best > 4
    assert f"held-out rows, for {math.ceil(share * best)} epochs." in capsys.readouterr().out
