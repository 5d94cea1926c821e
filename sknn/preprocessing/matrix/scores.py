"""Numbers as normal scores, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sknn.preprocessing.quantiles import Distinct

_MOST_KNOTS = 256
_NORMAL_QUARTILES = 1.349
"""Distance of the quartiles of the standard normal distribution."""


@dataclass
class NormalScores:
    """A piecewise linear map that makes the numbers of a column normally distributed.

    Attributes
    ----------
    values, scores : ndarray of shape (k,)
        Ascending numbers, and the score of each.
    slope : float
        Slope of the scores at the ends; it falls off beyond them.
    """

    values: NDArray
    scores: NDArray
    slope: float

    @classmethod
    def fit(cls, known: Distinct) -> NormalScores:
        """Learn from at least two different numbers, using the midpoint of the share of each."""
        reached = np.cumsum(known.weight)
        scores = ndtri((reached - known.weight / 2) / reached[-1])
        kept = np.arange(len(scores))
        if len(scores) > _MOST_KNOTS:
            # Spread evenly over the scores, so that the ends are as fine as the middle.
            even = np.linspace(scores[0], scores[-1], _MOST_KNOTS)
            kept = np.unique(np.searchsorted(scores, even * (1 - 1e-12)))
            kept = np.union1d(kept[kept < len(scores)], [0, len(scores) - 1])
        low, high = known.quantiles(np.array([0.25, 0.75]))
        width = high - low if high > low else (known.values[-1] - known.values[0]) / 2
        with np.errstate(over="ignore", divide="ignore"):
            slope = float(np.minimum(_NORMAL_QUARTILES / width, 1e300))
        return cls(known.values[kept], scores[kept], slope)

    def encode(self, numbers: NDArray) -> NDArray:
        """Return the scores; beyond the ends they grow with the logarithm of the distance."""
        inside = np.interp(numbers, self.values, self.scores)
        with np.errstate(over="ignore", invalid="ignore"):
            above = np.maximum(numbers - self.values[-1], 0.0) * self.slope
            below = np.maximum(self.values[0] - numbers, 0.0) * self.slope
        most = np.finfo(np.float64).max
        return inside + np.log1p(np.minimum(above, most)) - np.log1p(np.minimum(below, most))

    def decode(self, scores: NDArray) -> NDArray:
        """Return numbers with these scores, none beyond the ends."""
        return np.interp(scores, self.scores, self.values)
