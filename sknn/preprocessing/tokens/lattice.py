"""The grid of the numbers of a column, if there is one: whole numbers, cents, days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_DECIMALS = 6
_LARGEST = 2.0**52


@dataclass
class Lattice:
    """The numbers (base + step * m) / unit for whole m.

    Attributes
    ----------
    base, step, unit : float
        Whole numbers; `unit` is a power of ten.
    """

    base: float
    step: float
    unit: float

    @classmethod
    def of(cls, values: NDArray) -> Lattice | None:
        """Return the coarsest grid that contains all of the ascending values; None if none does."""
        with np.errstate(over="ignore"):
            single = bool((values.astype(np.float32) == values).all())
        for decimals in range(_DECIMALS + 1):
            unit = 10.0**decimals
            if np.abs(values).max() > _LARGEST / unit:
                return None
            scaled = values * unit
            whole = np.rint(scaled)
            slack = 1e-6 * np.maximum(np.abs(scaled), 1.0) if single else 1e-9 * np.abs(scaled)
            if (np.abs(scaled - whole) <= np.minimum(slack, 1e-2)).all():
                step = np.gcd.reduce(np.diff(whole).astype(np.int64))
                return cls(float(whole[0]), float(max(step, 1)), unit)
        return None

    def places(self, values: NDArray) -> NDArray:
        """Return the place m nearest to each number."""
        return np.rint((values * self.unit - self.base) / self.step)

    def values(self, places: NDArray) -> NDArray:
        """Return the numbers at the places."""
        return (self.base + self.step * places) / self.unit
