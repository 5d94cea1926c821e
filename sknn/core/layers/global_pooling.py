"""Layers that keep one number of all places of a row."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import boolean
from sknn.core.layers.base import Context, Layer
from sknn.core.layers.steps import steps_there
from sknn.core.layout import Plan, Scratch, Shape, Views


class _GlobalPool(Layer):
    """One number for each channel, over all axes before the last."""

    kind = "pool"
    uses_mask = True

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters, and of the shape only the last axis is left."""
        if len(in_shape) < 2:
            raise ValueError(
                f"{type(self).__name__} needs rows with axes before the channels, such as (steps, "
                f"channels); they are of shape {in_shape}. Put it after layers that keep these "
                f"axes, "
                "or leave it out."
            )
        return Plan(in_shape[-1:], {}, self._work(in_shape))

    @staticmethod
    def _work(in_shape: Shape) -> dict[str, Scratch]:
        """Name the share of a place, and the copy of a sequence without its missing steps."""
        scratch = {"share": Scratch((1,) * len(in_shape), shared=True)}
        if len(in_shape) == 2:
            scratch["present"] = Scratch(in_shape)
        return scratch


class GlobalMaxPool(_GlobalPool):
    """Global max pooling: keep the largest number of each channel, wherever it is.

    Rows have the shape (steps, channels) or (height, width, channels). Missing steps of a sequence
    do not count; a sequence without any step gives zeros. If several places tie, only one gets the
    gradient.

    Parameters
    ----------
    name : str, default=None
        Name in parameter grids; None: ``pool0``, ``pool1``, ...

    Examples
    --------
    >>> from sknn.layers import GlobalMaxPool
    >>> GlobalMaxPool().plan((7, 7, 32)).out_shape
    (32,)
    """

    takes_maximum = True

    @staticmethod
    def _work(in_shape: Shape) -> dict[str, Scratch]:
        places = (prod(in_shape[:-1]), in_shape[-1])
        hit = {
            name: Scratch(places, dtype=np.bool_, training_only=True) for name in ("hit", "seen")
        }
        return _GlobalPool._work(in_shape) | hit

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Take the maximum over the positions that are present."""
        mask = _mask(x, ctx, self)
        if mask is not None:
            x = _overwritten(x, mask, -np.inf, ctx)
        _reduce(np.maximum, _places(x, ctx), y)
        if mask is not None:
            y[..., ~mask.any(axis=-1), :] = 0.0

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Find the first position with the maximum."""
        if dx is None:
            return
        mask, hit, seen = _mask(x, ctx, self), ctx.scratch["hit"], ctx.scratch["seen"]
        np.equal(_places(x, ctx), y[..., None, :], out=hit)
        if mask is not None:
            hit &= mask[..., None]
        np.multiply(dy[..., None, :], _first(hit, seen), out=_places(dx, ctx))


class GlobalAveragePool(_GlobalPool):
    """Global average pooling: take the mean of each channel over all positions.

    Rows have the shape (steps, channels) or (height, width, channels). Missing steps of a sequence
    do not count; a sequence without any step gives zeros.

    Parameters
    ----------
    name : str, default=None
        Name in parameter grids; None: ``pool0``, ``pool1``, ...

    Examples
    --------
    >>> from sknn.layers import GlobalAveragePool
    >>> GlobalAveragePool().plan((150, 32)).out_shape
    (32,)
    """

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Sum the entries that are present, and divide by their number."""
        mask, share = _mask(x, ctx, self), _share(ctx)
        if mask is None:
            share.fill(1.0 / _places(x, ctx).shape[-2])
        else:
            x = _overwritten(x, mask, 0.0, ctx)
            np.add.reduce(mask, axis=-1, dtype=share.dtype, out=share[:, 0])
            np.maximum(share, 1.0, out=share)
            np.reciprocal(share, out=share)
        _reduce(np.add, _places(x, ctx), y)
        y *= share

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Give every position that is present the same share."""
        if dx is None:
            return
        dy *= _share(ctx)
        np.copyto(_places(dx, ctx), dy[..., None, :])
        mask = _mask(x, ctx, self)
        if mask is not None:
            dx[..., ~mask, :] = 0.0


class LastStep(_GlobalPool):
    """Keep the last step of a sequence, or the first one.

    Rows have the shape (steps, channels). Missing steps do not count; a sequence without any step
    gives zeros.

    Parameters
    ----------
    reverse : bool, default=False
        Keep the first step: the last one of a recurrent layer that reads backward.
    name : str, default=None
        Name in parameter grids; None: ``pool0``, ``pool1``, ...

    Examples
    --------
    >>> from sknn.layers import LastStep
    >>> LastStep().plan((150, 32)).out_shape
    (32,)
    """

    constraints = {"reverse": boolean()}

    def __init__(self, reverse: bool = False, name: str | None = None) -> None:
        self.reverse = reverse
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters, and of the shape only the last axis is left."""
        if len(in_shape) != 2:
            raise ValueError(
                f"LastStep needs rows of shape (steps, channels); they are of shape {in_shape}. "
                "Put it after layers that keep the steps, or leave it out."
            )
        return super().plan(in_shape)

    @staticmethod
    def _work(in_shape: Shape) -> dict[str, Scratch]:
        return {}

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Copy one step of each sequence."""
        mask = steps_there(ctx.mask, x.shape[-2], self)
        np.copyto(y, x[self._kept(mask)])
        if mask is not None:
            y[..., ~mask.any(axis=-1), :] = 0.0

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Give the whole gradient to that step."""
        if dx is None:
            return
        mask = steps_there(ctx.mask, x.shape[-2], self)
        dx.fill(0.0)
        if mask is not None:
            dy[..., ~mask.any(axis=-1), :] = 0.0
        dx[self._kept(mask)] = dy

    def _kept(self, mask: NDArray | None) -> Any:
        """Return the index of the kept steps, one of each row."""
        if mask is None:
            return ..., 0 if self.reverse else -1, slice(None)
        if self.reverse:
            step = np.argmax(mask, axis=-1)
        else:
            step = mask.shape[-1] - 1 - np.argmax(mask[:, ::-1], axis=-1)
        return ..., np.arange(len(mask)), step, slice(None)


def _first(hit: NDArray, work: NDArray) -> NDArray:
    """Keep the first hit among the places; one array or the other is returned.

    Whether there has been a hit yet is known after as many passes as the number of positions has
    binary digits, eight times faster than ``logical_or.accumulate``.
    """
    seen, step = hit, 1
    while step < hit.shape[-2]:
        np.copyto(work, seen)
        np.logical_or(seen[..., step:, :], seen[..., :-step, :], out=work[..., step:, :])
        seen, work, step = work, seen, 2 * step
    np.copyto(work, seen)
    np.greater(seen[..., 1:, :], seen[..., :-1, :], out=work[..., 1:, :])
    return work


def _share(ctx: Context) -> NDArray:
    """Return the share of a place, one for each row."""
    return ctx.scratch["share"].reshape(-1, 1)


def _places(array: NDArray, ctx: Context) -> NDArray:
    """View rows as (..., rows, places, channels).

    The axes of a row are counted from those of a work array: a leading axis may be that of members.
    """
    n_axes = ctx.scratch["share"].ndim - 1
    return array.reshape(*array.shape[:-n_axes], -1, array.shape[-1])


def _mask(x: NDArray, ctx: Context, layer: Layer) -> NDArray | None:
    """Return which steps are present, None if all are or rows are not sequences."""
    return steps_there(ctx.mask, x.shape[-2], layer) if "present" in ctx.scratch else None


def _overwritten(x: NDArray, mask: NDArray, value: float, ctx: Context) -> NDArray:
    """Return a copy with a number in the place of missing steps."""
    copy = ctx.scratch["present"]
    np.copyto(copy, x)
    copy[..., ~mask, :] = value
    return copy


def _reduce(ufunc: np.ufunc, places: NDArray, y: NDArray) -> None:
    """Reduce over places; shared parts of members are computed once."""
    if places.ndim > y.ndim:
        ufunc.reduce(places, axis=-2, out=y)
        return
    ufunc.reduce(places, axis=-2, out=y[0])
    np.copyto(y[1:], y[0])
