"""Columns as codes, and entries that are made from codes."""

import numpy as np
import pytest

from sknn.preprocessing.columns import read_table
from sknn.preprocessing.kinds import NUMBER, Form
from sknn.preprocessing.quantiles import Distinct
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.tokens.cells import Cells
from sknn.preprocessing.tokens.coder import TableCoder
from sknn.preprocessing.tokens.lattice import Lattice
from sknn.preprocessing.tokens.levels import LevelTokens
from sknn.preprocessing.tokens.numbers import NumberTokens

RNG = np.random.default_rng(0)


def numbers(column, weight=None):
    column = np.asarray(column, float)
    return NumberTokens.fit(Form(NUMBER), column, Sample.of(weight, len(column)))


def levels(column, most=256, weight=None):
    return LevelTokens.fit(np.array(column, object), Sample.of(weight, len(column)), most)


@pytest.mark.parametrize(
    ("values", "base", "step", "unit"),
    [
        ([3, 5, 11], 3, 2, 1),
        ([0.5, 0.75, 2.0], 50, 25, 100),
        ([0.105, 0.11, 0.2], 105, 5, 1000),
        ([-2, 7], -2, 9, 1),
        ([4], 4, 1, 1),
    ],
)
def test_lattices(values, base, step, unit):
    lattice = Lattice.of(np.array(values, float))
    assert (lattice.base, lattice.step, lattice.unit) == (base, step, unit)
    np.testing.assert_array_equal(lattice.values(lattice.places(np.array(values))), values)


def test_single_precision_lies_on_a_lattice_too():
    values = np.array([0.1, 0.2, 0.5], np.float32).astype(float)
    assert Lattice.of(values).unit == 10


@pytest.mark.parametrize("values", [[0.0, np.pi, 4.0], [0.0, 1e300], [0.0, 1e-9]])
def test_no_lattice(values):
    assert Lattice.of(np.array(values)) is None


@pytest.mark.parametrize("lattice", [True, False])
def test_what_is_drawn_from_a_cell_lies_in_it(lattice):
    values = np.unique(RNG.integers(0, 10_000, 500)).astype(float)
    grid = Lattice(0.0, 1.0, 1.0) if lattice else None
    spikes = values[10:40:3] + 1.0
    rest = Distinct(values, np.ones(len(values)))
    cells = Cells.fit(rest, 500.0, grid, spikes)
    asked = np.repeat(np.arange(cells.n_cells), 50)
    drawn = cells.draw(asked, RNG)
    found, log_p = cells.find(drawn)
    np.testing.assert_array_equal(found, asked)
    if lattice:
        assert not np.isin(drawn, spikes).any() and (drawn == np.rint(drawn)).all()
        every = np.setdiff1d(np.arange(values[0], values[-1] + 1), spikes)
        found, log_p = cells.find(every)
        np.testing.assert_allclose(np.bincount(found, np.exp(log_p)), 1.0)


def test_the_density_falls_beyond_the_ends():
    values = np.sort(RNG.normal(size=300))
    cells = Cells.fit(Distinct(values, np.ones(300)), 300.0, None, values[:0])
    _, log_p = cells.find(values[-1] + np.array([0.0, 1.0, 10.0, 1e200]))
    assert (np.diff(log_p) < 0).all() and np.isfinite(log_p).all()


def test_numbers_come_back():
    column = np.where(RNG.random(1000) < 0.3, 0.0, np.round(RNG.exponential(100, 1000), 1))
    column[::20] = np.nan
    tokens = numbers(column)
    codes, beside, _ = tokens.encode(column)
    made = tokens.decode(codes, RNG)
    np.testing.assert_array_equal(np.isnan(made), np.isnan(column))
    np.testing.assert_array_equal(made == 0.0, column == 0.0)
    again, _, _ = tokens.encode(made)
    np.testing.assert_array_equal(again, codes)
    assert (beside[np.isnan(column)] == 0).all() and len(tokens.sizes) == 2
    assert (np.max(codes, axis=0) < tokens.sizes).all()
    assert tokens.first(lost=True)[0] and not tokens.first(lost=False)[0]
    second = tokens.second(codes[:, 0])
    np.testing.assert_array_equal(second.any(axis=1), codes[:, 1] >= 0)
    assert second[np.flatnonzero(codes[:, 1] >= 0), codes[codes[:, 1] >= 0, 1]].all()


def test_few_numbers_have_their_own_codes():
    tokens = numbers([1.0, 2.5, np.pi] * 3)
    assert tokens.sizes == [3] and tokens.cells is None
    codes, _, log_p = tokens.encode(np.array([2.5, 7.0]))
    assert codes[:, 0].tolist() == [1, -1] and log_p[1] == pytest.approx(-np.log(10))
    assert numbers([np.nan] * 4).sizes == [1]
    assert numbers([5.0] * 4).sizes == [1]


def test_rare_numbers_are_not_spikes():
    """In a table of few rows, a single row is more than one in a hundred."""
    tokens = numbers(RNG.normal(size=40))
    assert not len(tokens.spikes) and tokens.cells is not None


def test_weights_are_repetitions():
    column, weight = RNG.normal(size=60), RNG.integers(1, 4, 60).astype(float)
    one, other = numbers(column, weight), numbers(np.repeat(column, weight.astype(int)))
    np.testing.assert_allclose(one.cells.edges, other.cells.edges)
    assert one.sizes == other.sizes and one.floor == other.floor


def test_infinite_numbers_are_refused():
    with pytest.raises(ValueError, match="infinity or a value too large"):
        numbers([1.0, np.inf])


def test_levels_come_back_with_their_types():
    column = [1, "a", None, True, 2.5, "a", None, 1]
    tokens = levels(column)
    codes, _, log_p = tokens.encode(np.array(column, object))
    assert tokens.decode(codes, RNG).tolist() == column and not log_p.any()
    assert sum(tokens.first(lost=False)) == sum(tokens.first(lost=True)) - 1


def test_rare_levels_share_a_code():
    column = ["often"] * 50 + ["also"] * 30 + [f"id{i}" for i in range(20)]
    tokens = levels(column, most=2)
    assert tokens.sizes == [3]
    codes, _, log_p = tokens.encode(np.array(column, object))
    assert (codes[-20:] == 2).all() and np.exp(log_p[-20:]) == pytest.approx(0.05)
    drawn = tokens.decode(np.full((200, 1), 2), RNG)
    assert set(drawn) <= set(column[-20:]) and len(set(drawn)) > 5
    codes, _, log_p = tokens.encode(np.array(["never"], object))
    assert codes[0, 0] == -1 and log_p[0] == pytest.approx(-np.log(101))


def test_a_table_is_codes_numbers_and_densities():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": RNG.normal(size=800), "b": ["x", "y"] * 400})
    table = read_table(frame)
    coder = TableCoder.fit(table, Sample.of(None, 800), None, 256)
    assert coder.owners == [0, 0, 1] and coder.numbers == [0]
    rows = coder.encode(table, np.float64)
    assert rows.shape == (800, 3 + 1 + 2 + 2)
    assert (rows[:, coder.known] == 0).all()
    np.testing.assert_array_equal(
        rows[:, coder.densities][:, 0], coder.columns[0].encode(frame.a.to_numpy())[2]
    )
    assert (rows[:, -1] == 0).all()
    np.testing.assert_array_equal(rows[:, 2], np.tile([0, 1], 400))


def test_means_are_those_of_the_numbers_in_a_cell():
    column = np.exp(2 * RNG.normal(size=600))
    tokens = numbers(column)
    cells, _ = tokens.cells.find(column)
    expected = [column[cells == cell].mean() for cell in range(tokens.cells.n_cells)]
    np.testing.assert_allclose(tokens.cells.means, expected)
    last = np.full(3, tokens.cells.edges[-2:].mean())
    np.testing.assert_allclose(tokens.mean([last, last]), expected[-1])
    assert expected[-1] < last[0]


@pytest.mark.parametrize("weight", [None, np.full(80, 1e300)])
def test_means_of_huge_numbers_are_finite(weight):
    tokens = numbers([-8e307, 8e307] * 30 + [*range(20)], weight)
    assert np.isfinite(tokens.cells.means).all()
    whole = numbers(np.repeat(np.arange(300), 2))
    np.testing.assert_allclose(whole.cells.means % 0.5, 0.0)
