"""Learned vectors for codes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import integer
from sknn.core.initializers import Initializer, Normal
from sknn.core.layers.base import Context, Defaults, Layer
from sknn.core.layout import Param, Plan, Role, Scratch, Shape, Views
from sknn.core.spec import resolve

_OFF = 0.01
"""How far a code may be from a whole number: rounding, not another scale."""


class Embedding(Layer):
    r"""Replace integer codes with learned vectors [1]_.

    The last axis of a row holds codes :math:`0, \dots, n - 1`. Each is replaced by its `units`
    numbers, side by side: a sequence (steps, 1) becomes (steps, units), a flat row (d,) becomes (d
    * units,). All columns share one table W. Codes are rounded and have no derivative: the gradient
    of the input is zero.

    Parameters
    ----------
    n_codes : int
        Number of codes, and of rows of W.
    units : int
        Length of the vectors.
    weight_init : str or Initializer, default=None
        Initial W. None: normal with the variance 1 / `units`, so that vectors have a length of
        about 1 for any `units`. For initializers, a vector has 1 input and `units` outputs.
    name : str, default=None
        Name in parameter grids and in ``get_weights``; None: ``embedding0``, ...

    Raises
    ------
    ValueError
        In training and prediction, for a code that is not a whole number in the range.

    References
    ----------
    .. [1] Bengio, Ducharme, Vincent & Jauvin (2003), "A neural probabilistic language model",
       JMLR 3.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import MLPClassifier
    >>> from sknn.layers import Dense, Embedding
    >>> codes = np.random.default_rng(0).integers(0, 10, (200, 2))
    >>> same = codes[:, 0] % 2 == codes[:, 1] % 2
    >>> net = MLPClassifier(layers=[Embedding(10, 4), Dense(16)], learning_rate_init=0.01,
    ...                     max_iter=100, random_state=0).fit(codes, same)
    >>> net.get_weights()["embedding0"]["W"].shape
    (10, 4)
    >>> print(f"accuracy {net.score(codes, same):.2f}")
    accuracy 1.00
    """

    kind = "embedding"
    has_units = True
    bears_any_scale = True  # codes are no measurements
    constraints = {"n_codes": integer(1), "units": integer(1)}

    def __init__(
        self, n_codes: int, units: int, weight_init: Any = None, name: str | None = None
    ) -> None:
        self.n_codes = n_codes
        self.units = units
        self.weight_init = weight_init
        self.name = name

    def bind(self, defaults: Defaults) -> Embedding:
        """Resolve the initial values; those of the estimator are for sums over many inputs."""
        bound = copy.copy(self.checked())
        start = Normal(int(self.units) ** -0.5) if self.weight_init is None else self.weight_init
        bound.weight_init = resolve(Initializer, start, "weight_init", "Embedding")
        return bound

    def plan(self, in_shape: Shape) -> Plan:
        """W (n_codes, units), and whole numbers for the codes and for places in W."""
        *lead, d = in_shape
        shape = n_codes, units = int(self.n_codes), int(self.units)
        scratch = {
            "codes": Scratch(in_shape, dtype=np.intp),
            "rounded": Scratch(in_shape),
            "places": Scratch((*in_shape, units), dtype=np.intp, training_only=True),
        }
        weights = Param(shape, self.weight_init, Role.DECAYED, 1, units)
        return Plan((*lead, d * units), {"W": weights}, scratch, 1)

    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> None:
        """Check the codes and look their vectors up."""
        codes, rounded = ctx.scratch["codes"], ctx.scratch["rounded"]
        self._round(x, rounded)
        np.copyto(codes, rounded, casting="unsafe")
        vectors = y.reshape(*codes.shape, -1)
        for own, weights, out in _by_member(p["W"], codes, p["W"], vectors):
            # Codes are in the range; "clip" spares a copy of `out`.
            np.take(weights, own, axis=0, out=out, mode="clip")

    def _round(self, x: NDArray, rounded: NDArray) -> None:
        """Write the nearest whole numbers; raise if they are not codes."""
        low, high = float(x.min()), float(x.max())
        # NaN fails every comparison.
        if not (low > -0.5 and high < int(self.n_codes) - 0.5):
            self._refuse(x)
        np.subtract(x, np.rint(x, out=rounded), out=rounded)
        np.abs(rounded, out=rounded)
        if float(rounded.max()) > _OFF:
            self._refuse(x)
        np.rint(x, out=rounded)

    def _refuse(self, x: NDArray) -> None:
        values = np.asarray(x).ravel()
        whole = np.abs(values - np.rint(np.nan_to_num(values))) <= _OFF
        wrong = values[~(whole & (values > -0.5) & (values < int(self.n_codes) - 0.5))]
        raise ValueError(
            f"{self!r} was given the code {wrong[0]:g}; codes are whole numbers from 0 to "
            f"{int(self.n_codes) - 1}. Number the categories, leave the columns of codes unscaled, "
            "or raise n_codes."
        )

    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Add every vector's gradient to that of its code."""
        if dx is not None:
            dx.fill(0.0)
        codes, places = ctx.scratch["codes"], ctx.scratch["places"]
        units = places.shape[-1]
        np.multiply(codes[..., None], units, out=places)
        places += np.arange(units)
        g["W"].fill(0.0)
        # One number at a time is four times faster than row by row, and needs no array.
        for total, where, own in _by_member(p["W"], g["W"], places, dy):
            np.add.at(total.reshape(-1), where.reshape(-1), own.reshape(-1))


def _by_member(weights: NDArray, *arrays: NDArray) -> Any:
    """Yield the arrays of one member after the other."""
    return zip(*arrays, strict=True) if weights.ndim > 2 else [arrays]
