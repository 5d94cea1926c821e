"""Law 4: continued training gives the same bits as training that never stopped."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn.callbacks import Checkpoint
from sknn.schedules import CosLog
from tests.checks.runs import assert_parts_make_the_whole, assert_same_progress
from tests.estimators.tabular.parts import BINARY, KINDS, REAL, SMALL, TABLE, THREE, Interruption

pytestmark = pytest.mark.bits

EPOCHS = 6
MEMBERS = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 2), (4, 4)]
TARGETS = dict(zip(KINDS, (THREE, REAL), strict=True))


def network(kind, n_members=2, n_splits=2, **parameters):
    rate = CosLog(epochs=EPOCHS)
    given = SMALL | {"max_iter": EPOCHS, "learning_rate": rate, "linear_path": 0.5}
    return kind(**given | {"n_members": n_members, "n_splits": n_splits} | parameters)


@pytest.mark.parametrize(("n_members", "n_splits"), MEMBERS)
@pytest.mark.parametrize("kind", KINDS)
def test_parts_make_the_whole(kind, n_members, n_splits):
    y = TARGETS[kind]
    classes = {"classes": np.unique(y)} if y is THREE else {}
    net = network(kind, n_members, n_splits)
    # A stream holds out nothing.
    stream = n_splits == 1
    assert_parts_make_the_whole(net, EPOCHS, TABLE, y, cuts=[1, 4], stream=stream, **classes)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_a_schedule_by_name_spans_the_first_call(kind):
    """Afterward, rate, dropout, and decay keep their last values."""
    y = TARGETS[kind]
    part = network(kind, learning_rate="cos_log", warm_start=True, max_iter=3).fit(TABLE, y)
    part.fit(TABLE, y)
    rates = part.history_["learning_rate"]
    assert_array_equal(rates[3:], 0.01 * part.learning_rate_init)


@pytest.mark.parametrize("n_splits", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_a_checkpoint_of_an_interrupted_call_is_resumed(kind, n_splits, tmp_path):
    y, path = TARGETS[kind], tmp_path / "network.pkl"
    whole = network(kind, 2, n_splits, warm_start=True).fit(TABLE, y)
    with pytest.warns(UserWarning, match="interrupted"):
        callbacks = [Checkpoint(path), Interruption(3)]
        network(kind, 2, n_splits, warm_start=True, callbacks=callbacks).fit(TABLE, y)
    part = Checkpoint.load(path, trusted=[Interruption])
    assert part.run_.epoch == 3
    part.set_params(callbacks=None).resume(TABLE, y)
    assert_same_progress(part, whole)


@pytest.mark.parametrize("n_splits", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_an_interruption_keeps_the_best_so_far(kind, n_splits):
    y = TARGETS[kind]
    stopped = network(kind, 2, n_splits, callbacks=[Interruption(3)])
    with pytest.warns(UserWarning, match="interrupted"):
        stopped.fit(TABLE, y)
    assert stopped.stop_reason_ == "interrupted"
    assert len(stopped.history_["loss"]) == 3
    assert np.isfinite(stopped.network_.theta).all()
    stopped.predict(TABLE)


def test_binary_targets_too():
    kind = KINDS[0]
    assert_parts_make_the_whole(network(kind), EPOCHS, TABLE, BINARY, stream=False)
