"""Losses of generator and discriminator: values, slopes, and very large scores."""

import numpy as np
import pytest
from scipy.special import log_expit

import sknn.losses
from sknn.core.losses import Adversarial, LeastSquares, Minimax, NonSaturating, Wasserstein

A = np.linspace(-6.0, 6.0, 25)[:, None]
# By hand: real, fake, generator.
FORMULAS = {
    Minimax: (-log_expit(A), -log_expit(-A), log_expit(-A)),
    NonSaturating: (-log_expit(A), -log_expit(-A), -log_expit(A)),
    LeastSquares: (0.5 * (A - 1) ** 2, 0.5 * A**2, 0.5 * (A - 1) ** 2),
    Wasserstein: (-A, A, -A),
}
SIDES = ("real", "fake", "generator")


def test_every_objective_is_listed():
    assert set(Adversarial.registry.values()) == set(FORMULAS)
    public = {getattr(sknn.losses, name) for name in sknn.losses.__all__}
    assert {cls for cls in public if issubclass(cls, Adversarial)} == {Adversarial, *FORMULAS}


@pytest.mark.parametrize("kind", FORMULAS)
@pytest.mark.parametrize("side", SIDES)
def test_values_and_slopes(kind, side):
    judge = getattr(kind(), side)
    values, slopes = judge(A)
    np.testing.assert_allclose(values, FORMULAS[kind][SIDES.index(side)], atol=1e-14)
    numeric = (judge(A + 1e-5)[0] - judge(A - 1e-5)[0]) / 2e-5
    np.testing.assert_allclose(slopes, numeric, atol=1e-9)


@pytest.mark.parametrize("kind", [Minimax, NonSaturating, LeastSquares])
def test_smoothed_targets(kind):
    objective = kind()
    values, slopes = objective.real(A, 0.2)
    numeric = (objective.real(A + 1e-5, 0.2)[0] - objective.real(A - 1e-5, 0.2)[0]) / 2e-5
    np.testing.assert_allclose(slopes, numeric, atol=1e-9)
    if kind is not LeastSquares:
        mixed = 0.8 * objective.real(A)[0] + 0.2 * objective.fake(A)[0]
        np.testing.assert_allclose(values, mixed, atol=1e-14)
        # The best score is the log-odds of the target.
        best = np.full((1, 1), np.log(0.8 / 0.2))
        assert abs(objective.real(best, 0.2)[1].item()) < 1e-15


@pytest.mark.parametrize("kind", FORMULAS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_score_overflows(kind, side, dtype):
    scores = np.array([[-1e4], [-90.0], [0.0], [90.0], [1e4]], dtype)
    before = scores.copy()
    values, slopes = getattr(kind(), side)(scores)
    assert values.dtype == slopes.dtype == dtype
    assert np.isfinite(values).all()
    assert np.isfinite(slopes).all()
    np.testing.assert_array_equal(scores, before)


def test_the_generator_learns_where_the_discriminator_is_sure():
    sure = np.array([[-20.0]])
    assert abs(NonSaturating().generator(sure)[1].item()) > 0.99
    assert abs(Minimax().generator(sure)[1].item()) < 1e-8
