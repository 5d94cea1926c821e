"""The output of an estimator for a row, as one number with a gradient, by family."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses import Mixed
from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.estimators.autoencoder.estimator import AutoEncoder
from sknn.estimators.boltzmann.base import BoltzmannMachine
from sknn.estimators.classifier import NetworkClassifier
from sknn.estimators.gan.estimator import GAN
from sknn.estimators.gan.layers import first_of
from sknn.estimators.synthesizer.estimator import TableSynthesizer
from sknn.estimators.targets.classification import BinaryTargets, MulticlassTargets
from sknn.inspection.backward import WayBack


class ScalarAnswer(ABC):
    """One number for every row, and its gradient with respect to the row.

    Parameters
    ----------
    network : Network
    """

    def __init__(self, network: Network) -> None:
        self.back = WayBack(network)

    @property
    def network(self) -> Network:
        """The network, in double precision."""
        return self.back.network

    def settle(self, x: NDArray) -> None:  # noqa: B027
        """Choose the target for these rows, if it depends on them."""

    @abstractmethod
    def value(self, x: NDArray, rows: Any = slice(None)) -> NDArray:
        """Return the number of every row; `rows` are their places among those of `settle`."""

    @abstractmethod
    def gradient(self, x: NDArray, rows: Any = slice(None)) -> NDArray:
        """Return its gradient, of the shape of `x`."""


class RawScore(ScalarAnswer):
    """A raw score: the (weighted) mean over members, summed over steps if each has one.

    Parameters
    ----------
    network : Network
    column : int or None
        Which one; None: the highest of each row, or step.
    sign : {1, -1} or None
        Factor of the score; None: its sign in each row.
    share : ndarray of shape (n_members,), default=None
        Weights of the members.
    """

    def __init__(
        self,
        network: Network,
        column: int | None,
        sign: int | None = 1,
        share: NDArray | None = None,
    ) -> None:
        super().__init__(network)
        self.column, self.sign = column, sign
        self.share = np.full(network.n_members, 1.0 / network.n_members) if share is None else share
        self.factors: NDArray

    def settle(self, x: NDArray) -> None:
        """Choose for every row the score that decided its prediction."""
        raw = self._mean(x)
        self.factors = np.zeros_like(raw)
        if self.column is None:
            best = raw.argmax(axis=-1)[..., None]
            np.put_along_axis(self.factors, best, 1.0, axis=-1)
        else:
            score = raw[..., self.column]
            sign = np.where(score < 0, -1.0, 1.0) if self.sign is None else self.sign
            self.factors[..., self.column] = sign
        if raw.ndim == 3:
            # Missing steps have no output.
            self.factors[np.isnan(x[..., 0])] = 0.0

    def _mean(self, x: NDArray) -> NDArray:
        raw = self.network.predict(x)
        return np.tensordot(self.share, raw, 1) if self.network.lead else raw

    def value(self, x: NDArray, rows: Any = slice(None)) -> NDArray:
        """Return the score."""
        counted = self._mean(x) * self.factors[rows]
        return counted.reshape(len(x), -1).sum(axis=1)

    def gradient(self, x: NDArray, rows: Any = slice(None)) -> NDArray:
        """Backpropagate from this score."""
        factors = self.factors[rows]

        def pull(raw: NDArray, some: slice) -> NDArray:
            if not self.network.lead:
                return factors[some]
            return self.share.reshape(-1, *[1] * (raw.ndim - 1)) * factors[some]

        return self.back(x, pull)


class Normality(ScalarAnswer):
    """Minus the reconstruction error of an autoencoder."""

    def __init__(self, network: Network, loss: Loss) -> None:
        super().__init__(network)
        self.loss = loss

    def value(self, x: NDArray, rows: Any = slice(None)) -> NDArray:
        """Return minus the mean squared error."""
        return -((self.loss.link(self.network.predict(x)) - x) ** 2).mean(axis=1)

    def gradient(self, x: NDArray, rows: Any = slice(None)) -> NDArray:
        """Add the direct effect of the row to its effect on the reconstruction."""
        direct = np.empty_like(x, np.float64)

        def pull(raw: NDArray, some: slice) -> NDArray:
            answer = self.loss.link(raw.copy())
            direct[some] = (answer - x[some]) * (2.0 / x.shape[1])
            return _through_link(self.loss, answer, -direct[some])

        return self.back(x, pull) + direct


def _through_link(loss: Loss, answer: NDArray, slope: NDArray) -> NDArray:
    """Turn a gradient with respect to predictions into one with respect to raw scores."""
    if isinstance(loss, Mixed):
        out = slope.copy()
        binary = np.asarray(loss.binary, np.intp)
        out[:, binary] *= answer[:, binary] * (1.0 - answer[:, binary])
        for group in loss.categorical:
            p, d = answer[:, group], slope[:, group]
            out[:, group] = p * (d - (p * d).sum(axis=1, keepdims=True))
        return out
    if loss.link_name == "logistic":
        return slope * answer * (1.0 - answer)
    if loss.link_name == "identity":
        return slope
    raise ValueError(
        f"The derivative of the link of {loss!r} is not known; pass target=, the column of a raw "
        "score."
    )


class LogDensity(ScalarAnswer):
    """Minus the free energy of a Boltzmann machine: the log density, except for a constant."""

    def __init__(self, estimator: BoltzmannMachine) -> None:
        super().__init__(estimator.network_)
        self.machine = estimator._machine.double()

    def value(self, x: NDArray, rows: Any = slice(None)) -> NDArray:
        """Return minus the free energy."""
        return -self.machine.free_energy(np.asarray(x, np.float64))

    def gradient(self, x: NDArray, rows: Any = slice(None)) -> NDArray:
        """Add the contributions of the hidden units, weighted by their probabilities."""
        machine, v = self.machine, np.asarray(x, np.float64)
        return machine.visible.own_force(v, machine.a) + machine.hidden(v) @ machine.W.T


class Realness(ScalarAnswer):
    """The score of the discriminator of a GAN."""

    def __init__(self, estimator: GAN) -> None:
        network = estimator.network_
        super().__init__(network.part(first_of(network), len(network.layers)))
        self.targets = estimator._targets
        self.told: NDArray | None = None

    def settle(self, x: NDArray) -> None:
        """Choose for each row the class in which it looks most real, if there are classes."""
        n_classes = len(self.targets)
        if not n_classes:
            return
        every = [self._told(np.full(len(x), code)) for code in range(n_classes)]
        scores = np.hstack([self.network.predict(x, given=told) for told in every])
        self.told = self._told(scores.argmax(axis=1))

    def _told(self, codes: NDArray) -> NDArray:
        return self.targets.one_hot(codes, np.dtype(np.float64))

    def value(self, x: NDArray, rows: Any = slice(None)) -> NDArray:
        """Return the score."""
        return self.network.predict(x, given=None if self.told is None else self.told[rows])[:, 0]

    def gradient(self, x: NDArray, rows: Any = slice(None)) -> NDArray:
        """Backpropagate from this score."""
        given = None if self.told is None else self.told[rows]
        return self.back(x, lambda raw, some: np.ones_like(raw), given)


def answer_of(estimator: Any, target: Any) -> ScalarAnswer:
    """Return the request to an estimator.

    Parameters
    ----------
    estimator : fitted sknn estimator
    target : label, int or None
        As in :func:`sknn.inspection.input_gradients`.
    """
    network = estimator.network_
    if isinstance(estimator, TableSynthesizer):
        raise TypeError(
            "TableSynthesizer has no gradients: its network reads codes of intervals and levels. "
            "Use feature_importances with method='permutation'."
        )
    if isinstance(estimator, GAN):
        _refuse(estimator, target)
        return Realness(estimator)
    if target is None and isinstance(estimator, BoltzmannMachine):
        return LogDensity(estimator)
    if target is None and isinstance(estimator, AutoEncoder):
        return Normality(network, estimator._loss)
    share = vars(estimator).get("member_shares_")
    if not isinstance(estimator, NetworkClassifier):
        return RawScore(network, _column(estimator, target), share=share)
    targets = getattr(estimator._targets, "inner", estimator._targets)
    if isinstance(targets, BinaryTargets):
        sign = None if target is None else (-1, 1)[_code(targets.classes, target)]
        return RawScore(network, 0, sign, share)
    if isinstance(targets, MulticlassTargets):
        column = None if target is None else _code(targets.classes, target)
        return RawScore(network, column, 1, share)
    return RawScore(network, _column(estimator, target), share=share)


def _refuse(estimator: Any, target: Any) -> None:
    if target is not None:
        raise ValueError(f"{type(estimator).__name__} has one score; leave target out.")


def _code(classes: NDArray, label: Any) -> int:
    found = [] if np.ndim(label) else np.flatnonzero(classes == label).tolist()
    if not found:
        raise ValueError(f"target must be one of the classes {classes.tolist()}; got {label!r}.")
    return found[0]


def n_outputs(estimator: Any) -> int:
    """Return the number of outputs that `target` chooses from; 1 for a single class."""
    if isinstance(estimator, (GAN, BoltzmannMachine, AutoEncoder)):
        return 1
    targets = getattr(estimator._targets, "inner", estimator._targets)
    if isinstance(targets, (BinaryTargets, MulticlassTargets)):
        return 1
    return _n_scores(estimator)


def _n_scores(estimator: Any) -> int:
    """Return how many raw scores are predictions, and not uncertainties."""
    loss = getattr(estimator, "_loss", None)
    n = estimator.network_.out_shape[-1]
    if loss is None:
        return n
    return n // 2 if loss.has_spread else n // max(1, len(loss.levels))


def _column(estimator: Any, target: Any) -> int:
    """Return which raw score is requested, if each of several outputs has one."""
    n = _n_scores(estimator)
    loss = getattr(estimator, "_loss", None)
    first = 0 if loss is None else loss.prediction_at(n).start
    if target is None and n == 1:
        return first
    if isinstance(target, bool) or not isinstance(target, (int, np.integer)) or not 0 <= target < n:
        raise ValueError(
            f"target must say which of {n} outputs is meant, by a number from 0 to {n - 1}; got "
            f"{target!r}."
        )
    return first + int(target)
