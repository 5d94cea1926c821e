"""Layers that change the shape of a row."""

from __future__ import annotations

from math import prod
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import Constraint, each, is_number
from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Plan, Shape, Views


def _is_shape(value: Any) -> bool:
    """Accept positive ints, one of which may be -1."""
    return (
        isinstance(value, (list, tuple))
        and len(value) > 0
        and all(is_number(n, Integral) and (n > 0 or n == -1) for n in value)
        and sum(n == -1 for n in value) < 2
    )


class _SameNumbers(Layer):
    """Copies the numbers of a row in their order, between any shapes."""

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Copy; rows that all members share are repeated."""
        np.copyto(y.reshape(-1, *x.shape), x)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Copy back."""
        if dx is not None:
            np.copyto(dx, dy.reshape(dx.shape))


class Flatten(_SameNumbers):
    """Flatten all axes of a row: (steps, features) becomes (steps * features,).

    Parameters
    ----------
    name : str, default=None
        Name in parameter grids; None: ``flatten0``, ``flatten1``, ...

    Examples
    --------
    >>> from sknn.layers import Flatten
    >>> Flatten().plan((50, 3)).out_shape
    (150,)
    """

    kind = "flatten"

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters and no work arrays."""
        return Plan((prod(in_shape),))


class Reshape(_SameNumbers):
    """Change the shape of a row; the numbers keep their order, with the last axis fastest.

    Parameters
    ----------
    shape : tuple of int
        Shape of one row, without the axis of rows. One entry may be -1, for the remaining length.
    name : str, default=None
        Name in parameter grids; None: ``reshape0``, ``reshape1``, ...

    Raises
    ------
    ValueError
        When a network is built, if `shape` does not fit the number of entries of a row.

    Examples
    --------
    >>> from sknn.layers import Reshape
    >>> Reshape((-1, 3)).plan((150,)).out_shape
    (50, 3)
    """

    kind = "reshape"
    constraints = {
        "shape": Constraint(
            _is_shape, "a tuple of ints > 0, one of which may be -1, as (8, -1)", each(int)
        )
    }

    def __init__(self, shape: Any, name: str | None = None) -> None:
        self.shape = shape
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters and no work arrays."""
        size = prod(in_shape)
        rest = size // prod(n for n in self.shape if n != -1)
        shape = tuple(rest if n == -1 else int(n) for n in self.shape)
        if prod(shape) != size:
            raise ValueError(
                f"{self!r} cannot reshape rows of shape {in_shape}: they have {size} numbers, "
                f"which do not fill the shape {tuple(self.shape)}."
            )
        return Plan(shape)
