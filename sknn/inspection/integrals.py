"""Integrals of gradients along the line from a baseline to every row."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, fields
from math import prod

import numpy as np
from numpy.typing import NDArray

from sknn.inspection.answers import ScalarAnswer
from sknn.training.warnings import users_level

_FIRST_PIECES = 16
# Rows are processed in chunks whose pieces hold about this many numbers.
_NUMBERS = 1 << 22


@dataclass
class _Pieces:
    """Pieces of the lines of several rows; all arrays have one entry per piece.

    Attributes
    ----------
    rows : ndarray of int
        The place of the row.
    left, width : ndarray
        Where the piece begins, and its length; a line goes from 0 to 1.
    first, last : ndarray
        The function at both ends.
    shares : ndarray of shape (n_pieces, *row shape)
        The integral over the piece, by the midpoint rule.
    """

    rows: NDArray
    left: NDArray
    width: NDArray
    first: NDArray
    last: NDArray
    shares: NDArray

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, which: NDArray) -> _Pieces:
        """Return some of the pieces."""
        return _Pieces(*(getattr(self, each.name)[which] for each in fields(self)))

    def joined(self, other: _Pieces) -> _Pieces:
        """Return these pieces and others."""
        return _Pieces(
            *(
                np.concatenate([getattr(self, each.name), getattr(other, each.name)])
                for each in fields(self)
            )
        )

    @property
    def error(self) -> NDArray:
        """The sum of the shares of each piece, minus the change along it."""
        return self.shares.reshape(len(self), -1).sum(axis=1) - (self.last - self.first)


class _Lines:
    """The lines from a baseline to rows."""

    def __init__(self, answer: ScalarAnswer, x: NDArray, start: NDArray, rows: NDArray) -> None:
        self.answer = answer
        self.rows = rows
        self.start = np.broadcast_to(start, x.shape)[rows]
        self.way = x[rows] - self.start
        # Rows in order pass on a state, so all rows must be at the same point of their lines.
        self.in_step = answer.network.carries_state

    def value(self, rows: NDArray, t: NDArray) -> NDArray:
        """Return the function at points of the lines of some rows."""
        return self._asked(self.answer.value, rows, t)

    def pieces(
        self, rows: NDArray, left: NDArray, width: NDArray, first: NDArray, last: NDArray
    ) -> _Pieces:
        """Return measured pieces."""
        gradient = self._asked(self.answer.gradient, rows, left + 0.5 * width)
        step = self.way[rows] * _beside(width, self.way)
        return _Pieces(rows, left, width, first, last, np.nan_to_num(gradient * step))

    def first_pieces(self, n: int) -> _Pieces:
        """Return n pieces of every line, all of the same length."""
        n_rows = len(self.rows)
        ends = np.repeat(np.arange(n + 1) / n, n_rows)
        value = self.value(np.tile(np.arange(n_rows), n + 1), ends)
        rows, width = np.tile(np.arange(n_rows), n), np.full(n * n_rows, 1.0 / n)
        return self.pieces(rows, ends[:-n_rows], width, value[:-n_rows], value[n_rows:])

    def halves(self, pieces: _Pieces) -> _Pieces:
        """Return both halves of every piece."""
        rows, width = pieces.rows, 0.5 * pieces.width
        middle = pieces.left + width
        value = self.value(rows, middle)
        left = self.pieces(rows, pieces.left, width, pieces.first, value)
        return left.joined(self.pieces(rows, middle, width, value, pieces.last))

    def _asked(self, ask: Callable, rows: NDArray, t: NDArray) -> NDArray:
        size = len(self.rows) if self.in_step else max(len(rows), 1)
        found = []
        for begin in range(0, len(rows), size):
            some = rows[begin : begin + size]
            way = _beside(t[begin : begin + size], self.way) * self.way[some]
            found.append(ask(self.start[some] + way, self.rows[some]))
        return np.concatenate(found)


def integral(
    answer: ScalarAnswer, x: NDArray, start: NDArray, tol: float, max_steps: int
) -> NDArray:
    """Return the integral of the gradient along the line to every row, times its direction.

    Each line is cut into pieces. A piece whose shares do not add up to the change of the function
    along it, for example because the slope of a rectifier jumps there, is halved.

    Parameters
    ----------
    answer : ScalarAnswer
        Settled on `x`.
    x : ndarray of shape (n, ...)
    start : ndarray of shape (n, ...) or (1, ...)
    tol : float
        The largest error of a row, relative to the sum of its absolute shares.
    max_steps : int
        The largest number of pieces of a line.
    """
    out, off = np.zeros(x.shape), np.zeros(len(x))
    if answer.network.carries_state:
        step = max(len(x), 1)
    else:
        step = max(1, _NUMBERS // (2 * _FIRST_PIECES * max(prod(x.shape[1:]), 1)))
    for begin in range(0, len(x), step):
        rows = np.arange(begin, min(begin + step, len(x)))
        lines = _Lines(answer, x, start, rows)
        out[rows], off[rows] = _sums(lines, tol, max_steps)
    if off.any():
        warnings.warn(
            f"The attributions of {np.count_nonzero(off)} rows do not add up to the difference "
            f"they explain within tol={tol:g}; the worst is off by {off.max():.2g}. Call "
            f"integrated_gradients with a higher max_steps than max_steps={max_steps}.",
            UserWarning,
            stacklevel=users_level(),
        )
    return out


def _sums(lines: _Lines, tol: float, max_steps: int) -> tuple[NDArray, NDArray]:
    """Return the shares of rows, and how far they are off; 0 within the tolerance."""
    n = len(lines.rows)
    pieces = lines.first_pieces(min(_FIRST_PIECES, max_steps))
    while True:
        sums = np.zeros(lines.way.shape)
        np.add.at(sums, pieces.rows, pieces.shares)
        allowed = tol * np.abs(sums).reshape(n, -1).sum(axis=1) + 1e-12
        error = pieces.error
        off = np.abs(np.bincount(pieces.rows, error, n))
        bad = off > allowed
        count = np.bincount(pieces.rows, minlength=n)
        # If no piece has more than its part of the error, their sum is small enough.
        split = bad[pieces.rows] & (np.abs(error) * count[pieces.rows] > allowed[pieces.rows])
        if lines.in_step:
            split = np.isin(pieces.left, pieces.left[split])
        full = count + np.bincount(pieces.rows[split], minlength=n) > max_steps
        split &= ~full[pieces.rows]
        if not split.any():
            return sums, np.where(bad, off, 0.0)
        pieces = pieces.part(~split).joined(lines.halves(pieces.part(split)))


def _beside(numbers: NDArray, rows: NDArray) -> NDArray:
    """Return one number for each row in a shape that multiplies rows."""
    return numbers.reshape(-1, *[1] * (rows.ndim - 1))
