"""Generative adversarial networks: the counterfeiter and the detective
====================================================================

Run it from the root of the repository; it takes about fifteen seconds and writes one picture::

    pip install ".[plot]"
    python examples/gan.py

A counterfeiter (the generator) learns to make coins, a detective (the discriminator) learns to tell
them from real ones, and each makes the other better. The coins lie in eight clusters on a circle. A
second pair of networks draws digits on demand.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

from sknn import GAN
from sknn.callbacks import Callback
from sknn.inspection import house_style

STD = 0.05
ANGLES = 2 * np.pi * np.arange(8) / 8
CENTERS = 2 * np.c_[np.cos(ANGLES), np.sin(ANGLES)]


class Album(Callback):
    """Keeps what would be served after some epochs."""

    def __init__(self, epochs: tuple[int, ...]) -> None:
        self.epochs = epochs

    def on_epoch_end(self, progress: Any) -> None:
        """Take a picture."""
        epoch = progress.run.epoch
        if epoch in self.epochs:
            pages = self.__dict__.setdefault("pages_", {})
            pages[epoch] = progress.snapshot().sample(1000, random_state=0)


def coins(n_samples: int) -> np.ndarray:
    """Return good coins, in eight heaps."""
    rng = np.random.default_rng(0)
    heaps = CENTERS[rng.integers(8, size=n_samples)]
    return (heaps + STD * rng.standard_normal((n_samples, 2))).astype(np.float32)


def near(samples: np.ndarray) -> float:
    """Return the share of coins in a cluster, within three standard deviations."""
    away = np.linalg.norm(samples[:, None] - CENTERS, axis=2).min(axis=1)
    return float((away < 3 * STD).mean())


def strike(epochs: int) -> tuple[GAN, dict[int, np.ndarray]]:
    """Let counterfeiter and detective learn, and print how they do."""
    seen = tuple(sorted({1, *(max(1, round(epochs * part)) for part in (0.04, 0.1, 0.3, 1))}))
    gan = GAN(
        latent_dim=2,
        gradient_penalty=0.05,
        averaging=0.99,
        learning_rate="cosine",
        batch_size=32,
        max_iter=epochs,
        random_state=0,
        callbacks=[Album(seen)],
    ).fit(coins(4000))
    pages, history = gan.callbacks_[0].pages_, gan.history_
    print(f"{'epoch':>5}{'detective right':>17}{'its loss':>10}{'other loss':>12}{'on a heap':>11}")
    for epoch in seen:
        right, loss, other = (
            history[name][epoch - 1] for name in ("accuracy", "loss", "generator_loss")
        )
        print(f"{epoch:>5}{right:>17.3f}{loss:>10.3f}{other:>12.3f}{near(pages[epoch]):>11.3f}")
    return gan, pages


def draw_coins(gan: GAN, pages: dict[int, np.ndarray], axes: Any) -> None:
    """Draw good and false coins after some epochs."""
    good = coins(500)
    for ax, (epoch, samples) in zip(axes, pages.items(), strict=False):
        ax.scatter(*good.T, s=6, color="0.75")
        ax.scatter(*samples.T, s=3, color="C3", alpha=0.5)
        title = f"epoch {epoch}: {near(samples):.0%} on a heap"
        ax.set(title=title, xlim=(-3, 3), ylim=(-3, 3), xticks=[], yticks=[], aspect="equal")


def draw_losses(gan: GAN, left: Any, right: Any) -> None:
    """Draw what either side thinks of it."""
    history = gan.history_
    left.plot(history["epoch"], history["loss"], label="detective")
    left.plot(history["epoch"], history["generator_loss"], label="counterfeiter")
    for level in (2 * np.log(2), np.log(2)):
        left.axhline(level, color="0.7", linestyle=":")
    left.set(title="both losses; dotted: a draw", xlabel="epoch")
    right.plot(history["epoch"], history["accuracy"], label="detective right")
    right.plot(history["epoch"], history["coverage"], label="coverage")
    right.plot(history["epoch"], history["diversity"], label="diversity")
    right.set(title="who is ahead, and is everything there", xlabel="epoch", ylim=(0, 1.5))
    for ax in (left, right):
        ax.legend(fontsize="small")
        ax.grid(alpha=0.3)


def draw_digits(ax: Any, epochs: int) -> None:
    """Ask a second pair for every digit in turn."""
    X, y = load_digits(return_X_y=True)
    gan = GAN(
        output_activation="logistic",
        gradient_penalty=0.05,
        averaging=0.99,
        learning_rate="cosine",
        learning_rate_init=2e-3,
        batch_size=32,
        max_iter=epochs,
        random_state=0,
    ).fit((X / 16).astype(np.float32), y)
    rows = gan.sample(80, y=np.tile(np.arange(10), 8), random_state=0)
    tiles = np.pad(rows.reshape(8, 10, 8, 8), ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=1)
    ax.imshow(tiles.swapaxes(1, 2).reshape(72, 90), cmap="gray")
    ax.grid(False)
    ax.set(title="digits as asked for: 0 to 9, eight times", xticks=[], yticks=[])


def picture(epochs: int = 80, digit_epochs: int = 60) -> Figure:
    """Train both pairs and draw them."""
    plt.style.use(house_style())
    figure = plt.figure(figsize=(13, 7), layout="constrained")
    above, below = figure.subfigures(2, 1)
    gan, pages = strike(epochs)
    draw_coins(gan, pages, above.subplots(1, 5))
    left, middle, right = below.subplots(1, 3)
    draw_losses(gan, left, middle)
    draw_digits(right, digit_epochs)
    return figure


def main() -> None:
    """Train, print figures and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("gan.png"))
    parser.add_argument("--quick", action="store_true", help="train a third as long")
    options = parser.parse_args()
    figure = picture(30, 15) if options.quick else picture()
    figure.savefig(options.output, dpi=110)
    print(f"\nPicture: {options.output}")


if __name__ == "__main__":
    main()
