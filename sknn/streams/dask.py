"""Dask arrays and data frames, block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cached_property
from typing import Any

import numpy as np

from sknn.streams.rows import (
    check_rows,
    check_total,
    described,
    is_lazy,
    n_rows,
    sliceable,
    sliced,
)

Block = tuple[Any, ...]


def blocks(X: Any, *others: Any) -> Iterator[Block]:
    """Compute Dask collections block by block, in order.

    While you work on one block, the next one is computed, in another thread or, with a
    ``dask.distributed.Client``, on the cluster. So at most two blocks are in the memory of this
    process.

    Parameters
    ----------
    X : dask.array.Array or dask.dataframe.DataFrame
        Its chunks of rows, or partitions, are the blocks. Chunks of columns are joined.
    *others : Dask collection, ndarray, sparse matrix, Series or None
        Data of the same rows, such as y and sample weights. Dask arrays with other chunks are split
        like X; data in memory are sliced.

    Yields
    ------
    block : tuple
        The rows of X and of the others; None stays None. Blocks without rows are left out.

    Raises
    ------
    TypeError
        If X is not a Dask collection.
    ValueError
        If the others do not have as many rows as X, or if they have other chunks and the rows of
        either have not been counted.

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
    named = {f"argument {i}": each for i, each in enumerate(others, start=1)}
    for _, [block] in DaskBlocks(X, named).groups(1):
        if n_rows(block[0]):
            yield block


class DaskBlocks:
    """The chunks of rows, or partitions, of a collection, with the data that belong to them.

    Parameters
    ----------
    X : Dask array or data frame
    others : dict
        The other data, by their names in messages.

    Attributes
    ----------
    names : list of str
    n_blocks : int
    """

    def __init__(self, X: Any, others: dict[str, Any]) -> None:
        if not is_lazy(X) or not X.shape:
            raise TypeError(
                f"X must be a Dask array or data frame with rows; got {described(X)}. Data in "
                f"memory "
                "can be sliced, or passed to fit directly."
            )
        X = _whole_rows(X)
        self.sizes = _sizes(X)
        self.n_blocks = len(self.sizes)
        self.names = ["X", *others]
        self.columns = [X, *(_aligned(each, self.sizes, name) for name, each in others.items())]
        self.lazy = [i for i, values in enumerate(self.columns) if is_lazy(values)]
        in_memory = [i for i, each in enumerate(self.columns) if i not in self.lazy]
        self.in_memory = [i for i in in_memory if self.columns[i] is not None]

    def groups(
        self, size: int, skip: int = 0, *, stay: bool = False
    ) -> Iterator[tuple[int, list[Block]]]:
        """Yield the blocks in groups; the next group is requested in advance.

        Parameters
        ----------
        size : int
            Number of blocks of a group.
        skip : int
            Number of groups to skip.
        stay : bool
            Leave the blocks on the cluster: their parts are Delayed.

        Yields
        ------
        number : int
            Of the group, from 0.
        blocks : list of tuple
            Some may have no rows.
        """
        starts = range(skip * size, self.n_blocks, size)
        row = sum(self._counted(range(min(skip * size, self.n_blocks))))
        ask = self._persisted if stay else self._computed
        with ThreadPoolExecutor(1) as ahead:
            # A client may belong to this context only.
            asked = [
                ahead.submit(copy_context().run, ask, self._some(at, size)) for at in starts[:1]
            ]
            for start in starts:
                found, rows = asked.pop().result()
                if start + size < self.n_blocks:
                    some = self._some(start + size, size)
                    asked.append(ahead.submit(copy_context().run, ask, some))
                group = []
                for index, parts, own in zip(self._some(start, size), found, rows, strict=True):
                    group.append(self._block(parts, row, row + own))
                    row += own
                    if not stay:
                        check_rows(group[-1], index, self.names)
                yield start // size, group
        for i in self.in_memory:
            check_total(row, n_rows(self.columns[i]), self.names[i])

    def delayed(self) -> list[Block]:
        """Return all blocks before they are computed: lazy parts are Delayed.

        To reduce all of them in one computation, they need not all be in memory.
        """
        indices = range(self.n_blocks)
        found = [{i: self._pieces[i][index] for i in self.lazy} for index in indices]
        row, group = 0, []
        for parts, own in zip(found, self._counted(indices), strict=True):
            group.append(self._block(parts, row, row + own))
            row += own
        for i in self.in_memory:
            check_total(row, n_rows(self.columns[i]), self.names[i])
        return group

    @cached_property
    def _pieces(self) -> dict[int, Sequence[Any]]:
        """The blocks of lazy columns as Delayed; each by itself would optimize all of its graph."""
        return {i: _delayed(self.columns[i]) for i in self.lazy}

    def _some(self, start: int, size: int) -> range:
        return range(start, min(start + size, self.n_blocks))

    def _block(self, parts: dict[int, Any], start: int, stop: int) -> Block:
        return tuple(
            parts[i] if i in parts else sliced(values, start, stop)
            for i, values in enumerate(self.columns)
        )

    def _computed(self, indices: range) -> tuple[list[dict[int, Any]], list[int]]:
        """Return the lazy parts of some blocks, in this process, and their rows."""
        found = self._fetched(indices, lambda parts: parts)
        return found, [n_rows(parts[0]) for parts in found]

    def _persisted(self, indices: range) -> tuple[list[dict[int, Any]], Sequence[int]]:
        """Return the lazy parts of some blocks, to be computed on the cluster."""
        import dask

        flat = [self._pieces[i][index] for index in indices for i in self.lazy]
        kept = iter(dask.persist(*flat))
        found = [{i: next(kept) for i in self.lazy} for _ in indices]
        return found, self._counted(indices, found)

    def _fetched(self, indices: range, of: Any) -> list[dict[int, Any]]:
        """Compute some blocks in one call, so that what X and y have in common is computed once."""
        import dask

        found: list[dict[int, Any]] = [{} for _ in indices]
        frames = [i for i in self.lazy if _is_frame(self.columns[i])]
        # Dask warns about calls that mix frames with arrays.
        for kind in (frames, [i for i in self.lazy if i not in frames]):
            pieces = [[of(_piece(self.columns[i], index)) for i in kind] for index in indices]
            for parts, values in zip(found, dask.compute(*pieces) if kind else (), strict=False):
                parts.update(zip(kind, values, strict=True))
        return found

    def _counted(self, indices: range, found: Any = None) -> Sequence[int]:
        """Return the numbers of rows of blocks, if needed to slice data in memory."""
        sizes = [self.sizes[index] for index in indices]
        if not self.in_memory:
            return [0] * len(sizes)
        if not np.isnan(sizes).any():
            return [int(size) for size in sizes]
        import dask

        count = dask.delayed(n_rows)
        pieces = [self._pieces[0][index] for index in indices]
        if found is not None:
            pieces = [parts[0] for parts in found]
        return dask.compute(*map(count, pieces))


def _is_frame(values: Any) -> bool:
    """Return whether a collection has partitions, as a frame or a series has."""
    return hasattr(values, "divisions")


def _whole_rows(values: Any) -> Any:
    """Join chunks of columns of an array."""
    return values if _is_frame(values) else values.rechunk({i: -1 for i in range(1, values.ndim)})


def _sizes(values: Any) -> tuple[float, ...]:
    """Return the rows of each block, NaN where they have not been counted."""
    if _is_frame(values):
        return (float("nan"),) * values.npartitions
    return tuple(float(size) for size in values.chunks[0])


def _piece(values: Any, index: int) -> Any:
    return values.partitions[index] if _is_frame(values) else values.blocks[index]


def _delayed(values: Any) -> Sequence[Any]:
    """Return the blocks, each of which can be computed separately."""
    pieces = values.to_delayed()
    return pieces if _is_frame(values) else pieces.ravel()


def _aligned(values: Any, sizes: tuple[float, ...], name: str) -> Any:
    """Return one of the others in the blocks of X; data in memory are returned as they are."""
    if values is None:
        return values
    values = sliceable(values, name)
    lazy = is_lazy(values)
    own = _sizes(values := _whole_rows(values)) if lazy else (float(n_rows(values)),)
    counted = not np.isnan([*sizes, *own]).any()
    if counted:
        check_total(int(sum(sizes)), int(sum(own)), name)
    if not lazy:
        return values
    if counted:
        return values.rechunk({0: tuple(int(size) for size in sizes)})
    if len(own) != len(sizes):
        raise ValueError(
            f"X has {len(sizes)} blocks and {name} has {len(own)}, and their numbers of rows are "
            "not known. Call compute_chunk_sizes() on the arrays, or repartition "
            "the frames alike."
        )
    return values
