"""Milliseconds per training step of convolutional networks: sknn against PyTorch, side by side.

Run from the root of the repository, on a machine with nothing else to do::

    python -m benchmarks.convolution
    python -m benchmarks.convolution --threads 1 --nets images-28

Both train the same network on the same batch in float32: cross-entropy and Adam, PyTorch in an
eager loop. They take turns, a few steps each, so that a slow minute of the machine affects both.
The table shows the fastest and the median step of sknn, and how many times as long PyTorch took.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.training import PAUSE, describe, set_up
from sknn.core.layers.base import Defaults
from sknn.core.losses.softmax import SoftmaxCrossEntropy
from sknn.core.network import Network
from sknn.core.optimizers.moments import Adam
from sknn.core.workspace import Workspace
from sknn.layers import (
    Conv1D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePool,
    GlobalMaxPool,
    Layer,
    MaxPool,
)
from sknn.training.objective import Supervised
from sknn.training.update import Update

CLASSES = 10
LEARNING_RATE = 1e-3

Step = Callable[[], None]


@dataclass(frozen=True)
class Net:
    """The layers before the output, the shape of a row, rows per batch, and steps per turn."""

    layers: tuple[Layer, ...]
    row: tuple[int, ...]
    batch: int
    steps: int


def images(filters: tuple[int, int], hidden: int) -> tuple[Layer, ...]:
    """Return two convolutions with pooling and a hidden layer."""
    first, second = (Conv2D(n, 3, "relu") for n in filters)
    return (first, MaxPool(), second, MaxPool(), Flatten(), Dense(hidden, "relu"))


SIGNAL = (Conv1D(16, 5, "relu"), MaxPool(), Conv1D(32, 5, "relu"), GlobalAveragePool())
CHANNELS = (
    Conv1D(32, 7, "relu"),
    Conv1D(32, 7, "relu", strides=2),
    Conv1D(64, 3, "relu", dilation=2),
    GlobalMaxPool(),
)
COLOURS = (
    Conv2D(32, 3, "relu"),
    Conv2D(32, 3, "relu"),
    MaxPool(),
    Conv2D(64, 3, "relu"),
    MaxPool(),
    Conv2D(64, 3, "relu", strides=2),
    GlobalAveragePool(),
)
NETS = {
    "images-8": Net(images((8, 16), 32), (8, 8, 1), 32, 20),
    "images-28": Net(images((16, 32), 64), (28, 28, 1), 64, 4),
    "images-32x3": Net(COLOURS, (32, 32, 3), 32, 2),
    "signal-150": Net(SIGNAL, (150, 1), 64, 10),
    "signal-150x6": Net(CHANNELS, (150, 6), 32, 6),
}


def data(net: Net) -> tuple[np.ndarray, np.ndarray]:
    """Return one batch of noise with labels."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((net.batch, *net.row), dtype=np.float32)
    return X, rng.integers(0, CLASSES, net.batch)


def sknn_step(net: Net) -> Step:
    """Return one step of sknn, without the overhead of an estimator."""
    layers = [layer.bind(Defaults()) for layer in (*net.layers, Dense(CLASSES, "identity"))]
    names = [str(i) for i in range(len(layers))]
    network = Network(layers, names, net.row, np.float32)
    network.initialize(np.random.default_rng(0))
    workspace = Workspace(network, SoftmaxCrossEntropy(), net.batch)
    objective, optimizer = Supervised(workspace), Adam()
    update = Update(network, workspace.grad, optimizer, optimizer.init(network.trainable))
    X, y = data(net)
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        objective.batch(X, y, None)
        update(LEARNING_RATE, count)

    return step


def torch_layer(layer: Any, axes: int, channels: int) -> list[Any]:
    """Return the same layer in PyTorch, for an input with this number of axes and channels."""
    from torch import nn

    if isinstance(layer, MaxPool):
        return [(nn.MaxPool1d if axes == 1 else nn.MaxPool2d)(layer.pool_size)]
    if isinstance(layer, GlobalMaxPool):
        return [nn.AdaptiveMaxPool1d(1) if axes == 1 else nn.AdaptiveMaxPool2d(1)]
    if isinstance(layer, GlobalAveragePool):
        return [nn.AdaptiveAvgPool1d(1) if axes == 1 else nn.AdaptiveAvgPool2d(1)]
    if isinstance(layer, Dense):
        return [nn.LazyLinear(layer.units), nn.ReLU()]
    if isinstance(layer, Flatten):
        return [nn.Flatten()]
    kernel, dilation = np.asarray(layer.kernel_size), layer.dilation
    border = (kernel - 1) * dilation // 2 * (layer.padding == "same")
    settings = {"stride": layer.strides, "dilation": dilation, "padding": border.tolist()}
    kind = nn.Conv1d if axes == 1 else nn.Conv2d
    return [kind(channels, layer.filters, kernel.tolist(), **settings), nn.ReLU()]


def torch_step(net: Net) -> Step:
    """Return one step of PyTorch, with channels first, as PyTorch expects."""
    import torch
    from torch import nn

    modules: list[Any] = []
    channels = net.row[-1]
    for layer in net.layers:
        modules += torch_layer(layer, len(net.row) - 1, channels)
        channels = getattr(layer, "filters", channels)
    model = nn.Sequential(*modules, nn.Flatten(), nn.LazyLinear(CLASSES))
    X, y = data(net)
    inputs, labels = torch.from_numpy(np.moveaxis(X, -1, 1).copy()), torch.from_numpy(y)
    model(inputs)  # so that the number of inputs of every linear layer is known
    adam = torch.optim.Adam(model.parameters(), LEARNING_RATE)

    def step() -> None:
        adam.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        adam.step()

    return step


def race(steps: list[Step], turns: int, length: int) -> list[np.ndarray]:
    """Return the milliseconds of every step of each contestant."""
    times: list[list[float]] = [[] for _ in steps]
    for turn in range(turns + 1):
        for step, mine in zip(steps, times, strict=True):
            time.sleep(PAUSE / 3)
            for _ in range(length):
                start = time.perf_counter()
                step()
                if turn:  # The first turn is a warm-up.
                    mine.append(1e3 * (time.perf_counter() - start))
    return [np.array(mine) for mine in times]


def main() -> None:
    """Print one row per network."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nets", nargs="+", choices=NETS, default=list(NETS))
    parser.add_argument("--threads", type=int, help="default: what each library chooses")
    parser.add_argument("--turns", type=int, default=20)
    options = parser.parse_args()
    set_up(["torch"], options.threads)
    describe(["torch"])
    print(f"\n{'ms/step':<14}{'sknn: min':>10}{'median':>8}{'ratio: min':>12}{'median':>8}")
    for name in options.nets:
        net = NETS[name]
        ours, theirs = race([sknn_step(net), torch_step(net)], options.turns, net.steps)
        print(
            f"{name:<14}{ours.min():>10.2f}{np.median(ours):>8.2f}"
            f"{theirs.min() / ours.min():>11.2f}x{np.median(theirs) / np.median(ours):>7.2f}x",
            flush=True,
        )


if __name__ == "__main__":
    main()
