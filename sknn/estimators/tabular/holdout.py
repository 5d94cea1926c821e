"""Members that check each other: each holds out a fold, and the best epochs are used."""

from __future__ import annotations

from collections.abc import Sequence
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


class FoldHoldout(Holdout):
    """Deals folds to members, and picks the epochs that together do best on what they held out."""

    def deal(self, state: FitState) -> Folds | None:
        """Return which rows each member learns from; None if all learn from all."""
        rows = np.arange(len(state.train.x)) if state.rows_used is None else state.rows_used
        n_splits = min(state.recipe.family_settings.n_splits, len(rows))
        # Rows that all members know would make them look better than they are.
        if n_splits < 2 or state.run.saw_all:
            return None
        rng = np.random.default_rng(state.run.streams.split_seed)
        order = _fold_order(state.target)[rows]
        n_members = state.network.n_members
        if n_members > n_splits:
            n_splits = next(k for k in range(n_splits, 0, -1) if n_members % k == 0)
        return Folds.deal(rows, order, n_members, n_splits, rng) if n_splits > 1 else None

    def measures(self, state: FitState, network: Network) -> list[Callback]:
        """Return what measures validation rows, and the predictions of each member for its fold."""
        measures = super().measures(state, network)
        if state.folds is not None:
            judge = _judge(state, state.train, state.target, state.folds.judged)
            measures.append(OutOfFold(state.folds, state.train.x, judge))
        return measures

    def choose(self, estimator: Any, state: FitState, run: Run) -> NDArray | None:
        """Pick the epochs that together do best on held-out rows; learn there how sure to be."""
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
            estimator._calibrate(judge, judge.pool(raw) if network.lead else raw)
        return None

    def forget(self, estimator: Any, fresh: bool) -> None:
        """Forget the weights of members; the temperature, too, if training starts over."""
        estimator.member_shares_ = None
        if fresh:
            # A chunk of a stream does not change the temperature.
            estimator._calibrate(None, None)


def _fold_order(target: Any) -> NDArray:
    """Return what all folds should have equal shares of."""
    if target.ndim == 1:
        return target
    return target[:, 0] if isinstance(target, np.ndarray) else target[:, [0]].toarray().ravel()


def _judge(state: FitState, rows: Rows, target: Any, index: NDArray | None) -> HeldOut:
    """Return what judges raw scores of the rows at `index`, None for all."""
    weight = rows.weight
    if index is not None:
        target, weight = target[index], None if weight is None else weight[index]
    table: Any = state.estimator
    measure = state.targets.bind(table._judging_loss(state.recipe.loss))
    return HeldOut(state.targets, state.loss, measure, state.network.member(0), target, weight)


def _pick(
    estimator: Any, state: FitState, folds: Folds, candidates: Sequence[ScoredWeights]
) -> NDArray:
    """Return the weights of the members of all epochs that were picked."""
    judge = _judge(state, state.train, state.target, folds.judged)
    raw = np.concatenate([each.raw for each in candidates])
    share = judge.pick(raw, state.recipe.family_settings.n_picks)
    picked = np.flatnonzero(share).tolist()
    estimator._calibrate(judge, judge.pool(raw[picked], share[picked]))
    groups = [
        folds.group(np.atleast_2d(candidates[i // folds.n_groups].theta), i % folds.n_groups)
        for i in picked
    ]
    sizes = np.array([len(group) for group in groups])
    estimator.member_shares_ = np.repeat(share[picked] / sizes, sizes)
    stack = np.concatenate(groups)
    return stack if len(stack) > 1 else stack[0]
