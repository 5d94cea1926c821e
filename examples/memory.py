"""Remembered and forgotten: what recurrent networks carry along a sequence
========================================================================

Run it from the root of the repository; it takes some fifteen seconds and writes one picture::

    pip install ".[plot]"
    python examples/memory.py

The adding problem (Hochreiter & Schmidhuber 1997): each step has a number and a mark; two steps are
marked, one in each half, and the target is the sum of their numbers. A network must carry both
along in its hidden state, and in training the gradient must flow back to them. The slope of the
prediction with respect to the number at a step shows how much of it arrives there. Before training,
it shrinks with every step back (Bengio, Simard & Frasconi 1994). The Elman network does not
overcome this, while the gates of LSTM and GRU learn to keep the marked numbers: the slope there
becomes 1, however far back they are.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning

from sknn import RNNRegressor
from sknn.inspection import house_style

CELLS = {"elman": "tab:red", "gru": "tab:green", "lstm": "tab:blue"}
UNITS = 24


def adding(n: int, length: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return sequences of numbers and marks, the sums of the marked ones, and the first marks."""
    rng = np.random.default_rng(seed)
    X = np.stack([rng.uniform(size=(n, length)), np.zeros((n, length))], axis=-1)
    rows, half = np.arange(n), length // 2
    first, second = rng.integers(0, half, n), rng.integers(half, length, n)
    X[rows, first, 1] = X[rows, second, 1] = 1.0
    return X.astype(np.float32), (X[..., 0] * X[..., 1]).sum(axis=1), first


def network(cell: str, epochs: int) -> RNNRegressor:
    """Return a network with one recurrent layer."""
    return RNNRegressor(
        UNITS,
        cell=cell,
        # What the memory holds at the end is all there is.
        readout="last",
        learning_rate="cosine",
        learning_rate_init=0.01,
        max_iter=epochs,
        random_state=0,
    )


def slope(net: RNNRegressor, X: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return how far the prediction for each row moves with the number at a step."""
    nudged = X.copy()
    nudged[np.arange(len(X)), steps, 0] += 0.01
    return (net.predict(nudged) - net.predict(X)) / 0.01


def draw_before(length: int, ax: Axes) -> None:
    """Show what arrives at each step of an untrained network, by its distance from the end."""
    X, y, _ = adding(200, length, 1)
    X = X.astype(np.float64)
    for cell, color in CELLS.items():
        net = network(cell, 1).initialize(X, y)
        found = [np.abs(slope(net, X, np.full(200, step))).mean() for step in range(length)]
        ax.semilogy(np.arange(length)[::-1], found, color=color, label=cell)
    ax.set(title="before training", xlabel="steps back from the answer", ylabel="|slope of answer|")
    ax.legend(fontsize="small")
    ax.grid(alpha=0.3)


def draw_after(nets: dict[str, RNNRegressor], length: int, ax: Axes) -> None:
    """Show what arrives at the first marked number, by its distance from the end."""
    X, _, first = adding(2000, length, 2)
    back = length - 1 - first
    for cell, net in nets.items():
        found = slope(net, X, first)
        mean = [found[back == distance].mean() for distance in np.unique(back)]
        ax.plot(np.unique(back), mean, color=CELLS[cell])
    ax.axhline(1.0, color="black", linestyle=":", linewidth=1)
    ax.set(title="after training, at the first mark", xlabel="steps back", ylabel="slope of answer")
    ax.grid(alpha=0.3)


def draw_path(net: RNNRegressor, length: int, ax: Axes) -> None:
    """Show the path of the hidden state, in two directions, and where the marks stand."""
    X, _, _ = adding(3, length, 7)
    states = np.stack([net.transform(X[:, : step + 1]) for step in range(length)], axis=1)
    flat = PCA(2).fit_transform(states.reshape(-1, UNITS)).reshape(3, length, 2)
    for way, marks, color in zip(flat, X[..., 1], ("C4", "C1", "C5"), strict=True):
        ax.plot(*way.T, color=color, linewidth=1)
        ax.plot(*way[marks > 0].T, "s", color=color, markersize=7)
        ax.plot(*way[-1], "o", color=color, markersize=9, markerfacecolor="none")
    ax.set(title="hidden state of the LSTM, three sequences", xticks=[], yticks=[])
    ax.set_xlabel("squares: marked steps, circle: last step")


def picture(length: int, rows: int, epochs: int) -> Figure:
    """Train all cells, print their errors and return the picture."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    X, y, _ = adding(rows, length, 0)
    B, d, _ = adding(1000, length, 1)
    print(f"mean squared error, {length} steps; guessing the mean: {d.var():.4f}")
    nets = {}
    for cell in CELLS:
        nets[cell] = network(cell, epochs).fit(X, y)
        print(f"{cell:<6}{np.mean((nets[cell].predict(B) - d) ** 2):.4f}", flush=True)
    plt.style.use(house_style())
    figure = plt.figure(figsize=(12.5, 3.9), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    draw_before(length, left)
    draw_after(nets, length, middle)
    draw_path(nets["lstm"], length, right)
    return figure


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("memory.png"))
    parser.add_argument("--length", type=int, default=40)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=25)
    options = parser.parse_args()
    picture(options.length, options.rows, options.epochs).savefig(options.output, dpi=110)
    print(f"\nPicture: {options.output}")


if __name__ == "__main__":
    main()
