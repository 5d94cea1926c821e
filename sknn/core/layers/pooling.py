"""Layers that keep one number of every window of an image or signal.

Lines are pooled first, then columns: k + k steps instead of k * k, and the long one of whole lines.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import none, one_of
from sknn.core.layers.base import Context, Layer
from sknn.core.layers.grid import IMAGE, NUMBER_OR_PAIR, SIGNAL, Grid
from sknn.core.layers.windows import Axis
from sknn.core.layout import Plan, Scratch, Shape, Views

LINES, COLUMNS = -3, -2


class _Pool(Layer):
    """Pooling in two stages, over lines and over columns."""

    kind = "pool"
    uses_mask = True
    constraints = {
        "pool_size": NUMBER_OR_PAIR,
        "strides": none() | NUMBER_OR_PAIR,
        "padding": one_of(["same", "valid"]),
    }

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        name: str | None = None,
    ) -> None:
        self.pool_size = pool_size
        self.strides = strides
        self.padding = padding
        self.name = name

    @staticmethod
    @abstractmethod
    def _pool(x: NDArray, y: NDArray, axis: Axis, place: int) -> None:
        """Pool `x` along one axis into `y`."""

    @staticmethod
    @abstractmethod
    def _unpool(
        x: NDArray, y: NDArray, dy: NDArray, dx: NDArray, axis: Axis, place: int, ctx: Context
    ) -> None:
        """Write into `dx` the gradient along one axis; `dy` may be destroyed."""

    def _axes(self, grid: Grid, in_shape: Shape) -> tuple[Axis, Axis]:
        size = grid.pair(self.pool_size)
        strides = size if self.strides is None else grid.pair(self.strides)
        return _cut_axes(grid.image(self, in_shape)[:2], size, strides, self.padding)

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters; the array between the two stages, and its gradient."""
        grid = self._grid(in_shape)
        lines, columns = self._axes(grid, in_shape)
        out_shape = grid.lower((lines.count, columns.count, in_shape[-1]))
        if grid is SIGNAL:
            return Plan(out_shape, {}, self._work(out_shape, lines, columns))
        between = (lines.count, columns.length, in_shape[-1])
        scratch = {
            "between": Scratch(between),
            "d_between": Scratch(between, training_only=True),
        }
        return Plan(out_shape, {}, scratch | self._work(between, lines, columns))

    def _grid(self, in_shape: Shape) -> Grid:
        """Return the axes of rows; raise if there are neither one nor two, or two sizes for one."""
        kind, pairs = type(self).__name__, [self.pool_size, self.strides]
        if len(in_shape) not in (2, 3):
            raise ValueError(
                f"{kind} needs rows of shape (steps, channels) or (height, width, channels); they "
                f"are of shape {in_shape}. Put a layer before it that returns such rows."
            )
        if len(in_shape) == 2 and any(isinstance(pair, (tuple, list)) for pair in pairs):
            raise ValueError(
                f"pool_size and strides of {kind} must be an int for signals, as here "
                f"with shape {in_shape}; got {self!r}."
            )
        return SIGNAL if len(in_shape) == 2 else IMAGE

    def _work(self, shape: Shape, lines: Axis, columns: Axis) -> dict[str, Scratch]:
        """Name the arrays :meth:`_unpool` needs; `shape` is that of its largest output."""
        return {}

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Pool lines, then columns."""
        grid = IMAGE if "between" in ctx.scratch else SIGNAL
        if grid is SIGNAL and ctx.mask is not None:
            raise ValueError(
                f"{type(self).__name__} does not know which steps are missing in its windows; "
                f"pass sequences "
                "of equal lengths, or pool over all steps, for example with GlobalMaxPool()."
            )
        lines, columns = self._axes(grid, x.shape[-grid.n_axes - 1 :])
        x, y = grid.lift(x), grid.lift(y)
        if grid is IMAGE:
            self._pool(x, ctx.scratch["between"], lines, LINES)
            x = ctx.scratch["between"]
        self._pool(x, y, columns, COLUMNS)
        self._scale(y, lines, columns)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Go back through columns, then lines."""
        if dx is None:
            return
        grid = IMAGE if "between" in ctx.scratch else SIGNAL
        lines, columns = self._axes(grid, x.shape[-grid.n_axes - 1 :])
        x, y, dy, dx = (grid.lift(array) for array in (x, y, dy, dx))
        self._scale(dy, lines, columns)
        if grid is SIGNAL:
            self._unpool(x, y, dy, dx, columns, COLUMNS, ctx)
            return
        between, gradient = ctx.scratch["between"], ctx.scratch["d_between"]
        self._unpool(between, y, dy, gradient, columns, COLUMNS, ctx)
        self._unpool(x, between, gradient, dx, lines, LINES, ctx)

    @staticmethod
    def _scale(y: NDArray, lines: Axis, columns: Axis) -> None:
        """Multiply outputs, or their gradients, by the factors of their windows."""


class MaxPool(_Pool):
    """Max pooling: keep the largest of neighboring entries, for each channel.

    Rows have the shape (steps, channels) or (height, width, channels). If several entries
    tie, only one gets the gradient.

    Parameters
    ----------
    pool_size : int or pair of int, default=2
        Steps in a window, or its height and width. If an axis is shorter, the window is cut to its
        length, so no axis shrinks below 1.
    strides : int or pair of int, default=None
        Distance from one window to the next. None: `pool_size`.
    padding : {"valid", "same"}, default="valid"
        "valid": as many windows as fit. "same": ``ceil(n / strides)`` along an axis of n;
        those at the ends have fewer entries.
    name : str, default=None
        Name in parameter grids; None: ``pool0``, ``pool1``, ...

    Raises
    ------
    ValueError
        When the network is built, if rows have the wrong number of axes, or a pair is given for
        signals.

    Examples
    --------
    >>> from sknn.layers import MaxPool
    >>> MaxPool().plan((28, 28, 16)).out_shape
    (14, 14, 16)
    >>> MaxPool(4).plan((8, 2, 16)).out_shape
    (2, 1, 16)
    >>> MaxPool(4).plan((50, 8)).out_shape
    (12, 8)
    """

    takes_maximum = True

    def _work(self, shape: Shape, lines: Axis, columns: Axis) -> dict[str, Scratch]:
        work = {"hit": Scratch(shape, dtype=np.bool_, training_only=True)}
        if _overlap(lines) or _overlap(columns):
            work["part"] = Scratch(shape, training_only=True)
        return work

    @staticmethod
    def _pool(x: NDArray, y: NDArray, axis: Axis, place: int) -> None:
        _gather(np.maximum, x, y, axis, place)

    @staticmethod
    def _unpool(
        x: NDArray, y: NDArray, dy: NDArray, dx: NDArray, axis: Axis, place: int, ctx: Context
    ) -> None:
        """Give each gradient to an entry that equals the maximum, and take it from the others.

        The last entry gets the rest, so ties do not count twice.
        """
        _clear(dx, axis)
        hit, overlap = _front(ctx.scratch["hit"], y), _overlap(axis)
        last, *others = _entries(axis)
        for windows, positions in others:
            left, seen = _at(dy, place, windows), _at(hit, place, windows)
            target = _at(dx, place, positions)
            part = _at(_front(ctx.scratch["part"], y), place, windows) if overlap else target
            np.equal(_at(x, place, positions), _at(y, place, windows), out=seen)
            np.multiply(left, seen, out=part)
            left -= part
            if overlap:
                target += part
        _hand_on(dy, dx, last, overlap, place)


class AveragePool(_Pool):
    """Average pooling: take the mean of neighboring entries, for each channel.

    Rows have the shape (steps, channels) or (height, width, channels).

    Parameters
    ----------
    pool_size : int or pair of int, default=2
        Steps in a window, or its height and width. If an axis is shorter, the window is cut to its
        length, so no axis shrinks below 1.
    strides : int or pair of int, default=None
        Distance from one window to the next. None: `pool_size`.
    padding : {"valid", "same"}, default="valid"
        "valid": as many windows as fit. "same": ``ceil(n / strides)`` along an axis of n;
        those at the ends have fewer entries,
        and the mean is over these.
    name : str, default=None
        Name in parameter grids; None: ``pool0``, ``pool1``, ...

    Raises
    ------
    ValueError
        When the network is built, if rows have the wrong number of axes, or a pair is given for
        signals.

    Examples
    --------
    >>> from sknn.layers import AveragePool
    >>> AveragePool((2, 4)).plan((28, 28, 16)).out_shape
    (14, 7, 16)
    >>> AveragePool(4, padding="same").plan((50, 8)).out_shape
    (13, 8)
    """

    @staticmethod
    def _pool(x: NDArray, y: NDArray, axis: Axis, place: int) -> None:
        _gather(np.add, x, y, axis, place)

    @staticmethod
    def _unpool(
        x: NDArray, y: NDArray, dy: NDArray, dx: NDArray, axis: Axis, place: int, ctx: Context
    ) -> None:
        _clear(dx, axis)
        for entry in _entries(axis):
            _hand_on(dy, dx, entry, _overlap(axis), place)

    @staticmethod
    def _scale(y: NDArray, lines: Axis, columns: Axis) -> None:
        y *= 1.0 / (lines.size * columns.size)
        for axis, place in ((lines, LINES), (columns, COLUMNS)):
            for window, factor in _short_windows(axis):
                part = _at(y, place, slice(window, window + 1))
                part *= factor


def _at(array: NDArray, place: int, where: slice) -> NDArray:
    """Return the slice of an array along its lines or columns."""
    return array[..., where, :, :] if place == LINES else array[..., where, :]


def _front(work: NDArray, like: NDArray) -> NDArray:
    """Return the front of a work array in the shape of another."""
    return work.reshape(-1)[: like.size].reshape(like.shape)


@lru_cache(maxsize=1024)
def _cut_axes(
    lengths: tuple[int, int], size: tuple[int, int], strides: tuple[int, int], padding: str
) -> tuple[Axis, Axis]:
    """Lay windows along both axes, none larger than its axis: so one window always fits."""
    lines, columns = (
        Axis.padded(length, min(k, length), stride, 1, padding)
        for length, k, stride in zip(lengths, size, strides, strict=True)
    )
    return lines, columns


@lru_cache(maxsize=1024)
def _entries(axis: Axis) -> tuple[tuple[slice, slice], ...]:
    """Return windows and positions for each entry of a window, first one all windows have."""
    order = sorted(range(axis.size), key=lambda j: j != axis.before)
    return tuple(axis.entry(j) for j in order)


@lru_cache(maxsize=1024)
def _short_windows(axis: Axis) -> tuple[tuple[int, float], ...]:
    """Return the windows that reach over an end, with size / (entries they have)."""
    have = np.zeros(axis.count)
    for windows, _ in _entries(axis):
        have[windows] += 1.0
    return tuple((o, axis.size / float(have[o])) for o in np.flatnonzero(have < axis.size).tolist())


def _overlap(axis: Axis) -> bool:
    return axis.stride < axis.size


def _clear(dx: NDArray, axis: Axis) -> None:
    """Write zeros, unless every position is written as the entry of just one window."""
    tiled = axis.stride == axis.size and axis.count * axis.size - axis.before >= axis.length
    if not tiled:
        dx.fill(0.0)


def _gather(ufunc: np.ufunc, x: NDArray, y: NDArray, axis: Axis, place: int) -> None:
    """Reduce the entries of every window by `ufunc`."""
    (all_windows, positions), *others = _entries(axis)
    first = _at(x, place, positions)
    if others and others[0][0] == all_windows:
        ufunc(first, _at(x, place, others.pop(0)[1]), out=y)
    else:
        np.copyto(y, first)
    for windows, positions in others:
        target = _at(y, place, windows)
        ufunc(target, _at(x, place, positions), out=target)


def _hand_on(
    dy: NDArray, dx: NDArray, entry: tuple[slice, slice], overlap: bool, place: int
) -> None:
    """Write gradients of windows to one entry of each, or add them where windows overlap."""
    windows, positions = entry
    source, target = _at(dy, place, windows), _at(dx, place, positions)
    if overlap:
        target += source
    else:
        np.copyto(target, source)
