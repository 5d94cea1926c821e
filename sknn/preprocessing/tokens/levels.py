"""A column of categories as one token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.categories import MISSING, Texts, by_any_text
from sknn.preprocessing.columns import Coded
from sknn.preprocessing.sample import Sample


@dataclass
class LevelTokens:
    """The levels of a column, followed by one code for all rare ones.

    Attributes
    ----------
    places : dict of str to int
        The place of each level in `values`, by its text; rare ones come last.
    values : ndarray of object
        The entries of the table.
    n_codes : int
        Number of levels with separate codes; rare ones share one more code.
    shares : ndarray
        Share of each rare level among the rare ones.
    floor : float
        The logarithm of the probability of an unseen level.
    """

    places: dict[str, int]
    values: NDArray
    n_codes: int
    shares: NDArray
    floor: float

    has_number = False
    reading = None

    @classmethod
    def fit(cls, column: Any, sample: Sample, most: int) -> LevelTokens:
        """Give the most frequent levels separate codes."""
        found, weight = Texts.of(column), sample.weight
        _, first = np.unique(found.codes, return_index=True)
        present, total = found.codes[first], np.bincount(found.codes, weight)
        order = np.argsort(-np.round(total[present] / weight.sum(), 12), kind="stable")
        own = np.sort(order[:most]) if len(order) > most + 1 else np.arange(len(order))
        rare = np.setdiff1d(order, own)
        chosen = np.concatenate([own, rare])
        values = entries(column, first[chosen])
        places = {found.texts[present[at]]: place for place, at in enumerate(chosen)}
        if MISSING in places and not isinstance(values[places[MISSING]], (float, str)):
            values[places[MISSING]] = None  # Rather than pandas' NA, which no file can hold.
        shares = total[present[rare]]
        shares = shares / shares.sum() if len(rare) else shares
        return cls(places, values, len(own), shares, float(-np.log(sample.counts.sum() + 1.0)))

    @property
    def seen(self) -> NDArray:
        """The entries in fit."""
        return self.values

    @property
    def sizes(self) -> list[int]:
        """Number of codes."""
        return [self.n_codes + bool(len(self.shares))]

    def encode(self, column: Any) -> tuple[NDArray, None, NDArray]:
        """Return the code of each entry, and the log-probability of the entry given its code.

        An unseen level has the code -1.
        """
        known = self._places(Texts.of(column))
        log_p = np.zeros(len(known))
        log_p[known < 0] = self.floor
        rare = known >= self.n_codes
        log_p[rare] = np.log(self.shares[known[rare] - self.n_codes])
        return np.minimum(known, self.n_codes)[:, None], None, log_p

    def first(self, lost: bool) -> NDArray:
        """Return which codes the token may have; `lost` allows the code of missing entries."""
        allowed = np.ones(self.sizes[0], bool)
        place = self.places.get(MISSING, self.n_codes)
        if not lost and place < self.n_codes and len(allowed) > 1:
            allowed[place] = False
        return allowed

    def decode(self, codes: NDArray, rng: np.random.Generator) -> NDArray:
        """Return entries with these codes."""
        places = codes[:, 0].copy()
        rare = np.flatnonzero(places >= self.n_codes)
        if len(rare):
            places[rare] += rng.choice(len(self.shares), len(rare), p=self.shares)
        return self.values[places]

    def likeliest(self, codes: NDArray) -> NDArray:
        """Return the most frequent entry with each code."""
        places = codes.copy()
        rare = places >= self.n_codes
        if rare.any():
            places[rare] += int(np.argmax(self.shares))
        return self.values[places]

    def read(self, column: Any) -> tuple[NDArray, NDArray]:
        """Return the entries of a column, as in the table, and which of them are missing."""
        found = Texts.of(column)
        lost = np.array([text == MISSING for text in found.texts], bool)[found.codes]
        read, places = entries(column, np.arange(len(lost))), self._places(found)
        known = places >= 0
        read[known] = self.values[places[known]]
        return read, lost

    def _places(self, found: Texts) -> NDArray:
        """Return the place of each entry in `values`, -1 if it was never seen."""
        places = by_any_text(self.places)
        return np.array([places.get(text, -1) for text in found.texts], np.intp)[found.codes]


def entries(column: Any, rows: NDArray) -> NDArray:
    """Return the entries of some rows of a column, as objects."""
    out = np.empty(len(rows), object)
    if isinstance(column, Coded):
        out[:] = np.append(column.levels, np.array([None], object))[column.codes[rows]]
    else:
        out[:] = column[rows].tolist() if column.dtype.kind in "biufUS" else column[rows]
    return out
