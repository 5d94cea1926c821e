"""Layers that add their input to their output."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.initializers import Initializer
from sknn.core.layers.base import Context, Defaults
from sknn.core.layers.block import Block
from sknn.core.layers.dense import Dense
from sknn.core.layers.nested import NestedLayers
from sknn.core.layers.products import as_rows
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views
from sknn.exceptions import InvalidParameterError


class Residual(NestedLayers, Block):
    r"""Residual block, whose layers learn what to add to their input: :math:`y = x + F(x)` [1]_.

    F is the chain of `layers`. Gradients also flow past the chain to the layers below, so that deep
    networks train. If F changes the length of the last axis, a learned matrix without bias maps x
    to that length, :math:`y = x W + F(x)`; all other axes must keep their length. The sum has no
    activation: put an :class:`Activate` or a normalization after the block if needed.

    In ``get_weights``, the W of the inner layer ``hidden0`` is the ``hidden0.W`` of the block, and
    the matrix of the direct path is its ``W``. Parameter grids reach inner layers as
    ``residual0__hidden0__units``.

    Parameters
    ----------
    layers : list of Layer
        The chain F. Unnamed layers are named by kind and position, from 0 in every block.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``residual0``, ``residual1``, ...

    Raises
    ------
    ValueError
        When a network is built, if the chain changes more than the last axis, if two inner layers
        have the same name, or if one is tied to another layer.

    References
    ----------
    .. [1] He, Zhang, Ren & Sun (2016), "Deep residual learning for image recognition", CVPR.

    Examples
    --------
    A block that starts as the identity, because the last weights start at zero:

    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.layers import Dense, LayerNorm, Residual
    >>> X, y = load_iris(return_X_y=True)
    >>> block = Residual([LayerNorm(), Dense(16), Dense(16, "identity", weight_init="zeros")])
    >>> net = MLPClassifier(layers=[Dense(16), block], learning_rate="cosine", max_iter=50,
    ...                     random_state=0).fit(X, y)
    >>> net.get_weights()["residual0"]["hidden1.W"].shape
    (16, 16)
    """

    kind = "residual"
    parts = "layers"
    projection_init: Initializer
    """Initial W, if there is one; set in bound blocks."""

    def __init__(self, layers: Any, name: str | None = None) -> None:
        self.layers = layers
        self.name = name

    def _lists(self) -> list[Any]:
        return [self.layers]

    def bind(self, defaults: Defaults) -> Residual:
        """Bind the chain, and choose the initial weights of a direct path."""
        bound: Any = super().bind(defaults)
        if not self.layers:
            raise InvalidParameterError(
                "The 'layers' parameter of Residual must hold at least one layer. Got "
                f"{self.layers!r} instead."
            )
        bound.projection_init = Dense(1, "identity").bind(defaults).weight_init
        return bound

    def plan(self, in_shape: Shape) -> Plan:
        """Plan the chain, and W (inputs, units) if the last axis changes."""
        inner = self.chains[0].plan(in_shape)
        params, work = dict(inner.params), inner.work
        out_shape = inner.out_shape
        if out_shape != in_shape:
            self._check_shapes(in_shape, out_shape)
            shape = n_in, units = in_shape[-1], out_shape[-1]
            params["W"] = Param(shape, self.projection_init, Role.DECAYED, n_in, units)
            work = max(work, prod(out_shape[:-1]) * n_in * units)
        through = Scratch(in_shape, training_only=True)
        return Plan(out_shape, params, {**inner.scratch, "through": through}, work)

    def _check_shapes(self, in_shape: Shape, out_shape: Shape) -> None:
        if in_shape[:-1] != out_shape[:-1]:
            raise ValueError(
                f"The layers of {self!r} turn rows of shape {in_shape} into rows of shape "
                f"{out_shape}, so the two cannot be added. Choose layers that change the last axis "
                "only, or move those that change others out of the block."
            )

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> float | None:
        """Run the chain, and add the input, or its product with W."""
        (stage,) = self._stages(ctx)
        out, added = stage.forward(p, x, ctx)
        if "W" not in p:
            np.add(x, out, out=y)
        else:
            places = y.ndim - p["W"].ndim
            np.matmul(as_rows(x, places), p["W"], out=as_rows(y, places))
            y += out
        return added or None

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Let the gradient go both ways, first past the chain, which destroys `dy`."""
        (stage,) = self._stages(ctx)
        if "W" in p:
            _project_back(p["W"], g["W"], x, dy, dx)
        elif dx is not None:
            np.copyto(dx, dy)
        through = None if dx is None else ctx.scratch["through"]
        stage.backward(p, g, x, dy, through)
        if dx is not None:
            dx += through


def _project_back(
    weights: NDArray, gradient: NDArray, x: Any, dy: NDArray, dx: NDArray | None
) -> None:
    """Write the gradients of a linear map, the same at every place."""
    places = dy.ndim - weights.ndim
    x, dy = as_rows(x, places), as_rows(dy, places)
    np.matmul(x.swapaxes(-1, -2), dy, out=gradient)
    if dx is not None:
        np.matmul(dy, weights.swapaxes(-1, -2), out=as_rows(dx, places))
