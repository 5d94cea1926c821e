"""Milliseconds per training step of recurrent layers: sknn against PyTorch, side by side.

Run from the root of the repository, on a machine with nothing else to do::

    python -m benchmarks.recurrent                  # each library chooses its threads
    python -m benchmarks.recurrent --threads 1
    python -m benchmarks.recurrent --cells lstm --shapes middle --rounds 20

Both train one recurrent layer whose last state feeds a linear layer with three classes: forward
pass, backward pass, and Adam on one batch in float32. PyTorch runs eagerly. The two take turns, so
that a slow minute of the machine affects both. The figures are medians over the rounds of the
fastest step in each.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.training import PAUSE, describe, installed
from sknn.core.layers import GRU, LSTM, Defaults, Dense, Elman
from sknn.core.losses import LogLoss
from sknn.core.network import Network
from sknn.core.optimizers import Adam
from sknn.core.workspace import Workspace
from sknn.training.objective import Supervised
from sknn.training.threads import blas_threads
from sknn.training.update import Update

CLASSES = 3
LEARNING_RATE = 1e-3
OURS = {"lstm": LSTM, "gru": GRU, "elman": Elman}
THEIRS = {"lstm": "LSTM", "gru": "GRU", "elman": "RNN"}

Step = Callable[[], None]


@dataclass(frozen=True)
class Shape:
    """The size of one task."""

    rows: int
    steps: int
    features: int
    units: int

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Return sequences and classes."""
        rng = np.random.default_rng(0)
        x = rng.standard_normal((self.rows, self.steps, self.features)).astype(np.float32)
        return x, rng.integers(0, CLASSES, self.rows)


SHAPES = {
    "small": Shape(32, 50, 4, 8),
    "middle": Shape(32, 50, 16, 64),
    "large": Shape(32, 50, 32, 256),
    "many rows": Shape(256, 50, 16, 64),
}


def our_step(cell: str, shape: Shape) -> tuple[Step, int]:
    """Return one step of sknn and the multiply-adds that decide its number of threads."""
    layers = [OURS[cell](shape.units), Dense(CLASSES, "identity")]
    bound = [layer.bind(Defaults()) for layer in layers]
    network = Network(bound, [cell, "output"], (shape.steps, shape.features), np.float32)
    network.initialize(np.random.default_rng(0))
    workspace = Workspace(network, LogLoss().bind("multiclass"), shape.rows)
    objective, optimizer = Supervised(workspace, l2=0.0), Adam()
    update = Update(network, workspace.grad, optimizer, optimizer.init(network.trainable))
    x, codes = shape.data()

    def step() -> None:
        objective.batch(x, codes, None)
        update(LEARNING_RATE, 100)

    return step, shape.rows * max(plan.multiply_adds for plan in network.plans)


def their_step(cell: str, shape: Shape) -> Step:
    """Return one step of PyTorch."""
    import torch
    from torch import nn

    layer = getattr(nn, THEIRS[cell])(shape.features, shape.units, batch_first=True)
    output = nn.Linear(shape.units, CLASSES)
    adam = torch.optim.Adam([*layer.parameters(), *output.parameters()], LEARNING_RATE)
    x, codes = map(torch.from_numpy, shape.data())

    def step() -> None:
        adam.zero_grad()
        states, _ = layer(x)
        nn.functional.cross_entropy(output(states[:, -1]), codes).backward()
        adam.step()

    return step


def fastest(step: Step, repetitions: int) -> float:
    """Return the seconds of the fastest of some steps."""
    best = np.inf
    for _ in range(repetitions):
        begin = time.perf_counter()
        step()
        best = min(best, time.perf_counter() - begin)
    return best


def race(cell: str, shape: Shape, peer: bool, rounds: int, repetitions: int) -> np.ndarray:
    """Return milliseconds per step, sknn first."""
    ours, work = our_step(cell, shape)
    steps = [ours, their_step(cell, shape)] if peer else [ours]
    times = np.empty((rounds, len(steps)))
    for row in times:
        for i, step in enumerate(steps):
            time.sleep(PAUSE)  # Wait until the threads of the other library no longer spin.
            with ExitStack() as stack:
                if step is ours:
                    stack.enter_context(blas_threads(work))
                step()
                row[i] = fastest(step, repetitions)
    return 1e3 * np.median(times, axis=0)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cells", nargs="+", choices=OURS, default=list(OURS))
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--repetitions", type=int, default=20, help="steps per round")
    parser.add_argument("--threads", type=int, help="default: what each library chooses")
    return parser.parse_args()


def main() -> None:
    """Print one row per cell and shape."""
    options = arguments()
    peers = installed(["torch"])
    if options.threads is not None:
        threadpool_limits(options.threads)
        if peers:
            import torch

            torch.set_num_threads(options.threads)
    describe(peers)
    print(f"\n{'cell':<8}{'shape':<12}{'sknn ms/step':>14}" + f"{'torch':>10}" * len(peers))
    for cell in options.cells:
        for name in options.shapes:
            repetitions = options.repetitions
            times = race(cell, SHAPES[name], bool(peers), options.rounds, repetitions)
            ratios = "".join(f"{peer / times[0]:>9.2f}x" for peer in times[1:])
            print(f"{cell:<8}{name:<12}{times[0]:>14.2f}{ratios}", flush=True)


if __name__ == "__main__":
    main()
