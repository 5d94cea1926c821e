"""Conditions of generated rows, and how the other entries are filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network
from sknn.estimators.synthesizer.draws import Drawing
from sknn.preprocessing.columns import Table
from sknn.preprocessing.conditions import asked, never_seen
from sknn.preprocessing.kinds import naming
from sknn.preprocessing.tokens.coder import TableCoder

_SLAB_ROWS = 4096
_DRAWS = {"draw": 1, "most_likely": 25}


@dataclass
class Wanted:
    """Rows to be made.

    Attributes
    ----------
    rows : ndarray of shape (n, n_inputs)
        For the network, with 1 at the columns that are given.
    given : list of (values, where) or None
        For each column, its entries, and which of them are given.
    """

    rows: NDArray
    given: list[tuple[NDArray, NDArray] | None]


def n_draws(strategy: Any) -> int:
    """Return how many draws a strategy looks at."""
    if strategy not in _DRAWS:
        raise ValueError(f"strategy must be one of {sorted(_DRAWS)}; got {strategy!r}.")
    return _DRAWS[strategy]


def gaps(coder: TableCoder, table: Table) -> Wanted:
    """Return rows of which all entries are given that are not missing."""
    rows = coder.encode(table, np.float32)
    known = rows[:, -1 - len(coder.columns) : -1]
    given: list[Any] = []
    for place, column in enumerate(coder.columns):
        with naming(coder.labels[place]):
            values, lost = column.read(table.column(place))
        known[:, place] = ~lost
        given.append((values, ~lost))
    return Wanted(rows, given)


def conditions(coder: TableCoder, wanted: Any, n: int) -> Wanted:
    """Return a number of rows of which some columns are given."""
    rows = np.zeros((n, coder.n_inputs), np.float32)
    given: list[Any] = [None] * len(coder.columns)
    known = rows[:, -1 - len(coder.columns) : -1]
    starts = np.searchsorted(coder.owners, np.arange(len(coder.columns)))
    for place, label, one in asked(coder.labels, wanted, n):
        column = coder.columns[place]
        with naming(label):
            codes, number, _ = column.encode(one)
            values, _ = column.read(one)
        if (codes[:, 0] < 0).any():
            raise never_seen(label, values[codes[:, 0] < 0][0])
        rows[:, starts[place] : starts[place] + codes.shape[1]] = codes
        if number is not None:
            rows[:, len(coder.sizes) + coder.numbers.index(place)] = number
        known[:, place] = 1.0
        given[place] = (values, np.ones(n, bool))
    return Wanted(rows, given)


def fill(
    coder: TableCoder, network: Network, wanted: Wanted, rng: Any, lost: bool, n_draws: int
) -> list[NDArray]:
    """Return the columns of the rows, with entries that are given as they are."""
    n = len(wanted.rows)
    known = wanted.rows[:, -1 - len(coder.columns) : -1] > 0.5
    open_rows = np.flatnonzero(~known.all(axis=1))
    pieces = [
        open_rows[start : start + _SLAB_ROWS] for start in range(0, len(open_rows), _SLAB_ROWS)
    ]
    made = []
    for piece in pieces:
        draws = [
            Drawing(coder, network, wanted.rows[piece], rng, lost).run() for _ in range(n_draws)
        ]
        made.append([_middle([draw[j] for draw in draws]) for j in range(len(coder.columns))])
    columns = []
    for place in range(len(coder.columns)):
        parts = [part[place] for part in made]
        given = wanted.given[place]
        kind = given[0] if given is not None else parts[0]
        column = np.empty(n, kind.dtype)
        if parts:
            column[open_rows] = np.concatenate(parts)
        if given is not None:
            column[given[1]] = given[0][given[1]]
        columns.append(column)
    return columns


def _middle(draws: list[NDArray]) -> NDArray:
    """Return the median of numbers and dates, the most frequent of other entries."""
    if len(draws) == 1:
        return draws[0]
    if draws[0].dtype.kind == "O":
        return _most_frequent(draws)
    plain = np.stack(draws)
    middle = np.partition(plain, len(draws) // 2, axis=0)
    return middle[len(draws) // 2]


def _most_frequent(draws: list[NDArray]) -> NDArray:
    levels: dict[Any, int] = {}
    firsts: list[Any] = []
    codes = np.empty((len(draws), len(draws[0])), np.intp)
    for i, draw in enumerate(draws):
        for j, entry in enumerate(draw):
            key = (type(entry), str(entry))
            if key not in levels:
                levels[key] = len(firsts)
                firsts.append(entry)
            codes[i, j] = levels[key]
    counts = np.zeros((len(firsts), codes.shape[1]), np.intp)
    for row in codes:
        counts[row, np.arange(codes.shape[1])] += 1
    values = np.empty(len(firsts), object)
    values[:] = firsts
    return values[counts.argmax(axis=0)]


def allowed(coder: TableCoder, rows: NDArray) -> NDArray:
    """Return which codes each token of rows can have, given those before it."""
    codes = coder.codes(rows)
    parts, token = [], 0
    for column in coder.columns:
        first = column.first(True)
        parts.append(np.broadcast_to(first, (len(rows), len(first))))
        if len(column.sizes) > 1:
            second = column.second(codes[:, token])  # type: ignore[union-attr]
            parts.append(second | ~second.any(axis=1, keepdims=True))
        token += len(column.sizes)
    return np.concatenate(parts, axis=1)
