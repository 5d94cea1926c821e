"""Parts of dates, computed from microseconds since 1970 in whole numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sknn.persistence.onnx.graph import Tensor

MISSING = np.iinfo(np.int64).min
"""Marks a missing date, as in NumPy's own datetime64."""
_DAY = 86_400_000_000
_HOUR = 3_600_000_000
# Days from the first of March of the year 0 to 1970, and days in 400, 100, 4 years and in one.
_MARCH_0 = 719_468
_ERA = 146_097


def part_of(moments: Tensor, name: str) -> Tensor:
    """Return a part of dates as float64, NaN if they are missing.

    Parameters
    ----------
    moments : Tensor of int64
        Microseconds since 1970-01-01.
    name : {"days", "year", "month", "day", "weekday", "hour"}
    """
    graph = moments.graph
    value = graph.cast(_PARTS[name](moments), np.float64)
    return graph.where(moments.equals(MISSING), graph.constant(np.nan, np.float64), value)


def _modulo(x: Tensor, divisor: int) -> Tensor:
    """Return the remainder, which is never negative."""
    return x.graph.op("Mod", x, np.int64(divisor))


def _floor_divide(x: Tensor, divisor: int) -> Tensor:
    return (x - _modulo(x, divisor)) / divisor


def _days(moments: Tensor) -> Tensor:
    return moments.graph.cast(moments, np.float64) / float(_DAY)


def _hour(moments: Tensor) -> Tensor:
    return moments.graph.cast(_modulo(moments, _DAY), np.float64) / float(_HOUR)


def _weekday(moments: Tensor) -> Tensor:
    return _modulo(_floor_divide(moments, _DAY) + 3, 7)


def _civil(moments: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return year, month, and day; the year begins in March, so that its leap day is its last.

    The algorithm is Hinnant's (2013), "chrono-compatible low-level date algorithms",
    civil_from_days.
    """
    graph = moments.graph
    days = _floor_divide(moments, _DAY) + _MARCH_0
    era, day_of_era = _floor_divide(days, _ERA), _modulo(days, _ERA)
    leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096
    year_of_era = (day_of_era - leap_days) / 365
    day = day_of_era - (year_of_era * 365 + year_of_era / 4 - year_of_era / 100)
    since_march = (day * 5 + 2) / 153
    is_next_year = since_march > 9
    month = since_march + graph.where(is_next_year, graph.constant(-9, np.int64), np.int64(3))
    year = year_of_era + era * 400 + graph.cast(is_next_year, np.int64)
    return year, month, day - (since_march * 153 + 2) / 5 + 1


_PARTS: dict[str, Callable[[Tensor], Tensor]] = {
    "days": _days,
    "year": lambda moments: _civil(moments)[0],
    "month": lambda moments: _civil(moments)[1],
    "day": lambda moments: _civil(moments)[2],
    "weekday": _weekday,
    "hour": _hour,
}
