"""Rounds: copies of a network are trained on consecutive blocks and averaged."""

from __future__ import annotations

from dataclasses import replace
from inspect import signature
from typing import Any

import numpy as np

from sknn.estimators.base import BaseNetwork
from sknn.estimators.fit.call import Call, restored_on_error
from sknn.estimators.fit.side_by_side import (
    check_side_by_side,
    open_stream,
    parcel_of,
    train_branch,
    train_mean,
)
from sknn.streams.rows import check_rows, n_rows, sliced
from sknn.streams.tasks import fetched, run_tasks

_SOME_ROWS = 2048
_NAMES = ("X", "y", "sample_weight")


class SideBySide:
    """Trains an estimator round by round.

    Parameters
    ----------
    estimator : estimator
    more : dict
        Further arguments of its ``partial_fit``.
    together : int
        Number of blocks of a round; the last round of an epoch may have fewer.

    Attributes
    ----------
    interrupted : bool
        Whether Ctrl-C came when the last round was complete.
    """

    def __init__(self, estimator: Any, more: dict[str, Any], together: int) -> None:
        if not isinstance(estimator, BaseNetwork):
            raise TypeError(
                f"together > 1 averages the weights of a network of sknn; got {estimator!r}. Leave "
                "together at 1."
            )
        check_side_by_side(estimator)
        known = signature(estimator.partial_fit).parameters
        for name in more:
            if name not in known:
                raise TypeError(f"{type(estimator).__name__}.partial_fit has no argument {name!r}.")
        self.estimator = estimator
        self.opening = Call.of_stream(None, None, **more)
        self.together = together
        self.round: Call | None = None
        """A call of partial_fit with some rows of the first block."""
        self.interrupted = False

    def train(self, blocks: list[tuple[Any, ...]], number: int) -> int:
        """Train on the blocks of a round; return their number of rows."""
        before, opened = vars(self.estimator).copy(), self.round
        try:
            with restored_on_error(self.estimator.random_state):
                return self._train(blocks, number)
        except BaseException:
            self.estimator.__dict__, self.round = before, opened
            raise

    def _train(self, blocks: list[tuple[Any, ...]], number: int) -> int:
        if self.round is None and not self._open(blocks):
            return 0
        assert self.round is not None
        estimator, epoch = self.estimator, self.estimator.run_.epoch
        parcel = parcel_of(estimator)
        first = number * self.together
        tasks = [(j, first + j, *block) for j, block in enumerate(blocks)]
        rows = train_mean(estimator, self.round, lambda: run_tasks(_train_on, parcel, tasks))
        self.interrupted = estimator.stop_reason_ == "interrupted"
        if self.interrupted and estimator.run_.epoch == epoch:
            raise KeyboardInterrupt
        return rows

    def _open(self, blocks: list[tuple[Any, ...]]) -> bool:
        """Prepare the network with the first block that has something to learn from."""
        for index, block in enumerate(blocks):
            x, y, weight = fetched(block)
            check_rows((x, y, weight), index, _NAMES)
            if n_rows(x) and (weight is None or np.any(np.asarray(weight))):
                open_stream(self.estimator, replace(self.opening, X=x, y=y, sample_weight=weight))
                self._check_network()
                step = -(-n_rows(x) // _SOME_ROWS)
                some = {
                    name: sliced(each, 0, n_rows(x), step) for name, each in (("X", x), ("y", y))
                }
                self.round = replace(self.opening, **some, classes=None)
                return True
        return False

    def _check_network(self) -> None:
        if self.estimator.network_.carries_state:
            raise ValueError(
                "Recurrent layers that carry their state from block to block need the blocks one "
                "after the other; leave together at 1, or set stateful=False."
            )


def _train_on(parcel: Any, index: int, block: int, x: Any, y: Any, weight: Any) -> Any:
    """Train a copy on one block, on any machine."""
    check_rows((x, y, weight), block, _NAMES)
    if not n_rows(x):
        return None
    call = Call.of_stream(x, y, weight)
    return train_branch(parcel, call, index)
