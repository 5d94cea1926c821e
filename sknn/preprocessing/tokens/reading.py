"""Numbers, dates, and time spans of a column as float64, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.columns import Coded
from sknn.preprocessing.kinds import DATE, NUMBER, READERS, SPAN
from sknn.preprocessing.tokens.zones import to_utc, to_wall

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
    """

    kind: str
    unit: str = _MICRO
    zone: str = ""

    @classmethod
    def of(cls, kind: str, column: Any, zone: str = "") -> Reading:
        """Choose the unit that suits a column."""
        reading = cls(kind, _MICRO, zone if kind == DATE else "")
        if kind == DATE:
            moments = reading.read(column)
            moments = moments[~np.isnat(moments)]
            if len(moments) and (moments == moments.astype("M8[M]")).all():
                reading.unit = _MONTHS
        elif kind == SPAN and _is_fine(column):
            reading.unit = _NANO
        return reading

    def read(self, column: Any) -> NDArray:
        """Return a column as numbers, dates by the clock of their zone, or time spans."""
        if self.kind == SPAN:
            return _spans(column, self.unit)
        read = READERS[self.kind](column)
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

    def in_utc(self, moments: NDArray) -> NDArray:
        """Return dates by the clock of their zone in UTC."""
        return to_utc(moments, self.zone) if self.zone else moments


def in_utc(parts: Sequence[Any], columns: list[NDArray]) -> list[NDArray]:
    """Return columns with dates in UTC, which the parts of a coder read by clocks."""
    pairs = zip(parts, columns, strict=True)
    return [part.reading.in_utc(c) if c.dtype.kind == "M" else c for part, c in pairs]


def _is_fine(column: Any) -> bool:
    """Return whether time spans are no multiples of microseconds."""
    dtype = getattr(column, "dtype", None)
    if dtype != np.dtype("m8[ns]"):
        return False
    return bool((column != column.astype("m8[us]"))[~np.isnat(column)].any())


def _spans(column: Any, unit: str) -> NDArray:
    if unit == _NANO and getattr(column, "dtype", np.dtype("O")).kind == "m":
        return column.astype("m8[ns]")
    read = READERS[SPAN](column)
    spans = np.full(len(read), np.timedelta64("NaT", "us"))
    known = ~np.isnan(read)
    spans[known] = np.rint(read[known] * 1e6).astype(np.int64).astype("m8[us]")
    return spans.astype(f"m8[{unit}]")
