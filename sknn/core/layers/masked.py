"""A fully connected layer with some weights fixed at zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import boolean, integers
from sknn.core.layers.affine import Affine
from sknn.core.layers.base import Context
from sknn.core.layers.products import column_sums, product
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views


class MaskedDense(Affine):
    r"""A dense layer whose units see only inputs of lower or equal degree [1]_.

    .. math:: y = f(x (W \odot M) + b), \qquad M_{iu} = [d_i \le d_u]

    with the degrees d of inputs i and units u. In a chain of such layers, no output depends on an
    input of higher degree. Masked weights are not used and have no gradient.

    Parameters
    ----------
    in_degrees : sequence of int
        The degree of each input.
    degrees : sequence of int
        The degree of each unit, which also gives the number of units.
    activation : str or Activation, default=None
        The non-linearity f. None takes that of the estimator.
    use_bias : bool, default=True
        Whether to add a bias b.
    weight_init : str or Initializer, default=None
        Initial W. None takes that of the estimator; "auto" chooses by the activation.
    bias_init : str or Initializer, default=None
        Initial b. None: what "auto" chooses, zeros for any other `weight_init`.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``masked0``, ``masked1``, ...

    Raises
    ------
    ValueError
        When a network is built, if the number of inputs differs from the number of `in_degrees`.

    References
    ----------
    .. [1] Germain, Gregor, Murray & Larochelle (2015), "MADE: masked autoencoder for distribution
       estimation", ICML.

    Examples
    --------
    >>> from sknn.layers import MaskedDense
    >>> layer = MaskedDense([1, 2, 3], [0, 1, 1, 2], "tanh")
    >>> layer.get_params()["degrees"]
    [0, 1, 1, 2]
    """

    kind = "masked"
    has_units = True
    constraints = {
        "in_degrees": integers(),
        "degrees": integers(),
        "use_bias": boolean(),
    }

    def __init__(
        self,
        in_degrees: Sequence[int],
        degrees: Sequence[int],
        activation: Any = None,
        *,
        use_bias: bool = True,
        weight_init: Any = None,
        bias_init: Any = None,
        name: str | None = None,
    ) -> None:
        self.in_degrees = in_degrees
        self.degrees = degrees
        self.activation = activation
        self.use_bias = use_bias
        self.weight_init = weight_init
        self.bias_init = bias_init
        self.name = name

    def plan(self, in_shape: Shape) -> Plan:
        """W (inputs, units) and b (units,); the links there are, and W without the others."""
        n_in, units = len(self.in_degrees), len(self.degrees)
        if in_shape != (n_in,):
            raise ValueError(
                f"A MaskedDense layer with the degrees of {n_in} inputs was given rows of shape "
                f"{in_shape}."
            )
        links = (n_in, units)
        params = {"W": Param(links, self.weight_init, Role.DECAYED, *links)}
        if self.use_bias:
            params["b"] = Param((units,), self.bias_init, Role.PLAIN, *links)
        scratch = {
            "ones": Scratch((), training_only=True, fill=1.0, shared=True),
            "linked": Scratch(links, dtype=np.bool_, per_row=False, shared=True),
            "weights": Scratch(links, per_row=False),
            **self._activation_scratch((units,)),
        }
        return Plan((units,), params, scratch, n_in * units)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Write f(x (W * M) + b) into `y`."""
        scratch = ctx.scratch
        in_degrees, degrees = np.asarray(self.in_degrees), np.asarray(self.degrees)
        np.less_equal(in_degrees[:, None], degrees, out=scratch["linked"])
        np.multiply(p["W"], scratch["linked"], out=scratch["weights"])
        z = scratch["z"] if self.activation.needs_input else y
        product(x, scratch["weights"], z)
        if self.use_bias:
            z += p["b"][..., None, :]
        self.activation.forward(z, y)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Chain rule: dz = dy f'(z), dW = M * x' dz, db = column sums of dz, dx = dz (W * M)'."""
        scratch = ctx.scratch
        z = scratch["z"] if self.activation.needs_input else y
        work = scratch["work"] if self.activation.work_dtype is not None else None
        self.activation.backward(z, y, dy, work)
        if dx is not None:
            product(dy, scratch["weights"].mT, dx)
        product(x.T if x.ndim == 2 else x.mT, dy, g["W"])
        g["W"] *= scratch["linked"]
        if self.use_bias:
            column_sums(dy, scratch["ones"], g["b"])
