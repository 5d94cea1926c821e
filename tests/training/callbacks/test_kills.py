"""Processes killed at random moments while they train or write. `pytest -m slow`."""

import os
import pickle
import signal
import time

import numpy as np
import pytest

from sknn import MLPClassifier, MLPRegressor
from sknn.callbacks import Checkpoint, WeightAveraging
from tests.checks.processes import forked, needs_fork
from tests.checks.runs import assert_same
from tests.estimators.data import REAL, THREE, X

pytestmark = [pytest.mark.slow, needs_fork]
KILLS = 12
EPOCHS = 80
BASE = {"hidden_layer_sizes": (8,), "batch_size": 16, "random_state": 1, "max_iter": EPOCHS}
PATIENT = {"n_iter_no_change": np.inf}
CONFIGURATIONS = {
    "dropout and batch norm": (
        MLPClassifier,
        THREE,
        PATIENT | {"dropout": 0.2, "normalization": "batch"},
        [],
    ),
    "early stopping": (
        MLPRegressor,
        REAL,
        {"early_stopping": True, "learning_rate_init": 0.03, "n_iter_no_change": 30},
        [],
    ),
    "exponential average": (MLPRegressor, REAL, PATIENT, [WeightAveraging(decay=0.99)]),
    "average of epochs": (
        MLPClassifier,
        THREE,
        PATIENT | {"learning_rate": "cosine"},
        [WeightAveraging("swa", start=0.5)],
    ),
    "members": (MLPRegressor, REAL, PATIENT | {"n_members": 3, "input_dropout": 0.1}, []),
}


def train(net, y, path):
    """What a script does that is run again until it is done."""
    net = Checkpoint.load(path).resume(X, y) if path.exists() else net.fit(X, y)
    # Killed after the last checkpoint, a call that had ended is loaded as it was saved, with
    # all that another call could continue from.
    net.run_.forget(serves_best=False)
    path.with_suffix(".done").write_bytes(pickle.dumps(net))


def die(child, seconds):
    """Kill a process after some time and say whether it was still running."""
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the process failed"
    return os.WIFSIGNALED(status)


def kill_until_done(net, y, path, rng):
    """Return how many times the process was killed before it finished."""
    kills = 0
    while not path.with_suffix(".done").exists():
        # On a busy machine, no process would reach a checkpoint unless it had more time.
        kills += die(forked(lambda: train(net, y, path)), rng.uniform(0.0, 0.06 + 0.01 * kills))
        if path.exists():
            found = Checkpoint.load(path)
            assert 0 < found.run_.epoch <= EPOCHS
    return kills


@pytest.mark.parametrize("every", [1, 7])
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_killed_at_random_moments(tmp_path, name, every):
    kind, y, parameters, average = CONFIGURATIONS[name]
    rng = np.random.default_rng([*map(ord, name), every])
    whole = forked_result(kind(**BASE | parameters, callbacks=average), y, tmp_path / "whole")
    kills, attempts = 0, 0
    while kills < KILLS and attempts < 20:
        path = tmp_path / str(attempts)
        callbacks = [*average, Checkpoint(path, every_epochs=every)]
        net = kind(**BASE | parameters, callbacks=callbacks)
        kills += kill_until_done(net, y, path, rng)
        attempts += 1
        assert_same(pickle.loads(path.with_suffix(".done").read_bytes()), whole)
    assert kills >= KILLS


def forked_result(net, y, path):
    """Train in a process like the others and return the estimator."""
    _, status = os.waitpid(forked(lambda: train(net, y, path)), 0)
    assert status == 0
    return pickle.loads(path.with_suffix(".done").read_bytes())
