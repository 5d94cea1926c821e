"""Continue training from the network that predicts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Growth
from sknn.core.network import Network
from sknn.estimators.fit.state import FitState
from sknn.training.run import Run


def continue_from(state: FitState, served: Network) -> None:
    """Load the last weights of a run, or those that predict, into the network of a state.

    Raises
    ------
    ValueError
        If the parameters now describe another network.
    """
    _check_same_architecture(state, served)
    network, last = state.network, state.run.theta
    if state.growth is not None:
        _grow(state, served, state.growth)
    elif last is not None:
        network.load(last)
    else:
        network.load(_members_to_go_on(network, served))
        state.targets.to_training_units(network, state.loss)
        _keep_best(state.run, network)
    state.run.theta, state.run.served = None, None  # Training changes them in the network.


def start_output_bias(state: FitState) -> None:
    """Let new output units start at the best constant prediction."""
    rows, target, weight = state.rows_used, state.target, state.train.weight
    if rows is not None:
        target, weight = (None if part is None else part[rows] for part in (target, weight))
    state.targets.start(state.network, state.loss, target, weight)


def _check_same_architecture(state: FitState, served: Network) -> None:
    now, before = state.network.layout.signature(), served.layout.signature()
    grown = () if state.growth is None else (state.growth.layer,)
    kept = [[part for part in parts if part[0] not in grown] for parts in (now, before)]
    if kept[0] != kept[1] or not _same_members(state, served):
        raise ValueError(
            "The architecture parameters differ from those of the previous call, so training "
            f"cannot continue: the fitted network has {_shapes(before)}, the parameters now "
            f"describe {_shapes(now)}. Restore them, or fit again with warm_start=False."
        )


def _shapes(signature: list[tuple[str, str, tuple[int, ...]]]) -> str:
    return ", ".join(f"{layer}.{name} {shape}" for layer, name, shape in signature)


def _same_members(state: FitState, served: Network) -> bool:
    """Return whether the number of trained members is the same; several epochs may predict."""
    network = state.network
    if state.estimator._serves_several_epochs:
        return network.n_members == state.run.n_members
    return network.lead == served.lead


def _keep_best(run: Run, network: Network) -> None:
    """Keep the weights that predict if they are the best so far: a call may find none better."""
    if run.served is not None:
        run.best = replace(run.served, theta=network.theta.copy())


def _members_to_go_on(network: Network, served: Network) -> NDArray:
    """Return one predicting vector per trained member; there may be several epochs."""
    every = np.atleast_2d(served.theta)
    theta = every[np.arange(network.n_members) % len(every)]
    return theta if network.lead else theta[0]


def _grow(state: FitState, served: Network, growth: Growth) -> None:
    """Add units to the output layer, keeping all weights and moments so far."""
    network, run, old = state.network, state.run, served.layout
    network.initialize(run.streams.init)
    start_output_bias(state)
    last = _members_to_go_on(network, served) if run.theta is None else run.theta
    run.candidates = ()
    old.remap(last, network.layout, network.theta, growth)
    for name, moment in (run.optimizer_state or {}).items():
        moved = np.zeros_like(network.trainable)
        old.remap(moment, network.layout, moved, growth)
        run.optimizer_state[name] = moved  # type: ignore[index]
    # Losses over more classes cannot be compared with earlier ones.
    run.watch(None)
    run.grown = run.epoch
    if run.average is not None:
        average = network.theta.copy()
        old.remap(run.average.theta, network.layout, average, growth)
        run.average = replace(run.average, theta=average)
