"""Backpropagate a gradient with respect to raw scores to the rows, as in prediction."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.regression import SquaredError
from sknn.core.network import Network
from sknn.core.row_order import in_order
from sknn.core.workspace import Frame, Workspace

# Rows are processed in chunks whose widest array holds about this many numbers.
_NUMBERS = 1 << 20


class WayBack:
    """The gradient of any function of raw scores with respect to the rows, in double precision.

    Every layer propagates backward as in training, but under the conditions of prediction: no
    noise, running statistics, no penalty.

    Parameters
    ----------
    network : Network
    """

    def __init__(self, network: Network) -> None:
        self.network = network.copy(np.float64)
        last = range(len(network.layers))
        # It has no loss; the gradient of the scores comes from outside.
        self.workspace = Workspace(self.network, SquaredError(), 1, None, last, True)

    def __call__(
        self, x: NDArray, pull: Callable[[NDArray, slice], NDArray], given: NDArray | None = None
    ) -> NDArray:
        """Return the gradient with respect to every row.

        Parameters
        ----------
        x : ndarray of shape (n, *in_shape)
        pull : callable
            Given the raw scores of some rows and which rows they are, returns the gradient with
            respect to these scores.
        given : ndarray of shape (n, *given_shape), default=None
            What layers with ``reads_input`` read; None: `x`.

        Returns
        -------
        gradient : ndarray of float64, shape (n, *in_shape)
        """
        network = self.network
        if x.shape[1:] != network.in_shape:
            return WayBack(network.with_input(x.shape[1:]))(x, pull, given)
        gradient = np.zeros(x.shape)
        step = len(x) if network.carries_state else self._rows_at_once()
        for start in range(0, len(x), max(step, 1)):
            rows = slice(start, min(start + step, len(x)))
            piece = in_order(x[rows], np.dtype(np.float64))
            its = None if given is None else in_order(given[rows], np.dtype(np.float64))
            frame = self._frame(len(piece))
            read = self._read_by_layers(frame, piece) if given is None else None
            with np.errstate(all="ignore"):
                self.workspace.forward(piece, frame, None, its)
                np.copyto(frame.d_raw, pull(frame.raw, rows))
                self.workspace.backward(piece, frame)
            assert frame.d_input is not None
            whole = frame.d_input if read is None else frame.d_input + read
            # Members share the rows.
            gradient[rows] = whole.sum(axis=tuple(range(len(network.lead))))
        return gradient

    def _rows_at_once(self) -> int:
        network = self.network
        shapes = [network.in_shape, *(plan.out_shape for plan in network.plans)]
        widest = max(map(prod, shapes))
        return max(1, min(1024, _NUMBERS // max(widest * network.n_members, 1)))

    def _read_by_layers(self, frame: Frame, x: NDArray) -> NDArray | None:
        """Return zeros for the gradient of what later layers read of the rows, if any do."""
        if not frame.reading:
            return None
        read = np.zeros((*self.network.lead, *x.shape))
        for context in frame.reading:
            context.d_input = read
        return read

    def _frame(self, rows: int) -> Frame:
        frame = self.workspace.frame(rows)
        for context in frame.contexts:
            context.train = False
        return frame
