"""Every layer passes the checks of the family; noise and norm layers keep their own promises."""

import numpy as np
import pytest

from sknn.core.layers.activation import Activate
from sknn.core.layers.base import Defaults
from sknn.core.layers.corruption import SaltAndPepper
from sknn.core.layers.noise import Dropout, GaussianNoise
from sknn.core.layers.norm import BatchNorm, LayerNorm
from sknn.exceptions import InvalidParameterError
from tests.cases.layers import CASES
from tests.checks.layers import Bench, check_gradient, checks_for


def _label(value):
    return getattr(value, "__name__", None) or repr(value)


PAIRS = [(check, layer, shape) for layer, shape in CASES for check in checks_for(layer)]


@pytest.mark.parametrize(("check", "layer", "in_shape"), PAIRS, ids=_label)
def test_layer(check, layer, in_shape):
    check(layer, in_shape)


@pytest.mark.parametrize(("layer", "in_shape"), CASES, ids=_label)
def test_gradient_with_members(layer, in_shape):
    check_gradient(layer, in_shape, members=3)


@pytest.mark.parametrize(
    "layer",
    [
        Dropout(1.0),
        Dropout(-0.1),
        GaussianNoise(-1.0),
        BatchNorm(momentum=1.0),
        BatchNorm(epsilon=0.0),
        LayerNorm(epsilon=0.0),
        Activate("no such"),
    ],
    ids=_label,
)
def test_bad_parameters(layer):
    with pytest.raises(InvalidParameterError):
        layer.bind(Defaults())


def test_activate_takes_the_default_where_none_is_given():
    bound = Activate(None).bind(Defaults(activation="tanh"))
    assert bound.activation.alias == "tanh"


def test_dropout_drops_its_share_and_keeps_the_mean():
    bench = Bench(Dropout(0.3), (1000,), rows=50)
    bench.x[...] = 1.0
    bench.forward()
    assert np.unique(bench.y).size == 2
    assert np.mean(bench.y == 0.0) == pytest.approx(0.3, abs=0.01)
    assert bench.y.mean() == pytest.approx(1.0, abs=0.01)


def test_dropout_of_one_seed_is_the_same_in_both_precisions():
    masks = []
    for dtype in (np.float32, np.float64):
        bench = Bench(Dropout(0.4), (30,), dtype=dtype)
        bench.forward()
        masks.append(bench.y == 0.0)
    np.testing.assert_array_equal(*masks)


def test_gaussian_noise_has_the_stated_deviation():
    bench = Bench(GaussianNoise(0.2), (1000,), rows=50)
    bench.forward()
    noise = bench.y - bench.x
    assert noise.std() == pytest.approx(0.2, rel=0.02)
    assert noise.mean() == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(("layer", "axis"), [(LayerNorm(), 1), (BatchNorm(), 0)], ids=_label)
def test_norm_standardizes_data_far_from_zero(layer, axis):
    bench = Bench(layer, (50,), rows=40)
    bench.params["gain"][...] = 1.0
    bench.params["bias"][...] = 0.0
    bench.x[...] = 1e6 + 3.0 * bench.x
    bench.forward()
    np.testing.assert_allclose(bench.y.mean(axis=axis), 0.0, atol=1e-8)
    np.testing.assert_allclose(bench.y.std(axis=axis), 1.0, rtol=1e-5)


def test_batch_norm_follows_the_statistics_of_the_batch():
    bench = Bench(BatchNorm(momentum=0.75), (5,))
    params = bench.params
    mean, var = params["mean"].copy(), params["var"].copy()
    bench.forward()
    np.testing.assert_allclose(params["mean"], 0.75 * mean + 0.25 * bench.x.mean(axis=0))
    np.testing.assert_allclose(params["var"], 0.75 * var + 0.25 * bench.x.var(axis=0))


def test_batch_norm_starts_as_the_identity_in_prediction():
    bench = Bench(BatchNorm(epsilon=1e-12), (5,), train=False)
    bench.layout.draw(bench.theta, np.random.default_rng(0))
    bench.forward()
    np.testing.assert_allclose(bench.y, bench.x)


@pytest.mark.parametrize("members", [0, 3])
@pytest.mark.parametrize("in_shape", [(5,), (3, 5)], ids=str)
def test_batch_norm_gradient_with_weights(in_shape, members):
    weight = np.array([[1.0], [2.0], [0.5], [0.0], [3.0], [1.0]])
    check_gradient(BatchNorm(), in_shape, members=members, weight=weight)


@pytest.mark.parametrize("weight", [None, np.zeros((6, 1))], ids=["frozen", "no weight"])
def test_batch_norm_gradient_with_running_statistics(weight):
    check_gradient(BatchNorm(), (5,), frozen=weight is None, weight=weight)


def test_frozen_batch_norm_does_in_training_what_it_does_in_prediction():
    benches = [Bench(BatchNorm(), (5,), train=train, frozen=True) for train in (True, False)]
    before = benches[0].tracked()
    for bench in benches:
        bench.forward()
    np.testing.assert_array_equal(benches[0].y, benches[1].y)
    np.testing.assert_array_equal(benches[0].tracked(), before)


@pytest.mark.parametrize("shape", [(5,), (1, 5)])
def test_batch_norm_of_one_value_takes_the_running_statistics(shape):
    benches = [Bench(BatchNorm(), shape, rows=1, train=train) for train in (True, False)]
    before = benches[0].tracked()
    for bench in benches:
        bench.forward()
    np.testing.assert_array_equal(benches[0].y, benches[1].y)
    np.testing.assert_array_equal(benches[0].tracked(), before)
    check_gradient(BatchNorm(), shape, rows=1)


def test_batch_norm_of_one_image_has_statistics():
    bench = Bench(BatchNorm(), (4, 5), rows=1)
    before = bench.tracked()
    bench.forward()
    assert not np.array_equal(bench.tracked(), before)


def test_salt_and_pepper_puts_the_lowest_and_the_highest_value():
    layer = SaltAndPepper(0.5, low=-7.0, high=9.0)
    bench = Bench(layer, (40,), rows=50)
    bench.forward()
    x, y = bench.x, bench.y
    shares = [(y == value).mean() for value in (-7.0, 9.0)]
    assert np.abs(np.subtract(shares, 0.25)).max() < 0.04
    rest = (y != -7.0) & (y != 9.0)
    np.testing.assert_array_equal(y[rest], x[rest])
