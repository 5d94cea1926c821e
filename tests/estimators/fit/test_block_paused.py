"""Networks that pause and resume in a block are the same as those that do so alone."""

import numpy as np
import pytest
from sklearn.base import clone, is_classifier

from sknn import MLPClassifier, MLPRegressor
from sknn.callbacks import Pause
from sknn.estimators.fit import block
from tests.estimators.data import REAL, THREE, X

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

SEEDED = {"max_iter": 20, "batch_size": 16, "random_state": 1}
RATES = (0.003, 0.03, 0.3)
NETS = {
    "adam": MLPClassifier((5,), **SEEDED),
    "sgd": MLPClassifier((5,), solver="sgd", **SEEDED),
    "noise": MLPClassifier((5,), dropout=0.2, **SEEDED),
    "schedule": MLPClassifier((5,), learning_rate="cosine", **SEEDED),
    "patience": MLPClassifier((5,), tol=0.05, n_iter_no_change=2, **SEEDED),
    "early": MLPRegressor(
        hidden_layer_sizes=(5,), early_stopping=True, n_iter_no_change=3, **SEEDED
    ),
}


def members(net):
    """Return candidates that differ in everything in which members of a block may differ."""
    settings = [{"alpha": a, "learning_rate_init": r} for a in (0.1, 0.01) for r in RATES]
    if is_classifier(net):
        settings = [each | {"label_smoothing": each["alpha"]} for each in settings]
    return [clone(net).set_params(**each) for each in settings]


def assert_same_state(one, other):
    """Two estimators are in the same state, with everything needed to continue."""
    assert (one.n_iter_, one.stop_reason_) == (other.n_iter_, other.stop_reason_)
    np.testing.assert_array_equal(one.network_.theta, other.network_.theta)
    columns = other.run_.history.columns
    assert one.run_.history.columns.keys() == columns.keys()
    for name in columns.keys() - {"seconds"}:
        assert one.run_.history.columns[name] == columns[name]
    states = one.run_.optimizer_state or {}, other.run_.optimizer_state or {}
    assert states[0].keys() == states[1].keys()
    for name, values in states[0].items():
        np.testing.assert_array_equal(values, states[1][name])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", NETS)
def test_parts_in_blocks_are_parts_alone(monkeypatch, kind, dtype):
    net, rows = NETS[kind], X.astype(dtype)
    y = REAL if isinstance(net, MLPRegressor) else THREE
    together, alone, whole = members(net), members(net), members(net)
    monkeypatch.setattr(block, "_fit_alone", None)
    for until in (2, 7, 20):
        going = [i for i, each in enumerate(alone) if until == 2 or each.stop_reason_ == "paused"]
        for each in [*together, *alone]:
            each.callbacks = [Pause(until)]
        if len(going) > 1:
            block.fit_block([together[i] for i in going], rows, y)
        for i in going:
            (alone[i].resume if until > 2 else alone[i].fit)(rows, y)
            if len(going) > 1:
                assert_same_state(together[i], alone[i])
    for one, other in zip(together, whole, strict=True):
        if one.stop_reason_ != "paused":
            np.testing.assert_array_equal(one.network_.theta, other.fit(rows, y).network_.theta)


def test_a_pause_is_part_of_the_key():
    first, same, later, watched = (clone(NETS["adam"]) for _ in range(4))
    first.callbacks, same.callbacks, later.callbacks = [Pause(2)], [Pause(2)], [Pause(3)]
    keys = [block.block_key(each) for each in (first, same, later, watched)]
    assert keys[0] == keys[1] is not None
    assert len(set(keys)) == 3
