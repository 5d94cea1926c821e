"""Choices among levels as an output that has a derivative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import integers, real
from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Plan, Scratch, Shape, Views

_LEAST = 1e-7


class Choices(Layer):
    r"""Turn the scores in each group of columns into a choice, nearly 1 in one of them [1]_ [2]_.

    In training, each score gets Gumbel noise, and the choice is soft,

    .. math:: y_j = \frac{e^{(z_j + g_j) / \tau}}{\sum_k e^{(z_k + g_k) / \tau}}, \qquad
              g_j = -\log(-\log u_j), \quad u_j \sim U(0, 1).

    The largest entry is then a draw from the softmax of the scores. In prediction, the output is
    the probabilities themselves. Other columns pass unchanged.

    Parameters
    ----------
    starts : sequence of int
        First column of each group.
    sizes : sequence of int
        How many columns each group has.
    temperature : float, default=0.5
        The lower :math:`\tau` is, the closer the output is to 0 and 1, and the larger are the
        gradients.
    name : str, default=None
        Name in parameter grids; None: ``choices0``, ``choices1``, ...

    References
    ----------
    .. [1] Jang, Gu & Poole (2017), "Categorical reparameterization with Gumbel-softmax", ICLR.
    .. [2] Maddison, Mnih & Teh (2017), "The concrete distribution: a continuous relaxation of
       discrete random variables", ICLR.

    Examples
    --------
    Of five columns, the first is a number, and the others are two groups of two:

    >>> from sknn.layers import Choices
    >>> Choices([1, 3], [2, 2]).plan((5,)).out_shape
    (5,)
    """

    kind = "choices"
    depends_on_rows = True
    constraints = {
        "starts": integers(),
        "sizes": integers(),
        "temperature": real(0.0, closed="neither"),
    }

    def __init__(
        self,
        starts: Sequence[int],
        sizes: Sequence[int],
        temperature: float = 0.5,
        name: str | None = None,
    ) -> None:
        self.starts = starts
        self.sizes = sizes
        self.temperature = temperature
        self.name = name

    def _places(self) -> tuple[NDArray, NDArray, NDArray]:
        """Return the columns of all groups side by side, where each begins, and whose each is."""
        sizes = np.asarray(self.sizes, np.intp)
        begins = np.cumsum(sizes) - sizes
        owners = np.repeat(np.arange(len(sizes)), sizes)
        shifts = np.asarray(self.starts, np.intp) - begins
        return np.arange(len(owners)) + shifts[owners], begins, owners

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters; the entries of the groups, side by side."""
        columns, begins, _ = self._places()
        n = int(columns.max(initial=-1)) + 1
        if len(in_shape) != 1 or n > in_shape[0]:
            raise ValueError(
                f"{self!r} needs rows of {n} numbers or more, and was given {in_shape}."
            )
        wide = (len(columns),)
        return Plan(
            in_shape,
            scratch={
                "scores": Scratch(wide),
                "spread": Scratch(wide),
                "each": Scratch((len(begins),)),
            },
        )

    def forward(self, p: Views, x: NDArray, y: NDArray, ctx: Context) -> None:
        """Write soft choices, or probabilities."""
        columns, begins, owners = self._places()
        scores, spread, each = (ctx.scratch[k] for k in ("scores", "spread", "each"))
        np.copyto(y, x)
        np.take(y, columns, axis=-1, out=scores, mode="clip")
        if ctx.train and ctx.rng is not None:
            ctx.rng.random(out=spread, dtype=spread.dtype)
            np.clip(spread, _LEAST, 1.0 - _LEAST, out=spread)
            np.log(spread, out=spread)
            np.negative(spread, out=spread)
            np.log(spread, out=spread)
            np.subtract(scores, spread, out=scores)
            np.multiply(scores, 1.0 / float(self.temperature), out=scores)
        np.maximum.reduceat(scores, begins, axis=-1, out=each)
        np.take(each, owners, axis=-1, out=spread, mode="clip")
        np.subtract(scores, spread, out=scores)
        np.exp(scores, out=scores)
        np.add.reduceat(scores, begins, axis=-1, out=each)
        np.take(each, owners, axis=-1, out=spread, mode="clip")
        np.divide(scores, spread, out=scores)
        y[..., columns] = scores

    def backward(
        self,
        p: Views,
        g: Views,
        x: Any,
        y: NDArray,
        dy: NDArray,
        dx: NDArray | None,
        ctx: Context,
    ) -> None:
        """Take the gradient through the softmax of each group."""
        if dx is None:
            return
        columns, begins, owners = self._places()
        slope, spread, each = (ctx.scratch[k] for k in ("scores", "spread", "each"))
        np.copyto(dx, dy)
        np.take(y, columns, axis=-1, out=slope, mode="clip")
        np.take(dy, columns, axis=-1, out=spread, mode="clip")
        np.multiply(spread, slope, out=spread)
        np.add.reduceat(spread, begins, axis=-1, out=each)
        # y (dy - sum of y dy over the group).
        np.take(each, owners, axis=-1, out=spread, mode="clip")
        np.multiply(spread, slope, out=spread)
        dx[..., columns] = spread
        np.take(dy, columns, axis=-1, out=spread, mode="clip")
        np.multiply(slope, spread, out=slope)
        np.take(dx, columns, axis=-1, out=spread, mode="clip")
        np.subtract(slope, spread, out=slope)
        if ctx.train and ctx.rng is not None:
            np.multiply(slope, 1.0 / float(self.temperature), out=slope)
        dx[..., columns] = slope
