"""Transfer: weights learned on one task start another that has few labels
=======================================================================

Run it from the root of the repository; it takes about ten seconds and writes one picture::

    pip install ".[plot]"
    python examples/transfer.py

A network learns to name digits from 1,000 labeled images. A second network learns to tell odd from
even digits from 20, 50, or 100 labeled images that the first one has not seen. It starts from
random weights, from those of the first network, or keeps the first layer of that network fixed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.initializers import Pretrained
from sknn.inspection import house_style

LABELS = (20, 50, 100)
STARTS = ("random weights", "weights of the first network", "its first layer held fixed")


def accuracies(seed: int) -> np.ndarray:
    """Return the accuracy on unseen images, one row per number of labels, one column per start."""
    X, y = load_digits(return_X_y=True)
    X, X_rest, y, y_rest = train_test_split(
        X / 16, y, train_size=1000, stratify=y, random_state=seed
    )
    net = MLPClassifier(
        (64, 32), learning_rate_init=0.005, learning_rate="cosine", max_iter=40, random_state=seed
    )
    start = Pretrained(net.fit(X, y))
    net.set_params(learning_rate_init=0.01, batch_size=10, max_iter=200)
    networks = [
        clone(net),
        clone(net).set_params(weight_init=start),
        clone(net).set_params(weight_init=start, freeze=1),
    ]
    table = []
    for labels in LABELS:
        X_few, X_test, odd_few, odd_test = train_test_split(
            X_rest, y_rest % 2, train_size=labels, stratify=y_rest % 2, random_state=seed
        )
        table.append([net.fit(X_few, odd_few).score(X_test, odd_test) for net in networks])
    return np.array(table)


def draw(results: np.ndarray, ax) -> None:
    """Show mean and standard error over the seeds."""
    error = results.std(axis=0, ddof=1) / np.sqrt(len(results))
    for i, name in enumerate(STARTS):
        mean = results.mean(axis=0)[:, i]
        ax.errorbar(LABELS, mean, error[:, i], marker="o", capsize=3, label=name)
    ax.set(xlabel="labeled images", ylabel="accuracy: odd or even?", xticks=LABELS)
    ax.grid(alpha=0.3)
    ax.legend()


def main() -> None:
    """Train all networks, print the table and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("transfer.png"))
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    results = np.array([accuracies(seed) for seed in range(options.seeds)])
    print(f"{'labels':<8}" + "".join(f"{name:>30}" for name in STARTS))
    for labels, row in zip(LABELS, results.mean(axis=0), strict=True):
        print(f"{labels:<8}" + "".join(f"{value:>30.3f}" for value in row))
    plt.style.use(house_style())
    figure = plt.figure(figsize=(6, 4), layout="constrained")
    draw(results, figure.subplots())
    figure.savefig(options.output, dpi=110)
    print(f"\nPicture: {options.output}")


if __name__ == "__main__":
    main()
