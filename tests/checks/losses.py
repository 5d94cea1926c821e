"""Helpers for tests of losses: scratch arrays full of garbage, random scores, one evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cases.losses import ROWS

each_row = pytest.mark.parametrize("row", ROWS, ids=str)
ROW = {row.name: row for row in ROWS}
N = 80


def scratch_for(loss, raw):
    """Make the work arrays, filled with garbage, as a network in training would."""
    *lead, rows, n_raw = raw.shape
    arrays = {}
    for name, need in loss.scratch(n_raw).items():
        dtype = np.dtype(need.dtype or raw.dtype)
        members = () if need.shared else tuple(lead)
        shape = (*members, rows, *need.shape) if need.per_row else (*members, *need.shape)
        rubbish = np.nan if dtype.kind == "f" else -(10**9)
        arrays[name] = np.full(shape, rubbish if need.fill is None else need.fill, dtype)
    return arrays


def evaluate(loss, raw, target, weight=1.0):
    """Return value and gradient; raw scores must not change."""
    before, out = raw.copy(), np.full_like(raw, np.nan)
    with np.errstate(all="raise", under="ignore"):
        value = loss.value_and_grad(raw, target, weight, out, scratch_for(loss, raw))
    np.testing.assert_array_equal(raw, before)
    return value, out


def scores(row, rows=N, members=(), dtype=np.float64, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(scale=1.5, size=(*members, rows, row.n_raw)).astype(dtype)


def column(weights, dtype=np.float64):
    return np.asarray(weights, dtype)[:, None]


def positive_weights(rows=N):
    return np.random.default_rng(7).uniform(0.2, 3.0, rows)
