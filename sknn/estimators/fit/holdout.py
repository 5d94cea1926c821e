"""Held-out rows and how they are used."""

from __future__ import annotations

import math

from numpy.typing import NDArray

from sknn._validation.arrays import split_rows
from sknn.core.network import Network
from sknn.estimators.fit.callbacks import validate
from sknn.estimators.fit.state import Estimator, FitState
from sknn.training.callbacks import Callback
from sknn.training.folds import Folds
from sknn.training.run import Run


class Holdout:
    """Default: hold out the same rows for all members, for early stopping."""

    def deal(self, state: FitState) -> Folds | None:
        """Return which rows each member learns from; None if all learn from the same."""
        return None

    def measures(self, state: FitState, network: Network) -> list[Callback]:
        """Return the callback that adds figures of the held-out rows to an epoch."""
        return [] if state.validation is None else [validate(state, network.dtype)]

    def choose(self, estimator: Estimator, state: FitState, run: Run) -> NDArray | None:
        """Return the weights for prediction, None for those of the best or last epoch.

        Also called on every snapshot, so keep it cheap.

        Parameters
        ----------
        estimator : Estimator
            The estimator that will use them; it may be calibrated on held-out rows.
        """
        return None

    def passes(self, state: FitState, epoch: int) -> int:
        """Return how many epochs the best weights, of an epoch, are trained on all rows.

        The held-out rows are then as often in a batch as the others were.
        """
        return math.ceil(state.recipe.validation_fraction * epoch)

    def forget(self, estimator: Estimator, fresh: bool) -> None:
        """Forget what an estimator has learned when weights were chosen.

        Parameters
        ----------
        fresh : bool
            Training starts over.
        """


def hold_out(state: FitState) -> None:
    """Hold rows out of training: folds of members, or a validation split for early stopping."""
    stream, recipe, run = state.call.stream, state.recipe, state.run
    if not stream:
        state.folds = state.estimator._holdout.deal(state)
    if state.folds is None:
        # From now on there are no rows that members have not seen.
        run.candidates, run.saw_all = (), True
    wanted = recipe.early_stopping and not recipe.full_batch and not stream
    if not wanted or state.validation is not None:
        return
    state.splits, state.all_rows = True, state.rows_used
    state.rows_used, held_out = split_rows(
        state.rows_used,
        state.train.x.shape[0],
        recipe.validation_fraction,
        run.streams.split_seed,
        state.targets.strata(state.target, state.rows_used),
    )
    state.validation = state.train.take(held_out)
