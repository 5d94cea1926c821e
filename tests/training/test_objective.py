"""The objective of members is that of each network alone, bit for bit."""

import numpy as np
import pytest

from sknn.core.layers import Defaults, Dense
from sknn.core.losses import Hinge, LogLoss, SquaredError
from sknn.core.network import Network
from sknn.core.workspace import Workspace
from sknn.training.objective import Supervised

LOSSES = {
    "softmax": LogLoss().bind("multiclass"),
    "sigmoid": LogLoss().bind("multilabel"),
    "hinge": Hinge().bind("multiclass"),
    "squares": SquaredError(),
}
ROWS, COLUMNS, OUTPUTS = 33, 5, 3


def networks(width, dtype):
    """Return three members, and the same networks one by one."""
    layers = [Dense(width, "relu").bind(Defaults()), Dense(OUTPUTS, "identity").bind(Defaults())]
    members, *singles = (
        Network(layers, ["hidden0", "output"], (COLUMNS,), dtype, n_members=n) for n in (3, 1, 1, 1)
    )
    members.initialize(np.random.default_rng(0))
    for m, single in enumerate(singles):
        single.theta[...] = members.theta[m]
    return members, singles


@pytest.mark.bits
@pytest.mark.parametrize("penalty", [{}, {"l2": 0.3}, {"l1": 0.2}, {"l2": 0.3, "l1": 0.2}], ids=str)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("width", [6, 7, 129])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_member_has_the_loss_of_a_network_alone(loss, width, dtype, weighted, penalty):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((ROWS, COLUMNS)).astype(dtype)
    kernel, codes = LOSSES[loss], loss in ("softmax", "hinge")
    target = rng.integers(0, OUTPUTS, ROWS) if codes else rng.random((ROWS, OUTPUTS)).astype(dtype)
    weight = rng.uniform(0.5, 2.0, (ROWS, 1)).astype(dtype) if weighted else None
    members, singles = networks(width, dtype)
    together = Supervised(Workspace(members, kernel, ROWS), total=7.0, **penalty)
    mean = together.batch(x, target, weight)
    for m, single in enumerate(singles):
        alone = Supervised(Workspace(single, kernel, ROWS), total=7.0, **penalty)
        assert alone.batch(x, target, weight) == alone.each == together.each[m]
        np.testing.assert_array_equal(alone.grad, together.grad[m])
    assert mean == together.each.mean()
