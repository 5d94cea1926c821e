"""Columns of tables, and the inputs of a network that they become."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.estimators.fit.frames import FrameRows
from sknn.estimators.synthesizer.estimator import TableSynthesizer
from sknn.estimators.tabular.network import TableNetwork
from sknn.preprocessing.columns import Table, read_table


def origins(final: Any) -> NDArray | None:
    """Return the column of a table that each input comes from, None for rows of numbers."""
    if isinstance(final, TableNetwork):
        return final.encoder_.origins()
    coder = final._form.coder if isinstance(final, FrameRows) else None
    return None if coder is None else coder.origins()


def reads_table(final: Any) -> bool:
    """Return whether a network reads columns of any kind, and not rows of numbers."""
    return isinstance(final, TableSynthesizer) or origins(final) is not None


def two_columns(rows: Any, columns: Any) -> NDArray:
    """Return two columns of numbers as points; one column becomes points on a line.

    Parameters
    ----------
    rows : array or frame of shape (n, d)
    columns : (int, int) or None
        None: the first two that hold numbers.

    Raises
    ------
    ValueError
        If there are no such columns, or they do not hold numbers.
    """
    if len(np.shape(rows)) != 2:
        raise ValueError(f"X must be rows of numbers; got an array of shape {np.shape(rows)}.")
    table, n = read_table(rows), np.shape(rows)[1]
    if columns is None:
        pair = [place for place in range(n) if _numbers(table, place) is not None][:2]
    else:
        pair = _pair(columns, n)
    found = [_numbers(table, place) for place in pair]
    if not found or any(each is None for each in found):
        raise ValueError(
            f"columns must be two of the columns of numbers among {list(table.labels)}; got "
            f"{columns!r}."
        )
    if len(found) == 1 or n == 1:
        found = [found[0], np.zeros(np.shape(rows)[0])]
    return np.column_stack(found)  # type: ignore[arg-type]


def _pair(columns: Any, n: int) -> list[int]:
    pair = np.asarray(columns)
    if n == 1:
        return [0]
    if pair.shape != (2,) or pair.dtype.kind not in "iu" or not ((-n <= pair) & (pair < n)).all():
        raise ValueError(f"columns must be two numbers below {n}; got {columns!r}.")
    return [int(place) % n for place in pair]


def _numbers(table: Table, place: int) -> NDArray | None:
    """Return a column as floats, None if it does not hold numbers."""
    column = table.column(place)
    values = np.asarray(column) if isinstance(column, (np.ndarray, list)) else None
    return values.astype(float) if values is not None and values.dtype.kind in "fiu" else None
