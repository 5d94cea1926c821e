"""The simple recurrent network of Elman."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations import Activation
from sknn.core.layers.base import Context, Defaults
from sknn.core.layers.recurrent import Recurrent, join
from sknn.core.layers.recurrent_arrays import Tape, by_step, rolling, turned, windows
from sknn.core.layout import Plan, Scratch, Shape, Views
from sknn.core.spec import resolve


class Elman(Recurrent):
    r"""Elman (simple) recurrent layer: hidden units that see their own last state [1]_.

    .. math:: h_t = f(x_t W + h_{t-1} U + b)

    with W (features, units), U (units, units) and b (units,). The output is h.

    Parameters
    ----------
    units : int
        Number of units.
    activation : str or Activation, default="tanh"
        The non-linearity f. None takes that of the estimator. With an unbounded activation, states
        may grow from step to step.
    return_sequences : bool, default=False
        True: the output has the shape (steps, units), the state after each step. False: units,
        the state after the last.
    reverse : bool, default=False
        Read the sequence backward. With `return_sequences`, the outputs are still in the order of
        the steps.
    recurrent_dropout : float in [0, 1), default=0.0
        In training, drop this share of the state on its way to the next step, the same units at
        every step of a row [2]_.
    tbptt : int, default=None
        Truncated backpropagation through time: the steps are divided into pieces of this length,
        counted from the last step read, and no gradient flows from the first step of a piece to the
        piece before (except in rows that lack that first step). None: gradients flow through all
        steps.
    stateful : bool, default=False
        Row i of a training batch continues from the final state of row i of the batch before;
        gradients do not flow back to it. A frozen layer keeps its state, too. In prediction,
        `n_series` rows start from that state, any other number of rows from zero, and the state is
        not changed.
    n_series : int, default=None
        Number of rows of every training batch if the layer is stateful.
    weight_init : str or Initializer, default=None
        Initial W. None takes that of the estimator; "auto" is Glorot's uniform.
    recurrent_init : str or Initializer, default="orthogonal"
        Initial U.
    bias_init : str or Initializer, default=None
        Initial b. None: zeros.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``elman0``, ``elman1``, ...

    Notes
    -----
    Missing steps are skipped, wherever they are: the state stays as it is. So the output for a row
    is that of its last step, as if the row were passed alone and without gaps.

    Memory: for each step with d features, a row needs about 5 units + 3 d numbers in training and
    units + d in prediction.

    References
    ----------
    .. [1] Elman (1990), "Finding structure in time".
    .. [2] Gal & Ghahramani (2016), "A theoretically grounded application of dropout in recurrent
       neural networks".

    Examples
    --------
    >>> from sknn.layers import Elman
    >>> Elman(8, "relu", tbptt=20)
    Elman(activation='relu', tbptt=20, units=8)
    """

    kind = "elman"

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
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
        super().__init__(
            units,
            return_sequences=return_sequences,
            reverse=reverse,
            recurrent_dropout=recurrent_dropout,
            tbptt=tbptt,
            stateful=stateful,
            n_series=n_series,
            weight_init=weight_init,
            recurrent_init=recurrent_init,
            bias_init=bias_init,
            name=name,
        )
        self.activation = activation

    def bind(self, defaults: Defaults) -> Elman:
        """Resolve activation and initial values, those of `defaults` if they are None."""
        bound: Any = super().bind(defaults)
        chosen = defaults.activation if self.activation is None else self.activation
        bound.activation = resolve(Activation, chosen, "activation", type(self).__name__)
        return bound

    def plan(self, in_shape: Shape) -> Plan:
        """W (features, units), U (units, units), b (units,)."""
        scratch = activation_scratch(self.activation, "z", in_shape[0], int(self.units))
        return self._planned(in_shape, 1, scratch=scratch)

    def _run(self, p: Views, parts: list[list[NDArray]], tape: Tape, ctx: Context) -> None:
        weights, activation = join(p, tape.inputs, ctx.scratch["weights"]), self.activation
        after = parts[0][1:]
        inputs = before_activation(activation, "z", after, ctx)
        settle = tape.settling(parts)
        every = zip(by_step(tape.fed), inputs, after, range(tape.steps), strict=False)
        for fed, z, h, t in every:
            np.matmul(weights, fed, z)
            activation.forward(z, h)
            if settle is not None:
                settle(t)

    def _slopes(self, tape: Tape, ctx: Context) -> None:
        dz = turned(ctx.scratch["dz"])
        slopes_of(self.activation, "z", tape.states[..., 1:, :, :], dz, ctx)
        tape.silence(dz)

    def _unroll(
        self,
        p: Views,
        dys: list[NDArray] | None,
        dh: NDArray,
        back: NDArray,
        tape: Tape,
        ctx: Context,
    ) -> None:
        dz, memory = by_step(turned(ctx.scratch["dz"])), p["U"]
        settle, factor = tape.returning(self.tbptt), tape.factor
        for t in range(tape.steps - 1, -1, -1):
            if dys is not None:
                np.add(dh, dys[t], dh)
            np.multiply(dz[t], dh, dz[t])
            np.matmul(memory, dz[t], back)
            if factor is not None:
                np.multiply(back, factor, back)
            if settle is not None:
                settle(t, dh, back)
            dh, back = back, dh


def activation_scratch(
    activation: Activation, name: str, steps: int, width: int
) -> dict[str, Scratch]:
    """Name the arrays an activation wants for all steps."""
    needs = rolling(name, steps, width) if activation.needs_input else {}
    kind = activation.work_dtype
    if kind is not None:
        dtype = None if isinstance(kind, str) and kind == "same" else kind
        needs[f"work of {name}"] = Scratch((steps, width), dtype=dtype, training_only=True)
    return needs


def before_activation(
    activation: Activation, name: str, outputs: list[NDArray], ctx: Context
) -> list[NDArray]:
    """Return the arrays for the input of the activation at each step; the output may replace it."""
    if not activation.needs_input:
        return outputs
    return windows(ctx, name, len(outputs), slice(None))[0]


def slopes_of(activation: Activation, name: str, y: NDArray, out: NDArray, ctx: Context) -> None:
    """Fill `out` with the derivatives of an activation at all steps."""
    z = turned(ctx.scratch[name]) if activation.needs_input else y
    work = None if activation.work_dtype is None else turned(ctx.scratch[f"work of {name}"])
    out.fill(1.0)
    activation.backward(z, y, out, work)
