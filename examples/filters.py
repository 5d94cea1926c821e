"""What a convolutional network sees: its filters, and the maps they make of a digit
=================================================================================

Run it from the root of the repository; it takes some seconds and writes one picture::

    pip install ".[plot]"
    python examples/filters.py

A filter is a small patch of weights that slides over the image; where the image looks like the
patch, its feature map is high. Pooling keeps the largest output of every few pixels, so the map
hardly changes if a digit moves a little. Dense layers do neither. The example trains both kinds on
centered digits and tests them on digits that have moved.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure, SubFigure
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import CNNClassifier, MLPClassifier
from sknn.inspection import house_style

ANNEALED = {
    "learning_rate": "cosine",
    "learning_rate_init": 0.005,
    "max_iter": 25,
    "dtype": "float32",
    "random_state": 0,
}
MOVES = {"in place": (1, 1), "left": (1, 2), "right": (1, 0), "up": (2, 1), "down": (0, 1)}


def moved(images: np.ndarray, corner: tuple[int, int]) -> np.ndarray:
    """Return images moved by at most one pixel, zeros behind them."""
    row, column = corner
    return np.pad(images, ((0, 0), (1, 1), (1, 1)))[:, row : row + 8, column : column + 8]


def show(ax, image: np.ndarray, limit: float | None = None) -> None:
    """Draw weights around zero, or brightness."""
    if limit is None:
        ax.imshow(image, cmap="magma")
        ax.grid(False)
    else:
        ax.imshow(image, cmap="RdBu_r", vmin=-limit, vmax=limit)
        ax.grid(False)
    ax.set(xticks=[], yticks=[])


def draw(net: CNNClassifier, digit: np.ndarray, part: Figure | SubFigure) -> None:
    """Show the first filters, what they make of a digit, and what the next ones make of that."""
    filters = net.get_weights()["conv0"]["W"][:, :, 0]
    first, second, _ = net.activations(digit[None])
    n = filters.shape[-1]
    axes = part.subplots(3, n + 1)
    limit = float(np.abs(filters).max())
    titles = ("digit", "3 x 3 filters", "their maps, pooled", "maps of the second convolution")
    for ax in axes.ravel():
        ax.axis("off")
    axes[0, 0].axis("on")
    show(axes[0, 0], digit)
    for row, title in enumerate(titles[1:]):
        axes[row, 1].set_title(title, loc="left", fontsize="small")
    axes[0, 0].set_title(titles[0], fontsize="small")
    for i in range(n):
        for ax, image, bound in (
            (axes[0, i + 1], filters[..., i], limit),
            (axes[1, i + 1], first[0, ..., i], None),
            (axes[2, i + 1], second[0, ..., i], None),
        ):
            ax.axis("on")
            show(ax, image, bound)


def picture() -> Figure:
    """Train both networks, print their accuracies and return the picture."""
    X, y = load_digits(return_X_y=True)
    X = (X / 16).astype(np.float32).reshape(-1, 8, 8)
    A, B, c, d = train_test_split(X, y, random_state=0)
    cnn = CNNClassifier((8, 32), dropout=0.3, **ANNEALED).fit(A, c)
    mlp = MLPClassifier((100,), **ANNEALED).fit(A.reshape(-1, 64), c)
    print(f"{'test digits':<12}{'CNN':>7}{'MLP':>7}")
    for name, corner in MOVES.items():
        images = moved(B, corner)
        scores = cnn.score(images, d), mlp.score(images.reshape(-1, 64), d)
        print(f"{name:<12}{scores[0]:>7.3f}{scores[1]:>7.3f}")
    plt.style.use(house_style())
    figure = plt.figure(figsize=(10, 4), layout="constrained")
    draw(cnn, B[d == 3][0], figure)
    return figure


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("filters.png"))
    output = parser.parse_args().output
    picture().savefig(output, dpi=110)
    print(f"\nPicture: {output}")


if __name__ == "__main__":
    main()
