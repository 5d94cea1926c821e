"""Sample weights: 2 is the row twice, 0 is no row, and times 100 changes nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sknn.preprocessing import TableEncoder

ROWS = st.lists(
    st.tuples(
        st.one_of(st.floats(-5, 5), st.integers(-2, 2).map(float), st.none()),
        st.sampled_from(["a", "b", "c", "d", "e", None]),
        st.sampled_from([0, 1, 1, 2, 3]),
    ),
    min_size=4,
    max_size=30,
).filter(lambda rows: any(weight == 1 for *_, weight in rows))


def table(rows):
    X = np.empty((len(rows), 2), object)
    X[:, 0] = [number for number, *_ in rows]
    X[:, 1] = [level for _, level, _ in rows]
    return X, np.array([weight for *_, weight in rows], float)


def same(one, other, X):
    assert one.get_feature_names_out().tolist() == other.get_feature_names_out().tolist()
    np.testing.assert_allclose(one.transform(X), other.transform(X), rtol=1e-6, atol=1e-6)


@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_weights_are_repetitions(rows):
    X, weight = table(rows)
    repeated = np.repeat(X, weight.astype(int), axis=0)
    encoder = TableEncoder(linear=True, n_bins=5, max_categories=3)
    one = encoder.fit(X, sample_weight=weight)
    other = TableEncoder(linear=True, n_bins=5, max_categories=3).fit(repeated)
    same(one, other, X)


@settings(max_examples=80, deadline=None)
@given(ROWS, st.sampled_from([100.0, 0.01, 1 / 3, 1e-200, 1e200]))
def test_the_scale_of_weights_does_not_matter(rows, factor):
    X, weight = table(rows)
    encoder = TableEncoder(linear=True, n_bins=5, max_categories=3)
    one = encoder.fit(X, sample_weight=weight)
    other = TableEncoder(linear=True, n_bins=5, max_categories=3)
    same(one, other.fit(X, sample_weight=weight * factor), X)


@pytest.mark.parametrize("task", ["numbers", "labels"])
def test_trees_with_weights(task):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 2))
    y = np.sin(3 * X[:, 0]) + rng.standard_normal(300)
    y = y if task == "numbers" else np.where(y > 0, "high", "low")
    weight = rng.integers(0, 3, 300).astype(float)
    rows = np.repeat(np.arange(300), weight.astype(int))
    one = TableEncoder(bins="tree", n_bins=6).fit(X, y, sample_weight=weight)
    same(one, TableEncoder(bins="tree", n_bins=6).fit(X[rows], y[rows]), X)
    same(one, TableEncoder(bins="tree", n_bins=6).fit(X, y, sample_weight=weight * 100), X)


def test_rows_of_weight_zero_are_not_looked_at():
    X = np.array([[1.0, "a"], [2.0, "b"], ["word", "c"], [3.0, "b"]], object)
    encoder = TableEncoder(n_bins=None).fit(X, sample_weight=[1, 1, 0, 1])
    assert encoder.kinds_ == ["number", "category"]
    assert encoder.get_feature_names_out().tolist() == ["x0", "x1_b"]


def test_rows_count_where_weights_are_not_whole():
    X = np.array([["a"], ["b"], ["c"], ["c"], ["b"]], object)
    encoder = TableEncoder().fit(X, sample_weight=[9.5, 1, 1.7, 1, 1])
    assert encoder.get_feature_names_out().tolist() == ["x0_b", "x0_c"]


@pytest.mark.parametrize("weight", [[1, -1, 1], [1, 2], [np.nan, 1, 1], [0, 0, 0]])
def test_bad_weights(weight):
    with pytest.raises(ValueError, match="weight"):
        TableEncoder().fit(np.eye(3), sample_weight=weight)
