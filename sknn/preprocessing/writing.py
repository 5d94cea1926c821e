"""Write numbers, dates, and time spans as the texts of a column are written."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sknn.preprocessing.clock_texts import DateWriting, SpanWriting
from sknn.preprocessing.kinds import DATE, NUMBER, is_missing, plain_text
from sknn.preprocessing.texts import NUMBER_LAYOUT, OTHER_POINT, stands_for_missing

_MOST_TEXTS = 4096
"""The form is learned from about this many different texts."""
_DIGITS = 15
"""More digits than this of a float are rounding errors."""
_GROUPED = 1000.0
_SIGNS = re.compile(r"[-+(\u2212]")


@dataclass
class NumberWriting:
    """The usual form of the numbers of a column.

    Attributes
    ----------
    before, after : str
        Currency or percent sign.
    separator : str
        Between thousands.
    decimals : list of int
        How many decimals occur; a number has as few of these as it needs.
    has_comma : bool
        Decimals follow a comma.
    has_power : bool
        Most numbers have an exponent.
    minus : str
        "-", a longer one, or "(".
    """

    before: str = ""
    after: str = ""
    separator: str = ""
    decimals: Sequence[int] = tuple(range(_DIGITS + 1))
    has_comma: bool = False
    has_power: bool = False
    minus: str = "-"

    @classmethod
    def of(cls, texts: Sequence[str], way: str) -> NumberWriting:
        """Learn from texts."""
        has_comma = way == "decimal comma"
        each = [(text.translate(OTHER_POINT) if has_comma else text).strip() for text in texts]
        found = [match for text in each if (match := NUMBER_LAYOUT.fullmatch(text))]
        if not found:
            return cls(has_comma=has_comma)
        (before, after), _ = Counter(map(_around, found)).most_common(1)[0]
        like = [match for match in found if _around(match) == (before, after)]
        digits = [match["digits"] for match in like]
        minus = next((sign for sign in "(\u2212" if any(sign in text for text in each)), "-")
        powers = sum(match["power"] is not None for match in like)
        return cls(
            before,
            after,
            _separator(digits),
            sorted(set(map(_decimals, like))),
            has_comma,
            2 * powers > len(like),
            minus,
        )

    def write(self, number: float) -> str:
        """Return a number as text."""
        # Percentages of floats have many digits otherwise, such as 28.999999999999996.
        value = float(f"{number * (100 if '%' in self.after else 1):.{_DIGITS}g}")
        text = self._digits(abs(value))
        negative = value < 0 and any(digit in text for digit in "123456789")
        text = f"{self.before}{text}{self.after}"
        if not negative:
            return text
        return f"({text})" if self.minus == "(" else f"{self.minus}{text}"

    def _digits(self, value: float) -> str:
        if self.has_power:
            text = f"{value:.{_DIGITS}g}"
        else:
            most = round(value, self.decimals[-1])
            places = next(places for places in self.decimals if round(value, places) == most)
            text = f"{value:,.{places}f}".replace(",", self.separator)
        return text.translate(OTHER_POINT) if self.has_comma else text


def _around(found: re.Match[str]) -> tuple[str, str]:
    """Return what stands before and after the digits of a number, without its sign."""
    end = found.end("power") if found["power"] else found.end("digits")
    text = found.string
    before = _SIGNS.sub("", text[: found.start("digits")]).lstrip()
    return before, text[end:].replace(")", "").rstrip()


def _decimals(found: re.Match[str]) -> int:
    """Return how many decimals a number has when it is written without its exponent."""
    shown = len(found["digits"].partition(".")[2])
    return max(shown - int((found["power"] or "e0")[1:]), 0)


def _separator(digits: list[str]) -> str:
    """Return the most frequent separator of thousands, blank if most large numbers have none."""
    wholes = [text.partition(".")[0] for text in digits]
    marks = Counter(re.sub(r"\d", "", whole)[:1] for whole in wholes if len(whole) > 3)
    return marks.most_common(1)[0][0] if marks else ""


Writing = NumberWriting | DateWriting | SpanWriting


def writing_of(kind: str, way: str, column: Any) -> Writing | None:
    """Return how the texts of a column are written; None if most entries are not text.

    Parameters
    ----------
    kind : {"number", "date", "time span"}
    way : str
        How text is read; blank if the column holds none.
    column : ndarray or Coded
    """
    if not way:
        return None
    is_text = [isinstance(entry, (str, bytes)) for entry in column]
    texts = [plain_text(entry) for entry, one in zip(column, is_text, strict=True) if one]
    texts = [text for text in texts if not stands_for_missing(text)]
    others = sum(not (one or is_missing(each)) for each, one in zip(column, is_text, strict=True))
    if others >= max(len(texts), 1):
        return None
    different = sorted(set(texts))
    some = different[:: math.ceil(len(different) / _MOST_TEXTS)] if different else []
    if kind == NUMBER:
        return NumberWriting.of(some, way)
    return DateWriting.of(some, way) if kind == DATE else SpanWriting.of(some)
