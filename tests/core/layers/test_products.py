"""Products have the same bits as numpy.matmul, with and without members."""

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal

from sknn.core.layers.products import product

SIZES = [1, 2, 3, 7, 10, 16, 33, 100]
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def matrices(rng, dtype):
    """Yield rows and weights: in order, transposed, and with gaps between rows."""
    for _ in range(150):
        n, k, h = (int(rng.choice(SIZES)) for _ in range(3))
        wide = rng.standard_normal((n, 2 * k)).astype(dtype)
        weights = rng.standard_normal((k, h)).astype(dtype)
        for x in (wide[:, :k].copy(), wide[:, :k].T.copy().T, wide[:, :k]):
            for w in (weights, weights.T.copy().T):
                yield x, w


@pytest.mark.bits
@each_dtype
def test_bits_of_matmul(dtype):
    for x, weights in matrices(np.random.default_rng(0), dtype):
        out = np.full((len(x), weights.shape[1]), np.nan, dtype)
        product(x, weights, out)
        assert_array_equal(out, np.matmul(x, weights))
        gradient = np.full_like(weights, np.nan, order="C")
        product(x.T, out, gradient)
        assert_array_equal(gradient, np.matmul(x.T, out))


@each_dtype
def test_members_and_csr_rows(dtype):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((6, 5)).astype(dtype) * (rng.random((6, 5)) < 0.5)
    weights = rng.standard_normal((3, 5, 4)).astype(dtype)
    out, gradient = np.empty((3, 6, 4), dtype), np.empty((3, 5, 4), dtype)
    for rows in (x.astype(dtype), sp.csr_array(x.astype(dtype))):
        product(rows, weights, out)
        product(rows.T, out, gradient)
        for m in range(3):
            np.testing.assert_allclose(out[m], x @ weights[m], rtol=1e-4, atol=1e-6)
            np.testing.assert_allclose(gradient[m], x.T @ out[m], rtol=1e-4, atol=1e-5)
    of_each = rng.standard_normal((3, 6, 5)).astype(dtype)
    product(of_each.mT, out, gradient)
    assert_array_equal(gradient, np.matmul(of_each.mT, out))


def test_out_with_gaps():
    rng = np.random.default_rng(0)
    x, weights, wide = rng.random((6, 5)), rng.random((5, 4)), np.zeros((6, 8))
    product(x, weights, wide[:, :4])
    assert_array_equal(wide[:, :4], x @ weights)
