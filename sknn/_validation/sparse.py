"""Sparse matrices whose parts do not fit together: SciPy looks at few of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


def reject_broken(values: Any, name: str) -> None:
    """Raise if a sparse matrix would be read or written outside of its memory.

    It must be called before SciPy converts, slices or multiplies: its loops check nothing.

    Raises
    ------
    ValueError
        For indices that point outside, and arrays that are too short for what they describe.
    """
    if sp.issparse(values) and not _CHECKS[values.format](values):
        raise ValueError(
            f"{name} is a sparse matrix ({values.format}) whose indices point outside of its "
            f"shape {values.shape}, or whose arrays do not match; create it again, for "
            "example by scipy.sparse.csr_array((data, (rows, columns)), shape=(n_rows, n_columns))."
        )


def _inside(indices: Any, size: int) -> bool:
    """Whether all entries of an integer vector are between 0 and `size`, in one pass."""
    indices = np.asarray(indices)
    if indices.ndim != 1 or indices.dtype.kind not in "iu":
        return indices.size == 0
    # Read as unsigned, negative numbers are very large.
    unsigned = indices.view(_UNSIGNED.get(indices.dtype) or _unsigned(indices.dtype))
    # The method max takes twice as long for the entries of one row.
    return not len(indices) or bool(np.maximum.reduce(unsigned) < size)


def _unsigned(dtype: np.dtype) -> np.dtype:
    return np.dtype(dtype.str.replace("i", "u"))


_UNSIGNED = {dtype: _unsigned(dtype) for dtype in (np.dtype(np.int32), np.dtype(np.int64))}


def _compressed(major: int, minor: int, values: Any) -> bool:
    """Whether pointers rise from 0 to at most the number of entries, and indices are in range."""
    pointers, indices = np.asarray(values.indptr), np.asarray(values.indices)
    if pointers.shape != (major + 1,) or pointers.dtype.kind not in "iu" or indices.ndim != 1:
        return False
    first, last = int(pointers[0]), int(pointers[-1])
    fits = first == 0 <= last <= min(len(indices), len(values.data))
    rising = major < 2 or (pointers[1:] >= pointers[:-1]).all()
    return bool(fits and rising) and _inside(indices[:last], minor)


def _csr(values: Any) -> bool:
    major, minor = (1, *values.shape)[-2:]
    return _compressed(major, minor, values)


def _csc(values: Any) -> bool:
    minor, major = values.shape
    return _compressed(major, minor, values)


def _bsr(values: Any) -> bool:
    """Whether blocks are inside the matrix and cover it."""
    if np.ndim(values.data) != 3 or 0 in values.data.shape[1:]:
        return False
    (rows, columns), (high, wide) = values.shape, values.data.shape[1:]
    whole = rows % high == 0 and columns % wide == 0
    return whole and _compressed(rows // high, columns // wide, values)


def _coordinates(coords: Any, values: Any) -> bool:
    pairs = list(zip(coords, values.shape, strict=True))
    return all(_inside(place, size) for place, size in pairs)


def _coo(values: Any) -> bool:
    lengths = {np.size(each) for each in (*values.coords, values.data)}
    return len(lengths) == 1 and _coordinates(values.coords, values)


def _dok(values: Any) -> bool:
    places: NDArray = np.array(list(values.keys()), dtype=np.int64).reshape(-1, values.ndim)
    return _coordinates(places.T, values)


def _dia(values: Any) -> bool:
    """Whether there are as many diagonals as offsets; entries outside the shape are not read."""
    return np.ndim(values.data) == 2 and np.shape(values.offsets) == values.data.shape[:1]


def _lil(values: Any) -> bool:
    """Whether each row has as many indices as numbers."""
    rows, data = values.rows, values.data
    if not values.shape[0] == len(rows) == len(data):
        return False
    alike = all(len(places) == len(numbers) for places, numbers in zip(rows, data, strict=True))
    return alike and _inside(list(chain.from_iterable(rows)), values.shape[1])


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "csr": _csr,
    "csc": _csc,
    "bsr": _bsr,
    "coo": _coo,
    "dok": _dok,
    "dia": _dia,
    "lil": _lil,
}
