"""A restricted Boltzmann machine as a probability distribution: energies and likelihoods."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from sknn.core.row_order import in_order, slabs
from sknn.core.visible_units import BernoulliVisible, Visible, draw_bits, logistic, softplus

# Numbers in the largest array of one chunk.
_CHUNK = 1 << 18
# A mixture of normal densities of variance 1, summed on a grid this fine, is exact to 13 digits,
# and this far out it is negligible.
_GRID, _MARGIN = 0.8, 7.5
MAX_ENUMERATED = 24


class LogPartition(NamedTuple):
    """The logarithm of the partition function.

    Attributes
    ----------
    value : float
    standard_error : float
        0.0 if it is exact.
    """

    value: float
    standard_error: float


class Machine:
    r"""The distribution :math:`p(v, h) = e^{-E(v, h)} / Z` over visible and hidden units.

    Parameters
    ----------
    visible : Visible
    W : ndarray of shape (n_visible, n_hidden)
    a : ndarray of shape (n_visible,)
    b : ndarray of shape (n_hidden,)
    """

    def __init__(self, visible: Visible, W: NDArray, a: NDArray, b: NDArray) -> None:
        self.visible = visible
        self.W, self.a, self.b = W, a, b

    def double(self) -> Machine:
        """Return the same machine in float64."""
        W, a, b = (np.asarray(array, np.float64) for array in (self.W, self.a, self.b))
        return Machine(self.visible, W, a, b)

    # -- conditionals ---------------------------------------------------------------------

    def hidden(self, v: Any, heat: float = 1.0) -> NDArray:
        """Return P(h = 1 | v); `heat` multiplies W."""
        z = (in_order(v) @ self.W) * heat + self.b
        logistic(z, z)
        return z

    def visibles(self, h: NDArray, heat: float = 1.0) -> NDArray:
        """Return the mean of v given h."""
        z = (h @ self.W.T) * heat + self.a
        self.visible.mean(z)
        return z

    def gibbs(self, h: NDArray, rng: np.random.Generator, heat: float = 1.0) -> NDArray:
        """Draw v given the hidden states `h`."""
        v = self.visibles(h, heat)
        self.visible.draw(v, rng, np.empty(v.shape, self.visible.noise_dtype(v.dtype)))
        return v

    def draw_hidden(self, v: Any, rng: np.random.Generator, heat: float = 1.0) -> NDArray:
        """Draw h given v."""
        h = self.hidden(v, heat)
        draw_bits(h, rng, h, np.empty(h.shape, np.float32))
        return h

    def reconstruct(self, v: Any) -> NDArray:
        """Return E[v | E[h | v]]: up and down with means, without draws."""
        return self.visibles(self.hidden(v))

    def reconstruction_errors(self, v: Any) -> NDArray:
        """Return the mean of (v - reconstruction)^2 over the units of each row."""
        out = np.empty(v.shape[0], self.W.dtype)
        for rows, piece in slabs(v, _step(sum(self.W.shape))):
            out[rows] = ((self.reconstruct(piece) - piece) ** 2).mean(axis=1)
        return out

    # -- energies -------------------------------------------------------------------------

    def free_energy(self, v: Any, heat: float = 1.0) -> NDArray:
        """Return F(v) = -log sum_h exp(-E(v, h)) of each row; CSR rows are made dense in chunks."""
        out = np.empty(v.shape[0], self.W.dtype)
        for rows, piece in slabs(v, _step(sum(self.W.shape))):
            inputs = (piece @ self.W) * heat + self.b
            out[rows] = self.visible.own_energy(piece, self.a) - softplus(inputs).sum(axis=1)
        return out

    def log_pseudo_likelihood(self, v: Any) -> NDArray:
        """Return the sum over i of log p(v_i | all other v) of each row, exactly."""
        binary = isinstance(self.visible, BernoulliVisible)
        conditional = self._log_bit if binary else self._log_density
        width = len(self.b) if binary else len(self.b) * max(map(len, map(self._grid, self._units)))
        out = np.zeros(v.shape[0], self.W.dtype)
        for rows, piece in slabs(v, _step(max(width, len(self.a)))):
            inputs = piece @ self.W + self.b
            for i in self._units:
                others = inputs - np.outer(piece[:, i], self.W[i])
                out[rows] += conditional(i, piece[:, i], others)
        return out

    @property
    def _units(self) -> range:
        return range(len(self.a))

    def _log_bit(self, i: int, v: NDArray, others: NDArray) -> NDArray:
        """Return log p(v_i | others): minus the cross-entropy if v_i is a probability."""
        odds = softplus(others + self.W[i]).sum(axis=1) - softplus(others).sum(axis=1) + self.a[i]
        return -v * softplus(-odds) - (1.0 - v) * softplus(odds)

    def _grid(self, i: int) -> NDArray:
        """Return points across the range of visible unit i, whose means lie between two ends."""
        row = self.W[i].astype(np.float64)
        low = self.a[i] + row[row < 0].sum() - _MARGIN
        high = self.a[i] + row[row > 0].sum() + _MARGIN
        return np.arange(low, high + _GRID, _GRID)

    def _log_density(self, i: int, v: NDArray, others: NDArray) -> NDArray:
        """Return log p(v_i | others), a mixture of normal densities, normalized on a grid."""
        points = self._grid(i).astype(self.W.dtype)

        def weight(u: NDArray) -> NDArray:
            inputs = others[:, None, :] + u[..., None] * self.W[i]
            return softplus(inputs).sum(axis=-1) - 0.5 * (u - self.a[i]) ** 2

        norm = logsumexp(weight(points[None, :]), axis=1) + math.log(_GRID)
        return weight(v[:, None])[:, 0] - norm

    # -- the partition function -----------------------------------------------------------

    def exact_log_partition(self) -> LogPartition:
        """Sum over all 2 ** n_hidden states of the hidden units."""
        n_hidden = len(self.b)
        if n_hidden > MAX_ENUMERATED:
            raise ValueError(
                f"{n_hidden} hidden units have 2^{n_hidden} states, too many to sum over; at most "
                f"{MAX_ENUMERATED} hidden units can be enumerated. Use method='ais'."
            )
        bits = 1 << np.arange(n_hidden)
        step = _step(sum(self.W.shape))
        parts = []
        for start in range(0, 1 << n_hidden, step):
            states = np.arange(start, min(start + step, 1 << n_hidden))
            h = ((states[:, None] & bits) != 0).astype(np.float64)
            parts.append(logsumexp(h @ self.b + self._log_integral(h)))
        return LogPartition(float(logsumexp(parts)), 0.0)

    def _log_integral(self, h: NDArray) -> NDArray:
        return self.visible.log_integral(h @ self.W.T + self.a, self.a)

    def annealed_log_partition(
        self, rng: np.random.Generator, n_chains: int, n_steps: int
    ) -> LogPartition:
        r"""Estimate by annealed importance sampling.

        The weights are heated from 0, where units are independent and the sum is known, to 1; every
        chain collects the ratios along its path.

        References
        ----------
        Salakhutdinov & Murray (2008), "On the quantitative analysis of deep belief networks", ICML.
        """
        base = float(softplus(self.b).sum() + self.visible.log_integral(self.a[None], self.a)[0])
        v = self.gibbs(np.zeros((n_chains, len(self.b))), rng, heat=0.0)
        log_weight = np.zeros(n_chains)
        heats = np.linspace(0.0, 1.0, n_steps + 1)
        for before, heat in zip(heats[:-1].tolist(), heats[1:].tolist(), strict=True):
            log_weight += self.free_energy(v, before) - self.free_energy(v, heat)
            v = self.gibbs(self.draw_hidden(v, rng, heat), rng, heat)
        top = log_weight.max()
        weight = np.exp(log_weight - top)
        mean = weight.mean()
        error = float(weight.std(ddof=1) / mean / math.sqrt(n_chains)) if n_chains > 1 else math.nan
        return LogPartition(base + float(top + np.log(mean)), error)


def _step(width: int) -> int:
    """Return how many rows make a chunk, so that `width` numbers per row stay bounded."""
    return max(1, _CHUNK // max(1, width))
