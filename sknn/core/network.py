"""The chain of layers over one flat vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Layout, Plan, Scratch, Shape, Views
from sknn.core.row_order import Buffer, aligned, in_order

# Rows of one prediction chunk are chosen so that the widest array holds about this many numbers:
# large enough for full speed of the matrix products, small enough to stay in cache.
_CHUNK_NUMBERS = 1 << 19
_CHUNK_ROWS = (256, 8192)
# Fewer rows if even this many would fill the memory, as with large images.
_MOST_NUMBERS = 1 << 23


def present_steps(x: NDArray) -> NDArray | None:
    """Return which steps of sequences are present, None if all are; NaN marks the others.

    Parameters
    ----------
    x : ndarray of shape (rows, steps, features)

    Returns
    -------
    mask : ndarray of bool, shape (rows, steps), or None
    """
    missing = np.isnan(x[..., 0])
    return ~missing if missing.any() else None


def _rows_of_a_chunk(widest: int, members: int) -> int:
    """Return how many rows to predict at once; `widest` counts the numbers per row of a member."""
    low, high = _CHUNK_ROWS
    rows = max(low, min(high, _CHUNK_NUMBERS // widest))
    return max(1, min(rows, _MOST_NUMBERS // (widest * members)))


class Network:
    """Layers, their plans and the vector `theta` that holds every parameter.

    Parameters
    ----------
    layers : sequence of Layer
        Bound layers (:meth:`Layer.bind`), the last one linear.
    names : sequence of str
        One unique name per layer.
    in_shape : tuple of int
        Shape of one input row.
    dtype : dtype
        float32 or float64.
    n_members : int, default=1
        Number of equally shaped networks trained in one pass. With more than one, `theta`
        and every view have a leading axis of members.
    given_shape : tuple of int, default=None
        Shape of the input for layers with ``reads_input``; None: that of a row.

    Attributes
    ----------
    theta : ndarray of shape (size,) or (n_members, size)
        Never rebound: write into it, or use :meth:`load`.
    params : list of dict
        For each layer its named views of `theta`.
    layout : Layout
    out_shape : tuple of int
        Shape of the raw scores of one row.
    row_axis : int
        Where the rows of an input are, counted from its last axis: members may come first.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        names: Sequence[str],
        in_shape: Shape,
        dtype: DTypeLike,
        n_members: int = 1,
        given_shape: Shape | None = None,
    ) -> None:
        self.layers = tuple(layers)
        self.names = tuple(names)
        self.in_shape = in_shape
        self.given_shape = given_shape
        self.lead: Shape = (n_members,) if n_members > 1 else ()
        self._plan()
        self._attach(self.layout.room(self.lead, dtype))

    def _plan(self) -> None:
        shape = self.in_shape
        self.plans: list[Plan] = []
        for layer in self.layers:
            layer.check_input(self.given_shape or self.in_shape)
            plan = layer.plan(shape)
            if not isinstance(plan, Plan):
                raise TypeError(f"{layer!r}.plan must return a Plan. It returned {plan!r} instead.")
            self.plans.append(plan)
            shape = plan.out_shape
        self.out_shape = shape
        self.row_axis = -1 - len(self.in_shape)
        self.layout = Layout(self.plans, self.names)
        sequences = len(self.in_shape) == 2
        self.masks = sequences and any(layer.uses_mask for layer in self.layers)
        self.carries_state = any(layer.carries_state for layer in self.layers)
        # Noise layers are the identity in prediction, so the chain leaves them out.
        self.inference = [i for i, layer in enumerate(self.layers) if not layer.training_only]

    def _attach(self, theta: NDArray) -> None:
        self._theta = theta
        self.params: list[Views] = self.layout.views(theta)

    @property
    def theta(self) -> NDArray:
        """The flat parameter vector."""
        return self._theta

    @property
    def trainable(self) -> NDArray:
        """The part of `theta` that optimizers see."""
        return self._theta[..., : self.layout.n_trainable]

    @property
    def dtype(self) -> np.dtype:
        """The dtype everything is computed in."""
        return self._theta.dtype

    @property
    def n_members(self) -> int:
        """How many networks `theta` holds."""
        return self.lead[0] if self.lead else 1

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw initial values for every parameter."""
        self.layout.draw(self._theta, rng)

    def load(self, theta: NDArray) -> None:
        """Copy a vector into place."""
        self._theta[...] = theta

    def copy(self, dtype: DTypeLike | None = None) -> Network:
        """Return an independent network with the same values."""
        twin = object.__new__(Network)
        twin.__dict__.update(self.__dict__)
        twin._attach(np.array(self._theta, dtype=dtype or self.dtype))
        return twin

    def with_input(self, in_shape: Shape) -> Network:
        """Return a network with the same vector for rows of another shape.

        Parameters
        ----------
        in_shape : tuple of int
            Sequences may be longer or shorter than those the network was planned for.

        Raises
        ------
        ValueError
            If the parameters would be of other shapes.
        """
        twin = object.__new__(Network)
        twin.__dict__.update(self.__dict__)
        twin.in_shape = in_shape
        twin._plan()
        if twin.layout.signature() != self.layout.signature():
            raise ValueError(
                f"Rows of shape {in_shape} need another network than rows of {self.in_shape}."
            )
        twin._attach(self._theta)
        return twin

    def with_members(self, theta: NDArray) -> Network:
        """Return an independent network of the same layers with its own vector.

        Parameters
        ----------
        theta : ndarray of shape (size,) or (n_members, size)
        """
        twin = object.__new__(Network)
        twin.__dict__.update(self.__dict__)
        twin.lead = theta.shape[:-1]
        twin._attach(aligned(theta.shape, self.dtype))
        twin.load(theta)
        return twin

    def member(self, index: int) -> Network:
        """Return one member as a separate network, which shares memory with this one."""
        if not self.lead:
            return self
        single = object.__new__(Network)
        single.__dict__.update(self.__dict__)
        single.lead = ()
        single._attach(self._theta[index])
        return single

    def part(self, start: int, stop: int) -> Network:
        """Return an independent network of the layers from `start` up to `stop`.

        Its vector holds the places ``layout.places(start, stop)`` of this one, in that order.
        """
        shape = self.plans[start - 1].out_shape if start else self.in_shape
        twin = Network(
            self.layers[start:stop],
            self.names[start:stop],
            shape,
            self.dtype,
            self.n_members,
            self.given_shape or self.in_shape,
        )
        places = self.layout.places(start, stop)
        twin.load(np.concatenate([self._theta[..., place] for place in places], axis=-1))
        return twin

    def scratch(self, plans: Mapping[str, Scratch], rows: int, train: bool) -> dict[str, NDArray]:
        """Allocate the work arrays a plan names, for a number of rows."""
        return {
            name: self._allocate(need, rows)
            for name, need in plans.items()
            if train or not need.training_only
        }

    def _allocate(self, need: Scratch, rows: int) -> NDArray:
        lead = () if need.shared else self.lead
        shape = (*lead, rows, *need.shape) if need.per_row else (*lead, *need.shape)
        dtype = self.dtype if need.dtype is None else need.dtype
        if need.fill is not None:
            return np.full(shape, need.fill, dtype)
        return np.empty(shape, dtype)

    def predict(
        self, x: Any, stop: int | None = None, start: int = 0, given: NDArray | None = None
    ) -> NDArray:
        """Return raw scores, or the output of layer ``stop - 1``, for every row.

        Works in chunks with separate buffers, so that memory stays bounded and any number of
        threads may predict at once. Series that continue from a state come all in one chunk.

        Parameters
        ----------
        x : ndarray of shape (n, *in_shape) or CSR of shape (n, in_shape[0])
        stop : int, default=None
            Use the first `stop` layers only.
        start : int, default=0
            Pass `x` to this layer, as if it were the output of the previous one.
        given : ndarray of shape (n, *given_shape), default=None
            What layers with ``reads_input`` read; None: `x`.

        Returns
        -------
        raw : ndarray of shape (n, *out_shape) or (n_members, n, *out_shape)
        """
        if not start and x.shape[1:] != self.in_shape:
            return self.with_input(x.shape[1:]).predict(x, stop, start, given)
        chain = [i for i in self.inference if i >= start and (stop is None or i < stop)]
        n = x.shape[0]
        rows = self._chunk_rows(chain, x)
        read = self._reader(x, rows)
        if rows == n:
            return self._forward(read(x), given, chain, self._stage(chain, n))
        out_shape = self.plans[chain[-1]].out_shape if chain else x.shape[1:]
        out = np.empty((*self.lead, n, *out_shape), self.dtype)
        stage = self._stage(chain, rows)
        members = slice(None) if self.lead else ()
        for start in range(0, n, rows):
            piece = x[start : start + rows]
            if piece.shape[0] < rows:
                stage = self._stage(chain, piece.shape[0])
            where = (
                (members, slice(start, start + rows)) if self.lead else slice(start, start + rows)
            )
            its = None if given is None else given[start : start + rows]
            out[where] = self._forward(read(piece), its, chain, stage)
        return out

    def _reader(self, x: Any, rows: int) -> Callable[[Any], Any]:
        """Return a function that prepares up to `rows` rows of `x` at a time for the layers."""
        if isinstance(x, np.ndarray):
            return Buffer(x, rows, self.dtype).in_order
        return lambda piece: in_order(piece, self.dtype)

    def rows_at_once(self, x: Any) -> int:
        """Return how many rows like those of `x` are predicted in one piece."""
        return self._chunk_rows(self.inference, x)

    def _chunk_rows(self, chain: list[int], x: Any) -> int:
        if self.carries_state:
            return x.shape[0]
        # A chunk of dense rows may have to be copied; CSR rows are as wide as their entries.
        given = prod(x.shape[1:]) if isinstance(x, np.ndarray) else 1
        # Members share the rows.
        given = -(-given // self.n_members)
        widest = max(given, 1, *(self._widest(self.plans[i]) for i in chain))
        return min(x.shape[0], _rows_of_a_chunk(widest, self.n_members))

    @staticmethod
    def _widest(plan: Plan) -> int:
        """Return the number of numbers per row of the largest array with which a layer predicts."""
        needs = [need for need in plan.scratch.values() if need.per_row and not need.training_only]
        return max(prod(shape) for shape in (plan.out_shape, *(need.shape for need in needs)))

    def _stage(self, chain: list[int], rows: int) -> list[tuple[Layer, Views, NDArray, Context]]:
        lead = self.lead
        stage = []
        for i in chain:
            plan = self.plans[i]
            y = np.empty((*lead, rows, *plan.out_shape), self.dtype)
            context = Context(self.scratch(plan.scratch, rows, train=False))
            stage.append((self.layers[i], self.params[i], y, context))
        return stage

    def _forward(
        self,
        x: Any,
        given: Any,
        chain: list[int],
        stage: list[tuple[Layer, Views, NDArray, Context]],
    ) -> NDArray:
        given = x if given is None else in_order(given, self.dtype)
        mask = present_steps(x) if self.masks else None
        for layer, p, y, context in stage:
            context.input, context.mask = given, mask
            layer.forward(p, x, y, context)
            x = y
        return x

    def __getstate__(self) -> dict[str, Any]:
        """Keep only what cannot be rebuilt: views of `theta` would become copies."""
        keep = ("layers", "names", "in_shape", "given_shape", "lead")
        return {name: getattr(self, name) for name in keep} | {"theta": self._theta}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Plan again, and make the views of the stored vector."""
        theta = state.pop("theta")
        self.__dict__.update(state)
        self._plan()
        self._attach(theta)
