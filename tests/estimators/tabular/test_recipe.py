"""What each part of the training recipe does by itself."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn import MLPRegressor
from sknn.core.layers import Dropout
from sknn.estimators.tabular.ridge import LinearModel
from sknn.schedules import CosLog, FlatCosine
from tests.checks.layers import Bench
from tests.estimators.tabular.parts import BINARY, KINDS, REAL, SMALL, TABLE

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 3))
Y = X @ [1.0, -1.0, 0.5]


@pytest.mark.parametrize("strength", [0.0, 0.25, 1.0])
def test_the_factor_of_dropout_comes_nearer_to_one(strength):
    bench = Bench(Dropout(0.25), (400,))
    bench.context.strength = strength
    bench.forward()
    bench.backward()
    full = np.where(bench.context.scratch["keep"], 1.0 / 0.75, 0.0)
    factor = 1.0 + strength * (full - 1.0)
    assert_allclose(bench.y, factor * bench.x)
    assert_allclose(bench.dx, factor * bench.dy)


@pytest.mark.parametrize(
    "penalty", [{"dropout": 0.5}, {"solver": "adamw", "weight_decay": 0.5}], ids=["noise", "decay"]
)
def test_a_regularization_schedule_near_zero_leaves_no_penalty(penalty):
    options = {"hidden_layer_sizes": (5,), "max_iter": 3, "alpha": 0.0, "random_state": 0}
    options |= {"learning_rate": "cosine", "solver": "adam"}
    without = MLPRegressor(**options).fit(X, Y).network_.theta
    options |= penalty
    # This early in such a long cycle, the factor is almost zero.
    faded = MLPRegressor(**options, regularization_schedule=CosLog(epochs=10**9, final=0.0))
    assert_allclose(faded.fit(X, Y).network_.theta, without, rtol=1e-7, atol=1e-9)
    whole = MLPRegressor(**options, regularization_schedule=FlatCosine(epochs=100))
    assert_array_equal(
        whole.fit(X, Y).network_.theta, MLPRegressor(**options).fit(X, Y).network_.theta
    )
    assert not np.allclose(whole.network_.theta, without, atol=1e-5)


def test_members_without_a_linear_path_never_get_one():
    for kind, y in zip(KINDS, (BINARY, REAL), strict=True):
        given = SMALL | {"n_members": 4, "n_splits": 1, "linear_path": 0.5}
        path = kind(**given).fit(TABLE, y).network_.params[-1]["S"]
        assert np.abs(path[:2]).max(axis=(1, 2)).min() > 0
        assert_array_equal(path[2:], 0.0)


@pytest.mark.parametrize(("kind", "y", "twice"), [(KINDS[0], BINARY, 2.0), (KINDS[1], REAL, 1.0)])
def test_rates_follow_the_recipe(kind, y, twice):
    network = kind(**SMALL | {"linear_path": 1.0}).fit(TABLE, y)
    rates, _ = network._factors(network.network_.with_members(network.network_.theta[:2]))
    n_linear = network.encoder_.n_linear_
    for slot in network.network_.layout.slots:
        last = slot.layer == len(network.network_.layers) - 1
        expected = {
            "W": slot.param.fan_in**-0.5,
            "b": 0.1,
            "s": 6.0,
            "S": 0.1 * n_linear**-0.5,
        }[slot.name] * (twice if last else 1.0)
        assert_allclose(rates[:, slot.start : slot.stop], expected)


def test_a_line_that_is_worse_than_the_mean_on_rows_held_out_is_dropped():
    seen, held_out = np.arange(30), np.arange(30, 40)
    slopes, _, mean = LinearModel(X, Y[:, None], None).fit(seen, held_out)
    assert_allclose(slopes[:, 0], [1.0, -1.0, 0.5], atol=0.05)
    turned = np.where(np.arange(40) < 30, Y, -10.0 * Y)[:, None]
    slopes, _, mean = LinearModel(X, turned, None).fit(seen, held_out)
    assert_array_equal(slopes, 0.0)
    assert_allclose(mean, Y[:30].mean())


@pytest.mark.parametrize("schedule", ["adaptive", "plateau"])
def test_a_regularization_schedule_that_follows_the_loss_is_refused(schedule):
    with pytest.raises(ValueError, match="regularization_schedule"):
        MLPRegressor(regularization_schedule=schedule).fit(X, Y)
