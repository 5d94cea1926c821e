"""Losses agree with scikit-learn's, with their links, and with their best constant predictions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn import metrics
from sklearn.neural_network import _base as reference

from sknn.losses import (
    GaussianNLL,
    LogLoss,
    Poisson,
    SquaredError,
)
from tests.checks.losses import (
    ROW,
    N,
    column,
    each_row,
    evaluate,
    positive_weights,
    scores,
)

# ------------------------------------------------------------------ against scikit-learn


@pytest.mark.skipif(
    not hasattr(reference, "poisson_loss"), reason="older scikit-learn: no weights, no Poisson"
)
@pytest.mark.parametrize("weighted", [False, True])
def test_values_of_sklearn(weighted):
    sample_weight = positive_weights() if weighted else None
    weight = column(sample_weight / sample_weight.sum()) if weighted else 1.0 / N

    def ours(name):
        row = ROW[name]
        raw, target = scores(row), row.draw(N)
        value, _ = evaluate(row.kernel, raw, target, weight)
        return value, target, row.kernel.link(raw)

    value, target, predicted = ours("squared_error-3")
    assert value == pytest.approx(reference.squared_loss(target, predicted, sample_weight))
    value, target, predicted = ours("log_loss-multilabel")
    assert value == pytest.approx(reference.binary_log_loss(target, predicted, sample_weight))
    # scikit-learn sums this one over the targets.
    value, target, predicted = ours("poisson")
    assert value * 2 == pytest.approx(reference.poisson_loss(target, predicted, sample_weight))
    value, target, predicted = ours("log_loss-binary")
    assert value == pytest.approx(reference.log_loss(target, predicted, sample_weight))
    value, codes, predicted = ours("log_loss-multiclass")
    assert value == pytest.approx(reference.log_loss(np.eye(4)[codes], predicted, sample_weight))


def test_metrics_of_sklearn():
    def mean(name):
        row = ROW[name]
        raw, target = scores(row), row.draw(N)
        value, _ = evaluate(row.kernel, raw, target, 1.0 / N)
        return value, target, row.kernel.link(raw)

    value, codes, p = mean("log_loss-multiclass")
    assert value == pytest.approx(metrics.log_loss(codes, p))
    value, target, p = mean("mse-binary")
    assert 2 * value == pytest.approx(metrics.brier_score_loss(target[:, 0], p[:, 0]))
    value, target, z = mean("hinge-binary")
    assert value == pytest.approx(metrics.hinge_loss(target[:, 0], z[:, 0]))
    value, codes, z = mean("hinge-multiclass")
    assert value == pytest.approx(metrics.hinge_loss(codes, z))
    value, target, z = mean("quantile")
    assert value == pytest.approx(metrics.mean_pinball_loss(target, z, alpha=0.8))
    value, target, mu = mean("tweedie-1.1")
    deviance = metrics.mean_tweedie_deviance(target[:, 0], mu[:, 0], power=1.1)
    saturated = target ** (2 - 1.1) / ((1 - 1.1) * (2 - 1.1))
    assert value + saturated.mean() == pytest.approx(deviance / 2)
    value, target, mu = mean("gamma")
    deviance = metrics.mean_gamma_deviance(target.ravel(), mu.ravel())
    assert value - 1 - np.log(target).mean() == pytest.approx(deviance / 2)


# ------------------------------------------------------------------ links


def test_links():
    np.testing.assert_allclose(LogLoss().bind("binary").link(np.zeros((1, 1))), 0.5)
    p = LogLoss().bind("multiclass").link(scores(ROW["log_loss-multiclass"], members=(2,)))
    np.testing.assert_allclose(p.sum(axis=-1), 1.0)
    np.testing.assert_allclose(Poisson().link(np.array([[1.0, 1e4, -1e4]])), np.exp([[1, 30, -30]]))
    raw = GaussianNLL().link(np.array([[7.0, -3.0, 0.0, 2.0 * np.log(3.0)]]))
    np.testing.assert_allclose(raw, [[7.0, -3.0, 1.0, 3.0]])
    assert [loss.link_name for loss in (SquaredError(), Poisson())] == ["identity", "exp"]
    kernels = [LogLoss().bind(task) for task in ("binary", "multilabel", "multiclass")]
    assert [kernel.link_name for kernel in kernels] == ["logistic", "logistic", "softmax"]


def test_grouped_is_the_sum_of_its_blocks():
    row = ROW["grouped"]
    raw, target = scores(row), row.draw(N)
    value, grad = evaluate(row.kernel, raw, target)
    linked = row.kernel.link(raw.copy())
    total = 0.0
    for j, (loss, block) in enumerate(zip(row.kernel.losses, row.kernel.blocks(), strict=True)):
        part = raw[:, block].copy()
        one, one_grad = evaluate(loss, part, target[:, j].copy())
        total += one
        np.testing.assert_allclose(grad[:, block], one_grad, rtol=1e-12, atol=1e-16)
        np.testing.assert_array_equal(linked[:, block], loss.link(part))
    assert value == pytest.approx(total)
    assert row.kernel.link_name == "softmax"


# ------------------------------------------------------------------ the best constant


def at_constant(row, constant, target, weight=1.0):
    raw = np.repeat(constant[None], target.shape[0], axis=0)
    return evaluate(row.kernel, raw, target, weight)[0]


@each_row
def test_constant_optimum_minimizes(row):
    target, n = row.draw(240), row.n_outputs
    best = row.kernel.constant_optimum(target, None, n)
    assert best.dtype == np.float64 and best.shape == (row.n_raw,)
    lowest = at_constant(row, best, target)
    if row.exact_optimum:
        for j in range(min(row.n_raw, 5)):
            for step in (-1e-2, 1e-2):
                moved = best.copy()
                moved[j] += step
                assert at_constant(row, moved, target) >= lowest - 1e-10 * abs(lowest)
    else:
        assert lowest <= at_constant(row, best * 0 + target.mean(axis=0) + 0.3, target)


@each_row
def test_constant_optimum_sees_proportions_only(row):
    target, n = row.draw(N), row.n_outputs
    kernel = row.kernel
    counts = np.random.default_rng(6).integers(0, 3, N).astype(float)
    best = kernel.constant_optimum(target, counts, n)
    for same in (
        kernel.constant_optimum(target, counts * 100, n),
        kernel.constant_optimum(target, counts.astype("float32"), n),
        kernel.constant_optimum(target.repeat(counts.astype(int), 0), None, n),
    ):
        np.testing.assert_allclose(best, same, rtol=1e-13, atol=1e-14)
    equal = kernel.constant_optimum(target, None, n)
    np.testing.assert_array_equal(kernel.constant_optimum(target, np.zeros(N), n), equal)


def test_constant_optimum_of_uneven_classes():
    codes = np.array([0] * 30 + [1] * 10)
    shares = np.exp(LogLoss().bind("multiclass").constant_optimum(codes, None, 3))
    np.testing.assert_allclose(shares, (np.array([0.75, 0.25, 0.0]) + 0.1 / 3) / 1.1)
    assert shares.sum() == pytest.approx(1.0)
    smoothed = LogLoss(label_smoothing=0.3).bind("multiclass").constant_optimum(codes, None, 3)
    assert np.exp(smoothed).min() == pytest.approx((0.1 + 0.1 / 3) / 1.1)
    binary = LogLoss().bind("binary").constant_optimum(codes[:, None].astype(float), None, 1)
    assert binary[0] == pytest.approx(np.log(0.3 / 0.8))


@each_row
def test_constant_optimum_is_finite_for_degenerate_targets(row):
    target = row.draw(4)
    for constant in (target[:1].repeat(5, 0), target[:1]):
        assert np.isfinite(row.kernel.constant_optimum(constant, None, row.n_outputs)).all()
    if row.name in ("poisson", "tweedie"):
        nothing = np.zeros((4, row.n_outputs))
        np.testing.assert_array_equal(row.kernel.constant_optimum(nothing, None, 2), [-10, -10])


def test_labels_may_be_sparse():
    row = ROW["log_loss-multilabel"]
    target, weight = row.draw(N), positive_weights()
    kernel = row.kernel
    dense = kernel.constant_optimum(target, weight, 3)
    for kind in (sparse.csr_array, sparse.csr_matrix):
        kernel.check_target(kind(target))
        np.testing.assert_allclose(kernel.constant_optimum(kind(target), weight, 3), dense)
