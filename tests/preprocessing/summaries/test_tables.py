"""Encoders fitted to summaries of blocks, compared with those fitted to all rows."""

import datetime
import pickle
import warnings
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sknn.exceptions import TableWarning
from sknn.preprocessing import TableEncoder
from sknn.preprocessing.summaries import figures, sampled
from tests.preprocessing.summaries.parts import cut, fitted, in_pairs, one_by_one, summarized

pd = pytest.importorskip("pandas")

SETTINGS = [
    {"linear": True},
    {"n_bins": 5, "max_categories": 3},
    {"n_bins": None, "linear": True},
    {"bins": "tree", "n_bins": 12, "linear": True},
]


def frame(n=400, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({
        "normal": rng.normal(size=n),
        "whole": rng.integers(-3, 4, n),
        "some": np.where(rng.random(n) < 0.2, np.nan, rng.lognormal(size=n)),
        "zeros": np.where(rng.random(n) < 0.9, 0.0, rng.random(n)),
        "none": np.nan,
        "same": 5.0,
        "level": rng.choice(list("abcde"), n),
        "coded": pd.Categorical(rng.choice(["x", "y", None], n), categories=list("xyz")),
        "truth": rng.random(n) < 0.5,
        "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "h"),
        "span": pd.to_timedelta(rng.integers(0, 900, n), "h"),
        "spelt": np.where(rng.random(n) < 0.1, "?", rng.integers(0, 90, n).astype(str)),
        "day": [f"{i % 28 + 1}/{i % 11 + 1}/2024" for i in range(n)],
    })  # fmt: skip
    words = np.random.default_rng(seed).choice(["low", "high", None], n)
    X["grade"] = pd.Categorical(words, ["low", "middle", "high"], ordered=True)
    X["mixed"] = rng.choice(np.array([1, 2.5, Decimal(3), None, "4"], object), n)
    return X, rng.normal(size=n)


def weights(kind, n):
    rng = np.random.default_rng(1)
    whole = np.append(1.0, rng.integers(0, 4, n - 1))
    return {"none": None, "whole": whole, "any": rng.uniform(0.1, 2, n)}[kind]


@pytest.mark.parametrize("merge", [in_pairs, one_by_one])
@pytest.mark.parametrize("weighted", ["none", "whole", "any"])
@pytest.mark.parametrize("more", SETTINGS, ids=str)
def test_blocks_of_few_rows_give_what_fit_gives(more, weighted, merge):
    X, y = frame()
    weight = weights(weighted, len(X))
    slices = cut(len(X), np.random.default_rng(2))
    found, remarks = fitted(TableEncoder(**more), X, slices, y, weight, merge)
    exact = TableEncoder(**more)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exact.fit(X, y, weight)
    assert found.kinds_ == exact.kinds_
    assert found.get_feature_names_out().tolist() == exact.get_feature_names_out().tolist()
    assert found.feature_names_in_.tolist() == X.columns.tolist()
    same = assert_array_equal if weighted != "any" else assert_allclose
    same(found.transform(X), exact.transform(X), **({"atol": 1e-6} if weighted == "any" else {}))
    assert remarks._texts == exact.learn(*_given(X, y, weight))._texts


def _given(X, y, weight):
    from sknn.preprocessing.columns import read_table

    return read_table(X), y, weight


ROWS = st.lists(
    st.tuples(
        st.one_of(st.floats(-5, 5), st.integers(-2, 2).map(float), st.none()),
        st.sampled_from(["a", "b", "c", "1", 1, 1.5, True, None, datetime.date(2024, 1, 1)]),
        st.sampled_from([0, 1, 1, 2, 3]),
    ),
    min_size=3,
    max_size=30,
).filter(lambda rows: any(weight == 1 for *_, weight in rows))


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(0, 10**6))
def test_blocks_of_any_rows(rows, seed):
    X = np.empty((len(rows), 2), object)
    X[:, 0] = [number for number, *_ in rows]
    X[:, 1] = [level for _, level, _ in rows]
    weight = np.array([weight for *_, weight in rows], float)
    slices = cut(len(rows), np.random.default_rng(seed))
    settings = {"linear": True, "n_bins": 5, "max_categories": 3}
    found, _ = fitted(TableEncoder(**settings), X, slices, None, weight)
    exact = TableEncoder(**settings).fit(X, sample_weight=weight)
    used = X[weight > 0]
    assert_array_equal(found.transform(used), exact.transform(used))


def test_arrays_of_numbers():
    X = np.random.default_rng(0).normal(size=(90, 3))
    found, _ = fitted(TableEncoder(), X, [slice(0, 40), slice(40, 90)])
    assert_array_equal(found.transform(X), TableEncoder().fit(X).transform(X))
    more = {"categorical_features": [1]}
    X[:, 1] = np.arange(90) % 4
    found, _ = fitted(TableEncoder(**more), X, [slice(0, 40), slice(40, 90)])
    assert found.kinds_ == ["number", "category", "number"]
    assert_array_equal(found.transform(X), TableEncoder(**more).fit(X).transform(X))


@pytest.mark.parametrize("name", ["polars", "pyarrow"])
def test_blocks_of_other_frames(name):
    library = pytest.importorskip(name)
    values = {"a": [1.0, 2.0, None, 4.0], "b": ["x", "y", "x", "z"], "c": [None, "1", "2", "3"]}
    make = library.DataFrame if name == "polars" else library.table
    parts = [make({key: column[i : i + 2] for key, column in values.items()}) for i in (0, 2)]
    encoder = TableEncoder()
    encoder.learn_summary(in_pairs([encoder.summarize(part) for part in parts]))
    whole = make(values)
    assert_array_equal(encoder.transform(whole), TableEncoder().fit(whole).transform(whole))


def test_many_values_stay_within_the_stated_error(monkeypatch):
    monkeypatch.setattr(figures, "MOST", 102)
    rng = np.random.default_rng(0)
    X = rng.lognormal(0, 2, (20_000, 1))
    slices = [slice(i, i + 1250) for i in range(0, 20_000, 1250)]
    found, _ = fitted(TableEncoder(linear=True), X, slices)
    exact = TableEncoder(linear=True).fit(X)
    bound, ranks = (1 + 4) / 100, np.sort(X.ravel())
    for one, other in (
        (found._plan.numbers.median, exact._plan.numbers.median),
        (found._plan.numbers.bins.start, exact._plan.numbers.bins.start),
    ):
        apart = np.searchsorted(ranks, one) - np.searchsorted(ranks, other)
        assert np.abs(apart).max() <= bound * len(X)
    # Means of bins are twice shares of the weight.
    fill = found._plan.numbers.bins.fill(X)
    assert np.abs(fill.mean(axis=0)).max() <= 4 * bound
    assert_allclose(found._plan.numbers.mean, exact._plan.numbers.mean)
    assert_allclose(found._plan.numbers.inverse_std, exact._plan.numbers.inverse_std)


def test_trees_cut_by_a_sample_of_rows(monkeypatch):
    monkeypatch.setattr(sampled, "MOST", 500)
    rng = np.random.default_rng(0)
    X = rng.random((8000, 1))
    y = (X[:, 0] > 0.3).astype(float)
    slices = [slice(i, i + 1000) for i in range(0, 8000, 1000)]
    settings = {"bins": "tree", "n_bins": 4}
    summary = summarized(TableEncoder(**settings), X, slices, y)
    assert len(summary.rows.y) == 500
    blocks = np.searchsorted(np.sort(X[:, 0]), summary.rows.columns[0])
    assert 3000 < blocks.mean() < 5000
    encoder = TableEncoder(**settings)
    encoder.learn_summary(summary)
    assert np.abs(encoder._plan.numbers.bins.start - 0.3).min() < 0.01
    with pytest.raises(ValueError, match="the target y is None"):
        encoder.summarize(X)


@pytest.mark.parametrize("weighted", [False, True])
def test_trees_see_the_same_sample_of_a_table_and_of_a_single_block(monkeypatch, weighted):
    monkeypatch.setattr(sampled, "MOST", 300)
    rng = np.random.default_rng(1)
    X = rng.normal(size=(2000, 2))
    y = np.sin(3 * X[:, 0]) + rng.normal(size=2000)
    weight = rng.integers(1, 3, 2000).astype(float) if weighted else None
    whole = TableEncoder(bins="tree").fit(X, y, weight)
    blocks = TableEncoder(bins="tree")
    blocks.learn_summary(blocks.summarize(X, y, weight))
    assert_array_equal(whole._plan.numbers.bins.start, blocks._plan.numbers.bins.start)
    monkeypatch.setattr(sampled, "MOST", 2000)
    every = TableEncoder(bins="tree").fit(X, y, weight)
    assert not np.array_equal(every.transform(X), whole.transform(X))


def test_what_blocks_hold_may_differ():
    parts = [
        pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": pd.Categorical(["x", "y", "x"]), "c": [1, 2, 3]}),
        pd.DataFrame({"a": [None, None], "b": [None, None], "c": [4.5, np.nan]}, dtype=object),
        pd.DataFrame({"a": [np.nan], "b": pd.Categorical(["z"]), "c": np.array([7], np.uint8)}),
        pd.DataFrame({"a": [pd.NaT], "b": pd.Categorical(["z"]), "c": [8]}),
    ]
    encoder = TableEncoder(n_bins=None)
    for order in (parts, parts[::-1]):
        encoder.learn_summary(in_pairs([encoder.summarize(part) for part in order]))
        assert encoder.kinds_ == ["number", "category", "number"]
        names = encoder.get_feature_names_out().tolist()
        assert names == ["a", "c", "a_missing", "c_missing", "b_missing", "b_x", "b_z"]


DAY = pd.Timestamp("2024-01-01")


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ([1.0, 2.0], ["a", "b"], "'a' of X holds numbers .* and text or categories in others"),
        ([DAY, DAY], [1.0, 2.0], "'a' of X holds dates in some blocks and numbers in others"),
        ([1.0, 2.0], pd.Categorical(["a", "b"]), r"X.astype\({'a': ...}\)"),
        ([1.0, 2.0], ["1", "2"], "categorical_features"),
    ],
)
def test_columns_of_two_kinds_are_refused(one, other, words):
    encoder = TableEncoder()
    parts = [encoder.summarize(pd.DataFrame({"a": values})) for values in (one, other)]
    with pytest.raises(ValueError, match=words):
        parts[0].merged(parts[1])


def test_other_errors_name_the_column():
    encoder = TableEncoder()
    with pytest.raises(ValueError, match="infinity .* in column 'a'"):
        encoder.summarize(pd.DataFrame({"a": [1.0, np.inf]}))
    some = encoder.summarize(pd.DataFrame({"a": [datetime.time(1), datetime.time(2)]}))
    with pytest.raises(TypeError, match="column 'a' of X: times of day"):
        encoder.learn_summary(some)
    assert not hasattr(encoder, "kinds_")
    one, other = (encoder.summarize(pd.DataFrame({name: [1.0]})) for name in "ab")
    with pytest.raises(ValueError, match=r"same columns .* \['a'\] and \['b'\]"):
        one.merged(other)
    strict = TableEncoder(categorical_features=None)
    with pytest.raises(ValueError, match="column 'a' of X: could not convert 'x'"):
        strict.learn_summary(strict.summarize(pd.DataFrame({"a": ["x", "y"]})))
    objects = pd.DataFrame({"a": np.array([3.5, Decimal(4)], object)})
    assert one.merged(encoder.summarize(objects)).columns[0].kind == "number"
    with pytest.raises(ValueError, match="n_bins"):
        TableEncoder(n_bins=-1).summarize([[1.0]])


def test_warnings_are_those_of_fit():
    n = 60
    X = pd.DataFrame(
        {"id": [f"car {i}x" for i in range(n)], "n": ["?", "oops", *map(str, range(n - 2))]}
    )
    encoder, remarks = fitted(TableEncoder(), X, [slice(0, 20), slice(20, n)])
    with pytest.warns(TableWarning, match="'id' has 60 different entries in 60 rows"):
        remarks.warn()
    with pytest.warns(TableWarning, match="'n' is read as numbers"):
        remarks.warn()


def test_weights_of_many_sizes():
    rng = np.random.default_rng(0)
    X = np.array([["a"], ["b"], ["c"]] * 2000, object)
    weight = rng.uniform(1, 2, 6000)
    summary = summarized(TableEncoder(), X, [slice(0, 3000), slice(3000, 6000)], weight=weight)
    assert summary.weights is None
    # A level that occurs once is rare, no matter its weight.
    X[0] = "d"
    weight[0] = 100.0
    found, _ = fitted(TableEncoder(), X, [slice(0, 3000), slice(3000, 6000)], weight=weight)
    assert found.get_feature_names_out().tolist() == ["x0_a", "x0_b", "x0_c"]


def test_rows_without_weight_do_not_count():
    X = np.array([[1.0], [2.0], [50.0]])
    encoder = TableEncoder()
    assert encoder.summarize(X, sample_weight=[0, 0, 0]) is None
    found, _ = fitted(encoder, X, [slice(0, 3)], weight=np.array([1.0, 1, 0]))
    assert found._plan.numbers.scale == 1.0


def test_a_summary_is_small():
    rng = np.random.default_rng(0)
    sizes = []
    for n in (20_000, 40_000):
        X = pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n).astype(str)})
        slices = [slice(i, i + 5_000) for i in range(0, n, 5_000)]
        sizes.append(len(pickle.dumps(summarized(TableEncoder(), X, slices))))
    assert max(sizes) < 1.2 * min(sizes) < 1_000_000


def test_blocks_that_disagree_have_no_order():
    parts = [
        pd.DataFrame({"grade": pd.Categorical(["a", "b", "c"] * 5, order, ordered=True)})
        for order in (["a", "b", "c"], ["c", "b", "a"], ["a", "b", "c"])
    ]
    encoder = TableEncoder()
    encoder.learn_summary(one_by_one([encoder.summarize(part, None, None, 0) for part in parts]))
    assert encoder.get_feature_names_out().tolist() == ["grade_a", "grade_b", "grade_c"]


def test_rows_of_many_columns_are_fewer():
    assert [sampled.most_rows(n) for n in (1, 40, 100, 1000)] == [50_000, 50_000, 20_000, 10_000]
