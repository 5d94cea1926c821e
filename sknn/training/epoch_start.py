"""The state with which an epoch began, to train it again if Ctrl-C ended it halfway."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network
from sknn.training.run import Run, noise_of

_THETA = "weights of the network"


class EpochStart:
    """Copies of everything that a pass changes in place; the arrays are reused in every epoch.

    Parameters
    ----------
    run : Run
    network : Network
    """

    def __init__(self, run: Run, network: Network) -> None:
        self.run, self.network = run, network
        self.arrays: dict[str, NDArray] = {}
        self.noted = False

    def note(self) -> None:
        """Copy the state of training. A pass over a stream is not repeated, so it needs none."""
        run, self.noted = self.run, False
        if run.stream:
            return
        self.values: dict[str, Any] = vars(run) | {"schedule_state": dict(run.schedule_state)}
        self.n_epochs = len(run.history)
        self.generators = [(each, each.state) for each in _generators(run)]
        self.average = run.average and replace(run.average, theta=run.average.theta.copy())
        self.moments = run.optimizer_state or {}
        for name, array in [*self.moments.items(), (_THETA, self.network.theta)]:
            _copy_into(self.arrays, name, array)
        self.noted = True

    def restore(self) -> None:
        """Rewind the run, unless the epoch has been recorded.

        The network keeps the weights it has reached, for predictions.
        """
        run = self.run
        if not self.noted or len(run.history) > self.n_epochs:
            return
        vars(run).update(self.values)
        run.theta, run.average = self.arrays[_THETA], self.average
        run.optimizer_state = {name: self.arrays[name] for name in self.moments}
        for generator, state in self.generators:
            generator.state = state


def _generators(run: Run) -> list[Any]:
    """Return the generators that a pass draws from."""
    return [each.bit_generator for each in (run.streams.order, *noise_of(run.streams.noise))]


def _copy_into(known: dict[str, NDArray], name: str, array: NDArray) -> None:
    if name not in known or known[name].shape != array.shape:
        known[name] = np.empty_like(array)
    np.copyto(known[name], array)
