"""Which column of X a complaint is about, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


def column_at(label: Any) -> str:
    """Return words for a column: by its name, else by its place."""
    return f"column {label!r}" if isinstance(label, str) else f"column {label} (counted from 0)"


def hint_at(label: Any) -> str:
    """Return where to find the name of a column that a step before may have passed on."""
    if isinstance(label, str):
        return ""
    return f" In a pipeline, pipe[:-1].get_feature_names_out()[{label}] is its name."


def first_column(values: Any, is_odd: Callable[[NDArray], bool]) -> Any:
    """Return the name or place of the first column that is odd, None if no column is known to be.

    Parameters
    ----------
    values : object
        X as it was passed: a frame, an array, a list of rows.
    is_odd : callable
        Given the entries of a column.
    """
    try:
        return next((label for label, column in _columns(values) if is_odd(column)), None)
    except (TypeError, ValueError, AttributeError):
        return None  # a message about a message would help nobody


def holds_nan(column: NDArray) -> bool:
    """Whether a column has a missing entry."""
    if column.dtype.kind == "f":
        return bool(np.isnan(column).any())
    return column.dtype.kind == "O" and any(
        each is None or each != each or type(each).__name__ == "NAType" for each in column
    )


def holds_infinity(column: NDArray) -> bool:
    """Whether a column has an infinite entry, or one too large for float64."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isinf(column.astype(np.float64)).any())


def holds_text(column: NDArray, text: str) -> bool:
    """Whether a column has a text, given as Python prints it."""
    return column.dtype.kind not in "biuf" and any(repr(str(each)) == text for each in column)


def _columns(values: Any) -> Iterator[tuple[Any, NDArray]]:
    names = getattr(values, "column_names", getattr(values, "columns", None))
    if names is not None:
        for place, name in enumerate(names):
            column = values.iloc[:, place] if hasattr(values, "iloc") else values[name]
            yield name, np.asarray(column)
        return
    if sp.issparse(values):
        return
    array = np.asarray(values) if hasattr(values, "dtype") else np.array(values, object)
    if array.ndim == 2:
        yield from enumerate(array.T)
