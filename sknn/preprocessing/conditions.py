"""Requested values in some columns of new rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sknn.preprocessing.columns import read_table


def asked(labels: list, conditions: Any, n: int) -> Iterator[tuple[int, Any, Any]]:
    """Yield the position of each named column, its label, and the requests for `n` rows.

    Parameters
    ----------
    labels : list
        Of the columns of the table.
    conditions : dict, frame or None
        One value for all rows or one for each row, by label.
    n : int

    Raises
    ------
    TypeError
        If they are neither.
    ValueError
        For unknown labels, and for a wrong number of values.
    """
    for label, entries in _named(conditions).items():
        if label not in labels:
            raise ValueError(
                f"conditions names {label!r}, which is not a column of X; X has {labels}."
            )
        yield labels.index(label), label, _column(entries, n)


def _named(conditions: Any) -> Mapping[Any, Any]:
    if conditions is None:
        return {}
    if isinstance(conditions, Mapping):
        return conditions
    if not hasattr(conditions, "columns"):
        raise TypeError(
            f"conditions must be a dict or a frame; got {type(conditions).__name__}. Name the "
            "columns: {'color': 'red'}."
        )
    table = read_table(conditions)
    return {label: table.column(place) for place, label in enumerate(table.labels)}


def _column(entries: Any, n: int) -> Any:
    """Return entries as a column of a number of rows; a single entry is repeated."""
    if hasattr(entries, "codes") and hasattr(entries, "levels"):
        size = len(entries.codes)
    elif isinstance(entries, (str, bytes)) or not hasattr(entries, "__len__"):
        column = np.empty(n, object)
        column[:] = [entries] * n
        return column
    else:
        size = len(entries)
        if not isinstance(entries, np.ndarray):
            column = np.empty(size, object)
            column[:] = list(entries)
            entries = column
    if size != n:
        raise ValueError(f"conditions has {size} entries for {n} rows; pass one, or {n}.")
    return entries


def never_seen(label: Any, value: Any) -> ValueError:
    """Return the error for a value that a column cannot have."""
    return ValueError(f"conditions asks for {value} in column {label!r}, which no row had in fit.")
