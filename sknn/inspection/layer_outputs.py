"""The output of any layer by name, including those inside blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers.base import Context, Layer
from sknn.core.layers.block import Block
from sknn.core.network import Network, present_steps


def layer_names(network: Network) -> list[str]:
    """Return the names of all layers in prediction, also inside blocks: ``residual0.hidden0``."""
    return [
        name for i in network.inference for name in _inside(network.names[i], network.layers[i])
    ]


def _inside(name: str, layer: Layer) -> Iterator[str]:
    yield name
    if isinstance(layer, Block):
        for chain in layer.chains:
            for inner, part in chain.pairs:
                if not part.training_only:
                    yield from _inside(f"{name}.{chain.prefix}{inner}", part)


def layer_output(final: Any, x: NDArray, name: str, given: NDArray | None = None) -> NDArray:
    """Return the output of a layer for some rows, before the next layer changes it.

    Parameters
    ----------
    final : fitted sknn estimator
    x : ndarray
        Checked rows.
    name : str
        One of :func:`layer_names`.
    given : ndarray, default=None
        What layers with ``reads_input`` read; None: `x`.
    """
    network = final.network_
    outer, _, rest = name.partition(".")
    i = network.names.index(outer)
    if not rest:
        return network.predict(x, stop=i + 1, given=given)
    below = network.predict(x, stop=i, given=given) if i else x.astype(network.dtype)
    context = Context(network.scratch(network.plans[i].scratch, len(x), train=False))
    context.input = x if given is None else given
    context.mask = present_steps(x) if network.masks else None
    out = np.empty((*network.lead, len(x), *network.plans[i].out_shape), network.dtype)
    network.layers[i].forward(network.params[i], below, out, context)
    return _found(context, rest)


def _found(context: Context, name: str) -> NDArray:
    """Return an array that a block left in its context."""
    for stage in context.inner:
        for inner, y, part in zip(stage.names, stage.ys, stage.contexts, strict=True):
            own = f"{stage.chain.prefix}{inner}"
            if name == own:
                return y
            if name.startswith(f"{own}."):
                return _found(part, name[len(own) + 1 :])
    raise AssertionError(name)
