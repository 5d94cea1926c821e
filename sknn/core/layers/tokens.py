"""One-hot encoding of the tokens of several columns, twice: given in advance, and all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import integer, integers
from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Plan, Scratch, Shape, Views


class Tokens(Layer):
    """One-hot encode the tokens of the columns of a table.

    A row holds a code for each token, then the numbers, then for each column 1 if it is given in
    advance, otherwise 0; further entries are not read. The output holds the columns twice: first
    those given in advance, with zeros for the others and flags for which they are; then all of
    them. A column is encoded as the ones of its tokens, and its number, if it has one. A code of -1
    becomes zeros. Codes are rounded; neither they nor the flags have a derivative.

    Parameters
    ----------
    sizes : sequence of int
        Number of codes of each token.
    columns : sequence of int
        Column of each token, in ascending order from 0.
    numbers : sequence of int
        Columns with a number, in ascending order.
    ignored : int, default=0
        Number of entries at the end of a row that are not read.
    name : str, default=None
        Name in parameter grids; None: ``tokens0``, ``tokens1``, ...

    Examples
    --------
    Two columns: one with three levels, and one with a number in addition to its four bins:

    >>> from sknn.layers import Tokens
    >>> layer = Tokens([3, 4], [0, 1], [1])
    >>> layer.width, layer.plan((5,)).out_shape
    (8, (18,))
    """

    kind = "tokens"
    bears_any_scale = True  # codes are no measurements
    constraints = {
        "sizes": integers(),
        "columns": integers(),
        "numbers": integers(),
        "ignored": integer(0),
    }

    def __init__(
        self,
        sizes: Sequence[int],
        columns: Sequence[int],
        numbers: Sequence[int] = (),
        ignored: int = 0,
        name: str | None = None,
    ) -> None:
        self.sizes = sizes
        self.columns = columns
        self.numbers = numbers
        self.ignored = ignored
        self.name = name

    @property
    def n_columns(self) -> int:
        """How many columns there are."""
        return int(self.columns[-1]) + 1

    @property
    def width(self) -> int:
        """How many numbers encode all columns once."""
        return int(np.sum(self.sizes)) + len(self.numbers)

    def places(self) -> tuple[NDArray, NDArray, NDArray]:
        """Return where each token begins, where each number is, and which column has each entry.

        They are counted from the start of one encoding.
        """
        sizes, columns = np.asarray(self.sizes), np.asarray(self.columns)
        before = np.searchsorted(np.asarray(self.numbers), columns)
        tokens = np.cumsum(sizes) - sizes + before
        ends = np.cumsum(np.bincount(columns, sizes, self.n_columns)).astype(np.intp)
        which = np.asarray(self.numbers, np.intp)
        numbers = ends[which] + np.arange(len(which))
        owners = np.empty(self.width, np.intp)
        for column, start, size in zip(columns, tokens, sizes, strict=True):
            owners[start : start + size] = column
        owners[numbers] = which
        return tokens, numbers, owners

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters; positions of ones, and whether each position is known."""
        n = len(self.sizes) + len(self.numbers) + self.n_columns + int(self.ignored)
        if in_shape != (n,):
            raise ValueError(f"{self!r} needs rows of {n} numbers, and was given {in_shape}.")
        scratch = {
            "rounded": Scratch((len(self.sizes),)),
            "place": Scratch((len(self.sizes),), dtype=np.intp),
            "present": Scratch((len(self.sizes),), dtype=np.bool_),
            "known": Scratch((self.width,)),
        }
        return Plan((2 * self.width + self.n_columns,), scratch=scratch)

    def forward(self, p: Views, x: NDArray, y: NDArray, ctx: Context) -> None:
        """Write the entries given in advance, then all entries."""
        q, width, scratch = len(self.sizes), self.width, ctx.scratch
        begin = q + len(self.numbers)
        tokens, numbers, owners = self.places()
        x = np.broadcast_to(x, (*y.shape[:-1], x.shape[-1]))
        told, asked, own = np.split(y, [width, width + self.n_columns], axis=-1)
        rounded, place, present, known = (
            scratch[k] for k in ("rounded", "place", "present", "known")
        )
        np.rint(x[..., :q], out=rounded)
        np.copyto(place, rounded, casting="unsafe")
        np.greater_equal(place, 0, out=present)
        np.maximum(place, 0, out=place)
        np.add(place, tokens, out=place)
        own.fill(0.0)
        np.put_along_axis(own, place, present, axis=-1)
        own[..., numbers] = x[..., q:begin]
        np.greater(x[..., begin : begin + self.n_columns], 0.5, out=asked)
        np.take(asked, owners, axis=-1, out=known, mode="clip")
        np.multiply(own, known, out=told)

    def backward(
        self,
        p: Views,
        g: Views,
        x: NDArray,
        y: NDArray,
        dy: NDArray,
        dx: NDArray | None,
        ctx: Context,
    ) -> None:
        """Pass on the gradient of numbers; codes have none."""
        if dx is None:
            return
        q, width, known = len(self.sizes), self.width, ctx.scratch["known"]
        _, numbers, _ = self.places()
        np.multiply(dy[..., :width], known, out=known)
        np.add(known, dy[..., width + self.n_columns :], out=known)
        dx.fill(0.0)
        dx[..., q : q + len(self.numbers)] = known[..., numbers]
