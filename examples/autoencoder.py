"""Autoencoders: denoise, look inside, compress, generate
=========================================================

Run it from the root of the repository; it takes about fifteen seconds and writes one picture::

    pip install ".[plot]"
    python examples/autoencoder.py

Four networks learn the images of the digits without their labels. The first restores noisy images,
the second shows what its units look for, the third describes every image by two numbers, and the
fourth, a variational autoencoder, generates images.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from sknn import AutoEncoder
from sknn.inspection import house_style

NOISE = 0.3
SETTINGS: dict[str, Any] = {
    "learning_rate": "cosine",
    "learning_rate_init": 0.003,
    "batch_size": 50,
    "random_state": 0,
}


def images(rows: np.ndarray, n_rows: int) -> np.ndarray:
    """Return one image with the rows as tiles, lowest number 0, highest 1."""
    low, high = rows.min(axis=1, keepdims=True), rows.max(axis=1, keepdims=True)
    tiles = ((rows - low) / np.maximum(high - low, 1e-12)).reshape(n_rows, -1, 8, 8)
    tiles = np.pad(tiles, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=1.0)
    return tiles.swapaxes(1, 2).reshape(n_rows * 9, -1)


def show(ax, rows: np.ndarray, n_rows: int, title: str) -> None:
    ax.imshow(images(rows, n_rows), cmap="gray")
    ax.grid(False)
    ax.set(title=title, xticks=[], yticks=[])


def denoise(X, X_test, ax, epochs: int) -> None:
    """Mend noisy images and print how much noise is left."""
    noisy = X_test + NOISE * np.random.default_rng(0).standard_normal(X_test.shape)
    coder = AutoEncoder(
        (256, 64), corruption="gaussian", corruption_level=NOISE, max_iter=epochs, **SETTINGS
    )
    mended = coder.fit(X).predict(noisy)
    for name, rows in (("noisy", noisy), ("mended", mended)):
        decibel = -10 * np.log10(((rows - X_test) ** 2).mean())
        print(f"peak signal to noise, {name}: {decibel:.1f} dB")
    rows = np.vstack([X_test[:10], noisy[:10], mended[:10]])
    show(ax, rows, 3, "unseen images, with noise, mended")


def filters(X, ax, epochs: int) -> None:
    """Show the weights of single units, of those that listen most."""
    coder = AutoEncoder(
        (48,), "logistic", corruption="masking", corruption_level=0.4, sparsity=0.05,
        sparsity_weight=0.1, alpha=2.0, weight_init="glorot_uniform", max_iter=epochs, **SETTINGS,
    ).fit(X)  # fmt: skip
    weights = coder.coefs_[0].T
    loud = np.argsort(-np.linalg.norm(weights, axis=1))[:40]
    show(ax, weights[loud], 4, "weights of 40 units of a sparse one")


def code(X, y, X_test, y_test, ax, epochs: int) -> None:
    """Give every image two numbers."""
    coder = AutoEncoder((128, 64, 2), ["relu", "relu", "identity"], max_iter=epochs, **SETTINGS)
    codes = coder.fit(X).transform(X_test)
    pca = PCA(2).fit(X)
    linear = ((pca.inverse_transform(pca.transform(X_test)) - X_test) ** 2).mean()
    print(f"squared error by two numbers: PCA {linear:.4f}, autoencoder {-coder.score(X_test):.4f}")
    for digit in range(10):
        ax.scatter(
            *codes[y_test == digit].T, s=14, color=plt.get_cmap("tab10")(digit), label=str(digit)
        )
    ax.set(title="two numbers for each unseen image")
    ax.legend(fontsize="x-small", ncols=2)


def invent(X, ax, epochs: int) -> None:
    """Decode codes that are drawn at random."""
    coder = AutoEncoder((128, 8), variational=True, max_iter=epochs, **SETTINGS).fit(X)
    elbo, kl = coder.history_["elbo"][-1], coder.history_["kl"][-1]
    print(f"evidence lower bound {elbo:.2f} nats per image, of which {kl:.2f} is divergence")
    show(ax, coder.sample(40, random_state=0), 4, "images drawn from a variational one")


def main() -> None:
    """Train all networks, print figures and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("autoencoder.png"))
    parser.add_argument("--quick", action="store_true", help="train a tenth as long")
    options = parser.parse_args()
    epochs = 20 if options.quick else 200
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0)
    plt.style.use(house_style())
    figure = plt.figure(figsize=(10, 7), layout="constrained")
    (first, second), (third, fourth) = figure.subplots(2, 2)
    denoise(X, X_test, first, epochs)
    filters(X, second, epochs)
    code(X, y, X_test, y_test, third, epochs)
    invent(X, fourth, epochs)
    figure.savefig(options.output, dpi=110)
    print(f"\nPicture: {options.output}")


if __name__ == "__main__":
    main()
