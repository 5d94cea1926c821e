"""Columns chosen from the input, and a factor for each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import integer, none, real
from sknn.core.initializers import Ones
from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views


class Scale(Layer):
    r"""Multiply every column by a factor that is learnt: :math:`y = x \odot s` [1]_.

    In front of the first Dense layer it lets a network soon turn down columns that tell nothing,
    more so at a higher rate than that of the weights.

    Parameters
    ----------
    rate : float > 0, default=6.0
        Factor on the learning rate.
    columns : int, default=None
        Take only the first `columns` of the input, the others are meant for the ``input_skip`` of
        a :class:`~sknn.layers.Dense` layer. None takes all.
    name : str, default=None
        Name in parameter grids; None: ``scale0``, ``scale1``, ...

    References
    ----------
    .. [1] Holzmueller, Grinsztajn & Steinwart (2024), "Better by default: strong pre-tuned MLPs
       and boosted trees on tabular data", arXiv 2407.04491.

    Examples
    --------
    >>> from sknn import MLPClassifier
    >>> from sknn.layers import Dense, Scale
    >>> net = MLPClassifier(layers=[Scale(), Dense(32, "selu", parametrization="ntk")])
    """

    kind = "scale"
    constraints = {
        "rate": real(0.0, closed="neither"),
        "columns": none() | integer(1),
    }

    def __init__(
        self, rate: float = 6.0, columns: int | None = None, name: str | None = None
    ) -> None:
        self.rate = rate
        self.columns = columns
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """One factor a column, at first 1."""
        *lead, n_in = in_shape
        n = n_in if self.columns is None else int(self.columns)
        if n > n_in:
            raise ValueError(f"{self!r} takes more columns than the {n_in} there are.")
        factors = Param((n,), Ones(), Role.PLAIN, 1, 1, rate=float(self.rate))
        scratch = {
            "product": Scratch((*lead, n), training_only=True),
            "ones": Scratch((), training_only=True, fill=1.0, shared=True),
        }
        return Plan((*lead, n), {"s": factors}, scratch)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Write x s into `y`."""
        np.multiply(self._taken(x, y), _by_row(p["s"], y), out=y)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Chain rule: ds = sums of x dy over the rows, dx = dy s."""
        product, ones = ctx.scratch["product"], ctx.scratch["ones"]
        np.multiply(self._taken(x, y), dy, out=product)
        rows = product.reshape(*g["s"].shape[:-1], -1, y.shape[-1])
        if rows.shape[-2] == len(ones):
            np.matmul(ones, rows, out=g["s"])
        else:
            np.add.reduce(rows, axis=-2, out=g["s"])
        if dx is not None:
            np.multiply(dy, _by_row(p["s"], dy), out=dx[..., : y.shape[-1]])
            dx[..., y.shape[-1] :] = 0.0

    def _taken(self, x: NDArray, y: NDArray) -> NDArray:
        return x if self.columns is None else x[..., : y.shape[-1]]


def _by_row(factors: NDArray, like: NDArray) -> NDArray:
    """Return factors (..., columns) with axes of length one for rows and what lies between."""
    lead = factors.shape[:-1]
    between = (1,) * (like.ndim - len(lead) - 1)
    return factors.reshape(*lead, *between, factors.shape[-1])
