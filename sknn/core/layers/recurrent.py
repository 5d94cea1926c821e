"""Common parts of all recurrent layers: parameters, state, and the frame of both passes.

:mod:`sknn.core.layers.recurrent_arrays` describes the layout of the arrays.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import boolean, integer, none, real
from sknn.core.initializers import GlorotUniform, Initializer, Zeros
from sknn.core.layers.base import Context, Defaults, Layer
from sknn.core.layers.noise import draw_factor
from sknn.core.layers.recurrent_arrays import Tape, by_step, flat_view, flatten, turned
from sknn.core.layers.steps import steps_there
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views
from sknn.core.spec import resolve
from sknn.exceptions import InvalidParameterError

STATE = "state"
"""Name of the parameter in which series continue from batch to batch."""


class GateByGate(Initializer):
    """Draws the block of each gate separately; the blocks are side by side.

    Parameters
    ----------
    gates : sequence of Initializer
        One per gate.
    """

    def __init__(self, gates: Any) -> None:
        self.gates = gates

    def draw(
        self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int
    ) -> NDArray[np.float64]:
        """Draw the blocks from left to right."""
        block = (*shape[:-1], shape[-1] // len(self.gates))
        return np.concatenate(
            [gate.draw(rng, block, fan_in, fan_out) for gate in self.gates], axis=-1
        )


class Recurrent(Layer):
    """A layer that processes a sequence step by step and carries a state along.

    A cell states its arrays in :meth:`plan`, its steps in :meth:`_run`, their derivatives in
    :meth:`_slopes` and the way back in :meth:`_unroll`. The parameters common to all are described
    with :class:`LSTM`.
    """

    has_units = True
    uses_mask = True
    largest_scale = 10.0  # Gates saturate.
    constraints = {
        "units": integer(1),
        "return_sequences": boolean(),
        "reverse": boolean(),
        "recurrent_dropout": real(0.0, 1.0, closed="left"),
        "tbptt": none() | integer(1),
        "stateful": boolean(),
        "n_series": none() | integer(1),
    }

    def __init__(
        self,
        units: int,
        *,
        return_sequences: bool = False,
        reverse: bool = False,
        recurrent_dropout: float = 0.0,
        tbptt: int | None = None,
        stateful: bool = False,
        n_series: int | None = None,
        weight_init: Any = None,
        recurrent_init: Any = "orthogonal",
        bias_init: Any = None,
        name: str | None = None,
    ) -> None:
        self.units = units
        self.return_sequences = return_sequences
        self.reverse = reverse
        self.recurrent_dropout = recurrent_dropout
        self.tbptt = tbptt
        self.stateful = stateful
        self.n_series = n_series
        self.weight_init = weight_init
        self.recurrent_init = recurrent_init
        self.bias_init = bias_init
        self.name = name

    def bind(self, defaults: Defaults) -> Recurrent:
        """Resolve initial values; None for W takes that of `defaults`."""
        bound, kind = copy.copy(self.checked()), type(self).__name__
        self._check_state(kind)
        weights = defaults.weight_init if self.weight_init is None else self.weight_init
        if isinstance(weights, str) and weights == "auto":
            weights = GlorotUniform()
        bias = self._automatic_bias() if self.bias_init is None else self.bias_init
        bound.weight_init = resolve(Initializer, weights, "weight_init", kind)
        bound.recurrent_init = resolve(Initializer, self.recurrent_init, "recurrent_init", kind)
        bound.bias_init = resolve(Initializer, bias, "bias_init", kind)
        return bound

    def _automatic_bias(self) -> Initializer:
        return Zeros()

    def _check_state(self, kind: str) -> None:
        if self.stateful and self.reverse:
            raise InvalidParameterError(
                f"{kind} cannot be stateful and reverse: a series that is read from its end has no "
                "state to continue from. Leave one of them out."
            )
        if self.stateful != (self.n_series is not None):
            raise InvalidParameterError(
                f"{kind}: stateful=True and n_series, the number of series that "
                f"continue from batch to batch, must be set together. Got "
                f"stateful={self.stateful!r} and n_series={self.n_series!r}."
            )

    @property
    def depends_on_rows(self) -> bool:  # type: ignore[override]
        """Whether rows have separate noise, or a position in the state."""
        return self.recurrent_dropout > 0 or bool(self.stateful)

    @property
    def carries_state(self) -> bool:  # type: ignore[override]
        """Whether series continue from batch to batch."""
        return bool(self.stateful)

    @property
    def fades(self) -> bool:  # type: ignore[override]
        """Whether memory is dropped."""
        return self.recurrent_dropout > 0

    # -- the plan -------------------------------------------------------------------------

    def _planned(
        self,
        in_shape: Shape,
        gates: int,
        width: int | None = None,
        params: dict[str, Param] | None = None,
        scratch: dict[str, Scratch] | None = None,
        state: int | None = None,
    ) -> Plan:
        """Return the plan of a cell: the common parts and its own.

        Parameters
        ----------
        in_shape : tuple of int
        gates : int
            Blocks of W, U and b.
        width : int, default=None
            Numbers that are fed back, and the output of a step. None: one per unit.
        params, scratch : dict, default=None
            Further parameters of the cell.
        state : int, default=None
            Numbers of the whole state. None: `width`.
        """
        if len(in_shape) != 2:
            raise ValueError(
                f"{self!r} reads sequences, rows of the shape (steps, features). It was given rows "
                f"of the shape {in_shape}."
            )
        (steps, d), units = in_shape, int(self.units)
        width = units if width is None else width
        both = self._weights(d, width, gates) | (params or {})
        if self.stateful:
            shape = (int(self.n_series), width if state is None else state)  # type: ignore[arg-type]
            both[STATE] = Param(shape, Zeros(), Role.TRACKED)
        needs = self._needs(steps, d, width, gates * units) | (scratch or {})
        out_shape = (steps, width) if self.return_sequences else (width,)
        return Plan(out_shape, both, needs, gates * units * (d + 1 + width))

    def _weights(self, d: int, width: int, gates: int) -> dict[str, Param]:
        units, blocks = int(self.units), gates * int(self.units)
        inputs = GateByGate([self.weight_init] * gates)
        memory = GateByGate([self.recurrent_init] * gates)
        return {
            "W": Param((d, blocks), inputs, Role.DECAYED, d, units),
            "U": Param((width, blocks), memory, Role.DECAYED, width, units),
            "b": Param((blocks,), self.bias_init, Role.PLAIN, d, units),
        }

    def _needs(self, steps: int, d: int, width: int, blocks: int) -> dict[str, Scratch]:
        fed = d + 1 + width
        needs = {
            "fed": Scratch((steps + 1, fed)),
            "missing": Scratch((steps,), dtype=np.bool_, shared=True),
            "present": Scratch((steps,), dtype=np.bool_, shared=True),
            "flat fed": Scratch((steps, fed), training_only=True),
            "weights": Scratch((blocks, fed), per_row=False),
            "products": Scratch((blocks, fed), per_row=False, training_only=True),
            "dz": Scratch((steps, blocks), training_only=True),
            "flat dz": Scratch((steps, blocks), training_only=True),
            "flat dx": Scratch((steps, d), training_only=True),
            "back": Scratch((2, width), training_only=True),
        }
        if self.return_sequences:
            needs["dy"] = Scratch((steps, width), training_only=True)
        if self.recurrent_dropout:
            needs["keep"] = Scratch((width,), dtype=np.bool_, training_only=True)
            needs["factor"] = Scratch((1, width), training_only=True)
            needs["free"] = Scratch((steps + 1, width), training_only=True)
        return needs

    # -- forward --------------------------------------------------------------------------

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Go through the steps; write the states, or the last one, into `y`."""
        tape = self._tape(x, ctx)
        self._load(x, tape, ctx)
        parts = self._parts(tape, ctx)
        self._start(p, parts, tape, ctx)
        self._run(p, parts, tape, ctx)
        if self.stateful and ctx.train:
            _split(p[STATE], [part[-1] for part in parts], write=True)
        if not self.return_sequences:
            np.copyto(y, parts[0][-1].swapaxes(-1, -2))
            return
        np.copyto(self._read(y), np.moveaxis(tape.states[..., 1:, :, :], -1, -3))

    def _tape(self, x: NDArray, ctx: Context) -> Tape:
        drops = self.recurrent_dropout > 0 and ctx.train and ctx.rng is not None
        mask = steps_there(ctx.mask, x.shape[-2], self)
        if mask is not None and self.reverse:
            mask = mask[:, ::-1]
        return Tape(ctx, x.shape[-1], drops, mask)

    def _read(self, sequences: NDArray) -> NDArray:
        """View sequences of the shape (..., rows, steps, features) in the order of reading."""
        return sequences[..., ::-1, :] if self.reverse else sequences

    def _load(self, x: NDArray, tape: Tape, ctx: Context) -> None:
        """Arrange the input and the ones by steps; draw which entries are dropped."""
        inputs = tape.fed[..., :-1, : tape.inputs, :]
        np.copyto(inputs, np.moveaxis(self._read(x), -3, -1))
        tape.fed[..., tape.inputs, :] = 1.0
        if tape.factor is not None:
            rate, factor = float(self.recurrent_dropout), tape.factor.swapaxes(-1, -2)
            draw_factor(rate, ctx, ctx.scratch["keep"], factor)

    def _parts(self, tape: Tape, ctx: Context) -> list[list[NDArray]]:
        """Return the parts of the state before each step and after the last, the output first."""
        return [by_step(tape.states)]

    def _start(self, p: Views, parts: list[list[NDArray]], tape: Tape, ctx: Context) -> None:
        first = [part[0] for part in parts]
        if self._continues(p, first[0].shape[-1], ctx):
            _split(p[STATE], first)
        else:
            for part in first:
                part.fill(0.0)
        if tape.factor is not None:
            np.multiply(first[0], tape.factor, out=tape.into[..., 0, :, :])

    def _continues(self, p: Views, rows: int, ctx: Context) -> bool:
        """Return whether the series continue from the state of the batch before."""
        if not self.stateful or rows == self.n_series:
            return bool(self.stateful)
        if ctx.train:
            raise ValueError(
                f"A stateful {type(self).__name__} carries the state of n_series={self.n_series} "
                f"series; a batch of {rows} rows was passed. Pass batches of as many rows, row i "
                f"of each "
                "the continuation of row i of the one before."
            )
        return False

    @abstractmethod
    def _run(self, p: Views, parts: list[list[NDArray]], tape: Tape, ctx: Context) -> None:
        """Fill the parts of the state step by step."""

    # -- backward -------------------------------------------------------------------------

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Backpropagate through time."""
        tape = self._tape(x, ctx)
        self._slopes(tape, ctx)
        dh, back = by_step(turned(ctx.scratch["back"]))
        self._unroll(p, self._arrived(dy, dh, ctx), dh, back, tape, ctx)
        dz = self._gradients(g, tape, ctx)
        if dx is None:
            return
        flat_dx = flat_view(ctx.scratch["flat dx"])
        np.matmul(p["W"], dz, out=flat_dx)
        by_feature = flat_dx.reshape(*flat_dx.shape[:-1], tape.steps, -1)
        np.copyto(self._read(dx), by_feature.swapaxes(-1, -3))

    def _arrived(self, dy: NDArray, dh: NDArray, ctx: Context) -> list[NDArray] | None:
        """Return the gradient that arrives at each step; if only the last has one, write `dh`."""
        if not self.return_sequences:
            np.copyto(dh, dy.swapaxes(-1, -2))
            return None
        dh.fill(0.0)
        arrived = turned(ctx.scratch["dy"])
        np.copyto(arrived, np.moveaxis(self._read(dy), -3, -1))
        return by_step(arrived)

    @abstractmethod
    def _slopes(self, tape: Tape, ctx: Context) -> None:
        """Fill ``dz`` with derivatives of all steps at once; those of missing steps are zero."""

    @abstractmethod
    def _unroll(
        self,
        p: Views,
        dys: list[NDArray] | None,
        dh: NDArray,
        back: NDArray,
        tape: Tape,
        ctx: Context,
    ) -> None:
        """Go back through the steps; multiply ``dz`` by the gradient that arrives at each.

        `dys` is the gradient from the layers above, `dh` that of the last output, `back` a
        second array of this kind.
        """

    def _gradients(self, g: Views, tape: Tape, ctx: Context) -> NDArray:
        """Fill the gradients by one product over all steps; return the gradient of x W."""
        scratch, d = ctx.scratch, tape.inputs
        dz = flatten(turned(scratch["dz"]), scratch["flat dz"])
        fed = flatten(tape.fed[..., :-1, :, :], scratch["flat fed"])
        products = np.matmul(dz, fed.swapaxes(-1, -2), out=scratch["products"])
        np.copyto(g["W"], products[..., :d].swapaxes(-1, -2))
        np.copyto(g["b"], products[..., d])
        np.copyto(g["U"], products[..., d + 1 :].swapaxes(-1, -2))
        return dz


def join(p: Views, d: int, out: NDArray) -> NDArray:
    """Write (W, b, U), transposed, into `out`, the matrix that multiplies the input of a step."""
    np.copyto(out[..., :d], p["W"].swapaxes(-1, -2))
    np.copyto(out[..., d], p["b"])
    np.copyto(out[..., d + 1 :], p["U"].swapaxes(-1, -2))
    return out


def _split(state: NDArray, parts: list[NDArray], write: bool = False) -> None:
    """Copy a state of the shape (..., series, width) into its parts, or the parts into it."""
    start = 0
    for part in parts:
        stop = start + part.shape[-2]
        window = state[..., start:stop].swapaxes(-1, -2)
        np.copyto(*((window, part) if write else (part, window)))
        start = stop
