"""What convolutions and their transposes have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import boolean, integer, one_of
from sknn.core.layers.affine import Affine
from sknn.core.layers.base import Context
from sknn.core.layers.correlation import Correlation
from sknn.core.layers.grid import IMAGE, NUMBER_OR_PAIR, Grid
from sknn.core.layers.steps import steps_there
from sknn.core.layers.windows import Axis
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views

# Numbers of the tile by which biases are added.
_TILE = 1 << 13


class Filtering(Affine):
    """A layer with the same weights at every place, f(C x + b) for a linear map C."""

    constraints = {
        "filters": integer(1),
        "kernel_size": NUMBER_OR_PAIR,
        "strides": NUMBER_OR_PAIR,
        "padding": one_of(["same", "valid"]),
        "use_bias": boolean(),
    }

    uses_mask = True
    grid: ClassVar[Grid]
    filters: int
    kernel_size: Any
    strides: Any
    padding: str
    use_bias: bool

    @abstractmethod
    def _map(self, in_shape: Shape) -> Correlation:
        """Return the correlation of this layer for rows of a shape."""

    @abstractmethod
    def _planned(
        self, map_: Correlation, in_shape: Shape
    ) -> tuple[Shape, Param, dict[str, Scratch]]:
        """Return the shape of the output as an image, the weights, and work arrays."""

    @abstractmethod
    def _run(self, map_: Correlation, x: NDArray, W: NDArray, z: NDArray, ctx: Context) -> None:
        """Write C x into `z`, for one member."""

    @abstractmethod
    def _run_back(
        self,
        map_: Correlation,
        W: NDArray,
        g: NDArray,
        x: NDArray,
        dz: NDArray,
        dx: NDArray | None,
        ctx: Context,
    ) -> None:
        """Write the gradients of `W` and `x`, for one member."""

    def plan(self, in_shape: Shape) -> Plan:
        """W (*kernel, channels in, filters), b (filters,)."""
        map_ = self._map(in_shape)
        image, weights, scratch = self._planned(map_, in_shape)
        out_shape, params = self.grid.lower(image), {"W": weights}
        if self.use_bias:
            fans = (weights.fan_in, weights.fan_out)
            params["b"] = Param((int(self.filters),), self.bias_init, Role.PLAIN, *fans)
            scratch |= _bias_scratch(image)
        scratch |= self._activation_scratch(out_shape)
        return Plan(out_shape, params, scratch, map_.work)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Write f(C x + b) into `y`, one member after the other."""
        z = ctx.scratch["z"] if self.activation.needs_input else y
        x, _ = self._present(x, ctx)
        map_ = self._map(x.shape[-self.grid.n_axes - 1 :])
        for member in self._members(p):
            rows = x[member] if x.ndim == y.ndim else x
            target = self.grid.lift(z[member])
            self._run(map_, self.grid.lift(rows), p["W"][member], target, ctx)
            if self.use_bias:
                _add_bias(target, p["b"][member], ctx.scratch["tile"])
        self.activation.forward(z, y)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Go back through f, then, for each member, through the linear map."""
        z = ctx.scratch["z"] if self.activation.needs_input else y
        self.activation.backward(z, y, dy, ctx.scratch.get("work"))
        x, mask = self._present(x, ctx)
        map_ = self._map(x.shape[-self.grid.n_axes - 1 :])
        for member in self._members(p):
            rows = x[member] if x.ndim == y.ndim else x
            dz = self.grid.lift(dy[member])
            source = None if dx is None else self.grid.lift(dx[member])
            weights, gradient = p["W"][member], g["W"][member]
            self._run_back(map_, weights, gradient, self.grid.lift(rows), dz, source, ctx)
            if self.use_bias:
                _bias_gradient(dz, g["b"][member], ctx.scratch)
        if mask is not None and dx is not None:
            dx *= mask

    def _present(self, x: NDArray, ctx: Context) -> tuple[NDArray, NDArray | None]:
        """Return sequences with zeros at missing steps, and which there are, (rows, steps, 1).

        So windows that reach beyond the end of a short row see the same there as beyond the
        longest. Arrays are made for it, as few batches have gaps.
        """
        if self.grid is IMAGE or steps_there(ctx.mask, x.shape[-2], self) is None:
            return x, None
        mask = ctx.mask[..., None]  # type: ignore[index]
        return np.where(mask, x, 0.0), mask

    def _members(self, p: Views) -> Iterable[Any]:
        """Return the index of each member; that of a single one takes all there is."""
        weights = p["W"]
        return range(len(weights)) if weights.ndim > self.grid.n_axes + 2 else (...,)


def _bias_scratch(image: Shape) -> dict[str, Scratch]:
    """Name a tile of biases, for a line or an even part of it, and a one for each such tile."""
    lines, columns, filters = image
    most = max(1, min(columns, _TILE // filters))
    width = next(part for part in range(most, 0, -1) if columns % part == 0)
    pieces = (lines * columns // width,)
    return {
        "tile": Scratch((width, filters), per_row=False, shared=True),
        "ones": Scratch(pieces, training_only=True, fill=1.0, shared=True),
    }


def _add_bias(z: NDArray, b: NDArray, tile: NDArray) -> None:
    """Add `b` at every place; many places at once are three times faster than one by one."""
    np.copyto(tile, b)
    tiles = z.reshape(-1, tile.size)
    tiles += tile.reshape(-1)


def _bias_gradient(dz: NDArray, g: NDArray, scratch: dict[str, NDArray]) -> None:
    """Write sums of `dz` over all places: of tiles by a product with ones, then within the tile."""
    tile, ones = scratch["tile"], scratch["ones"].reshape(-1)
    np.matmul(ones, dz.reshape(-1, tile.size), out=tile.reshape(-1))
    np.add.reduce(tile, axis=0, out=g)


@lru_cache(maxsize=1024)
def correlation(
    image: Shape,
    filters: int,
    kernel: tuple[int, int],
    strides: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
) -> Correlation:
    """Return the map for images of a shape; finding it again costs less than making it."""
    lines, columns = (
        Axis.padded(*sizes, padding)
        for sizes in zip(image[:2], kernel, strides, dilation, strict=True)
    )
    return Correlation(lines, columns, image[2], filters)
