"""The gated recurrent unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers.base import Context
from sknn.core.layers.recurrent import Recurrent
from sknn.core.layers.recurrent_arrays import Tape, by_step, flatten, rolling, turned, windows
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views


class GRU(Recurrent):
    r"""Gated recurrent unit (GRU): a state that gates update [1]_.

    .. math::

        r_t, u_t &= \sigma(x_t W + b + h_{t-1} U) \\
        n_t &= \tanh(x_t W + b + r_t \odot (h_{t-1} U + c)) \\
        h_t &= (1 - u_t) \odot n_t + u_t \odot h_{t-1}

    each with its own block of W (features, 3 units), U (units, 3 units) and b (3 units,). The
    blocks are in the order reset gate r, update gate u, candidate n. The reset gate is applied
    after the product with U, so that a step needs only one such product; c (units,) is its bias.
    The output is h.

    Parameters
    ----------
    units : int
        Number of units.
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
        Initial W. None takes that of the estimator; "auto" is Glorot's uniform, gate by gate.
    recurrent_init : str or Initializer, default="orthogonal"
        Initial U, gate by gate.
    bias_init : str or Initializer, default=None
        Initial b and c. None: zeros.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``gru0``, ``gru1``, ...

    Notes
    -----
    Missing steps are skipped, wherever they are: the state stays as it is. So the output for a row
    is that of its last step, as if the row were passed alone and without gaps.

    Memory: for each step with d features, a row needs about 16 units + 3 d numbers in training and
    units + d in prediction.

    References
    ----------
    .. [1] Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder for
       statistical machine translation".
    .. [2] Gal & Ghahramani (2016), "A theoretically grounded application of dropout in recurrent
       neural networks".

    Examples
    --------
    >>> from sknn.layers import GRU
    >>> GRU(32, return_sequences=True)
    GRU(return_sequences=True, units=32)
    """

    kind = "gru"

    def plan(self, in_shape: Shape) -> Plan:
        """W (features, 3 units), U (units, 3 units), b (3 units,), c (units,)."""
        units, (steps, d) = int(self.units), (*in_shape, 0)[:2]
        params = {"c": Param((units,), self.bias_init, Role.PLAIN, units, units)}
        # The columns are those of the input of a step, but the state has two partners.
        matrix = (3 * units, d + 1 + 1 + units)
        scratch = {
            # An array without axes: a Python float would cost a small call half its time again.
            "half": Scratch((), per_row=False, fill=0.5, shared=True),
            "work": Scratch((1, units)),
            "weights": Scratch(matrix, per_row=False),
            "products": Scratch(matrix, per_row=False, training_only=True),
            # U with its last block first: ``dz`` has the candidate's product with the state there,
            # reset and update gate behind it, and the candidate itself at the end.
            "memory": Scratch((units, 3 * units), per_row=False, training_only=True),
            "dz": Scratch((steps, 4 * units), training_only=True),
            "flat dz": Scratch((steps, 4 * units), training_only=True),
            **rolling("inner", steps, 3 * units),
            **rolling("outer", steps, 3 * units),
        }
        return self._planned(in_shape, 3, params=params, scratch=scratch)

    def _block(self, start: int, stop: int) -> slice:
        return slice(start * int(self.units), stop * int(self.units))

    def _run(self, p: Views, parts: list[list[NDArray]], tape: Tape, ctx: Context) -> None:
        half, block, steps, d = ctx.scratch["half"], self._block, tape.steps, tape.inputs
        inputs, memory = self._join(p, d, ctx.scratch["weights"])
        of_input = windows(ctx, "outer", steps, block(0, 3), block(0, 2), block(0, 1), block(2, 3))
        of_state = windows(
            ctx, "inner", steps, block(0, 3), block(0, 2), block(0, 1), block(1, 2), block(2, 3)
        )
        fed = by_step(tape.fed[..., : d + 1, :]), by_step(tape.fed[..., d:, :])
        work, states = turned(ctx.scratch["work"])[..., 0, :, :], parts[0]
        settle = tape.settling(parts)
        every = zip(*fed, *of_input, *of_state, states, states[1:], range(steps), strict=False)
        for x, s, zx, zx_gates, step, n, zs, gates, reset, update, zs_n, old, new, t in every:
            np.matmul(inputs, x, zx)
            np.matmul(memory, s, zs)
            np.add(gates, zx_gates, gates)
            np.tanh(gates, gates)
            np.multiply(gates, half, gates)
            np.add(gates, half, gates)
            np.multiply(reset, zs_n, work)
            np.add(n, work, n)
            np.tanh(n, n)
            np.subtract(old, n, step)
            np.multiply(update, step, work)
            np.add(n, work, new)
            if settle is not None:
                settle(t)

    def _join(self, p: Views, d: int, out: NDArray) -> tuple[NDArray, NDArray]:
        """Return (W, b) and (c, U), transposed; a sigmoid is a tanh of half its input."""
        gates, last = self._block(0, 2), self._block(2, 3)
        np.copyto(out[..., :d], p["W"].swapaxes(-1, -2))
        np.copyto(out[..., d], p["b"])
        out[..., gates, d + 1] = 0.0
        np.copyto(out[..., last, d + 1], p["c"])
        np.copyto(out[..., d + 2 :], p["U"].swapaxes(-1, -2))
        out[..., gates, :] *= 0.5
        return out[..., : d + 1], out[..., d + 1 :]

    def _slopes(self, tape: Tape, ctx: Context) -> None:
        block, dz = self._block, turned(ctx.scratch["dz"])
        inner, outer = turned(ctx.scratch["inner"]), turned(ctx.scratch["outer"])
        reset, update, zs_n = (inner[..., block(i, i + 1), :] for i in range(3))
        step, n = outer[..., block(0, 1), :], outer[..., block(2, 3), :]
        d_zs_n, d_reset, d_update, d_n = (dz[..., block(i, i + 1), :] for i in range(4))
        np.subtract(1.0, inner[..., block(0, 2), :], dz[..., block(1, 3), :])
        np.multiply(n, n, d_n)
        np.subtract(1.0, d_n, d_n)
        d_n *= d_update
        d_update *= update
        d_update *= step
        np.multiply(d_n, reset, d_zs_n)
        d_reset *= d_zs_n
        d_reset *= zs_n
        tape.silence(dz)
        tape.keep(update)

    def _unroll(
        self,
        p: Views,
        dys: list[NDArray] | None,
        dh: NDArray,
        back: NDArray,
        tape: Tape,
        ctx: Context,
    ) -> None:
        block, dz = self._block, turned(ctx.scratch["dz"])
        memory = ctx.scratch["memory"]
        _rotate(p["U"], memory, int(self.units))
        *lead, _, rows = dh.shape
        four = [part.reshape(*lead, 4, -1, rows) for part in by_step(dz)]
        of_state = by_step(dz[..., block(0, 3), :])
        update = windows(ctx, "inner", tape.steps, block(1, 2))[0]
        pair = [(dh, dh[..., None, :, :]), (back, back[..., None, :, :])]
        settle, factor = tape.returning(self.tbptt), tape.factor
        for t in range(tape.steps - 1, -1, -1):
            (dh, dh_of_four), (back, _) = pair
            if dys is not None:
                np.add(dh, dys[t], dh)
            np.multiply(four[t], dh_of_four, four[t])
            np.matmul(memory, of_state[t], back)
            if factor is not None:
                np.multiply(back, factor, back)
            np.multiply(dh, update[t], dh)
            np.add(back, dh, back)
            if settle is not None:
                settle(t, dh, back)
            pair.reverse()

    def _gradients(self, g: Views, tape: Tape, ctx: Context) -> NDArray:
        """Fill the gradients by two products over all steps; return the gradient of x W."""
        scratch, d, block = ctx.scratch, tape.inputs, self._block
        dz = flatten(turned(scratch["dz"]), scratch["flat dz"])
        fed = flatten(tape.fed[..., :-1, :, :], scratch["flat fed"]).swapaxes(-1, -2)
        outer, inner = scratch["products"][..., : d + 1], scratch["products"][..., d + 1 :]
        np.matmul(dz[..., block(1, 4), :], fed[..., : d + 1], out=outer)
        np.matmul(dz[..., block(0, 3), :], fed[..., d:], out=inner)
        np.copyto(g["W"], outer[..., :d].swapaxes(-1, -2))
        np.copyto(g["b"], outer[..., d])
        np.copyto(g["c"], inner[..., block(0, 1), 0])
        _rotate(inner[..., 1:].swapaxes(-1, -2), g["U"], -int(self.units))
        return dz[..., block(1, 4), :]


def _rotate(source: NDArray, target: NDArray, shift: int) -> None:
    """Write `source` into `target`, its last axis moved to the right by `shift` columns."""
    np.copyto(target[..., shift:], source[..., :-shift])
    np.copyto(target[..., :shift], source[..., -shift:])
