"""The simple recurrent network of Jordan."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import integer, none
from sknn.core.layers.base import Context
from sknn.core.layers.elman import Elman, activation_scratch, before_activation, slopes_of
from sknn.core.layers.recurrent import Recurrent, join
from sknn.core.layers.recurrent_arrays import Tape, by_step, flatten, rolling, turned, windows
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views


class Jordan(Elman):
    r"""Jordan recurrent layer: hidden units that see the last output [1]_.

    .. math::

        h_t &= f(x_t W + y_{t-1} U + b) \\
        y_t &= f(h_t V + c)

    with W (features, units), U (outputs, units), b (units,), V (units, outputs) and c (outputs,).
    The layer owns the map V from hidden units to the output y, which is fed back and starts at
    zero.

    Parameters
    ----------
    units : int
        Number of hidden units.
    activation : str or Activation, default="tanh"
        The non-linearity f. None takes that of the estimator. With an unbounded activation, outputs
        may grow from step to step.
    n_outputs : int, default=None
        Number of outputs. None: as many as units.
    return_sequences : bool, default=False
        True: the output has the shape (steps, outputs), the state after each step. False: outputs,
        the state after the last.
    reverse : bool, default=False
        Read the sequence backward. With `return_sequences`, the outputs are still in the order of
        the steps.
    recurrent_dropout : float in [0, 1), default=0.0
        In training, drop this share of the output on its way to the next step, the same units at
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
        Initial W and V. None takes that of the estimator; "auto" is Glorot's uniform.
    recurrent_init : str or Initializer, default="orthogonal"
        Initial U.
    bias_init : str or Initializer, default=None
        Initial b and c. None: zeros.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``jordan0``, ``jordan1``, ...

    Notes
    -----
    Missing steps are skipped, wherever they are: the state stays as it is. So the output for a row
    is that of its last step, as if the row were passed alone and without gaps.

    Memory: for each step with d features, a row needs about 5 units + 6 outputs + 3 d numbers in
    training and outputs + d in prediction.

    References
    ----------
    .. [1] Jordan (1986), "Serial order: a parallel distributed processing approach".
    .. [2] Gal & Ghahramani (2016), "A theoretically grounded application of dropout in recurrent
       neural networks".

    Examples
    --------
    >>> from sknn.layers import Jordan
    >>> Jordan(8, n_outputs=2)
    Jordan(n_outputs=2, units=8)
    """

    kind = "jordan"
    constraints = Recurrent.constraints | {"n_outputs": none() | integer(1)}

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        *,
        n_outputs: int | None = None,
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
            activation,
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
        self.n_outputs = n_outputs

    def plan(self, in_shape: Shape) -> Plan:
        """W (features, units), U (outputs, units), b (units,), V (units, outputs), c (outputs,)."""
        units, steps = int(self.units), in_shape[0]
        width = units if self.n_outputs is None else int(self.n_outputs)
        params = {
            "V": Param((units, width), self.weight_init, Role.DECAYED, units, width),
            "c": Param((width,), self.bias_init, Role.PLAIN, units, width),
        }
        matrix = (width, units + 1)
        scratch = {
            **activation_scratch(self.activation, "z", steps, units),
            **activation_scratch(self.activation, "v", steps, width),
            # The hidden units and a one for the bias of the outputs.
            **rolling("hidden", steps, units + 1),
            "flat hidden": Scratch((steps, units + 1), training_only=True),
            "dh": Scratch((1, units), training_only=True),
            "dv": Scratch((steps, width), training_only=True),
            "flat dv": Scratch((steps, width), training_only=True),
            "out weights": Scratch(matrix, per_row=False),
            "out products": Scratch(matrix, per_row=False, training_only=True),
        }
        return self._planned(in_shape, 1, width=width, params=params, scratch=scratch)

    def _run(self, p: Views, parts: list[list[NDArray]], tape: Tape, ctx: Context) -> None:
        steps, units, activation = tape.steps, int(self.units), self.activation
        weights = join(p, tape.inputs, ctx.scratch["weights"])
        outer = ctx.scratch["out weights"]
        np.copyto(outer[..., :units], p["V"].swapaxes(-1, -2))
        np.copyto(outer[..., units], p["c"])
        whole, hidden, ones = windows(
            ctx, "hidden", steps, slice(None), slice(units), slice(units, None)
        )
        # Without a backward pass, two of them take turns.
        for one in ones if "hidden" in ctx.scratch else ones[:2]:
            one.fill(1.0)
        after = parts[0][1:]
        zs = before_activation(activation, "z", hidden, ctx)
        vs = before_activation(activation, "v", after, ctx)
        settle = tape.settling(parts)
        every = zip(by_step(tape.fed), zs, hidden, whole, vs, after, range(steps), strict=False)
        for fed, z, h, h_and_one, v, y, t in every:
            np.matmul(weights, fed, z)
            activation.forward(z, h)
            np.matmul(outer, h_and_one, v)
            activation.forward(v, y)
            if settle is not None:
                settle(t)

    def _slopes(self, tape: Tape, ctx: Context) -> None:
        units, dz, dv = int(self.units), turned(ctx.scratch["dz"]), turned(ctx.scratch["dv"])
        hidden = turned(ctx.scratch["hidden"])[..., :units, :]
        slopes_of(self.activation, "z", hidden, dz, ctx)
        slopes_of(self.activation, "v", tape.states[..., 1:, :, :], dv, ctx)
        tape.silence(dz)
        tape.silence(dv)

    def _unroll(
        self,
        p: Views,
        dys: list[NDArray] | None,
        dh: NDArray,
        back: NDArray,
        tape: Tape,
        ctx: Context,
    ) -> None:
        dz, dv = by_step(turned(ctx.scratch["dz"])), by_step(turned(ctx.scratch["dv"]))
        inner, dy = turned(ctx.scratch["dh"])[..., 0, :, :], dh
        settle, factor = tape.returning(self.tbptt), tape.factor
        for t in range(tape.steps - 1, -1, -1):
            if dys is not None:
                np.add(dy, dys[t], dy)
            np.multiply(dv[t], dy, dv[t])
            np.matmul(p["V"], dv[t], inner)
            np.multiply(dz[t], inner, dz[t])
            np.matmul(p["U"], dz[t], back)
            if factor is not None:
                np.multiply(back, factor, back)
            if settle is not None:
                settle(t, dy, back)
            dy, back = back, dy

    def _gradients(self, g: Views, tape: Tape, ctx: Context) -> NDArray:
        """Fill the gradients of the output map as well."""
        scratch, units = ctx.scratch, int(self.units)
        dv = flatten(turned(scratch["dv"]), scratch["flat dv"])
        hidden = flatten(turned(scratch["hidden"]), scratch["flat hidden"])
        products = np.matmul(dv, hidden.swapaxes(-1, -2), out=scratch["out products"])
        np.copyto(g["V"], products[..., :units].swapaxes(-1, -2))
        np.copyto(g["c"], products[..., units])
        return super()._gradients(g, tape, ctx)
