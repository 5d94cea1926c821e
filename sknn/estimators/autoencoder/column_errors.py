"""The reconstruction error of frames, in which no column outweighs the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sknn.estimators.autoencoder.described import Described, variances

_LEAST_ERROR = 1e-3
"""Mean error of a column, relative to its variance, below which it counts as zero."""


@dataclass
class ColumnErrors:
    """Squared errors, each relative to the usual error of its column.

    Levels that depend on no other column are never reconstructed well. In a plain sum, they would
    make up most of the error of any row, and hide the errors of columns that are usually
    reconstructed well.

    Attributes
    ----------
    parts : list of slice
        The encoded columns that belong together: the levels of a column, or its score.
    usual : ndarray of shape (n_parts,)
        Mean error of each in training, infinite if all rows are equal.
    """

    parts: list[slice]
    usual: NDArray

    @classmethod
    def of(cls, seen: Described, weight: NDArray, parts: Sequence[slice]) -> ColumnErrors:
        """Learn from rows and their weights."""
        errors = _added(seen.residuals**2, parts)
        spread = _added(variances(seen.rows, weight)[None], parts)[0]
        usual = np.maximum(np.average(errors, axis=0, weights=weight), _LEAST_ERROR * spread)
        return cls(list(parts), np.where(spread > 0.0, usual, np.inf))

    def oddness(self, seen: Described) -> NDArray:
        """Return the mean relative error of every row."""
        return np.mean(_added(seen.residuals**2, self.parts) / self.usual, axis=1)


def _added(columns: NDArray, parts: Sequence[slice]) -> NDArray:
    return np.stack([columns[:, part].sum(axis=1) for part in parts], axis=1)
