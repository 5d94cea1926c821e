"""How much rows count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST_UNITS = 1e9


@dataclass
class Sample:
    """How much each training row counts, or each entry of a column; all of them count.

    Attributes
    ----------
    weight : ndarray of shape (n,)
    counts : ndarray of shape (n,)
        How many rows each row counts as, if a rule needs a number of rows: the weight as
        a multiple of the smallest one if all are whole multiples, else one.
    rows : ndarray of shape (n,) or None
        How many rows of the table an entry is; None: one each.
    """

    weight: NDArray
    counts: NDArray
    rows: NDArray | None = None

    @classmethod
    def of(cls, weight: NDArray | None, n_rows: int) -> Sample:
        """Return the sample of rows with such weights."""
        if weight is None:
            return cls(np.ones(n_rows), np.ones(n_rows))
        unit = unit_of(weight)
        return cls(weight, np.ones(n_rows) if unit is None else np.round(weight / unit))


def unit_of(weights: NDArray) -> float | None:
    """Return the smallest weight if all are whole multiples of it, else None."""
    unit = weights.min()
    with np.errstate(over="ignore"):
        units = weights / unit
    exact = units.max() < _MOST_UNITS and np.allclose(units, np.round(units), rtol=1e-9, atol=0)
    return unit if exact else None
