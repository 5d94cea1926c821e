"""Where each parameter is in the flat vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from math import prod
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sknn.core.initializers import Initializer

Shape = tuple[int, ...]
Views = dict[str, NDArray]


class Role(IntEnum):
    """How training treats a parameter; the order is the order in the vector."""

    DECAYED = 0
    """Trained, and shrunk by L1, L2, and weight decay."""
    PLAIN = 1
    """Trained, but never shrunk: biases, scales."""
    TRACKED = 2
    """Not trained; a running statistic that a layer updates itself."""


@dataclass(frozen=True)
class Param:
    """One array of a layer: its shape, its initial values, and how training treats it.

    With `tied_to`, it has no separate numbers: it is the transposed parameter of the same name in
    that layer, and `init` is not used. `rate` is a factor on the learning rate, and `decay` a
    factor on the decoupled weight decay.
    """

    shape: Shape
    init: Initializer
    role: Role = Role.DECAYED
    fan_in: int = 1
    fan_out: int = 1
    tied_to: str | None = None
    rate: float = 1.0
    decay: float = 1.0

    def draw(self, rng: np.random.Generator) -> NDArray:
        """Return checked initial values."""
        values = np.asarray(self.init.draw(rng, self.shape, self.fan_in, self.fan_out))
        kind = type(self.init).__name__
        if values.shape != self.shape or values.dtype.kind not in "fiu":
            raise ValueError(
                f"{kind}.draw must return an array of numbers of shape {self.shape}; it returned "
                f"one of shape {values.shape} and dtype {values.dtype}."
            )
        if not np.isfinite(values).all():
            raise ValueError(f"{kind}.draw returned values that are not finite.")
        return values


@dataclass(frozen=True)
class Scratch:
    """One work array of a layer or loss.

    With ``per_row``, the batch axis comes before `shape`, after the axis of members.
    ``training_only`` arrays are not allocated for prediction. A ``fill`` is written once and must
    not be changed; all other content is undefined at every call.
    """

    shape: Shape
    per_row: bool = True
    dtype: DTypeLike | None = None
    training_only: bool = False
    fill: float | None = None
    shared: bool = False
    """One array serves all members (constants)."""


@dataclass(frozen=True)
class Plan:
    """What a layer declares once it knows the shape of one input row.

    `work` is the number of multiply-adds per row of its largest matrix product; 0 means the size of
    the largest parameter.
    """

    out_shape: Shape
    params: Mapping[str, Param] = field(default_factory=dict)
    scratch: Mapping[str, Scratch] = field(default_factory=dict)
    work: int = 0

    def __post_init__(self) -> None:
        """Raise for errors that would otherwise occur later, far from the layer at fault."""
        for entries, kind in ((self.params, Param), (self.scratch, Scratch)):
            for name, entry in entries.items():
                if not isinstance(entry, kind):
                    raise TypeError(
                        f"The entry {name!r} of a Plan must be a {kind.__name__}. "
                        f"Got {entry!r} instead."
                    )
        shapes: list[tuple[str, Any]] = [("Plan", self.out_shape)]
        for param in self.params.values():
            if not isinstance(param.init, Initializer):
                raise TypeError(
                    "The init of a Param must be an object such as sknn.initializers.Zeros(). "
                    f"Got {param.init!r} instead."
                )
            shapes.append(("Param", param.shape))
        for owner, shape in shapes:
            whole = isinstance(shape, tuple) and all(isinstance(n, Integral) for n in shape)
            if not whole or min(shape, default=0) < 0:
                raise TypeError(
                    f"The shape of a {owner} must be a tuple of ints, such as (3,); leave the "
                    f"batch axis out. Got {shape!r} instead."
                )

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds per row of the largest matrix product."""
        return self.work or max((prod(param.shape) for param in self.params.values()), default=0)


@dataclass(frozen=True)
class Slot:
    """The place of one parameter in the vector."""

    layer: int
    name: str
    start: int
    stop: int
    param: Param


@dataclass(frozen=True)
class Tie:
    """A parameter that is the transpose of another layer's."""

    layer: int
    name: str
    owner: int


@dataclass(frozen=True)
class Growth:
    """Positions of the units of a layer when it grows.

    Attributes
    ----------
    layer : str
    units : ndarray of int
        For each old unit its position among the new ones.
    silent : ndarray of int
        Positions whose parameters are zero, regardless of the drawn values.
    """

    layer: str
    units: NDArray[np.intp]
    silent: NDArray[np.intp]


class Layout:
    """Order, offsets and views of the flat parameter vector.

    Decayed parameters come first, then the undecayed, then tracked statistics, each in
    the order of the layers. So the numbers for L2 are one slice, those for an optimizer are one
    slice, and a copy of the vector is a complete checkpoint.

    Parameters
    ----------
    plans : sequence of Plan
        One per layer.
    names : sequence of str, default=None
        One unique name per layer, which identifies parameters in another layout. None numbers them.

    Attributes
    ----------
    n_decayed, n_trainable, size : int
        Where the first section, the first two, and all three end.
    """

    def __init__(self, plans: Sequence[Plan], names: Sequence[str] | None = None) -> None:
        self.names = tuple(map(str, range(len(plans))) if names is None else names)
        every = [
            (i, name, param) for i, plan in enumerate(plans) for name, param in plan.params.items()
        ]
        found = [entry for entry in every if entry[2].tied_to is None]
        ends = {}
        slots = []
        position = 0
        for role in Role:
            for layer, name, param in found:
                if param.role is role:
                    stop = position + prod(param.shape)
                    slots.append(Slot(layer, name, position, stop, param))
                    position = stop
            ends[role] = position
        self.slots = tuple(slots)
        self.n_layers = len(plans)
        self.ties = tuple(
            Tie(i, name, self._owner(param, name, plans))
            for i, name, param in every
            if param.tied_to is not None
        )
        self.n_decayed = ends[Role.DECAYED]
        self.n_trainable = ends[Role.PLAIN]
        self.size = ends[Role.TRACKED]

    def room(self, lead: Shape, dtype: DTypeLike) -> NDArray:
        """Return zeros for all parameters of all members; `lead` is the number of members.

        Raises
        ------
        MemoryError, ValueError
            If there are more than fit in memory, or could fit.
        """
        try:
            return np.zeros((*lead, self.size), dtype)
        except MemoryError as error:
            raise MemoryError(self._too_large(lead)) from error
        except ValueError as error:
            raise ValueError(self._too_large(lead)) from error

    def _too_large(self, lead: Shape) -> str:
        largest = max(self.slots, key=lambda slot: slot.stop - slot.start)
        return (
            f"There is no room for {prod(lead)} network(s) of {self.size} parameters each; the "
            f"largest array is {largest.name} of the layer {self.names[largest.layer]!r}, of shape "
            f"{largest.param.shape}. Choose fewer members (n_members; n_splits of tables), smaller "
            "layers, or a smaller batch_size if layers hold rows."
        )

    def _owner(self, param: Param, name: str, plans: Sequence[Plan]) -> int:
        """Return the layer whose parameter `param` is the transpose of."""
        layer = self.names.index(param.tied_to) if param.tied_to in self.names else None
        source = None if layer is None else plans[layer].params.get(name)
        if layer is None or source is None or source.shape != param.shape[::-1]:
            raise ValueError(
                f"A layer with {name} {param.shape} is tied to {param.tied_to!r}; that must be the "
                f"name of a layer with {name} {param.shape[::-1]}. The layers are "
                f"{list(self.names)}."
            )
        return layer

    def views(self, vector: NDArray) -> list[Views]:
        """Return named views of `vector` for each layer.

        Parameters
        ----------
        vector : ndarray of shape (..., size) or (..., n_trainable)
            With the shorter one, tracked parameters are left out.
        """
        layers: list[Views] = [{} for _ in range(self.n_layers)]
        for slot in self.slots:
            if slot.stop <= vector.shape[-1]:
                window = vector[..., slot.start : slot.stop]
                view = window.reshape((*vector.shape[:-1], *slot.param.shape))
                assert np.shares_memory(view, vector) or not view.size
                layers[slot.layer][slot.name] = view
        for tie in self.ties:
            layers[tie.layer][tie.name] = layers[tie.owner][tie.name].swapaxes(-1, -2)
        return layers

    def places(self, start: int, stop: int) -> list[slice]:
        """Return the positions of the parameters of the layers from `start` up to `stop`, in order.

        Together they form the vector of a layout of these layers alone.
        """
        places: list[slice] = []
        for slot in self.slots:
            if not start <= slot.layer < stop:
                continue
            if places and places[-1].stop == slot.start:
                places[-1] = slice(places[-1].start, slot.stop)
            else:
                places.append(slice(slot.start, slot.stop))
        return places

    def draw(self, vector: NDArray, rng: np.random.Generator) -> None:
        """Fill `vector` with initial values, member by member, layer by layer."""
        for member in vector if vector.ndim > 1 else vector[None]:
            for slot in sorted(self.slots, key=lambda slot: slot.layer):
                member[slot.start : slot.stop] = np.ravel(slot.param.draw(rng))

    def signature(self) -> list[tuple[str, str, Shape]]:
        """Describe the vector: layer, parameter, and shape in order."""
        return [(self.names[slot.layer], slot.name, slot.param.shape) for slot in self.slots]

    def remap(self, vector: NDArray, new: Layout, out: NDArray, growth: Growth) -> None:
        """Copy a vector of this layout to the places of its numbers in another one.

        It works for weights, moments of optimizers, and copies of the best weights. Parameters of
        `new` that this layout lacks keep the values in `out`.

        Parameters
        ----------
        vector : ndarray of shape (..., size) or (..., n_trainable)
        new : Layout
            The same layers, one of which has more units.
        out : ndarray of shape (..., new.size) or (..., new.n_trainable)
            Written in place.
        growth : Growth
        """
        for name, before, after in zip(self.names, self.views(vector), new.views(out), strict=True):
            for key, view in before.items():
                if name != growth.layer:
                    after[key][...] = view
                    continue
                after[key][..., growth.silent] = 0.0
                after[key][..., growth.units] = view
