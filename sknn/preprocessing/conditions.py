"""Requested values in some columns of new rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.columns import Coded, read_table
from sknn.preprocessing.kinds import is_missing

_NAMED = 10


def asked(labels: list, conditions: Any, n: int) -> Iterator[tuple[int, Any, Any]]:
    """Yield the position of each named column, its label, and the requests for `n` rows.

    Parameters
    ----------
    labels : list
        Of the columns of the table.
    conditions : dict, Series, frame or None
        One value for all rows or one for each row, by label or position.
    n : int

    Raises
    ------
    TypeError
        If they are none of these.
    ValueError
        For unknown labels, for a column that is named twice, and for a wrong number of values.
    """
    seen = set()
    for name, entries in _named(conditions).items():
        place = _place(labels, name)
        if place in seen:
            raise ValueError(f"conditions names column {labels[place]!r} twice.")
        seen.add(place)
        yield place, labels[place], _column(entries, n, labels[place])


def _named(conditions: Any) -> Mapping[Any, Any]:
    if conditions is None:
        return {}
    if isinstance(conditions, Mapping):
        return conditions
    if hasattr(conditions, "to_dict") and len(getattr(conditions, "shape", ())) == 1:
        return conditions.to_dict()
    if not hasattr(conditions, "columns"):
        raise TypeError(
            f"conditions must be a dict or a frame; got {type(conditions).__name__}. Name the "
            "columns: {'color': 'red'}."
        )
    table = read_table(conditions)
    return {label: table.column(place) for place, label in enumerate(table.labels)}


def _place(labels: list, name: Any) -> int:
    if name in labels:
        return labels.index(name)
    whole = isinstance(name, (int, np.integer)) and not isinstance(name, bool)
    if whole and 0 <= name < len(labels):
        return int(name)
    raise ValueError(f"conditions names {name!r}, which is not a column of X; X has {labels}.")


def _column(entries: Any, n: int, label: Any) -> Any:
    """Return entries as a column of a number of rows; a single entry is repeated."""
    if isinstance(entries, Coded):
        size = len(entries.codes)
    elif _is_one(entries):
        column = np.empty(n, object)
        column[:] = [entries[()] if isinstance(entries, np.ndarray) else entries] * n
        return column
    else:
        entries = _vector(entries, label)
        size = len(entries)
    if size == 1:
        return entries.take(np.zeros(n, np.intp))
    if size != n:
        raise ValueError(
            f"conditions has {size} entries for {n} rows in column {label!r}; pass one, or {n}, or "
            f"n={size}."
        )
    return entries


def _is_one(entries: Any) -> bool:
    if isinstance(entries, np.ndarray) and not entries.ndim:
        return True
    return isinstance(entries, (str, bytes)) or not hasattr(entries, "__len__")


def _vector(entries: Any, label: Any) -> NDArray:
    if isinstance(entries, (Set, Mapping)) or getattr(entries, "ndim", 1) != 1:
        raise ValueError(
            f"conditions has a {type(entries).__name__} for column {label!r}; pass one value, or a "
            "list with one for each row."
        )
    if isinstance(entries, np.ndarray):
        return entries
    column = np.empty(len(entries), object)
    column[:] = list(entries)
    return column


def check_type(label: Any, numbers: NDArray, dtype: np.dtype | None) -> None:
    """Raise for numbers that the dtype of a column cannot hold."""
    if dtype is None or numbers.dtype.kind != "f":
        return
    odd = ~fits(numbers, dtype)
    if odd.any():
        raise ValueError(
            f"conditions asks for {numbers[odd][0]} in column {label!r}, which its dtype, {dtype}, "
            "cannot hold."
        )


def fits(numbers: NDArray, dtype: np.dtype) -> NDArray:
    """Return which float64 numbers a dtype of numbers can hold; all can be missing."""
    if dtype.kind == "f":
        return ~(np.abs(numbers) > float(np.finfo(dtype).max))
    ends = np.iinfo(dtype)
    inside = (numbers >= float(ends.min)) & (numbers <= float(ends.max))
    return np.isnan(numbers) | (inside & (numbers == np.rint(numbers)))


def never_seen(label: Any, value: Any, seen: Sequence[Any] = ()) -> ValueError:
    """Return the error for a value that a column cannot have, with those that it had in fit."""
    if is_missing(value):
        return ValueError(
            f"conditions asks for a missing entry in column {label!r}, which had none in fit."
        )
    known = [_told(entry) for entry in seen if not is_missing(entry)]
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    had = f"; it had {', '.join(known[:_NAMED])}{more}" if known else ""
    return ValueError(
        f"conditions asks for {_told(value)} in column {label!r}, which no row had in fit{had}."
    )


def _told(entry: Any) -> str:
    return str(int(entry) if isinstance(entry, float) and entry.is_integer() else entry)
