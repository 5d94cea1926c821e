"""Numbers that occur in few rows each: cells between quantiles, and uniform draws inside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.quantiles import Distinct
from sknn.preprocessing.tokens.lattice import Lattice

_BINS = 16
"""Number of coarse bins, and of fine ones in each."""
_ROWS_OF_A_CELL = 16
"""Cells are split only while each has this many rows."""


@dataclass
class Cells:
    """Cells between quantiles; several adjacent ones form a coarse bin.

    Attributes
    ----------
    edges : ndarray of shape (n_cells + 1,)
        Numbers, or places of the lattice; the last cell has its upper edge.
    n_fine : int
        Cells of a coarse bin.
    lattice : Lattice or None
    spikes : ndarray
        Places of the lattice that have separate codes.
    means : ndarray of shape (n_cells,)
        Mean of the numbers in each cell. In the tails, most of them are near the inner edge.
    """

    edges: NDArray
    n_fine: int
    lattice: Lattice | None
    spikes: NDArray
    means: NDArray

    @classmethod
    def fit(cls, rest: Distinct, n_rows: float, lattice: Lattice | None, spikes: NDArray) -> Cells:
        """Cut the numbers that are not spikes; there are at least two."""
        finer = int(np.clip(n_rows / (_ROWS_OF_A_CELL * _BINS), 1, _BINS))
        edges = np.unique(rest.quantiles(np.arange(_BINS * finer + 1) / (_BINS * finer)))
        low, width = edges[:-1], np.diff(edges)
        if lattice is None:
            spikes = spikes[:0]
        else:
            edges, spikes = lattice.places(edges), lattice.places(spikes)
            edges[-1] += 1.0
        made = cls(edges, finer, lattice, spikes, low + width / 2)
        made._learn_means(rest, width)
        return made

    def _learn_means(self, rest: Distinct, width: NDArray) -> None:
        cells, _ = self.find(rest.values)
        total = np.bincount(cells, rest.weight, self.n_cells)
        # Shares of the width do not overflow.
        apart = (rest.values - self.means[cells]) / width[cells]
        added = np.bincount(cells, rest.weight * apart, self.n_cells)
        held = total > 0
        self.means[held] += width[held] * (added[held] / total[held])

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.edges) - 1

    @property
    def n_coarse(self) -> int:
        """Number of coarse bins."""
        return -(-self.n_cells // self.n_fine)

    def find(self, values: NDArray) -> tuple[NDArray, NDArray]:
        """Return the cell of each number, and its log-density there.

        Numbers beyond the ends belong to the outermost cell, and their density falls off with the
        square of the distance.
        """
        at = values if self.lattice is None else self.lattice.places(values)
        cells = np.clip(np.searchsorted(self.edges, at, side="right") - 1, 0, self.n_cells - 1)
        low, high = self.edges[cells], self.edges[cells + 1]
        beyond = np.maximum(np.maximum(low - at, at - high), 0.0) / (high - low)
        return cells, -np.log(self._sizes()[cells]) - 2.0 * np.log1p(beyond)

    def _sizes(self) -> NDArray:
        """Return the width of each cell, or the number of positions in it that are not spikes."""
        return np.diff(self.edges) - np.diff(np.searchsorted(self.spikes, self.edges))

    def draw(self, cells: NDArray, rng: np.random.Generator) -> NDArray:
        """Draw a number from each cell, uniformly."""
        low, size = self.edges[cells], self._sizes()[cells]
        if self.lattice is None:
            return low + rng.random(len(cells)) * size
        places = low + np.floor(rng.random(len(cells)) * size)
        for spike in self.spikes:
            places += (low <= spike) & (spike <= places)
        return self.lattice.values(places)
