"""Positions of the windows of a convolution or of pooling, axis by axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Shape

SLAB = 1 << 19
"""Most numbers the copy of windows may have, 2 MB in float32; more makes nothing faster."""

Block = tuple[slice, slice, slice]
"""Rows, lines and columns of the output that are worked on at once."""


@dataclass(frozen=True)
class Axis:
    """Windows along one axis: window o has its j-th entry at o * stride + j * dilation - before.

    Attributes
    ----------
    length : int
        Positions there are; entries that lie outside count as zero or not at all.
    size, stride, dilation : int
        Entries of a window, distance of windows, distance of the entries of one window.
    before : int
        How far before the first position the first window begins.
    count : int
        Number of windows.
    """

    length: int
    size: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    count: int = 1

    @classmethod
    def padded(cls, length: int, size: int, stride: int, dilation: int, padding: str) -> Axis:
        """Lay as many windows as fit ("valid"), or one for each stride ("same").

        With "same" the windows reach over both ends by
        ``max((ceil(length / stride) - 1) * stride + reach - length, 0)`` positions together, the
        smaller half of them in front: the rule of TensorFlow and Keras. Without room for one
        window `count` is not positive.
        """
        # A longer stride still gives one window, and entries further apart are outside, too.
        stride, dilation = min(stride, max(length, 1)), min(dilation, 4 * max(length, 1))
        reach = (size - 1) * dilation + 1
        if padding == "valid":
            return cls(length, size, stride, dilation, 0, (length - reach) // stride + 1)
        count = -(-length // stride)
        total = max((count - 1) * stride + reach - length, 0)
        return cls(length, size, stride, dilation, total // 2, count)

    @property
    def reach(self) -> int:
        """How many positions a window spans."""
        return (self.size - 1) * self.dilation + 1

    @property
    def extent(self) -> int:
        """Positions with the border: all windows lie inside, and so does the whole axis."""
        return max((self.count - 1) * self.stride + self.reach, self.before + self.length)

    @property
    def bordered(self) -> bool:
        """Whether a window reaches over an end."""
        return self.before > 0 or self.extent > self.length

    def mirrored(self) -> Axis:
        """Swap positions and windows, for a stride of 1: which windows see a position."""
        before = self.reach - 1 - self.before
        return Axis(self.count, self.size, 1, self.dilation, before, self.length)

    def entry(self, j: int, start: int = 0, stop: int | None = None) -> tuple[slice, slice]:
        """Find the j-th entries of the windows from `start` to `stop`, those outside left out.

        Returns
        -------
        windows, positions : slice
            The windows are counted from `start`.
        """
        offset = j * self.dilation - self.before
        low = max(start, -(offset // self.stride))
        high = min(
            self.count if stop is None else stop, (self.length - 1 - offset) // self.stride + 1
        )
        if high <= low:
            return slice(0, 0), slice(0, 0)
        first = low * self.stride + offset
        last = (high - 1) * self.stride + offset
        return slice(low - start, high - start), slice(first, last + 1, self.stride)


@dataclass(frozen=True)
class Windows:
    """All windows of an image of shape (lines, columns, channels), as rows of a matrix."""

    lines: Axis
    columns: Axis
    channels: int

    @cached_property
    def shape(self) -> Shape:
        """Return the shape of the windows' positions: (lines, columns)."""
        return (self.lines.count, self.columns.count)

    @cached_property
    def width(self) -> int:
        """Numbers in a window."""
        return self.lines.size * self.columns.size * self.channels

    @cached_property
    def bordered(self) -> bool:
        """Whether windows reach over the border of the image."""
        return self.lines.bordered or self.columns.bordered

    @cached_property
    def image(self) -> Shape:
        """Return the shape of an image with its border."""
        return (self.lines.extent, self.columns.extent, self.channels)

    @cached_property
    def laid_out(self) -> bool:
        """Whether the image already is the matrix of its windows."""
        lines, columns = self.lines, self.columns
        return (
            not self.bordered
            and lines.size == lines.stride == columns.dilation == 1
            and columns.size == columns.stride
            and columns.count * columns.size == columns.length
        )

    @cached_property
    def block(self) -> Shape:
        """Return how many rows, lines and columns at once keep the copy below SLAB numbers."""
        room = max(1, SLAB // self.width)
        lines, columns = self.shape
        rows = min(room // (lines * columns), SLAB // prod(self.image))
        if rows:
            return rows, lines, columns
        if room >= columns:
            return 1, _even_share(lines, room // columns), columns
        return 1, 1, _even_share(columns, room)

    def blocks(self, rows: int) -> Iterator[Block]:
        """Cut the output for a number of rows into pieces."""
        n_rows, n_lines, n_columns = self.block
        lines, columns = self.shape
        for row in range(0, rows, n_rows):
            for line in range(0, lines, n_lines):
                for column in range(0, columns, n_columns):
                    yield (
                        slice(row, min(row + n_rows, rows)),
                        slice(line, min(line + n_lines, lines)),
                        slice(column, min(column + n_columns, columns)),
                    )

    def with_border(self, x: NDArray, block: Block, padded: NDArray | None) -> NDArray:
        """Return the rows of a block with the border around; its zeros stand there already."""
        rows, lines, columns = block
        if padded is None:
            return x[rows]
        images = padded[: rows.stop - rows.start]
        if lines.start == columns.start == 0:
            top, left = self.lines.before, self.columns.before
            inside = images[:, top : top + self.lines.length, left : left + self.columns.length]
            np.copyto(inside, x[rows])
        return images

    def matrix(self, x: NDArray, block: Block, padded: NDArray | None, buffer: NDArray) -> NDArray:
        """Return the windows of a block as a matrix (windows, width), written into `buffer`.

        Parameters
        ----------
        x : ndarray of shape (rows, lines, columns, channels)
        block : tuple of slice
        padded : ndarray of shape (block rows, *image), or None without a border
        buffer : ndarray of shape (at least windows * width,)
        """
        if self.laid_out:
            return (
                x[block[0]]
                .reshape(-1, *self.shape, self.width)[:, block[1], block[2]]
                .reshape(-1, self.width)
            )
        images = self.with_border(x, block, padded)
        counts = (len(images), *(piece.stop - piece.start for piece in block[1:]))
        buffer = buffer[: prod(counts) * self.width]
        if not images.flags.c_contiguous or images.dtype != buffer.dtype:
            self._copy_entries(images, block, counts, buffer)
        elif self.channels == 1:
            return self._copy_shifted(images, block, counts, buffer)
        else:
            self._copy_runs(images, block, counts, buffer)
        return buffer.reshape(-1, self.width)

    def _steps(self, images: NDArray, block: Block) -> tuple[int, tuple[int, ...], int, int]:
        """Return where a block begins in memory, and the bytes between windows, lines, pixels."""
        pixel = self.channels * images.itemsize
        line = images.shape[2] * pixel
        line_step, column_step = line * self.lines.stride, pixel * self.columns.stride
        start = block[1].start * line_step + block[2].start * column_step
        return start, (images.shape[1] * line, line_step, column_step), line, pixel

    def _copy_shifted(
        self, images: NDArray, block: Block, counts: Shape, buffer: NDArray
    ) -> NDArray:
        """Copy one shifted image for each entry of the window: with one channel, longer runs."""
        start, steps, line, pixel = self._steps(images, block)
        entries = (line * self.lines.dilation, pixel * self.columns.dilation)
        shape = (self.lines.size, self.columns.size, *counts)
        source: NDArray = np.ndarray(shape, images.dtype, images, start, (*entries, *steps))
        np.copyto(buffer.reshape(shape), source)
        return buffer.reshape(self.width, -1).T

    def _copy_runs(self, images: NDArray, block: Block, counts: Shape, buffer: NDArray) -> None:
        """Copy what lies together in an image as one item each: a line of the window, or a pixel.

        NumPy copies items of any length two to four times faster than as many numbers.
        """
        whole = self.columns.dilation == 1 or self.columns.size == 1
        start, steps, line, pixel = self._steps(images, block)
        item = np.dtype((np.void, pixel * (self.columns.size if whole else 1)))
        window = self.width * images.itemsize
        target_steps = (counts[1] * counts[2] * window, counts[2] * window, window)
        position = 0
        for i in range(self.lines.size):
            for j in range(1 if whole else self.columns.size):
                entry = start + i * self.lines.dilation * line + j * self.columns.dilation * pixel
                source: NDArray = np.ndarray(counts, item, images, entry, steps)
                target: NDArray = np.ndarray(counts, item, buffer, position, target_steps)
                target[...] = source
                position += item.itemsize

    def _copy_entries(self, images: NDArray, block: Block, counts: Shape, buffer: NDArray) -> None:
        """Copy rows that do not lie together in memory, or are of another dtype."""
        target = buffer.reshape(*counts, self.lines.size, self.columns.size, self.channels)
        for i in range(self.lines.size):
            line = _taken(self.lines, i, block[1])
            for j in range(self.columns.size):
                column = _taken(self.columns, j, block[2])
                np.copyto(target[..., i, j, :], images[:, line, column])


def _even_share(n: int, most: int) -> int:
    """Return the size of equal pieces of n, none larger than `most`; the last may be smaller."""
    return -(-n // -(-n // most))


def _taken(axis: Axis, j: int, windows: slice) -> slice:
    """Return the j-th positions of some windows on an axis with its border."""
    first = windows.start * axis.stride + j * axis.dilation
    last = (windows.stop - 1) * axis.stride + j * axis.dilation
    return slice(first, last + 1, axis.stride)
