"""How much slower `fit` of a small network is while another program keeps a core busy.

Run from the root of the repository, on a machine with nothing else to do::

    python -m benchmarks.busy

Rounds alternate between an idle machine and one on which all cores but one are busy; the figures
are medians over the rounds. Threads that wait for each other suffer most, so the table also shows
scikit-learn, which leaves their number to BLAS.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import sklearn.neural_network
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

import sknn

ESTIMATORS = {"sknn": sknn.MLPClassifier, "scikit-learn": sklearn.neural_network.MLPClassifier}


@contextmanager
def spinning(processes: int) -> Iterator[None]:
    """Keep a number of cores busy."""
    spin = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(spin) for _ in range(processes)]
    time.sleep(0.5)
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def seconds(estimator: type, X: np.ndarray, y: np.ndarray) -> float:
    """Return the time of one fit of twenty epochs."""
    model: Any = estimator(max_iter=20, tol=0, n_iter_no_change=np.inf, random_state=0)
    begin = time.perf_counter()
    model.fit(X, y)
    return time.perf_counter() - begin


def compare(rounds: int, processes: int) -> dict[str, np.ndarray]:
    """Return the median seconds, idle and busy, by library."""
    X, y = load_digits(return_X_y=True)
    times: dict[str, list[list[float]]] = {name: [] for name in ESTIMATORS}
    for _ in range(rounds):
        for name, estimator in ESTIMATORS.items():
            seconds(estimator, X, y)
            idle = seconds(estimator, X, y)
            with spinning(processes):
                times[name].append([idle, seconds(estimator, X, y)])
    return {name: np.median(pairs, axis=0) for name, pairs in times.items()}


def main() -> None:
    """Print one line per library."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--processes", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    options = parser.parse_args()
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    print(f"{'fit, digits':<14}{'idle':>12}{'busy':>12}{'busy / idle':>14}")
    for name, (idle, busy) in compare(options.rounds, options.processes).items():
        print(f"{name:<14}{1e3 * idle:>9.1f} ms{1e3 * busy:>9.1f} ms{busy / idle:>13.2f}x")


if __name__ == "__main__":
    main()
