"""Conditions of generated rows, and how the other entries are filled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network
from sknn.estimators.synthesizer.draws import Chance, Drawing, EvenChance
from sknn.preprocessing.columns import Table
from sknn.preprocessing.conditions import asked, check_type, never_seen
from sknn.preprocessing.kinds import naming
from sknn.preprocessing.tokens.coder import ColumnTokens, TableCoder
from sknn.preprocessing.tokens.numbers import NumberTokens

_SLAB_ROWS = 4096
_DRAWS = 25


@dataclass
class Wanted:
    """Rows to generate.

    Attributes
    ----------
    rows : ndarray of shape (n, n_inputs)
        For the network, with 1 at the columns that are given.
    given : list of (values, where) or None
        For each column, its entries, and which of them are given.
    own : dict of int to object
        Given columns as they were passed, if they are of the library of the table.
    """

    rows: NDArray
    given: list[tuple[NDArray, NDArray] | None]
    own: dict[int, Any]


Summary = Callable[[ColumnTokens, list[NDArray]], NDArray]
"""Reduces several draws of a column to one entry per row."""


def summary(strategy: Any) -> Summary | None:
    """Return the function that summarizes several draws; None for a single draw."""
    if strategy not in _SUMMARIES:
        raise ValueError(f"strategy must be one of {sorted(_SUMMARIES)}; got {strategy!r}.")
    return _SUMMARIES[strategy]


def gaps(coder: TableCoder, table: Table) -> Wanted:
    """Return rows in which all entries that are not missing are given."""
    rows = coder.encode(table, np.float32)
    known = rows[:, coder.known]
    given: list[Any] = []
    own = {}
    for place, column in enumerate(coder.columns):
        with naming(coder.labels[place]):
            values, lost = column.read(table.column(place))
        known[:, place] = ~lost
        given.append((values, ~lost))
        own[place] = coder.maker.own(table.frame, place)
    return Wanted(rows, given, own)


def conditions(coder: TableCoder, wanted: Any, n: int) -> Wanted:
    """Return a number of rows of which some columns are given."""
    rows = np.zeros((n, coder.n_inputs), np.float32)
    given: list[Any] = [None] * len(coder.columns)
    known = rows[:, coder.known]
    starts = np.searchsorted(coder.owners, np.arange(len(coder.columns)))
    own = {}
    for at, (place, label, one) in enumerate(asked(coder.labels, wanted, n)):
        column = coder.columns[place]
        with naming(label, "conditions"):
            codes, number, _ = column.encode(one)
            values, _ = column.read(one)
        if column.reading is not None:
            column.reading.check_asked(label, one)
        if (codes[:, 0] < 0).any():
            raise never_seen(label, values[codes[:, 0] < 0][0], column.seen.tolist())
        check_type(label, values, coder.maker.number_type(place))
        if hasattr(wanted, "columns") and len(wanted) == n:
            own[place] = coder.maker.own(wanted, at)
        rows[:, starts[place] : starts[place] + codes.shape[1]] = codes
        if number is not None:
            rows[:, len(coder.sizes) + coder.numbers.index(place)] = number
        known[:, place] = 1.0
        given[place] = (values, np.ones(n, bool))
    return Wanted(rows, given, own)


def table(coder: TableCoder, wanted: Wanted, columns: list[NDArray]) -> Any:
    """Return the table of the columns, with given entries as they were passed."""
    made = coder.table(columns)
    for place, own in wanted.own.items():
        given = wanted.given[place]
        if own is not None and given is not None and given[1].any():
            made = coder.maker.put(made, place, own, given[1])
    return made


def fill(
    coder: TableCoder,
    network: Network,
    wanted: Wanted,
    rng: Any,
    lost: bool,
    summarize: Summary | None = None,
) -> list[NDArray]:
    """Return the columns of the rows, with entries that are given as they are.

    Without `summarize`, entries are drawn once, otherwise several times.
    """
    n = len(wanted.rows)
    known = wanted.rows[:, coder.known] > 0.5
    open_rows = np.flatnonzero(~known.all(axis=1))
    pieces = [
        open_rows[start : start + _SLAB_ROWS] for start in range(0, len(open_rows), _SLAB_ROWS)
    ]
    made = []
    for piece in pieces:
        rows = wanted.rows[piece]
        if summarize is None:
            made.append(Drawing(coder, network, rows, Chance(rng), lost).run())
        else:
            draws = _even_draws(coder, network, rows, rng, lost)
            pairs = zip(coder.columns, zip(*draws, strict=True), strict=True)
            made.append([summarize(column, list(entries)) for column, entries in pairs])
    columns = []
    for place in range(len(coder.columns)):
        parts = [part[place] for part in made]
        given = wanted.given[place]
        if given is not None and given[1].all():
            columns.append(given[0])
            continue
        kind = given[0] if given is not None else parts[0]
        column = np.empty(n, kind.dtype)
        if parts:
            column[open_rows] = np.concatenate(parts)
        if given is not None:
            column[given[1]] = given[0][given[1]]
        columns.append(column)
    return columns


def _even_draws(
    coder: TableCoder, network: Network, rows: NDArray, rng: Any, lost: bool
) -> list[list[NDArray]]:
    chance, draws = EvenChance(rng, len(rows), _DRAWS), []
    for chance.now in range(_DRAWS):
        draws.append(Drawing(coder, network, rows, chance, lost).run())
    return draws


def _mean(column: ColumnTokens, draws: list[NDArray]) -> NDArray:
    """Return the mean of numbers and dates, and the most frequent of other entries."""
    return column.mean(draws) if isinstance(column, NumberTokens) else _most_frequent(draws)


def _middle(column: ColumnTokens, draws: list[NDArray]) -> NDArray:
    """Return the median of numbers and dates, and the most frequent of other entries."""
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


_SUMMARIES: dict[str, Summary | None] = {"draw": None, "mean": _mean, "most_likely": _middle}


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
