"""Law 4 in one place: the numbers of a run, and the ways to train it in parts."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone

from sknn.callbacks import Callback, Checkpoint

# Clocks differ; numbers wider than float32 are rounded in pickles.
CLOCKS = {"seconds"}
ROUNDED = {"gradient_norm"}
COUNTS = ("epoch", "step", "samples")
CALLS = (
    "horizon began until stream unit optimizer_kind optimizer_step watched reference best_loss "
    "stall stop_reason"
).split()
SERVED = ("temperature_", "residual_std_")


def progress(run):
    """Return the numbers from which training continues, by name."""
    found = {name: np.array([getattr(run, name)], object) for name in COUNTS}
    for name in ("order", "noise", "init"):
        found[name] = np.array([str(getattr(run.streams, name).bit_generator.state)], object)
    for name, column in run.history.columns.items():
        if name not in CLOCKS:
            dtype = np.float32 if name in ROUNDED else None
            found[f"history {name}"] = np.array(column, dtype)
    found["last"] = np.zeros(0) if run.theta is None else run.theta
    return found | {f"moment {name}": value for name, value in (run.optimizer_state or {}).items()}


def everything(run):
    """Return the numbers of a run, including those that show how it was called."""
    found = progress(run) | {name: np.array([getattr(run, name)], object) for name in CALLS}
    for owner in ("best", "average"):
        kept = getattr(run, owner)
        found[owner] = np.zeros(0) if kept is None else kept.theta
    return found | {f"schedule {k}": np.array(v) for k, v in run.schedule_state.items()}


def assert_equal(first, second):
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert_array_equal(array, second[name], err_msg=name)


def assert_same_progress(one, other):
    """Two estimators predict the same, and have got equally far in any number of calls."""
    assert_array_equal(one.network_.theta, other.network_.theta)
    for name in {*SERVED} & {*vars(one), *vars(other)}:
        assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert_equal(progress(one.run_), progress(other.run_))


def assert_same(one, other):
    """Two estimators predict the same, and would continue in the same way."""
    assert_array_equal(one.network_.theta, other.network_.theta)
    assert_equal(everything(one.run_), everything(other.run_))
    for name in ("n_iter_", "loss_curve_", "stop_reason_", "best_loss_", "validation_scores_"):
        assert getattr(one, name) == getattr(other, name), name


def again(estimator):
    return pickle.loads(pickle.dumps(estimator))


def for_epochs(estimator, epochs, warm_start=True):
    """Return a clone that trains this many epochs; Boltzmann machines call them iterations."""
    name = "n_iter" if "n_iter" in estimator.get_params() else "max_iter"
    return clone(estimator).set_params(warm_start=warm_start, **{name: epochs})


def in_one_go(estimator, epochs, x, y=None):
    return for_epochs(estimator, epochs).fit(x, y)


def in_two_calls(estimator, epochs, x, y=None, first=1):
    rest = for_epochs(estimator, epochs - first).get_params(deep=False)
    part = again(for_epochs(estimator, first).fit(x, y))
    length = "n_iter" if "n_iter" in rest else "max_iter"
    return again(part.set_params(**{length: rest[length]}).fit(x, y))


def as_a_stream(estimator, epochs, x, y=None, **classes):
    part = for_epochs(estimator, epochs, warm_start=False)
    for _ in range(epochs):
        assert part.partial_fit(x, y, **classes) is part
        part = again(part)
    return part


def in_calls_of_both_kinds(estimator, epochs, x, y=None):
    part = for_epochs(estimator, epochs // 2 + 1).fit(x, y)
    for _ in range(epochs - epochs // 2 - 1):
        part.partial_fit(x, y)
    return part


def assert_parts_make_the_whole(estimator, epochs, x, y=None, cuts=(1,), stream=True, **classes):
    """Check that fit, warm fits cut at some epochs, and possible streams agree."""
    whole = in_one_go(estimator, epochs, x, y)
    assert whole.n_iter_ == whole.run_.epoch == epochs
    for first in cuts:
        assert_same_progress(whole, in_two_calls(estimator, epochs, x, y, first))
    if stream:
        assert_same_progress(whole, as_a_stream(estimator, epochs, x, y, **classes))
        assert_same_progress(whole, in_calls_of_both_kinds(estimator, epochs, x, y))
    # A plain fit predicts the same; it only forgets more.
    plain = for_epochs(estimator, epochs, warm_start=False).fit(x, y)
    assert_array_equal(plain.network_.theta, whole.network_.theta)


class Crash(Callback):
    """Fails at the end of an epoch."""

    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch_end(self, progress):
        if progress.row["epoch"] == self.epoch:
            raise RuntimeError("crash")


def assert_checkpoints_go_on(estimator, path, epochs, x, y=None):
    """Check that a call that crashed in epoch three resumes from the file of epoch two."""
    whole = in_one_go(estimator, epochs, x, y)
    stopped = for_epochs(estimator, epochs).set_params(callbacks=[Checkpoint(path), Crash(3)])
    with pytest.raises(RuntimeError, match="crash"):
        stopped.fit(x, y)
    assert not hasattr(stopped, "network_")
    loaded = Checkpoint.load(path, trusted=[Crash]).set_params(callbacks=None)
    assert loaded.run_.epoch == 2
    assert_same(loaded.resume(x, y), whole)
