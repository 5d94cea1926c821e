"""Members that check each other: each holds out a fold, and the best epochs are used."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import Rows
from sknn.core.network import Network
from sknn.estimators.fit.holdout import Holdout
from sknn.estimators.fit.state import FitState
from sknn.estimators.tabular.held_out_loss import HeldOut
from sknn.training.callbacks import Callback
from sknn.training.folds import Folds, OutOfFold, ScoredWeights
from sknn.training.run import Run


@dataclass(frozen=True)
class Team:
    """The networks that predict together, in the units of training.

    Attributes
    ----------
    network : Network
        All of them.
    shares : ndarray of shape (n_members,)
        Weight of each network.
    fold_of : ndarray of int, shape (n_members,)
        The fold that each did not learn from.
    """

    network: Network
    shares: NDArray
    fold_of: NDArray

    def apart(self, x: NDArray, answers: Callable[[NDArray], NDArray]) -> NDArray:
        """Return the mean squared disagreement of the networks of different folds.

        Parameters
        ----------
        x : ndarray of shape (n, n_inputs)
        answers : callable
            Turns raw scores of shape (n_members, n, n_raw) into predictions (n_members, n,
            n_outputs).
        """
        if not self.network.lead:
            return np.zeros(1)
        said, folds = answers(self.network.predict(x)), np.unique(self.fold_of)
        own = [self.fold_of == fold for fold in folds]
        means = [np.average(said[each], axis=0, weights=self.shares[each]) for each in own]
        size = np.array([self.shares[each].sum() for each in own])
        off = np.stack(means) - np.average(means, axis=0, weights=size)
        return np.average((off**2).mean(axis=1), axis=0, weights=size)


class FoldHoldout(Holdout):
    """Assigns folds to members, and picks the epochs that together do best on held-out rows."""

    def deal(self, state: FitState) -> Folds | None:
        """Return which rows each member learns from; None if all learn from all."""
        rows = np.arange(len(state.train.x)) if state.rows_used is None else state.rows_used
        n_splits = min(state.recipe.family_settings.n_splits, len(rows))
        # Rows that all members have seen would make them look better than they are.
        if n_splits < 2 or state.run.saw_all:
            return None
        rng = np.random.default_rng(state.run.streams.split_seed)
        order = _fold_order(state.target)[rows]
        n_members = state.network.n_members
        if n_members > n_splits:
            n_splits = next(k for k in range(n_splits, 0, -1) if n_members % k == 0)
        return Folds.deal(rows, order, n_members, n_splits, rng) if n_splits > 1 else None

    def measures(self, state: FitState, network: Network) -> list[Callback]:
        """Return the callbacks that measure validation rows and each member on its fold."""
        measures = super().measures(state, network)
        if state.folds is not None:
            judge = _judge(state, state.train, state.target, state.folds.judged)
            n_picks = state.recipe.family_settings.n_picks
            table: Any = state.estimator
            calibrating = 0.0, 0.0
            if state.deadline < math.inf:
                calibrating = table._seconds_to_calibrate(judge, network)
            measures.append(OutOfFold(state.folds, state.train.x, judge, calibrating, n_picks))
        return measures

    def choose(self, estimator: Any, state: FitState, run: Run) -> NDArray | None:
        """Pick the epochs that together do best on held-out rows; calibrate them there."""
        self.forget(estimator, state.fresh)
        if run.candidates and state.folds is not None:
            return _pick(estimator, state, state.folds, run.candidates)
        if state.validation is not None:
            rows, network = state.validation, state.network
            if run.average is not None:
                network = network.with_members(run.average.theta)
            target = state.targets.encode(rows.y, network.dtype)
            raw = network.predict(rows.x)
            judge = _judge(state, rows, target, None)
            # All networks learned from all rows, so none can be judged by rows it has not seen.
            estimator._calibrate(judge, judge.pool(raw) if network.lead else raw, None)
        return None

    def forget(self, estimator: Any, fresh: bool) -> None:
        """Forget the weights of members; the temperature, too, if training starts over."""
        estimator.member_shares_ = estimator.member_epochs_ = None
        if fresh:
            # A chunk of a stream does not change the temperature.
            estimator._calibrate(None, None, None)


def _fold_order(target: Any) -> NDArray:
    """Return the labels by which folds are stratified."""
    if target.ndim == 1:
        return target
    return target[:, 0] if isinstance(target, np.ndarray) else target[:, [0]].toarray().ravel()


def _judge(state: FitState, rows: Rows, target: Any, index: NDArray | None) -> HeldOut:
    """Return the loss by which raw scores of the rows at `index` (None: all) are judged."""
    weight = rows.weight
    if index is not None:
        target, weight = target[index], None if weight is None else weight[index]
    table: Any = state.estimator
    measure = state.targets.bind(table._judging_loss(state.recipe.loss))
    return HeldOut(
        *(state.targets, state.loss, measure, state.network.member(0), target, weight),
        rows.x,
        index,
    )


def _pick(
    estimator: Any, state: FitState, folds: Folds, candidates: Sequence[ScoredWeights]
) -> NDArray:
    """Return the weights of the members of all epochs that were picked."""
    judge = _judge(state, state.train, state.target, folds.judged)
    raw = [group for each in candidates for group in each.raw]
    share = judge.pick(raw, state.recipe.family_settings.n_picks)
    picked = np.flatnonzero(share).tolist()
    groups = [
        folds.group(np.atleast_2d(candidates[i // folds.n_groups].theta), i % folds.n_groups)
        for i in picked
    ]
    sizes = np.array([len(group) for group in groups])
    estimator.member_shares_ = shares = np.repeat(share[picked] / sizes, sizes)
    epochs = [candidates[i // folds.n_groups].epoch for i in picked]
    estimator.member_epochs_ = np.repeat(epochs, sizes)
    stack = np.concatenate(groups)
    served = stack if len(stack) > 1 else stack[0]
    # Members of a group are in the order of the folds they hold out.
    fold_of = np.concatenate([np.arange(size) for size in sizes])
    team = Team(state.network.with_members(served), shares, fold_of)
    estimator._calibrate(judge, judge.pool([raw[i] for i in picked], share[picked]), team)
    return served
