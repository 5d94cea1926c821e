"""Every loss agrees with hand-computed values and scikit-learn, and keeps the family's promises."""

from __future__ import annotations

import pickle
import tracemalloc

import numpy as np
import pytest
from sklearn.base import clone

from sknn.core.spec import resolve
from sknn.exceptions import InvalidParameterError
from sknn.losses import (
    Focal,
    Gamma,
    Grouped,
    Hinge,
    LogLoss,
    Loss,
    Poisson,
    Quantile,
    SquaredError,
)
from tests.cases.losses import HAND, INVALID, OUTSIDE
from tests.checks.losses import (
    ROW,
    N,
    column,
    each_row,
    evaluate,
    positive_weights,
    scores,
    scratch_for,
)

# ------------------------------------------------------------------ the family


def test_names_of_the_contract():
    regression = {name for name, cls in Loss.registry.items() if "regression" in cls.tasks}
    classification = {name for name, cls in Loss.registry.items() if "multiclass" in cls.tasks}
    assert regression >= {
        *("squared_error", "absolute_error", "huber", "log_cosh", "quantile"),
        *("poisson", "gamma", "tweedie", "gaussian_nll"),
    }
    assert classification >= {"log_loss", "squared_error", "focal", "hinge"}
    standardized = {name for name in regression if Loss.registry[name].location_scale}
    assert standardized.isdisjoint({"poisson", "gamma", "tweedie"})
    assert standardized >= {"squared_error", "absolute_error", "huber", "log_cosh", "quantile"}


@each_row
def test_kernel_knows_its_task(row):
    kernel = row.kernel
    assert row.task in kernel.tasks or isinstance(kernel, Grouped)
    assert kernel.bind(row.task) is kernel or row.task == "multiclass"
    assert kernel.alias is None or row.task == "regression"


@each_row
def test_clone_pickle_and_check(row):
    for loss in (row.loss, row.kernel):
        loss.check()
        for twin in (clone(loss), pickle.loads(pickle.dumps(loss))):
            assert type(twin) is type(loss)
            assert str(twin) == str(loss)


@pytest.mark.parametrize("cls, params", INVALID, ids=str)
def test_invalid_parameters(cls, params):
    with pytest.raises(InvalidParameterError, match=f"parameter of {cls.__name__} must be"):
        resolve(Loss, cls(**params), "loss", "MLP")


@pytest.mark.parametrize("name", ["log_loss", "focal", "hinge"])
def test_recipe_asks_to_be_bound(name):
    recipe = resolve(Loss, name, "loss", "MLP")
    with pytest.raises(NotImplementedError, match="call .*bind"):
        recipe.constant_optimum(np.zeros(1), None, 1)
    with pytest.raises(NotImplementedError, match="call .*bind"):
        recipe.value_and_grad(np.zeros((1, 1)), np.zeros(1), 1.0, np.zeros((1, 1)), {})


def test_hinge_has_no_probabilities():
    softmax, hinge = LogLoss().bind("multiclass"), Hinge().bind("multiclass")
    assert not Hinge.has_probabilities
    assert not hinge.has_probabilities and not Hinge().bind("binary").has_probabilities
    assert Grouped([softmax], [2]).has_probabilities
    assert not Grouped([softmax, hinge], [2, 2]).has_probabilities


# ------------------------------------------------------------------ values and gradients


@pytest.mark.parametrize("hand", HAND, ids=str)
@pytest.mark.parametrize("dtype, tol", [("float64", 1e-13), ("float32", 1e-6)])
def test_three_samples_by_hand(hand, dtype, tol):
    target = np.array(hand.target, np.intp if hand.task == "multiclass" else dtype)
    value, grad = evaluate(hand.loss.bind(hand.task), np.array(hand.raw, dtype), target)
    np.testing.assert_allclose(value, hand.total, rtol=tol)
    np.testing.assert_allclose(grad, hand.grad, rtol=tol, atol=tol)


@each_row
@pytest.mark.parametrize("weighted", [False, True])
def test_directional_derivative(row, weighted):
    raw, target = scores(row), row.draw(N)
    weight = column(positive_weights()) if weighted else 0.3
    direction = np.random.default_rng(2).normal(size=raw.shape)
    h = 3e-5
    up, _ = evaluate(row.kernel, raw + h * direction, target, weight)
    down, _ = evaluate(row.kernel, raw - h * direction, target, weight)
    _, grad = evaluate(row.kernel, raw, target, weight)
    expected = (up - down) / (2 * h)
    np.testing.assert_allclose(np.vdot(grad, direction), expected, rtol=1e-7, atol=1e-9)


@each_row
def test_float32_stays_float32(row):
    raw, target = scores(row, dtype="float32"), row.draw(N, "float32")
    exact, exact_grad = evaluate(row.kernel, raw.astype(float), target)
    for weight in (1.0, np.ones((N, 1), "float32")):
        value, grad = evaluate(row.kernel, raw, target, weight)
        assert np.asarray(value).dtype == np.float32
        np.testing.assert_allclose(value, exact, rtol=2e-6, atol=1e-6)
        np.testing.assert_allclose(grad, exact_grad, rtol=2e-5, atol=2e-6)


@each_row
def test_members_are_a_loop(row):
    raw, target = scores(row, members=(3,)), row.draw(N)
    for weight in (0.7, column(positive_weights())):
        values, grads = evaluate(row.kernel, raw, target, weight)
        assert values.shape == (3,)
        for member in range(3):
            value, grad = evaluate(row.kernel, raw[member], target, weight)
            np.testing.assert_allclose(values[member], value, rtol=1e-12)
            np.testing.assert_allclose(grads[member], grad, rtol=1e-12, atol=1e-14)


@each_row
def test_one_number_for_all_rows_is_an_array_of_it(row):
    raw, target = scores(row), row.draw(N)
    value, grad = evaluate(row.kernel, raw, target, 0.3)
    same, same_grad = evaluate(row.kernel, raw, target, np.full((N, 1), 0.3))
    np.testing.assert_allclose(value, same, rtol=1e-12)
    np.testing.assert_allclose(grad, same_grad, rtol=1e-12, atol=1e-15)


@each_row
def test_weight_two_is_the_row_twice_and_zero_drops_it(row):
    raw, target = scores(row), row.draw(N)
    counts = np.random.default_rng(3).integers(0, 3, N)
    value, grad = evaluate(row.kernel, raw, target, column(counts))
    twice, twice_grad = evaluate(row.kernel, raw.repeat(counts, 0), target.repeat(counts, 0))
    np.testing.assert_allclose(value, twice, rtol=1e-12)
    assert not grad[counts == 0].any()
    per_copy = (grad[counts > 0] / counts[counts > 0, None]).repeat(counts[counts > 0], 0)
    np.testing.assert_allclose(per_copy, twice_grad, rtol=1e-12, atol=1e-15)


@each_row
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("weighted", [False, True])
def test_huge_scores_stay_finite(row, dtype, weighted):
    rng = np.random.default_rng(4)
    raw = rng.choice([-1e4, 0.0, 1e4], size=(N, row.n_raw)).astype(dtype)
    weight = np.ones((N, 1), dtype) if weighted else 1.0
    value, grad = evaluate(row.kernel, raw, row.draw(N, dtype), weight)
    assert np.isfinite(value) and np.isfinite(grad).all()
    with np.errstate(all="raise", under="ignore"):
        linked = row.kernel.link(raw)
    assert linked is raw and np.isfinite(raw).all()


@pytest.mark.parametrize("name", ["poisson", "gamma", "tweedie", "gaussian_nll"])
def test_gradient_is_true_beyond_the_straightened_exponential(name):
    row = ROW[name]
    target = row.draw(N)
    raw = np.random.default_rng(5).uniform(25.0, 60.0, size=(N, row.n_raw))
    raw *= np.where(np.arange(N) % 2, 1.0, -1.0)[:, None]
    # In a sum over all rows, large terms would hide the others.
    for i in range(N):
        one, y, h = raw[i : i + 1], target[i : i + 1], 1e-4
        _, grad = evaluate(row.kernel, one, y)
        for j in range(row.n_raw):
            step = np.zeros_like(one)
            step[0, j] = h
            slope = evaluate(row.kernel, one + step, y)[0] - evaluate(row.kernel, one - step, y)[0]
            size = abs(evaluate(row.kernel, one, y)[0])
            assert slope / (2 * h) == pytest.approx(grad[0, j], rel=1e-6, abs=1e-11 * size)


@pytest.mark.parametrize("dtype, tol", [("float64", 1e-14), ("float32", 1e-6)])
def test_confident_scores_keep_their_small_losses(dtype, tol):
    z = np.array([20.0, 14.0, 8.0], dtype)
    exact = np.log1p(np.exp(-z.astype(float)))
    binary, multiclass = LogLoss().bind("binary"), LogLoss().bind("multiclass")
    two = np.stack([np.zeros_like(z), z], axis=1)
    for i in range(3):
        right, wrong = np.ones((1, 1), dtype), np.zeros((1, 1), dtype)
        assert evaluate(binary, z[i : i + 1, None], right)[0] == pytest.approx(exact[i], rel=tol)
        assert evaluate(binary, -z[i : i + 1, None], wrong)[0] == pytest.approx(exact[i], rel=tol)
        if dtype == "float64":
            value, _ = evaluate(multiclass, two[i : i + 1], np.ones(1, np.intp))
            assert value == pytest.approx(exact[i], rel=1e-6)


@pytest.mark.parametrize(
    "task, name", [("binary", "log_loss-binary"), ("multiclass", "log_loss-multiclass")]
)
def test_focal_with_gamma_zero_is_log_loss(task, name):
    row = ROW[name]
    raw, target = scores(row), row.draw(N)
    value, grad = evaluate(Focal(gamma=0).bind(task), raw, target)
    expected, expected_grad = evaluate(row.kernel, raw, target)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    np.testing.assert_allclose(grad, expected_grad, rtol=1e-10, atol=1e-14)


def test_softmax_of_two_is_sigmoid():
    z, codes = scores(ROW["log_loss-binary"]), ROW["log_loss-multiclass"].draw(N) % 2
    both = np.concatenate([np.zeros_like(z), z], axis=1)
    for loss, factor in ((LogLoss(), 1.0), (SquaredError(), 2.0), (Focal(), 1.0), (Hinge(), None)):
        if factor is None:  # the margin of two scores is their difference, no factor is exact
            both, factor = np.concatenate([-z / 2, z / 2], axis=1), 1.0
        value, _ = evaluate(loss.bind("binary"), z, codes[:, None].astype(float))
        twin, _ = evaluate(loss.bind("multiclass"), both, codes)
        np.testing.assert_allclose(factor * value, twin, rtol=1e-12)


def test_median_is_the_middle_quantile():
    row = ROW["absolute_error"]
    raw, target = scores(row), row.draw(N)
    value, grad = evaluate(Quantile(), raw, target)
    double, double_grad = evaluate(row.kernel, raw, target)
    np.testing.assert_allclose([2 * value], [double])
    np.testing.assert_allclose(2 * grad, double_grad)


# ------------------------------------------------------------------ targets and memory


@pytest.mark.parametrize("loss, target, name", OUTSIDE)
def test_targets_outside_the_domain(loss, target, name):
    with pytest.raises(ValueError, match=f"out of the valid range of the loss '{name}': every y"):
        loss.check_target(np.array(target)[:, None])


@each_row
def test_targets_inside_the_domain(row):
    row.kernel.check_target(row.draw(N))
    Poisson().check_target(np.zeros((2, 1)))
    Gamma().check_target(np.full((2, 1), 1e-300))


def peak_memory(row, rows):
    raw, target = scores(row, rows, dtype="float32"), row.draw(rows, "float32")
    out, scratch = np.empty_like(raw), scratch_for(row.kernel, raw)
    row.kernel.value_and_grad(raw, target, 1.0, out, scratch)
    tracemalloc.start()
    try:
        row.kernel.value_and_grad(raw, target, 1.0, out, scratch)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@each_row
def test_memory_does_not_grow_with_rows(row):
    # NumPy buffers some broadcasts: up to 8,192 numbers, which both sizes reach.
    assert peak_memory(row, 20_000) <= peak_memory(row, 10_000) + 512


# ------------------------------------------------------------------ bits


def same_bits(a, b):
    return np.asarray(a).tobytes() == np.asarray(b).tobytes()


@pytest.mark.bits
@each_row
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", [1, 7, 32, 150, 1001])
def test_a_member_has_the_bits_of_a_network_alone(row, dtype, rows):
    """Otherwise, networks trained together would stop in other epochs than each alone."""
    raw, target = scores(row, rows, (3,), dtype), row.draw(rows, dtype)
    for weight in (1 / rows, column(positive_weights(rows), dtype)):
        values, grads = evaluate(row.kernel, raw, target, weight)
        for member in range(3):
            value, grad = evaluate(row.kernel, raw[member].copy(), target, weight)
            assert same_bits(values[member], value)
            assert same_bits(grads[member], grad)
