"""Exclusive or: what a perceptron cannot learn and one hidden layer can
=====================================================================

Run it from the root of the repository; it takes a few seconds and writes one picture::

    pip install ".[plot]"
    python examples/xor.py

A network without hidden layers has a straight border between the classes, and no straight line
separates the corners of exclusive or. Four hidden units bend the border.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from sklearn.inspection import DecisionBoundaryDisplay

from sknn import MLPClassifier
from sknn.inspection import house_style

NETWORKS = {"no hidden layer": (), "one hidden layer of 4": (4,)}


def corners(rows: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Return points around the four corners of a square; opposite ones share a class."""
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (rows, 2))
    return bits + 0.12 * rng.standard_normal((rows, 2)), bits[:, 0] ^ bits[:, 1]


def train(hidden_layer_sizes: tuple[int, ...], X: np.ndarray, y: np.ndarray) -> MLPClassifier:
    """Return a classifier with these hidden layers."""
    net = MLPClassifier(
        hidden_layer_sizes, activation="tanh", learning_rate_init=0.05, max_iter=500, random_state=0
    )
    return net.fit(X, y)


def draw(net: MLPClassifier, X: np.ndarray, y: np.ndarray, ax: Axes) -> None:
    """Show the probability of class 1 as color, the border and the points."""
    surface = {"estimator": net, "X": X, "ax": ax, "response_method": "predict_proba", "eps": 0.4}
    levels = np.linspace(0, 1, 11)
    DecisionBoundaryDisplay.from_estimator(**surface, cmap="coolwarm", alpha=0.6, levels=levels)
    DecisionBoundaryDisplay.from_estimator(
        **surface, plot_method="contour", levels=[0.5], colors="black"
    )
    ax.scatter(*X.T, c=y, cmap="coolwarm", edgecolors="white", linewidths=0.5, s=25)
    ax.set_aspect("equal")


def main() -> None:
    """Train both networks, print their accuracy and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("xor.png"))
    output = parser.parse_args().output
    X, y = corners()
    plt.style.use(house_style())
    figure = plt.figure(figsize=(8, 4), layout="constrained")
    for ax, (name, sizes) in zip(figure.subplots(1, 2), NETWORKS.items(), strict=True):
        net = train(sizes, X, y)
        accuracy = net.score(X, y)
        print(f"{name:<24} accuracy {accuracy:.3f}")
        draw(net, X, y, ax)
        ax.set_title(f"{name}: accuracy {accuracy:.2f}")
    figure.savefig(output, dpi=110)
    print(f"\nPicture: {output}")


if __name__ == "__main__":
    main()
