"""The base class of optimizers, and their common parts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Layout
from sknn.core.optimizers.waiting import Waiting
from sknn.core.spec import Spec

State = dict[str, NDArray]

_SLAB = 65_536
# Smaller slabs stay in the cache but pay more calls: 4,096 makes RMSProp on 670,000 float32
# parameters 2.3 times slower; from 65,536 on it is as fast as with scratch of full length.


class Optimizer(Spec, family=True):
    """Base class of optimizers, which turn the gradient of a flat vector into a step.

    All arrays have the shape ``(n,)`` or ``(members, n)`` and are changed in place. Scalars
    are Python floats: a NumPy float64 would turn a float32 step into a float64 one.

    State arrays have the shape of the vector, too, and start at zero, so that the state can be
    moved together with the parameters.
    """

    weight_decay: ClassVar[float] = 0.0
    """Decoupled decay used where the estimator says ``weight_decay="auto"``."""
    shared: ClassVar[Mapping[str, str]] = {}
    """Parameters that estimators have, too, with their names there. A solver that is given by its
    name takes these values; all others are those of its own signature."""

    def bind(self, layout: Layout) -> Optimizer:
        """Return the optimizer for vectors of this layout; never changes `self`.

        An optimizer that treats matrices or layers differently finds in ``layout.slots`` where they
        are. Others are the same for every layout.
        """
        return self

    def waiting(self, l2: float, weight_decay: float) -> Waiting | None:
        """Return an object that lets parameters without a gradient wait, or None.

        None, the default: every parameter moves in every step.

        Parameters
        ----------
        l2, weight_decay : float
            Strengths of the L2 penalty, whose gradient even waiting parameters have, and of the
            decay.
        """
        return None

    @abstractmethod
    def init(self, theta: NDArray) -> State:
        """Create the state for a vector: arrays only, so that it can be saved and copied."""

    @abstractmethod
    def update(self, state: State, grad: NDArray, theta: NDArray, lr: float, step: int) -> None:
        """Turn `grad` into the step, in place; `step` counts from 1, `theta` is only read."""


class Figured(Optimizer):
    """An optimizer in two parts: numbers that depend on rate and step alone, and the arrays.

    So several networks can be moved at once, each with its own rate and parameters.
    """

    @abstractmethod
    def figures(self, lr: float, step: int) -> Sequence[float]:
        """Return all numbers of an update that depend on neither gradient nor weights."""

    @abstractmethod
    def move(self, state: State, grad: NDArray, figures: Sequence[float | NDArray]) -> None:
        """Turn `grad` into the step, in place.

        Parameters
        ----------
        state : dict of ndarray
        grad : ndarray of shape (n,) or (members, n)
        figures : sequence of float, or of ndarray of shape (members, 1) in the dtype of `grad`
        """

    def update(self, state: State, grad: NDArray, theta: NDArray, lr: float, step: int) -> None:
        """Turn `grad` into the step, in place."""
        self.move(state, grad, self.figures(lr, step))


def zeros(theta: NDArray, *names: str) -> State:
    """Make a state of arrays of zeros."""
    return {name: np.zeros_like(theta) for name in names}


def slabs(grad: NDArray, *arrays: NDArray) -> Iterator[tuple[NDArray, ...]]:
    """Cut equally shaped arrays along the last axis, each piece with scratch of its shape.

    For algorithms that need the gradient and its square at the same time: the scratch is at most
    one slab, no matter how long the vector is.

    Yields
    ------
    scratch, grad, *arrays : ndarray
        Uninitialized scratch, then views.
    """
    n = grad.shape[-1]
    width = max(1, min(n, _SLAB * n // max(1, grad.size)))
    scratch = np.empty((*grad.shape[:-1], width), grad.dtype)
    for start in range(0, n, width):
        piece = (..., slice(start, start + width))
        yield scratch[..., : n - start], grad[piece], *(array[piece] for array in arrays)


def velocity(state: State, grad: NDArray) -> NDArray:
    """Return the velocity, at rest where momentum was switched on in the middle of a run."""
    if "velocity" not in state:
        state["velocity"] = np.zeros_like(grad)
    return state["velocity"]
