"""Common parts of convolutional networks: images or signals as rows, convolutions, pooling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import Any, ClassVar

from numpy.typing import NDArray

from sknn._validation.sequences import n_axes
from sknn.core.activations import Activation
from sknn.core.layers import (
    Activate,
    AveragePool,
    Conv1D,
    Conv2D,
    Flatten,
    Layer,
    MaxPool,
)
from sknn.core.layers.block import Block
from sknn.core.layers.filtering import Filtering
from sknn.core.layout import Shape
from sknn.core.spec import resolve
from sknn.estimators import shape_warnings
from sknn.estimators.settings import layers as layer_specs
from sknn.estimators.settings.wording import KEPT, LAST_LAYER, ROWS
from sknn.estimators.shaped import ShapedNetwork

_POOLING: dict[str, Any] = {"max": MaxPool, "average": AveragePool}
# What "auto" means for long signals, and for images and short signals.
_WIDE = {"kernel_size": 9, "pool_size": 4}
_NARROW = {"kernel_size": 3, "pool_size": 2}
# Parameters that `layers` replaces.
_EXPANDED = (
    "filters",
    "kernel_size",
    "pool_size",
    "pooling",
    "strides",
    "padding",
    "hidden_layer_sizes",
    "activation",
    "dropout",
    "normalization",
)


def _inside(layers: Iterable[Any]) -> Iterator[Layer]:
    """Yield layers, with those inside blocks in place of the blocks."""
    for layer in layers:
        if isinstance(layer, Block):
            yield from _inside(layer.inside())
        elif isinstance(layer, Layer):
            yield layer


class ConvolutionalNetwork(ShapedNetwork):
    """Convolutions and pooling in turn, then dense layers."""

    filters: Any = (32, 64)
    kernel_size: Any = "auto"
    pool_size: Any = "auto"
    pooling: Any = "max"
    strides: Any = 1
    padding: Any = "same"
    hidden_layer_sizes: Any = (64,)

    _wording = {
        **LAST_LAYER,
        ROWS: "array-like of shape (n_samples, height, width, n_channels), "
        "(n_samples, height, width), (n_samples, n_steps, n_channels) or (n_samples, n_features)",
        KEPT: """
    Images or signals with the channels last or, with ``channels="first"``, right after the samples.
    Flat rows are signals with one channel, unless `input_shape` says otherwise. float32 is kept,
    and everything else is converted to float64. Sparse matrices are rejected.""",
    }

    _hidden_parameters: ClassVar[tuple[str, ...]] = ("filters", "hidden_layer_sizes")

    # -- rows -----------------------------------------------------------------------------

    def _with_channels(self, shape: Shape) -> Shape:
        """Add the axis of channels if it is missing."""
        n_axes = self._n_axes(shape)
        first = self._channels_first
        if len(shape) == n_axes:
            return (1, *shape) if first else (*shape, 1)
        if len(shape) != n_axes + 1:
            full = ("(C, H, W)", "(C, T)") if first else ("(H, W, C)", "(T, C)")
            wanted = f"(H, W) or {full[0]}" if n_axes == 2 else f"(T,) or {full[1]}"
            raise ValueError(
                f"Rows of shape {shape} cannot be convolved along {n_axes} axes; X, or "
                f"input_shape, "
                f"must have rows of shape {wanted}."
            )
        return shape

    def _n_axes(self, shape: Shape) -> int:
        """Return the number of axes of convolutions, from the parameters or the rows."""
        said = self._said_axes()
        if said is not None:
            return said
        # (H, W) and (H, W, C) are images; (d,), (T, 1) and (C, T) are signals.
        if len(shape) == 2:
            return 1 if self._channels_first or shape[1] == 1 else 2
        return 1 if len(shape) == 1 else 2

    def _said_axes(self) -> int | None:
        """Return the number of axes of convolutions, if layers or kernels determine it."""
        if self.layers is not None:
            found = [
                layer.grid.n_axes for layer in _inside(self.layers) if isinstance(layer, Filtering)
            ]
        else:
            sizes = (self.kernel_size, self.pool_size, self.strides)
            found = [len(size) for size in sizes if isinstance(size, (tuple, list))]
        return found[0] if found else None

    def _doubt(self, X: Any, x: NDArray) -> str | None:
        """Also warn about the number of axes of convolutions, unless the user set it."""
        shape, first = self.input_shape_, self._channels_first
        given = n_axes(X) - 1 if self.input_shape is None else len(self.input_shape)
        if self.layers is not None or self._said_axes() is not None or given > 2:
            return super()._doubt(X, x)
        if given == 1:
            return shape_warnings.of_flat_rows(shape[0], first)
        return (
            shape_warnings.of_square(shape)
            if len(shape) == 2
            else shape_warnings.of_narrow_images(shape)
        )

    def _automatic_sizes(self) -> Sequence[tuple[float, int]]:
        return ((400, 8), (800, 16), (1600, 32), (inf, 64))

    # -- layers ---------------------------------------------------------------------------

    def _chain(self, n_raw: int) -> list[Layer]:
        output = layer_specs.output_layer(n_raw)
        if self.layers is not None:
            given = layer_specs.given_layers(self, _EXPANDED)
            return [*layer_specs.flattened(self, given, self.input_shape_), output]
        sizes = layer_specs.hidden_sizes(self.hidden_layer_sizes)
        rates = layer_specs.per_layer(self.dropout, len(sizes), "dropout")
        layers = [*self._blocks(), Flatten()]
        for size, rate in zip(sizes, rates, strict=True):
            layers += layer_specs.block(self, size, self.activation)
            layers += layer_specs.dropout(rate)
        return [*layers, output]

    def _blocks(self) -> list[Layer]:
        """Return convolutions, each with normalization, pooling, and activation, in this order.

        An activation that never falls and the maximum can change places, and behind the pooling
        there is a quarter of the work.
        """
        bend = resolve(Activation, self.activation, "activation", type(self).__name__)
        start: dict[str, Any] = {}
        if layer_specs.starts_automatically(self):
            start = {"weight_init": bend.weight_init, "bias_init": bend.bias_init}
        kind = Conv1D if len(self.input_shape_) == 2 else Conv2D
        kernel, strides = self._extent("kernel_size"), self._extent("strides")
        pooled = self.pooling is not None and self.pool_size is not None
        window = self._extent("pool_size") if pooled else None
        norm = layer_specs.normalization(self.normalization)
        early = self.pooling == "max" and bend.monotone
        layers: list[Layer] = []
        for count in layer_specs.hidden_sizes(self.filters):
            layers.append(
                kind(count, kernel, "identity", strides=strides, padding=self.padding, **start)
            )
            layers += [norm()] if norm else []
            pool = [_POOLING[self.pooling](window)] if pooled else []
            activate = Activate(self.activation)
            layers += [*pool, activate] if early else [activate, *pool]
        return layers

    def _extent(self, name: str) -> Any:
        """Return a size in the form for layers: an int, or one for each axis of an image."""
        size, n_axes = getattr(self, name), len(self.input_shape_) - 1
        if isinstance(size, str):
            return (_WIDE if n_axes == 1 and self._is_long_signal() else _NARROW)[name]
        if not isinstance(size, (tuple, list)):
            return int(size)
        if len(size) != n_axes:
            raise ValueError(
                f"{name}={size!r} has {len(size)} entries, but convolutions here run along "
                f"{n_axes} axes; pass an int, or one entry for each axis."
            )
        return int(size[0]) if n_axes == 1 else tuple(int(n) for n in size)

    def _is_long_signal(self) -> bool:
        """Whether wide windows leave something of a signal after each convolution."""
        if self.padding != "same" or self._extent("strides") != 1:
            return False
        n_convolutions = len(layer_specs.hidden_sizes(self.filters))
        return int(self.input_shape_[0]) >= _WIDE["pool_size"] ** n_convolutions
