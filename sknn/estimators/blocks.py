"""Data that come block by block: Dask arrays and data frames."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
import scipy.sparse as sp


def blocks(X: Any, *others: Any) -> Iterator[tuple[Any, ...]]:
    """Compute Dask collections block by block, in order.

    While one block is being worked on the next one is computed, in another thread or, with a
    ``dask.distributed.Client``, on the cluster. So no more than two blocks are in memory here.

    Parameters
    ----------
    X : dask.array.Array or dask.dataframe.DataFrame
        Its chunks of rows, or partitions, are the blocks. Chunks of columns are joined.
    *others : Dask collection, ndarray, sparse matrix, Series or None
        What belongs to the same rows, as y and sample weights. Dask arrays that are cut elsewhere
        are cut anew; what is in memory already is sliced.

    Yields
    ------
    block : tuple
        The rows of X and of the others; None stays None. Blocks without rows are left out.

    Raises
    ------
    TypeError
        If X is no Dask collection.
    ValueError
        If the others do not have the rows of X, or are cut elsewhere and somebody's rows have not
        been counted.

    Examples
    --------
    >>> import dask.array as da
    >>> import numpy as np
    >>> from sknn import MLPRegressor
    >>> from sknn.streams import blocks
    >>> X = da.random.default_rng(0).standard_normal((1000, 3), chunks=(250, 3))
    >>> net = MLPRegressor(random_state=0)
    >>> for x, y in blocks(X, X[:, 0]):
    ...     net = net.partial_fit(x, y)
    >>> net.t_
    1000
    """
    if not _is_dask(X):
        raise TypeError(
            f"X must be a Dask array or data frame; got {type(X).__name__}. What is in memory can "
            "be sliced, or given to fit as it is."
        )
    return _computed(_whole_rows(X), others)


def fit_blocks(
    estimator: Any,
    X: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    epochs: int = 1,
    classes: Any = None,
    **more: Any,
) -> Any:
    """Train on Dask collections block by block; to the bit the loop over the same blocks.

    Each block is one call of ``partial_fit``: it is passed over once, in batches and in an order
    that is drawn anew.

    Parameters
    ----------
    estimator : estimator
        With ``partial_fit``; it is trained itself, and goes on where its last call ended.
    X : dask.array.Array or dask.dataframe.DataFrame
    y, sample_weight : as the others of :func:`blocks`, default=None
    epochs : int, default=1
        Passes over all blocks.
    classes : array-like, default=None
        All labels that will come; classifiers need them before their first block.
    **more
        Further arguments of ``partial_fit``, such as `X_val` and `y_val`, in memory.

    Returns
    -------
    estimator : estimator
        The one given. When a block raises, it is as the blocks before have left it; so it is when
        the rows of a data frame, which nobody has counted, turn out to be others than those of y.
        Ctrl-C ends all passes: a warning says after which block.

    Warns
    -----
    UserWarning
        If the user ends it. Before the first block is trained on KeyboardInterrupt is raised.

    Raises
    ------
    TypeError
        If X is no Dask collection, or what should belong to its rows has no rows.
    ValueError
        If X has no rows, or others than y and the weights.

    Examples
    --------
    >>> import dask.array as da
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.streams import fit_blocks
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(learning_rate_init=0.01, random_state=0)
    >>> net = fit_blocks(net, da.from_array(X, (50, 4)), y, epochs=30, classes=[0, 1, 2])
    >>> net.score(X, y) > 0.9
    True
    """
    if isinstance(epochs, bool) or not isinstance(epochs, Integral) or epochs < 1:
        raise ValueError(f"epochs must be an integer >= 1; got {epochs!r}.")
    if classes is not None:
        more["classes"] = classes
    last = ""
    try:
        for epoch in range(1, epochs + 1):
            number = 0
            for number, block in enumerate(blocks(X, y, sample_weight), start=1):
                run = getattr(estimator, "run_", None)
                _teach(estimator, block, more)
                last = f"block {number} of epoch {epoch}"
                _pass_on_interrupt(estimator, run)
            if not number:
                raise ValueError("X has no rows; at least one is needed to train on.")
    except KeyboardInterrupt:
        if not last:
            raise
        warnings.warn(
            f"Training interrupted by user: {last} was the last to be trained on, and the "
            "estimator is as it has left it.",
            stacklevel=2,
        )
    return estimator


def _teach(estimator: Any, block: tuple[Any, ...], more: dict[str, Any]) -> None:
    x, target, weight = block
    own = {} if target is None else {"y": target}
    if weight is not None:
        own["sample_weight"] = weight
    estimator.partial_fit(x, **own, **more)


def _pass_on_interrupt(estimator: Any, run: Any) -> None:
    """Raise the Ctrl-C that a network took as the end of its block, and not of an earlier one."""
    trained = getattr(estimator, "run_", None) is not run
    if trained and getattr(estimator, "stop_reason_", None) == "interrupted":
        raise KeyboardInterrupt


def _is_dask(values: Any) -> bool:
    return hasattr(values, "__dask_graph__") and hasattr(values, "shape")


def _is_frame(values: Any) -> bool:
    """Say whether there are partitions: those of a frame or a series."""
    return hasattr(values, "divisions")


def _whole_rows(values: Any) -> Any:
    """Join the chunks of columns of an array."""
    return values if _is_frame(values) else values.rechunk({i: -1 for i in range(1, values.ndim)})


def _sizes(values: Any) -> tuple[float, ...]:
    """Return the rows of each block, NaN where they have not been counted."""
    if _is_frame(values):
        return (float("nan"),) * values.npartitions
    return tuple(float(size) for size in values.chunks[0])


def _piece(values: Any, index: int) -> Any:
    return values.partitions[index] if _is_frame(values) else values.blocks[index]


def _aligned(values: Any, sizes: tuple[float, ...], number: int) -> Any:
    """Return one of the others in the blocks of X; what is in memory as it is."""
    if values is None:
        return values
    lazy = _is_dask(values)
    if not lazy:
        values = _sliceable(values, number)
    own = _sizes(values := _whole_rows(values)) if lazy else (float(_n_rows(values)),)
    counted = not np.isnan([*sizes, *own]).any()
    if counted and sum(own) != sum(sizes):
        raise ValueError(f"X has {sum(sizes):.0f} rows, but argument {number} has {sum(own):.0f}.")
    if not lazy:
        return values
    if counted:
        return values.rechunk({0: tuple(int(size) for size in sizes)})
    if len(own) != len(sizes):
        raise ValueError(
            f"X has {len(sizes)} blocks and argument {number} has {len(own)}, and how many rows "
            "they have is not known. Call compute_chunk_sizes() on the arrays, or repartition "
            "the frames alike."
        )
    return values


def _computed(X: Any, others: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    import dask

    sizes = _sizes(X)
    aligned = [_aligned(values, sizes, number) for number, values in enumerate(others, start=1)]
    columns = [X, *aligned]
    lazy = [i for i, values in enumerate(columns) if _is_dask(values)]

    frames = [i for i in lazy if _is_frame(columns[i])]
    arrays = [i for i in lazy if i not in frames]

    def compute(index: int) -> dict[int, Any]:
        # In one call: what X and y have in common is computed once. Dask warns of calls that mix
        # frames with arrays.
        found: dict[int, Any] = {}
        for kind in (frames, arrays):
            pieces = (_piece(columns[i], index) for i in kind)
            found |= zip(kind, dask.compute(*pieces), strict=True)
        return found

    row = 0
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(compute, 0)
        for index in range(len(sizes)):
            found = coming.result()
            if index + 1 < len(sizes):
                coming = ahead.submit(partial(compute, index + 1))
            n_rows = found[0].shape[0]
            stop = row + n_rows
            block = tuple(
                found[i] if i in found else _sliced(values, row, stop)
                for i, values in enumerate(columns)
            )
            _check_rows(block, index)
            if n_rows:
                yield block
            row = stop
    _check_end(columns, row)


def _sliceable(values: Any, number: int) -> Any:
    """Return what is in memory as something with rows that can be cut; raise for what is not."""
    if sp.issparse(values):
        return values.tocsr()
    if isinstance(values, (list, tuple)) or getattr(values, "shape", ()):
        return values
    raise TypeError(
        f"Argument {number} must have one entry for each row of X: a list, an array, a sparse "
        f"matrix, a Series or a Dask collection; got {type(values).__name__}."
    )


def _sliced(values: Any, start: int, stop: int) -> Any:
    if values is None:
        return None
    return values.iloc[start:stop] if hasattr(values, "iloc") else values[start:stop]


def _n_rows(values: Any) -> int:
    return values.shape[0] if hasattr(values, "shape") else len(values)


def _check_rows(block: tuple[Any, ...], index: int) -> None:
    rows = [_n_rows(values) for values in block if values is not None]
    if len(set(rows)) > 1:
        raise ValueError(
            f"Block {index} has {rows[0]} rows in X and {rows[1:]} in what goes with it; cut all "
            "of them at the same rows."
        )


def _check_end(columns: list[Any], rows: int) -> None:
    for values in columns:
        if values is not None and not _is_dask(values) and _n_rows(values) != rows:
            raise ValueError(f"X has {rows} rows, but what goes with it has {_n_rows(values)}.")
