"""Layers of local features: convolutions."""

from __future__ import annotations

from math import prod
from typing import Any

from numpy.typing import NDArray

from sknn.core.layers.base import Context
from sknn.core.layers.correlation import Correlation
from sknn.core.layers.filtering import Filtering, correlation
from sknn.core.layers.grid import IMAGE, NUMBER, NUMBER_OR_PAIR, SIGNAL
from sknn.core.layout import Param, Role, Scratch, Shape


class _Convolution(Filtering):
    """What Conv1D and Conv2D share."""

    kind = "conv"
    constraints = {**Filtering.constraints, "dilation": NUMBER_OR_PAIR}

    def __init__(
        self,
        filters: int,
        kernel_size: Any = 3,
        activation: Any = None,
        *,
        strides: Any = 1,
        dilation: Any = 1,
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
        self.dilation = dilation
        self.padding = padding
        self.use_bias = use_bias
        self.weight_init = weight_init
        self.bias_init = bias_init
        self.name = name

    def _map(self, in_shape: Shape) -> Correlation:
        sizes = map(self.grid.pair, (self.kernel_size, self.strides, self.dilation))
        return correlation(self.grid.image(self, in_shape), int(self.filters), *sizes, self.padding)

    def _planned(
        self, map_: Correlation, in_shape: Shape
    ) -> tuple[Shape, Param, dict[str, Scratch]]:
        windows, filters = map_.windows, int(self.filters)
        self.grid.refuse_empty(self, (windows.lines, windows.columns), "kernel_size", in_shape)
        kernel = (windows.lines.size, windows.columns.size)
        weights = Param(
            (*self.grid.lower(kernel), map_.channels, filters),
            self.weight_init,
            Role.DECAYED,
            windows.width,
            prod(kernel) * filters,
        )
        return (*windows.shape, filters), weights, map_.scratch(forward=True, adjoint=False)

    def _run(self, map_: Correlation, x: NDArray, W: NDArray, z: NDArray, ctx: Context) -> None:
        map_.apply(x, W, z, ctx.scratch)

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
        map_.weight_gradient(x, dz, g, ctx.scratch)
        if dx is not None:
            map_.adjoint(dz, W, dx, ctx.scratch)


class Conv1D(_Convolution):
    r"""Convolution along a signal or sequence with learned filters: :math:`y = f(x * W + b)`.

    .. math:: y_{o,u} = f\Big(b_u + \sum_{j,c} x_{o s + j d - p,\, c} W_{j,c,u}\Big)

    with stride s, dilation d and p zeros in front [1]_. Rows have the shape (steps, channels).

    Parameters
    ----------
    filters : int
        Number of filters, the channels of the output.
    kernel_size : int, default=3
        Steps a filter sees at once.
    activation : str or Activation, default=None
        The non-linearity f. None takes that of the estimator.
    strides : int, default=1
        Distance from one window to the next.
    dilation : int, default=1
        Distance between the steps of one window.
    padding : {"same", "valid"}, default="same"
        "same": ``ceil(steps / strides)`` windows, for which zeros are added at both ends,
        ``max((ceil(steps / strides) - 1) * strides + (kernel_size - 1) * dilation + 1 - steps, 0)``
        in total, with the smaller half of them in front, as in TensorFlow and Keras. "valid": as
        many windows as fit.
    use_bias : bool, default=True
        Whether to add a bias b.
    weight_init : str or Initializer, default=None
        Initial W, of shape (kernel_size, channels, filters). None takes that of the estimator;
        "auto" chooses by the activation.
    bias_init : str or Initializer, default=None
        Initial b. None: what "auto" chooses, zeros for any other `weight_init`.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``conv0``, ``conv1``, ...

    Raises
    ------
    ValueError
        When the network is built, if rows have the wrong number of axes, or a window does not fit
        into them.

    Notes
    -----
    Windows are copied for the matrix product in slabs of at most 2**19 numbers (2 MB in float32),
    no matter how long the signals are.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document
       recognition"; dilation: Yu & Koltun (2016), "Multi-scale context aggregation by dilated
       convolutions".

    Examples
    --------
    >>> from sknn.layers import Conv1D
    >>> layers = [Conv1D(8, 5), Conv1D(16, 5, "relu", strides=2)]
    """

    grid = SIGNAL
    constraints = {
        **_Convolution.constraints,
        "kernel_size": NUMBER,
        "strides": NUMBER,
        "dilation": NUMBER,
    }


class Conv2D(_Convolution):
    r"""Convolution of an image with learned filters: :math:`y = f(x * W + b)`.

    .. math:: y_{o,q,u} = f\Big(b_u + \sum_{i,j,c} x_{o s + i d - p,\, q s' + j d' - p',\, c}
              W_{i,j,c,u}\Big)

    with strides s, dilations d and p zeros in front [1]_. Rows have the shape (height, width,
    channels).

    Parameters
    ----------
    filters : int
        Number of filters, the channels of the output.
    kernel_size : int or pair of int, default=3
        Height and width of the window of a filter.
    activation : str or Activation, default=None
        The non-linearity f. None takes that of the estimator.
    strides : int or pair of int, default=1
        Distance from one window to the next.
    dilation : int or pair of int, default=1
        Distance between the pixels of one window.
    padding : {"same", "valid"}, default="same"
        "same": ``ceil(n / s)`` windows along an axis of n pixels, for which zeros are added around
        the image, ``max((ceil(n / s) - 1) * s + (k - 1) * d + 1 - n, 0)`` in total, with the
        smaller half of them in front, as in TensorFlow and Keras. "valid": as many windows as fit.
    use_bias : bool, default=True
        Whether to add a bias b.
    weight_init : str or Initializer, default=None
        Initial W, of shape (kernel height, kernel width, channels, filters). None takes that of the
        estimator; "auto" chooses by the activation.
    bias_init : str or Initializer, default=None
        Initial b. None: what "auto" chooses, zeros for any other `weight_init`.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``conv0``, ``conv1``, ...

    Raises
    ------
    ValueError
        When the network is built, if rows have the wrong number of axes, or a window does not fit
        into them.

    Notes
    -----
    Windows are copied for the matrix product in slabs of at most 2**19 numbers (2 MB in float32),
    no matter how large the images are.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document
       recognition"; dilation: Yu & Koltun (2016), "Multi-scale context aggregation by dilated
       convolutions".

    Examples
    --------
    >>> from sknn.layers import Conv2D
    >>> layers = [Conv2D(8, 3), Conv2D(16, (3, 5), "relu", strides=2)]
    """

    grid = IMAGE
