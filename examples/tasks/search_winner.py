"""The winner of a search, trained further
==========================================

``GridSearchCV`` finds a network of scikit-learn for handwritten digits. ``from_sklearn`` converts
it with its weights, and training continues in sknn, with a schedule that scikit-learn's networks do
not have, with or without dropout. ``to_sklearn`` converts the result back, so that it can be used
without sknn: it gives the same answers. On these images, further training adds about one percentage
point, and dropout adds nothing to that.

Run this script from the root of the repository; it takes a few seconds and writes one picture::

    pip install ".[plot]"
    python examples/tasks/search_winner.py
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier

from sknn.inspection import house_style
from sknn.persistence import from_sklearn, to_sklearn


def search(X: np.ndarray, y: np.ndarray, seed: int) -> MLPClassifier:
    """Return the best of four networks of scikit-learn."""
    net = MLPClassifier((64,), max_iter=30, random_state=seed)
    grid = {"alpha": [1e-4, 1e-1], "learning_rate_init": [0.001, 0.005]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return GridSearchCV(net, grid, cv=3).fit(X, y).best_estimator_


def train_on(winner: MLPClassifier, dropout: float, X: np.ndarray, y: np.ndarray) -> Any:
    """Return a network of sknn that continues from the weights of the winner."""
    network = from_sklearn(winner)
    network.set_params(
        dropout=dropout, learning_rate="cosine", max_iter=60, warm_start=True, tol=0.0
    )
    return network.fit(X, y)


def main() -> None:
    """Search in scikit-learn, train further in sknn, and convert back."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=Path("search_winner.png"))
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    X, y = load_digits(return_X_y=True)
    names = (
        "winner of scikit-learn's search",
        "trained further",
        "trained further with dropout",
        "the same, back in scikit-learn",
    )
    scores = []
    for seed in range(options.seeds):
        X_train, X_test, y_train, y_test = train_test_split(
            X / 16, y, train_size=400, stratify=y, random_state=seed
        )
        winner = search(X_train, y_train, seed)
        longer, dropping = (train_on(winner, dropout, X_train, y_train) for dropout in (0.0, 0.3))
        with warnings.catch_warnings():
            # The warning names what scikit-learn does not have; predictions are the same.
            warnings.simplefilter("ignore", UserWarning)
            served = to_sklearn(dropping)
        apart = np.abs(served.predict_proba(X_test) - dropping.predict_proba(X_test)).max()
        print(f"seed {seed}: probabilities after converting back differ by at most {apart:.0e}")
        nets = (winner, longer, dropping, served)
        scores.append([net.score(X_test, y_test) for net in nets])
    for name, score in zip(names, np.mean(scores, axis=0), strict=True):
        print(f"{name:<31}  {score:.3f}")
    plt.style.use(house_style())
    figure, ax = plt.subplots(figsize=(8.3, 3.6), layout="constrained")
    for name, column, color in zip(
        names, np.transpose(scores), ("0.5", "C0", "C0", "C5"), strict=True
    ):
        ax.plot(column, [name] * len(column), "o", color=color, alpha=0.5)
        ax.plot(column.mean(), name, "|", color=color, markersize=24, markeredgewidth=3)
    ax.invert_yaxis()
    ax.margins(y=0.15)
    ax.set(xlabel="accuracy on held-out images (dots: seeds; lines: means)")
    ax.set_title("training continues in sknn, and the result goes back to scikit-learn")
    figure.savefig(options.output, dpi=120)


if __name__ == "__main__":
    main()
