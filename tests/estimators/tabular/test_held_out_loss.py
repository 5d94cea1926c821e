"""Scores of held-out rows, computed in pieces if there are many."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn.estimators.tabular import held_out_loss
from sknn.estimators.tabular.held_out_loss import HeldOut
from tests.estimators.tabular.parts import (
    BINARY,
    COUNTS,
    REAL,
    TABLE,
    THREE,
    TWO_LABELS,
    classifier,
    regressor,
)

CASES = {
    "binary": (classifier, BINARY, 1),
    "three classes": (classifier, THREE, 3),
    "several labels": (classifier, TWO_LABELS, 5),
    "number": (regressor, REAL, 1),
    "counts": (lambda: regressor(loss="poisson"), COUNTS, 1),
}


@pytest.mark.parametrize("case", CASES)
def test_pieces_are_pooled_as_the_whole(monkeypatch, case):
    make, y, n_raw = CASES[case]
    net = make().fit(TABLE, y)
    raw = np.random.default_rng(0).normal(size=(3, 40, n_raw)).astype(np.float32)
    share = np.array([0.5, 0.3, 0.2])
    recipe = net._loss
    judge = HeldOut(net._targets, recipe, recipe, net.network_, None, None, np.empty((40, 2)), None)
    whole = judge.pool(raw, share)
    assert whole.shape == (40, n_raw)
    monkeypatch.setattr(held_out_loss, "_ROWS", 7)
    assert_array_equal(judge.pool(raw, share), whole)


def test_rows_are_those_judged():
    x, index = np.arange(40.0).reshape(10, 4), np.array([1, 4, 5, 9])
    few = HeldOut(None, None, None, None, None, None, x, index)
    assert_array_equal(few.rows(), x[index])
    assert_array_equal(few.rows(slice(None, None, 2), slice(3, None)), x[[1, 5], 3:])
    assert_array_equal(HeldOut(None, None, None, None, None, None, x, None).rows(), x)
