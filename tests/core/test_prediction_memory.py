"""Prediction works on a limited number of rows at a time, no matter how large a row is."""

import tracemalloc

import numpy as np
import pytest

import sknn.core.network
from sknn.core.layers import LSTM, Conv2D, Defaults, Dense, GlobalMaxPool, MaxPool
from sknn.core.network import Network, _rows_of_a_chunk


def built(layers, shape, members=1):
    bound = [layer.bind(Defaults()) for layer in layers]
    names = [f"layer{i}" for i in range(len(bound))]
    network = Network(bound, names, shape, np.float32, members)
    network.initialize(np.random.default_rng(0))
    return network


def peak_of(action):
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("widest", "members", "rows"),
    [
        (1, 1, 8192),
        (100, 1, 5242),
        (10_000, 1, 256),
        (1 << 15, 1, 256),
        (1 << 15, 4, 64),
        (1 << 20, 1, 8),
        (1 << 30, 1, 1),
    ],
)
def test_rows_of_a_chunk(widest, members, rows):
    assert _rows_of_a_chunk(widest, members) == rows


IMAGES = [Conv2D(8, 3, "relu"), MaxPool(), GlobalMaxPool(), Dense(2, "identity")]
SERIES = [LSTM(8), Dense(2, "identity")]


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize(("layers", "shape"), [(IMAGES, (32, 32, 3)), (SERIES, (500, 2))], ids=str)
def test_large_rows_do_not_add_up(layers, shape, members, monkeypatch):
    """The bound is lowered to keep the test fast: 2**18 numbers, one megabyte per array."""
    monkeypatch.setattr(sknn.core.network, "_MOST_NUMBERS", 1 << 18)
    network = built(layers, shape, members)
    x = np.random.default_rng(0).standard_normal((200, *shape)).astype(np.float32)
    peak = peak_of(lambda: network.predict(x))
    # The windows of the convolution and its images with their borders take four megabytes.
    assert peak < 9e6
    single = np.concatenate([network.predict(x[i : i + 1]) for i in (0, 199)], axis=-2)
    np.testing.assert_allclose(network.predict(x)[..., [0, 199], :], single, rtol=1e-4, atol=1e-5)
