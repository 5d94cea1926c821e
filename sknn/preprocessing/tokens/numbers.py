"""A column of numbers, dates, or time spans as one token or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.kinds import Form
from sknn.preprocessing.numbers import squash
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.tokens.cells import Cells
from sknn.preprocessing.tokens.lattice import Lattice
from sknn.preprocessing.tokens.reading import Reading
from sknn.preprocessing.tokens.spikes import Parted, places_of

_STRESS = 6.0
"""Weight of a number besides the ones of its tokens: these tell neighbors apart, but not how near
they are."""


@dataclass
class NumberTokens:
    """A first token for missing entries, frequent numbers, and coarse bins; a second for fine bins.

    Attributes
    ----------
    reading : Reading
    has_missing : bool
        Code 0 means a missing entry.
    spikes : ndarray
        The numbers with separate codes.
    cells : Cells or None
        For all others, if there are any.
    middle, scale : float
        Scale of the number that accompanies the tokens.
    floor : float
        The logarithm of the probability of an unseen entry.
    """

    reading: Reading
    has_missing: bool
    spikes: NDArray
    cells: Cells | None
    middle: float
    scale: float
    floor: float

    has_number = True

    @classmethod
    def fit(cls, form: Form, column: Any, sample: Sample, zone: str = "") -> NumberTokens:
        """Learn from the column of a table; `zone` is the time zone of dates."""
        reading = Reading.of(form, column, zone)
        parted = Parted.of(reading.numbers(column), sample)
        found, rest, some = parted.column, parted.rest, parted.has_missing
        known, floor = found.known, float(-np.log(sample.counts.sum() + 1.0))
        if not len(known.values):
            return cls(reading, True, known.values, None, 0.0, 0.0, floor)
        cells = None
        if len(rest.values):
            lattice = Lattice.of(known.values)
            cells = Cells.fit(rest, parted.n_rest, lattice, parted.spikes)
        middle = float(known.quantiles(np.array(0.5)))
        scale = float(found.scale()) if found.varies else 0.0
        return cls(reading, some, parted.spikes, cells, middle, scale, floor)

    @property
    def seen(self) -> NDArray:
        """The entries in fit that have their own code."""
        return self.reading.returned(self.reading.entries(self.spikes))

    @property
    def _n_before(self) -> int:
        """Codes of the first token before those of coarse bins."""
        return int(self.has_missing) + len(self.spikes)

    @property
    def sizes(self) -> list[int]:
        """Number of codes of each token."""
        if self.cells is None:
            return [self._n_before]
        first = self._n_before + self.cells.n_coarse
        return [first, self.cells.n_fine] if self.cells.n_fine > 1 else [first]

    def encode(self, column: Any) -> tuple[NDArray, NDArray, NDArray]:
        """Return codes, the number that accompanies them, and the log-density given the codes.

        An unseen entry has the code -1, and so has the second token if there is no cell.
        """
        numbers = self.reading.numbers(column)
        codes = np.full((len(numbers), len(self.sizes)), -1, np.intp)
        log_p = np.zeros(len(numbers))
        lost = np.isnan(numbers)
        places = places_of(self.spikes, numbers)
        hit = places >= 0
        codes[hit, 0] = places[hit] + int(self.has_missing)
        if self.has_missing:
            codes[lost, 0] = 0
        rest = ~(hit | lost)
        if self.cells is not None:
            cells, log_p[rest] = self.cells.find(numbers[rest])
            codes[rest, 0] = self._n_before + cells // self.cells.n_fine
            if self.cells.n_fine > 1:
                codes[rest, 1] = cells % self.cells.n_fine
        log_p[codes[:, 0] < 0] = self.floor
        return codes, self._beside(numbers), log_p

    def first(self, lost: bool) -> NDArray:
        """Return which codes the first token may have; `lost` allows that of missing entries."""
        allowed = np.ones(self.sizes[0], bool)
        if self.has_missing and not lost and len(allowed) > 1:
            allowed[0] = False
        return allowed

    def second(self, first: NDArray) -> NDArray:
        """Return which codes the second token may have after each first one; none after some."""
        assert self.cells is not None
        bins = first - self._n_before
        left = np.where(bins < 0, 0, self.cells.n_cells - bins * self.cells.n_fine)
        return np.arange(self.cells.n_fine) < left[:, None]

    def decode(self, codes: NDArray, rng: np.random.Generator) -> NDArray:
        """Return numbers with these codes, as the column was read."""
        numbers = np.full(len(codes), np.nan)
        first = codes[:, 0] - int(self.has_missing)
        spiky = (first >= 0) & (first < len(self.spikes))
        numbers[spiky] = self.spikes[first[spiky]]
        if self.cells is not None:
            rest = np.flatnonzero(first >= len(self.spikes))
            cells = (first[rest] - len(self.spikes)) * self.cells.n_fine
            if self.cells.n_fine > 1:
                cells += codes[rest, 1]
            numbers[rest] = self.cells.draw(cells, rng)
        return self.reading.entries(numbers)

    def mean(self, draws: list[NDArray]) -> NDArray:
        """Return the mean of several draws, rounded as the column is."""
        if self.cells is None and not len(self.spikes):
            return draws[0]  # There were no numbers to learn from.
        means = np.mean([self._expected(self.reading.plain(draw)) for draw in draws], axis=0)
        lattice = Lattice.of(self.spikes) if self.cells is None else self.cells.lattice
        if lattice is not None:
            means = lattice.values(lattice.places(means))
        return self.reading.entries(means)

    def _expected(self, numbers: NDArray) -> NDArray:
        """Return the mean of the training entries in the cell of each number."""
        if self.cells is None:
            return numbers
        rest = places_of(self.spikes, numbers) < 0
        expected = numbers.copy()
        expected[rest] = self.cells.means[self.cells.find(numbers[rest])[0]]
        return expected

    def read(self, column: Any) -> tuple[NDArray, NDArray]:
        """Return the entries of a column, and which of them are missing."""
        values = self.reading.exact(column)
        return values, np.isnan(self.reading.plain(values))

    def number(self, values: NDArray) -> NDArray:
        """Return the number that accompanies the tokens of each entry, 0 if it is missing."""
        return self._beside(self.reading.plain(values))

    def _beside(self, numbers: NDArray) -> NDArray:
        scaled = _STRESS * squash((numbers - self.middle) * self.scale)
        return np.where(np.isnan(scaled), 0.0, scaled)
