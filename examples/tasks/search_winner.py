"""Winner of a search: from scikit-learn, trained further with dropout, and back
=============================================================================

``GridSearchCV`` finds a network of scikit-learn for handwritten digits. ``from_sklearn`` converts
it with its weights, training continues with dropout and averaged weights, which scikit-learn's
networks do not have, and ``to_sklearn`` converts the result back, so that it can be served without
sknn.

Run this script from the root of the repository; it takes a few seconds and writes one picture::

    pip install ".[plot]"
    python examples/tasks/search_winner.py
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

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


def main() -> None:
    """Search there, train on here, serve there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=Path("search_winner.png"))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    X, y = load_digits(return_X_y=True)
    names = (
        "winner of scikit-learn's search",
        "trained further with dropout",
        "back in scikit-learn",
    )
    scores = []
    for seed in range(options.seeds):
        X_train, X_test, y_train, y_test = train_test_split(
            X / 16, y, train_size=400, stratify=y, random_state=seed
        )
        winner = search(X_train, y_train, seed)
        network = from_sklearn(winner)
        network.set_params(
            dropout=0.3, learning_rate="cosine", max_iter=60, warm_start=True, tol=0.0
        ).fit(X_train, y_train)
        with warnings.catch_warnings():
            # The warning names what scikit-learn does not have; predictions are the same.
            warnings.simplefilter("ignore", UserWarning)
            served = to_sklearn(network)
        apart = np.abs(served.predict_proba(X_test) - network.predict_proba(X_test)).max()
        print(f"seed {seed}: probabilities after converting back differ by at most {apart:.0e}")
        scores.append([net.score(X_test, y_test) for net in (winner, network, served)])
    for name, score in zip(names, np.mean(scores, axis=0), strict=True):
        print(f"{name:<31}  {score:.3f}")
    plt.style.use(house_style())
    figure, ax = plt.subplots(figsize=(8.3, 3.4), layout="constrained")
    ax.barh(names, np.mean(scores, axis=0), color=["0.6", "C0", "C5"])
    for name, column in zip(names, np.transpose(scores), strict=True):
        ax.plot(column, [name] * len(column), "k.")
    ax.invert_yaxis()
    ax.set(xlim=(0.9, 1), xlabel="accuracy on held-out images (dots: seeds)")
    ax.set_title("dropout improves the winner of a search; back in scikit-learn, it is the same")
    figure.savefig(options.output, dpi=120)


if __name__ == "__main__":
    main()
