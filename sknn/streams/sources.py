"""Where blocks come from: a collection of Dask, or an iterable."""

from __future__ import annotations

from typing import Any

from sknn.streams.dask import DaskBlocks
from sknn.streams.given import GivenBlocks, is_iterable_of_blocks


def source_of(X: Any, y: Any, sample_weight: Any) -> Any:
    """Return the blocks of X with the data that belong to them."""
    others = {"y": y, "sample_weight": sample_weight}
    return GivenBlocks(X, others) if is_iterable_of_blocks(X) else DaskBlocks(X, others)


def without_y(estimator: Any) -> TypeError:
    """Return the error for an estimator that needs y and gets none."""
    return TypeError(f"y must be passed: {type(estimator).__name__} does not learn without it.")
