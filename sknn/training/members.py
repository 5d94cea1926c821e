"""Some members of a run as a separate run, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network
from sknn.training.run import Best, History, Run, noise_of

_WATCHED = ("reference", "stall", "stopped")
# Attributes that are taken from the run that lasted longest.
_COMMON = (
    "epoch",
    "step",
    "samples",
    "optimizer_kind",
    "optimizer_step",
    "schedule_state",
    "watched",
    "stop_reason",
)
# Of several reasons, the one that needs the most attention is kept.
_REASONS = ("interrupted", "diverged", "max_time", "max_iter")


def network_of(network: Network, members: Sequence[int]) -> Network:
    """Return an independent network of some members; with one, it has no axis of members."""
    return network.with_members(network.theta[_pick(members)])


def run_of(run: Run, members: Sequence[int]) -> Run:
    """Return an independent run of some members, to be trained without the others."""
    pick = _pick(members)
    twin = run.copy()
    twin.n_members = len(members)
    twin.streams = run.streams.part(members)
    for name in _WATCHED:
        value = getattr(run, name)
        setattr(twin, name, value if np.ndim(value) == 0 else value[pick])
    if run.best is not None:
        twin.best = run.best.part(pick)
    if run.optimizer_state is not None:
        state = run.optimizer_state
        twin.optimizer_state = {name: array[pick].copy() for name, array in state.items()}
    return twin


def put(run: Run, members: Sequence[int], part: Run) -> None:
    """Write the state of some members back into the run they came from."""
    index, n = np.asarray(members), run.n_members
    for name in _WATCHED:
        setattr(run, name, _written(getattr(run, name), (n,), index, getattr(part, name)))
    if part.optimizer_state is not None:
        state = run.optimizer_state or {}
        run.optimizer_state = {
            name: _written(state.get(name, 0), (n, array.shape[-1]), index, array)
            for name, array in part.optimizer_state.items()
        }
    if part.best is not None:
        run.best = _best_with(run.best, n, index, part.best)
    theirs = noise_of(run.streams.noise)
    for m, generator in zip(members, noise_of(part.streams.noise), strict=True):
        theirs[m].bit_generator.state = generator.bit_generator.state


def join(run: Run, groups: Sequence[Sequence[int]], parts: Sequence[Run]) -> None:
    """Merge the runs of groups, each trained separately, into the run of all members."""
    for members, part in zip(groups, parts, strict=True):
        put(run, members, part)
    if any(part.best is None for part in parts):
        run.best = None
    run.history = _mean_history(run.history, [part.history for part in parts])
    run.best_loss = min([run.best_loss, *run.history.columns.get("loss", [])])
    follow(run, max(parts, key=lambda part: part.epoch))
    reasons = [part.stop_reason for part in parts]
    run.stop_reason = next((each for each in _REASONS if each in reasons), reasons[0])


def put_start(run: Run, network: Network, members: Sequence[int], part: Run) -> None:
    """Take over the weights with which an epoch of some members began that Ctrl-C ended."""
    if part.theta is not None:
        run.theta = network.theta.copy() if run.theta is None else run.theta
        run.theta[np.asarray(members)] = part.theta


def follow(run: Run, longest: Run) -> None:
    """Take over values that all members share from those that were trained longest."""
    for name in _COMMON:
        setattr(run, name, getattr(longest, name))
    run.streams = replace(run.streams, order=longest.streams.order)


_NOBODY = nullcontext()


def parked(run: Run, network: Network) -> AbstractContextManager[None]:
    """Restore members that have stopped, whatever happens in the block."""
    if not (network.lead and np.any(run.stopped)):
        return _NOBODY
    return _held(run, network, np.flatnonzero(run.stopped).tolist())


@contextmanager
def _held(run: Run, network: Network, members: list[int]) -> Iterator[None]:
    held, theta = run_of(run, members), network.theta[members]

    def give_back() -> None:
        network.theta[members] = theta
        state = run.optimizer_state or {}
        for name, array in (held.optimizer_state or {}).items():
            # In place: the update holds these arrays.
            state[name][members] = array
        put(run, members, replace(held, optimizer_state=None))

    try:
        yield
        give_back()
    except KeyboardInterrupt:
        # Once more, in case it was interrupted.
        give_back()
        raise


def _pick(members: Sequence[int]) -> Any:
    return int(members[0]) if len(members) == 1 else np.asarray(members)


def _written(value: Any, shape: tuple[int, ...], index: NDArray, part: Any) -> NDArray:
    whole = np.array(np.broadcast_to(value, shape), np.result_type(value, part))
    whole[index] = part
    return whole


def _best_with(best: Best | None, n: int, index: NDArray, part: Best) -> Best:
    best = best or Best(np.inf, np.zeros((n, part.theta.shape[-1]), part.theta.dtype))
    return Best(
        _written(best.value, (n,), index, part.value),
        _written(best.theta, best.theta.shape, index, part.theta),
        _written(best.epoch, (n,), index, part.epoch),
        _written(best.rate, (n,), index, part.rate),
    )


def _mean_history(before: History, parts: list[History]) -> History:
    """Return means over the members that were trained in each epoch."""
    longest = max(parts, key=len)
    known = len(before)
    merged = longest.copy()
    for row in range(known, len(longest)):
        there = [part.columns for part in parts if row < len(part)]
        count = np.array([columns["members"][row] for columns in there])
        for name, values in merged.columns.items():
            figures = np.array([columns[name][row] for columns in there])
            values[row] = _figure_of_all(name, figures, count)
    return merged


def _figure_of_all(name: str, figures: NDArray, count: NDArray) -> float:
    if name in ("epoch", "learning_rate"):
        return float(figures[0])
    if name == "members":
        return float(count.sum())
    if name == "seconds":
        return float(figures.max())
    if name == "gradient_norm":
        return float(np.float32(np.sqrt((figures**2).sum())))
    return float(np.average(figures, weights=count))
