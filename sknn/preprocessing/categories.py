"""Columns of categories: their levels, identified by their text, and one column for each."""

from __future__ import annotations

import datetime
import numbers
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.columns import Coded
from sknn.preprocessing.kinds import is_missing, moment

MISSING = ""
"""The text of the level of missing entries."""
ONE_HOT = 1.66
"""Entry of the column of a level: with zeros elsewhere, about as large as a scaled number."""
_FEWEST_ROWS = 2
TRUTH = (("False", "0", "false", "FALSE"), ("True", "1", "true", "TRUE"))


def text(level: Any) -> str:
    """Return a level as text: the same for 1, 1.0, and "1", and blank if it is missing."""
    if is_missing(level):
        return MISSING
    if isinstance(level, str):
        return str(level)
    if isinstance(level, bytes):
        return level.decode("utf-8", "replace")
    if isinstance(level, (datetime.date, np.datetime64)):
        return str(moment(level))
    if isinstance(level, (numbers.Real, Decimal)) and not isinstance(level, bool):
        return _number(level)
    return str(level)


def by_any_text(known: dict[str, int]) -> dict[str, int]:
    """Return the places of levels, also by the other texts of True and False."""
    for spellings in TRUTH:
        present = [known[each] for each in spellings if each in known]
        known = dict.fromkeys(spellings, present[0]) | known if present else known
    return known


def _number(number: Any) -> str:
    if isinstance(number, np.timedelta64):
        return str(number)
    if isinstance(number, numbers.Integral):
        return str(int(number))
    value = float(number)
    if value.is_integer():
        return str(int(value))
    return str(number if isinstance(number, np.floating) else value)


@dataclass
class Texts:
    """A column of categories as the texts that occur, and for each row the place of its text.

    `declared` says whether the column has the dtype of categories.
    """

    codes: NDArray
    texts: list[str]
    declared: bool = False

    @classmethod
    def of(cls, column: Any) -> Texts:
        """Spell every distinct entry of a column once."""
        if isinstance(column, Coded):
            texts = [*map(text, column.levels), MISSING]
            return replace(cls._merged(column.codes, texts), declared=True)
        if column.dtype.kind == "O":
            return cls._of_objects(column)
        values, codes = np.unique(column, return_inverse=True)
        return cls._merged(codes, list(map(text, values)))

    @classmethod
    def _of_objects(cls, column: NDArray) -> Texts:
        entries: Any = column
        if not keys_are_levels(column):
            entries = list(map(text, column))
        places: dict[Any, int] = {}
        codes = np.fromiter(
            (places.setdefault(entry, len(places)) for entry in entries), np.intp, len(column)
        )
        return cls._merged(codes, list(map(text, places)))

    @classmethod
    def _merged(cls, codes: NDArray, each: list[str]) -> Texts:
        """Give entries with the same text one code; a code of -1 is the last entry."""
        texts, inverse = np.unique(np.array(each, object), return_inverse=True)
        return cls(inverse[codes], texts.tolist())


def keys_are_levels(column: NDArray) -> bool:
    """Return whether entries can be looked up: hashable, and True is not among equal numbers."""
    types = set(map(type, column))
    truths = {bool, np.bool_} & types
    if any(each.__hash__ is None for each in types) or any(issubclass(t, tuple) for t in types):
        return False
    return not (truths and any(issubclass(each, numbers.Number) for each in types - truths))


@dataclass
class Levels:
    """The levels of one column that get separate columns.

    Attributes
    ----------
    levels : list of str
        Their texts, in order.
    is_pair : bool
        Two levels share one column, as -1 and 1.
    """

    levels: list[str]
    is_pair: bool

    @classmethod
    def fit(cls, found: Texts, weight: NDArray, counts: NDArray, most: int) -> Levels:
        """Choose the most frequent levels by weight, of those that occur at least twice."""
        size = len(found.texts)
        rows = np.bincount(found.codes, minlength=size)
        present = np.flatnonzero(rows)
        if len(present) <= 2:
            levels = [found.texts[code] for code in present]
            return cls(levels if len(levels) == 2 else [], len(levels) == 2)
        total = np.bincount(found.codes, weight, minlength=size)
        repeated = np.bincount(found.codes, counts, minlength=size) >= _FEWEST_ROWS
        shares = np.round(total / total.sum(), 12)
        order = np.argsort(-shares, kind="stable")
        chosen = [code for code in order if repeated[code]][:most]
        return cls([found.texts[code] for code in sorted(chosen)], False)

    @property
    def width(self) -> int:
        """Number of columns they fill."""
        return 1 if self.is_pair else len(self.levels)

    def places(self, texts: list[str]) -> NDArray:
        """Return the place of each text among the levels, -1 for unknown ones."""
        known = by_any_text({level: place for place, level in enumerate(self.levels)})
        return np.array([known.get(each, -1) for each in texts], np.intp)

    def names(self, name: str) -> list[str]:
        """Return the names of the columns; that of a pair is its second level's."""
        named = self.levels[1:] if self.is_pair else self.levels
        return [f"{name}_{level or 'missing'}" for level in named]


@dataclass
class Categories:
    """The levels of all columns of categories.

    Attributes
    ----------
    columns : list of Levels
    """

    columns: list[Levels]

    @property
    def width(self) -> int:
        """Number of columns they fill in each of the two parts."""
        return sum(each.width for each in self.columns)

    def fill(self, hidden: NDArray, linear: NDArray | None, columns: list[Any]) -> None:
        """Write the columns of both parts, which hold zeros."""
        start = 0
        for levels, column in zip(self.columns, columns, strict=True):
            if not levels.width:
                continue
            found = Texts.of(column)
            places = levels.places(found.texts)[found.codes]
            rows = np.flatnonzero(places >= 0)
            places = places[rows]
            at = start + (0 if levels.is_pair else places)
            sign = 2.0 * places - 1.0
            hidden[rows, at] = sign if levels.is_pair else ONE_HOT
            if linear is not None:
                linear[rows, at] = sign if levels.is_pair else 1.0
            start += levels.width

    def names(self, names: list[str]) -> list[str]:
        """Return the names of the columns."""
        each = (levels.names(name) for levels, name in zip(self.columns, names, strict=True))
        return [name for some in each for name in some]
