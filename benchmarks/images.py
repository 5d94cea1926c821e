"""Accuracy of convolutional networks on images and signals, and CPU seconds of training.

Run from the root of the repository, with all parts or some of them::

    python -m benchmarks.images
    python -m benchmarks.images digits gunpoint

The digits come with scikit-learn. The other sets come with other packages; they are used if the
module ``load_data`` can be imported and ``SKNN_DATA_DIR`` names the folder with these packages. A
quarter of the rows is held out (for Fashion-MNIST, the 10,000 test images). Small sets are split
five times.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from sknn import CNNClassifier
from sknn.layers import Activate, BatchNorm, Conv1D, GlobalAveragePool

Data = tuple[NDArray, NDArray]


def open_data(name: str) -> Data | None:
    """Return X and y of an open data set, or None if it cannot be loaded."""
    if "SKNN_DATA_DIR" not in os.environ or importlib.util.find_spec("load_data") is None:
        return None
    X, y, _ = importlib.import_module("load_data").load(name)
    return X, y


def digits() -> Data:
    """Return the 8x8 digits of scikit-learn."""
    X, y = load_digits(return_X_y=True)
    return X.reshape(-1, 8, 8), y


def signal_layers() -> list[Any]:
    """Return three convolutions with ever shorter kernels, and the mean over time [1].

    [1] Wang, Yan & Oates (2017), "Time series classification from scratch with deep neural
    networks: a strong baseline".
    """
    layers: list[Any] = []
    for filters, size in ((32, 8), (64, 5), (32, 3)):
        layers += [Conv1D(filters, size, "identity"), BatchNorm(), Activate("relu")]
    return [*layers, GlobalAveragePool()]


@dataclass(frozen=True)
class Task:
    """A data set, the divisor of its numbers (None: standardized), and the network for it."""

    load: Callable[[], Data | None]
    scale: float | None
    settings: dict[str, Any]
    wanted: float
    seeds: int = 5
    test_size: Any = 0.25
    stratify: bool = True
    layers: Callable[[], list[Any]] | None = None
    fixed: dict[str, Any] = field(default_factory=dict)


ANNEALED = {"learning_rate": "cosine", "learning_rate_init": 0.003, "dtype": "float32"}
TASKS = {
    "digits": Task(
        digits, 16.0, ANNEALED | {"max_iter": 30, "dropout": 0.3, "normalization": "batch"}, 0.985
    ),
    "mnist_5k": Task(
        lambda: open_data("mnist_5k"),
        255.0,
        ANNEALED | {"max_iter": 15, "dropout": 0.3, "normalization": "batch"},
        0.97,
    ),
    "fashion_mnist": Task(
        lambda: open_data("fashion_mnist"),
        255.0,
        ANNEALED | {"max_iter": 8, "dropout": 0.3, "batch_size": 128},
        0.90,
        seeds=1,
        test_size=10_000,
        stratify=False,
    ),
    "gunpoint": Task(
        lambda: open_data("gunpoint"),
        None,
        ANNEALED | {"max_iter": 60, "batch_size": 16, "kernel_size": (7,)},
        0.95,
    ),
    "basic_motions": Task(
        lambda: open_data("basic_motions"),
        None,
        ANNEALED | {"max_iter": 60, "batch_size": 16},
        0.95,
        layers=signal_layers,
    ),
}


def scaled(train: NDArray, test: NDArray, scale: float | None) -> tuple[NDArray, NDArray]:
    """Divide by a number, or standardize every channel with the training rows."""
    if scale is not None:
        return (train / scale).astype(np.float32), (test / scale).astype(np.float32)
    mean, std = train.mean(axis=(0, 1)), train.std(axis=(0, 1))
    return ((train - mean) / std).astype(np.float32), ((test - mean) / std).astype(np.float32)


def run(task: Task, data: Data, seed: int) -> tuple[float, float]:
    """Return accuracy on test rows and the CPU time of training, in seconds."""
    X, y = data
    parts = train_test_split(
        X,
        y,
        test_size=task.test_size,
        random_state=seed,
        stratify=y if task.stratify else None,
        shuffle=task.stratify,
    )
    train, test = scaled(parts[0], parts[1], task.scale)
    layers = {} if task.layers is None else {"layers": task.layers()}
    net = CNNClassifier(random_state=seed, **layers, **task.settings)
    begin = time.process_time()
    net.fit(train, parts[2])
    seconds = time.process_time() - begin
    return net.score(test, parts[3]), seconds


def main() -> None:
    """Print a line for every task."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[*TASKS, []], metavar="part")
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"{'data':<15}{'accuracy':>9}{'std':>8}{'wanted':>8}{'seconds':>9}")
    for name in parser.parse_args().parts or TASKS:
        task = TASKS[name]
        data = task.load()
        if data is None:
            print(f"{name:<15} not available")
            continue
        found = np.array([run(task, data, seed) for seed in range(task.seeds)])
        (mean, seconds), std = found.mean(axis=0), found[:, 0].std()
        print(f"{name:<15}{mean:>9.4f}{std:>8.4f}{task.wanted:>8.3f}{seconds:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
