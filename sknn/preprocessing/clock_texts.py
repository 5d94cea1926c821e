"""Write dates and time spans as the texts of a column are written."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sknn.preprocessing.texts import DATE_LAYOUTS, MIXED, MONTHS, SPAN_LAYOUT, offset_of

_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_SHORT = 3
_LONGEST = {"month": 4, "weekday": 5}
"""Most letters of abbreviations: Sept, Thurs."""
_NO_FIELDS = ("sep", "sign")
_WITH_FRACTION = ("part", "seconds")
_FAIR_SHARE = 0.2
"""Share of texts from which on a layout with more fields is preferred to the most frequent one."""
_SECOND = datetime.timedelta(seconds=1)


class Piece(NamedTuple):
    """A part of a text.

    Attributes
    ----------
    field : str
        Its name in the layout; blank for the same characters in every text.
    text : str
        These characters, or an example of the field.
    """

    field: str
    text: str


@dataclass
class TextLayout:
    """The most frequent layout of texts, or one with more fields that is frequent, too.

    Attributes
    ----------
    pieces : list of Piece
        Numbers are the shortest ones, which have no leading zeros if any number has none. Names
        and fractions of seconds are the longest ones.
    """

    pieces: list[Piece]

    @classmethod
    def of(cls, found: Sequence[re.Match[str]]) -> TextLayout:
        """Learn from matches."""
        split = [_pieces(match) for match in found]
        counts = Counter(map(_key, split))
        # Some texts leave out what is zero, such as the time of midnight, and others do not.
        least = min(_FAIR_SHARE * len(split), max(counts.values()))
        frequent = (key for key in counts if counts[key] >= least)
        key = max(frequent, key=lambda key: (len(key), counts[key]))
        examples = zip(*(pieces for pieces in split if _key(pieces) == key), strict=True)
        return cls([_example(every) for every in examples])

    @property
    def fields(self) -> list[str]:
        """The fields in their order."""
        return [piece.field for piece in self.pieces if piece.field]

    def fill(self, values: dict[str, str]) -> str:
        """Return the text with values of the fields; those left out are as in the example."""
        return "".join(values.get(piece.field, piece.text) for piece in self.pieces)

    def width(self, field: str) -> int:
        """Return the number of characters of the example of a field."""
        return next((len(piece.text) for piece in self.pieces if piece.field == field), 0)


def _pieces(found: re.Match[str]) -> list[Piece]:
    names = [name for name, text in found.groupdict().items() if text and name not in _NO_FIELDS]
    pieces, at = [], 0
    for name in sorted(names, key=found.start):
        pieces += [Piece("", found.string[at : found.start(name)]), Piece(name, found[name])]
        at = found.end(name)
    return [*pieces, Piece("", found.string[at:])]


def _key(pieces: list[Piece]) -> tuple[str, ...]:
    """Return what two texts of the same layout have in common."""
    return tuple(piece.field or f" {piece.text}" for piece in pieces)


def _example(every: tuple[Piece, ...]) -> Piece:
    texts = Counter(piece.text for piece in every)
    field, text = every[0].field, texts.most_common(1)[0][0]
    if field == "zone":
        return Piece(field, text)
    choose = min if text[:1].isdecimal() and field not in _WITH_FRACTION else max
    return Piece(field, choose(texts, key=len))


@dataclass
class DateWriting:
    """The usual form of the dates of a column.

    Attributes
    ----------
    layout : TextLayout
    """

    layout: TextLayout

    @classmethod
    def of(cls, texts: Sequence[str], way: str) -> DateWriting:
        """Learn from texts."""
        names = [way] if way in DATE_LAYOUTS else MIXED[way]
        layouts = [DATE_LAYOUTS[name] for name in names]
        every = (pattern.fullmatch(text.strip()) for text in texts for pattern in layouts)
        return cls(TextLayout.of([match for match in every if match]))

    def write(self, moment: datetime.datetime) -> str:
        """Return a date as text."""
        layout = self.layout
        examples = {piece.field: piece.text for piece in layout.pieces}
        local = moment + offset_of(examples.get("zone"))
        hour = (local.hour - 1) % 12 + 1 if "half" in examples else local.hour
        numbers = {"year": local.year, "month": local.month, "other_month": local.month}
        numbers |= {"day": local.day, "other_day": local.day, "hour": hour}
        numbers |= {"minute": local.minute, "second": local.second}
        values = {name: f"{each:0{layout.width(name)}d}" for name, each in numbers.items()}
        values["part"] = f"{local.microsecond:06d}".ljust(layout.width("part"), "0")
        values["part"] = values["part"][: layout.width("part")]
        if not examples.get("month", "0").isdecimal():
            values["month"] = _named("month", MONTHS.split()[local.month - 1], examples)
        if "weekday" in examples:
            values["weekday"] = _named("weekday", _WEEKDAYS[local.weekday()], examples)
        if "half" in examples:
            values["half"] = _cased("PM" if local.hour >= 12 else "AM", examples["half"])
        return layout.fill(values)


def _named(field: str, name: str, examples: dict[str, str]) -> str:
    """Return a name, abbreviated if the longest example is an abbreviation."""
    example = examples[field]
    return _cased(name if len(example) > _LONGEST[field] else name[:_SHORT], example)


def _cased(text: str, example: str) -> str:
    if example.isupper():
        return text.upper()
    return text.lower() if example.islower() else text.capitalize()


@dataclass
class SpanWriting:
    """The usual form of the time spans of a column.

    Attributes
    ----------
    layout : TextLayout
    """

    layout: TextLayout

    @classmethod
    def of(cls, texts: Sequence[str]) -> SpanWriting:
        """Learn from texts."""
        every = (SPAN_LAYOUT.fullmatch(text.strip().lstrip("-")) for text in texts)
        return cls(TextLayout.of([match for match in every if match]))

    def write(self, span: datetime.timedelta) -> str:
        """Return a time span as text."""
        layout, negative, values = self.layout, span < datetime.timedelta(), {}
        places = max(layout.width("seconds") - 3, 0)
        second = 10**places
        tick = 1 if "seconds" in layout.fields else 60 * second
        ticks = round(span / _SECOND * second / tick) * tick
        if "days" in layout.fields:
            days, ticks = divmod(ticks, 86_400 * second)
            values["days"], negative = str(days), False
        hours, rest = divmod(abs(ticks), 3600 * second)
        minutes, rest = divmod(rest, 60 * second)
        seconds, fraction = divmod(rest, second)
        values["hours"] = f"{hours:0{layout.width('hours')}d}"
        values["minutes"] = f"{minutes:02d}"
        values["seconds"] = f"{seconds:02d}" + (f".{fraction:0{places}d}" if places else "")
        return "-" * negative + layout.fill(values)
