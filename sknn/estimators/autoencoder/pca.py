"""Principal components as the start of an autoencoder.

A layer passes k numbers z on exactly if two of its units compute f(z) and f(-z), whose difference
is proportional to z for the identity, relu, leaky_relu, gelu, silu, and softplus; or if a bias
shifts every value into the linear part of f. Then an autoencoder with a linear output starts at the
reconstruction of principal component analysis, the best that a linear code can do (Baldi & Hornik,
1989, "Neural networks and principal component analysis"), and training can only improve on it.
"""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations import Activation
from sknn.core.layers import Dense
from sknn.core.layout import Views
from sknn.core.losses.optimum import column_means
from sknn.core.row_order import slabs
from sknn.training.threads import blas_threads

_MOST_FEATURES = 2048
"""With more features, the covariance costs more than it saves."""
_LEAST_SPREAD = 1e-12
"""Below this, all rows count as equal."""


class Components(NamedTuple):
    """Principal components of some rows.

    Attributes
    ----------
    mean : ndarray of shape (n_features,)
    axes : ndarray of shape (n_features, k)
        Orthonormal columns, that of the largest variance first; zero where there is no variance.
    reach : ndarray of shape (k,)
        Largest distance of a row from the mean along each.
    spread : ndarray of shape (k,)
        Standard deviation along each.
    """

    mean: NDArray
    axes: NDArray
    reach: NDArray
    spread: NDArray

    def divided(self, scale: float) -> Components:
        """Return the components of the rows, divided by a number."""
        parts = (self.mean / scale, self.axes, self.reach / scale, self.spread / scale)
        return Components(*parts)

    def shrunk(self, lost: float) -> Components:
        """Return axes whose product with their transpose shrinks rows along each component.

        That is what penalties on the squared weights of both layers of a linear network lead to:
        every component keeps the share ``1 - lost / variance`` (Kunin et al., 2019, "Loss
        landscapes of regularized linear autoencoders", ICML).

        Parameters
        ----------
        lost : float
            Variance below which nothing is left of a component.
        """
        kept = 1.0 - lost / np.maximum(self.spread**2, lost)
        root = np.sqrt(kept)
        return Components(self.mean, self.axes * root, self.reach * root, self.spread * root)


def components(x: Any, weight: NDArray | None, k: int) -> Components | None:
    """Return the first k principal components; None if they are too expensive.

    Signs are chosen such that the largest entry of each axis is positive.

    Parameters
    ----------
    x : ndarray or CSR of shape (n, n_features)
    weight : ndarray of shape (n,) or None
    k : int
    """
    n, d = x.shape
    if d > _MOST_FEATURES or n < 2:
        return None
    share = np.full(n, 1.0 / n) if weight is None else weight / weight.sum()
    mean = column_means(x, weight)
    axes, spread = _axes(_covariance(x, share, mean), k)
    reach = [np.abs(part @ axes - mean @ axes).max(axis=0) for _, part in slabs(x)]
    return Components(mean, axes, np.max(reach, axis=0), spread)


def _covariance(x: Any, share: NDArray, mean: NDArray) -> NDArray:
    """Return the weighted covariance, summed over slabs of rows in float64."""
    d = x.shape[1]
    total = np.zeros((d, d))
    # The product of a few rows would cost no more than adding it.
    step = max(256, (1 << 18) // d)
    with blas_threads(min(step, x.shape[0]) * d * d):
        for rows, part in slabs(x, step):
            centered = part - mean
            total += (centered * share[rows, None]).T @ centered
    return total


def _axes(covariance: NDArray, k: int) -> tuple[NDArray, NDArray]:
    """Return directions, and the standard deviation along each."""
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[::-1], vectors[:, ::-1]
    axes, spread = np.zeros((len(values), k)), np.zeros(k)
    m = min(k, len(values))
    axes[:, :m], spread[:m] = vectors[:, :m], np.sqrt(np.maximum(values[:m], 0.0))
    # Directions without variance are arbitrary: rounding would determine them.
    axes[:, :m][:, values[:m] <= 1e-9 * max(values[0], 0.0)] = 0.0
    largest = np.abs(axes).argmax(axis=0)
    return axes * np.where(axes[largest, np.arange(k)] < 0, -1.0, 1.0), spread


class Carrier(NamedTuple):
    """How the first units of a layer carry z: argument ``z @ into + lift``, and back."""

    into: NDArray
    lift: NDArray
    out: NDArray
    offset: NDArray


def carrier(activation: Activation, units: int, found: Components, tied: bool) -> Carrier | None:
    """Return how a layer with a number of units can carry components; None if it cannot.

    Parameters
    ----------
    activation : Activation
    units : int
    found : Components
    tied : bool
        Numbers keep their own units, so that the decoder can be the transpose.
    """
    k, reach = len(found.reach), found.reach
    eye = np.eye(k)
    # The arguments vary by about 1, where activations are curved. If the farthest row set the
    # scale, a few odd rows would leave all others in the linear part, and training would stay
    # there.
    scale = 1.0 if tied else _one_over(found.spread)
    if units >= k and activation.straight_above == -inf:
        return Carrier(eye * scale, np.zeros(k), eye / scale, np.zeros(k))
    if activation.pairs_to_a_line and units >= 2 * k:
        gain = float(np.subtract(*activation([1.0, -1.0])))
        both = np.hstack([eye, -eye])
        return Carrier(both * scale, np.zeros(2 * k), both.T / (gain * scale), np.zeros(k))
    if units < k:
        return None
    if activation.straight_above < inf:
        # Half as much room again as the farthest row needs, for rows of later calls.
        scale = 1.0 if tied else _one_over(reach)
        lift = 1.5 * reach * scale + activation.straight_above
        # Far out, the intercept would be lost in rounding.
        base, slope = _line(activation, min(float(lift.max()), 100.0) + 1.0)
        return Carrier(eye * scale, lift, eye / (slope * scale), -(lift + base / slope) / scale)
    if activation.bounds is None or not activation.curved:
        return None
    # Nearly linear around zero: keep the arguments small.
    small = 0.25 / max(float(reach.max()), 1e-12)
    base = float(activation([0.0])[0])
    slope = float(np.subtract(*activation([0.05, -0.05]))) / 0.1
    return Carrier(
        eye * small, np.zeros(k), eye / (slope * small), np.full(k, -base / (slope * small))
    )


def _one_over(lengths: NDArray) -> float:
    """Return the factor that makes the root mean square of some lengths 1."""
    length = float(np.sqrt(np.mean(lengths**2)))
    return 1.0 if length < _LEAST_SPREAD else 1.0 / length


def _line(activation: Activation, at: float) -> tuple[float, float]:
    """Return intercept and slope of the linear part."""
    one, two = activation([at, at + 1.0])
    slope = float(two - one)
    return float(one) - slope * at, slope


def start(chain: list[tuple[Dense, Views]], found: Components, tied: bool, logistic: bool) -> bool:
    """Write weights that reconstruct from principal components; return whether that is possible.

    Parameters
    ----------
    chain : list of (Dense, views)
        All fully connected layers in order, the last one linear. Units that are not needed
        keep their random weights, and the output ignores them at first.
    found : Components
    tied : bool
        The decoder uses the transposed weights of the encoder.
    logistic : bool
        A logistic function follows: the reconstruction is then exact only to first order around one
        half.
    """
    carriers = [
        carrier(layer.activation, views["W"].shape[-1], found, tied) for layer, views in chain[:-1]
    ]
    if any(each is None or (tied and not _is_symmetric(each)) for each in carriers):
        return False
    read, offset = found.axes, -found.mean @ found.axes
    for (_, views), each in zip(chain[:-1], carriers, strict=True):
        assert each is not None
        _connect(views, read @ each.into, offset @ each.into + each.lift)
        read, offset = each.out, each.offset
    last = chain[-1][1]
    last["W"][...] = 0.0
    gain, middle = (4.0, 0.5) if logistic else (1.0, 0.0)
    bias = offset @ found.axes.T + found.mean - middle
    _connect(last, gain * read @ found.axes.T, gain * bias)
    return True


def _connect(views: Views, weights: NDArray, bias: NDArray) -> None:
    """Connect the first units to the first inputs only."""
    rows, columns = weights.shape
    views["W"][:, :columns] = 0.0
    views["W"][:rows, :columns] = weights
    views["b"][:columns] = bias


def _is_symmetric(each: Carrier) -> bool:
    return np.allclose(each.into, each.out.T)
