"""Moments by the clock of a time zone."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray


def zone_named(name: str) -> datetime.tzinfo:
    """Return the time zone with a name such as "Europe/Berlin", "UTC", "+05:30", "UTC-03:00"."""
    offset = name.removeprefix("UTC")
    if offset[:1] in ("+", "-"):
        hours, minutes = offset[1:].split(":")[:2]
        ahead = datetime.timedelta(hours=int(hours), minutes=int(minutes))
        return datetime.timezone(-ahead if offset[0] == "-" else ahead)
    return datetime.UTC if name in ("UTC", "Z") else ZoneInfo(name)


def name_of(zone: datetime.tzinfo | None) -> str:
    """Return the name of a time zone; blank for UTC, none, and zones without a name."""
    return _usable("" if zone is None else str(zone))


def zone_of_text(text: str, before: str) -> str:
    """Return the name of the zone in the text of a dtype, blank if there is none to use."""
    return _usable(re.split("[]']", text.partition(before)[2])[0])


def _usable(name: str) -> str:
    try:
        return "" if not name or zone_named(name) is datetime.UTC else name
    except (KeyError, ValueError, OSError):
        return ""


def to_wall(moments: NDArray, name: str) -> NDArray:
    """Return what the clocks of a zone show at moments in UTC, datetime64[us]."""
    zone = zone_named(name)

    def shown(moment: datetime.datetime) -> datetime.datetime:
        return moment.replace(tzinfo=datetime.UTC).astimezone(zone).replace(tzinfo=None)

    return _each(moments, shown)


def to_utc(moments: NDArray, name: str) -> NDArray:
    """Return the moments, in UTC, at which the clocks of a zone show these; the first of two."""
    zone = zone_named(name)

    def moment(shown: datetime.datetime) -> datetime.datetime:
        return shown.replace(tzinfo=zone).astimezone(datetime.UTC).replace(tzinfo=None)

    return _each(moments, moment)


def _each(moments: NDArray, change: Callable[[datetime.datetime], datetime.datetime]) -> NDArray:
    """Change the different moments; those that Python cannot represent stay as they are."""
    if not len(moments):
        return moments
    values, places = np.unique(moments, return_inverse=True)
    out = values.copy()
    for place, value in enumerate(values.tolist()):
        if isinstance(value, datetime.datetime):
            try:
                out[place] = change(value)
            except OverflowError:
                continue
    return out[places]
