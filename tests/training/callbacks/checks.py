"""What tests of callbacks share: comparing fitted estimators to the last bit, and processes."""

import os
import traceback
import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

SKIPPED = {"seconds"}


def arrays(run):
    """Return the numbers of a run by name, those of wall clocks excepted."""
    numbers = {
        name: np.array([getattr(run, name)], object)
        for name in (
            "horizon began until stream unit epoch step samples optimizer_kind optimizer_step "
            "watched reference best_loss stall stop_reason"
        ).split()
    }
    for name in ("order", "noise", "init"):
        numbers[name] = np.array([str(getattr(run.streams, name).bit_generator.state)], object)
    for owner in ("best", "average"):
        kept = getattr(run, owner)
        numbers[owner] = np.zeros(0) if kept is None else kept.theta
    numbers["theta"] = np.zeros(0) if run.theta is None else run.theta
    columns = run.history.columns
    numbers |= {f"history {name}": np.array(columns[name]) for name in columns.keys() - SKIPPED}
    numbers |= {f"schedule {k}": np.array(v) for k, v in run.schedule_state.items()}
    return numbers | {f"state {k}": v for k, v in (run.optimizer_state or {}).items()}


def assert_same(one, other):
    """Two estimators serve the same and would continue the same."""
    assert_array_equal(one.network_.theta, other.network_.theta)
    first, second = arrays(one.run_), arrays(other.run_)
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert_array_equal(array, second[name], err_msg=name)
    for name in ("n_iter_", "loss_curve_", "stop_reason_", "best_loss_", "validation_scores_"):
        assert getattr(one, name) == getattr(other, name), name


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def forked(work):
    """Start a process that does some work, and return its id; imports are not paid again."""
    with warnings.catch_warnings():
        # BLAS has threads; none of them computes now.
        warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    status = 1
    try:
        warnings.simplefilter("ignore")
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
