"""The fully connected layer."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import boolean, instance_of, integer, none, one_of, real
from sknn.core.layers.affine import Affine
from sknn.core.layers.base import Context, Defaults
from sknn.core.layers.dense import columns, contraction, input_factors, linear_path
from sknn.core.layers.dense.rates import rates
from sknn.core.layers.products import as_rows, column_sums, product
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views
from sknn.exceptions import InvalidParameterError


class Dense(Affine):
    r"""Fully connected layer: :math:`y = f(x W + b)`.

    If a row has several axes, the last one holds the inputs, and all other positions share the same
    W: every step of a sequence, every point of an image.

    Parameters
    ----------
    units : int
        Number of units, the width of the layer.
    activation : str or Activation, default=None
        The non-linearity f. None takes that of the estimator.
    use_bias : bool, default=True
        Whether to add a bias b.
    weight_init : str or Initializer, default=None
        Initial W. None takes that of the estimator; "auto" chooses by the activation.
    bias_init : str or Initializer, default=None
        Initial b. None: what "auto" chooses, zeros for any other `weight_init`.
    max_norm : float, default=None
        Upper bound on the norm of each unit's incoming weights, enforced after every update [1]_.
    tied_to : str, default=None
        Name of a layer whose W, transposed, is used as the W of this layer, so that both share one
        array.
    contraction : float, default=0.0
        Strength of a penalty on the squared derivatives of the outputs with respect to the inputs
        [2]_, for the activations identity, logistic, relu, and tanh.
    parametrization : {"standard", "ntk"}, default="standard"
        "ntk": W moves at the learning rate times :math:`1 / \sqrt{n}`, n the number of inputs, and
        b at a tenth of it. Under Adam this is the layer :math:`f(x W / \sqrt{n} + b)` [3]_, so that
        one rate suits layers of every width. Decoupled weight decay is not affected.
    input_scale : float, default=0.0
        If positive, every input has a learned factor that starts at 1:
        :math:`y = f((x \odot s) W + b)`. The factors move at `input_scale` times the learning rate;
        with 6, for example, columns without information are soon scaled down [3]_.
    columns : int, default=None
        Use only the first columns of the input; the others may be for `input_skip`.
    input_skip : int, default=0
        Number of columns at the end of the network's input that are also connected to the units,
        bypassing all layers between: :math:`y = f(x W + b + u S)`, the wide path of [4]_. S starts
        at zero and is not decayed.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``hidden0``, ``hidden1``, ...

    References
    ----------
    .. [1] Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from
       overfitting", section 5.1.
    .. [2] Rifai et al. (2011), "Contractive auto-encoders", ICML.
    .. [3] Jacot, Gabriel & Hongler (2018), "Neural tangent kernel"; the factors are those of
       Holzmüller, Grinsztajn & Steinwart (2024), "Better by default", arXiv 2407.04491.
    .. [4] Cheng et al. (2016), "Wide & deep learning for recommender systems".

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import MLPClassifier
    >>> from sknn.layers import Dense
    >>> MLPClassifier(layers=[Dense(64, "tanh")]).initialize(np.eye(3), [0, 1, 2]).coefs_[0].shape
    (3, 64)
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
        """Refuse what cannot be combined with a contractive penalty."""
        bound = super().bind(defaults)
        if self.contraction:
            contraction.check_activation(self.contraction, bound.activation)
        for name in ("input_scale", "input_skip"):
            if self.contraction and getattr(self, name):
                raise InvalidParameterError(f"contraction and {name} cannot be combined.")
        return bound

    def check_input(self, in_shape: Shape) -> None:
        """Raise if there are fewer columns than `input_skip` asks for."""
        if self.input_skip:
            linear_path.check_input(self.input_skip, in_shape)

    def plan(self, in_shape: Shape) -> Plan:
        """W (inputs, units), b (units,), s (inputs,) and S (input_skip, units)."""
        *lead, n_in = in_shape
        for name in ("contraction", "input_skip"):
            if lead and getattr(self, name):
                raise ValueError(f"{self!r}: {name} needs rows that are flat; got {in_shape}.")
        n_in, units = columns.count(self.columns, n_in, self), int(self.units)
        rate = rates(self.parametrization, n_in, int(self.input_skip))
        start, owner, fans = self.weight_init, self.tied_to, (n_in, units)
        weights = Param(
            fans, start, Role.DECAYED, *fans, owner, rate=rate.weights, decay=1.0 / rate.weights
        )
        params = {"W": weights}
        ones = Scratch(tuple(lead), training_only=True, fill=1.0, shared=True)
        scratch = {"ones": ones, **self._activation_scratch((*lead, units))}
        if self.use_bias:
            params["b"] = Param((units,), self.bias_init, Role.PLAIN, *fans, rate=rate.bias)
        if self.input_scale:
            params |= input_factors.params(n_in, units, self.input_scale)
            scratch |= input_factors.scratch(n_in, units)
        if self.input_skip:
            params |= linear_path.params(int(self.input_skip), units, rate.path)
            scratch |= linear_path.scratch(units)
        if self.contraction:
            scratch |= contraction.scratch(n_in, units)
        return Plan((*lead, units), params, scratch, prod(lead) * n_in * units)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> float | None:
        """Write f(x W + b) into `y`; return the contractive penalty, if there is one."""
        scratch, places = ctx.scratch, y.ndim - p["W"].ndim
        if places:
            x, y, scratch = as_rows(x, places), as_rows(y, places), _flat(scratch, places)
        z = scratch["z"] if self.activation.needs_input else y
        weights = input_factors.scaled_weights(p, ctx) if self.input_scale else p["W"]
        product(x if self.columns is None else x[..., : self.columns], weights, z)
        if self.use_bias:
            b = p["b"]
            z += b if b.ndim == 1 else b[..., None, :]
        if self.input_skip:
            linear_path.add(p, z, ctx)
        self.activation.forward(z, y)
        if not self.contraction or not ctx.train:
            return None
        return contraction.penalty(self.activation, p["W"], y, float(self.contraction), ctx)

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Chain rule: dz = dy f'(z), dW = x' dz, db = column sums of dz, dx = dz W'."""
        scratch, places = ctx.scratch, y.ndim - p["W"].ndim
        if places:
            x, y, dy = as_rows(x, places), as_rows(y, places), as_rows(dy, places)
            dx, scratch = None if dx is None else as_rows(dx, places), _flat(scratch, places)
        strength = float(self.contraction) if ctx.train else 0.0
        if strength:
            contraction.add_to_output_gradient(self.activation, y, dy, strength, ctx)
        z = scratch["z"] if self.activation.needs_input else y
        work = scratch["work"] if self.activation.work_dtype is not None else None
        self.activation.backward(z, y, dy, work)
        if self.columns is not None:
            x, dx = columns.front(x, dx, int(self.columns))
        if dx is not None:
            # BLAS is slow at outer products: a broadcast is five times faster.
            back = np.multiply if self.units == 1 else product
            weights = input_factors.scaled_weights(p, ctx) if self.input_scale else p["W"]
            back(dy, weights.mT, dx)
        product(x.T if x.ndim == 2 else x.mT, dy, g["W"])
        if self.input_scale:
            input_factors.scale_gradient(p, g, ctx)
        if strength:
            contraction.add_to_weight_gradient(p["W"], g["W"], strength, ctx)
        if self.use_bias:
            column_sums(dy, scratch["ones"], g["b"])
        if self.input_skip:
            linear_path.backward(p, g, dy, ctx)

    @property
    def reads_input(self) -> bool:  # type: ignore[override]
        """Whether columns of the network's input are linked to the units."""
        return self.input_skip > 0

    @property
    def ignores_zeros(self) -> bool:  # type: ignore[override]
        """Whether W is used only in x W, and nothing else changes it."""
        plain = type(self) is Dense and self.tied_to is None and self.columns is None
        return plain and not (self.constrained or self.contraction or self.input_scale)

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


def _flat(scratch: dict[str, NDArray], places: int) -> dict[str, NDArray]:
    """Merge the axes of positions in the work arrays as well."""
    flat = {key: as_rows(scratch[key], places) for key in ("z", "work") if key in scratch}
    ones = {"ones": scratch["ones"].reshape(-1)} if "ones" in scratch else {}
    return scratch | flat | ones
