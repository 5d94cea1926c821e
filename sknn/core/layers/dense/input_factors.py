r"""A learnable factor for every input: :math:`y = f((x \odot s) W + b)`.

W with its rows times the factors takes the place of W, so they cost no pass over the batch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sknn.core.initializers import Ones
from sknn.core.layers.base import Context
from sknn.core.layout import Param, Role, Scratch, Views


def params(n_in: int, units: int, rate: float) -> dict[str, Param]:
    """Name the factors s, which move at a multiple of the learning rate."""
    return {"s": Param((n_in,), Ones(), Role.PLAIN, n_in, units, rate=float(rate))}


def scratch(n_in: int, units: int) -> dict[str, Scratch]:
    """Name the array for the product of factors and weights."""
    return {"scaled": Scratch((n_in, units), per_row=False)}


def scaled_weights(p: Views, ctx: Context) -> NDArray:
    """Return W with its rows times the factors of the inputs."""
    return np.multiply(p["s"][..., None], p["W"], out=ctx.scratch["scaled"])


def scale_gradient(p: Views, g: Views, ctx: Context) -> None:
    """Make of G = x' dz the gradients of W, G times s, and of s, the row sums of G times W."""
    work = ctx.scratch["scaled"]
    np.multiply(g["W"], p["W"], out=work)
    np.add.reduce(work, axis=-1, out=g["s"])
    g["W"] *= p["s"][..., None]
