"""Convolutions and pooling with windows of any size, stride, dilation, and padding."""

import numpy as np
import pytest

from sknn.layers import (
    AveragePool,
    Conv1D,
    Conv2D,
    ConvTranspose1D,
    ConvTranspose2D,
    MaxPool,
)
from tests.persistence.onnx.running import DTYPES
from tests.persistence.onnx.test_layers import assert_written, built

KINDS = {
    1: (Conv1D, ConvTranspose1D, MaxPool, AveragePool),
    2: (Conv2D, ConvTranspose2D, MaxPool, AveragePool),
}


def drawn(rng, n_axes):
    """Return a layer and the shape of its rows."""

    def extent(stop):
        found = tuple(int(n) for n in rng.integers(1, stop, n_axes))
        return found if n_axes == 2 else found[0]

    kind = KINDS[n_axes][rng.integers(4)]
    shape = (*(int(n) for n in rng.integers(1, 10, n_axes)), int(rng.integers(1, 4)))
    padding = "same" if rng.random() < 0.5 else "valid"
    if kind in (MaxPool, AveragePool):
        return kind(extent(6), extent(6) if rng.random() < 0.7 else None, padding), shape
    more = {} if kind in (ConvTranspose1D, ConvTranspose2D) else {"dilation": extent(4)}
    filters, activation = int(rng.integers(1, 5)), "tanh" if rng.random() < 0.5 else "silu"
    return kind(filters, extent(6), activation, strides=extent(5), padding=padding, **more), shape


@pytest.mark.slow
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_axes", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_windows_of_any_kind(seed, n_axes, dtype):
    rng = np.random.default_rng(seed)
    for _ in range(40):
        layer, shape = drawn(rng, n_axes)
        try:
            network = built([layer], shape, dtype)
        except ValueError:
            continue  # no window fits into the rows
        assert_written(network, rng.standard_normal((3, *shape)))
