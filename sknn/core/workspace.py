"""Gradient, activations and work arrays of a network in training."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Scratch, Tie, Views
from sknn.core.losses.base import Loss
from sknn.core.network import Network, present_steps

# Batches of one epoch have two sizes at most; schedules and streams bring more.
_MAX_FRAMES = 16


class Frame:
    """The arrays of one forward and backward pass for a fixed number of rows."""

    __slots__ = (
        "backward",
        "contexts",
        "d_input",
        "d_raw",
        "fading",
        "forward",
        "loss_scratch",
        "masked",
        "raw",
        "reading",
        "weighted",
    )

    def __init__(self) -> None:
        self.forward: list[tuple[Layer, Views, NDArray, Context]] = []
        self.backward: list[tuple[Any, ...]] = []
        self.contexts: list[Context] = []
        self.weighted: list[Context] = []
        self.reading: list[Context] = []
        self.fading: list[Context] = []
        self.masked: list[Context] = []
        self.loss_scratch: dict[str, NDArray] = {}
        self.raw: NDArray
        self.d_raw: NDArray
        self.d_input: NDArray | None = None


class Workspace:
    """All memory a network needs to be trained with batches of up to some number of rows.

    Every array lies at the front of a buffer made once for the largest batch, so a short last
    batch uses the same memory. Gradients flow through two buffers in turn.

    Parameters
    ----------
    network : Network
    loss : Loss
    rows : int
        Rows of the largest batch expected; a larger one makes the buffers grow.
    rng : Generator or None
        Source of noise of the layers.
    frozen : collection of int, default=()
        Indices of layers held fixed.
    input_gradient : bool, default=False
        Let :meth:`backward` fill the gradient of the rows, ``frame.d_input``, as well.

    Attributes
    ----------
    params : list of dict
        What layers work on: the parameters of the network, unless :meth:`lend` gave them others.
    grad : ndarray, shape of ``network.trainable``
    frame_in_use : Frame
        The arrays of the last batch.
    fit, added : float
        The parts of the loss of the last batch: of the outputs, and what layers add.
    strength : float in [0, 1]
        Remaining share of the noise of layers, set by a schedule.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        rows: int,
        rng: np.random.Generator | None = None,
        frozen: Sequence[int] = (),
        input_gradient: bool = False,
    ) -> None:
        self.network = network
        self.loss = loss
        self.rng = rng
        self.frozen = frozenset(frozen)
        self.input_gradient = input_gradient
        self.frame_in_use: Frame
        self.fit = self.added = 0.0
        self.strength = 1.0
        self.params = list(network.params)
        # Memory of zeros costs nothing until it is written; that of zeros_like is written.
        trained = network.trainable
        self.grad = np.zeros(trained.shape, trained.dtype)
        self.grads = network.layout.views(self.grad)
        self.tied = [self._untangle(tie) for tie in network.layout.ties]
        self.reserve(rows)

    def _untangle(self, tie: Tie) -> tuple[NDArray, NDArray]:
        """Give the second user of shared weights its own gradient; return where it is added."""
        target = self.grads[tie.layer][tie.name]
        own = np.zeros_like(target, order="C")
        self.grads[tie.layer][tie.name] = own
        return target, own

    def lend(self, layer: int, name: str, weights: NDArray, grad: NDArray) -> None:
        """Let a layer work on other weights than those of the network, and on their gradient."""
        if self.params[layer] is self.network.params[layer]:
            self.params[layer] = dict(self.network.params[layer])
            self.reserve(self.rows)
        self.params[layer][name], self.grads[layer][name] = weights, grad

    def reserve(self, rows: int) -> None:
        """Make buffers for `rows` rows; frames of other buffers are dropped."""
        self.rows = rows
        self.buffers: dict[Any, NDArray] = {}
        self.frames: dict[int, Frame] = {}

    def frame(self, rows: int) -> Frame:
        """Return the arrays for a batch of `rows` rows."""
        frame = self.frames.get(rows)
        if frame is None:
            if rows > self.rows:
                self.reserve(rows)
            elif len(self.frames) >= _MAX_FRAMES:
                self.frames.clear()
            frame = self.frames[rows] = self._build(rows)
        return frame

    def forward(self, x: Any, frame: Frame, weight: NDArray | None, given: Any = None) -> float:
        """Run a batch through the layers; return their contribution to the loss.

        `given` is what layers with ``reads_input`` read, if that is not `x`.
        """
        self.frame_in_use = frame
        for context in frame.weighted:
            context.weight = weight
        for context in frame.reading:
            context.input = x if given is None else given
        for context in frame.fading:
            context.strength = self.strength
        if frame.masked:
            mask = present_steps(x)
            for context in frame.masked:
                context.mask = mask
        added = 0.0
        for layer, p, y, context in frame.forward:
            extra = layer.forward(p, x, y, context)
            if extra is not None:
                added += extra
            x = y
        return added

    def backward(self, x: Any, frame: Frame) -> None:
        """Fill `grad` from ``frame.d_raw``; the input is that of the last forward pass."""
        for layer, p, g, source, y, dy, dx, context in frame.backward:
            layer.backward(p, g, x if source is None else source, y, dy, dx, context)
        for target, own in self.tied:
            target += own

    def _cut(self, key: Any, need: Scratch, rows: int) -> NDArray:
        """Take the front of a buffer that is large enough for `self.rows` rows."""
        network = self.network
        lead = () if need.shared else network.lead
        shape = (*lead, rows, *need.shape) if need.per_row else (*lead, *need.shape)
        size = prod((*lead, self.rows if need.per_row else 1, *need.shape))
        buffer = self.buffers.get(key)
        if buffer is None:
            dtype = network.dtype if need.dtype is None else need.dtype
            buffer = np.empty(size, dtype)
            if need.fill is not None:
                buffer.fill(need.fill)
            self.buffers[key] = buffer
        return buffer[: prod(shape)].reshape(shape)

    def _scratch(self, owner: Any, needs: Any, rows: int) -> dict[str, NDArray]:
        return {name: self._cut((owner, name), need, rows) for name, need in needs.items()}

    def _build(self, rows: int) -> Frame:
        network = self.network
        frame = Frame()
        for i, (layer, plan) in enumerate(zip(network.layers, network.plans, strict=True)):
            scratch = self._scratch(i, plan.scratch, rows)
            context = Context(scratch, True, self.rng, i in self.frozen)
            y = self._cut((i, "y"), Scratch(plan.out_shape), rows)
            frame.forward.append((layer, self.params[i], y, context))
            frame.contexts.append(context)
            for asked, asking in (
                (layer.uses_weight, frame.weighted),
                (layer.reads_input, frame.reading),
                (layer.fades, frame.fading),
                (layer.uses_mask and network.masks, frame.masked),
            ):
                if asked:
                    asking.append(context)
        frame.raw = frame.forward[-1][2]
        frame.loss_scratch = self._scratch("loss", self.loss.scratch(network.out_shape[-1]), rows)
        self._chain_back(frame, rows)
        return frame

    def _chain_back(self, frame: Frame, rows: int) -> None:
        """Give each layer its incoming and outgoing gradient, from two buffers in turn."""
        network = self.network
        # The last shape is that of the rows: it is found at the index -1, too.
        shapes = [*(plan.out_shape for plan in network.plans), network.in_shape]
        widest = max(prod(shape) for shape in shapes[: None if self.input_gradient else -1])
        buffers = [self._cut(("delta", turn), Scratch((widest,)), rows).ravel() for turn in (0, 1)]

        def delta(i: int) -> NDArray:
            shape = (*network.lead, rows, *shapes[i])
            return buffers[i % 2][: prod(shape)].reshape(shape)

        last = len(network.layers) - 1
        frame.d_raw = delta(last)
        # Below the lowest trained layer, no gradient is needed.
        lowest = min((i for i in range(last + 1) if self._trains(i)), default=last)
        if self.input_gradient:
            lowest, frame.d_input = -1, delta(-1)
        for i in range(last, max(lowest, 0) - 1, -1):
            layer, p, y, context = frame.forward[i]
            source = frame.forward[i - 1][2] if i else None
            dx = delta(i - 1) if i > lowest else None
            frame.backward.append((layer, p, self.grads[i], source, y, delta(i), dx, context))

    def _trains(self, i: int) -> bool:
        return i not in self.frozen and bool(self.grads[i])
