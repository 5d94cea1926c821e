"""Columns of text and categories, counted in blocks."""

import datetime
from decimal import Decimal

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn.preprocessing.columns import Coded
from sknn.preprocessing.summaries import entries
from sknn.preprocessing.summaries.entries import Entries
from tests.preprocessing.summaries.parts import in_pairs, one_by_one

ONES = np.ones


def objects(values):
    column = np.empty(len(values), object)
    column[:] = values
    return column


def test_entries_are_distinguished_by_type_and_text():
    day = datetime.date(2024, 1, 1)
    column = objects(["1", 1, 1.0, True, b"1", Decimal(1), None, np.nan, "", " ", day, [1], "1"])
    found = Entries.of(column, np.arange(13.0))
    kinds = [type(each).__name__ for each in found.entries]
    known = "Decimal NoneType bool bytes date float float int list str str"
    assert kinds == known.split()
    assert found.rows.sum() == 13 and found.weight.sum() == 78
    assert found.weight[-1] == 0 + 12


def test_every_dtype_is_counted():
    columns = [
        np.array([True, False, True]),
        np.array(["a", "b", "a"]),
        np.array([2.5, np.nan, 2.5]),
        np.array(["2024-01-01", "NaT", "2024-01-01"], "M8[D]"),
        Coded(np.array([1, -1, 1]), objects(["unused", "a"])),
    ]
    for column in columns:
        found = Entries.of(column, ONES(3))
        assert sorted(found.rows) == [1, 2]
        assert not found.is_blank
    assert Entries.of(objects([None, np.nan, ""]), ONES(3)).is_blank


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(entries, "MOST", 40)


def crowd(n=3000, seed=0):
    rng = np.random.default_rng(seed)
    column = objects([f"t{i}" for i in np.floor(rng.pareto(0.4, n) * 3).clip(0, 10**9).astype(int)])
    return column, rng.uniform(0.5, 2, n)


@pytest.mark.parametrize("merge", [in_pairs, one_by_one])
def test_what_weighs_much_stays(few, merge):
    column, weight = crowd()
    found = merge([Entries.of(column[i::8], weight[i::8]) for i in range(8)])
    whole = {text: weight[column == text].sum() for text in np.unique(column.astype(str))}
    assert len(found.entries) == 40 and found.total == pytest.approx(weight.sum())
    noted = dict(zip(found.entries.tolist(), found.weight.tolist(), strict=True))
    for text, total in whole.items():
        assert total <= noted.get(text, 0.0) + found.lost + 1e-9
        assert noted.get(text, 0.0) <= total + 1e-9
    assert found.lost < max(whole.values()) / 3
    # The sample is known in full.
    hashes = entries._hashes(found.entries)
    sampled = [text for text, each in zip(found.entries, hashes, strict=True) if each < found.limit]
    assert len(sampled) >= 20
    assert_allclose([noted[text] for text in sampled], [whole[text] for text in sampled])
    assert found.every_row().sum() == len(column)
    assert_allclose(found.even_weight().sum(), weight.sum())


def test_the_sample_is_even(few):
    texts = objects([str(i) for i in range(20_000)])
    found = in_pairs([Entries.of(texts[i::16], ONES(1250)) for i in range(16)])
    hashes = np.array(entries._hashes(found.entries), object)
    drawn = found.entries[hashes < found.limit].astype(int)
    assert abs(drawn.mean() - 10_000) < 3 * 20_000 / np.sqrt(12 * len(drawn))


def test_a_cut_gives_the_same_everywhere(few):
    column, weight = crowd()
    one, other = (Entries.of(column, weight) for _ in range(2))
    assert one.entries.tolist() == other.entries.tolist()
    # The hash of an entry must always be the same: summaries come from several processes.
    assert entries._hashes(objects(["a", None])) == [10863026220557251591, 11462505551818592527]


def test_missing_entries_from_elsewhere():
    found = Entries.of(objects(["a", "b"]), ONES(2)).with_missing(3, 1.5)
    assert_array_equal(found.rows, [3, 1, 1])
    assert_array_equal(found.weight, [1.5, 1, 1])
    assert found.entries[0] is None
    assert found.with_missing(0, 0.0) is found
