"""The turns of both players: gradients against differences, and which side is updated when."""

import numpy as np
import pytest

from sknn.core.layers import BatchNorm, Defaults
from sknn.core.losses import Adversarial, NonSaturating
from sknn.core.network import Network
from sknn.core.optimizers import SGD
from sknn.estimators.gan.diversity import Surroundings, squared_distances
from sknn.estimators.gan.objective import Duel, Rules, Turns
from sknn.training.run import Run, Streams
from sknn.training.update import Update
from tests.estimators.gan.parts import FEATURES, differences, small_network

RNG = np.random.default_rng(2)
X = RNG.normal(size=(6, FEATURES))
CLASSES = np.eye(2)[RNG.integers(2, size=6)]
WEIGHT = RNG.random((6, 1)) + 0.5
VARIANTS = {
    "plain": ({}, None, None),
    "weights": ({"unit": 1.3}, None, WEIGHT),
    "classes": ({}, CLASSES, None),
    "all": ({"noise": 0.3, "penalty": 0.4, "l2": 0.1}, CLASSES, WEIGHT),
}


def duel_of(network, objective, options):
    """A duel that always draws the same numbers."""
    run = Run(Streams.from_seed(5), horizon=10)
    options = dict(options)
    if objective.has_targets:
        options["smoothing"] = 0.1
    return Duel(network, 2, len(X), run, Rules(objective, **options))


@pytest.mark.parametrize("name", Adversarial.registry)
@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients(name, variant):
    options, classes, weight = VARIANTS[variant]
    network = small_network(n_classes=0 if classes is None else 2)
    objective = Adversarial.registry[name]()

    def play():
        duel = duel_of(network, objective, options)
        loss = duel.batch(X, classes, weight)
        mine = duel.grad.copy()
        duel.answer()
        return loss, mine, duel.figures()["generator_loss"], duel.generator.grad.copy()

    _, of_judge, _, of_maker = play()
    judge = np.concatenate([np.arange(network.layout.size)[p] for p in network.layout.places(2, 5)])
    maker = np.setdiff1d(np.arange(network.layout.size), judge)
    loss, other = (
        differences(lambda which=which: play()[which], network.theta) for which in (0, 2)
    )
    np.testing.assert_allclose(of_judge, loss[judge], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(of_maker, other[maker], rtol=1e-6, atol=1e-7)


def test_rows_are_weighted_as_if_they_stood_more_often():
    network = small_network()
    heavy, twice = duel_of(network, NonSaturating(), {}), duel_of(network, NonSaturating(), {})
    value = heavy.batch(X, None, np.full((6, 1), 2.0))
    assert value == pytest.approx(2.0 * twice.batch(X, None, None))
    np.testing.assert_allclose(heavy.grad, 2.0 * twice.grad)


def moved(network, n_critic, steps, rate=0.1):
    """Return which of the two has moved after each step."""
    duel = duel_of(network, NonSaturating(), {"n_critic": n_critic})
    sides = (duel.discriminator, duel.generator)
    turns = Turns(duel, *(Update(side.network, side.grad, SGD(0.0), {}) for side in sides), rate)
    places = [network.layout.places(*ends) for ends in ((2, 5), (0, 2))]
    seen = []
    for step in range(1, steps + 1):
        before = network.theta.copy()
        duel.batch(X, None, None)
        turns(0.1, step)
        change = network.theta - before
        seen.append(tuple(bool(np.concatenate([change[p] for p in each]).any()) for each in places))
    return seen


def test_the_generator_moves_every_so_many_turns():
    assert moved(small_network(), 1, 3) == [(True, True)] * 3
    assert moved(small_network(), 3, 4) == [
        (True, False),
        (True, False),
        (True, True),
        (True, False),
    ]


def test_a_step_of_descent_lowers_both_losses():
    network = small_network()
    duel = duel_of(network, NonSaturating(), {})
    before = duel.batch(X, None, None)
    duel.answer()
    first = duel.figures()["generator_loss"]
    theta, grads = network.theta.copy(), (duel.grad.copy(), duel.generator.grad.copy())
    for places, gradient, which in (
        (network.layout.places(2, 5), None, 0),
        (network.layout.places(0, 2), grads[1], 1),
    ):
        network.load(theta)
        gradient = gradient if which else _judge_gradient(network)
        position = 0
        for place in places:
            width = place.stop - place.start
            network.theta[place] -= 0.01 * gradient[position : position + width]
            position += width
        again = duel_of(network, NonSaturating(), {})
        loss = again.batch(X, None, None)
        again.answer()
        assert again.figures()["generator_loss"] < first if which else loss < before


def _judge_gradient(network):
    duel = duel_of(network, NonSaturating(), {})
    duel.batch(X, None, None)
    return duel.grad


def test_parts_of_a_network():
    layers = [*small_network().layers[:2], BatchNorm().bind(Defaults())]
    names = ["a", "b", "c"]
    whole = Network(layers, names, (2,), np.float64)
    whole.initialize(np.random.default_rng(0))
    first, second = whole.part(0, 1), whole.part(1, 3)
    assert first.layout.size + second.layout.size == whole.layout.size
    x = np.random.default_rng(1).normal(size=(5, 2))
    np.testing.assert_allclose(second.predict(first.predict(x)), whole.predict(x), rtol=1e-14)
    for name in ("a", "b", "c"):
        part = first if name == "a" else second
        for key, view in whole.params[names.index(name)].items():
            np.testing.assert_array_equal(part.params[part.names.index(name)][key], view)
    first.theta[...] = 0.0
    assert whole.theta.any()


def test_coverage_and_diversity():
    x = np.random.default_rng(0).normal(size=(200, 3))
    around = Surroundings(x)
    assert around.coverage(x) == 1.0
    assert around.diversity(x) == pytest.approx(1.0)
    assert around.coverage(np.random.default_rng(1).normal(size=(200, 3))) > 0.85
    assert around.coverage(np.zeros((200, 3))) < 0.2
    assert around.diversity(np.zeros((200, 3))) == 0.0
    assert around.coverage(x + 100.0) == 0.0
    assert np.isnan(Surroundings(np.zeros((1, 3))).diversity(x))


def test_squared_distances():
    a, b = RNG.normal(size=(4, 3)), RNG.normal(size=(5, 3))
    expected = ((a[:, None] - b) ** 2).sum(axis=2)
    np.testing.assert_allclose(squared_distances(a, b), expected, atol=1e-12)
