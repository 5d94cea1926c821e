"""Prediction time of ONNX Runtime and of `predict_proba`, for one row and for 1,000.

Run from the root of the repository, on a machine with nothing else to do::

    pip install ".[onnx]" onnxruntime
    python -m benchmarks.serving

Everything runs on one thread. The two sides take turns, and the figures are the lowest CPU times of
several rounds. Rows are converted to the form that each side expects before the clock starts.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

from sknn import CNNClassifier, MLPClassifier, RNNClassifier, TabularMLPClassifier
from sknn.persistence import onnx_inputs, to_onnx

BRIEF = {"max_iter": 1, "random_state": 0}
BATCH = 1000


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return 1,000 images of digits in float32, and their classes."""
    X, y = load_digits(return_X_y=True)
    return (X[:BATCH] / 16).astype(np.float32), y[:BATCH]


def table() -> tuple[pd.DataFrame, np.ndarray]:
    """Return 1,000 rows of eight numbers and four categories, and their classes."""
    rng = np.random.default_rng(0)
    numbers = pd.DataFrame(rng.normal(size=(BATCH, 8))).add_prefix("number")
    levels = pd.DataFrame(rng.choice(list("abcdefgh"), (BATCH, 4))).add_prefix("level")
    return numbers.join(levels), rng.choice(["no", "yes"], BATCH)


def cases() -> dict[str, tuple[Any, Any]]:
    """Return fitted classifiers and rows for them."""
    X, y = digits()
    images = X.reshape(-1, 8, 8)
    frame, classes = table()
    return {
        "MLP 64-100-10": (MLPClassifier(**BRIEF).fit(X, y), X),
        "MLP, 5 members": (MLPClassifier(n_members=5, **BRIEF).fit(X, y), X),
        "CNN (32, 64)": (CNNClassifier(**BRIEF).fit(images, y), images),
        "LSTM 64, 8 steps": (RNNClassifier(**BRIEF).fit(images, y), images),
        "GRU 64, 8 steps": (RNNClassifier(cell="gru", **BRIEF).fit(images, y), images),
        "table, 10 members": (
            TabularMLPClassifier(n_members=10, n_splits=5, **BRIEF).fit(frame, classes),
            frame,
        ),
    }


def session(estimator: Any, dtype: str) -> onnxruntime.InferenceSession:
    """Return a session that runs the estimator on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = to_onnx(estimator, dtype).SerializeToString()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def calls(estimator: Any, rows: Any) -> dict[str, Callable[[], Any]]:
    """Return, for each side, a call that predicts the rows."""
    made: dict[str, Callable[[], Any]] = {"predict_proba": lambda: estimator.predict_proba(rows)}
    for dtype in ("float32", "float64"):
        running, inputs = session(estimator, dtype), onnx_inputs(estimator, rows, dtype)
        made[f"ONNX {dtype}"] = lambda running=running, inputs=inputs: running.run(None, inputs)
    return made


def least(sides: dict[str, Callable[[], Any]], rounds: int, seconds: float) -> dict[str, float]:
    """Return the lowest time of one call in microseconds."""
    best = dict.fromkeys(sides, np.inf)
    for _ in range(rounds):
        for name, call in sides.items():
            begin, n = time.process_time(), 0
            while time.process_time() - begin < seconds:
                call()
                n += 1
            best[name] = min(best[name], (time.process_time() - begin) / n * 1e6)
    return best


def main() -> None:
    """Print one line per estimator and number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.1, help="duration of each measurement")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print(
        f"{'microseconds per call':24}{'rows':>6}{'predict_proba':>15}"
        f"{'float32':>12}{'float64':>12}"
    )
    with threadpool_limits(1):
        for name, (estimator, rows) in cases().items():
            for some in (rows[:1], rows):
                best = least(calls(estimator, some), options.rounds, options.seconds)
                print(f"{name:24}{len(some):6}", *(f"{each:12.0f}" for each in best.values()))


if __name__ == "__main__":
    main()
