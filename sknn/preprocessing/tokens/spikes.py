"""Numbers that occur in many rows of a column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.numbers import Column
from sknn.preprocessing.quantiles import Distinct
from sknn.preprocessing.sample import Sample

_SPIKE = 0.01
"""A number that occurs in this share of the rows has its own code."""
_FEWEST_ROWS = 3
_FEW = 16
"""Up to this many numbers have their own codes, no matter how rare they are."""


@dataclass
class Parted:
    """The numbers of a column, those with their own codes separate from all others.

    Attributes
    ----------
    column : Column
    spikes : ndarray
        The numbers with their own codes, in ascending order.
    rest : Distinct
        The others: none, or more than 16.
    n_rest : float
        Rows that hold them.
    """

    column: Column
    spikes: NDArray
    rest: Distinct
    n_rest: float

    @classmethod
    def of(cls, numbers: NDArray, sample: Sample) -> Parted:
        """Split the numbers of a column; NaN is missing."""
        weight = sample.weight
        found = Column.of(numbers, weight)
        known = found.known
        rows = Column.of(numbers, sample.counts).known.weight
        often = known.weight >= _SPIKE * weight.sum() * (1 - 1e-12)
        often &= rows >= _FEWEST_ROWS
        if np.count_nonzero(~often) <= _FEW:
            often[:] = True
        rest = Distinct(known.values[~often], known.weight[~often])
        return cls(found, known.values[often], rest, float(rows[~often].sum()))

    @property
    def has_missing(self) -> bool:
        """Whether entries are missing."""
        return self.column.n_missing > 0


def places_of(spikes: NDArray, numbers: NDArray) -> NDArray:
    """Return the place of each number among the spikes, -1 for others."""
    if not len(spikes):
        return np.full(len(numbers), -1, np.intp)
    places = np.minimum(np.searchsorted(spikes, numbers), len(spikes) - 1)
    return np.where(spikes[places] == numbers, places, -1)
