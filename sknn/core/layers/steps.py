"""Sequences of different lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Plan, Shape, Views


def steps_there(mask: NDArray | None, n_steps: int, layer: object) -> NDArray | None:
    """Return the mask of a batch, for a layer whose rows have this number of steps.

    Raises
    ------
    ValueError
        If earlier layers have changed the steps, so that it is unknown which are missing.
    """
    if mask is not None and mask.shape[-1] != n_steps:
        raise ValueError(
            f"It is known which of {mask.shape[-1]} steps of a sequence are missing, but "
            f"{type(layer).__name__} is given {n_steps}: an earlier layer changed the steps. Pass "
            "sequences of equal lengths, or leave that layer out."
        )
    return mask


class FillSteps(Layer):
    """Write zeros at missing steps, so that the next layers see no NaN.

    Recurrent networks put it before their layers, which know from the mask of the batch which
    steps are missing.

    Parameters
    ----------
    name : str, default=None
        Name in parameter grids; None: ``steps0``, ...

    Examples
    --------
    >>> from sknn.layers import FillSteps
    >>> FillSteps().plan((50, 3)).out_shape
    (50, 3)
    """

    kind = "steps"
    uses_mask = True

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """Keep the shape."""
        return Plan(in_shape)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Copy, and fill the gaps."""
        np.copyto(y, x)
        if ctx.mask is not None:
            y[..., ~ctx.mask, :] = 0.0

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Copy, but filled-in steps have no gradient."""
        if dx is None:
            return
        np.copyto(dx, dy)
        if ctx.mask is not None:
            dx[..., ~ctx.mask, :] = 0.0
