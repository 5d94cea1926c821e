"""Values of a column, compressed and merged: how much ranks change, and what stays exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sknn.preprocessing.numbers import Column, Moments
from sknn.preprocessing.quantiles import Distinct

VALUES = st.lists(
    st.tuples(
        st.one_of(st.integers(-9, 9).map(float), st.floats(-1e6, 1e6).map(lambda x: round(x, 6))),
        st.sampled_from([0.1, 1.0, 1.0, 2.0, 50.0]),
    ),
    min_size=1,
    max_size=120,
)


def distinct(pairs):
    values, weight = np.array(pairs).T
    return Distinct.of(values, weight)


def rank_error(found, exact):
    """Return the largest change in the share of weight at or below any number."""
    at = exact.values
    shares = []
    for each in (found, exact):
        reached = np.append(0.0, np.cumsum(each.weight))
        shares.append(reached[np.searchsorted(each.values, at, side="right")] / reached[-1])
    return np.abs(shares[0] - shares[1]).max()


@settings(max_examples=60, deadline=None)
@given(VALUES, st.integers(4, 30))
def test_compression_keeps_ranks(pairs, most):
    exact = distinct(pairs)
    found = exact.compressed(most)
    assert len(found.values) <= most
    assert np.isin(found.values, exact.values).all() and (np.diff(found.values) > 0).all()
    assert_array_equal(found.values[[0, -1]], exact.values[[0, -1]])
    assert_allclose(found.weight.sum(), exact.weight.sum())
    assert rank_error(found, exact) <= 1 / (most - 2) + 1e-12
    if len(exact.values) <= most:
        assert found is exact


@settings(max_examples=40, deadline=None)
@given(VALUES, st.integers(4, 30), st.integers(1, 12))
def test_the_error_of_a_tree_grows_with_its_height_alone(pairs, most, n_blocks):
    parts = [
        distinct(pairs[i::n_blocks]).compressed(most) for i in range(min(n_blocks, len(pairs)))
    ]
    height = int(np.ceil(np.log2(len(parts))))
    while len(parts) > 1:
        merged = [
            parts[i].merged(parts[i + 1]).compressed(most) for i in range(0, len(parts) - 1, 2)
        ]
        parts = merged + parts[2 * len(merged) :]
    assert rank_error(parts[0], distinct(pairs)) <= (1 + height) / (most - 2) + 1e-12


def test_a_frequent_value_stays_by_itself():
    values = np.append(np.zeros(900), np.arange(1, 101))
    found = Distinct.of(values, np.ones(1000)).compressed(20)
    assert found.weight[found.values == 0] == 900


@settings(max_examples=40, deadline=None)
@given(VALUES, st.integers(1, 5))
def test_moments_are_merged(pairs, n_blocks):
    values, weight = np.array(pairs).T
    found = Moments(0.0, 0.0, 0.0)
    for i in range(n_blocks):
        found = found.merged(Moments.of(Distinct.of(values[i::n_blocks], weight[i::n_blocks])))
    mean = np.average(values, weights=weight)
    deviation = np.sqrt(np.average((values - mean) ** 2, weights=weight))
    size = np.abs(values).max()
    assert_allclose(found.mean, mean, rtol=1e-9, atol=1e-9 * size)
    assert_allclose(found.deviation, deviation, rtol=1e-6, atol=1e-7 * size)


@pytest.mark.parametrize("size", [1e-200, 1e307])
def test_moments_of_any_size(size):
    values = np.array([-1.0, 0.0, 2.0, 3.0]) * size
    parts = [Moments.of(Distinct.of(some, np.ones(2))) for some in (values[:2], values[2:])]
    found = parts[0].merged(parts[1])
    assert_allclose([found.mean / size, found.deviation / size], [1.0, np.sqrt(2.5)])


@pytest.mark.parametrize("most", [8, 1000])
def test_mean_and_deviation_stay_exact(most):
    rng = np.random.default_rng(0)
    x, w = rng.lognormal(0, 2, 300), rng.uniform(0.5, 2, 300)
    x[rng.random(300) < 0.2] = np.nan
    parts = [Column.of(x[i::7], w[i::7]).compressed(most) for i in range(7)]
    found = parts[0]
    for part in parts[1:]:
        found = found.merged(part).compressed(most)
    whole = Column.of(x, w)
    full = np.where(np.isnan(x), found.median(), x)
    mean = np.average(full, weights=w)
    assert_allclose(found.moments().mean, mean)
    deviation = np.sqrt(np.average((full - mean) ** 2, weights=w))
    assert_allclose(found.moments().deviation, deviation)
    assert found.n_missing == whole.n_missing
    assert_allclose(found.missing_weight, whole.missing_weight)
