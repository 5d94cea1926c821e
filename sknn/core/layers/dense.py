"""The fully connected layer."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import boolean, instance_of, integer, none, one_of, real
from sknn.core.initializers import Ones, Zeros
from sknn.core.layers import contraction
from sknn.core.layers.affine import Affine
from sknn.core.layers.base import Context, Defaults
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views
from sknn.exceptions import InvalidParameterError


class Dense(Affine):
    r"""Every unit is linked to every input: :math:`y = f(x W + b)`.

    Where a row has several axes, the last one holds the inputs, and the same W serves every place:
    every step of a sequence, every point of an image.

    Parameters
    ----------
    units : int
        Number of units, the width of the layer.
    activation : str or Activation, default=None
        The non-linearity f. None takes the one of the estimator.
    use_bias : bool, default=True
        Without, the layer has no b.
    weight_init : str or Initializer, default=None
        Initial W. None takes the one of the estimator; "auto" chooses by the activation.
    bias_init : str or Initializer, default=None
        Initial b. None: what "auto" chooses, zeros for any other `weight_init`.
    max_norm : float, default=None
        Upper bound on the length of each unit's incoming weights, restored after every step [1]_.
    tied_to : str, default=None
        Name of a layer whose W, transposed, serves as the W of this one: both learn one array.
    contraction : float, default=0.0
        Strength of a penalty on the squared derivatives of the outputs by the inputs [2]_, for
        the activations identity, logistic, relu and tanh.
    parametrization : {"standard", "ntk"}, default="standard"
        "ntk": W moves at the learning rate times :math:`1 / \sqrt{n}`, n the number of inputs, and
        b at a tenth of it. Under Adam this is the layer :math:`f(x W / \sqrt{n} + b)` [3]_, so
        that one rate suits layers of every width. Decoupled decay stays what it is.
    input_scale : float, default=0.0
        Above 0 every input has a factor that is learnt, at first 1:
        :math:`y = f((x \odot s) W + b)`. They move at so many times the learning rate; at 6, say,
        columns that tell nothing are soon turned down [3]_.
    columns : int, default=None
        Take only the first columns of the input; the others may be meant for `input_skip`.
    input_skip : int, default=0
        So many columns at the end of what the network is given are linked to the units as well,
        past all layers between: :math:`y = f(x W + b + u S)`, the wide path of [4]_. S starts at
        zero and is not decayed.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``hidden0``, ``hidden1``, ...

    References
    ----------
    .. [1] Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from
       overfitting", section 5.1.
    .. [2] Rifai et al. (2011), "Contractive auto-encoders", ICML.
    .. [3] Jacot, Gabriel & Hongler (2018), "Neural tangent kernel"; the factors are those of
       Holzmueller, Grinsztajn & Steinwart (2024), "Better by default", arXiv 2407.04491.
    .. [4] Cheng et al. (2016), "Wide & deep learning for recommender systems".

    Examples
    --------
    >>> from sknn.layers import Dense
    >>> Dense(64, activation="tanh").plan
    <bound method Dense.plan of Dense(activation='tanh', units=64)>
    """

    kind = "hidden"
    reads_sparse = True
    constraints = {
        "units": integer(1),
        "use_bias": boolean(),
        "max_norm": none() | real(0.0, closed="neither"),
        "contraction": real(0.0, closed="left"),
        "tied_to": none() | instance_of(str, "the name of a layer"),
        "parametrization": one_of(["standard", "ntk"]),
        "input_scale": real(0.0, closed="left"),
        "columns": none() | integer(1),
        "input_skip": integer(0),
    }

    def __init__(
        self,
        units: int,
        activation: Any = None,
        *,
        use_bias: bool = True,
        weight_init: Any = None,
        bias_init: Any = None,
        max_norm: float | None = None,
        tied_to: str | None = None,
        contraction: float = 0.0,
        parametrization: str = "standard",
        input_scale: float = 0.0,
        columns: int | None = None,
        input_skip: int = 0,
        name: str | None = None,
    ) -> None:
        self.units = units
        self.activation = activation
        self.use_bias = use_bias
        self.weight_init = weight_init
        self.bias_init = bias_init
        self.max_norm = max_norm
        self.tied_to = tied_to
        self.contraction = contraction
        self.parametrization = parametrization
        self.input_scale = input_scale
        self.columns = columns
        self.input_skip = input_skip
        self.name = name

    def bind(self, defaults: Defaults) -> Dense:
        """Refuse what does not go with a penalty of contraction."""
        bound = super().bind(defaults)
        if self.contraction:
            contraction.check_activation(self.contraction, bound.activation)
        if self.contraction and self.input_scale:
            raise InvalidParameterError("contraction and input_scale do not go together.")
        return bound

    def check_input(self, in_shape: Shape) -> None:
        """Raise where there are not as many columns as `input_skip` asks for."""
        if self.input_skip and (len(in_shape) > 1 or self.input_skip > in_shape[0]):
            raise ValueError(
                f"input_skip={self.input_skip} of Dense asks for more columns than the rows of "
                f"the network have, which are of shape {in_shape}; lower it."
            )

    def plan(self, in_shape: Shape) -> Plan:
        """W (inputs, units), b (units,), s (inputs,) and S (input_skip, units)."""
        *lead, n_in = in_shape
        if self.columns is not None:
            if self.columns > n_in:
                raise ValueError(f"{self!r} takes more columns than the {n_in} there are.")
            n_in = int(self.columns)
        units, skip = int(self.units), int(self.input_skip)
        if lead and self.contraction:
            raise ValueError(f"{self!r}: contraction needs rows that are flat; got {in_shape}.")
        rate, slow = (1.0, 1.0) if self.parametrization == "standard" else (n_in**-0.5, 0.1)
        weights = Param(
            (n_in, units),
            self.weight_init,
            Role.DECAYED,
            n_in,
            units,
            tied_to=self.tied_to,
            rate=rate,
            decay=1.0 / rate,
        )
        params = {"W": weights}
        ones = Scratch(tuple(lead), training_only=True, fill=1.0, shared=True)
        scratch = {"ones": ones}
        if self.use_bias:
            params["b"] = Param((units,), self.bias_init, Role.PLAIN, n_in, units, rate=slow)
        if self.input_scale:
            factor = float(self.input_scale)
            params["s"] = Param((n_in,), Ones(), Role.PLAIN, n_in, units, rate=factor)
            scratch["scaled"] = Scratch((n_in, units), per_row=False)
        if skip:
            slow = slow if self.parametrization == "standard" else slow * skip**-0.5
            params["S"] = Param((skip, units), Zeros(), Role.PLAIN, skip, units, rate=slow)
            scratch["skipped"] = Scratch((units,))
        scratch |= self._activation_scratch((*lead, units))
        if self.contraction:
            scratch |= contraction.scratch(n_in, units)
        return Plan((*lead, units), params, scratch, prod(lead) * n_in * units)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> float | None:
        """Write f(x W + b) into `y`; return the penalty of contraction, if there is one."""
        scratch, places = ctx.scratch, y.ndim - p["W"].ndim
        if places:
            x, y, scratch = as_rows(x, places), as_rows(y, places), _flat(scratch, places)
        z = scratch["z"] if self.activation.needs_input else y
        weights = p["W"] if not self.input_scale else _scaled_weights(p, ctx)
        _product(x if self.columns is None else x[..., : self.columns], weights, z)
        if self.use_bias:
            z += p["b"][..., None, :]
        if self.input_skip:
            _product(self._skipped(ctx), p["S"], ctx.scratch["skipped"])
            z += ctx.scratch["skipped"]
        self.activation.forward(z, y)
        if not self.contraction or not ctx.train:
            return None
        return contraction.penalty(self.activation, p["W"], y, float(self.contraction), ctx)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Chain rule: dz = dy f'(z), dW = x' dz, db = column sums of dz, dx = dz W'."""
        scratch, activation = ctx.scratch, self.activation
        places = y.ndim - p["W"].ndim
        if places:
            x, y, dy = as_rows(x, places), as_rows(y, places), as_rows(dy, places)
            dx, scratch = None if dx is None else as_rows(dx, places), _flat(scratch, places)
        z = scratch["z"] if activation.needs_input else y
        work = scratch["work"] if activation.work_dtype is not None else None
        strength = float(self.contraction) if ctx.train else 0.0
        if strength:
            contraction.add_to_output_gradient(activation, y, dy, strength, ctx)
        activation.backward(z, y, dy, work)
        if self.columns is not None:
            x, dx = x[..., : self.columns], _front(dx, int(self.columns))
        if dx is not None:
            # An outer product is no work for BLAS: five times faster as a broadcast.
            back = np.multiply if self.units == 1 else np.matmul
            weights = p["W"] if not self.input_scale else _scaled_weights(p, ctx)
            back(dy, weights.swapaxes(-1, -2), out=dx)
        _transposed_product(x, dy, g["W"])
        if self.input_scale:
            _scale_gradient(p, g, scratch["scaled"])
        if strength:
            contraction.add_to_weight_gradient(p["W"], g["W"], strength, ctx)
        if self.use_bias:
            # A product with ones sums columns three times faster than add.reduce.
            np.matmul(scratch["ones"], dy, out=g["b"])
        if self.input_skip:
            _transposed_product(self._skipped(ctx), dy, g["S"])

    def _skipped(self, ctx: Context) -> NDArray:
        """Return the columns of the network's input that reach this layer directly."""
        return ctx.input[..., -int(self.input_skip) :]

    @property
    def reads_input(self) -> bool:  # type: ignore[override]
        """Whether columns of the network's input are linked to the units."""
        return self.input_skip > 0

    @property
    def uses_weight(self) -> bool:  # type: ignore[override]
        """Whether a mean over the rows is taken."""
        return self.contraction > 0

    @property
    def depends_on_rows(self) -> bool:  # type: ignore[override]
        """Whether a mean over the batch is added to the loss."""
        return self.contraction > 0

    @property
    def constrained(self) -> bool:
        """Whether there is a bound on incoming weights."""
        return self.max_norm is not None

    def constrain(self, p: Views) -> None:
        """Shorten the incoming weights of units that grew past `max_norm`."""
        weights = p["W"]
        length = np.sqrt(np.einsum("...iu,...iu->...u", weights, weights))[..., None, :]
        bound = float(self.max_norm)  # type: ignore[arg-type]
        weights *= bound / np.maximum(length, bound)


def as_rows(array: Any, places: int) -> Any:
    """Lay so many axes between rows and features behind each other, as rows of their own."""
    lead = array.shape[: array.ndim - places - 2]
    return array.reshape(*lead, -1, array.shape[-1])


def _flat(scratch: dict[str, NDArray], places: int) -> dict[str, NDArray]:
    """Lay the work arrays of all places behind each other as well."""
    flat = {key: as_rows(scratch[key], places) for key in ("z", "work") if key in scratch}
    ones = {"ones": scratch["ones"].reshape(-1)} if "ones" in scratch else {}
    return scratch | flat | ones


def _front(dx: NDArray | None, columns: int) -> NDArray | None:
    """Return the gradient of the columns that are taken; that of the others is zero."""
    if dx is None:
        return None
    dx[..., columns:] = 0.0
    return dx[..., :columns]


def _scaled_weights(p: Views, ctx: Context) -> NDArray:
    """Return W with its rows times the factors of the inputs."""
    return np.multiply(p["s"][..., None], p["W"], out=ctx.scratch["scaled"])


def _scale_gradient(p: Views, g: Views, work: NDArray) -> None:
    """Make of G = x' dz the gradients of W, G times s, and of s, the row sums of G times W.

    So factors of the inputs cost no pass over the batch, and no gradient of the input.
    """
    np.multiply(g["W"], p["W"], out=work)
    np.add.reduce(work, axis=-1, out=g["s"])
    g["W"] *= p["s"][..., None]


def _product(x: Any, weights: NDArray, out: NDArray) -> None:
    """Write ``x @ weights`` into `out`; CSR rows are multiplied member by member."""
    if isinstance(x, np.ndarray):
        np.matmul(x, weights, out=out)
    elif weights.ndim == 2:
        out[...] = x @ weights
    else:
        for member_weights, member_out in zip(weights, out, strict=True):
            member_out[...] = x @ member_weights


def _transposed_product(x: Any, dz: NDArray, out: NDArray) -> None:
    """Write ``x.T @ dz`` into `out`."""
    if isinstance(x, np.ndarray):
        np.matmul(x.swapaxes(-1, -2), dz, out=out)
    elif dz.ndim == 2:
        out[...] = x.T @ dz
    else:
        for member_dz, member_out in zip(dz, out, strict=True):
            member_out[...] = x.T @ member_dz
