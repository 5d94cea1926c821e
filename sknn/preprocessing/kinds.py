"""Kinds of columns, and how a column of each kind is read."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.messages import located
from sknn._validation.places import column_at, hint_at
from sknn.preprocessing.columns import Coded, Table
from sknn.preprocessing.texts import (
    DATES,
    NUMBERS,
    SPANS,
    UNAMBIGUOUS,
    spelling_of,
    stands_for_missing,
)

_MISSING_TYPES = ("NAType", "NaTType", "MaskedConstant")


NUMBER, SPAN, DATE, CATEGORY = "number", "time span", "date", "category"
"""What the entries of a column are."""


@dataclass
class Form:
    """Kind of a column, and how its texts are read.

    Attributes
    ----------
    kind : str
    way : str
        How its text is read as numbers or dates; blank if it holds no text, or words.
    odd : list of str
        The different texts that cannot be read so, and count as missing.
    ambiguous : bool
        It holds dates that do not show whether the day or the month comes first.
    """

    kind: str
    way: str = ""
    odd: list[str] = field(default_factory=list)
    ambiguous: bool = False

    @classmethod
    def of_texts(cls, texts: Iterable[Any], others: str = "", n_others: int = 0) -> Form:
        """Return the form of a column by its texts, and by the kind of its other entries."""
        found = spelling_of(sorted(set(map(plain_text, texts))), others, n_others)
        return cls(found.kind or CATEGORY, found.way, found.odd, found.ambiguous)


def plain_text(text: Any) -> str:
    """Return text, or decoded bytes."""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def is_missing(value: Any) -> bool:
    """Return whether an entry is None, NaN, NA, NaT or blank text."""
    if isinstance(value, str):
        return not value.strip()
    if value is None or type(value).__name__ in _MISSING_TYPES:
        return True
    # NaN alone differs from itself.
    alone = isinstance(value, (numbers.Number, np.datetime64, np.timedelta64))
    return alone and bool(value != value)


def missing(column: Any) -> NDArray:
    """Return which entries of a column count as missing, texts included."""
    if isinstance(column, Coded):
        return np.array([*map(_says_nothing, column.levels), True], bool)[column.codes]
    return np.fromiter(map(_says_nothing, column.tolist()), bool, len(column))


def _says_nothing(value: Any) -> bool:
    if isinstance(value, (str, bytes)):
        return stands_for_missing(plain_text(value))
    return is_missing(value)


def form_of(column: Any) -> Form:
    """Return the form of a column by its dtype, and by its entries if they are objects or text.

    Raises
    ------
    TypeError
        For times of day, records and other dtypes without a meaning here.
    ValueError
        For complex numbers.
    """
    if isinstance(column, Coded):
        return Form(CATEGORY)
    letter = column.dtype.kind
    if letter == "O":
        return _form_of_objects(column)
    if letter in "UST":
        return Form.of_texts(column.tolist())
    if letter == "c":
        raise ValueError("Complex data not supported.")
    kinds = dict.fromkeys("iuf", NUMBER) | {"b": CATEGORY, "M": DATE, "m": SPAN}
    if letter not in kinds:
        raise TypeError(f"{column.dtype} is not supported.")
    return Form(kinds[letter])


def _form_of_objects(values: NDArray) -> Form:
    types = set(map(type, values))
    if len(types) > 1:
        types = {type(value) for value in values if not is_missing(value)}
    types = {each for each in types if each.__name__ not in (*_MISSING_TYPES, "NoneType")}
    if any(issubclass(each, datetime.time) for each in types):
        raise TypeError("times of day are not supported; convert them to seconds.")
    if any(issubclass(each, (complex, np.complexfloating)) for each in types):
        raise ValueError("Complex data not supported.")
    texts = {each for each in types if issubclass(each, (str, bytes))}
    kind = _kind_of_types(types - texts)
    if not texts or kind == CATEGORY:
        # A column without any entry counts as numbers.
        return Form(kind or NUMBER)
    beside = {value for value in values if type(value) not in texts and not is_missing(value)}
    return Form.of_texts((value for value in values if type(value) in texts), kind, len(beside))


def _kind_of_types(types: set[type]) -> str:
    """Return the kind of entries of these types, blank for no types."""
    if not types:
        return ""
    return next((kind for kind, is_one in _MEMBERS.items() if all(map(is_one, types))), CATEGORY)


def _is_span(kind: type) -> bool:
    return issubclass(kind, (datetime.timedelta, np.timedelta64))


def _is_number(kind: type) -> bool:
    is_real = issubclass(kind, (numbers.Real, Decimal))
    return is_real and not issubclass(kind, bool) and not _is_span(kind)


def _is_date(kind: type) -> bool:
    return issubclass(kind, (datetime.date, np.datetime64)) or kind.__name__ == "Period"


_MEMBERS: dict[str, Callable[[type], bool]] = {
    NUMBER: _is_number,
    SPAN: _is_span,
    DATE: _is_date,
}


def forms_of(table: Table, categorical: NDArray | None) -> list[Form]:
    """Return the form of each column.

    Parameters
    ----------
    table : Table
    categorical : ndarray of bool or None
        The columns that are categories, with any contents; all others must be convertible to
        numbers. None leaves it to the columns.
    """
    if categorical is None and table.matrix is not None:
        return [Form(NUMBER)] * table.n_columns
    return [_form(table, place, categorical) for place in range(table.n_columns)]


def _form(table: Table, place: int, categorical: NDArray | None) -> Form:
    if categorical is not None and categorical[place]:
        return Form(CATEGORY)
    with naming(table.labels[place]):
        form = form_of(table.column(place))
    no_choice = categorical is not None and form.kind == CATEGORY
    return Form(NUMBER) if no_choice else form


@contextmanager
def naming(label: Any, owner: str = "X") -> Iterator[None]:
    """Add the column, of X or of another argument, to the message of an error."""
    try:
        yield
    except (TypeError, ValueError, OverflowError) as error:
        told = located(error, f"{column_at(label)} of {owner}")
        raise type(told)(f"{str(told).rstrip('.')}.{hint_at(label)}") from error


def as_numbers(column: Any, way: str = "") -> NDArray:
    """Return a column as float64; missing entries are NaN.

    Parameters
    ----------
    column : ndarray or Coded
    way : str
        How text was read in fit: entries that cannot be read this way are missing. Without text:
        then it must be readable.

    Raises
    ------
    ValueError
        If an entry is neither a number nor text that can be read as one.
    """
    if not isinstance(column, Coded) and column.dtype.kind in "biuf":
        return column.astype(np.float64)
    if not isinstance(column, Coded) and column.dtype.kind in "Mm":
        raise TypeError(f"found {column.dtype} where numbers were expected.")
    readers = [NUMBERS[way or "decimal point"]]
    return _each(column, _number, _reader_of_texts(readers, None if way else _number), np.float64)


def as_seconds(column: Any, way: str = "") -> NDArray:
    """Return a column of time spans as seconds in float64; missing ones are NaN."""
    texts = _reader_of_texts(list(SPANS.values()), None if way else _span)
    spans = _each(column, _span, texts, np.dtype("m8[us]"))
    seconds = spans / np.timedelta64(1, "s")
    return np.where(np.isnat(spans), np.nan, seconds)


def as_moments(column: Any, way: str = "") -> NDArray:
    """Return a column of dates as datetime64[us], in UTC if they have a time zone.

    Texts in another layout than `way` are read, too, if they show which part is the day.
    """
    readers = [DATES[each] for each in dict.fromkeys(([way] if way else []) + [*UNAMBIGUOUS])]
    texts = _reader_of_texts(readers, None if way else moment)
    return _each(column, moment, texts, np.dtype("M8[us]"))


READERS: dict[str, Callable[..., NDArray]] = {
    NUMBER: as_numbers,
    SPAN: as_seconds,
    DATE: as_moments,
}
"""The function that reads a column of each kind except categories."""


def _reader_of_texts(
    readers: list[Callable[[str], Any]], otherwise: Callable[[Any], Any] | None
) -> Callable[[str], Any]:
    """Return the value of a text from the first reader that can read it, else `otherwise`."""

    def read(text: str) -> Any:
        if stands_for_missing(text):
            return None
        for reader in readers:
            if (found := reader(text)) is not None:
                return found
        return None if otherwise is None else otherwise(text)

    return read


class _Once(dict):
    """A function of a text, called once for each text."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read

    def __missing__(self, text: str) -> Any:
        self[text] = found = self._read(text)
        return found


def _each(
    column: Any, read: Callable[[Any], Any], read_text: Callable[[str], Any], dtype: Any
) -> NDArray:
    """Return the value of each entry, of texts by `read_text`; None is missing."""
    if isinstance(column, Coded):
        levels = _each(column.levels, read, read_text, dtype)
        return np.append(levels, np.array([None], dtype))[column.codes]
    if column.dtype.kind == np.dtype(dtype).kind:
        return column.astype(dtype)
    once = _Once(read_text)
    entries = column.tolist()
    if set(map(type, entries)) == {str}:
        return np.fromiter(map(once.__getitem__, entries), dtype, len(column))
    is_text = (isinstance(entry, (str, bytes)) for entry in column)
    pairs = zip(column, is_text, strict=True)
    found = (once[plain_text(entry)] if text else read(entry) for entry, text in pairs)
    return np.fromiter(found, dtype, len(column))


def _number(value: Any) -> float:
    if is_missing(value):
        return np.nan
    if isinstance(value, np.timedelta64):
        raise TypeError(f"{value!r} is not a number.")
    try:
        return float(value)
    except ValueError:
        raise ValueError(
            f"could not convert {value!r} to a number; correct it, replace it with NaN, which "
            "counts as missing, or name the column in categorical_features and fit again."
        ) from None
    except TypeError:
        raise TypeError(f"{value!r} is not a number.") from None


def _span(value: Any) -> np.timedelta64:
    if is_missing(value):
        return np.timedelta64("NaT", "us")
    if _is_span(type(value)):
        return np.timedelta64(value, "us")
    raise TypeError(f"{value!r} is not a time span, but the column held time spans in fit.")


def moment(value: Any) -> np.datetime64:
    """Return one date, or its text in ISO 8601, in UTC; missing is NaT."""
    if is_missing(value):
        return np.datetime64("NaT", "us")
    if type(value).__name__ == "Period":
        value = value.to_timestamp()
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    if isinstance(value, str):
        return _date_of(value)
    if isinstance(value, (datetime.date, np.datetime64)):
        return np.datetime64(value, "us")  # type: ignore[call-overload]
    raise TypeError(f"{value!r} is not a date, but the column held dates in fit.")


def _date_of(text: str) -> np.datetime64:
    try:
        return np.datetime64(text, "us")
    except ValueError:
        raise ValueError(
            f"could not convert {text!r} to a date; correct it, parse it as the dates in training "
            "were parsed (for example, with dayfirst=True), or replace it with None, which counts "
            "as missing."
        ) from None
