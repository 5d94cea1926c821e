"""Turn the weights of training into the network that predicts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network
from sknn.estimators.fit.state import Estimator, FitState
from sknn.training.run import Run


def served(state: FitState, network: Network) -> Network:
    """Return an independent network in the units of the user."""
    twin = network.copy()
    state.targets.to_user_units(twin, state.loss)
    return twin


def served_now(state: FitState) -> Network:
    """Return the network that would predict now, with the best weights, if any were kept."""
    theta = _chosen(state, state.estimator, state.run)
    return served(state, state.network if theta is None else state.network.with_members(theta))


def publish(state: FitState, estimator: Estimator, network: Network, run: Run, keep: bool) -> None:
    """Choose the weights for prediction and set the attributes of a fitted estimator.

    Parameters
    ----------
    estimator : Estimator
        That of the state, or a copy of it.
    network : Network
        With the last weights; it will be the estimator's.
    run : Run
        It will be the estimator's, too.
    keep : bool
        Keep what a later call needs to continue exactly.
    """
    chosen = _chosen(state, estimator, run)
    # If the weights for prediction are the last ones, nothing else has to be kept.
    served_differs = chosen is not None or state.targets.rescales
    if keep and served_differs and run.theta is None:
        run.theta = network.theta.copy()
    if chosen is not None:
        network = network.with_members(chosen)
    with np.errstate(over="ignore", invalid="ignore"):
        state.targets.to_user_units(network, state.loss)
    if not keep:
        run.forget(serves_best=run.best is not None and chosen is run.best.theta)
    if state.call.stream:
        run.history.trim()
    estimator.network_ = network
    estimator._loss = state.loss
    estimator.run_ = run
    estimator.n_iter_ = run.epoch - run.began


def _chosen(state: FitState, estimator: Estimator, run: Run) -> NDArray | None:
    """Return the weights for prediction, None if they are the last ones."""
    chosen = estimator._holdout.choose(estimator, state, run)
    if chosen is not None:
        return chosen
    kept = run.best or run.average
    return state.finished if state.finished is not None or kept is None else kept.theta
