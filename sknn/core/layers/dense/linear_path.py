r"""The wide path: columns of the network's input, linked past all layers between.

:math:`y = f(x W + b + u S)` with u the last columns of what the network is given; Cheng et al.
(2016), "Wide & deep learning for recommender systems".
"""

from __future__ import annotations

from numpy.typing import NDArray

from sknn.core.initializers import Zeros
from sknn.core.layers.base import Context
from sknn.core.layers.products import product
from sknn.core.layout import Param, Role, Scratch, Shape, Views


def check_input(n_columns: int, in_shape: Shape) -> None:
    """Raise if the rows of the network have too few columns."""
    if len(in_shape) > 1 or n_columns > in_shape[0]:
        raise ValueError(
            f"input_skip={n_columns} of Dense asks for more columns than the rows of "
            f"the network have, which are of shape {in_shape}; lower it."
        )


def params(n_columns: int, units: int, rate: float) -> dict[str, Param]:
    """Name the weights S, which start at zero and are not decayed."""
    return {"S": Param((n_columns, units), Zeros(), Role.PLAIN, n_columns, units, rate=rate)}


def scratch(units: int) -> dict[str, Scratch]:
    """Name the array for u S."""
    return {"skipped": Scratch((units,))}


def add(p: Views, z: NDArray, ctx: Context) -> None:
    """Add u S to `z`."""
    product(_columns(p, ctx), p["S"], ctx.scratch["skipped"])
    z += ctx.scratch["skipped"]


def backward(p: Views, g: Views, dz: NDArray, ctx: Context) -> None:
    """Write the gradient of S; add that of u, if requested."""
    columns = _columns(p, ctx)
    product(columns.T if columns.ndim == 2 else columns.mT, dz, g["S"])
    if ctx.d_input is not None:
        ctx.d_input[..., -p["S"].shape[-2] :] += dz @ p["S"].swapaxes(-1, -2)


def _columns(p: Views, ctx: Context) -> NDArray:
    return ctx.input[..., -p["S"].shape[-2] :]
