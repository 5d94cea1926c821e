"""Rows in one order: the memory layout must not change the last bit of a prediction.

BLAS takes another way through a matrix that is stored column by column, or with gaps, and sums over
it are added up in another order. Some kernels also begin with the few numbers before the next
multiple of 16 bytes. So rows are brought into C order from such an address on before anything is
multiplied or added, some at a time: never the whole of X.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

# Numbers in a slab of dense rows, and of sparse ones, which are wider and slower to cut.
_DENSE, _SPARSE = 1 << 18, 1 << 20
_ALIGNMENT = 16
"""In bytes, as every allocator guarantees."""


def in_order(rows: Any, dtype: DTypeLike | None = None) -> Any:
    """Return rows of the dtype in C order, aligned, themselves if they are; CSR keeps its order.

    Parameters
    ----------
    rows : ndarray or CSR
    dtype : dtype, default=None
        None: that of `rows`.
    """
    if not isinstance(rows, np.ndarray):
        return rows if dtype is None else rows.astype(dtype, copy=False)
    return rows.astype(
        rows.dtype if dtype is None else dtype, order="C", copy=not is_in_order(rows)
    )


def is_in_order(rows: NDArray) -> bool:
    """Whether rows have the common layout."""
    if not rows.flags.c_contiguous:
        return False
    # Asking for an address takes microseconds; that of an array's own memory is known.
    return rows.base is None or rows.__array_interface__["data"][0] % _ALIGNMENT == 0


class Buffer:
    """Memory that rows are brought into order in, again and again.

    Parameters
    ----------
    like : ndarray of shape (n, ...)
        Says the shape of a row.
    capacity : int
        Most rows at a time.
    dtype : dtype, default=None
        None: that of `like`.
    """

    def __init__(self, like: NDArray, capacity: int, dtype: DTypeLike | None = None) -> None:
        self.row_shape = like.shape[1:]
        self.dtype = np.dtype(like.dtype if dtype is None else dtype)
        self.capacity = capacity
        self._memory: NDArray | None = None

    def front(self, rows: int) -> NDArray:
        """Return memory for a number of rows; it is the same every time."""
        if self._memory is None or len(self._memory) < rows:
            self._memory = np.empty((max(rows, self.capacity), *self.row_shape), self.dtype)
        return self._memory[:rows]

    def in_order(self, rows: NDArray) -> NDArray:
        """Return rows in order, themselves if they are; a copy is overwritten by the next one."""
        if rows.dtype == self.dtype and is_in_order(rows):
            return rows
        out = self.front(len(rows))
        out[...] = rows
        return out


def slabs(rows: Any, step: int | None = None) -> Iterator[tuple[slice, NDArray]]:
    """Yield some rows at a time, dense and in order, with their places.

    Parameters
    ----------
    rows : ndarray of shape (n, ...) or CSR of shape (n, d)
        A slab of it is valid until the next one is requested.
    step : int, default=None
        Rows of a slab; None: a number that keeps it small.
    """
    dense = isinstance(rows, np.ndarray)
    step = step or max(1, (_DENSE if dense else _SPARSE) // max(1, prod(rows.shape[1:])))
    buffer = Buffer(rows, min(step, rows.shape[0]))
    for start in range(0, rows.shape[0], step):
        where = slice(start, start + step)
        part = rows[where]
        yield where, buffer.in_order(part) if dense else part.toarray()


def aligned(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray:
    """Return an empty array whose last axis begins at multiples of 16 bytes, as one alone does.

    By this, some kernels of BLAS choose where the sum of an inner product begins.
    """
    step = _ALIGNMENT // np.dtype(dtype).itemsize
    n = shape[-1]
    return np.empty((*shape[:-1], -(-n // step) * step), dtype)[..., :n]
