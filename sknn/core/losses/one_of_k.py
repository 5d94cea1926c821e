"""What losses of one of k classes share: targets as integer codes, one raw score per class.

Two detours pay below some sixty classes (measured at 200 rows of float32, ten classes): NumPy
reduces short last axes slowly, so the row maximum is taken over a transposed copy (4 us, not 11),
and the one-hot rows are taken from a table made once (1.2 us, against 4.6 us for writing into
zeros).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Scratch
from sknn.core.losses.base import Loss

_SHORT = 64


@lru_cache(maxsize=64)
def _table(k: int, smoothing: float, dtype: str) -> NDArray:
    """Return the target distribution of every class, read-only."""
    table = (np.eye(k) * (1.0 - smoothing) + smoothing / k).astype(dtype)
    table.flags.writeable = False
    return table


def distributions(codes: NDArray, smoothing: float, scratch: Mapping[str, NDArray]) -> NDArray:
    """Fill ``scratch["hot"]`` with the target distribution of each row and return it."""
    hot, place = scratch["hot"], scratch["place"]
    k = hot.shape[-1]
    if k <= _SHORT:
        return _table(k, smoothing, hot.dtype.char).take(codes, axis=0, out=hot, mode="clip")
    hot.fill(smoothing / k)
    # Running totals of k are the ends of the rows in the flat array.
    np.add.accumulate(scratch["width"], out=place)
    np.add(place, codes, out=place)
    np.subtract(place, k, out=place)
    hot.reshape(-1)[place] = 1.0 - smoothing + smoothing / k
    return hot


def row_maximum(raw: NDArray, work: NDArray, out: NDArray) -> None:
    """Fill `out` (..., rows) with the largest entry of each row; `work` has the shape of `raw`."""
    *lead, rows, k = raw.shape
    if k > _SHORT:
        np.maximum.reduce(raw, axis=-1, out=out)
        return
    columns = work.reshape(*lead, k, rows)
    columns[...] = raw.mT
    np.maximum.reduce(columns, axis=-2, out=out)


def row_dot(a: NDArray, b: NDArray, scratch: Mapping[str, NDArray], out: NDArray) -> None:
    """Fill `out` (..., rows, 1) with the inner products of the rows."""
    np.multiply(a, b, out=scratch["work"])
    np.matmul(scratch["work"], scratch["ones"], out=out)


def inner(a: NDArray, b: NDArray) -> Any:
    """Return the inner product of (..., rows, k) and (rows, k), as one long sum per member."""
    return np.vecdot(a.reshape(*a.shape[:-2], b.size), b.reshape(b.size))


class OneOfK(Loss):
    """Base of the losses of integer codes."""

    tasks = frozenset({"multiclass"})

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays: two of the shape of the raw scores, others with one entry a row."""
        return {
            "work": Scratch((n_raw,)),
            "hot": Scratch((n_raw,), shared=True),
            "peak": Scratch((1,)),
            "norm": Scratch((1,)),
            "row": Scratch((1,)),
            "place": Scratch((), dtype=np.intp, shared=True),
            "width": Scratch((), dtype=np.intp, shared=True, fill=n_raw),
            "ones": Scratch((n_raw, 1), per_row=False, shared=True, fill=1.0),
        }
