"""A non-linearity as a separate layer."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations import Activation
from sknn.core.layers.base import Context, Defaults, Layer
from sknn.core.layout import Plan, Scratch, Shape, Views
from sknn.core.spec import resolve


class Activate(Layer):
    """Apply an activation to every input, for example after a normalization.

    Parameters
    ----------
    activation : str or Activation, default="relu"
        The non-linearity. None takes that of the estimator.
    name : str, default=None
        Name in parameter grids; None: ``activation0``, ``activation1``, ...

    Examples
    --------
    A normalization between the weights and the non-linearity:

    >>> from sknn.layers import Activate, BatchNorm, Dense
    >>> layers = [Dense(64, activation="identity"), BatchNorm(), Activate("silu")]
    """

    kind = "activation"

    def __init__(self, activation: Any = "relu", name: str | None = None) -> None:
        self.activation = activation
        self.name = name

    def bind(self, defaults: Defaults) -> Activate:
        """Resolve the activation; None takes that of `defaults`."""
        bound = copy.copy(self.checked())
        chosen = defaults.activation if self.activation is None else self.activation
        bound.activation = resolve(Activation, chosen, "activation", "Activate")
        return bound

    def plan(self, in_shape: Shape) -> Plan:
        """No parameters; a copy of the input if the activation overwrites it."""
        scratch = {}
        if self.activation.needs_input:
            scratch["z"] = Scratch(in_shape)
        if self.activation.work_dtype is not None:
            kind = self.activation.work_dtype
            dtype = None if isinstance(kind, str) and kind == "same" else kind
            scratch["work"] = Scratch(in_shape, dtype=dtype, training_only=True)
        return Plan(in_shape, scratch=scratch)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Write f(x) into `y`."""
        z = ctx.scratch.get("z")
        if z is None:
            z = x
        else:
            np.copyto(z, x)
        self.activation.forward(z, y)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Multiply by f'(x)."""
        if dx is not None:
            self.activation.backward(ctx.scratch.get("z", y), y, dy, ctx.scratch.get("work"))
            np.copyto(dx, dy)
