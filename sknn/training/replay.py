"""Members that were trained separately, replayed epoch by epoch as if trained together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Shape
from sknn.core.network import Network
from sknn.training.callbacks import Callback, Phase, Progress
from sknn.training.folds import Folds, is_judged
from sknn.training.run import Streams
from sknn.training.trainer import OnePass


@dataclass(frozen=True)
class MemberEpoch:
    """The state of one member after an epoch.

    Attributes
    ----------
    found : OnePass or None
        The figures of its pass; None before the first one.
    theta : ndarray of shape (size,)
    raw : ndarray or None
        Raw scores of the rows that it holds out; None if it is not judged in this epoch.
    step : int
        Number of updates so far.
    streams : Streams
        The states of its generators.
    """

    found: OnePass | None
    theta: NDArray
    raw: NDArray | None
    step: int
    streams: Streams


class MemberRecorder(Callback):
    """Records the states of a member that is trained alone, epoch by epoch.

    Parameters
    ----------
    scores : callable or None
        Maps its network to the raw scores of the rows that it holds out, if it does.

    Attributes
    ----------
    epochs : list of MemberEpoch
        The first one is before training.
    """

    phase = Phase.MEASURE

    def __init__(self, scores: Callable[[Network], NDArray] | None) -> None:
        self.scores = scores
        self.epochs: list[MemberEpoch] = []

    def on_train_begin(self, progress: Progress) -> None:
        """Keep the weights before the first epoch, which may be those of a linear model."""
        self._keep(progress, None)

    def on_epoch_end(self, progress: Progress) -> None:
        """Record the figures of a pass and the state after it."""
        run, row, each = progress.run, progress.row, progress.each
        figures = {name: values for name, values in each.items() if name != "loss"}
        rows = run.samples // run.epoch
        found = OnePass(
            each["loss"], row["gradient_norm"], progress.rate, rows, figures, row["seconds"]
        )
        self._keep(progress, found)

    def _keep(self, progress: Progress, found: OnePass | None) -> None:
        network, run, raw = progress.network, progress.run, None
        if self.scores is not None and is_judged(run.epoch):
            raw = self.scores(network)
        theta = network.theta.copy()
        self.epochs.append(MemberEpoch(found, theta, raw, run.step, run.streams.copy()))


class Replay:
    """Passes that members have made separately, as passes of all of them.

    Parameters
    ----------
    members : sequence of list of MemberEpoch
        Of every member, in order. If one of them has diverged, its list ends there, and so does the
        replay.
    """

    def __init__(self, members: Sequence[Sequence[MemberEpoch]]) -> None:
        self.members = members
        self.now = [epochs[0] for epochs in members]

    def __call__(self, progress: Progress) -> OnePass:
        """Set run and network to the state of the members after the next pass."""
        run, network = progress.run, progress.network
        self.now = now = [epochs[run.epoch + 1] for epochs in self.members]
        taken = now[0].step - run.step
        run.step += taken
        run.optimizer_step += taken
        run.streams = Streams.of_members([each.streams for each in now])
        network.theta[...] = np.reshape([each.theta for each in now], network.theta.shape)
        return _of_all([each.found for each in now if each.found is not None], network.lead)

    def folds(self, folds: Folds) -> Folds:
        """Return folds with the recorded scores of the members."""
        return _ScoredFolds(folds.train, folds.held_out, folds.judged, folds.n_groups, self)


@dataclass(frozen=True)
class _ScoredFolds(Folds):
    """Folds whose held-out rows have been scored elsewhere."""

    replay: Replay

    def held_out_scores(self, network: Network, x: NDArray) -> NDArray:
        """Return the raw scores after the last replayed epoch."""
        return self.gathered(each.raw for each in self.replay.now if each.raw is not None)


def _of_all(passes: Sequence[OnePass], lead: Shape) -> OnePass:
    """Return the figures of all members from the passes of each."""

    def of_members(figures: Sequence[Any]) -> NDArray:
        return np.reshape(np.array(figures, float), lead)

    first = passes[0]
    return OnePass(
        of_members([found.loss for found in passes]),
        math.hypot(*(found.norm for found in passes)),
        first.rate,
        first.rows,
        {name: of_members([found.figures[name] for found in passes]) for name in first.figures},
        max(found.seconds for found in passes),
    )
