"""Data with rows: how many there are, how to slice them, and whether they match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from sknn._validation.sparse import reject_broken


def shape_of(values: Any) -> Any:
    """Return the shape, None if there is none."""
    return getattr(values, "shape", None)


def is_lazy(values: Any) -> bool:
    """Return whether it is a Dask array or frame, not a Delayed, which has every attribute."""
    return hasattr(values, "__dask_graph__") and isinstance(shape_of(values), tuple)


def is_unread(values: Any) -> bool:
    """Return whether Dask has yet to compute it, and it cannot be sliced, as its arrays can."""
    # A Delayed has every attribute.
    return hasattr(values, "__dask_graph__") and hasattr(values, "divisions")


def sliceable(values: Any, name: str) -> Any:
    """Return an object with rows that can be split; raise if it has none."""
    if sp.issparse(values) and values.ndim == 2:
        reject_broken(values, name)
        return values.tocsr()
    rows = values
    if shape_of(values) is None and hasattr(values, "__array__") and hasattr(values, "__len__"):
        rows = np.asarray(values)
    listed = isinstance(rows, Sequence) and not isinstance(rows, (str, bytes))
    shaped = isinstance(shape_of(rows), tuple) and len(rows.shape) > 0 and not sp.issparse(rows)
    if listed or shaped:
        return rows
    raise TypeError(
        f"{name} must have one entry for each row of X: a list, an array, a sparse matrix, a "
        f"Series or a Dask collection; got {described(values)}."
    )


def described(values: Any) -> str:
    """Return the type of something in words, and its shape if it has no rows."""
    shape = shape_of(values)
    axes = f" of shape {shape}" if isinstance(shape, tuple) and len(shape) < 2 else ""
    return f"{type(values).__name__}{axes}"


def sliced(values: Any, start: int, stop: int, step: int = 1) -> Any:
    """Return some rows; None stays None."""
    if values is None:
        return None
    rows = slice(start, stop, step)
    return values.iloc[rows] if hasattr(values, "iloc") else values[rows]


def joined(parts: Sequence[Any], name: str) -> Any:
    """Return the rows of all parts, in their own type."""
    shapes = sorted({np.shape(part)[1:] for part in parts})
    if len(shapes) > 1:
        raise ValueError(
            f"{name} must have the same number of columns in all blocks; it has rows of the shapes "
            f"{shapes}."
        )
    if any(map(sp.issparse, parts)):
        return sp.vstack(list(map(sp.csr_array, parts)), format="csr")
    if all(hasattr(part, "iloc") for part in parts):
        import pandas as pd

        return pd.concat(parts)
    arrays = [np.asarray(part) for part in parts]
    if len({each.dtype.kind in "SU" for each in arrays}) > 1:
        # NumPy would turn numbers into text.
        arrays = [each.astype(object) for each in arrays]
    return np.concatenate(arrays)


def joined_weights(weights: Sequence[Any], rows: Sequence[Any]) -> Any:
    """Return the weights of all blocks; rows of blocks without weights count once."""
    if all(each is None for each in weights):
        return None
    pairs = zip(weights, rows, strict=True)
    known = [np.ones(n_rows(own)) if each is None else each for each, own in pairs]
    return joined(known, "sample_weight")


def n_rows(values: Any) -> int:
    """Return the number of rows."""
    return values.shape[0] if hasattr(values, "shape") else len(values)


def check_rows(block: tuple[Any, ...], index: int, names: Sequence[str]) -> None:
    """Raise if the parts of a block do not have the same number of rows."""
    rows = {
        name: n_rows(values)
        for name, values in zip(names, block, strict=True)
        if values is not None
    }
    for name, own in rows.items():
        if own != rows["X"]:
            raise ValueError(
                f"Block {index} has {rows['X']} rows in X and {own} in {name}; split all of them "
                f"at "
                "the same rows."
            )


def check_y(x: Any, y: Any, index: int) -> None:
    """Raise if a block that has rows has no y."""
    if y is None and n_rows(x):
        raise TypeError(f"Block {index} of X has no y; pass y, or blocks (X, y).")


def check_total(rows: int, own: int, name: str) -> None:
    """Raise if X and the data passed with it have different numbers of rows."""
    if rows != own:
        raise ValueError(f"X has {rows} rows, but {name} has {own}.")
