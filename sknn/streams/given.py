"""Blocks of rows that come one by one: parts of a memory map, files, batches of a data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sknn.streams.rows import (
    check_rows,
    check_total,
    described,
    is_unread,
    n_rows,
    shape_of,
    sliceable,
    sliced,
)

Block = tuple[Any, ...]
_NAMES = ("X", "y", "sample_weight")


def is_iterable_of_blocks(X: Any) -> bool:
    """Return whether X can be iterated over, and is not a table, text, or mapping."""
    table = shape_of(X) is not None or hasattr(X, "__array__")
    text = isinstance(X, (str, bytes, Mapping))
    return isinstance(X, Iterable) and not table and not text


class GivenBlocks:
    """An iterable of blocks, each of them rows of X, or a tuple of rows of X, y, and weights.

    Parameters
    ----------
    X : iterable
        It is iterated over once per epoch.
    others : dict
        y and weights of all rows, in memory, if blocks are rows of X alone.

    Attributes
    ----------
    names : list of str
    n_blocks : int or None
        None if that is not known before the end.
    """

    def __init__(self, X: Iterable[Any], others: dict[str, Any]) -> None:
        if isinstance(X, Iterator):
            raise TypeError(
                f"X is a {type(X).__name__}, which can be iterated over only once; pass a list of "
                "blocks, or an object whose __iter__ starts over."
            )
        for name, values in others.items():
            if is_unread(values):
                raise TypeError(
                    f"{name} is a {type(values).__name__} of Dask, but X is not; pass "
                    f"{name}.compute(), or blocks that contain {name}."
                )
        self.X = X
        self.names = list(_NAMES)
        self.others = {
            name: sliceable(values, name) for name, values in others.items() if values is not None
        }
        self.n_blocks = len(X) if isinstance(X, Sequence) else None
        if isinstance(X, Sequence):
            # The contents of a list are known before training.
            given = [self._given(part, index) for index, part in enumerate(X)]
            self._check_end(sum(n_rows(block[0]) for block in given))

    def groups(
        self, size: int, skip: int = 0, *, stay: bool = False
    ) -> Iterator[tuple[int, list[Block]]]:
        """Yield the blocks in groups; see ``DaskBlocks.groups``."""
        parts = enumerate(iter(self.X))
        row = 0
        for index, part in islice(parts, skip * size):
            row += n_rows(self._given(part, index)[0])
        number = skip
        while group := list(islice(parts, size)):
            found = []
            for index, part in group:
                block = self._given(part, index)
                stop = row + n_rows(block[0])
                own = {name: sliced(each, row, stop) for name, each in self.others.items()}
                block = (block[0], *(own.get(name, each) for name, each in self._rest(block)))
                check_rows(block, index, self.names)
                found.append(block)
                row = stop
            yield number, found
            number += 1
        self._check_end(row)

    def _rest(self, block: Block) -> Iterator[tuple[str, Any]]:
        return zip(_NAMES[1:], block[1:], strict=True)

    def _given(self, part: Any, index: int) -> Block:
        """Return a block with its y and weights, which are None if it has none."""
        block = part if isinstance(part, tuple) else (part,)
        if any(map(is_unread, block)):
            raise TypeError(
                f"Block {index} of X has not been computed by Dask; got {described(part)}. Pass "
                "one collection instead of blocks, for example dask.dataframe.from_delayed(blocks)."
            )
        rows = shape_of(block[0]) if block else None
        listed = block and isinstance(block[0], Sequence) and not isinstance(block[0], (str, bytes))
        if not 1 <= len(block) <= len(_NAMES) or not (listed or (rows and isinstance(rows, tuple))):
            raise TypeError(
                f"Block {index} of X must be rows, or a tuple (X, y) or (X, y, sample_weight); got "
                f"{described(part)}."
            )
        block = (*block, *(None,) * (len(_NAMES) - len(block)))
        for name, values in self._rest(block):
            if values is not None and name in self.others:
                raise ValueError(f"Block {index} of X contains {name}; do not pass {name} as well.")
        known = (block[0], *(v if v is None else sliceable(v, n) for n, v in self._rest(block)))
        check_rows(known, index, self.names)
        return known

    def _check_end(self, rows: int) -> None:
        for name, values in self.others.items():
            check_total(rows, n_rows(values), name)
