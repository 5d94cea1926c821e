"""Codes become vectors; the gradient of a vector is the sum over all places of its code."""

import numpy as np
import pytest

from sknn.core.layers import Defaults, Embedding
from sknn.exceptions import InvalidParameterError
from tests.checks.layers import Bench


@pytest.mark.parametrize("members", [0, 3])
@pytest.mark.parametrize("in_shape", [(3,), (4, 1), (4, 2)], ids=str)
def test_it_is_the_product_with_indicators(in_shape, members):
    bench = Bench(Embedding(7, 4), in_shape, rows=20, members=members)
    bench.forward()
    bench.backward()
    indicators = (bench.x[..., None] == np.arange(7)).astype(float)
    flat = indicators.reshape(*bench.lead, -1, 7)
    weights, dy = bench.params["W"], bench.dy.reshape(*bench.lead, -1, 4)
    np.testing.assert_array_equal(bench.y, (flat @ weights).reshape(bench.y.shape))
    gradient = bench.layout.views(bench.grad)[0]["W"]
    np.testing.assert_allclose(gradient, np.swapaxes(flat, -1, -2) @ dy, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(bench.dx, 0.0)


def test_shapes():
    embedding = Embedding(7, 4).bind(Defaults())
    shapes = [embedding.plan(shape).out_shape for shape in ((1,), (3,), (5, 1), (5, 2))]
    assert shapes == [(4,), (12,), (5, 4), (5, 8)]


@pytest.mark.parametrize("off", [0.0, 1e-6, -1e-6, 0.004])
def test_codes_are_rounded(off):
    bench = Bench(Embedding(7, 4), (3,), dtype=np.float32)
    bench.forward()
    expected = bench.y.copy()
    bench.forward(bench.x + np.float32(off))
    np.testing.assert_array_equal(bench.y, expected)


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("code", [-1.0, 7.0, 2.5, 3.02, -0.1, np.nan, np.inf, -np.inf, 1234.0])
def test_what_is_not_a_code_is_named(code, train):
    bench = Bench(Embedding(7, 4), (4, 3), train=train)
    bench.x[2, 1, 0] = code
    with pytest.raises(ValueError, match=rf"Embedding\(n_codes=7.*the code {code:g};.*from 0 to 6"):
        bench.forward()


def test_vectors_start_with_a_length_of_one():
    rng = np.random.default_rng(0)
    for units in (1, 4, 64):
        param = Embedding(500, units).bind(Defaults()).plan((1,)).params["W"]
        squares = (param.draw(rng) ** 2).sum(axis=1)
        assert squares.mean() == pytest.approx(1.0, rel=0.2)


def test_initial_values_of_the_estimator_are_not_taken():
    embedding = Embedding(7, 4)
    for chosen, expected in ((None, 0.5), ("zeros", None)):
        bound = embedding.set_params(weight_init=chosen).bind(Defaults(weight_init="ones"))
        assert getattr(bound.weight_init, "sigma", None) == expected


@pytest.mark.parametrize(
    "layer", [Embedding(0, 4), Embedding(4, 0), Embedding(2.5, 4), Embedding(3, 4, "no")], ids=repr
)
def test_bad_parameters(layer):
    with pytest.raises(InvalidParameterError):
        layer.bind(Defaults())
