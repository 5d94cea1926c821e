"""`max_time` limits a whole call, by a clock that moves only when a test says so."""

import importlib

import numpy as np
import pytest

from sknn import MLPRegressor, TabularMLPClassifier, TabularMLPRegressor
from sknn.callbacks import Callback
from sknn.estimators.tabular.held_out_loss import HeldOut
from sknn.estimators.tabular.holdout import FoldHoldout
from sknn.exceptions import TrainingWarning
from sknn.preprocessing import TableEncoder
from sknn.training.callbacks import Phase
from sknn.training.folds import FoldBatches, Folds

READERS = "callbacks.base", "trainer", "folds"
BATCH, ENCODING, SCORING, JUDGING = 0.1, 2.0, 1.0, 0.02
TABLE = np.random.default_rng(0).normal(size=(200, 3))
SETTINGS = {
    "preset": "fast",
    "hidden_layer_sizes": (2,),
    "batch_size": 15,
    "max_iter": 1000,
    "random_state": 0,
}
N_BATCHES = 10


class Clock:
    """A clock whose seconds pass only when a test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """Seconds for each part of a fit of a table, and for nothing else."""
    clock = Clock()
    modules = [f"sknn.training.{name}" for name in READERS] + ["sknn.estimators.fit.stages"]
    modules += [
        f"sknn.estimators.tabular.{name}"
        for name in ("time_limit", "ridge", "intervals", "estimators")
    ]
    for name in modules:
        monkeypatch.setattr(importlib.import_module(name), "perf_counter", clock)

    def slow(owner, name, seconds):
        method = getattr(owner, name)

        def slower(*arguments, **named):
            clock.now += seconds(*arguments) if callable(seconds) else seconds
            return method(*arguments, **named)

        monkeypatch.setattr(owner, name, slower)

    batches = FoldBatches.epoch

    def epoch(self, *arguments):
        for batch in batches(self, *arguments):
            clock.now += BATCH
            yield batch

    monkeypatch.setattr(FoldBatches, "epoch", epoch)
    slow(TableEncoder, "learn", lambda encoder, table, *others: ENCODING * table.n_rows / 200)
    slow(Folds, "held_out_scores", SCORING)
    slow(HeldOut, "__call__", JUDGING)
    slow(FoldHoldout, "choose", lambda self, table, state, run: JUDGING * len(run.candidates))
    return clock


def target(kind):
    return TABLE[:, 0] if kind is TabularMLPRegressor else TABLE[:, 0] > 0


@pytest.mark.parametrize("kind", [TabularMLPClassifier, TabularMLPRegressor])
@pytest.mark.parametrize("seconds", [5, 7.5, 10, 40, 100])
def test_all_of_a_fit_is_within_the_limit(clock, kind, seconds):
    """Encoding before the first epoch counts, as do measuring and choosing after the last."""
    net = kind(**SETTINGS, max_time=seconds).fit(TABLE, target(kind))
    taken = clock.now - 100.0
    epoch = N_BATCHES * BATCH + SCORING + JUDGING
    assert 0.9 * (seconds - epoch) < taken < seconds + BATCH
    assert net.stop_reason_ == "max_time"
    assert net.n_iter_ >= np.floor(0.9 * (seconds - ENCODING - SCORING) / epoch)


@pytest.mark.parametrize("seconds", [15, 40])
def test_time_is_left_for_the_choice_of_epochs(clock, monkeypatch, seconds):
    """Estimated from the time of judging: 12 times, plus 0.75 for each epoch kept."""
    judge, choose = HeldOut.__call__, FoldHoldout.choose

    def slow_judge(*arguments):
        clock.now += 10 * JUDGING
        return judge(*arguments)

    def slow_choose(*arguments):
        clock.now += 100 * JUDGING
        return choose(*arguments)

    monkeypatch.setattr(HeldOut, "__call__", slow_judge)
    monkeypatch.setattr(FoldHoldout, "choose", slow_choose)
    net = TabularMLPClassifier(**SETTINGS, max_time=seconds).fit(TABLE, TABLE[:, 0] > 0)
    assert net.stop_reason_ == "max_time"
    assert clock.now - 100.0 < seconds + BATCH


@pytest.mark.parametrize("kind", [TabularMLPClassifier, TabularMLPRegressor])
@pytest.mark.parametrize("seconds", [20, 60])
def test_some_rows_are_drawn_if_the_time_is_too_short_for_all(clock, kind, seconds):
    """Encoding these 20,000 rows would take 200 s."""
    n_rows = 20_000
    table = np.random.default_rng(0).normal(size=(n_rows, 3))
    y = table[:, 0] if kind is TabularMLPRegressor else np.where(table[:, 0] > 0, "a", "b")
    if kind is TabularMLPClassifier:
        y[77] = "c"
    most = int(0.4 * seconds / ENCODING * 200)
    told = rf"max_time={seconds} allows learning from only {most:,} of the {n_rows:,} rows"
    with pytest.warns(TrainingWarning, match=told):
        net = kind(**SETTINGS, max_time=seconds).fit(table, y)
    assert clock.now - 100.0 < seconds + BATCH
    assert net.stop_reason_ == "max_time"
    if kind is TabularMLPClassifier:
        assert net.classes_.tolist() == ["a", "b", "c"]
    assert net.score(table, y) > 0.5


def test_all_rows_are_used_if_there_is_time(clock):
    table = np.random.default_rng(0).normal(size=(2000, 3))
    settings = SETTINGS | {"max_iter": 2}
    free = TabularMLPRegressor(**settings).fit(table, table[:, 0])
    timed = TabularMLPRegressor(**settings, max_time=10_000).fit(table, table[:, 0])
    np.testing.assert_array_equal(timed.predict(table), free.predict(table))


@pytest.mark.parametrize("kind", [TabularMLPClassifier, TabularMLPRegressor])
def test_one_batch_is_trained_in_any_case(clock, kind):
    net = kind(**SETTINGS, max_time=0.5).fit(TABLE, target(kind))
    assert (net.n_iter_, net.stop_reason_) == (1, "max_time")
    assert clock.now - 100.0 < ENCODING + 2 * (SCORING + JUDGING) + BATCH + 3 * JUDGING
    assert np.isfinite(net.predict(TABLE).astype(float)).all()


@pytest.mark.parametrize("phase", [Phase.MEASURE, Phase.REPORT])
def test_time_is_left_for_whatever_follows_an_epoch(clock, phase):
    """But not for what happened once, before the first epoch."""

    class Slow(Callback):
        def on_train_begin(self, progress):
            clock.now += 5.0

        def on_epoch_end(self, progress):
            clock.now += 3.0

    Slow.phase = phase
    slow = {"callbacks": [Slow()], "max_time": 15.0, "max_iter": 1000, "random_state": 0}
    net = MLPRegressor(hidden_layer_sizes=(2,), **slow).fit(TABLE, TABLE[:, 0])
    assert (net.n_iter_, net.stop_reason_) == (3, "max_time")
    assert clock.now == 100.0 + 5.0 + 3 * 3.0
