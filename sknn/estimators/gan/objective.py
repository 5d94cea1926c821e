"""Two networks that take turns: one generates rows, the other distinguishes them from real ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses import Adversarial, SquaredError
from sknn.core.network import Network
from sknn.core.tangent import GradientPenalty
from sknn.core.workspace import Workspace
from sknn.training.objective import Penalty
from sknn.training.run import Run
from sknn.training.update import Update

_OF_THE_GENERATOR = ("generator_loss", "generator_gradient_norm")


class Player:
    """One of the two: some layers of a chain, with their own vector and gradient.

    Parameters
    ----------
    whole : Network
        The chain of both; :meth:`publish` keeps its vector up to date.
    start, stop : int
        The layers of this one.
    rows : int
        Rows of the largest batch.
    rng : Generator
        Source of noise of the layers.
    l2 : float
        Strength of the penalty on weights.
    """

    def __init__(
        self, whole: Network, start: int, stop: int, rows: int, rng: np.random.Generator, l2: float
    ) -> None:
        self.network = whole.part(start, stop)
        self.workspace = Workspace(
            self.network, SquaredError(), rows, rng, input_gradient=start > 0
        )
        self.grad = self.workspace.grad
        self.penalty = Penalty(self.network, self.grad, l2)
        self.windows = []
        position = 0
        for place in whole.layout.places(start, stop):
            end = position + place.stop - place.start
            self.windows.append((whole.theta[place], self.network.theta[position:end]))
            position = end

    def publish(self) -> None:
        """Write the weights, and statistics of layers, into the chain."""
        for there, here in self.windows:
            there[...] = here


@dataclass(frozen=True)
class Rules:
    """Settings of the training of a GAN.

    Attributes
    ----------
    objective : Adversarial
        Losses of both networks.
    n_critic : int
        Turns of the discriminator for one of the generator.
    smoothing : float
        How far the target of real rows is moved toward that of generated rows.
    noise : float
        Initial standard deviation of the noise on all rows the discriminator sees; it falls
        linearly to zero, epoch by epoch.
    noisy_epochs : int or None
        Number of epochs; None: the epochs that the first call of the run asked for.
    penalty : float
        Strength of the gradient penalty.
    l2 : float
        Strength of the penalty on the weights of both, per unit of weight.
    unit : float
        What divides the weights of rows, their mean.
    """

    objective: Adversarial
    n_critic: int = 1
    smoothing: float = 0.0
    noise: float = 0.0
    noisy_epochs: int | None = None
    penalty: float = 0.0
    l2: float = 0.0
    unit: float = 1.0


class Figures:
    """Sums over the turns of an epoch."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.counts: dict[str, int] = {}

    def add(self, rows: int, **means: float) -> None:
        """Add the means over some rows."""
        for name, mean in means.items():
            self.sums[name] = self.sums.get(name, 0.0) + rows * mean
            self.counts[name] = self.counts.get(name, 0) + rows

    def take(self) -> dict[str, float]:
        """Return the means and start over."""
        means = {name: total / self.counts[name] for name, total in self.sums.items()}
        self.sums, self.counts = {}, {}
        return means


class Duel:
    """The objective of a generator and a discriminator.

    :meth:`batch` is the turn of the discriminator: the generator generates as many rows as the
    batch has, for the same classes and with the same weights, and both halves are judged.
    :meth:`answer` is the turn of the generator: the discriminator, which has changed, judges the
    same generated rows again.

    Parameters
    ----------
    network : Network
        The chain of both. Its input are latent numbers, followed by the class, one-hot, if rows
        have one, which the discriminator reads as well.
    first : int
        The layer the discriminator begins with.
    rows : int
        Rows of the usual batch.
    run : Run
        Gives noise, and the epoch.
    rules : Rules
    """

    workspace = None
    l1 = 0.0
    each = 0.0

    def __init__(self, network: Network, first: int, rows: int, run: Run, rules: Rules) -> None:
        rng, n_layers = run.streams.noise, len(network.layers)
        self.network, self.run, self.rules, self.rng = network, run, rules, rng
        self.generator = Player(network, 0, first, rows, rng, rules.l2)
        self.discriminator = Player(network, first, n_layers, 2 * rows, rng, rules.l2)
        self.penalty = None
        if rules.penalty:
            objective, workspace = rules.objective, self.discriminator.workspace
            self.penalty = GradientPenalty(workspace, rules.penalty, objective.slope)
        self.epoch_figures = Figures()

    @property
    def grad(self) -> NDArray:
        """Gradient of the discriminator."""
        return self.discriminator.grad

    def figures(self) -> dict[str, float]:
        """Return the measurements since the last call, as means over rows.

        What a generator that had no turn would have shown is not a number.
        """
        return dict.fromkeys(_OF_THE_GENERATOR, math.nan) | self.epoch_figures.take()

    # -- the turn of the discriminator --------------------------------------------------------

    def batch(self, x: NDArray, target: NDArray | None, weight: NDArray | None) -> float:
        """Return the loss of the discriminator and fill its gradient."""
        rows, workspace = len(x), self.discriminator.workspace
        self.classes, self.weight = target, weight
        scale = 1.0 / (rows * self.rules.unit)
        self.counts = scale if weight is None else weight * scale
        self._make_up(rows)
        both = np.concatenate([x, self.made_up])
        self._blur(both)
        frame = workspace.frame(2 * rows)
        value = workspace.forward(both, frame, _twice(weight), _twice(target))
        objective, raw, d_raw = self.rules.objective, frame.raw, frame.d_raw
        for half, judged in (
            (slice(rows), objective.real(raw[:rows], self.rules.smoothing)),
            (slice(rows, None), objective.fake(raw[rows:])),
        ):
            value += float((judged[0] * self.counts).sum())
            np.multiply(judged[1], self.counts, out=d_raw[half])
        self._note(raw, rows)
        workspace.backward(both, frame)
        if self.penalty is not None:
            value += self.penalty.add(self._points(both, rows), self.counts, target)
        self.each = value + self.discriminator.penalty()
        return self.each

    def _make_up(self, rows: int) -> None:
        """Generate rows for the classes of the batch."""
        latent, dtype = self.network.in_shape[0], self.network.dtype
        if self.classes is not None:
            latent -= self.classes.shape[1]
        self.latent = draw_latent(self.rng, rows, latent, self.classes, dtype)
        workspace = self.generator.workspace
        frame = workspace.frame(rows)
        self.added = workspace.forward(self.latent, frame, self.weight)
        self.made_up = frame.raw

    def _blur(self, x: NDArray) -> None:
        """Add the remaining noise."""
        left = max(0.0, 1.0 - self.run.epoch / (self.rules.noisy_epochs or self.run.horizon))
        if self.rules.noise and left:
            x += (self.rules.noise * left) * self.rng.standard_normal(x.shape, x.dtype)

    def _points(self, both: NDArray, rows: int) -> NDArray:
        """Return the points at which the gradient of the score is computed."""
        real, fake = both[:rows], both[rows:]
        if not self.rules.objective.between:
            return real
        share = self.rng.random((rows, 1), both.dtype)
        return real * share + fake * (1.0 - share)

    def _note(self, raw: NDArray, rows: int) -> None:
        real, fake = raw[:rows], raw[rows:]
        self.epoch_figures.add(
            rows,
            real_score=float(real.mean()),
            fake_score=float(fake.mean()),
            # A tie is half a hit: without any difference, the accuracy is one half.
            accuracy=float((real > fake).mean() + 0.5 * (real == fake).mean()),
        )

    # -- the turn of the generator -------------------------------------------------------------

    def answer(self) -> None:
        """Fill the gradient of the generator, for the rows it generated last."""
        rows, judge, maker = len(self.latent), self.discriminator.workspace, self.generator
        seen = self.made_up.copy() if self.rules.noise else self.made_up
        self._blur(seen)
        frame = judge.frame(rows)
        judge.forward(seen, frame, self.weight, self.classes)
        values, slopes = self.rules.objective.generator(frame.raw)
        np.multiply(slopes, self.counts, out=frame.d_raw)
        judge.backward(seen, frame)
        own = maker.workspace.frame(rows)
        own.d_raw[...] = frame.d_input
        maker.workspace.backward(self.latent, own)
        loss = float((values * self.counts).sum()) + self.added + maker.penalty()
        norm = math.sqrt(float(np.vdot(maker.grad, maker.grad)))
        self.epoch_figures.add(rows, **dict(zip(_OF_THE_GENERATOR, (loss, norm), strict=True)))


def draw_latent(
    rng: np.random.Generator, rows: int, size: int, classes: NDArray | None, dtype: Any
) -> NDArray:
    """Return latent numbers from the standard normal distribution, followed by the classes."""
    z = rng.standard_normal((rows, size), dtype)
    return z if classes is None else np.hstack([z, classes])


def _twice(array: NDArray | None) -> NDArray | None:
    """Return rows for the real and the generated half of a batch."""
    return None if array is None else np.concatenate([array, array])


class Turns:
    """Moves the discriminator and, after every few of its updates, the generator.

    Parameters
    ----------
    duel : Duel
    discriminator, generator : Update
        Of the networks of the two players.
    pace : float
        Learning rate of the generator, in units of that of the discriminator.

    Attributes
    ----------
    grad : ndarray
        Gradient of the discriminator.
    strength : float
        Of what a schedule lets fade: nothing here.
    """

    def __init__(self, duel: Duel, discriminator: Update, generator: Update, pace: float) -> None:
        self.duel = duel
        self.discriminator = discriminator
        self.generator = generator
        self.pace = float(pace)
        self.grad = duel.grad
        self.strength = 1.0

    def __call__(self, lr: float, step: int) -> None:
        """Update the discriminator and, after its turns, the generator."""
        duel, turns = self.duel, self.duel.rules.n_critic
        self.discriminator(lr, step)
        duel.discriminator.publish()
        if step % turns == 0:
            duel.answer()
            self.generator(lr * self.pace, step // turns)
        # Layers of the generator may update statistics at any turn.
        duel.generator.publish()
