"""Time of one prediction, by kind of model: ``python -m benchmarks.latency``.

Whole models are measured, including the steps before the network, on one thread. The figures are
the lowest CPU times of several rounds, in which the models take turns. This needs onnxruntime and
skl2onnx.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import skl2onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from sklearn.compose import make_column_transformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from benchmarks.serving import BRIEF, digits, least, table
from sknn import CNNClassifier, MLPClassifier, RNNClassifier, TabularMLPClassifier
from sknn.persistence import register_skl2onnx

WORDS = ["new", "old", "rust", "tires", "engine", "owner", "garage", "repair", "noisy", "clean"]


def cases() -> dict[str, tuple[Any, Any]]:
    """Return fitted classifiers and rows for them."""
    X, y = digits()
    images = X.reshape(-1, 8, 8)
    frame, _ = table()
    rng = np.random.default_rng(0)
    # The targets can be learned, so that epochs are picked as on real data.
    worth = frame["number0"] * frame["number1"] + (frame["level0"] < "d")
    classes = np.where(worth + rng.normal(0, 0.5, len(frame)) > 0.5, "yes", "no")
    noted = frame.assign(note=[" ".join(rng.choice(WORDS, 6)) for _ in range(len(frame))])
    scaled = make_pipeline(StandardScaler(), MLPClassifier(**BRIEF))
    text = make_pipeline(TfidfVectorizer(), TruncatedSVD(8, random_state=0))
    columns = make_column_transformer((text, "note"), remainder="passthrough")
    fast: dict[str, Any] = {"preset": "fast", "random_state": 0}
    with_text = make_pipeline(columns, TabularMLPClassifier(n_picks=1, **fast))
    return {
        "MLP 64-100-10": (MLPClassifier(**BRIEF).fit(X, y), X),
        "scaler and this MLP": (scaled.fit(X, y), X),
        "CNN (32, 64)": (CNNClassifier(**BRIEF).fit(images, y), images),
        "GRU 64, 8 steps": (RNNClassifier(cell="gru", **BRIEF).fit(images, y), images),
        "table, fast, n_picks=1": (
            TabularMLPClassifier(n_picks=1, **fast).fit(frame, classes),
            frame,
        ),
        "table, fast": (TabularMLPClassifier(**fast).fit(frame, classes), frame),
        "table, default": (TabularMLPClassifier(random_state=0).fit(frame, classes), frame),
        "text and this table": (with_text.fit(noted, classes), noted),
    }


def session(model: Any, rows: Any) -> tuple[onnxruntime.InferenceSession, dict[str, Any]]:
    """Return a one-thread session of ONNX Runtime for a model, and one row for it."""
    if isinstance(rows, pd.DataFrame):
        text = {name: not pd.api.types.is_numeric_dtype(rows[name]) for name in rows}
        kinds = {
            name: (StringTensorType if text[name] else DoubleTensorType)([None, 1]) for name in rows
        }
        given = {name: rows[[name]].to_numpy(object if text[name] else float) for name in rows}
    else:
        given = {"X": rows.astype(np.float32)}
        kinds = {"X": FloatTensorType([None, *rows.shape[1:]])}
    final = model[-1] if hasattr(model, "steps") else model
    settings = {TfidfVectorizer: {"locale": "C"}, id(final): {"zipmap": False}}
    converted = skl2onnx.to_onnx(model, initial_types=list(kinds.items()), options=settings)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(converted.SerializeToString(), options), given


def calls(model: Any, rows: Any) -> dict[str, Callable[[], Any]]:
    """Return one call for each way of predicting."""
    one = rows[:1]
    running, given = session(model, one)
    return {
        "1 row": lambda: model.predict_proba(one),
        "1,000 rows": lambda: model.predict_proba(rows),
        "ONNX, 1 row": lambda: running.run(None, given),
    }


def main() -> None:
    """Print one line for each kind of model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.1, help="duration of each measurement")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    register_skl2onnx()
    print(f"{'microseconds per call':24}{'1 row':>10}{'1,000 rows':>12}{'ONNX, 1 row':>13}")
    with threadpool_limits(1):
        for name, (model, rows) in cases().items():
            best = least(calls(model, rows), options.rounds, options.seconds)
            print(f"{name:24}", *(f"{each:11.0f}" for each in best.values()))


if __name__ == "__main__":
    main()
