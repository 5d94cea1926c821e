"""A column of categories as columns of a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from sknn.preprocessing.sample import Sample
from sknn.preprocessing.tokens.levels import LevelTokens

MOST_LEVELS = 256


@dataclass
class LevelBlock:
    """One column for each level, including missing entries.

    Attributes
    ----------
    levels : LevelTokens
    """

    levels: LevelTokens

    n_numbers = 0
    reading = None

    @classmethod
    def fit(cls, column: Any, sample: Sample) -> LevelBlock:
        """Learn from the column of a table."""
        return cls(LevelTokens.fit(column, sample, MOST_LEVELS))

    @property
    def seen(self) -> NDArray:
        """The entries in fit."""
        return self.levels.seen

    @property
    def n_choices(self) -> int:
        """Number of columns of which one is 1."""
        return self.levels.sizes[0]

    def encode(self, column: Any) -> tuple[NDArray, None]:
        """Return the choice of each entry, -1 if it was never seen."""
        codes, _, _ = self.levels.encode(column)
        return codes[:, 0], None

    def decode(self, choices: NDArray, scores: None) -> NDArray:
        """Return entries; rare ones become the most frequent rare level."""
        return self.levels.likeliest(choices)

    def read(self, column: Any) -> NDArray:
        """Return requested entries as they were passed."""
        return self.levels.read(column)[0]
