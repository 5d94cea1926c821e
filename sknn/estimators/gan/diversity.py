"""Measure whether generated rows are as varied as the data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sknn.core.row_order import in_order
from sknn.training.callbacks import Callback, Phase, Progress

NEIGHBOURS = 5
"""The neighbor at which the surroundings of a row end."""


class Surroundings:
    """Rows of the data, and how far around each its nearest neighbors lie.

    Parameters
    ----------
    x : ndarray of shape (n, d)
    """

    def __init__(self, x: NDArray) -> None:
        self.x = in_order(x, np.float64)
        squares = squared_distances(self.x, self.x)
        k = min(NEIGHBOURS, len(x) - 1)
        self.radius = np.partition(squares, k, axis=1)[:, k]
        self.mean_distance = _mean_distance(squares)

    def coverage(self, samples: NDArray) -> float:
        """Return the share of rows with a sample among their surroundings.

        This is the coverage of Naeem et al. (2020), "Reliable fidelity and diversity metrics for
        generative models", ICML. As many rows of the data as there are samples would reach about
        0.97; samples that are all alike reach almost 0.
        """
        nearest = squared_distances(self.x, samples).min(axis=1)
        return float((nearest <= self.radius).mean())

    def diversity(self, samples: NDArray) -> float:
        """Return the mean distance between two samples, in units of that between two rows."""
        if not self.mean_distance:
            return float("nan")
        samples = np.asarray(samples, np.float64)
        return _mean_distance(squared_distances(samples, samples)) / self.mean_distance


def squared_distances(a: NDArray, b: NDArray) -> NDArray[np.float64]:
    """Return the squared distances (len(a), len(b)), in float64."""
    a, b = in_order(a, np.float64), in_order(b, np.float64)
    squares = a @ b.T
    squares *= -2.0
    squares += np.einsum("ij,ij->i", a, a)[:, None]
    squares += np.einsum("ij,ij->i", b, b)
    return np.maximum(squares, 0.0, out=squares)


def _mean_distance(squares: NDArray) -> float:
    n = len(squares)
    np.fill_diagonal(squares, 0.0)
    return float(np.sqrt(squares).sum()) / max(1, n * (n - 1))


class Diversity(Callback):
    """Compares samples of the candidate network with rows of the data after every epoch.

    The latent numbers are the same every time, and are drawn from a separate stream, so that the
    network is the same with and without this callback.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        Some training rows.
    latent : ndarray of shape (n, in)
        Inputs of the generator for the samples.
    stop : int
        Layers of the generator.
    """

    phase = Phase.MEASURE

    def __init__(self, x: NDArray, latent: NDArray, stop: int) -> None:
        self.x = x
        self.latent = latent
        self.stop = stop

    def on_train_begin(self, progress: Progress) -> None:
        """Measure the rows of the data."""
        self.surroundings = Surroundings(self.x)

    def on_epoch_end(self, progress: Progress) -> None:
        """Add coverage and diversity to the row of the epoch."""
        samples = progress.candidate.predict(self.latent, stop=self.stop)
        if not np.isfinite(samples).all():
            progress.stop("diverged")
            return
        progress.row["coverage"] = self.surroundings.coverage(samples)
        progress.row["diversity"] = self.surroundings.diversity(samples)
