"""Seconds per epoch of a restricted Boltzmann machine: sknn against scikit-learn, side by side.

Run from the root of the repository, on a machine with nothing else to do::

    python -m benchmarks.boltzmann
    python -m benchmarks.boltzmann --rounds 3 --threads 1

Both train with the same parameters and persistent chains, without momentum and other extras. Rounds
alternate the two. A figure is the difference between the fastest fits with few and with more
epochs, so setup does not count.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn.neural_network
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

import sknn

KINDS = {"sknn": sknn.BernoulliRBM, "sklearn": sklearn.neural_network.BernoulliRBM}


@dataclass(frozen=True)
class Work:
    """One task; `epochs` is the number of epochs that the longer fit adds."""

    digits: bool
    units: int
    batch: int
    epochs: int

    def rows(self) -> np.ndarray:
        """Return the digits, or random bits as large as bigger images."""
        if self.digits:
            return load_digits().data / 16
        return (np.random.default_rng(0).random((5000, 784)) < 0.2).astype(float)


WORKS = {
    "digits, 64 x 100, batch 10": Work(True, 100, 10, 10),
    "digits, 64 x 256, batch 10": Work(True, 256, 10, 10),
    "digits, 64 x 256, batch 100": Work(True, 256, 100, 20),
    "images, 784 x 256, batch 10": Work(False, 256, 10, 1),
    "images, 784 x 256, batch 100": Work(False, 256, 100, 2),
}


def seconds(kind: Any, work: Work, X: np.ndarray, epochs: int) -> float:
    """Return the time of one fit."""
    rbm = kind(work.units, batch_size=work.batch, n_iter=epochs, random_state=0)
    begin = time.perf_counter()
    rbm.fit(X)
    return time.perf_counter() - begin


def race(work: Work, dtype: str, rounds: int) -> dict[str, float]:
    """Return seconds per epoch by name."""
    X = work.rows().astype(dtype)
    shortest = {name: np.array([np.inf, np.inf]) for name in KINDS}
    for _ in range(rounds):
        for name, kind in KINDS.items():
            times = [seconds(kind, work, X, epochs) for epochs in (1, 1 + work.epochs)]
            shortest[name] = np.minimum(shortest[name], times)
    return {name: float(best[1] - best[0]) / work.epochs for name, best in shortest.items()}


def main() -> None:
    """Print one line per task and precision."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, help="default: what BLAS and sknn choose")
    options = parser.parse_args()
    threadpool_limits(options.threads)
    print(f"{'milliseconds per epoch':<42}{'sknn':>9}{'sklearn':>9}{'ratio':>8}")
    for name, work in WORKS.items():
        for dtype in ("float64", "float32"):
            times = race(work, dtype, options.rounds)
            ours, theirs = 1e3 * times["sknn"], 1e3 * times["sklearn"]
            label = f"{name}, {dtype}"
            print(f"{label:<42}{ours:>9.2f}{theirs:>9.2f}{theirs / ours:>7.2f}x", flush=True)


if __name__ == "__main__":
    main()
