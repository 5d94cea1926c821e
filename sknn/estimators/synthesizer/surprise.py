"""How unusual rows are, if no column outweighs the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.sample import Sample


@dataclass
class ColumnSurprise:
    """Surprisals of columns above their mean, each relative to what is usual of its column.

    The surprisal of an entry is minus the logarithm of its probability given the columns before.
    In a plain sum, columns that nothing predicts make up most of the surprisal of any row, and hide
    those that are usually predicted well.

    Attributes
    ----------
    means : ndarray of shape (n_columns,)
        Mean surprisal of each column in training.
    usual : ndarray of shape (n_columns,)
        Mean of what surprisals exceed this mean by, with one more row in which no entry was ever
        seen: so it is not zero for a column that is always predicted.
    """

    means: NDArray
    usual: NDArray

    @classmethod
    def of(cls, surprisals: NDArray, weight: NDArray | None) -> ColumnSurprise:
        """Learn from the surprisals of training rows, and the weights of these rows."""
        if weight is not None:
            surprisals, weight = surprisals[weight > 0], weight[weight > 0]
        n_rows = Sample.of(weight, len(surprisals)).counts.sum()
        means = np.average(surprisals, axis=0, weights=weight)
        above = np.average(np.maximum(surprisals - means, 0.0), axis=0, weights=weight)
        return cls(means, (n_rows * above + np.log(n_rows + 1.0)) / (n_rows + 1.0))

    def oddness(self, surprisals: NDArray) -> NDArray:
        """Return the mean over columns of every row, about 1 in training."""
        return np.mean(np.maximum(surprisals - self.means, 0.0) / self.usual, axis=1)
