"""L-BFGS over rows in blocks, on any machines."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import validate_data

from sknn.estimators.fit.call import Call
from sknn.estimators.fit.over_blocks import measure_block, parcel_for_blocks
from sknn.streams.rows import check_rows, joined, joined_weights, n_rows
from sknn.streams.sources import without_y
from sknn.streams.tasks import fetched, has_client, sum_of_tasks

_NAMES = ("X", "y", "sample_weight")


def fit_full_batch(estimator: Any, source: Any, more: dict[str, Any]) -> None:
    """Minimize loss and penalty over all blocks, wherever they are.

    y, the weights, and the rows of one block are loaded into this process.

    Parameters
    ----------
    estimator : estimator
        With ``solver="lbfgs"``.
    source : DaskBlocks or GivenBlocks
    more : dict
        Further arguments of its ``fit``.
    """
    size = source.n_blocks or sys.maxsize
    stay = has_client()
    blocks = [block for _, group in source.groups(size, stay=stay) for block in group]
    if any(target is None for _, target, _ in blocks):
        raise without_y(estimator)
    targets = fetched([target for _, target, _ in blocks])
    y = np.asarray(joined(targets, "y"))
    weight = joined_weights(fetched([each for *_, each in blocks]), targets)
    first = next((x for x in map(_first_rows, blocks) if n_rows(x)), None)
    if first is None:
        raise ValueError("X has no rows; at least one is needed to train on.")
    x = _array(first)
    if not isinstance(x, np.ndarray):
        raise TypeError(
            f"With blocks, solver='lbfgs' needs dense rows; got {type(x).__name__}. Use another "
            "solver, or fit on rows in memory."
        )
    # Only the shape of X is read here: one row is enough.
    rows = np.broadcast_to(x[:1], (len(y), *x.shape[1:]))
    keep = estimator.warm_start
    call = Call.of_fit(keep, rows, y, weight, **more)
    parcel, counts = parcel_for_blocks(estimator, call)
    call.elsewhere = partial(_over_blocks, parcel, _counted(blocks, y, counts))
    estimator._train(call)
    if x is not first:
        # A frame has names for its columns.
        validate_data(estimator, first, skip_check_array=True)


def _array(rows: Any) -> Any:
    """Return the rows of a frame as an array; sparse ones and lists as they are."""
    return np.asarray(rows) if hasattr(rows, "columns") else rows


def _first_rows(block: tuple[Any, ...]) -> Any:
    return fetched(block[:1])[0]


def _counted(blocks: list[Any], y: NDArray, counts: NDArray | None) -> list[tuple[Any, ...]]:
    """Return blocks in which the weight of every row includes that of its class."""
    sizes = [n_rows(part) for part in fetched([target for _, target, _ in blocks])]
    ends = np.cumsum([0, *sizes])
    return [
        (index, x, target, None if counts is None else counts[ends[index] : ends[index + 1]])
        for index, (x, target, _) in enumerate(blocks)
    ]


def _over_blocks(
    parcel: Any, blocks: list[tuple[Any, ...]], vector: NDArray, scale: float
) -> tuple[float, NDArray]:
    """Return loss and gradient over all rows, summed up in pairs of neighbors."""
    value, total = sum_of_tasks(_measured, (parcel, vector.copy(), scale), blocks, _sum)
    return value, total


def _measured(shared: Any, index: int, x: Any, y: Any, weight: Any) -> Any:
    """Measure one block, on any machine."""
    parcel, vector, scale = shared
    check_rows((x, y, weight), index, _NAMES)
    if not n_rows(x):
        return None
    return measure_block(parcel, Call(_array(x), y, weight, resume=True, keep=True), vector, scale)


def _sum(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return one[0] + other[0], one[1] + other[1]
