"""Numbers, dates, and time spans of a column as float64, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.column_warnings import unread, warn_of_unread
from sknn.preprocessing.columns import Coded, Table
from sknn.preprocessing.kinds import DATE, NUMBER, READERS, SPAN, Form, missing, naming
from sknn.preprocessing.tokens.zones import to_utc, to_wall
from sknn.preprocessing.writing import Writing, writing_of

_HUGE = 8e307
_MONTHS, _MICRO, _NANO = "M", "us", "ns"


@dataclass
class Reading:
    """How the entries of a column become numbers.

    Attributes
    ----------
    kind : {"number", "date", "time span"}
    unit : {"M", "us", "ns"}
        What numbers of dates and time spans count. If all dates are the first of a month, as in
        columns of periods, they count months.
    zone : str
        The time zone in which the clocks of dates are read; blank for none.
    way : str
        How text is read; blank if there was none in fit.
    writing : Writing or None
        How text is written; None if most entries are not text.
    unread : float
        The share of entries that could not be read in fit.
    lost : None or NaN
        The missing entry of a column of text.
    """

    kind: str
    unit: str = _MICRO
    zone: str = ""
    way: str = ""
    writing: Writing | None = None
    unread: float = 0.0
    lost: float | None = None

    @classmethod
    def of(cls, form: Form, column: Any, zone: str = "") -> Reading:
        """Choose the unit that suits a column."""
        kind = form.kind
        reading = cls(kind, _MICRO, zone if kind == DATE else "", form.way)
        if form.way:
            reading._learn_texts(column)
        if kind == DATE:
            moments = reading.read(column)
            moments = moments[~np.isnat(moments)]
            if len(moments) and (moments == moments.astype("M8[M]")).all():
                reading.unit = _MONTHS
        elif kind == SPAN and _is_fine(column):
            reading.unit = _NANO
        return reading

    def _learn_texts(self, column: Any) -> None:
        self.writing = writing_of(self.kind, self.way, column)
        n_lost, n_given = unread(column, self.read(column))
        self.unread = n_lost / max(n_given, 1)
        self.lost = np.nan if any(isinstance(entry, float) for entry in column) else None

    def check(self, label: Any, column: Any) -> None:
        """Warn if the text of a column has another form than in fit."""
        n_lost, n_given = unread(column, self.read(column))
        warn_of_unread(label, self.kind, n_lost, n_given, self.unread)

    def check_asked(self, label: Any, column: Any) -> None:
        """Raise for requested texts that cannot be read; in a table, they are missing entries."""
        lost = np.isnan(self.numbers(column)) & ~missing(column)
        if lost.any():
            entry = column[lost][0]
            raise ValueError(
                f"conditions asks for {entry!r} in column {label!r}, which holds {self.kind}s; "
                "pass it as in X, or None for a missing entry."
            )

    def read(self, column: Any) -> NDArray:
        """Return a column as numbers, dates by the clock of their zone, or time spans."""
        if self.kind == SPAN:
            return _spans(column, self.unit, self.way)
        read = READERS[self.kind](column, self.way)
        if self.kind == NUMBER and (np.abs(read) > _HUGE).any():
            raise ValueError(
                "found infinity or a value too large; replace such entries, for example with NaN, "
                "which counts as missing."
            )
        return to_wall(read, self.zone) if self.zone else read

    def exact(self, column: Any) -> NDArray:
        """Return what `read` returns, with whole numbers beyond 2**53 as they are."""
        read = self.read(column)
        if self.kind != NUMBER or isinstance(column, Coded) or not (np.abs(read) > 2.0**53).any():
            return read
        if column.dtype.kind == "O" and all(isinstance(each, Integral) for each in column):
            column = np.array([int(each) for each in column])
        return column if column.dtype.kind in "iu" else read

    def numbers(self, column: Any) -> NDArray:
        """Return a column as float64, NaN where entries are missing."""
        return self.plain(self.read(column))

    def plain(self, read: NDArray) -> NDArray:
        """Return what was read as float64, NaN where entries are missing."""
        if self.kind == NUMBER:
            return read
        in_units = read.astype(f"{read.dtype.kind}8[{self.unit}]")
        return np.where(np.isnat(read), np.nan, in_units.astype(np.int64).astype(np.float64))

    def entries(self, numbers: NDArray) -> NDArray:
        """Return numbers as `read` does."""
        if self.kind == NUMBER:
            return numbers
        letter = "M" if self.kind == DATE else "m"
        out = np.full(len(numbers), np.array("NaT", f"{letter}8[{self.unit}]"))
        known = ~np.isnan(numbers)
        out[known] = np.rint(numbers[known]).astype(np.int64).astype(out.dtype)
        return out.astype("M8[us]") if self.kind == DATE else out

    def returned(self, entries: NDArray) -> NDArray:
        """Return entries as a frame holds them: dates in UTC, and text if the column was text."""
        if entries.dtype.kind == "M" and self.zone:
            entries = to_utc(entries, self.zone)
        return entries if self.writing is None else self._written(entries)

    def _written(self, entries: NDArray) -> NDArray:
        assert self.writing is not None
        texts = np.full(len(entries), self.lost, object)
        known = np.flatnonzero(~np.isnan(self.plain(entries)))
        # Only microseconds become datetime and timedelta of Python.
        some = entries[known]
        if self.kind != NUMBER:
            some = some.astype(f"{entries.dtype.kind}8[us]")
        texts[known] = [self.writing.write(entry) for entry in some.tolist()]
        return texts


def returned(parts: Sequence[Any], columns: list[NDArray]) -> list[NDArray]:
    """Return the columns of a table, as the parts of a coder decode them, for a frame."""
    pairs = zip(parts, columns, strict=True)
    return [c if part.reading is None else part.reading.returned(c) for part, c in pairs]


def check_texts(parts: Sequence[Any], table: Table) -> None:
    """Warn where the text of a column has another form than in fit."""
    for place, part in enumerate(parts):
        if part.reading is not None and part.reading.way:
            with naming(table.labels[place]):
                part.reading.check(table.labels[place], table.column(place))


def _is_fine(column: Any) -> bool:
    """Return whether time spans are no multiples of microseconds."""
    dtype = getattr(column, "dtype", None)
    if dtype != np.dtype("m8[ns]"):
        return False
    return bool((column != column.astype("m8[us]"))[~np.isnat(column)].any())


def _spans(column: Any, unit: str, way: str) -> NDArray:
    if unit == _NANO and getattr(column, "dtype", np.dtype("O")).kind == "m":
        return column.astype("m8[ns]")
    read = READERS[SPAN](column, way)
    spans = np.full(len(read), np.timedelta64("NaT", "us"))
    known = ~np.isnan(read)
    spans[known] = np.rint(read[known] * 1e6).astype(np.int64).astype("m8[us]")
    return spans.astype(f"m8[{unit}]")
