"""Long short-term memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sknn.core.initializers import Initializer, Ones, Zeros
from sknn.core.layers.base import Context
from sknn.core.layers.recurrent import GateByGate, Recurrent, join
from sknn.core.layers.recurrent_arrays import Tape, by_step, rolling, turned, windows
from sknn.core.layout import Plan, Scratch, Shape, Views


class LSTM(Recurrent):
    r"""Long short-term memory: a cell with gates that keep, fill, and read it [1]_ [2]_.

    .. math::

        o_t, i_t, f_t &= \sigma(x_t W + h_{t-1} U + b) \\
        g_t &= \tanh(x_t W + h_{t-1} U + b) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh c_t

    each with its own block of W (features, 4 units), U (units, 4 units) and b (4 units,). The
    blocks are in the order output gate o, input gate i, forget gate f, candidate g. The bias of the
    forget gate starts at one [3]_. The output is h.

    Parameters
    ----------
    units : int
        Number of cells.
    return_sequences : bool, default=False
        True: the output has the shape (steps, units), the state after each step. False: units,
        the state after the last.
    reverse : bool, default=False
        Read the sequence backward. With `return_sequences`, the outputs are still in the order of
        the steps.
    recurrent_dropout : float in [0, 1), default=0.0
        In training, drop this share of the state on its way to the next step, the same units at
        every step of a row [4]_.
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
        Initial W. None takes that of the estimator; "auto" is Glorot's uniform, gate by gate.
    recurrent_init : str or Initializer, default="orthogonal"
        Initial U, gate by gate.
    bias_init : str or Initializer, default=None
        Initial b. None: zeros, and ones for the forget gate.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``lstm0``, ``lstm1``, ...

    Notes
    -----
    Missing steps are skipped, wherever they are: the state stays as it is. So the output for a row
    is that of its last step, as if the row were passed alone and without gaps.

    Memory: for each step with d features, a row needs about 16 units + 3 d numbers in training and
    units + d in prediction.

    References
    ----------
    .. [1] Hochreiter & Schmidhuber (1997), "Long short-term memory".
    .. [2] Gers, Schmidhuber & Cummins (2000), "Learning to forget".
    .. [3] Jozefowicz, Zaremba & Sutskever (2015), "An empirical exploration of recurrent network
       architectures", ICML.
    .. [4] Gal & Ghahramani (2016), "A theoretically grounded application of dropout in recurrent
       neural networks".

    Examples
    --------
    >>> from sknn.layers import LSTM
    >>> LSTM(32, recurrent_dropout=0.2)
    LSTM(recurrent_dropout=0.2, units=32)
    """

    kind = "lstm"

    def plan(self, in_shape: Shape) -> Plan:
        """W (features, 4 units), U (units, 4 units), b (4 units,)."""
        units, steps = int(self.units), in_shape[0]
        # Beside the four gates a block holds the cell before the step.
        scratch = {
            # An array without axes: a Python float would cost a small call half its time again.
            "half": Scratch((), per_row=False, fill=0.5, shared=True),
            "work": Scratch((1, 2 * units)),
            "dc": Scratch((1, units), training_only=True),
            **rolling("gates", steps + 1, 5 * units),
            **rolling("squashed", steps, units),
        }
        return self._planned(in_shape, 4, scratch=scratch, state=2 * units)

    def _automatic_bias(self) -> Initializer:
        zero = Zeros()
        return GateByGate([zero, zero, Ones(), zero])

    def _block(self, *bounds: int) -> slice:
        start, stop = bounds
        return slice(start * int(self.units), stop * int(self.units))

    def _parts(self, tape: Tape, ctx: Context) -> list[list[NDArray]]:
        cells = windows(ctx, "gates", tape.steps + 1, self._block(4, 5))
        return [by_step(tape.states), *cells]

    def _run(self, p: Views, parts: list[list[NDArray]], tape: Tape, ctx: Context) -> None:
        half, block, steps = ctx.scratch["half"], self._block, tape.steps
        weights = join(p, tape.inputs, ctx.scratch["weights"])
        weights[..., block(0, 3), :] *= half  # a sigmoid is a tanh of half its input
        blocks = windows(
            ctx, "gates", steps + 1, block(0, 4), block(0, 3), block(0, 1), block(1, 3), block(3, 5)
        )
        squashed = windows(ctx, "squashed", steps, block(0, 1))[0]
        work = turned(ctx.scratch["work"])[..., 0, :, :]
        new, old = work[..., block(0, 1), :], work[..., block(1, 2), :]
        settle = tape.settling(parts)
        after = [part[1:] for part in parts]
        every = zip(by_step(tape.fed), *blocks, squashed, *after, range(steps), strict=False)
        for fed, z, gates, out_gate, in_and_forget, candidate_and_cell, tanh_c, h, c, t in every:
            np.matmul(weights, fed, z)
            np.tanh(z, z)
            np.multiply(gates, half, gates)
            np.add(gates, half, gates)
            np.multiply(in_and_forget, candidate_and_cell, work)
            np.add(new, old, c)
            np.tanh(c, tanh_c)
            np.multiply(out_gate, tanh_c, h)
            if settle is not None:
                settle(t)

    def _slopes(self, tape: Tape, ctx: Context) -> None:
        block = self._block
        gates, dz = turned(ctx.scratch["gates"])[..., :-1, :, :], turned(ctx.scratch["dz"])
        tail = turned(ctx.scratch["squashed"])
        out_gate, in_gate = gates[..., block(0, 1), :], gates[..., block(1, 2), :]
        sigmoid, slope = gates[..., block(0, 3), :], dz[..., block(0, 3), :]
        np.subtract(1.0, sigmoid, slope)
        slope *= sigmoid
        dz[..., block(0, 1), :] *= tail
        dz[..., block(1, 3), :] *= gates[..., block(3, 5), :]
        _tanh_slope(gates[..., block(3, 4), :], dz[..., block(3, 4), :])
        dz[..., block(3, 4), :] *= in_gate
        _tanh_slope(tail, tail)
        tail *= out_gate
        tape.silence(dz)
        tape.silence(tail)
        tape.keep(gates[..., block(2, 3), :])

    def _unroll(
        self,
        p: Views,
        dys: list[NDArray] | None,
        dh: NDArray,
        back: NDArray,
        tape: Tape,
        ctx: Context,
    ) -> None:
        block = self._block
        dz, tail = turned(ctx.scratch["dz"]), by_step(turned(ctx.scratch["squashed"]))
        forget = windows(ctx, "gates", tape.steps + 1, block(2, 3))[0]
        whole, out_gate = by_step(dz), by_step(dz[..., block(0, 1), :])
        *lead, _, rows = dh.shape
        inner = [part.reshape(*lead, 3, -1, rows) for part in by_step(dz[..., block(1, 4), :])]
        dc = turned(ctx.scratch["dc"])
        dc.fill(0.0)
        cell, work = dc[..., 0, :, :], turned(ctx.scratch["work"])[..., 0, block(0, 1), :]
        settle, factor = tape.returning(self.tbptt), tape.factor
        for t in range(tape.steps - 1, -1, -1):
            if dys is not None:
                np.add(dh, dys[t], dh)
            np.multiply(dh, tail[t], work)
            np.add(cell, work, cell)
            np.multiply(out_gate[t], dh, out_gate[t])
            np.multiply(inner[t], dc, inner[t])
            np.multiply(cell, forget[t], cell)
            np.matmul(p["U"], whole[t], back)
            if factor is not None:
                np.multiply(back, factor, back)
            if settle is not None:
                settle(t, dh, back, cell)
            dh, back = back, dh


def _tanh_slope(y: NDArray, out: NDArray) -> None:
    """Write 1 - y^2 into `out`."""
    np.multiply(y, y, out)
    np.subtract(1.0, out, out)
