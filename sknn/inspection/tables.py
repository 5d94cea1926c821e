"""Columns of tables, and the inputs of a network that they become."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._drawing.frames import number_columns
from sknn.estimators.fit.frames import FrameRows
from sknn.estimators.synthesizer.estimator import TableSynthesizer
from sknn.estimators.tabular.network import TableNetwork


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
    n, numbers = np.shape(rows)[1], number_columns(rows)
    pair = list(numbers)[:2] if columns is None else _pair(columns, n)
    if not pair or not numbers.keys() >= set(pair):
        labels = list(getattr(rows, "columns", range(n)))
        raise ValueError(
            f"columns must be two of the columns of numbers among {labels}; got {columns!r}."
        )
    first, *second = (numbers[place] for place in pair)
    return np.column_stack([first, *(second or [np.zeros(len(first))])])


def _pair(columns: Any, n: int) -> list[int]:
    if n == 1:
        return [0]
    pair = np.asarray(columns)
    if pair.shape != (2,) or pair.dtype.kind not in "iu" or not ((-n <= pair) & (pair < n)).all():
        raise ValueError(f"columns must be two numbers below {n}; got {columns!r}.")
    return [int(place) % n for place in pair]
