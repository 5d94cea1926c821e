"""Limits on a training step: calls into Python and C, and memory."""

import sys
import tracemalloc

import numpy as np
import pytest

from sknn import MLPClassifier, MLPRegressor
from sknn.training.trainer import Trainer

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

CALLS_PER_STEP = 50


def data(rows, columns, dtype=np.float64):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, columns)).astype(dtype)
    return x, (x[:, 0] > 0).astype(int) + (x[:, 1] > 0)


class Watching:
    """Runs `begin` before and `end` after the epochs of a call, from the second on."""

    def __init__(self, monkeypatch, begin, end):
        original = Trainer._epoch

        def epoch(trainer, progress):
            warm = progress.run.epoch > 0
            if warm:
                begin()
            original(trainer, progress)
            if warm:
                end()

        monkeypatch.setattr(Trainer, "_epoch", epoch)


def calls_of_an_epoch(network, x, y, monkeypatch):
    count = [0]

    def tally(frame, event, argument):
        if event in ("call", "c_call"):
            count[0] += 1

    with monkeypatch.context() as patch:
        Watching(patch, lambda: sys.setprofile(tally), lambda: sys.setprofile(None))
        network.set_params(max_iter=2).fit(x, y)
    return count[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_calls_of_a_step(kind, dtype, monkeypatch):
    """The default network with dense, unweighted rows."""
    x, y = data(1600, 20, dtype)
    network = kind(batch_size=100, random_state=0)
    # The difference between two lengths cancels the fixed cost of an epoch.
    short = calls_of_an_epoch(network, x[:800], y[:800], monkeypatch)
    long = calls_of_an_epoch(network, x, y, monkeypatch)
    assert (long - short) / 8 <= CALLS_PER_STEP
    assert long - 16 * CALLS_PER_STEP <= 2 * CALLS_PER_STEP, "an epoch costs little more"


def peak_of_an_epoch(network, x, y, monkeypatch):
    """Return the peak of memory above what was held before the third epoch."""
    peaks = []

    def begin():
        tracemalloc.reset_peak()
        peaks.append(-tracemalloc.get_traced_memory()[0])

    def end():
        peaks[-1] += tracemalloc.get_traced_memory()[1]

    with monkeypatch.context() as patch:
        Watching(patch, begin, end)
        tracemalloc.start()
        try:
            network.set_params(max_iter=3).fit(x, y)
        finally:
            tracemalloc.stop()
    return peaks[-1]


SETTINGS = {
    "adam": {},
    "sgd": {"solver": "sgd"},
    "rmsprop": {"solver": "rmsprop"},
    "tanh": {"activation": "tanh"},
    "gelu": {"activation": "gelu"},
    "batch norm": {"normalization": "batch"},
    "dropout": {"dropout": 0.3},
    "members": {"n_members": 3},
    "regression": {},
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_memory_of_a_step_does_not_grow(setting, monkeypatch):
    """Everything a step needs was allocated before the first one."""
    kind = MLPRegressor if setting == "regression" else MLPClassifier

    def peak(batch, width):
        x, y = data(4 * batch, 20)
        network = kind(hidden_layer_sizes=(width,), batch_size=batch, shuffle=False, random_state=0)
        return peak_of_an_epoch(network.set_params(**SETTINGS[setting]), x, y, monkeypatch)

    # NumPy casts and broadcasts through buffers of up to 8,192 numbers: here, they are full.
    small = peak(256, 64)
    # An array for the batch with this width would add a megabyte.
    # RMSProp works through one slab of scratch of at most 65,536 numbers.
    slab = 8 * 65_536 if setting == "rmsprop" else 0
    assert peak(256, 640) <= small + slab + 80_000
    assert peak(1024, 64) <= small + 80_000


def test_memory_of_an_epoch_with_shuffled_rows(monkeypatch):
    """The order of rows and one slab to gather them, never the whole table."""
    x, y = data(20_000, 100)
    network = MLPClassifier(hidden_layer_sizes=(16,), random_state=0)
    assert peak_of_an_epoch(network, x, y, monkeypatch) < 0.2 * x.nbytes


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("settings", [{}, {"solver": "lbfgs"}, {"early_stopping": True}], ids=str)
def test_fit_makes_no_copy_of_x(kind, order, dtype, settings):
    x, y = data(20_000, 100, dtype)
    x = np.asarray(x, order=order)
    network = kind(hidden_layer_sizes=(8,), max_iter=2, random_state=0, **settings)
    network.fit(x[:500], y[:500])
    tracemalloc.start()
    try:
        network.fit(x, y)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    allowed = 0.5 if dtype is np.float64 else 0.7
    assert peak < allowed * x.nbytes


def test_predict_works_in_chunks():
    x, y = data(40_000, 20)
    network = MLPClassifier(hidden_layer_sizes=(200, 200), max_iter=1).fit(x[:500], y[:500])
    tracemalloc.start()
    try:
        network.predict(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 0.5 * (40_000 * 200 * 8)
