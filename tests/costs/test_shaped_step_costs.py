"""Limits on the calls and memory of a step of convolutional and recurrent networks."""

import tracemalloc

import numpy as np
import pytest

from sknn import CNNClassifier, RNNClassifier
from sknn.core.layers import GRU, LSTM, Conv2D, Elman, Jordan, MaxPool
from tests.checks.layers import Bench
from tests.costs.test_step_costs import calls_of_an_epoch, peak_of_an_epoch

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)


def images(rows, side):
    return RNG.standard_normal((rows, side, side, 1)).astype(np.float32), np.arange(rows) % 3


def sequences(rows, steps, gaps=False):
    x = RNG.standard_normal((rows, steps, 3)).astype(np.float32)
    if gaps:
        x[::2, steps // 2 :] = np.nan
    return x, np.arange(rows) % 3


def convolutional(batch, **settings):
    settings = {"hidden_layer_sizes": (8,), "random_state": 0} | settings
    return CNNClassifier((4, 8), batch_size=batch, **settings)


# -- calls ----------------------------------------------------------------------------------------


class Counted(np.ndarray):
    """Counts the calls of NumPy in which it takes part."""

    calls = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        Counted.calls += 1
        if out is not None:
            kwargs["out"] = tuple(np.asarray(each) for each in out)
        inputs = [np.asarray(each) if isinstance(each, Counted) else each for each in inputs]
        result = getattr(ufunc, method)(*inputs, **kwargs)
        return result if out is None else out[0]

    def __array_function__(self, function, types, arguments, options):
        Counted.calls += 1
        return super().__array_function__(function, types, arguments, options)


def calls_of(layer, in_shape, mask=None, train=True):
    """Return the number of NumPy calls of a forward and of a backward pass."""
    bench = Bench(layer, in_shape, array=Counted, mask=mask, train=train)
    Counted.calls = 0
    bench.forward()
    forward, Counted.calls = Counted.calls, 0
    if train:
        bench.backward()
    return np.array([forward, Counted.calls])


CELLS = [
    # The layer, and calls for each time step, forward and back.
    (Elman(3), 2, 2),
    (Jordan(3), 4, 4),
    (LSTM(3), 8, 6),
    (GRU(3), 12, 4),
]


@pytest.mark.parametrize(("layer", "forward", "back"), CELLS, ids=repr)
def test_calls_of_a_time_step(layer, forward, back):
    """Products forward and backward (Jordan and GRU: two forward), and those of the gates."""
    short, long = (calls_of(layer, (steps, 2)) for steps in (5, 15))
    assert ((long - short) / 10 <= [forward, back]).all()
    # No more in prediction.
    short, long = (calls_of(layer, (steps, 2), train=False) for steps in (5, 15))
    assert (long - short)[0] / 10 <= forward
    # In addition, what is done once: layout, products over all steps.
    assert short[0] - 5 * forward <= 14


@pytest.mark.parametrize(("layer", "forward", "back"), CELLS, ids=repr)
def test_calls_of_a_time_step_with_gaps(layer, forward, back):
    def calls(steps):
        mask = np.ones((6, steps), bool)
        mask[::2, steps // 2 :] = False
        return calls_of(layer, (steps, 2), mask)

    # Half the steps are missing in some rows: there, each part of the state stays the same.
    parts = 2 if isinstance(layer, LSTM) else 1
    forward, back = forward + parts / 2, back + 1 / 2
    assert ((calls(20) - calls(10)) / 10 <= [forward, back]).all()


@pytest.mark.parametrize(
    ("layer", "forward", "back"),
    [(Conv2D(4, 3, "relu"), 8, 14), (Conv2D(4, 3, strides=2), 8, 21), (MaxPool(), 2, 8)],
    ids=repr,
)
def test_calls_do_not_depend_on_the_image(layer, forward, back):
    small, large = (calls_of(layer, (side, side, 2)) for side in (6, 24))
    assert (small <= [forward, back]).all(), small
    np.testing.assert_array_equal(small, large)


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        ({"normalization": None}, 460),
        ({"normalization": None, "pooling": "average"}, 470),
        ({}, 550),
    ],
)
def test_calls_of_a_step_of_a_network(settings, most, monkeypatch):
    """Two convolutions, two poolings, two dense layers, the loss, and Adam."""
    x, y = images(128, 12)
    network = convolutional(16, **settings)
    short = calls_of_an_epoch(network, x[:64], y[:64], monkeypatch)
    long = calls_of_an_epoch(network, x, y, monkeypatch)
    assert (long - short) / 4 <= most


# -- memory ---------------------------------------------------------------------------------------

CONVOLUTIONAL = [
    {},
    {"pooling": "average"},
    {"strides": 2},
    {"n_members": 2},
    {"padding": "valid"},
    {"activation": "silu"},
]


@pytest.mark.parametrize("settings", CONVOLUTIONAL, ids=str)
def test_memory_of_a_step_on_images_does_not_grow(settings, monkeypatch):
    """Everything a step needs was allocated before the first one."""

    def peak(batch, side):
        x, y = images(4 * batch, side)
        return peak_of_an_epoch(convolutional(batch, **settings), x, y, monkeypatch)

    small = peak(32, 16)
    # The first output for the batch alone would add a megabyte.
    assert peak(128, 16) <= small + 60_000
    assert peak(32, 48) <= small + 60_000


RECURRENT = [
    {},
    {"tbptt": 3},
    {"recurrent_dropout": 0.3},
    {"bidirectional": True},
    {"n_members": 2},
]


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("settings", RECURRENT, ids=str)
@pytest.mark.parametrize("cell", ["elman", "jordan", "lstm", "gru"])
def test_memory_of_a_step_on_sequences_does_not_grow(cell, settings, gaps, monkeypatch):
    def peak(batch, steps):
        x, y = sequences(3 * batch, steps, gaps)
        network = RNNClassifier((8,), cell=cell, batch_size=batch, random_state=0, **settings)
        return peak_of_an_epoch(network, x, y, monkeypatch)

    # NumPy casts through buffers of up to 8,192 numbers: here, they are always full.
    small = peak(128, 12)
    # The states alone would add 160 kB, and what is kept for all steps, two megabytes.
    assert peak(384, 12) <= small + 80_000
    assert peak(128, 50) <= small + 80_000


@pytest.mark.parametrize("kind", [CNNClassifier, RNNClassifier])
def test_prediction_works_in_chunks(kind):
    """For a large table, the outputs of inner layers never exist as a whole."""
    x, y = images(6000, 12) if kind is CNNClassifier else sequences(40_000, 12)
    network = kind((8,), max_iter=1, random_state=0).fit(x[:50], y[:50])
    layers = 12 * 12 * 8 * 4 if kind is CNNClassifier else 12 * (8 + 4) * 4
    tracemalloc.start()
    try:
        network.predict(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 0.9 * len(x) * layers
