"""Contrastive divergence: the likelihood gradient of a restricted Boltzmann machine, sampled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.boltzmann_machine import Machine
from sknn.core.layers import Boltzmann
from sknn.core.layout import Views
from sknn.core.network import Network
from sknn.core.visible_units import Visible, draw_bits, logistic
from sknn.training.callbacks import Callback, Phase, PrintProgress, Progress

_ACTIVITY_DECAY = 0.95


def machine_of(network: Network) -> Machine:
    """Return the distribution defined by the weights of a network; it shares their memory."""
    layer, p = network.layers[0], network.params[0]
    assert isinstance(layer, Boltzmann)
    return Machine(Visible.registry[layer.visible], p["W"], p["a"], p["b"])


class Measure(Callback):
    """Measures an RBM after every epoch, on some of the training rows.

    The likelihood is too expensive, so ``loss`` is the reconstruction error. With validation rows,
    there is also the free energy of both kinds of rows. It depends on the partition function, but
    the difference of the two does not; when that grows, the model memorizes the training rows
    (Hinton 2010, section 6).

    Parameters
    ----------
    x : ndarray or CSR
        Training rows.
    weight : ndarray of shape (n,) or None
    x_val : ndarray, CSR or None
    """

    phase = Phase.MEASURE

    def __init__(self, x: Any, weight: NDArray | None, x_val: Any) -> None:
        self.x = x
        self.weight = weight
        self.x_val = x_val

    def on_epoch_end(self, progress: Progress) -> None:
        """Add the figures to the row of the epoch."""
        _keep_chains(progress)
        machine, row = machine_of(progress.candidate), progress.row

        def mean(values: NDArray) -> float:
            return float(np.average(values, weights=self.weight))

        row["loss"] = mean(machine.reconstruction_errors(self.x))
        if not math.isfinite(row["loss"]):
            progress.stop("diverged")
        if self.x_val is not None:
            row["validation_loss"] = float(machine.reconstruction_errors(self.x_val).mean())
            row["free_energy"] = mean(machine.free_energy(self.x))
            row["validation_free_energy"] = float(machine.free_energy(self.x_val).mean())


class PrintLikelihood(PrintProgress):
    """One line per epoch that begins like that of scikit-learn's restricted Boltzmann machine.

    Parameters
    ----------
    title : str
        Name of the class.
    x : ndarray or CSR
        Training rows whose mean log-pseudo-likelihood is recorded.
    weight : ndarray of shape (n,) or None
    """

    def __init__(self, title: str, x: Any, weight: NDArray | None) -> None:
        self.title = title
        self.x = x
        self.weight = weight

    def place(self, progress: Progress) -> str:
        """Return the number of the epoch, and the machine."""
        return f"[{self.title}] {super().place(progress)}"

    def figures(self, progress: Progress) -> list[str]:
        """Return the pseudo-likelihood and other measurements."""
        likelihoods = machine_of(progress.candidate).log_pseudo_likelihood(self.x)
        mean = np.average(likelihoods, weights=self.weight)
        return [f"pseudo-likelihood = {mean:.2f}", *super().figures(progress)]


def _keep_chains(progress: Progress) -> None:
    """Give averaged weights the last states of the chains, because means are not states."""
    average, network = progress.run.average, progress.network
    if average is not None and "chains" in network.params[0]:
        network.layout.views(average.theta)[0]["chains"][...] = network.params[0]["chains"]


@dataclass(frozen=True)
class SparsityTarget:
    """How often hidden units should be on, and how strongly they are pulled there."""

    target: float
    weight: float


class Phases:
    """Work arrays for batches of one size: rows of the data on top, their rivals below.

    Attributes
    ----------
    v : ndarray of shape (n_data + n_rivals, n_visible)
    h : ndarray of shape (n_data + n_rivals, n_hidden)
        Probabilities, later multiplied by `share`.
    share : ndarray of shape (n_data + n_rivals, 1)
        What each row counts in the gradient: data negative, rivals positive.
    """

    def __init__(self, n_data: int, n_rivals: int, p: Views, visible: Visible) -> None:
        n_visible, n_hidden = p["W"].shape
        dtype = p["W"].dtype
        rows = n_data + n_rivals
        self.v, self.h = np.empty((rows, n_visible), dtype), np.empty((rows, n_hidden), dtype)
        self.share = np.empty((rows, 1), dtype)
        self.v_data, self.v_rivals = self.v[:n_data], self.v[n_data:]
        self.h_data, self.h_rivals = self.h[:n_data], self.h[n_data:]
        self.share_data, self.share_rivals = self.share[:n_data], self.share[n_data:]
        self.bits = np.empty((n_rivals, n_hidden), dtype)
        self.noise_v = np.empty((n_rivals, n_visible), visible.noise_dtype(dtype))
        self.noise_h = np.empty((n_rivals, n_hidden), np.float32)
        self.total = 0.0


class ContrastiveDivergence:
    r"""Minus the log-likelihood of a batch, by its sampled gradient.

    With the free energy F, the gradient is a difference of two phases,

    .. math:: g = \frac{1}{n} \sum_{i \in batch} \frac{\partial F(v_i)}{\partial \theta}
              - \frac{1}{m} \sum_{k} \frac{\partial F(\tilde v_k)}{\partial \theta}

    where the rivals :math:`\tilde v_k` are samples of the model after `n_gibbs` steps of Gibbs
    sampling: from the last states of the chains of the previous batch (persistent, [2]_), or from
    the batch itself ([1]_). Weighted rows count as in :class:`~sknn.training.objective.Supervised`.

    The likelihood itself is too expensive: the loss of a batch is 0.0, and :class:`Measure` records
    other figures after each epoch.

    Parameters
    ----------
    network : Network
        Of one :class:`~sknn.layers.Boltzmann` layer. Where it has chains, they are
        persistent and move with every batch.
    rows : int
        Rows of the usual batch.
    rng : Generator
    n_gibbs : int, default=1
    unit : float, default=1.0
        What divides the weights of rows, their mean.
    sparsity : SparsityTarget, default=None
        Needs a layer that tracks activity.

    References
    ----------
    .. [1] Hinton (2002), "Training products of experts by minimizing contrastive divergence",
       Neural Computation 14.
    .. [2] Tieleman (2008), "Training restricted Boltzmann machines using approximations to the
       likelihood gradient", ICML.
    """

    workspace = None
    l1 = 0.0
    each = 0.0

    def __init__(
        self,
        network: Network,
        rows: int,
        rng: np.random.Generator,
        *,
        n_gibbs: int = 1,
        unit: float = 1.0,
        sparsity: SparsityTarget | None = None,
    ) -> None:
        layer, self.p = network.layers[0], network.params[0]
        assert isinstance(layer, Boltzmann)
        self.network = network
        self.rng = rng
        self.visible = Visible.registry[layer.visible]
        self.n_gibbs = int(n_gibbs)
        self.unit = float(unit)
        self.sparsity = sparsity
        self.persistent = "chains" in self.p
        self.grad = np.zeros_like(network.trainable)
        self.g = network.layout.views(self.grad)[0]
        self.back = self.p["W"].T
        self.phases: dict[int, Phases] = {}
        self._phases_for(rows)

    def _phases_for(self, rows: int) -> Phases:
        phases = self.phases.get(rows)
        if phases is None:
            n_rivals = len(self.p["chains"]) if self.persistent else rows
            phases = self.phases[rows] = Phases(rows, n_rivals, self.p, self.visible)
        return phases

    def batch(self, x: Any, target: Any, weight: NDArray | None) -> float:
        """Fill `grad` and move the chains."""
        phases = self._phases_for(x.shape[0])
        # Samples of the model are dense anyway, so one batch may be dense, too.
        phases.v_data[...] = x if isinstance(x, np.ndarray) else x.toarray()
        self._share(phases, weight)
        if self.persistent:
            self._dream(phases, self.p["chains"])
            self._hidden(phases.v, phases.h)
            draw_bits(phases.h_rivals, self.rng, self.p["chains"], phases.noise_h)
        else:
            self._hidden(phases.v_data, phases.h_data)
            draw_bits(phases.h_data, self.rng, phases.bits, phases.noise_h)
            self._dream(phases, phases.bits)
            self._hidden(phases.v_rivals, phases.h_rivals)
        phase_gradient(self.g, phases.v, phases.h, phases.share)
        if self.sparsity is not None:
            self._keep_sparse(phases, self.sparsity)
        return 0.0

    def figures(self) -> dict[str, float]:
        """Return nothing: there are no measurements within an epoch."""
        return {}

    def _share(self, phases: Phases, weight: NDArray | None) -> None:
        """Set the weights of rows; all rivals together have the weight of the data."""
        scale = 1.0 / (len(phases.v_data) * self.unit)
        if weight is not None:
            np.multiply(weight, -scale, out=phases.share_data)
            phases.total = -float(phases.share_data.sum())
        elif phases.total != (total := scale * len(phases.v_data)):
            phases.share_data.fill(-scale)
            phases.total = total
        else:
            return
        if self.persistent:
            phases.share_rivals.fill(phases.total / len(phases.v_rivals))
        else:
            np.negative(phases.share_data, out=phases.share_rivals)

    def _hidden(self, v: NDArray, out: NDArray) -> None:
        np.dot(v, self.p["W"], out=out)
        out += self.p["b"]
        logistic(out, out)

    def _visible(self, h: NDArray, out: NDArray) -> None:
        np.dot(h, self.back, out=out)
        out += self.p["a"]
        self.visible.mean(out)

    def _dream(self, phases: Phases, bits: NDArray) -> None:
        """Let the model generate its own rows, starting from the hidden states `bits`."""
        v, h = phases.v_rivals, phases.h_rivals
        for step in range(self.n_gibbs):
            if step:
                self._hidden(v, h)
                draw_bits(h, self.rng, bits, phases.noise_h)
            self._visible(bits, v)
            self.visible.draw(v, self.rng, phases.noise_v)

    def _keep_sparse(self, phases: Phases, sparsity: SparsityTarget) -> None:
        """Add the gradient of the cross-entropy between target and mean activity."""
        # The phases have multiplied h by minus the share of each row.
        mean_v = -(phases.share_data[:, 0] @ phases.v_data) / phases.total
        mean_h = -phases.h_data.sum(axis=0) / phases.total
        activity = self.p["activity"]
        activity *= _ACTIVITY_DECAY
        activity += (1.0 - _ACTIVITY_DECAY) * mean_h
        pull = (activity - sparsity.target) * sparsity.weight
        self.g["b"] += pull
        self.g["W"] += np.outer(mean_v, pull)


def phase_gradient(g: Views, v: NDArray, h: NDArray, share: NDArray) -> None:
    r"""Fill `g` with :math:`\sum_i s_i \, \partial (-F(v_i)) / \partial \theta`.

    Parameters
    ----------
    g : dict of ndarray
        W, a and b; for Gaussian units, too, as the shares add up to zero.
    v : ndarray of shape (n, n_visible)
    h : ndarray of shape (n, n_hidden)
        Probabilities of the hidden units; multiplied by `share` in place.
    share : ndarray of shape (n, 1)
    """
    np.dot(share[:, 0], v, out=g["a"])
    np.dot(share[:, 0], h, out=g["b"])
    h *= share
    np.dot(v.T, h, out=g["W"])
