"""Initializers: moments, bounds, fans, determinism, and orthogonality."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

from sknn.core.initializers import (
    Constant,
    Initializer,
    Normal,
    Orthogonal,
    ScaledUniform,
    Uniform,
)
from sknn.exceptions import InvalidParameterError
from tests.cases.initializers import CASES

ALL = pytest.mark.parametrize("initializer", [row[0] for row in CASES], ids=repr)


def _draw(initializer, shape, fan_in=None, fan_out=None, seed=0):
    rng = np.random.default_rng(seed)
    return initializer.draw(rng, shape, fan_in or shape[0], fan_out or shape[-1])


@pytest.mark.parametrize("shape", [(300, 200), (60, 700)], ids=str)
@pytest.mark.parametrize(("initializer", "std", "bound"), CASES, ids=lambda v: repr(v)[:20])
def test_moments_and_bounds(initializer, std, bound, shape):
    values = _draw(initializer, shape)
    assert values.shape == shape
    assert values.dtype == np.float64
    assert values.std() == pytest.approx(std(*shape), rel=0.02, abs=1e-15)
    assert np.abs(values).max() <= bound(*shape)
    if std(*shape):
        assert abs(values.mean()) < 5.0 * std(*shape) / np.sqrt(values.size)


@pytest.mark.parametrize(("initializer", "std", "bound"), CASES, ids=lambda v: repr(v)[:20])
def test_fans_count_not_the_shape(initializer, std, bound):
    if isinstance(initializer, Orthogonal):
        return
    values = _draw(initializer, (40_000,), fan_in=30, fan_out=90)
    assert values.std() == pytest.approx(std(30, 90), rel=0.02, abs=1e-15)
    assert np.abs(values).max() <= bound(30, 90)


@ALL
def test_seed_decides(initializer):
    shape = (7, 5)
    first = _draw(initializer, shape)
    np.testing.assert_array_equal(first, _draw(initializer, shape))
    if np.ptp(first):
        assert not np.array_equal(first, _draw(initializer, shape, seed=1))


@ALL
def test_result_is_a_new_array(initializer):
    first = _draw(initializer, (3, 4))
    first[...] = 9.0
    assert not (_draw(initializer, (3, 4)) == 9.0).any()


@pytest.mark.parametrize("shape", [(8, 8), (9, 4), (4, 9), (2, 3, 4), (2, 2, 9), (6,), (1, 1)])
def test_orthogonal(shape):
    gain = 1.7
    matrix = _draw(Orthogonal(gain), shape, 1, 1).reshape(-1, shape[-1])
    if matrix.shape[0] < matrix.shape[1]:
        matrix = matrix.T
    product = matrix.T @ matrix
    np.testing.assert_allclose(product, gain**2 * np.eye(len(product)), atol=1e-12)


def test_orthogonal_prefers_no_sign():
    signs = [np.sign(_draw(Orthogonal(), (3, 3), seed=seed)[0, 0]) for seed in range(200)]
    assert abs(np.mean(signs)) < 0.25


def test_scaled_uniform_is_the_rule_of_scikit_learn():
    values = _draw(ScaledUniform(6.0), (30, 20))
    bound = np.sqrt(6.0 / 50.0)
    expected = np.random.default_rng(0).uniform(-bound, bound, (30, 20))
    np.testing.assert_array_equal(values, expected)


def test_every_short_name_has_working_defaults():
    for kind in Initializer.registry.values():
        kind().check()
        assert np.isfinite(_draw(kind(), (3, 4))).all()


@ALL
def test_recipe(initializer):
    initializer.check()
    assert repr(pickle.loads(pickle.dumps(initializer))) == repr(initializer)
    assert repr(clone(initializer)) == repr(initializer)


@pytest.mark.parametrize(
    "initializer",
    [
        Normal(-1.0),
        ScaledUniform(0.0),
        Orthogonal(0.0),
        Constant(float("nan")),
        Constant("a"),
        Uniform("a"),
    ],
    ids=repr,
)
def test_bad_parameters(initializer):
    with pytest.raises(InvalidParameterError):
        initializer.check()


def test_uniform_bounds_in_the_wrong_order():
    with pytest.raises(InvalidParameterError, match="greater than 'high'"):
        _draw(Uniform(1.0, 0.0), (3,))
