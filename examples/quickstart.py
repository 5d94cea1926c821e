"""A classifier, a regressor, and a stream
==========================================

1. digits: a scaler and a classifier in a pipeline, tuned by a grid search;
2. diabetes: the same with a regressor;
3. breast cancer: rows that arrive in chunks, learned with ``partial_fit``.

Both libraries get the same parameters, the same grid, and the same rows. By default, early stopping
in sknn watches the validation loss; `scoring` makes the classifier watch the same score as
scikit-learn's, so that the seconds are comparable.

Run this script from the root of the repository; it takes less than a minute and writes one
picture::

    pip install ".[plot]"
    python examples/quickstart.py
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import sklearn.neural_network
from matplotlib.figure import Figure
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches, shuffle

import sknn
from sknn.inspection import LossCurveDisplay, house_style

LIBRARIES = {"sknn": sknn, "scikit-learn": sklearn.neural_network}
COLORS = {"sknn": "C0", "scikit-learn": "C1"}
GRID = {"net__hidden_layer_sizes": [(50,), (100,)], "net__learning_rate_init": [0.003, 0.01]}
SETTINGS: dict[str, Any] = {
    "early_stopping": True,
    "n_iter_no_change": 20,
    "tol": 1e-3,
    "max_iter": 200,
    "random_state": 0,
}
QUICK_GRID = {"net__hidden_layer_sizes": [(10,)]}
QUICK_SETTINGS = SETTINGS | {
    "tol": 10,
    "max_iter": 30,
}  # No epoch improves the score by 10, so training ends soon.


def tune(net: Any, quick: bool) -> GridSearchCV:
    """Return a search over pipelines of a scaler and a network."""
    net.set_params(**(QUICK_SETTINGS if quick else SETTINGS))
    pipeline = Pipeline([("scale", StandardScaler()), ("net", net)])
    return GridSearchCV(pipeline, QUICK_GRID if quick else GRID, cv=3)


def timed_score(model: Any, split: list[np.ndarray]) -> tuple[float, float]:
    """Fit on the training part; return the score on the test part and the seconds of the fit."""
    X_train, X_test, y_train, y_test = split
    begin = time.perf_counter()
    model.fit(X_train, y_train)
    elapsed = time.perf_counter() - begin
    return model.score(X_test, y_test), elapsed


def classify(quick: bool) -> dict[str, Any]:
    """Tune a classifier of handwritten digits in each library."""
    X, y = load_digits(return_X_y=True)
    split = train_test_split(X.astype(np.float32), y, stratify=y, random_state=0)
    models = {
        "sknn": tune(sknn.MLPClassifier(scoring="accuracy"), quick),
        "scikit-learn": tune(sklearn.neural_network.MLPClassifier(), quick),
    }
    results = {name: timed_score(model, split) for name, model in models.items()}
    report("digits, accuracy", results)
    return models


def regress(quick: bool) -> dict[str, Any]:
    """Tune a regressor of the progression of diabetes in each library."""
    split = train_test_split(*load_diabetes(return_X_y=True), random_state=0)
    theirs = tune(sklearn.neural_network.MLPRegressor(), quick)
    models = {
        "sknn": tune(sknn.MLPRegressor(), quick),
        # sknn standardizes the target by itself; for scikit-learn, it is done here, to be fair.
        "scikit-learn": TransformedTargetRegressor(theirs, transformer=StandardScaler()),
    }
    results = {name: timed_score(model, split) for name, model in models.items()}
    report("diabetes, R2", results)
    return models


def stream(orders: int, chunk: int = 20) -> dict[str, np.ndarray]:
    """Predict each chunk of a stream, then learn it; return the shares of right answers so far.

    Early in a stream, a single order of the rows says little: shares are means over several.
    """
    X, y = load_breast_cancer(return_X_y=True)
    shares, results = {}, {}
    for name, kit in LIBRARIES.items():
        begin, hits = time.perf_counter(), []
        for order in range(orders):
            net = kit.MLPClassifier(learning_rate_init=0.01, random_state=order)
            hits.append(test_then_train(net, *shuffle(X, y, random_state=order), chunk))
        elapsed = (time.perf_counter() - begin) / orders
        right = np.mean(hits, axis=0)
        shares[name] = np.cumsum(right) / np.arange(1, len(right) + 1)
        results[name] = shares[name][-1], elapsed
    report("breast cancer stream, accuracy", results)
    return shares


def test_then_train(net: Any, X: np.ndarray, y: np.ndarray, chunk: int) -> np.ndarray:
    """Return which rows after the first chunk were predicted correctly before they were learned."""
    scaler, classes, hits = StandardScaler(), np.unique(y), []
    for rows in gen_batches(len(X), chunk):
        if hasattr(net, "classes_"):
            hits.append(net.predict(scaler.transform(X[rows])) == y[rows])
        scaler.partial_fit(X[rows])
        net.partial_fit(scaler.transform(X[rows]), y[rows], classes=classes)
    return np.concatenate(hits)


def report(task: str, results: dict[str, tuple[float, float]]) -> None:
    """Print one line of the table."""
    cells = "".join(f"{score:>9.3f}{elapsed:>8.2f} s" for score, elapsed in results.values())
    print(f"{task:<31}{cells}", flush=True)


def draw(classifier: Any, regressor: Any, right: dict[str, np.ndarray]) -> Figure:
    """Draw the best networks of both searches, and the stream."""
    plt.style.use(house_style())
    figure, axes = plt.subplot_mosaic(
        [["digits", "diabetes"], ["stream", "stream"]], figsize=(8.3, 6.6), layout="constrained"
    )
    left, middle, last = axes.values()
    LossCurveDisplay.from_estimator(classifier.best_estimator_, ax=left)
    left.set(title="sknn, digits (dot: most accurate epoch)", ylabel="cross-entropy", yscale="log")
    LossCurveDisplay.from_estimator(regressor.best_estimator_, ax=middle)
    middle.set(title="sknn, diabetes, standardized (dot: best epoch)", ylabel="half squared error")
    for name, share in right.items():
        last.plot(np.arange(1, len(share) + 1), share, label=name, color=COLORS[name])
    last.set(
        title="breast cancer, a stream: mean of 12 orders",
        xlabel="rows",
        ylabel="accuracy so far (from 0.7)",
        ylim=(0.7, 1.01),
    )
    last.legend(loc="lower right")
    return figure


def picture(quick: bool = False) -> Figure:
    """Run the three parts, print a table, and draw."""
    print(f"{'':<31}" + "".join(f"{name:>19}" for name in LIBRARIES))
    classifiers, regressors = classify(quick), regress(quick)
    return draw(classifiers["sknn"], regressors["sknn"], stream(2 if quick else 12))


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("quickstart.png"))
    parser.add_argument("--quick", action="store_true", help="toy size, for tests")
    options = parser.parse_args()
    picture(options.quick).savefig(options.output, dpi=110)


if __name__ == "__main__":
    main()
