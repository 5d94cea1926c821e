"""Time of `predict`, for one row and for many, against scikit-learn.

Run from the root of the repository, on a machine with nothing else to do::

    python -m benchmarks.prediction

"Outside validation" is one row, with `validate_data`, which both libraries call, replaced by a
function that does nothing. The two libraries take turns, and the figures are medians over the
rounds.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np
import sklearn.neural_network
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

import sknn

ESTIMATORS = {"sknn": sknn.MLPClassifier, "scikit-learn": sklearn.neural_network.MLPClassifier}


def fitted(dtype: str) -> tuple[dict[str, Any], np.ndarray]:
    """Return a classifier of each library and 10,000 rows for them."""
    X, y = load_digits(return_X_y=True)
    X = (X / 16).astype(dtype)
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    models = {name: make(max_iter=5, random_state=0).fit(X, y) for name, make in ESTIMATORS.items()}
    return models, np.resize(X, (10_000, X.shape[1]))


def unchecked(model: Any) -> Any:
    """Return a context in which `model` does not validate its input."""
    modules = {
        "sknn": "sknn._validation.arrays",
        "sklearn": "sklearn.neural_network._multilayer_perceptron",
    }
    module = sys.modules[modules[type(model).__module__.partition(".")[0]]]
    return mock.patch.object(module, "validate_data", lambda _, X, *args, **options: X)


def microseconds(call: Callable[[], Any], repeats: int) -> float:
    """Return the time of one call."""
    begin = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - begin) / repeats * 1e6


def measure(model: Any, rows: np.ndarray) -> list[float]:
    """Return the three figures of one round."""
    row = rows[:1]
    whole = microseconds(lambda: model.predict(row), 500)
    with unchecked(model):
        outside = microseconds(lambda: model.predict(row), 500)
    return [whole, outside, microseconds(lambda: model.predict(rows), 3)]


def table(dtype: str, rounds: int) -> None:
    """Print the figures for one precision."""
    models, rows = fitted(dtype)
    times: dict[str, list[list[float]]] = {name: [] for name in models}
    for _ in range(rounds):
        for name, model in models.items():
            times[name].append(measure(model, rows))
    print(f"\n{dtype:<14}{'one row':>12}{'outside validation':>22}{'10,000 rows':>16}")
    medians = {name: np.median(rounds, axis=0) for name, rounds in times.items()}
    for name, (whole, outside, many) in medians.items():
        print(f"{name:<14}{whole:>9.0f} us{outside:>19.1f} us{many / 1e3:>13.2f} ms")
    ratios = medians["scikit-learn"] / medians["sknn"]
    print("{:<14}{:>11.2f}x{:>21.2f}x{:>15.2f}x".format("ratio", *ratios))


def main() -> None:
    """Print one table per precision."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    for dtype in ("float32", "float64"):
        table(dtype, rounds)


if __name__ == "__main__":
    main()
