"""The stages of a call whose members are trained separately depend only on their arguments."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn import TabularMLPClassifier, TabularMLPRegressor
from sknn.estimators.fit.apart import close_apart, open_apart, train_apart
from sknn.estimators.fit.call import Call

pytestmark = pytest.mark.bits

rng = np.random.default_rng(0)
X = rng.normal(size=(90, 3))
y = X[:, 0] * X[:, 1] + 0.1 * rng.normal(size=90)
SMALL = {"preset": "fast", "max_iter": 3, "hidden_layer_sizes": (6,), "random_state": 0}


def opened(kind, target, **more):
    return open_apart(kind(**SMALL | more), Call.of_fit(False, X, target))


@pytest.mark.parametrize(
    ("kind", "target", "more"),
    [
        (TabularMLPRegressor, y, {"n_members": 4, "n_splits": 2}),
        (TabularMLPClassifier, y > 0, {"n_members": 3, "n_splits": 1}),
        (TabularMLPClassifier, y > 0, {"n_members": 1, "n_splits": 3}),
    ],
)
def test_a_task_may_run_again(kind, target, more):
    """The tasks of a dead worker run again, perhaps where the state has been used."""
    state = opened(kind, target, **more)
    before = pickle.dumps(state)
    members = [train_apart(state, m) for m in range(more["n_members"])]
    found = [close_apart(state, members) for _ in range(2)]
    again = [train_apart(pickle.loads(before), m) for m in range(more["n_members"])]
    found.append(close_apart(pickle.loads(before), again))
    assert pickle.dumps(state) == before
    here = kind(**SMALL | more).fit(X, target)
    for attributes in found:
        assert_array_equal(attributes["network_"].theta, here.network_.theta)


def test_epochs_are_judged_as_in_fit():
    """Late in training, every second epoch is judged, and only then are there scores."""
    state = opened(TabularMLPRegressor, y, n_members=2, n_splits=2, max_iter=44)
    members = [train_apart(state, m) for m in range(2)]
    for epochs in members:
        scored = [k for k, epoch in enumerate(epochs) if epoch.raw is not None]
        assert scored == [*range(41), 42, 44]
    here = TabularMLPRegressor(**SMALL | {"n_members": 2, "n_splits": 2, "max_iter": 44}).fit(X, y)
    found = close_apart(state, members)
    assert_array_equal(found["network_"].theta, here.network_.theta)
    columns = found["run_"].history.columns
    assert_array_equal(columns["out_of_fold_loss"], here.history_["out_of_fold_loss"])


def test_a_member_that_diverges_ends_the_replay():
    state = opened(TabularMLPRegressor, y, n_members=2, n_splits=2)
    members = [train_apart(state, m) for m in range(2)]
    last = members[1][2]
    members[1] = members[1][:3]
    last.theta[0] = last.raw[...] = np.nan
    with pytest.warns(UserWarning, match="Training diverged in epoch 2"):
        found = close_apart(state, members)
    assert found["run_"].stop_reason == "diverged"
    assert found["n_iter_"] == 2
    assert np.isfinite(found["network_"].theta).all()
