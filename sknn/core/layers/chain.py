"""Layers one after the other inside a block, as a network has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Param, Plan, Scratch, Shape, Views

Placed = tuple[str, Layer, Shape]
"""A layer, its name and the shape of its input."""


class Chain:
    """Bound layers whose parameters and work arrays are among those of the enclosing block.

    The parameter ``W`` of the layer ``hidden0`` is the ``hidden0.W`` of the block. Names without a
    dot belong to the block and to the chain as a whole.

    Parameters
    ----------
    pairs : sequence of (str, Layer)
    prefix : str, default=""
        Prefix of every name, if a block has several chains.
    """

    def __init__(self, pairs: Sequence[tuple[str, Layer]], prefix: str = "") -> None:
        self.pairs = tuple(pairs)
        self.prefix = prefix

    def plan(self, in_shape: Shape) -> Plan:
        """Plan one layer after the other; the outputs between them are work arrays.

        Raises
        ------
        ValueError
            For a layer with tied weights, which are not supported inside a block.
        """
        params: dict[str, Param] = {}
        scratch: dict[str, Scratch] = {}
        shape, work, widest = in_shape, 0, 0
        for i, (name, layer) in enumerate(self.pairs):
            plan = layer.plan(shape)
            _refuse_ties(name, layer, plan)
            params |= {f"{self.prefix}{name}.{key}": param for key, param in plan.params.items()}
            scratch |= {f"{self.prefix}{name}.{key}": need for key, need in plan.scratch.items()}
            shape, work = plan.out_shape, max(work, plan.multiply_adds)
            scratch[f"{self.prefix}y{i}"] = Scratch(shape, training_only=layer.training_only)
            widest = max(widest, prod(shape))
        if len(self.pairs) > 1:
            delta = Scratch((widest,), training_only=True)
            scratch |= {f"{self.prefix}delta{turn}": delta for turn in (0, 1)}
        return Plan(shape, params, scratch, work)

    def placed(self, block: str, in_shape: Shape) -> Iterator[Placed]:
        """Yield every layer with its name, preceded by that of its block, and its input shape."""
        shape = in_shape
        for name, layer in self.pairs:
            yield f"{block}.{self.prefix}{name}", layer, shape
            shape = layer.plan(shape).out_shape

    def own(self, name: str, views: Views) -> Views:
        """Return the arrays of one layer, under its own names."""
        start = f"{self.prefix}{name}."
        return {key[len(start) :]: view for key, view in views.items() if key.startswith(start)}

    def constrain(self, p: Views) -> None:
        """Bring the parameters of every layer back into their allowed set."""
        for name, layer in self.pairs:
            if layer.constrained:
                layer.constrain(self.own(name, p))


def with_inner(layers: Iterable[Placed]) -> list[Placed]:
    """Return layers, each followed by those inside it."""
    every = []
    for name, layer, shape in layers:
        every.append((name, layer, shape))
        for chain in getattr(layer, "chains", ()):
            every += with_inner(chain.placed(name, shape))
    return every


def _refuse_ties(name: str, layer: Layer, plan: Plan) -> None:
    for key, param in plan.params.items():
        if param.tied_to is not None:
            raise ValueError(
                f"The parameter {key} of {layer!r}, {name!r} in a block, is tied to "
                f"{param.tied_to!r}; layers inside a block have their own parameters. Put the "
                "layer outside the block, or leave tied_to out."
            )


class Stage:
    """A chain with its arrays, for batches of one size.

    Parameters
    ----------
    chain : Chain
    ctx : Context
        Of the block.

    Attributes
    ----------
    y : ndarray or None
        The output; None for a chain without layers, whose output is its input.
    """

    __slots__ = ("chain", "contexts", "deltas", "layers", "names", "seen", "split", "y", "ys")

    def __init__(self, chain: Chain, ctx: Context) -> None:
        scratch, prefix = ctx.scratch, chain.prefix
        # Noise layers are the identity in prediction, so the chain leaves them out.
        used = [i for i, pair in enumerate(chain.pairs) if ctx.train or not pair[1].training_only]
        self.chain = chain
        self.names = [chain.pairs[i][0] for i in used]
        self.layers = [chain.pairs[i][1] for i in used]
        self.ys = [scratch[f"{prefix}y{i}"] for i in used]
        self.y = self.ys[-1] if used else None
        self.contexts = [
            Context(chain.own(name, scratch), ctx.train, ctx.rng, ctx.frozen) for name in self.names
        ]
        self.deltas = [
            # Absent without a backward pass.
            None if buffer is None else front(buffer, y.shape)
            for i, y in enumerate(self.ys[:-1])
            for buffer in [scratch.get(f"{prefix}delta{i % 2}")]
        ]
        self.seen: list[Any] = [None, None]
        self.split: list[list[Views]] = [[], []]

    def forward(self, p: Views, x: Any, ctx: Context) -> tuple[Any, float]:
        """Return the output, an array of the chain, and the terms that layers add to the loss."""
        added = 0.0
        params = self._parts(0, p)
        for layer, own, y, inner in zip(self.layers, params, self.ys, self.contexts, strict=True):
            inner.rng, inner.weight, inner.strength = ctx.rng, ctx.weight, ctx.strength
            inner.input, inner.d_input, inner.mask = ctx.input, ctx.d_input, ctx.mask
            extra = layer.forward(own, x, y, inner)
            if extra is not None:
                added += extra
            x = y
        return x, added

    def backward(self, p: Views, g: Views, x: Any, dy: NDArray, dx: NDArray | None) -> None:
        """Write gradients, from the last layer to the first; `dy` is destroyed."""
        params, grads = self._parts(0, p), self._parts(1, g)
        if dx is not None and not self.layers:
            np.copyto(dx, dy)
        lowest = 0 if dx is not None else _first(grads)
        for i in range(len(self.layers) - 1, lowest - 1, -1):
            source = self.ys[i - 1] if i else x
            below = (self.deltas[i - 1] if i else dx) if i > lowest or not i else None
            layer, inner = self.layers[i], self.contexts[i]
            layer.backward(params[i], grads[i], source, self.ys[i], dy, below, inner)
            dy = below  # type: ignore[assignment]

    def _parts(self, which: int, views: Views) -> list[Views]:
        """Split parameters (0) or gradients (1) by layers; the dict of the last call is known."""
        if views is not self.seen[which]:
            self.seen[which] = views
            self.split[which] = [self.chain.own(name, views) for name in self.names]
        return self.split[which]


def _first(grads: list[Views]) -> int:
    """Return the lowest layer with something to learn; below it, no gradient is needed."""
    return next((i for i, own in enumerate(grads) if own), len(grads))


def front(buffer: NDArray, shape: Shape) -> NDArray:
    """Return the front of a buffer as an array of `shape`."""
    return buffer.reshape(-1)[: prod(shape)].reshape(shape)
