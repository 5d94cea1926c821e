"""What a column is, and how a column of each kind is read."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.estimators.messages import located
from sknn.estimators.table.columns import Coded, Table

_MISSING_TYPES = ("NAType", "NaTType", "MaskedConstant")


class Kind(Enum):
    """What the entries of a column are."""

    NUMBER = "number"
    SPAN = "time span"
    DATE = "date"
    CATEGORY = "category"


def is_missing(value: Any) -> bool:
    """Say whether an entry is None, NaN, NA, NaT or blank text."""
    if isinstance(value, str):
        return not value.strip()
    if value is None or type(value).__name__ in _MISSING_TYPES:
        return True
    # NaN alone differs from itself.
    alone = isinstance(value, (numbers.Number, np.datetime64, np.timedelta64))
    return alone and bool(value != value)


def kind_of(column: Any) -> Kind:
    """Return the kind of a column by its dtype, and by its entries where they are objects.

    Raises
    ------
    TypeError
        For times of day, records and other dtypes without a meaning here.
    ValueError
        For complex numbers.
    """
    if isinstance(column, Coded):
        return Kind.CATEGORY
    letter = column.dtype.kind
    if letter == "O":
        return _kind_of_objects(column)
    kinds = dict.fromkeys("iuf", Kind.NUMBER) | dict.fromkeys("bUST", Kind.CATEGORY)
    kinds |= {"M": Kind.DATE, "m": Kind.SPAN}
    if letter == "c":
        raise ValueError("Complex data not supported.")
    if letter not in kinds:
        raise TypeError(f"{column.dtype} is not supported.")
    return kinds[letter]


def _kind_of_objects(values: NDArray) -> Kind:
    types = set(map(type, values))
    if len(types) > 1:
        types = {type(value) for value in values if not is_missing(value)}
    types = {each for each in types if each.__name__ not in (*_MISSING_TYPES, "NoneType")}
    if any(issubclass(each, datetime.time) for each in types):
        raise TypeError("times of day are not supported; convert them to seconds.")
    if any(issubclass(each, (complex, np.complexfloating)) for each in types):
        raise ValueError("Complex data not supported.")
    for kind, is_one in _MEMBERS.items():
        if all(is_one(each) for each in types):
            return kind
    return Kind.CATEGORY


def _is_span(kind: type) -> bool:
    return issubclass(kind, (datetime.timedelta, np.timedelta64))


def _is_number(kind: type) -> bool:
    is_real = issubclass(kind, (numbers.Real, Decimal))
    return is_real and not issubclass(kind, bool) and not _is_span(kind)


# A column without any entry counts as numbers.
_MEMBERS: dict[Kind, Callable[[type], bool]] = {
    Kind.NUMBER: _is_number,
    Kind.SPAN: _is_span,
    Kind.DATE: lambda kind: issubclass(kind, (datetime.date, np.datetime64)),
}


def kinds_of(table: Table, categorical: NDArray | None) -> list[Kind]:
    """Return the kind of each column.

    Parameters
    ----------
    table : Table
    categorical : ndarray of bool or None
        The columns that are categories, whatever they hold; all others must be convertible to
        numbers. None leaves it to the columns.
    """
    if categorical is None and table.matrix is not None:
        return [Kind.NUMBER] * table.n_columns
    return [_kind(table, place, categorical) for place in range(table.n_columns)]


def _kind(table: Table, place: int, categorical: NDArray | None) -> Kind:
    if categorical is not None and categorical[place]:
        return Kind.CATEGORY
    with naming(table.labels[place]):
        kind = kind_of(table.column(place))
    return Kind.NUMBER if categorical is not None and kind is Kind.CATEGORY else kind


@contextmanager
def naming(label: Any) -> Iterator[None]:
    """Let complaints name the column of X that they are about."""
    try:
        yield
    except OverflowError as error:
        raise located(error, f"column {label!r} of X") from error
    except (TypeError, ValueError) as error:
        raise located(error, f"column {label!r} of X") from error


def as_numbers(column: Any) -> NDArray:
    """Return a column as float64; missing entries are NaN.

    Raises
    ------
    ValueError
        Where an entry is no number, nor spelt like one.
    """
    if isinstance(column, Coded):
        levels = np.append(as_numbers(column.levels), np.nan)
        return levels[column.codes]
    if column.dtype.kind in "biuf":
        return column.astype(np.float64)
    if column.dtype.kind in "Mm":
        raise TypeError(f"found {column.dtype} where numbers were expected.")
    return _each(column, _number, np.float64)


def _each(column: NDArray, read: Callable[[Any], Any], dtype: Any) -> NDArray:
    return np.fromiter(map(read, column), dtype, len(column))


def _number(value: Any) -> float:
    if is_missing(value):
        return np.nan
    if isinstance(value, np.timedelta64):
        raise TypeError(f"{value!r} is no number.")
    try:
        return float(value)
    except ValueError:
        raise ValueError(
            f"could not convert {value!r} to a number; name the column in "
            "categorical_features, or leave it out."
        ) from None


def as_seconds(column: Any) -> NDArray:
    """Return a column of time spans as seconds in float64; missing ones are NaN."""
    spans = _ticks(column, "m", _span)
    seconds = spans / np.timedelta64(1, "s")
    return np.where(np.isnat(spans), np.nan, seconds)


def as_moments(column: Any) -> NDArray:
    """Return a column of dates as datetime64[us], in UTC where they have a time zone."""
    return _ticks(column, "M", moment)


def _ticks(column: Any, letter: str, read: Callable[[Any], Any]) -> NDArray:
    dtype = f"{letter}8[us]"
    if isinstance(column, Coded):
        lost = np.array(["NaT"], dtype)
        return np.concatenate([_ticks(column.levels, letter, read), lost])[column.codes]
    if column.dtype.kind == letter:
        return column.astype(dtype)
    return _each(column, read, dtype)


def _span(value: Any) -> np.timedelta64:
    if is_missing(value):
        return np.timedelta64("NaT", "us")
    if _is_span(type(value)):
        return np.timedelta64(value, "us")
    raise TypeError(f"{value!r} is no time span, but the column held time spans in fit.")


def moment(value: Any) -> np.datetime64:
    """Return one date, or its text in ISO 8601, in UTC; missing is NaT."""
    if is_missing(value):
        return np.datetime64("NaT", "us")
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    if isinstance(value, (datetime.date, np.datetime64, str)):
        return np.datetime64(value, "us")  # type: ignore[call-overload]
    raise TypeError(f"{value!r} is no date, but the column held dates in fit.")
