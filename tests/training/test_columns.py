"""Numbers of members combine with arrays as each of them would alone."""

import numpy as np
import pytest

from sknn.core.layers import Defaults
from sknn.core.network import Network
from sknn.core.optimizers import Optimizer
from sknn.layers import Dense
from sknn.losses import LogLoss
from sknn.schedules import Constant, Cosine, Step
from sknn.training.columns import LossColumns, OptimizerColumns, ScheduleColumns, column, of_all

pytestmark = pytest.mark.bits

RATES = np.array([0.3, 0.01, 1e-3])
OWN = {"beta_1": (0.1, 0.7, 0.9), "beta_2": (0.9, 0.95, 0.999), "epsilon": (1e-8, 1e-3, 1e-6)}
OWN |= {"momentum": (0.2, 0.5, 0.9), "rho": (0.7, 0.9, 0.99)}


def member_of(kind, m):
    names = kind._get_param_names()
    return kind(**{name: values[m] for name, values in OWN.items() if name in names})


def test_one_number_for_all():
    assert of_all([0.5, 0.5]) == 0.5
    assert isinstance(of_all([0.5, 0.5]), float)
    assert of_all([0.5, 1]).tolist() == [0.5, 1.0]


def test_columns_have_the_dtype_of_what_they_meet():
    assert column(0.1, np.float32) == 0.1
    made = column(RATES, np.float32)
    assert (made.shape, made.dtype) == ((3, 1), np.float32)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("alias", sorted(Optimizer.registry))
def test_members_of_an_optimizer_move_as_alone(alias, dtype):
    members = [member_of(Optimizer.registry[alias], m) for m in range(3)]
    together = OptimizerColumns(members)
    rng = np.random.default_rng(0)
    theta = rng.standard_normal((3, 40)).astype(dtype)
    state, alone = together.init(theta), [each.init(theta[0]) for each in members]
    for step in range(1, 30):
        grad = rng.standard_normal(theta.shape).astype(dtype)
        steps = [row.copy() for row in grad]
        together.update(state, grad, theta, RATES, step)
        for each, own, row, rate in zip(members, alone, steps, RATES.tolist(), strict=True):
            each.update(own, row, theta[0], rate, step)
        assert grad.tobytes() == np.array(steps).tobytes()
    for name, whole in state.items():
        assert whole.tobytes() == np.array([own[name] for own in alone]).tobytes()


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_losses_of_members_look_each_at_its_own(task):
    rng = np.random.default_rng(0)
    losses = [LogLoss(label_smoothing=each).bind(task) for each in (0.0, 0.1, 0.1, 0.3)]
    together, n_raw = LossColumns(losses), 1 if task == "binary" else 4
    raw = rng.standard_normal((4, 6, n_raw))
    target = rng.integers(2, size=(6, 1)).astype(float) if n_raw == 1 else rng.integers(4, size=6)
    out, alone = np.empty_like(raw), np.empty_like(raw)
    network = Network([Dense(n_raw).bind(Defaults())], ["output"], (3,), np.float64, 4)
    scratch = network.scratch(together.scratch(n_raw), 6, train=True)
    values = together.value_and_grad(raw, target, 0.5, out, scratch)
    for m, loss in enumerate(losses):
        own = network.member(m).scratch(loss.scratch(n_raw), 6, train=True)
        assert values[m] == loss.value_and_grad(raw[m], target, 0.5, alone[m], own)
    assert out.tobytes() == alone.tobytes()
    assert together.link_name == losses[0].link_name


def test_schedules_of_members_follow_their_own_horizons():
    members = [(Cosine(), 10), (Cosine(), 20), (Cosine(epochs=5), 20), (Cosine(), 10)]
    together = ScheduleColumns(members)
    for epoch in (0.0, 3.5, 7.0, 15.25):
        expected = [each.factor(epoch, 0, own, {}) for each, own in members]
        assert together.factor(epoch, 0, 99, {}).tolist() == expected
    assert together.per_update
    assert not ScheduleColumns([(Constant(), 3), (Step(), 3)]).per_update
