"""Sparse rows: a batch reads only a few rows of the first weights, and moves no others.

Of 100,000 words, a batch of text contains a few thousand. So their rows of W are gathered; forward
pass, gradient, and step are those of a network with that few inputs; and the rows are put back. The
optimizer keeps track of what the other rows miss, see :class:`~sknn.core.optimizers.Waiting`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network
from sknn.core.optimizers import Waiting
from sknn.core.workspace import Workspace
from sknn.training.objective import Objective, Penalty, Supervised
from sknn.training.update import Update

_SLAB = 32_768
_ROOM = 1.25
"""Factor of extra memory allocated when batches touch more and more rows."""


def touching_few(
    objective: Objective, update: Update
) -> tuple[Any, Any, Callable[[], None] | None]:
    """Return a replacement for CSR rows that updates only first weights they touch, if possible.

    Returns
    -------
    objective, update
        Those that were passed, if nothing can wait.
    settle : callable or None
        Brings all rows up to date; call it before anything else reads weights or state.
    """
    if not isinstance(objective, Supervised) or not _plain(update):
        return objective, update, None
    waiting = update.optimizer.waiting(objective.l2, update.weight_decay)
    if waiting is None:
        return objective, update, None
    rows = TouchedRows(objective.workspace, update.state, waiting, objective.l2)
    objective.penalty = PenaltyOfTouched(objective, rows)
    few = TouchedObjective(objective, rows)
    return few, TouchedUpdate(update, few), rows.settle


def _plain(update: Update) -> bool:
    """Whether only gradients move the first weights, and nothing else reads them."""
    network = update.network
    return (
        network.n_members == 1
        and network.layers[0].ignores_zeros
        and not network.layout.ties
        and not any(layer.reads_input for layer in network.layers)
        and update.rates is None
        and not update.l1
        and update.max_grad_norm == math.inf
    )


class TouchedRows:
    """The rows of the first weights that a batch reads, with their gradient and state.

    Parameters
    ----------
    workspace : Workspace
        Its first layer uses these rows instead of all.
    state : dict of ndarray
        State of the optimizer for all parameters.
    waiting : Waiting
        Keeps track of what rows miss.
    l2 : float
        Strength of the penalty on them.

    Attributes
    ----------
    n_numbers : int
        Numbers in all rows; what follows them in the vector is not changed here.
    weights, grad : ndarray of shape (n_rows, units)
    state : dict of ndarray of shape (n_rows, units)
    """

    def __init__(
        self, workspace: Workspace, state: dict[str, NDArray], waiting: Waiting, l2: float
    ) -> None:
        theta, slot = workspace.network.theta, workspace.network.layout.slots[0]
        self.workspace = workspace
        self.waiting = waiting
        self.l2 = l2
        self.n_numbers = slot.stop
        n_inputs, self.n_units = slot.param.shape
        self.all_weights, *states = (
            array[: slot.stop].reshape(slot.param.shape) for array in (theta, *state.values())
        )
        self.all_state = dict(zip(state, states, strict=True))
        self.since = np.zeros(n_inputs, np.intp)
        self.is_read = np.zeros(n_inputs, bool)
        self.place = np.zeros(n_inputs, np.int32)
        self.memory: dict[str, NDArray] = {}
        self.squares: float | None = None

    def open(self, x: Any) -> Any:
        """Gather the rows that a batch reads, up to date; return it with these columns only."""
        self.is_read[x.indices] = True
        self.rows = rows = np.flatnonzero(self.is_read)
        self.is_read[rows] = False
        self.place[rows] = np.arange(len(rows))
        self.weights = self._gathered("theta", self.all_weights)
        self.state = {name: self._gathered(name, self.all_state[name]) for name in self.all_state}
        if self.l2:
            # A sum over all weights once per epoch; then it is updated with the weights that
            # change.
            if self.squares is None:
                self.squares = _sum_of_squares(self.all_weights)
            self.squares -= _sum_of_squares(self.weights)
        self.waiting.catch_up(self.weights, self.state, self.since[rows])
        self.grad = self._room("gradient")
        self.workspace.lend(0, "W", self.weights, self.grad)
        few = x.data, self.place[x.indices], x.indptr
        return type(x)(few, shape=(x.shape[0], len(rows)))

    def penalty(self) -> float:
        """Return the L2 penalty of all rows, and add the gradient of those gathered."""
        if self.squares is None:
            return 0.0
        shrink = np.multiply(self.weights, self.l2, out=self._room("penalty"))
        self.grad += shrink
        return 0.5 * (self.l2 * self.squares + float(np.vdot(shrink, self.weights)))

    def slabs(self) -> Iterator[tuple[dict[str, NDArray], NDArray, NDArray]]:
        """Yield state, gradient and weights of some rows at a time, few enough for the cache."""
        height = max(1, _SLAB // self.n_units)
        for start in range(0, len(self.rows), height):
            some = slice(start, start + height)
            state = {name: array[some] for name, array in self.state.items()}
            yield state, self.grad[some], self.weights[some]

    def close(self) -> None:
        """Put the rows back after a step."""
        if self.squares is not None:
            self.squares += _sum_of_squares(self.weights)
        _put(self.all_weights, self.rows, self.weights)
        for name, array in self.state.items():
            _put(self.all_state[name], self.rows, array)
        self.since[self.rows] = self.waiting.steps

    def settle(self) -> None:
        """Bring all rows up to date."""
        self.waiting.catch_up(self.all_weights, self.all_state, self.since)
        self.waiting.restart()
        self.since[:] = 0
        self.squares = None

    def _gathered(self, name: str, array: NDArray) -> NDArray:
        # mode="clip" writes straight into the buffer, the default "raise" goes through a copy.
        return array.take(self.rows, axis=0, out=self._room(name), mode="clip")

    def _room(self, name: str) -> NDArray:
        """Return an array for the rows of this batch; it is the same memory every time."""
        need = len(self.rows) * self.n_units
        if name not in self.memory or self.memory[name].size < need:
            self.memory[name] = np.empty(int(_ROOM * need), self.all_weights.dtype)
        return self.memory[name][:need].reshape(-1, self.n_units)


def _put(array: NDArray, rows: NDArray, values: NDArray) -> None:
    """Assign rows, each as one item of bytes: faster than ``array[rows] = values``."""
    item = np.dtype((np.void, array.shape[1] * array.itemsize))
    array.view(item)[:, 0].put(rows, values.view(item), mode="clip")


def _sum_of_squares(weights: NDArray) -> float:
    return float(np.vdot(weights, weights))


class PenaltyOfTouched:
    """The penalty of all weights, with the gradient of those that take part in a step."""

    def __init__(self, objective: Supervised, rows: TouchedRows) -> None:
        workspace = objective.workspace
        self.rows = rows
        self.rest = Penalty(workspace.network, workspace.grad, objective.l2, start=rows.n_numbers)

    def __call__(self) -> float:
        """Return the penalty and add its gradient."""
        return self.rest() + self.rows.penalty()


class TouchedObjective:
    """An objective that sees batches without the columns that are zero in all their rows."""

    def __init__(self, objective: Supervised, rows: TouchedRows) -> None:
        self.objective = objective
        self.rows = rows
        self.network: Network = objective.network
        self.workspace: Workspace = objective.workspace
        self.l1 = objective.l1
        self.each: Any = 0.0

    @property
    def grad(self) -> NDArray:
        """Gradient of the last batch: of the rows it touched, then of all other parameters."""
        return np.concatenate([self.rows.grad.ravel(), self.objective.grad[self.rows.n_numbers :]])

    def batch(self, x: Any, target: Any, weight: NDArray | None) -> float:
        """Return the objective on one batch and fill gradients."""
        value = self.objective.batch(self.rows.open(x), target, weight)
        self.each = self.objective.each
        return value

    def figures(self) -> dict[str, float]:
        """Return the measurements of the objective."""
        return self.objective.figures()


class TouchedUpdate:
    """Moves the touched rows and all other parameters, each as an ordinary update would."""

    def __init__(self, update: Update, objective: TouchedObjective) -> None:
        rows = self.rows = objective.rows
        self.objective = objective
        self.optimizer, self.weight_decay = update.optimizer, update.weight_decay
        self.rest = Update(
            update.network,
            update.grad[rows.n_numbers :],
            update.optimizer,
            {name: array[rows.n_numbers :] for name, array in update.state.items()},
            weight_decay=update.weight_decay,
            start=rows.n_numbers,
        )
        self.strength = 1.0

    @property
    def grad(self) -> NDArray:
        """Gradient of the last batch, a copy."""
        return self.objective.grad

    def __call__(self, lr: float, step: int) -> None:
        """Apply the gradient; `step` counts from 1."""
        rows, self.rest.strength = self.rows, self.strength
        kept = 1.0 - lr * self.weight_decay * self.strength
        for state, grad, weights in rows.slabs():
            self.optimizer.update(state, grad, weights, lr, step)
            if kept != 1.0:
                weights *= kept
            weights -= grad
        self.rest(lr, step)
        rows.waiting.passed(lr, step, kept)
        rows.close()
