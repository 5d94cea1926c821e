"""Data that come block by block: Dask arrays and data frames."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from inspect import Parameter, signature
from numbers import Integral
from typing import Any

import numpy as np
import scipy.sparse as sp

from sknn.estimators.sparse import reject_broken


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
    return _stream(X, {f"argument {i}": each for i, each in enumerate(others, start=1)})


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
        If X is no Dask collection, what should belong to its rows has no rows, or the estimator
        has no ``partial_fit`` or needs y.
    ValueError
        If X has no rows, or others than y and the weights; if `classes` are missing.

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
    _check_estimator(estimator, y)
    if classes is not None:
        more["classes"] = classes
    last = ""
    try:
        for epoch in range(1, epochs + 1):
            number = 0
            stream = _stream(X, {"y": y, "sample_weight": sample_weight})
            for number, block in enumerate(stream, start=1):
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


def _check_estimator(estimator: Any, y: Any) -> None:
    """Raise for what the first block would otherwise say in other words."""
    name = type(estimator).__name__
    if isinstance(estimator, type) or not hasattr(estimator, "partial_fit"):
        raise TypeError(f"estimator must be an object with partial_fit; got {estimator!r}.")
    wanted = signature(estimator.partial_fit).parameters.get("y")
    if y is None and wanted is not None and wanted.default is Parameter.empty:
        raise TypeError(f"y must be passed: {name} does not learn without it.")


def _is_dask(values: Any) -> bool:
    """Say whether it is an array or a frame, and no Delayed object, whose attributes are any."""
    return hasattr(values, "__dask_graph__") and isinstance(_shape(values), tuple)


def _shape(values: Any) -> Any:
    return getattr(values, "shape", None)


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


def _aligned(values: Any, sizes: tuple[float, ...], name: str) -> Any:
    """Return one of the others in the blocks of X; what is in memory as it is."""
    if values is None:
        return values
    values = _sliceable(values, name)
    lazy = _is_dask(values)
    own = _sizes(values := _whole_rows(values)) if lazy else (float(_n_rows(values)),)
    counted = not np.isnan([*sizes, *own]).any()
    if counted and sum(own) != sum(sizes):
        raise ValueError(f"X has {sum(sizes):.0f} rows, but {name} has {sum(own):.0f}.")
    if not lazy:
        return values
    if counted:
        return values.rechunk({0: tuple(int(size) for size in sizes)})
    if len(own) != len(sizes):
        raise ValueError(
            f"X has {len(sizes)} blocks and {name} has {len(own)}, and how many rows they have is "
            "not known. Call compute_chunk_sizes() on the arrays, or repartition "
            "the frames alike."
        )
    return values


def _stream(X: Any, others: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Return the blocks of X and of what goes with it, by the names of errors."""
    if not _is_dask(X) or not X.shape:
        raise TypeError(
            f"X must be a Dask array or data frame with rows; got {_described(X)}. What is in "
            "memory can be sliced, or given to fit as it is."
        )
    return _computed(_whole_rows(X), others)


def _computed(X: Any, others: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    import dask

    sizes = _sizes(X)
    columns = [X, *(_aligned(values, sizes, name) for name, values in others.items())]
    names = ["X", *others]
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
            _check_rows(block, index, names)
            if n_rows:
                yield block
            row = stop
    _check_end(columns, row, names)


def _sliceable(values: Any, name: str) -> Any:
    """Return what has rows that can be cut; raise for what has none."""
    if sp.issparse(values) and values.ndim == 2:
        reject_broken(values, name)
        return values.tocsr()
    rows = values
    if _shape(values) is None and hasattr(values, "__array__") and hasattr(values, "__len__"):
        rows = np.asarray(values)
    listed = isinstance(rows, Sequence) and not isinstance(rows, (str, bytes))
    shaped = isinstance(_shape(rows), tuple) and len(rows.shape) > 0 and not sp.issparse(rows)
    if listed or shaped:
        return rows
    raise TypeError(
        f"{name} must have one entry for each row of X: a list, an array, a sparse matrix, a "
        f"Series or a Dask collection; got {_described(values)}."
    )


def _described(values: Any) -> str:
    """Say of what type something is, and which shape it has if that is not one of rows."""
    shape = _shape(values)
    axes = f" of shape {shape}" if isinstance(shape, tuple) and len(shape) < 2 else ""
    return f"{type(values).__name__}{axes}"


def _sliced(values: Any, start: int, stop: int) -> Any:
    if values is None:
        return None
    return values.iloc[start:stop] if hasattr(values, "iloc") else values[start:stop]


def _n_rows(values: Any) -> int:
    return values.shape[0] if hasattr(values, "shape") else len(values)


def _check_rows(block: tuple[Any, ...], index: int, names: list[str]) -> None:
    rows = {
        name: _n_rows(values)
        for name, values in zip(names, block, strict=True)
        if values is not None
    }
    for name, own in rows.items():
        if own != rows["X"]:
            raise ValueError(
                f"Block {index} has {rows['X']} rows in X and {own} in {name}; cut all of them at "
                "the same rows."
            )


def _check_end(columns: list[Any], rows: int, names: list[str]) -> None:
    for name, values in zip(names, columns, strict=True):
        if values is not None and not _is_dask(values) and _n_rows(values) != rows:
            raise ValueError(f"X has {rows} rows, but {name} has {_n_rows(values)}.")
