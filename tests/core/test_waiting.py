"""Rows that wait for some steps end where ordinary steps would have taken them."""

import numpy as np
import pytest

from sknn.optimizers import SGD, Adagrad, Adam, AdamW, LazyAdam, Lion, RMSProp

SHAPE = (7, 5)


def rate(step):
    return 0.01 / (1 + step % 5)


def start(seed=0):
    rng = np.random.default_rng(seed)
    theta, m, v = rng.normal(size=SHAPE), rng.normal(size=SHAPE), rng.random(SHAPE) + 0.1
    return theta, {"m": 0.01 * m, "v": 0.01 * v}


def step_by_step(spec, theta, state, steps, l2=0.0, decay=0.0):
    for step in steps:
        grad = l2 * theta
        spec.update(state, grad, theta, rate(step), step)
        theta *= 1.0 - rate(step) * decay
        theta -= grad


def at_once(spec, theta, state, steps, l2=0.0, decay=0.0):
    waiting = spec.waiting(l2, decay)
    for step in steps:
        waiting.passed(rate(step), step, 1.0 - rate(step) * decay)
    waiting.catch_up(theta, state, np.zeros(len(theta), int))
    return waiting


def both(spec, steps, **options):
    ends = []
    for go in (step_by_step, at_once):
        theta, state = start()
        go(spec, theta, state, steps, **options)
        ends.append((theta, state["m"], state["v"]))
    return ends


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.95), (0.0, 0.9)], ids=str)
@pytest.mark.parametrize("n", [1, 3, 40, 200])
def test_no_gradient(betas, n):
    # Beyond 64 steps the tables grow.
    expected, found = both(LazyAdam(*betas, epsilon=1e-30), range(5, 5 + n))
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-11, atol=1e-6 * (betas[1] ** n < 1e-6))


def test_epsilon_hardly_matters():
    (expected, *_), (found, *_) = both(LazyAdam(), range(1, 30))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_decay_of_weights():
    (expected, *_), (found, *_) = both(LazyAdam(), range(1, 30), decay=0.1)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("l2", [1e-4, 1e-2])
def test_a_penalty_pulls_as_strongly(l2):
    before = start()[0]
    (expected, *_), (found, *_) = both(LazyAdam(), range(20, 60), l2=l2)
    moved = np.linalg.norm(expected - before)
    # Adam's average of the gradient takes some ten steps to get there.
    assert np.linalg.norm(found - expected) < 0.2 * moved


def test_a_penalty_stops_at_zero():
    theta, state = start()
    state["m"][:] = state["v"][:] = 0.0
    signs = np.sign(theta)
    at_once(LazyAdam(), theta, state, range(1, 2000), l2=0.1)
    assert (theta * signs >= 0).all()
    assert np.abs(theta).max() < 1e-6


def test_rows_wait_for_different_times():
    spec, steps = LazyAdam(epsilon=1e-30), range(1, 10)
    expected, states = start()
    for row in range(len(expected)):
        state = {name: array[row] for name, array in states.items()}
        step_by_step(spec, expected[row], state, steps[row:])
    theta, state = start()
    waiting = spec.waiting(0.0, 0.0)
    for step in steps:
        waiting.passed(rate(step), step, 1.0)
    waiting.catch_up(theta, state, np.arange(len(theta)))
    np.testing.assert_allclose(theta, expected, rtol=1e-11)
    np.testing.assert_allclose(state["v"], states["v"], rtol=1e-11)


def test_nothing_is_missed_after_a_restart():
    theta, state = start()
    waiting = at_once(LazyAdam(), theta, state, range(1, 10), l2=0.1)
    after = theta.copy()
    waiting.restart()
    waiting.catch_up(theta, state, np.zeros(len(theta), int))
    np.testing.assert_array_equal(theta, after)


@pytest.mark.parametrize("spec", [SGD(momentum=0.0), Adagrad()], ids=str)
def test_some_do_not_move_without_a_gradient(spec):
    assert spec.waiting(0.0, 0.0) is not None
    assert spec.waiting(1e-4, 0.0) is None
    assert spec.waiting(0.0, 1e-4) is None


@pytest.mark.parametrize("spec", [SGD(), Adam(), AdamW(), Lion(), RMSProp()], ids=str)
def test_others_always_move(spec):
    assert spec.waiting(0.0, 0.0) is None


def test_a_sum_without_end_is_not_taken():
    assert LazyAdam(beta_1=0.9, beta_2=0.5).waiting(0.0, 0.0) is None
