"""Products with rows: dense or CSR, of one network or of several members."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def as_rows(array: Any, places: int) -> Any:
    """Merge a number of axes between rows and features into the axis of rows."""
    lead = array.shape[: array.ndim - places - 2]
    return array.reshape(*lead, -1, array.shape[-1])


def column_sums(rows: NDArray, ones: NDArray, out: NDArray) -> None:
    """Fill `out` (..., k) with the sums of the columns of (..., rows, k).

    A product with ones is three times faster than add.reduce.
    """
    if rows.ndim == 2:
        # The method calls the same kernel as matmul, in half the time.
        rows.T.dot(ones, out)
    elif rows.shape[-1] > 1:
        np.matmul(ones, rows, out=out)
    else:
        # Some kernels of BLAS begin the sum where the second factor is aligned: this is the one
        # that begins in the same way for every member.
        np.vecdot(rows[..., 0], ones, out=out[..., 0])


def product(x: Any, weights: NDArray, out: NDArray) -> None:
    """Write ``x @ weights`` into `out`; CSR rows are multiplied member by member."""
    plain = type(x) is np.ndarray and x.ndim == 2 == weights.ndim
    if plain and x.flags.forc and out.flags.c_contiguous:
        # The method calls the same kernels as matmul and takes half a microsecond less to get
        # there. Rows with gaps it hands to BLAS in another way, which changes last bits.
        x.dot(weights, out)
    elif isinstance(x, np.ndarray):
        np.matmul(x, weights, out=out)
    elif weights.ndim == 2:
        out[...] = x @ weights
    else:
        for member_weights, member_out in zip(weights, out, strict=True):
            member_out[...] = x @ member_weights
