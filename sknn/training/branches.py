"""Copies of one network that were trained side by side, and the mean of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network
from sknn.training.run import Run, Streams, jumped
from sknn.training.trainer import OnePass

_STATES = ("chains",)
"""Parameters that are random draws, which must not be averaged."""
_COUNTS = ("step", "optimizer_step")


@dataclass
class Branch:
    """A copy after its pass.

    Attributes
    ----------
    theta : ndarray
        Weights in the units of training.
    run : Run
        The state of its training, without history.
    found : OnePass
    weight : float
        Total weight of its rows.
    """

    theta: NDArray
    run: Run
    found: OnePass
    weight: float


def ahead(streams: Streams, index: int) -> Streams:
    """Return generators far ahead of a stream's for the copy with this index; the first keeps them.

    A jump is about 2 ** 127 draws long, so that no copy reaches the start of another one.
    """
    if not index:
        return streams
    return replace(streams, order=jumped(streams.order, index), noise=jumped(streams.noise, index))


def join(branches: Sequence[Branch], run: Run, network: Network) -> OnePass:
    """Bring a run and its network to the mean of some branches, weighted by their rows.

    Weights and optimizer state are averaged, in the order of the branches and in float64.
    Generators are those of the first; the number of updates is that of the branch with the most.
    """
    shares = np.array([branch.weight for branch in branches])
    shares /= shares.sum()
    theta = mean([branch.theta for branch in branches], shares)
    first = branches[0]
    states = [branch.run.optimizer_state or {} for branch in branches]
    moments = {name: mean([state[name] for state in states], shares) for name in states[0]}
    counts = {name: max(getattr(branch.run, name) for branch in branches) for name in _COUNTS}
    found = _joined([branch.found for branch in branches], shares)
    network.theta[...] = theta
    _complete(network, first.theta)
    vars(run).update(
        counts,
        optimizer_state=moments,
        optimizer_kind=first.run.optimizer_kind,
        streams=replace(run.streams, order=first.run.streams.order, noise=first.run.streams.noise),
    )
    return found


def mean(arrays: Sequence[NDArray], shares: NDArray) -> NDArray:
    """Return the sum of shares of arrays, summed up in their order.

    Rounding does not leave the range of the averaged values: values that are equal in all of them
    stay as they are, and a sum of squares stays one.
    """
    total = np.zeros(arrays[0].shape)
    for array, share in zip(arrays, shares, strict=True):
        total += share * array.astype(np.float64)
    low, high = arrays[0].copy(), arrays[0].copy()
    for array in arrays[1:]:
        np.minimum(low, array, out=low)
        np.maximum(high, array, out=high)
    return np.clip(total.astype(low.dtype), low, high)


def _complete(network: Network, first: NDArray) -> None:
    """Replace means of states by states, and bring means back inside constraints of layers."""
    views = network.layout.views(first)
    for layer, params, theirs in zip(network.layers, network.params, views, strict=True):
        for name in _STATES:
            if name in params:
                params[name][...] = theirs[name]
        if layer.constrained:
            layer.constrain(params)


def _joined(passes: Sequence[OnePass], shares: NDArray) -> OnePass:
    first = passes[0]
    figures = {
        name: _mean_of_known([found.figures[name] for found in passes], shares)
        for name in first.figures
    }
    loss = np.tensordot(shares, [found.loss for found in passes], axes=1)[()]
    norm = float(shares @ [found.norm for found in passes])
    return OnePass(loss, norm, first.rate, sum(found.rows for found in passes), figures)


def _mean_of_known(figures: Sequence[Any], shares: NDArray) -> Any:
    """Return the mean over branches that have measured a figure, separately for every member."""
    values = np.array(figures, np.float64)
    known = ~np.isnan(values)
    counts = known * shares.reshape(-1, *[1] * (values.ndim - 1))
    with np.errstate(invalid="ignore"):
        return (np.where(known, values * counts, 0.0).sum(axis=0) / counts.sum(axis=0))[()]
