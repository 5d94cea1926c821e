"""Initial values of parameters."""

from __future__ import annotations

from abc import abstractmethod
from math import prod, sqrt

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import real
from sknn.core.spec import Spec
from sknn.exceptions import InvalidParameterError

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LecunNormal",
    "Normal",
    "Ones",
    "Orthogonal",
    "ScaledUniform",
    "Uniform",
    "Zeros",
]

Values = NDArray[np.float64]


class Initializer(Spec, family=True):
    """Base class of initializers, which draw initial values.

    Values are drawn in float64 for any dtype of the network, so that the same seed gives the
    same values in both precisions.
    """

    @abstractmethod
    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Return an array of `shape` for a layer with `fan_in` inputs and `fan_out` outputs."""


def _symmetric(rng: np.random.Generator, shape: tuple[int, ...], bound: float) -> Values:
    return rng.uniform(-bound, bound, shape)


class Zeros(Initializer, alias="zeros"):
    """Set all entries to 0.

    Examples
    --------
    >>> from sknn.initializers import Zeros
    >>> Zeros().draw(None, (3,), 1, 1)
    array([0., 0., 0.])
    """

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Return zeros; `rng` is not used."""
        return np.zeros(shape)


class Ones(Initializer, alias="ones"):
    """Set all entries to 1.

    Examples
    --------
    >>> from sknn.initializers import Ones
    >>> Ones().draw(None, (3,), 1, 1)
    array([1., 1., 1.])
    """

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Return ones; `rng` is not used."""
        return np.ones(shape)


class Constant(Initializer, alias="constant"):
    """Set all entries to one number.

    Parameters
    ----------
    value : float, default=0.0
        The number.

    Examples
    --------
    >>> from sknn.initializers import Constant
    >>> Constant(0.1).draw(None, (3,), 1, 1)
    array([0.1, 0.1, 0.1])
    """

    constraints = {"value": real()}

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Return the number, repeated; `rng` is not used."""
        return np.full(shape, float(self.value))


class Uniform(Initializer, alias="uniform"):
    """Uniform distribution between two bounds, for layers of any size.

    Parameters
    ----------
    low, high : float, default=-0.05, 0.05
        The bounds; `low` must not be greater than `high`.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.initializers import Uniform
    >>> values = Uniform(0.0, 0.1).draw(np.random.default_rng(0), (100,), 1, 1)
    >>> print(f"from {values.min():.2f} to {values.max():.2f}")
    from 0.00 to 0.10
    """

    constraints = {"low": real(), "high": real()}

    def __init__(self, low: float = -0.05, high: float = 0.05) -> None:
        self.low = low
        self.high = high

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Draw from U(low, high).

        Raises
        ------
        InvalidParameterError
            If `low` is greater than `high`.
        """
        if self.low > self.high:
            raise InvalidParameterError(
                f"The 'low' parameter of Uniform must not be greater than 'high'. Got "
                f"{self.low!r} and {self.high!r} instead."
            )
        return rng.uniform(self.low, self.high, shape)


class Normal(Initializer, alias="normal"):
    r"""Normal distribution with mean 0, for layers of any size: :math:`N(0, \sigma^2)`.

    Parameters
    ----------
    sigma : float >= 0, default=0.01
        The standard deviation.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.initializers import Normal
    >>> float(Normal(0.01).draw(np.random.default_rng(0), (50, 50), 50, 50).std().round(3))
    0.01
    """

    constraints = {"sigma": real(0.0, closed="left")}

    def __init__(self, sigma: float = 0.01) -> None:
        self.sigma = sigma

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Draw from N(0, sigma^2)."""
        return rng.normal(0.0, self.sigma, shape)


class ScaledUniform(Initializer):
    r"""scikit-learn's uniform initialization, which it uses for weights and biases.

    :math:`U(-a, a)` with :math:`a = \sqrt{c / (n_{in} + n_{out})}`. With ``factor=6`` this is the
    rule of [1]_; scikit-learn takes 2 for logistic units.

    Parameters
    ----------
    factor : float > 0, default=6.0
        The number c.

    References
    ----------
    .. [1] Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward
       neural networks".

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.initializers import ScaledUniform
    >>> values = ScaledUniform(2.0).draw(np.random.default_rng(0), (100, 100), 100, 100)
    >>> float(abs(values).max().round(3))
    0.1
    """

    constraints = {"factor": real(0.0)}

    def __init__(self, factor: float = 6.0) -> None:
        self.factor = factor

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Draw from U(-a, a)."""
        return _symmetric(rng, shape, sqrt(self.factor / (fan_in + fan_out)))


class GlorotUniform(Initializer, alias="glorot_uniform"):
    r"""Glorot (Xavier) uniform initialization: variance :math:`2 / (n_{in} + n_{out})` [1]_.

    :math:`U(-a, a)` with :math:`a = \sqrt{6 / (n_{in} + n_{out})}`; for tanh and linear units.

    References
    ----------
    .. [1] Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward
       neural networks".

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.initializers import GlorotUniform
    >>> values = GlorotUniform().draw(np.random.default_rng(0), (300, 300), 300, 300)
    >>> float(abs(values).max().round(3))
    0.1
    """

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Draw from U(-a, a)."""
        return _symmetric(rng, shape, sqrt(6.0 / (fan_in + fan_out)))


class GlorotNormal(Initializer, alias="glorot_normal"):
    r"""Glorot (Xavier) normal initialization: variance :math:`2 / (n_{in} + n_{out})` [1]_.

    References
    ----------
    .. [1] Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward
       neural networks".

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.initializers import GlorotNormal
    >>> values = GlorotNormal().draw(np.random.default_rng(0), (100, 100), 100, 100)
    >>> float(values.std().round(2))
    0.1
    """

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Draw from N(0, 2 / (fan_in + fan_out))."""
        return rng.normal(0.0, sqrt(2.0 / (fan_in + fan_out)), shape)


class HeUniform(Initializer, alias="he_uniform"):
    r"""He (Kaiming) uniform initialization: variance :math:`2 / n_{in}` [1]_, for rectifiers.

    :math:`U(-a, a)` with :math:`a = \sqrt{6 / n_{in}}`; for rectifiers, which halve the variance.

    References
    ----------
    .. [1] He, Zhang, Ren & Sun (2015), "Delving deep into rectifiers: surpassing human-level
       performance on ImageNet classification".

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.initializers import HeUniform
    >>> values = HeUniform().draw(np.random.default_rng(0), (600, 100), 600, 100)
    >>> float(abs(values).max().round(3))
    0.1
    """

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Draw from U(-a, a)."""
        return _symmetric(rng, shape, sqrt(6.0 / fan_in))


class HeNormal(Initializer, alias="he_normal"):
    r"""He (Kaiming) normal initialization: variance :math:`2 / n_{in}` [1]_, for rectifiers.

    References
    ----------
    .. [1] He, Zhang, Ren & Sun (2015), "Delving deep into rectifiers: surpassing human-level
       performance on ImageNet classification".

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.initializers import HeNormal
    >>> values = HeNormal().draw(np.random.default_rng(0), (200, 100), 200, 100)
    >>> float(values.std().round(2))
    0.1
    """

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Draw from N(0, 2 / fan_in)."""
        return rng.normal(0.0, sqrt(2.0 / fan_in), shape)


class LecunNormal(Initializer, alias="lecun_normal"):
    r"""LeCun normal initialization: variance :math:`1 / n_{in}` [1]_, for selu [2]_.

    References
    ----------
    .. [1] LeCun, Bottou, Orr & Müller (1998), "Efficient backprop".
    .. [2] Klambauer, Unterthiner, Mayr & Hochreiter (2017), "Self-normalizing neural networks".

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.initializers import LecunNormal
    >>> values = LecunNormal().draw(np.random.default_rng(0), (100, 100), 100, 100)
    >>> float(values.std().round(2))
    0.1
    """

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Draw from N(0, 1 / fan_in)."""
        return rng.normal(0.0, sqrt(1.0 / fan_in), shape)


class Orthogonal(Initializer, alias="orthogonal"):
    r"""Orthogonal initialization: orthonormal columns (rows, if wide), times a gain [1]_.

    The orthogonal factor of a matrix of standard normal numbers; with the signs of the
    triangular factor moved into it, every rotation is equally likely. Arrays of more than two axes
    are treated as matrices of the shape (product of the leading axes, last axis).

    Parameters
    ----------
    gain : float > 0, default=1.0
        Length of each column (row).

    References
    ----------
    .. [1] Saxe, McClelland & Ganguli (2013), "Exact solutions to the nonlinear dynamics of learning
       in deep linear neural networks".

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.initializers import Orthogonal
    >>> W = Orthogonal().draw(np.random.default_rng(0), (5, 3), 5, 3)
    >>> print(abs(W.T @ W).round(6))
    [[1. 0. 0.]
     [0. 1. 0.]
     [0. 0. 1.]]
    """

    constraints = {"gain": real(0.0)}

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> Values:
        """Draw a matrix and keep its orthogonal factor."""
        n_rows, n_columns = prod(shape[:-1]), shape[-1]
        tall = (max(n_rows, n_columns), min(n_rows, n_columns))
        q, r = np.linalg.qr(rng.standard_normal(tall))
        q *= np.where(np.diagonal(r) < 0.0, -self.gain, self.gain)
        return (q if n_rows >= n_columns else q.T).reshape(shape)
