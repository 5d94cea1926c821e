"""Numbers and dates given as text: which of them a column holds, and how they are read."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

MISSING_WORDS = frozenset(
    "? - -- . na n/a n.a. #n/a #na <na> nan -nan nat null none nil missing unknown".split()
) | {"", "0000-00-00", "0000-00-00 00:00:00"}
"""Texts that mean a missing entry in a column of numbers or dates, in any case."""

_NEARLY_ALL = 0.95
_HALF = 0.5
_SAMPLE = 200

_CODE = re.compile(r"\+?0\d[\d ]*|\d{16,}|\+\d{7,}")
"""Whole numbers with leading zeros, more digits than a float has, or the plus of a telephone."""
_CURRENCY = r"(?:[$€£¥₹₩₽]|USD|EUR|GBP|CHF|JPY|CNY|INR)?"
_DIGITS = r"(?P<digits>\d{1,3}(?:[, '\u00a0\u2009\u202f]\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)"
NUMBER_LAYOUT = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+\u2212]?)\s*{_CURRENCY}\s*(?P<inner>[-+\u2212]?){_DIGITS}"
    rf"(?P<power>[eE][-+]?\d+)?\s*{_CURRENCY}\s*(?P<percent>%?)\s*(?(open)\))"
)
_BETWEEN = re.compile(r"[, '\u00a0\u2009\u202f]")
OTHER_POINT = str.maketrans(",.", ".,")
"""Turns a number with a decimal comma into one with a decimal point, and back."""


def stands_for_missing(text: str) -> bool:
    """Return whether a text in a column of numbers or dates means that the entry is missing."""
    return text.strip().lower() in MISSING_WORDS


def number(text: str) -> float | None:
    """Return a number given as text, with thousands separators, currency, or percent; else None.

    Parentheses are a minus, as in accounting. Anything beyond all floats is not a number: codes
    such as 7E999 look like it.
    """
    try:
        value = float(text)
    except ValueError:
        found = NUMBER_LAYOUT.fullmatch(text.strip())
        value = math.inf if found is None else _composed_number(found)
    return value if math.isfinite(value) else None


def _composed_number(found: re.Match[str]) -> float:
    value = float(_BETWEEN.sub("", found["digits"]) + (found["power"] or ""))
    signs = found["sign"] + found["inner"]
    negative = bool(found["open"]) != ("-" in signs or "\u2212" in signs)
    return (-value if negative else value) / (100.0 if found["percent"] else 1.0)


def _number_with_comma(text: str) -> float | None:
    """Return a number whose decimals follow a comma."""
    return number(text.translate(OTHER_POINT))


_TIME = (
    r"(?:(?:T|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|UTC|GMT|[-+]\d{2}:?\d{2})?)?"
)
_DAY, _MONTH, _YEAR = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})", r"(?P<year>\d{4})"
_WEEKDAY = r"(?:(?P<weekday>[A-Za-z]{3,9}),?\s+)?"
_NAME = r"(?P<month>[A-Za-z]{3,9})\.?"
_LAYOUTS = {
    "year first": rf"{_YEAR}(?:-(?P<month>\d{{1,2}})(?:-(?P<day>\d{{1,2}}))?"
    rf"|(?P<sep>[./])(?P<other_month>\d{{1,2}})(?P=sep)(?P<other_day>\d{{1,2}}))",
    "day first": rf"{_DAY}(?P<sep>[-./]){_MONTH}(?P=sep){_YEAR}",
    # Dates that begin with the month are never written with points.
    "month first": rf"{_MONTH}(?P<sep>[-/]){_DAY}(?P=sep){_YEAR}",
    "day, name of month": rf"{_WEEKDAY}{_DAY}\.?[-\s/]+{_NAME}[-\s/,]+{_YEAR}",
    "name of month, day": rf"{_WEEKDAY}{_NAME}[-\s]+{_DAY},?\s+{_YEAR}",
}
DATE_LAYOUTS = {name: re.compile(layout + _TIME) for name, layout in _LAYOUTS.items()}
MONTHS = "january february march april may june july august september october november december"
_MONTH_NAMES = {
    short: place + 1
    for place, name in enumerate(MONTHS.split())
    for short in (name, name[:3], name[:4])
}


def _moment_by(pattern: re.Pattern[str]) -> Callable[[str], datetime.datetime | None]:
    """Return a reader for dates of one layout; those with a time zone are read as UTC."""

    def read(text: str) -> datetime.datetime | None:
        found = pattern.fullmatch(text.strip())
        try:
            return None if found is None else _composed_date(found.groupdict())
        except (ValueError, OverflowError):
            return None

    return read


def _year_first(text: str) -> datetime.datetime | None:
    """Return a date whose year comes first; those in the usual form quickly."""
    clock = text[10:11] in (" ", "T") and text[13:14] == ":" and text[16:17] in ("", ":")
    if text[4:5] == "-" == text[7:8] and (len(text) == 10 or clock and len(text) in (16, 19)):
        try:
            return datetime.datetime.fromisoformat(text)
        except ValueError:
            pass
    return _BY_LAYOUT["year first"](text)


def _composed_date(parts: dict[str, Any]) -> datetime.datetime:
    month = parts["month"] or parts["other_month"]
    day = parts["day"] or parts.get("other_day") or 1
    month = int(month) if month.isdecimal() else _MONTH_NAMES.get(month.lower(), 0)
    fraction = (parts["part"] or "").ljust(6, "0")[:6]
    moment = datetime.datetime(
        int(parts["year"]),
        month,
        int(day),
        _hour(int(parts["hour"] or 0), parts["half"]),
        int(parts["minute"] or 0),
        int(parts["second"] or 0),
        int(fraction),
    )
    return moment - offset_of(parts["zone"])


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no hour of half a day")
    return hour % 12 + 12 * (half in ("PM", "pm", "Pm", "pM"))


def offset_of(zone: str | None) -> datetime.timedelta:
    """Return how far the clocks of a time zone, written like +02:00, are ahead of UTC."""
    if zone is None or zone[0] not in "+-":
        return datetime.timedelta()
    span = datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -span if zone[0] == "-" else span


SPAN_LAYOUT = re.compile(
    r"(?:(?P<days>-?\d{1,6}) days?,?\s+\+?)?(?P<sign>-?)"
    r"(?P<hours>\d{1,4}):(?P<minutes>\d{2})(?::(?P<seconds>\d{2}(?:\.\d{1,9})?))?"
)


def span(text: str) -> datetime.timedelta | None:
    """Return a time span or a time of day, written like 1 days 02:30:00; else None."""
    found = SPAN_LAYOUT.fullmatch(text.strip())
    if found is None:
        return None
    days, hours, minutes, seconds = (float(each or 0) for each in found.group(1, 3, 4, 5))
    clock = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return datetime.timedelta(days) + (-clock if found["sign"] else clock)


NUMBERS: dict[str, Callable[[str], Any]] = {
    "decimal point": number,
    "decimal comma": _number_with_comma,
}
"""The ways to read numbers, by name."""
UNAMBIGUOUS = ("year first", "day, name of month", "name of month, day")
_BY_LAYOUT: dict[str, Callable[[str], datetime.datetime | None]] = {
    name: _moment_by(pattern) for name, pattern in DATE_LAYOUTS.items()
}
_QUICKLY = _BY_LAYOUT | {"year first": _year_first}


def _moment_by_any(layouts: Sequence[str]) -> Callable[[str], datetime.datetime | None]:
    """Return a reader for dates of several layouts, none of which reads a text of another."""

    def read(text: str) -> datetime.datetime | None:
        every = (_QUICKLY[name](text) for name in layouts)
        return next((moment for moment in every if moment is not None), None)

    return read


_ORDERS = ("day first", "month first")
MIXED = {f"mixed, {order}": (*UNAMBIGUOUS, order) for order in _ORDERS}
"""The layouts of dates in columns that hold several, by the name of the way to read them."""
DATES: dict[str, Callable[[str], Any]] = _QUICKLY | {
    name: _moment_by_any(layouts) for name, layouts in MIXED.items()
}
"""The ways to read dates, by name."""
SPANS: dict[str, Callable[[str], Any]] = {"clock": span}
"""The ways to read time spans, by name."""
_WAYS = {"number": NUMBERS, "date": DATES, "time span": SPANS}


@dataclass
class Spelling:
    """What the texts of a column are.

    Attributes
    ----------
    kind : str
        "number", "date", or "time span"; blank for words.
    way : str
        How they are read: a key of `NUMBERS`, `DATES` or `SPANS`.
    odd : list of str
        Those that cannot be read so.
    ambiguous : bool
        They are dates, but day and month cannot be distinguished.
    """

    kind: str = ""
    way: str = ""
    odd: list[str] = field(default_factory=list)
    ambiguous: bool = False


def spelling_of(texts: Sequence[str], others: str = "", n_others: int = 0) -> Spelling:
    """Decide how distinct texts are read: as numbers or dates where nearly all are, else as words.

    Parameters
    ----------
    texts : sequence of str
    others : {"", "number", "date", "time span"}
        The kind of the other entries of the column; blank if there are none.
    n_others : int
        How many different ones of these there are.
    """
    known = [text for text in texts if not stands_for_missing(text)]
    if not others and not known:
        return Spelling()
    found = (_best(known, kind, n_others) for kind in ([others] if others else _WAYS))
    best = next((each for each in found if each.way or each.ambiguous), Spelling())
    is_code = best.kind == "number" and any(_CODE.fullmatch(text.strip()) for text in known)
    return Spelling() if is_code else best


def _best(texts: list[str], kind: str, n_others: int) -> Spelling:
    """Return the way that reads most texts, the first of those that read as many."""
    odd = _unread(texts, kind, n_others)
    most = (1 - _NEARLY_ALL) * (len(texts) + n_others)
    good = {way: each for way, each in odd.items() if len(each) <= most}
    if _is_ambiguous(texts, good, MIXED):
        # In a column of one other layout, a few such dates are odd.
        good = {way: each for way, each in good.items() if way not in MIXED}
        if not good:
            return Spelling(ambiguous=True)
    if not good:
        return Spelling()
    if _is_ambiguous(texts, good, _ORDERS):
        return Spelling(ambiguous=True)
    best = min(good, key=lambda way: len(good[way]))
    return Spelling(kind, best, good[best])


def _unread(texts: list[str], kind: str, n_others: int) -> dict[str, list[str]]:
    """Return the texts that each way cannot read, of the ways that read more than half of them."""
    sample = texts[:: len(texts) // _SAMPLE + 1]
    odd: dict[str, list[str]] = {}
    for way, read in _WAYS[kind].items():
        if way in MIXED and not all(each for way, each in odd.items() if way not in MIXED):
            break  # One layout reads all texts.
        if n_others or _share(sample, read) > _HALF:
            odd[way] = [text for text in texts if read(text) is None]
    return odd


def _share(texts: list[str], read: Callable[[str], Any]) -> float:
    return sum(read(text) is not None for text in texts) / max(len(texts), 1)


def _is_ambiguous(texts: list[str], odd: dict[str, list[str]], pair: Collection[str]) -> bool:
    """Return whether both ways of a pair read as many texts as the best way, but not alike."""
    fewest = min(map(len, odd.values()), default=0)
    if not all(way in odd and len(odd[way]) == fewest for way in pair):
        return False
    one, other = ([DATES[way](text) for text in texts] for way in pair)
    return one != other
