"""Numbers that differ only by rounding, and tiny ones that do not."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA, TruncatedSVD

from sknn import TabularMLPClassifier
from sknn.exceptions import TableWarning
from sknn.preprocessing import TableEncoder

RNG = np.random.default_rng(0)
N = 200
NORMAL = RNG.standard_normal((N, 3))
RANK_3 = NORMAL @ RNG.standard_normal((3, 12))
SHARES = RNG.random((N, 40))
SHARES /= SHARES.sum(axis=1, keepdims=True)
LAST_BITS = 0.1 * RNG.choice([1, 1 + 4e-16], N)

CONSTANT = {
    "sums of shares": SHARES.sum(axis=1),
    "last bits": LAST_BITS,
    "negative": -1e12 * LAST_BITS,
    "missing": np.where(NORMAL[:, 0] > 1, np.nan, LAST_BITS),
    "float32": (100 * SHARES.astype(np.float32)).sum(axis=1),
}
VARYING = {
    "tiny": 1e-17 * (1 + NORMAL[:, 0] ** 2),
    "charges": 1.602e-19 * RNG.integers(1, 9, N),
    "tiny around zero": 1e-30 * NORMAL[:, 0],
    "a narrow range": 1 + 1e-13 * NORMAL[:, 0],
    "long whole numbers": 2.0**52 + RNG.integers(0, 9, N),
    "float16": (10 + RNG.random(N)).astype(np.float16),
}


def beside(column):
    return pd.DataFrame({"plain": NORMAL[:, 0], "odd": column})


@pytest.mark.parametrize("column", CONSTANT.values(), ids=CONSTANT)
def test_numbers_that_differ_in_the_last_digits_count_as_constant(column):
    X = beside(column)
    with pytest.warns(TableWarning, match="column 'odd' differ only in the last digits") as record:
        encoder = TableEncoder(linear=True).fit(X)
    assert len(record) == 1
    assert {name for name in encoder.get_feature_names_out() if "odd" in name} <= {
        "odd_missing",
        "linear_odd_missing",
    }
    assert np.isfinite(encoder.transform(X)).all()


@pytest.mark.parametrize("column", VARYING.values(), ids=VARYING)
def test_quantities_in_any_units_are_scaled_without_a_word(column):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoded = TableEncoder(n_bins=None).fit_transform(beside(column))
    assert encoded.shape == (N, 2)
    assert 0.2 < encoded[:, 1].std() < 3


@pytest.mark.parametrize("decompose", [PCA(6), TruncatedSVD(6, random_state=0)], ids=str)
def test_surplus_components_are_named(decompose):
    X = decompose.fit_transform(RANK_3)
    with pytest.warns(
        TableWarning, match="3, 4, 5 .counted from 0. are tiny .* fewer comp"
    ) as record:
        encoded = TableEncoder(n_bins=None).fit_transform(X)
    assert len(record) == 1
    # They may contain information after all.
    assert encoded.shape == (N, 6)


def test_networks_of_tables_tell_too():
    X = TruncatedSVD(4, random_state=0).fit_transform(RANK_3)
    net = TabularMLPClassifier(n_members=2, n_splits=2, max_iter=1, random_state=0)
    with pytest.warns(TableWarning, match="column 3 .counted from 0. are tiny") as record:
        net.fit(X, NORMAL[:, 0] > 0)
    assert len(record) == 1


@pytest.mark.parametrize("bins", ["quantile", "tree"])
@pytest.mark.parametrize("n_values", [5, 40])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_no_bin_lies_between_numbers_that_differ_by_rounding(bins, n_values, dtype):
    levels = RNG.normal(size=n_values)
    exact = levels[np.arange(8 * N) % n_values]
    noise = 4 * np.finfo(dtype).eps * RNG.choice([-1, 0, 1], 8 * N)
    X = pd.DataFrame({"odd": (exact * (1 + noise)).astype(dtype)})
    y = (noise > 0).astype(int)
    encoder = TableEncoder(bins=bins, n_bins=16).fit(X, y)
    assert encoder.n_outputs_ - 1 <= min(n_values - 1, 2 * 16)
    moved = encoder.transform(pd.DataFrame({"odd": exact.astype(dtype)}))
    np.testing.assert_allclose(encoder.transform(X), moved, rtol=0, atol=0.05)


@pytest.mark.parametrize(
    "column",
    [2.0**51 + np.arange(N) % 5, (2**23 + np.arange(N) % 5).astype(np.float32)],
    ids=["float64", "float32"],
)
def test_whole_numbers_are_exact_however_long(column):
    column[-1] = 7.0
    encoder = TableEncoder(bins="quantile").fit(column[:, None])
    assert encoder.n_outputs_ == 6
