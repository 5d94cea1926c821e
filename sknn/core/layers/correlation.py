r"""The linear map of a convolution, its adjoint and the gradient of its weights.

.. math:: y_o = \sum_j x_{o s + j d - p} W_j

for every window o, in matrix products over copies of the windows. The copy is made again for every
slab of windows, small enough for the cache, so memory does not grow with the image. All arrays are
those of one member, of shape (rows, lines, columns, channels).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers.windows import Axis, Windows
from sknn.core.layout import Scratch

# The adjoint is a correlation of its own, over windows with one number for each filter, as long as
# what it reads has at most so many times the numbers of what the windows would add up to.
_WIDE = 3


class Correlation:
    """Windows of an image, weighted and summed by every filter.

    Parameters
    ----------
    lines, columns : Axis
    channels, filters : int
    """

    def __init__(self, lines: Axis, columns: Axis, channels: int, filters: int) -> None:
        self.windows = Windows(lines, columns, channels)
        self.channels = channels
        self.filters = filters

    @property
    def work(self) -> int:
        """Multiply-adds for one image."""
        lines, columns = self.windows.shape
        return lines * columns * self.windows.width * self.filters

    @cached_property
    def mirror(self) -> Windows | None:
        """Return the windows of the output that see each pixel; None if it is not worth it."""
        lines, columns = self.windows.lines, self.windows.columns
        pixels, places = lines.length * columns.length, lines.count * columns.count
        if lines.stride > 1 or columns.stride > 1:
            return None
        if pixels * self.filters > _WIDE * places * self.channels:
            return None
        return Windows(lines.mirrored(), columns.mirrored(), self.filters)

    def scratch(self, forward: bool, adjoint: bool) -> dict[str, Scratch]:
        """Name the work arrays; those not needed for prediction are made for training only."""
        windows, mirror = self.windows, self.mirror
        needs = {"windows": Scratch((_numbers(windows),), per_row=False, shared=True)}
        needs |= _border("border", windows, training_only=not forward)
        shape = (windows.width, self.filters)
        needs["more"] = Scratch(shape, per_row=False, training_only=True, shared=True)
        if mirror is not None:
            numbers = max(_numbers(windows), _numbers(mirror))
            needs["windows"] = Scratch((numbers,), per_row=False, shared=True)
            needs |= _border("back_border", mirror, training_only=not adjoint)
            needs["flipped"] = Scratch(
                (mirror.width, self.channels),
                per_row=False,
                training_only=not adjoint,
                shared=True,
            )
        return needs

    def apply(self, x: NDArray, W: NDArray, y: NDArray, scratch: dict[str, NDArray]) -> None:
        """Write the correlation of `x` with `W`, of shape (..., channels, filters), into `y`."""
        weights = W.reshape(-1, self.filters)
        _correlate(self.windows, x, weights, y, scratch["windows"], scratch.get("border"))

    def adjoint(self, y: NDArray, W: NDArray, x: NDArray, scratch: dict[str, NDArray]) -> None:
        """Write into `x` the transposed map of `y`: the gradient, if y is one."""
        if self.mirror is None:
            self._scatter(y, W, x, scratch["windows"])
            return
        flipped = scratch["flipped"]
        kernel = (self.windows.lines.size, self.windows.columns.size)
        turned = W.reshape(*kernel, self.channels, self.filters)[::-1, ::-1].swapaxes(-1, -2)
        np.copyto(flipped.reshape(turned.shape), turned)
        _correlate(self.mirror, y, flipped, x, scratch["windows"], scratch.get("back_border"))

    def _scatter(self, y: NDArray, W: NDArray, x: NDArray, buffer: NDArray) -> None:
        """Add up the contributions of all windows to each of their entries."""
        windows = self.windows
        lines, columns = windows.lines, windows.columns
        weights = W.reshape(-1, self.channels, self.filters).swapaxes(-1, -2)
        x.fill(0.0)
        for block in windows.blocks(len(y)):
            piece = y[block]
            shares = buffer[: piece.size // self.filters * windows.width]
            shares = shares.reshape(len(weights), -1, self.channels)
            np.matmul(piece.reshape(-1, self.filters), weights, out=shares)
            shares = shares.reshape(lines.size, columns.size, *piece.shape[:-1], self.channels)
            for i in range(lines.size):
                from_line, to_line = lines.entry(i, block[1].start, block[1].stop)
                for j in range(columns.size):
                    from_column, to_column = columns.entry(j, block[2].start, block[2].stop)
                    target = x[block[0], to_line, to_column]
                    target += shares[i, j][:, from_line, from_column]

    def weight_gradient(
        self, x: NDArray, dy: NDArray, g: NDArray, scratch: dict[str, NDArray]
    ) -> None:
        """Write the gradient of the weights into `g`."""
        target, more = g.reshape(-1, self.filters), scratch["more"]
        buffer, border = scratch["windows"], scratch.get("border")
        for number, block in enumerate(self.windows.blocks(len(x))):
            matrix = self.windows.matrix(x, block, border, buffer)
            dz = dy[block].reshape(-1, self.filters)
            np.matmul(matrix.T, dz, out=more if number else target)
            if number:
                target += more


def _numbers(windows: Windows) -> int:
    """Return the size of the copy of one slab of windows."""
    rows, lines, columns = windows.block
    return rows * lines * columns * windows.width


def _border(name: str, windows: Windows, training_only: bool) -> dict[str, Scratch]:
    """Name the images of one slab with their border, whose zeros are written once."""
    if not windows.bordered:
        return {}
    shape = (windows.block[0], *windows.image)
    return {name: Scratch(shape, per_row=False, training_only=training_only, fill=0.0, shared=True)}


def _correlate(
    windows: Windows,
    x: NDArray,
    weights: NDArray,
    y: NDArray,
    buffer: NDArray,
    border: NDArray | None,
) -> None:
    """Write the windows of `x` times the weights into `y`, slab by slab."""
    for block in windows.blocks(len(x)):
        matrix = windows.matrix(x, block, border, buffer)
        np.matmul(matrix, weights, out=y[block].reshape(-1, y.shape[-1]))
