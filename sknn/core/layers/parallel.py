"""Layers side by side."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import one_of
from sknn.core.layers.base import Context, Defaults, Layer
from sknn.core.layers.block import Block
from sknn.core.layers.chain import Stage, front
from sknn.core.layers.names import named
from sknn.core.layout import Param, Plan, Scratch, Shape, Views
from sknn.exceptions import InvalidParameterError


class Parallel(Block):
    """Pass one input to several branches, and join their outputs.

    The layers of a branch are named by kind and position, from 0 in every branch; in
    ``get_weights`` the W of ``hidden0`` in the first branch is the ``0.hidden0.W`` of the block.
    Parameter grids can only replace `branches` as a whole; they do not reach the layers inside.

    Parameters
    ----------
    branches : list of Layer or list of Layer
        Each is a layer or a list of layers. An empty list passes the input on unchanged.
    merge : {"concat", "sum"}, default="concat"
        "concat" puts the outputs side by side along the last axis; all other axes must agree.
        "sum" adds them; their shapes must agree.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``parallel0``, ``parallel1``, ...

    Raises
    ------
    ValueError
        When a network is built, if the shapes of the outputs do not match, if two layers of a
        branch have the same name, or if one is tied to another layer.

    Examples
    --------
    A wide and a deep path:

    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.layers import Dense, Parallel
    >>> X, y = load_iris(return_X_y=True)
    >>> paths = Parallel([[], [Dense(16), Dense(8)]])
    >>> net = MLPClassifier(layers=[paths], learning_rate="cosine", max_iter=50, random_state=0)
    >>> net = net.fit(X, y)
    >>> sorted(net.get_weights()["parallel0"])
    ['1.hidden0.W', '1.hidden0.b', '1.hidden1.W', '1.hidden1.b']
    >>> net.get_weights()["output"]["W"].shape
    (12, 3)
    """

    kind = "parallel"
    parts = "branches"
    constraints = {"merge": one_of(["concat", "sum"])}

    def __init__(self, branches: Any, *, merge: str = "concat", name: str | None = None) -> None:
        self.branches = branches
        self.merge = merge
        self.name = name

    def _lists(self) -> list[Any]:
        branches = self.branches if isinstance(self.branches, (list, tuple)) else ()
        return [[branch] if isinstance(branch, Layer) else branch for branch in branches]

    def _prefix(self, i: int) -> str:
        return f"{i}."

    def _example(self) -> str:
        return "[Dense(64), [Dense(32), Dense(64)]]"

    def bind(self, defaults: Defaults) -> Parallel:
        """Bind the layers of every branch."""
        if not self._lists():
            raise InvalidParameterError(
                "The 'branches' parameter of Parallel must be a list of at least one branch, a "
                f"layer or a list of layers, for example {self._example()}. Got {self.branches!r} "
                "instead."
            )
        return super().bind(defaults)  # type: ignore[return-value]

    def plan(self, in_shape: Shape) -> Plan:
        """Plan the branches, and a gradient that each may destroy."""
        plans = [chain.plan(in_shape) for chain in self.chains]
        shapes = [plan.out_shape for plan in plans]
        widest = max(map(prod, shapes))
        scratch = {
            "dx": Scratch(in_shape, training_only=True),
            "dy": Scratch((widest,), training_only=True),
        }
        params: dict[str, Param] = {}
        for plan in plans:
            params |= plan.params
            scratch |= plan.scratch
        return Plan(self._joined(shapes), params, scratch, max(plan.work for plan in plans))

    @property
    def bears_any_scale(self) -> bool:  # type: ignore[override]
        """Whether every branch does."""
        starts = self._starts()
        return all(start is not None and start.bears_any_scale for start in starts)

    @property
    def largest_scale(self) -> float:  # type: ignore[override]
        """That of the branch with the lowest."""
        scales = [start.largest_scale for start in self._starts() if start is not None]
        return min(scales, default=Layer.largest_scale)

    def _starts(self) -> list[Layer | None]:
        """Return the first layer of each branch."""
        return [next((layer for _, layer in named(layers)), None) for layers in self._lists()]

    def _joined(self, shapes: list[Shape]) -> Shape:
        first, whole = shapes[0], self.merge == "sum"
        compared = {shape if whole else shape[:-1] for shape in shapes}
        if len(compared) > 1:
            agree = "have one shape" if whole else "differ in the last axis only"
            raise ValueError(
                f"The outputs of the branches of {self!r} have the shapes {shapes}; for "
                f"merge={self.merge!r} they must {agree}."
            )
        return first if whole else (*first[:-1], sum(shape[-1] for shape in shapes))

    def _shares(self, stages: list[Stage], x: Any, joined: NDArray) -> Iterator[NDArray]:
        """Yield for every branch its part of an array of the shape of the output."""
        stop = 0
        for stage in stages:
            if self.merge == "sum":
                yield joined
                continue
            start, stop = stop, stop + (x if stage.y is None else stage.y).shape[-1]
            yield joined[..., start:stop]

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> float | None:
        """Run the branches one after the other."""
        stages = self._stages(ctx)
        added = 0.0
        for i, (stage, part) in enumerate(zip(stages, self._shares(stages, x, y), strict=True)):
            out, extra = stage.forward(p, x, ctx)
            added += extra
            if i and self.merge == "sum":
                part += out
            else:
                np.copyto(part, out)
        return added or None

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Pass each branch a copy of its part of `dy`, and add the gradients it returns."""
        stages, work = self._stages(ctx), ctx.scratch["dx"]
        for i, (stage, part) in enumerate(zip(stages, self._shares(stages, x, dy), strict=True)):
            own = front(ctx.scratch["dy"], part.shape)
            np.copyto(own, part)
            below = None if dx is None else (work if i else dx)
            stage.backward(p, g, x, own, below)
            if i and dx is not None:
                dx += work
