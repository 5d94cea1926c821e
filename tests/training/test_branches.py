"""The mean of several copies of a network."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn.training.branches import ahead, mean
from sknn.training.run import Streams

pytestmark = pytest.mark.bits

rng = np.random.default_rng(0)
SHARES = np.array([0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rounding_does_not_leave_what_is_averaged(dtype):
    same = rng.standard_normal(1000).astype(dtype)
    assert_array_equal(mean([same] * 4, SHARES), same)
    tiny = [np.zeros(3, dtype)] * 3 + [np.full(3, np.finfo(dtype).tiny, dtype)]
    assert (mean(tiny, SHARES) >= 0).all()
    others = [rng.standard_normal(50).astype(dtype) for _ in range(4)]
    found = mean(others, SHARES)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, np.average(others, axis=0, weights=SHARES), rtol=1e-5)


def test_what_is_not_finite_is_not_hidden():
    lost = np.array([1.0, np.nan, np.inf])
    found = mean([lost, np.ones(3)], np.array([0.5, 0.5]))
    assert found[0] == 1.0 and not np.isfinite(found[1:]).any()


@pytest.mark.parametrize("members", [1, 3])
def test_the_first_keeps_the_stream_and_others_jump_ahead(members):
    streams = Streams.from_seed(0, members)
    drawn = [ahead(streams.copy(), j) for j in (0, 1, 1, 2)]
    orders = [each.order.random(5) for each in drawn]
    assert_array_equal(orders[0], streams.order.random(5))
    assert_array_equal(orders[1], orders[2])
    assert len({tuple(each) for each in orders}) == 3
    noise = [each.noise.random(out=np.empty((members, 4))) for each in drawn]
    assert len({tuple(row) for each in noise for row in each}) == 3 * members
