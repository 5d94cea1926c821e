"""Every optimizer makes the hand-computed steps and keeps the promises of the family."""

from __future__ import annotations

import pickle
import tracemalloc

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from sknn.core.optimizers.base import _SLAB
from sknn.core.spec import resolve
from sknn.exceptions import InvalidParameterError
from sknn.optimizers import SGD, Adam, Lion, Optimizer, RMSProp
from tests.cases.optimizers import GRADIENTS, INVALID, RATES, ROWS

each_row = pytest.mark.parametrize("row", ROWS, ids=str)


def run(spec, theta, gradients, rate=0.01, state=None, first=1):
    """Take a step for each gradient; return the state."""
    state = spec.init(theta) if state is None else state
    for step, gradient in enumerate(gradients, start=first):
        grad = gradient.copy()
        spec.update(state, grad, theta, rate / step, step)
        theta -= grad
    return state


def noise(*shape, dtype="float32", seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


@each_row
@pytest.mark.parametrize("dtype, rtol", [("float64", 1e-13), ("float32", 3e-6)])
def test_first_steps(row, dtype, rtol):
    theta = np.zeros(3, dtype)
    state = row.spec.init(theta)
    for step, (gradient, rate, expected) in enumerate(
        zip(GRADIENTS, RATES, row.steps, strict=True), start=1
    ):
        grad = np.array(gradient, dtype)
        row.spec.update(state, grad, theta, rate, step)
        np.testing.assert_allclose(grad, expected, rtol=rtol, atol=rtol * 0.1)


@pytest.mark.parametrize(
    "spec, reference",
    [
        (SGD(), lambda p: SGDOptimizer(p)),
        (SGD(nesterov=False), lambda p: SGDOptimizer(p, nesterov=False)),
        (SGD(momentum=0.5), lambda p: SGDOptimizer(p, momentum=0.5)),
        (SGD(momentum=0.0), lambda p: SGDOptimizer(p, momentum=0.0)),
        (Adam(), lambda p: AdamOptimizer(p)),
        (Adam(0.8, 0.9, 1e-3), lambda p: AdamOptimizer(p, 0.001, 0.8, 0.9, 1e-3)),
    ],
    ids=lambda value: None if callable(value) else str(value),
)
def test_same_trajectory_as_scikit_learn(spec, reference):
    theta, params = np.ones(40), [np.ones(40)]
    state, theirs = spec.init(theta), reference(params)
    for step, gradient in enumerate(noise(20, 40, dtype="float64"), start=1):
        rate = 0.1 / (1 + step % 7)
        theirs.learning_rate = theirs.learning_rate_init = rate
        theirs.update_params(params, [gradient])
        spec.update(state, gradient, theta, rate, step)
        theta -= gradient
        np.testing.assert_allclose(theta, params[0], rtol=1e-13, atol=1e-14)


@each_row
def test_finds_the_bottom_of_a_parabola(row):
    curvature, theta, steps = np.array([0.5, 1.0, 3.0]), np.array([1.0, -2.0, 0.5]), 400
    start, state = curvature @ theta**2, row.spec.init(theta)
    for step in range(1, steps + 1):
        grad = curvature * theta
        row.spec.update(state, grad, theta, row.parabola * (1.0 - step / steps), step)
        theta -= grad
    assert curvature @ theta**2 < 1e-3 * start


@each_row
def test_descends_into_rosenbrocks_valley(row):
    theta = np.array([-1.2, 1.0])
    state = row.spec.init(theta)
    for step in range(1, 301):
        x, y = theta
        grad = np.array([-2.0 * (1.0 - x) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)])
        row.spec.update(state, grad, theta, row.valley, step)
        theta -= grad
    x, y = theta
    assert (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2 < 0.25 * 24.2


@each_row
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_works_in_place_and_keeps_the_dtype(row, dtype):
    theta, grad = noise(50, dtype=dtype), noise(50, dtype=dtype, seed=1)
    before, buffer = theta.copy(), grad
    state = row.spec.init(theta)
    arrays = dict(state)
    assert state.keys() == row.state, f"declare the state of {row} in tests/cases/optimizers.py"
    assert row.spec.update(state, grad, theta, 0.1, 1) is None
    assert grad is buffer and grad.dtype == dtype
    np.testing.assert_array_equal(theta, before)
    assert state.keys() == arrays.keys()
    for name, array in state.items():
        assert array is arrays[name]
        assert array.dtype == dtype and array.shape == theta.shape


@each_row
def test_numpy_scalars_do_not_upcast(row):
    spec = clone(row.spec)
    numbers = {name: np.float64(v) for name, v in spec.get_params().items() if name != "nesterov"}
    plain, drawn = noise(30), noise(30)
    run(spec, plain, noise(5, 30, seed=1), rate=0.1)
    run(spec.set_params(**numbers), drawn, noise(5, 30, seed=1), rate=np.float64(0.1))
    np.testing.assert_array_equal(plain, drawn)


@each_row
def test_nothing_moves_without_a_gradient(row):
    theta = noise(10)
    before = theta.copy()
    run(row.spec, theta, np.zeros((3, 10), "float32"))
    np.testing.assert_array_equal(theta, before)


@each_row
def test_continues_from_a_pickle(row):
    gradients = noise(8, 20)
    whole, parts = noise(20, seed=1), noise(20, seed=1)
    run(row.spec, whole, gradients)
    state = run(row.spec, parts, gradients[:3])
    spec, state, parts = pickle.loads(pickle.dumps((row.spec, state, parts)))
    run(spec, parts, gradients[3:], state=state, first=4)
    np.testing.assert_array_equal(whole, parts)


@each_row
def test_members_train_as_if_alone(row):
    gradients = noise(5, 4, 33)
    # A slice, as in a network with tracked statistics after its trainable part.
    together = noise(4, 40, seed=1)[:, :33]
    alone = together.copy()
    run(row.spec, together, gradients)
    for member in range(4):
        run(row.spec, alone[member], gradients[:, member])
    np.testing.assert_array_equal(together, alone)


@each_row
@pytest.mark.parametrize("shape", [(_SLAB + 1000,), (3, _SLAB // 2)], ids=str)
def test_long_vectors_are_treated_as_short_ones(row, shape):
    gradients, cut = noise(2, *shape), shape[-1] // 3
    whole = np.zeros(shape, "float32")
    left, right = whole[..., :cut].copy(), whole[..., cut:].copy()
    run(row.spec, whole, gradients)
    run(row.spec, left, gradients[..., :cut])
    run(row.spec, right, gradients[..., cut:])
    np.testing.assert_array_equal(whole, np.concatenate([left, right], axis=-1))


@each_row
@pytest.mark.parametrize("shape", [(8 * _SLAB,), (8, _SLAB)], ids=str)
def test_memory_does_not_grow_with_the_vector(row, shape):
    theta, grad = np.zeros(shape, "float32"), noise(*shape)
    state = row.spec.init(theta)
    row.spec.update(state, grad, theta, 0.1, 1)
    tracemalloc.start()
    row.spec.update(state, grad, theta, 0.1, 2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # One slab, and the buffers of constant size that older NumPy fills for strided operands.
    assert peak <= _SLAB * grad.itemsize + 200_000 < grad.nbytes / 3


@pytest.mark.parametrize("spec", [SGD(momentum=0.0), RMSProp()], ids=str)
def test_momentum_can_be_switched_on_during_a_run(spec):
    theta, gradients = noise(6), noise(4, 6, seed=1)
    state = run(spec, theta, gradients[:2])
    run(clone(spec).set_params(momentum=0.5), theta, gradients[2:], state=state, first=3)
    assert "velocity" in state and np.isfinite(theta).all()


def test_lion_moves_by_the_rate_exactly():
    lion, theta = Lion(), np.zeros(5, "float32")
    grad = np.array([1e30, -1e-25, 3.0, 0.0, np.nan], "float32")
    lion.update(lion.init(theta), grad, theta, 0.003, 1)
    np.testing.assert_array_equal(grad, np.array([0.003, -0.003, 0.003, 0, np.nan], "float32"))


@each_row
def test_decoupled_decay(row):
    assert row.decay == row.spec.weight_decay, (
        f"say decay={row.spec.weight_decay} in the row of {row} in tests/cases/optimizers.py"
    )


@each_row
def test_is_a_spec(row):
    twin = clone(row.spec)
    assert twin.get_params() == row.spec.get_params()
    assert pickle.loads(pickle.dumps(row.spec)).get_params() == row.spec.get_params()
    assert set(row.spec.get_params()) == set(row.spec.constraints)
    row.spec.check()
    alias = type(row.spec).alias
    assert type(resolve(Optimizer, alias, "solver", "Test")) is type(row.spec)


@pytest.mark.parametrize("kind, parameter, value", INVALID)
def test_invalid_parameters_are_named(kind, parameter, value):
    with pytest.raises(InvalidParameterError, match=f"'{parameter}' parameter of {kind.__name__}"):
        kind(**{parameter: value}).check()
