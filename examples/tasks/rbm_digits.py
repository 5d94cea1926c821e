"""RBMs of sknn and of scikit-learn
===================================

The task is that of scikit-learn's example for restricted Boltzmann machines: digits and their four
shifts by one pixel, and a logistic regression on raw pixels, on the features of scikit-learn's
machine, and on those of sknn. The last row adds something that a pipeline cannot do:
backpropagation into the features.

Run this script from the root of the repository; it takes about ten seconds and writes one
picture::

    pip install ".[plot]"
    python examples/tasks/rbm_digits.py
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import sklearn.neural_network
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from threadpoolctl import threadpool_limits

from sknn import BernoulliRBM, DBNClassifier
from sknn.inspection import house_style

# The parameters that scikit-learn's example found with a grid search.
FOUND = {"learning_rate": 0.06, "n_iter": 10, "random_state": 0}


def nudged(quick: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the images as they are and moved left, right, up, and down, and their labels."""
    X, y = load_digits(return_X_y=True)
    X, y = (X[:500], y[:500]) if quick else (X, y)
    images = np.pad(X.reshape(-1, 8, 8) / 16, ((0, 0), (1, 1), (1, 1))).astype(np.float32)
    corners = [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]
    moved = [images[:, row : row + 8, column : column + 8] for row, column in corners]
    return np.concatenate(moved).reshape(-1, 64), np.tile(y, 5)


def contestants(quick: bool) -> dict[str, Any]:
    """Return the classifiers by name."""

    def logistic(C: float) -> LogisticRegression:
        return LogisticRegression(solver="newton-cg", tol=1e-4, max_iter=30, C=C)

    def on_features(rbm: Any) -> Any:
        return make_pipeline(rbm, logistic(6000.0))

    return {
        "raw pixels": logistic(100.0),
        "RBM of scikit-learn": on_features(sklearn.neural_network.BernoulliRBM(100, **FOUND)),
        "RBM of sknn, same settings": on_features(BernoulliRBM(100, **FOUND)),
        "RBM of sknn, 256 units": on_features(
            BernoulliRBM(256, persistent=False, momentum=0.5, **FOUND)
        ),
        "DBN, one layer of 256": DBNClassifier(
            (256,),
            pretrain_n_iter=5 if quick else 10,
            learning_rate="cosine",
            learning_rate_init=0.01,
            max_iter=8 if quick else 15,
            random_state=0,
        ),
    }


def draw(results: dict[str, float], path: Path) -> None:
    """Draw the accuracy of all classifiers."""
    plt.style.use(house_style())
    figure, ax = plt.subplots(figsize=(8.3, 4), layout="constrained")
    colors = ["0.6", "C1", "C0", "C0", "C0"]
    bars = ax.barh(list(results), list(results.values()), color=colors)
    ax.bar_label(bars, fmt=" %.3f")
    ax.invert_yaxis()
    ax.set(title="features learned without labels beat raw pixels", xlim=(0.7, 1))
    ax.set_xlabel("accuracy on unseen digits (axis from 0.70)")
    figure.savefig(path, dpi=110)


def compare(models: dict[str, Any], X: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Fit all classifiers; print and return their accuracy."""
    results = {}
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
    print(f"{len(X_train)} training images\n\n{'':<28}{'accuracy':>9}{'features':>10}{'total':>8}")
    for name, model in models.items():
        features, seconds = fit(model, X_train, y_train)
        accuracy = results[name] = model.score(X_test, y_test)
        print(f"{name:<28}{accuracy:>9.3f}{features:>8.2f} s{seconds:>6.1f} s", flush=True)
    return results


def fit(model: Any, X: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Fit; return the seconds that the features took, and the total."""
    begin = time.perf_counter()
    if not isinstance(model, Pipeline):
        model.fit(X, y)
        return 0.0, time.perf_counter() - begin
    model[0].fit(X)
    features = time.perf_counter() - begin
    model[-1].fit(model[0].transform(X), y)
    return features, time.perf_counter() - begin


def main() -> None:
    """Print the accuracy of all classifiers and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("rbm_digits.png"))
    parser.add_argument("--quick", action="store_true", help="fewer images, for a test")
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    models = contestants(options.quick)
    # With products this small, a second thread only costs time.
    with threadpool_limits(1):
        results = compare(models, *nudged(options.quick))
    draw(results, options.output)


if __name__ == "__main__":
    main()
