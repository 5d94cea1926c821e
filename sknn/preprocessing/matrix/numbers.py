"""A column of numbers, dates, or time spans as columns of a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.kinds import Form
from sknn.preprocessing.matrix.scores import NormalScores
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.tokens.lattice import Lattice
from sknn.preprocessing.tokens.reading import Reading
from sknn.preprocessing.tokens.spikes import Parted, places_of


@dataclass
class NumberBlock:
    """The kind of an entry (missing, a frequent number, any other), and the score of others.

    Attributes
    ----------
    reading : Reading
    has_missing : bool
        Whether the first choice is a missing entry.
    spikes : ndarray
        The frequent numbers, each of which is a choice.
    scores : NormalScores or None
        Scores of all other numbers, if there are any: the last choice.
    lattice : Lattice or None
        The values to which other numbers are rounded.
    """

    reading: Reading
    has_missing: bool
    spikes: NDArray
    scores: NormalScores | None
    lattice: Lattice | None

    @classmethod
    def fit(cls, form: Form, column: Any, sample: Sample, zone: str = "") -> NumberBlock:
        """Learn from the column of a table; `zone` is the time zone of dates."""
        reading = Reading.of(form, column, zone)
        parted = Parted.of(reading.numbers(column), sample)
        known = parted.column.known.values
        if not len(parted.rest.values):
            missing = parted.has_missing or not len(known)
            return cls(reading, missing, parted.spikes, None, None)
        scores, lattice = NormalScores.fit(parted.rest), Lattice.of(known)
        return cls(reading, parted.has_missing, parted.spikes, scores, lattice)

    @property
    def seen(self) -> NDArray:
        """The entries in fit that have their own code."""
        return self.reading.returned(self.reading.entries(self.spikes))

    @property
    def n_choices(self) -> int:
        """Number of columns of which one is 1; zero if there is no choice."""
        n = int(self.has_missing) + len(self.spikes)
        if self.scores is None:
            return n
        return n + 1 if n else 0

    @property
    def n_numbers(self) -> int:
        """Number of columns of numbers after them."""
        return int(self.scores is not None)

    def encode(self, column: Any) -> tuple[NDArray, NDArray | None]:
        """Return the choice of each entry, -1 if it has none, and its score."""
        numbers = self.reading.numbers(column)
        choices = places_of(self.spikes, numbers)
        choices[choices >= 0] += int(self.has_missing)
        lost = np.isnan(numbers)
        if self.has_missing:
            choices[lost] = 0
        if self.scores is None:
            return choices, None
        other = (choices < 0) & ~lost
        choices[other] = self.n_choices - 1
        scores = np.zeros(len(numbers))
        scores[other] = self.scores.encode(numbers[other])
        return choices, scores

    def decode(self, choices: NDArray, scores: NDArray | None) -> NDArray:
        """Return entries, as the column was read."""
        first = int(self.has_missing)
        values = np.full(len(choices), np.nan)
        spiky = (choices >= first) & (choices < first + len(self.spikes))
        values[spiky] = self.spikes[choices[spiky] - first]
        if self.scores is not None and scores is not None:
            other = ~spiky & (choices >= first)
            found = self.scores.decode(scores[other])
            if self.lattice is not None:
                found = self.lattice.values(self.lattice.places(found))
            values[other] = found
        return self.reading.entries(values)

    def read(self, column: Any) -> NDArray:
        """Return requested entries as they were passed."""
        return self.reading.read(column)
