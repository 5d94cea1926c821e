"""Common parts of layers for images and signals: convolutions and pooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sknn.core.constraints import Constraint, integer, pair_of_integers
from sknn.core.layers.windows import Axis
from sknn.core.layout import Shape

_ROWS = {1: "(steps, channels)", 2: "(height, width, channels)"}
NUMBER: Constraint = integer(1)
NUMBER_OR_PAIR: Constraint = integer(1) | pair_of_integers(1)


@dataclass(frozen=True)
class Grid:
    """The axes of a row before its channels: one, or two. A signal is an image of one line."""

    n_axes: int

    def image(self, layer: Any, in_shape: Shape) -> Shape:
        """Return the shape of a row as (lines, columns, channels)."""
        if len(in_shape) != self.n_axes + 1:
            rows = _ROWS[self.n_axes]
            raise ValueError(
                f"{type(layer).__name__} needs rows of shape {rows}; they are of shape {in_shape}. "
                f"Give X the shape (n, {rows[1:]}, or put a layer before it that returns such rows."
            )
        return in_shape if self.n_axes == 2 else (1, *in_shape)

    def pair(self, value: Any) -> tuple[int, int]:
        """Return a parameter for lines and columns."""
        if self.n_axes == 1:
            return 1, int(value)
        first, second = value if isinstance(value, (tuple, list)) else (value, value)
        return int(first), int(second)

    def lower(self, shape: Shape) -> Shape:
        """Return (lines, columns, ...) without the line of a signal."""
        return shape[2 - self.n_axes :]

    def lift(self, array: Any) -> Any:
        """View an array of signals as one of images."""
        return array if self.n_axes == 2 else array[..., None, :, :]

    def refuse_empty(
        self, layer: Any, axes: tuple[Axis, Axis], parameter: str, in_shape: Shape
    ) -> None:
        """Raise if not a single window fits."""
        if min(axis.count for axis in axes) > 0:
            return
        reach = self.lower(tuple(axis.reach for axis in axes))
        raise ValueError(
            f"{parameter} of {type(layer).__name__} spans {reach} positions, more than rows of "
            f"shape {in_shape} have. Lower {parameter}, set padding='same', or leave out earlier "
            "layers that make the rows smaller."
        )


SIGNAL, IMAGE = Grid(1), Grid(2)
