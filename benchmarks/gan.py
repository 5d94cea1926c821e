"""Quality of generative adversarial networks: a ring of eight clusters, and digits by class.

Run from the root of the repository, on a machine with nothing else to do::

    python -m benchmarks.gan
    python -m benchmarks.gan --seeds 2 --tasks ring

Ring: how many of eight normal distributions on a circle are found (each by at least 1 percent of
the samples), the share of 4,000 samples within three standard deviations of a center, and seconds.
Digits: the share of samples that a classifier of real digits assigns to the requested digit, the
accuracy on real test digits of a classifier trained only on samples, and the distance from samples
and from test digits to the nearest training digit (minimum and median).
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors

from sknn import GAN, MLPClassifier
from sknn.layers import (
    Activate,
    BatchNorm,
    Conv2D,
    ConvTranspose2D,
    Dense,
    Flatten,
    Reshape,
)

N_MODES, RADIUS, STD = 8, 2.0, 0.05
ANGLES = 2 * np.pi * np.arange(N_MODES) / N_MODES
CENTRES = RADIUS * np.c_[np.cos(ANGLES), np.sin(ANGLES)]

RING: dict[str, dict[str, Any]] = {
    "non_saturating": {"gradient_penalty": 0.05, "max_iter": 250},
    "minimax": {"gradient_penalty": 0.05, "max_iter": 250},
    "least_squares": {"gradient_penalty": 0.05, "max_iter": 250},
    "wasserstein_gp": {
        "gradient_penalty": 0.3,
        "n_critic": 2,
        "learning_rate_init": 4e-3,
        "generator_learning_rate_init": 1e-3,
        "max_iter": 450,
    },
    "no remedy": {"max_iter": 250},
}
DIGITS: dict[str, dict[str, Any]] = {
    "non_saturating": {"gradient_penalty": 0.05},
    "wasserstein_gp": {"objective": "wasserstein_gp", "gradient_penalty": 1.0, "n_critic": 2},
    "convolutions": {
        "generator_layers": [
            Dense(4 * 4 * 16, "identity"),
            BatchNorm(),
            Activate("relu"),
            Reshape((4, 4, 16)),
            ConvTranspose2D(16, 4, "identity", strides=2),
            BatchNorm(),
            Activate("relu"),
            Conv2D(1, 3, "logistic"),
        ],
        "discriminator_layers": [
            Conv2D(16, 3, strides=2),
            Conv2D(32, 3, strides=2),
            Flatten(),
            Dense(128),
        ],
        "input_shape": (8, 8, 1),
        "instance_noise": 0.5,
        "learning_rate_init": 3e-4,
        "generator_learning_rate_init": 1e-3,
        "max_iter": 100,
    },
}


def ring(n_samples: int, seed: int) -> np.ndarray:
    """Draw from eight normal distributions on a circle."""
    rng = np.random.RandomState(seed)
    angles = 2 * np.pi * rng.randint(N_MODES, size=n_samples) / N_MODES
    return RADIUS * np.c_[np.cos(angles), np.sin(angles)] + STD * rng.randn(n_samples, 2)


def found(samples: np.ndarray) -> tuple[int, float]:
    """Return the number of modes with samples, and the share of samples near a mode."""
    distances = np.linalg.norm(samples[:, None] - CENTRES, axis=2)
    near = distances.min(axis=1) < 3 * STD
    counts = np.bincount(distances[near].argmin(axis=1), minlength=N_MODES)
    return int((counts >= 0.01 * len(samples)).sum()), float(near.mean())


def ring_gan(name: str, seed: int) -> GAN:
    """Return the network for an objective."""
    objective = {} if name == "no remedy" else {"objective": name}
    common = {"latent_dim": 2, "batch_size": 64, "learning_rate": "cosine"}
    return GAN(**common | objective | RING[name], random_state=seed)


def print_ring(seeds: int) -> None:
    """Print one line per objective and seed."""
    print(f"{'ring of eight':<20}{'seed':>5}{'modes':>7}{'within 3 std':>14}{'seconds':>9}")
    for name in RING:
        for seed in range(seeds):
            X = ring(4000, seed).astype(np.float32)
            begin = time.perf_counter()
            gan = ring_gan(name, seed).fit(X)
            seconds = time.perf_counter() - begin
            modes, share = found(gan.sample(4000, random_state=seed))
            print(f"{name:<20}{seed:>5}{modes:>7}{share:>14.3f}{seconds:>9.1f}", flush=True)


def digits_gan(name: str, seed: int) -> GAN:
    """Return a network for digits."""
    common = {"learning_rate": "cosine", "batch_size": 64, "max_iter": 150}
    if name != "convolutions":
        common["output_activation"] = "logistic"
    return GAN(**common | DIGITS[name], random_state=seed)


def classifier() -> MLPClassifier:
    """Return the classifier that judges, or is trained on, samples."""
    return MLPClassifier(learning_rate="cosine", max_iter=60, random_state=0)


def print_digits(seeds: int) -> None:
    """Print one line per network and seed."""
    X, y = load_digits(return_X_y=True)
    X = (X / 16).astype(np.float32)
    X, X_test, y, y_test = train_test_split(X, y, random_state=0, stratify=y)
    judge = classifier().fit(X, y)
    nearest = NearestNeighbors(n_neighbors=1).fit(X)

    def distances(rows: np.ndarray) -> str:
        away = nearest.kneighbors(rows)[0]
        return f"{away.min():.2f} {np.median(away):.2f}"

    real = classifier().fit(X, y).score(X_test, y_test)
    print(f"{len(X)} training digits; classifier on real digits {real:.3f}")
    print(f"nearest training digit, test digits: {distances(X_test)} (closest, median)")
    print(
        f"{'digits':<20}{'seed':>5}{'as asked':>10}{'synthetic':>11}{'nearest':>12}{'seconds':>9}"
    )
    for name in DIGITS:
        for seed in range(seeds):
            begin = time.perf_counter()
            gan = digits_gan(name, seed).fit(X, y)
            seconds = time.perf_counter() - begin
            made = gan.sample(len(y), y, random_state=seed)
            asked = judge.score(made, y)
            score = classifier().fit(made, y).score(X_test, y_test)
            line = f"{name:<20}{seed:>5}{asked:>10.3f}{score:>11.3f}{distances(made):>12}"
            print(f"{line}{seconds:>9.1f}", flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tasks", nargs="+", default=["ring", "digits"])
    options = parser.parse_args()
    if "ring" in options.tasks:
        print_ring(options.seeds)
    if "digits" in options.tasks:
        print_digits(options.seeds)


if __name__ == "__main__":
    main()
