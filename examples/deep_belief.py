"""Pretraining: how deep networks of logistic units came to learn
===============================================================

Run it from the root of the repository; it takes about ten seconds and writes one picture::

    pip install ".[plot]"
    python examples/deep_belief.py

Four hidden layers of logistic units learn the digits in the same number of epochs, from three kinds
of initial weights: normal with standard deviation 0.01, scikit-learn's uniform ones, and those of
four restricted Boltzmann machines, trained without labels one on top of the other.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import DBNClassifier, MLPClassifier
from sknn.inspection import house_style

SIZES = (100, 100, 100, 100)


def contestants(epochs: int, seed: int) -> dict[str, Any]:
    """Return the same network from three starts."""
    same = {
        "learning_rate": "cosine",
        "learning_rate_init": 0.01,
        "max_iter": epochs,
        "n_iter_no_change": np.inf,
        "random_state": seed,
    }
    return {
        "N(0, 0.01^2)": MLPClassifier(SIZES, "logistic", weight_init="normal", **same),
        "uniform": MLPClassifier(SIZES, "logistic", **same),
        "pretrained": DBNClassifier(SIZES, **same),
    }


def main() -> None:
    """Train from each start with several seeds, print accuracies and draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("deep_belief.png"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=30)
    options = parser.parse_args()
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(
        X / 16, y, test_size=0.3, stratify=y, random_state=0
    )
    plt.style.use(house_style())
    figure = plt.figure(figsize=(7, 4), layout="constrained")
    ax = figure.subplots()
    scores: dict[str, list[float]] = {}
    for seed in range(options.seeds):
        for number, (name, net) in enumerate(contestants(options.epochs, seed).items()):
            net.fit(X_train, y_train)
            scores.setdefault(name, []).append(net.score(X_test, y_test))
            label = None if seed else name
            ax.plot(net.loss_curve_, color=f"C{number}", alpha=0.7, label=label)
    for name, values in scores.items():
        listed = " ".join(f"{value:.3f}" for value in values)
        print(f"{name:<14} accuracy {np.mean(values):.3f}   seeds: {listed}")
    ax.set(xlabel="epoch of backpropagation", ylabel="training loss")
    ax.legend(title="initial weights")
    figure.savefig(options.output, dpi=110)
    print(f"\nPicture: {options.output}")


if __name__ == "__main__":
    main()
