"""Dates as numbers: a running count of days, and the parts of calendar and clock."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


def _days(moments: NDArray) -> NDArray:
    return (moments - np.datetime64(0, "us")) / np.timedelta64(1, "D")


def _year(moments: NDArray) -> NDArray:
    return moments.astype("M8[Y]").astype(np.int64) + 1970


def _month(moments: NDArray) -> NDArray:
    return moments.astype("M8[M]").astype(np.int64) % 12 + 1


def _day(moments: NDArray) -> NDArray:
    return (moments.astype("M8[D]") - moments.astype("M8[M]")).astype(np.int64) + 1


def _weekday(moments: NDArray) -> NDArray:
    # The first of January 1970 was a Thursday; Monday is 0.
    return (moments.astype("M8[D]").astype(np.int64) + 3) % 7


def _hour(moments: NDArray) -> NDArray:
    return (moments - moments.astype("M8[D]")) / np.timedelta64(1, "h")


PARTS: dict[str, Callable[[NDArray], NDArray]] = {
    "days": _days,
    "year": _year,
    "month": _month,
    "day": _day,
    "weekday": _weekday,
    "hour": _hour,
}
"""Days since 1970 with their fraction; year, month 1 to 12, day of the month 1 to 31, weekday
from Monday = 0; and hours since midnight with their fraction."""


def part(moments: NDArray, name: str) -> NDArray:
    """Return one part of each moment as float64, NaN if it is missing."""
    return np.where(np.isnat(moments), np.nan, PARTS[name](moments))


def varying_parts(moments: NDArray) -> list[str]:
    """Return the days and those other parts that vary."""
    known = moments[~np.isnat(moments)]
    others = [name for name, read in PARTS.items() if len(known) and np.ptp(read(known)) > 0]
    return ["days", *(name for name in others if name != "days")]
