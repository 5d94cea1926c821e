"""Transposed convolutions: layers that make signals and images larger."""

from __future__ import annotations

from math import prod
from typing import Any

from numpy.typing import NDArray

from sknn.core.layers.base import Context
from sknn.core.layers.correlation import Correlation
from sknn.core.layers.filtering import Filtering, correlation
from sknn.core.layers.grid import IMAGE, NUMBER, SIGNAL
from sknn.core.layout import Param, Role, Scratch, Shape


class _ConvTranspose(Filtering):
    """What ConvTranspose1D and ConvTranspose2D share."""

    kind = "upconv"

    def __init__(
        self,
        filters: int,
        kernel_size: Any = 3,
        activation: Any = None,
        *,
        strides: Any = 1,
        padding: str = "same",
        use_bias: bool = True,
        weight_init: Any = None,
        bias_init: Any = None,
        name: str | None = None,
    ) -> None:
        self.filters = filters
        self.kernel_size = kernel_size
        self.activation = activation
        self.strides = strides
        self.padding = padding
        self.use_bias = use_bias
        self.weight_init = weight_init
        self.bias_init = bias_init
        self.name = name

    def _map(self, in_shape: Shape) -> Correlation:
        """Return the convolution from the output of this layer to its input."""
        *lengths, channels = self.grid.image(self, in_shape)
        kernel, strides = self.grid.pair(self.kernel_size), self.grid.pair(self.strides)
        each = zip(lengths, kernel, strides, strict=True)
        larger = tuple(n * s if self.padding == "same" else (n - 1) * s + k for n, k, s in each)
        image = (*larger, int(self.filters))
        return correlation(image, channels, kernel, strides, (1, 1), self.padding)

    def _planned(
        self, map_: Correlation, in_shape: Shape
    ) -> tuple[Shape, Param, dict[str, Scratch]]:
        kernel, strides = self.grid.pair(self.kernel_size), self.grid.pair(self.strides)
        filters, channels = int(self.filters), map_.filters
        # A number of the output is the sum over about this many numbers of the input.
        fan_in = channels * max(1, prod(kernel) // prod(strides))
        shape = (*self.grid.lower(kernel), filters, channels)
        weights = Param(shape, self.weight_init, Role.DECAYED, fan_in, prod(kernel) * filters)
        image = (map_.windows.lines.length, map_.windows.columns.length, filters)
        return image, weights, map_.scratch(forward=False, adjoint=True)

    def _run(self, map_: Correlation, x: NDArray, W: NDArray, z: NDArray, ctx: Context) -> None:
        map_.adjoint(x, W, z, ctx.scratch)

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
        map_.weight_gradient(dz, x, g, ctx.scratch)
        if dx is not None:
            map_.apply(dz, W, dx, ctx.scratch)


class ConvTranspose1D(_ConvTranspose):
    r"""Transposed :class:`Conv1D`: :math:`y = f(C^T x + b)` makes signals longer [1]_.

    C is the convolution with the same kernel size, strides and padding that takes signals of the
    shape of the output to the shape of the input. Rows have the shape (steps, channels).

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size : int, default=3
        Steps of the output that each step of the input adds to.
    activation : str or Activation, default=None
        The non-linearity f. None takes that of the estimator.
    strides : int, default=1
        How many times longer the output is.
    padding : {"same", "valid"}, default="same"
        "same": the output has ``steps * strides`` steps. "valid": it has ``(steps - 1) * strides +
        kernel_size``.
    use_bias : bool, default=True
        Whether to add a bias b.
    weight_init : str or Initializer, default=None
        Initial W, of shape (kernel_size, filters, channels), the one C has. None takes that of the
        estimator; "auto" chooses by the activation.
    bias_init : str or Initializer, default=None
        Initial b. None: what "auto" chooses, zeros for any other `weight_init`.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``upconv0``, ``upconv1``, ...

    Raises
    ------
    ValueError
        When the network is built, if rows have the wrong number of axes.

    References
    ----------
    .. [1] Dumoulin & Visin (2016), "A guide to convolution arithmetic for deep learning".

    Examples
    --------
    >>> from sknn.layers import ConvTranspose1D
    >>> layers = [ConvTranspose1D(8, 4, "relu", strides=2)]
    """

    grid = SIGNAL
    constraints = {**_ConvTranspose.constraints, "kernel_size": NUMBER, "strides": NUMBER}


class ConvTranspose2D(_ConvTranspose):
    r"""Transposed :class:`Conv2D`: :math:`y = f(C^T x + b)` makes images larger [1]_.

    C is the convolution with the same kernel size, strides and padding that takes images of the
    shape of the output to the shape of the input. Rows have the shape (height, width, channels).

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size : int or pair of int, default=3
        Height and width of the part of the output that each pixel of the input adds to.
    activation : str or Activation, default=None
        The non-linearity f. None takes that of the estimator.
    strides : int or pair of int, default=1
        How many times larger the output is.
    padding : {"same", "valid"}, default="same"
        "same": n pixels along an axis become ``n * strides``. "valid": they become ``(n - 1) *
        strides + kernel_size``.
    use_bias : bool, default=True
        Whether to add a bias b.
    weight_init : str or Initializer, default=None
        Initial W, of shape (kernel height, kernel width, filters, channels), the one C has. None
        takes that of the estimator; "auto" chooses by the activation.
    bias_init : str or Initializer, default=None
        Initial b. None: what "auto" chooses, zeros for any other `weight_init`.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``upconv0``, ``upconv1``, ...

    Raises
    ------
    ValueError
        When the network is built, if rows have the wrong number of axes.

    References
    ----------
    .. [1] Dumoulin & Visin (2016), "A guide to convolution arithmetic for deep learning".

    Examples
    --------
    >>> from sknn.layers import ConvTranspose2D
    >>> layers = [ConvTranspose2D(16, 4, "relu", strides=2)]
    """

    grid = IMAGE
