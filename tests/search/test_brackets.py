"""Rungs and brackets: counts fall, epochs rise, and every epoch is in the plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknn.search.brackets import brackets_of, levels


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((1, 27, 3), [1, 3, 9, 27]),
        ((3, 27, 3), [3, 9, 27]),
        ((4, 27, 3), [9, 27]),
        ((1, 1, 3), [1]),
        ((10, 100, 2), [12, 25, 50, 100]),
        ((1, 4, 1.5), [1, 2, 3, 4]),
    ],
)
def test_levels(bounds, expected):
    assert levels(*bounds) == expected


def test_halving():
    assert brackets_of("halving", 27, 3, 27, 3) == [[(3, 27), (9, 9), (27, 3)]]
    assert brackets_of("halving", 5, 1, 27, 3) == [[(1, 5), (3, 2), (9, 1), (27, 1)]]


def test_random():
    assert brackets_of("random", 7, 1, 27, 3) == [[(27, 7)]]


def test_hyperband_gives_every_bracket_about_as_many_epochs():
    brackets = brackets_of("hyperband", 165, 3, 27, 3)
    assert [bracket[0] for bracket in brackets] == [(3, 90), (9, 45), (27, 30)]
    costs = [sum(rung.n_epochs * rung.n_candidates for rung in bracket) for bracket in brackets]
    assert max(costs) < 1.5 * min(costs)


@given(
    strategy=st.sampled_from(["halving", "hyperband", "random"]),
    n=st.integers(1, 200),
    bounds=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    factor=st.floats(1.2, 8.0),
)
def test_any_plan(strategy, n, bounds, factor):
    low, high = sorted(bounds)
    brackets = brackets_of(strategy, n, low, high, factor)
    assert sum(bracket[0].n_candidates for bracket in brackets) == n
    for bracket in brackets:
        epochs = [rung.n_epochs for rung in bracket]
        counts = [rung.n_candidates for rung in bracket]
        assert epochs == sorted(set(epochs)) and epochs[-1] == high and epochs[0] >= low
        assert counts == sorted(counts, reverse=True) and counts[-1] >= 1
