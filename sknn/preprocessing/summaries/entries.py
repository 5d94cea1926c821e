"""Columns of text, objects, or categories: their different entries, and how often each occurs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.categories import keys_are_levels, text
from sknn.preprocessing.columns import Coded
from sknn.preprocessing.kinds import is_missing

MOST = 16_384
"""Most different entries that are kept for a column."""
_LAST = 1 << 64


@dataclass
class Entries:
    """The different entries of a column, distinguished and sorted by type and text.

    Up to `MOST` entries, all of them are kept, and everything is exact. If there are more, half of
    `MOST` are an even sample of the different entries: those with the smallest hashes. Their counts
    are exact, because no part of the table has dropped them. The other half are the entries with
    the most weight, which is exact up to `lost`.

    Attributes
    ----------
    entries : ndarray of objects of shape (k,)
    rows, weight : ndarray of shape (k,)
        Number of rows with each entry, and the sum of their weights.
    is_coded : bool
        Whether the column has a category dtype.
    n_rows : float Number of rows of the column.
    total : float Sum of the weights of all rows.
    limit : int
        Entries with a smaller hash have never been dropped.
    lost : float
        No entry has more than its recorded weight plus this.
    order : list or None
        The levels of an ordered category, lowest first; None if blocks do not agree.
    """

    entries: NDArray
    rows: NDArray
    weight: NDArray
    is_coded: bool
    n_rows: float
    total: float
    limit: int = _LAST
    lost: float = 0.0
    order: list | None = None

    @classmethod
    def of(cls, column: Any, weight: NDArray) -> Entries:
        """Count the entries of a column, an array of any type or Coded."""
        codes, entries = _grouped(column)
        rows = np.bincount(codes, minlength=len(entries)).astype(np.float64)
        total = np.bincount(codes, weight, minlength=len(entries))
        is_coded = isinstance(column, Coded)
        order = list(column.levels) if isinstance(column, Coded) and column.ordered else None
        n_rows, weighs = float(len(codes)), float(weight.sum())
        parts = _sorted(entries, rows, total)
        return cls(*parts, is_coded, n_rows, weighs, order=order)._cut()

    def merged(self, other: Entries) -> Entries:
        """Return the entries of both."""
        found = _sorted(
            [*self.entries, *other.entries],
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.weight, other.weight]),
        )
        return Entries(
            *found,
            self.is_coded or other.is_coded,
            self.n_rows + other.n_rows,
            self.total + other.total,
            min(self.limit, other.limit),
            self.lost + other.lost,
            self.order if other.is_blank or self.order == other.order else None,
        )._cut()

    def with_missing(self, rows: float, weight: float) -> Entries:
        """Return the same with a number of additional missing entries."""
        if not rows:
            return self
        one = np.array([None], object), np.array([rows]), np.array([weight])
        return self.merged(Entries(*one, False, rows, weight))

    @property
    def is_blank(self) -> bool:
        """Whether all entries are missing."""
        return not self.is_coded and all(map(is_missing, self.entries))

    @property
    def column(self) -> Any:
        """The entries as a column of a table."""
        if self.order is not None:
            places = [-1 if is_missing(each) else self.order.index(each) for each in self.entries]
            levels = np.array([*self.order, None], object)[:-1]
            return Coded(np.array(places, np.intp), levels, ordered=True)
        if self.is_coded:
            return Coded(np.arange(len(self.entries)), self.entries)
        return self.entries

    def every_row(self) -> NDArray:
        """Return the rows of each entry; those of dropped entries are added to the rarest."""
        rows = self.rows.copy()
        rows[np.argmin(rows)] += self.n_rows - rows.sum()
        return rows

    def even_weight(self) -> NDArray:
        """Return weights of entries that also represent the dropped ones.

        Dropped entries are like the rare ones of the sample.
        """
        weight = self.weight.copy()
        rare = np.array(_hashes(self.entries) if self.lost else [], object) < self.limit
        rare = rare & (weight <= self.lost) if self.lost else np.zeros(len(weight), bool)
        if rare.any():
            weight[rare] *= 1 + (self.total - weight.sum()) / weight[rare].sum()
        return weight

    def _cut(self) -> Entries:
        """Return the same with `MOST` entries or fewer."""
        if len(self.entries) <= MOST:
            return self
        hashes = np.array(_hashes(self.entries), object)
        order = np.argsort(hashes, kind="stable")
        n_sampled = min(MOST // 2, int((hashes < self.limit).sum()))
        limit = min(self.limit, hashes[order[n_sampled]])
        others = order[n_sampled:]
        others = others[np.lexsort((others, -self.weight[others]))]
        n_heavy = MOST - n_sampled
        kept = np.sort(np.concatenate([order[:n_sampled], others[:n_heavy]]))
        lost = self.lost + float(self.weight[others[n_heavy:]].max())
        parts = self.entries[kept], self.rows[kept], self.weight[kept]
        return Entries(*parts, self.is_coded, self.n_rows, self.total, limit, lost, self.order)


def _grouped(column: Any) -> tuple[NDArray, Sequence[Any]]:
    """Return entries, some of which may be equal, and for each row the index of its entry."""
    if isinstance(column, Coded):
        levels = [*column.levels, None]
        return np.where(column.codes < 0, len(levels) - 1, column.codes), levels
    if column.dtype.kind not in "OUSTb":
        values, codes = np.unique(column, return_inverse=True)
        return codes, list(values)
    entries: list[Any] = column.tolist()
    keys: Sequence[Any] = entries
    if column.dtype.kind == "O" and not keys_are_levels(column):
        keys = list(map(_key, entries))
    places: dict[Any, int] = {}
    codes = np.fromiter((places.setdefault(key, len(places)) for key in keys), np.intp, len(keys))
    firsts = np.unique(codes, return_index=True)[1]
    return codes, [entries[first] for first in firsts]


def _sorted(
    entries: Sequence[Any], rows: NDArray, weight: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Return the entries of different keys, sorted, with the sums of their rows and weights."""
    keys = list(map(_key, entries))
    used = sorted({key for key, own in zip(keys, rows, strict=True) if own})
    places = {key: place for place, key in enumerate(used)}
    codes = np.array([places.get(key, len(used)) for key in keys], np.intp)
    found = np.empty(len(used), object)
    for code, entry in zip(codes[::-1].tolist(), entries[::-1], strict=True):
        if code < len(used):
            found[code] = entry
    sums = (np.bincount(codes, each, minlength=len(used))[: len(used)] for each in (rows, weight))
    return found, *sums  # type: ignore[return-value]


def _key(entry: Any) -> tuple[str, str]:
    return type(entry).__name__, text(entry)


def _hashes(entries: NDArray) -> list[int]:
    """Return a 64-bit number for each entry, the same in every process."""
    digests = (
        hashlib.blake2b("\0".join(_key(each)).encode("utf-8", "replace"), digest_size=8).digest()
        for each in entries
    )
    return [int.from_bytes(each) for each in digests]
