"""What each row of a batch counts in a mean over the batch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fill_shares(share: NDArray, weight: NDArray | None, mask: NDArray | None = None) -> None:
    """Write the weight of each row (and inner position); the sum is one.

    Parameters
    ----------
    share : ndarray of shape (rows, ...)
    weight : ndarray of shape (rows, 1) or None
        Weights of the rows; None, or none that is positive, means equal.
    mask : ndarray of bool, the shape of `share`, or None
        Positions that count; None means all.
    """
    total = 0.0 if weight is None else float(weight.sum())
    if weight is None or not total:
        share.fill(1.0 / share.size)
    else:
        per_row = share.reshape(share.shape[0], -1)
        np.divide(weight, total * per_row.shape[1], out=per_row)
    if mask is not None:
        share *= mask
        share /= max(float(share.sum()), float(np.finfo(share.dtype).tiny))
