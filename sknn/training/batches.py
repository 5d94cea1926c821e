"""Rows in the order of an epoch, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.row_order import Buffer, is_in_order

# Rows are gathered in slabs of about this size, so that every batch is a contiguous view and the
# cost of a gather is shared by several batches while the slab stays in the second-level cache.
_SLAB_BYTES = 1 << 19


Batch = tuple[Any, NDArray | None, NDArray | None]
"""Rows, targets, and weights of one batch; valid until the next one is requested."""


class Batches:
    """Training rows, dense or CSR.

    Parameters
    ----------
    x : ndarray of shape (n, ...) or CSR of shape (n, d)
        Never copied as a whole, unless one batch holds all rows and `rows` picks some of them or
        they are not in C order.
    target : ndarray of shape (n,) or (n, k), or CSR of shape (n, k), or None
        Encoded targets; a CSR matrix is made dense batch by batch. `x` itself for
        autoencoders; then rows are gathered once.
    weight : ndarray of shape (n, 1) or None
    rows : ndarray of int or None
        The rows to use; None means all.
    factor : float, default=1.0
        Factor of `x`, applied batch by batch.
    """

    def __init__(
        self,
        x: Any,
        target: Any,
        weight: NDArray | None = None,
        rows: NDArray | None = None,
        factor: float = 1.0,
    ) -> None:
        self.factor = float(factor)
        self.own_target = target is x
        columns = (x, None if self.own_target else target, weight)
        self.columns = tuple(_column(values) for values in columns)
        self.rows = rows
        self.n_rows = x.shape[0] if rows is None else len(rows)
        self.row_bytes = max(1, _n_bytes(x) // max(1, x.shape[0]))
        self._whole: Batch | None = None

    def count(self, size: int) -> int:
        """Return the number of batches of one pass."""
        return -(-self.n_rows // size)

    def epoch(self, size: int, rng: np.random.Generator | None) -> Iterator[Batch]:
        """Yield the batches of one pass.

        Parameters
        ----------
        size : int
            Rows of a batch; the last one of the pass may be shorter.
        rng : Generator or None
            Draws the order; None keeps the order of the rows. Nothing is drawn when
            one batch holds all rows.
        """
        if size >= self.n_rows:
            yield self._all_rows()
            return
        # Its arrays may be in the buffers that are refilled from here on.
        self._whole = None
        order = self.rows
        if rng is not None:
            order = rng.permutation(self.n_rows) if order is None else rng.permutation(order)
        slab = size * max(1, _SLAB_BYTES // (size * self.row_bytes))
        for start in range(0, self.n_rows, slab):
            stop = min(start + slab, self.n_rows)
            where = slice(start, stop) if order is None else order[start:stop]
            x, target, weight = self._take(where, slab)
            for first in range(0, stop - start, size):
                cut = slice(first, first + size)
                part = x[cut]
                own = part if self.own_target else None if target is None else target[cut]
                yield part, own, None if weight is None else weight[cut]

    def _take(self, where: slice | NDArray, capacity: int) -> Batch:
        x, target, weight = (column.take(where, capacity) for column in self.columns)
        if self.factor != 1.0:
            # Picked rows are in a buffer; a slice is a view of an array of the user.
            x = x * self.factor if isinstance(where, slice) else _scaled(x, self.factor)
        return x, x if self.own_target else target, weight

    def _all_rows(self) -> Batch:
        if self._whole is None:
            self._whole = self._take(slice(None) if self.rows is None else self.rows, self.n_rows)
        return self._whole


def _scaled(x: Any, factor: float) -> Any:
    x *= factor
    return x


def _n_bytes(x: Any) -> int:
    return x.nbytes if isinstance(x, np.ndarray) else x.data.nbytes + x.indices.nbytes


def _column(values: Any) -> Any:
    if values is None:
        return _NoColumn()
    return _DenseColumn(values) if isinstance(values, np.ndarray) else _SparseColumn(values)


class _NoColumn:
    def take(self, where: Any, capacity: int) -> None:
        return None


class _DenseColumn:
    """Gathers rows of any memory order into one reused buffer."""

    def __init__(self, values: NDArray) -> None:
        self.values = values
        self.in_order = is_in_order(values)
        self.buffer: Buffer | None = None

    def take(self, where: slice | NDArray, capacity: int) -> NDArray:
        """Return the rows at `where`; the result is overwritten by the next call."""
        if self.buffer is None or self.buffer.capacity < capacity:
            self.buffer = Buffer(self.values, capacity)
        if isinstance(where, slice) or not self.in_order:
            # From other orders ndarray.take would first copy the whole array.
            return self.buffer.in_order(self.values[where])
        # mode="clip" writes straight into the buffer, the default "raise" goes through a copy.
        out = self.buffer.front(len(where))
        return self.values.take(where, axis=0, out=out, mode="clip")


class _SparseColumn:
    """Gathers CSR rows."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def take(self, where: slice | NDArray, capacity: int) -> Any:
        """Return the rows at `where`."""
        return self.values[where]
