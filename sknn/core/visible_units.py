"""The visible units of a restricted Boltzmann machine: the distribution of v given h."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations import Logistic

logistic = Logistic().forward


def softplus(z: NDArray) -> NDArray:
    """Return log(1 + exp(z)) without overflow."""
    out = np.abs(z)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
    out += np.maximum(z, 0.0)
    return out


def draw_bits(mean: NDArray, rng: np.random.Generator, out: NDArray, noise: NDArray) -> None:
    """Write 1 into `out` with the probabilities `mean`, else 0; `noise` is float32 scratch."""
    rng.random(out=noise, dtype=np.float32)
    np.less(noise, mean, out=out)


class Visible(ABC):
    """One kind of visible unit; all its functions are pure."""

    registry: ClassVar[dict[str, Visible]] = {}
    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.registry[cls.name] = cls()

    def noise_dtype(self, dtype: np.dtype) -> np.dtype:
        """Return the precision of the scratch that `draw` wants."""
        return dtype

    @abstractmethod
    def mean(self, z: NDArray) -> None:
        """Turn the total input ``a + h W'`` into the mean of v, in place."""

    @abstractmethod
    def draw(self, mean: NDArray, rng: np.random.Generator, noise: NDArray) -> None:
        """Replace means by samples, in place."""

    @abstractmethod
    def own_energy(self, v: NDArray, a: NDArray) -> NDArray:
        """Return the part of the energy of each row that hidden units have no share in."""

    @abstractmethod
    def own_force(self, v: NDArray, a: NDArray) -> NDArray:
        """Return minus the gradient of the own energy, of every row; may be broadcast."""

    @abstractmethod
    def log_integral(self, z: NDArray, a: NDArray) -> NDArray:
        """Return the logarithm of exp(-energy) summed over all v, for the total inputs `z`."""


class BernoulliVisible(Visible):
    """Zero or one; numbers in between count as probabilities."""

    name = "bernoulli"

    def noise_dtype(self, dtype: np.dtype) -> np.dtype:
        """Uniform numbers need no more than float32."""
        return np.dtype(np.float32)

    def mean(self, z: NDArray) -> None:
        """Squash by the logistic function."""
        logistic(z, z)

    def draw(self, mean: NDArray, rng: np.random.Generator, noise: NDArray) -> None:
        """Compare with uniform numbers."""
        draw_bits(mean, rng, mean, noise)

    def own_energy(self, v: NDArray, a: NDArray) -> NDArray:
        """Minus the biases of the units that are on."""
        return -(v @ a)

    def own_force(self, v: NDArray, a: NDArray) -> NDArray:
        """Return the biases, wherever v is."""
        return a

    def log_integral(self, z: NDArray, a: NDArray) -> NDArray:
        """Every unit is off or on."""
        return softplus(z).sum(axis=-1)


class GaussianVisible(Visible):
    """Real numbers with variance 1 around ``a + h W'``."""

    name = "gaussian"

    def mean(self, z: NDArray) -> None:
        """Leave it: the total input is the mean."""

    def draw(self, mean: NDArray, rng: np.random.Generator, noise: NDArray) -> None:
        """Add normal numbers."""
        rng.standard_normal(out=noise, dtype=noise.dtype)  # type: ignore[call-overload]
        mean += noise

    def own_energy(self, v: NDArray, a: NDArray) -> NDArray:
        """Half the squared distance from the bias."""
        distance = v - a
        return 0.5 * np.einsum("ij,ij->i", distance, distance)

    def own_force(self, v: NDArray, a: NDArray) -> NDArray:
        """Point toward the biases."""
        return a - v

    def log_integral(self, z: NDArray, a: NDArray) -> NDArray:
        """Complete the square."""
        square = np.einsum("...j,...j->...", z, z) - a @ a
        return 0.5 * (square + len(a) * math.log(2.0 * math.pi))
