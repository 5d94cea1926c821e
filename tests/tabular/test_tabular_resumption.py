"""Law 4: training that continues is training that never stopped, to the last bit."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn.callbacks import Callback, Checkpoint
from sknn.schedules import CosLog
from tests.tabular.parts import BINARY, KINDS, REAL, SMALL, TABLE, THREE

pytestmark = pytest.mark.bits

EPOCHS = 6
MEMBERS = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 2), (4, 4)]
TARGETS = dict(zip(KINDS, (THREE, REAL), strict=True))


def network(kind, n_members=2, n_splits=2, **parameters):
    rate = CosLog(epochs=EPOCHS)
    given = SMALL | {"max_iter": EPOCHS, "learning_rate": rate, "linear_path": 0.5}
    return kind(**given | {"n_members": n_members, "n_splits": n_splits} | parameters)


def again(estimator):
    return pickle.loads(pickle.dumps(estimator))


def assert_same(one, other):
    assert_array_equal(one.network_.theta, other.network_.theta)
    assert_array_equal(one.predict(TABLE), other.predict(TABLE))
    for name in set(one.history_) - {"seconds"}:
        assert_array_equal(one.history_[name], other.history_[name], err_msg=name)
    for name in {"temperature_", "residual_std_"} & vars(one).keys():
        assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize(("n_members", "n_splits"), MEMBERS)
@pytest.mark.parametrize("kind", KINDS)
def test_fit_in_parts(kind, n_members, n_splits):
    y = TARGETS[kind]
    whole = network(kind, n_members, n_splits).fit(TABLE, y)
    for first in (1, 4):
        part = network(kind, n_members, n_splits, warm_start=True, max_iter=first).fit(TABLE, y)
        part = again(again(part).set_params(max_iter=EPOCHS - first).fit(TABLE, y))
        assert_same(part, whole)
    assert part.n_iter_ == EPOCHS - first
    assert part.run_.epoch == EPOCHS


@pytest.mark.parametrize("n_members", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_of_the_same_rows_is_fit(kind, n_members):
    y = TARGETS[kind]
    whole = network(kind, n_members, 1).fit(TABLE, y)
    part = network(kind, n_members, 1)
    classes = {"classes": np.unique(y)} if y is THREE else {}
    for _ in range(EPOCHS):
        part = again(part).partial_fit(TABLE, y, **classes)
    assert_same(part, whole)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schedule_by_name_spans_the_first_call(kind):
    """Afterwards rate, dropout and decay keep their last values."""
    y = TARGETS[kind]
    part = network(kind, learning_rate="cos_log", warm_start=True, max_iter=3).fit(TABLE, y)
    part.fit(TABLE, y)
    rates = part.history_["learning_rate"]
    assert_array_equal(rates[3:], 0.01 * part.learning_rate_init)


class Interruption(Callback):
    """Ctrl-C in the middle of an epoch."""

    def __init__(self, epoch=3):
        self.epoch = epoch

    def on_gradient(self, progress):
        if progress.run.epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.mark.parametrize("n_splits", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_a_checkpoint_of_an_interrupted_call_is_resumed(kind, n_splits, tmp_path):
    y, path = TARGETS[kind], tmp_path / "network.pkl"
    whole = network(kind, 2, n_splits).fit(TABLE, y)
    with pytest.warns(UserWarning, match="interrupted"):
        network(kind, 2, n_splits, callbacks=[Checkpoint(path), Interruption()]).fit(TABLE, y)
    part = Checkpoint.load(path)
    assert part.run_.epoch == 3
    part.set_params(callbacks=None).resume(TABLE, y)
    assert_same(part, whole)


@pytest.mark.parametrize("n_splits", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_an_interruption_keeps_the_best_so_far(kind, n_splits):
    y = TARGETS[kind]
    stopped = network(kind, 2, n_splits, callbacks=[Interruption()])
    with pytest.warns(UserWarning, match="interrupted"):
        stopped.fit(TABLE, y)
    assert stopped.stop_reason_ == "interrupted"
    assert len(stopped.history_["loss"]) == 3
    assert np.isfinite(stopped.network_.theta).all()
    stopped.predict(TABLE)


def test_binary_targets_too():
    kind = KINDS[0]
    whole = network(kind).fit(TABLE, BINARY)
    part = network(kind, warm_start=True, max_iter=2).fit(TABLE, BINARY)
    assert_same(again(part).set_params(max_iter=EPOCHS - 2).fit(TABLE, BINARY), whole)
