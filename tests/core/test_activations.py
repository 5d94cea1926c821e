"""Activations: values, derivatives, extremes, precision, and memory."""

import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from sknn.core.activations import Activation, HardSigmoid, LeakyReLU, Tanh
from sknn.exceptions import InvalidParameterError
from tests.cases.activations import ANALYTIC, CASES, INVALID, SLOW_TAILS
from tests.checks.layers import Watched

ALL = pytest.mark.parametrize("activation", [row[0] for row in CASES], ids=repr)


def _arrays(activation, z):
    """Arrays as a layer has them: z (y itself if allowed), y, and the work array."""
    z = z.copy()
    y = np.full_like(z, np.nan) if activation.needs_input else z
    kind = activation.work_dtype
    dtype = z.dtype if isinstance(kind, str) else kind
    work = None if kind is None else np.ones_like(z, dtype=dtype)
    if work is not None and work.dtype.kind == "f":
        work.fill(np.nan)
    return z, y, work


def _derivative(activation, z):
    z, y, work = _arrays(activation, z)
    activation.forward(z, y)
    kept, dy = y.copy(), np.ones_like(y)
    activation.backward(z, y, dy, work)
    np.testing.assert_array_equal(y, kept)
    return dy


def _grid(low=-8.0, high=8.0, n=400):
    # No kink (0, -3, 3) lies on a point of the grid.
    return np.linspace(low, high, n) + 1e-3


@pytest.mark.parametrize(("activation", "formula"), CASES, ids=lambda v: repr(v)[:20])
def test_value(activation, formula):
    z = _grid()
    np.testing.assert_allclose(activation(z), formula(z), rtol=1e-12, atol=1e-14)


@ALL
def test_derivative(activation):
    z, h = _grid(), 1e-4
    steps = [activation(z + k * h) for k in (-2, -1, 1, 2)]
    numeric = (steps[0] - 8.0 * steps[1] + 8.0 * steps[2] - steps[3]) / (12.0 * h)
    np.testing.assert_allclose(_derivative(activation, z), numeric, rtol=1e-7, atol=1e-9)


@ALL
def test_chain_rule_in_place(activation):
    z = _grid(n=11)
    expected = 3.0 * _derivative(activation, z)
    z, y, work = _arrays(activation, z)
    activation.forward(z, y)
    dy = np.full_like(y, 3.0)
    activation.backward(z, y, dy, work)
    np.testing.assert_allclose(dy, expected, rtol=1e-14)


@ALL
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes(activation, dtype):
    z = np.array([-1e4, -200.0, -90.0, -20.0, -0.0, 0.0, 20.0, 90.0, 200.0, 1e4], dtype)
    y, slope = activation(z), _derivative(activation, z)
    assert y.dtype == slope.dtype == dtype
    assert np.isfinite(y).all()
    assert np.isfinite(slope).all()
    assert np.abs(slope).max() <= 3.0
    slow = 2e-3 if isinstance(activation, SLOW_TAILS) else 1e-12
    tail = y[[1, -2]] + (z[[0, -1]] - z[[1, -2]]) * slope[[0, -1]]
    np.testing.assert_allclose(
        y[[0, -1]], tail, rtol=max(slow, 4.0 * np.finfo(dtype).eps), atol=1e-2
    )


@ALL
def test_nan_is_not_hidden(activation):
    assert np.isnan(activation(np.array([np.nan, 1.0]))).tolist() == [True, False]


@ALL
def test_single_precision_is_close_to_double(activation):
    z = _grid()
    single = z.astype(np.float32)
    np.testing.assert_allclose(activation(single), activation(z), rtol=2e-6, atol=2e-6)
    np.testing.assert_allclose(
        _derivative(activation, single), _derivative(activation, z), rtol=1e-5, atol=2e-6
    )


@ALL
def test_float32_throughout_and_nothing_allocated(activation):
    z, y, work = _arrays(activation, _grid().astype(np.float32))
    dy = np.ones_like(y).view(Watched)
    work = work if work is None else work.view(Watched)
    z, y = (z.view(Watched), y.view(Watched)) if y is not z else (z.view(Watched),) * 2
    activation.forward(z, y)
    activation.backward(z, y, dy, work)


@ALL
def test_memory_does_not_grow_with_size(activation):
    z, y, work = _arrays(activation, np.linspace(-3.0, 3.0, 400_000))
    dy = np.ones_like(y)
    tracemalloc.start()
    activation.forward(z, y)
    activation.backward(z, y, dy, work)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400_000


@ALL
def test_separate_output_leaves_the_input_alone(activation):
    if activation.needs_input:
        return
    z = _grid()
    kept, y = z.copy(), np.empty_like(z)
    activation.forward(z, y)
    np.testing.assert_array_equal(z, kept)
    np.testing.assert_array_equal(y, activation(z))


@ALL
def test_shared_input_is_spread_over_members(activation):
    if activation.needs_input:
        return
    z, y = _grid(n=6).reshape(2, 3), np.empty((4, 2, 3))
    activation.forward(z, y)
    np.testing.assert_array_equal(y, np.broadcast_to(activation(z), y.shape))


@given(
    pair=st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)).map(sorted),
    case=st.sampled_from([row[0] for row in CASES if row[0].monotone]),
)
@settings(deadline=None, max_examples=200)
def test_monotonic(pair, case):
    low, high = case(np.array(pair))
    # Rounding may swap neighbors, nothing more.
    assert low <= high + 4.0 * np.spacing(max(abs(low), abs(high), 1.0))
    assert (_derivative(case, np.array(pair)) >= -1e-15).all()


@pytest.mark.parametrize("kind", ANALYTIC)
def test_complex_step(kind):
    z, h = _grid(-3.0, 3.0, 50), 1e-30
    slope = kind()(z + 1j * h).imag / h
    np.testing.assert_allclose(slope, _derivative(kind(), z), rtol=1e-12)


@ALL
def test_recipe(activation):
    activation.check()
    assert repr(pickle.loads(pickle.dumps(activation))) == repr(activation)
    assert repr(clone(activation)) == repr(activation)


@pytest.mark.parametrize(("kind", "parameter", "value"), INVALID)
def test_bad_parameters(kind, parameter, value):
    with pytest.raises(InvalidParameterError, match=f"'{parameter}' parameter of {kind.__name__}"):
        kind(**{parameter: value}).check()


def test_call_accepts_lists_and_integers_and_copies():
    relu = Activation.registry["relu"]()
    assert relu([-1, 2]).tolist() == [0.0, 2.0]
    z = np.array([-1.0, 2.0])
    relu(z)
    assert z.tolist() == [-1.0, 2.0]


@ALL
def test_curvature(activation):
    if not activation.curved:
        slope = _derivative(activation, _grid())
        assert len(np.unique(slope.round(12))) <= 2
        return
    z, h = _grid(), 1e-4
    steps = [_derivative(activation, z + k * h) for k in (-2, -1, 1, 2)]
    numeric = (steps[0] - 8.0 * steps[1] + 8.0 * steps[2] - steps[3]) / (12.0 * h)
    np.testing.assert_allclose(_curvature(activation, z), numeric, rtol=1e-6, atol=1e-9)


@ALL
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_curvature_at_extremes(activation, dtype):
    if not activation.curved:
        return
    curve = _curvature(activation, np.array([-1e4, -90.0, -20.0, 0.0, 20.0, 90.0, 1e4], dtype))
    assert curve.dtype == dtype
    assert np.isfinite(curve).all()
    flat = 1e-3 if isinstance(activation, SLOW_TAILS) else 1e-6
    assert np.abs(curve[[0, 1, 2, -3, -2, -1]]).max() <= flat, (
        f"{activation} is not straight 20 from zero: try a row with other parameters, or enter the "
        "class in SLOW_TAILS of tests/cases/activations.py"
    )


@ALL
def test_bounds_are_met_and_flat_where_saturated(activation):
    far = activation(np.array([-1e9, 1e9]))
    if activation.bounds is None:
        assert np.abs(far).max() > 1e3
        return
    np.testing.assert_allclose(far, activation.bounds, atol=1e-8)
    z = np.linspace(-60.0, 60.0, 60_001)
    slope, away = _derivative(activation, z), np.abs(activation(z) - np.mean(activation.bounds))
    flat = away >= activation.saturates_at
    assert slope[flat].max() <= 0.101 * slope.max()
    assert slope[~flat].min() >= 0.099 * slope.max()


@ALL
def test_straight_where_it_says_so(activation):
    if activation.straight_above < np.inf:
        z = max(activation.straight_above, -50.0) + np.array([1.0, 2.0, 30.0])
        one, two, three = activation(z)
        assert three - two == pytest.approx(28.0 * (two - one), rel=1e-4)


@ALL
def test_pairs_that_make_a_line(activation):
    z = np.array([1.0, 0.1, 0.5, 5.0])
    odd = activation(z) - activation(-z)
    assert np.allclose(odd / z, odd[0], rtol=1e-9) == activation.pairs_to_a_line


@ALL
def test_dead_units_put_out_zero_without_slope(activation):
    z = np.array([-3.0, -1.0])
    dead = (activation(z) == 0.0).all() and (_derivative(activation, z) == 0.0).all()
    assert dead == activation.can_die or isinstance(activation, (LeakyReLU, HardSigmoid))


def test_another_function_is_known_by_nothing_of_its_parent():
    class Steep(Tanh):
        def forward(self, z, y):
            np.tanh(3.0 * z, out=y)

    class Named(Tanh):
        pass

    assert Steep.bounds is None and not Steep.slope_from_output and Steep.monotone
    assert Named.bounds == (-1.0, 1.0) and Named.slope_from_output


@ALL
def test_relative_curvature(activation):
    if not activation.slope_from_output or not activation.curved:
        return
    z = _grid()
    y, out = activation(z), np.empty_like(z)
    activation.relative_curvature(y, out)
    np.testing.assert_allclose(
        out * _derivative(activation, z), _curvature(activation, z), rtol=1e-9, atol=1e-12
    )


def _curvature(activation, z):
    z, y, _ = _arrays(activation, z)
    activation.forward(z, y)
    return activation.curvature(z, y)
