"""Flatten and Reshape keep the order of the numbers."""

import numpy as np
import pytest

from sknn.core.layers import Defaults, Flatten, Reshape
from sknn.exceptions import InvalidParameterError
from tests.checks.layers import Bench


@pytest.mark.parametrize("members", [0, 3])
@pytest.mark.parametrize(
    ("layer", "in_shape", "out_shape"),
    [
        (Flatten(), (2, 3, 5), (30,)),
        (Flatten(), (4,), (4,)),
        (Reshape((-1, 5)), (2, 15), (6, 5)),
        (Reshape((5, 3, 2)), (30,), (5, 3, 2)),
        (Reshape([-1]), (2, 3), (6,)),
    ],
    ids=repr,
)
def test_order_is_kept(layer, in_shape, out_shape, members):
    bench = Bench(layer, in_shape, members=members)
    assert bench.plan.out_shape == out_shape
    bench.forward()
    bench.backward()
    np.testing.assert_array_equal(bench.y, bench.x.reshape(bench.y.shape))
    np.testing.assert_array_equal(bench.dx, bench.dy.reshape(bench.dx.shape))


@pytest.mark.parametrize("shape", [(4,), (4, -1), (2, 2, 2)], ids=str)
def test_numbers_that_do_not_fill_the_shape(shape):
    with pytest.raises(ValueError, match=r"rows of shape \(2, 3\): they have 6 numbers"):
        Reshape(shape).bind(Defaults()).plan((2, 3))


@pytest.mark.parametrize("shape", [5, (), (0, 3), (-1, -1), (2.5,), "ab", (True,), None], ids=repr)
def test_bad_shapes(shape):
    with pytest.raises(InvalidParameterError, match="'shape' parameter of Reshape"):
        Reshape(shape).bind(Defaults())
