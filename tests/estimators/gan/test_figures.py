"""What GANs achieve: eight modes of a ring, and digits of the requested class.

The slow tests require the figures of ``benchmarks/gan.py``, and the others what can be reached in a
tenth of the time.
"""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors

from sknn import GAN, MLPClassifier

STD = 0.05
ANGLES = 2 * np.pi * np.arange(8) / 8
CENTRES = 2 * np.c_[np.cos(ANGLES), np.sin(ANGLES)]
WASSERSTEIN = {
    "objective": "wasserstein_gp",
    "gradient_penalty": 0.3,
    "learning_rate_init": 4e-3,
    "generator_learning_rate_init": 1e-3,
}
RINGS = {"non_saturating": {"gradient_penalty": 0.05}, "wasserstein_gp": WASSERSTEIN}


def ring(seed):
    rng = np.random.RandomState(seed)
    heaps = CENTRES[rng.randint(8, size=4000)]
    return (heaps + STD * rng.randn(4000, 2)).astype(np.float32)


def found(samples):
    """The number of modes found, and the share of samples within three standard deviations."""
    distances = np.linalg.norm(samples[:, None] - CENTRES, axis=2)
    near = distances.min(axis=1) < 3 * STD
    counts = np.bincount(distances[near].argmin(axis=1), minlength=8)
    return (counts >= 0.01 * len(samples)).sum(), near.mean()


def fitted(name, seed, **params):
    settings = {"latent_dim": 2, "batch_size": 64, "learning_rate": "cosine"} | RINGS[name]
    return GAN(**settings | params, random_state=seed).fit(ring(seed))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name == "wasserstein_gp" else [])
        for name in RINGS
    ],
)
def test_ring_in_short(name):
    gan = fitted(name, 0, batch_size=32, averaging=0.99, max_iter=30)
    modes, share = found(gan.sample(4000, random_state=0))
    assert modes == 8
    assert share > 0.6
    assert gan.history_["coverage"][-1] > 0.4
    assert 0.9 < gan.history_["diversity"][-1] < 1.1
    assert 0.4 < gan.history_["accuracy"][-1] < 0.65


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 2])
@pytest.mark.parametrize("name", RINGS)
def test_ring(name, seed):
    turns = {"max_iter": 250} if name == "non_saturating" else {"max_iter": 450, "n_critic": 2}
    modes, share = found(fitted(name, seed, **turns).sample(4000, random_state=seed))
    assert modes == 8
    assert share >= 0.9


def test_a_mode_collapse_can_be_seen():
    # A generator that is much too fast runs from mode to mode if nothing prevents it.
    gan = GAN(
        latent_dim=2,
        generator_learning_rate_init=0.02,
        learning_rate_init=1e-4,
        averaging=0.0,
        max_iter=5,
        random_state=0,
    ).fit(ring(0))
    assert gan.history_["coverage"][-1] < 0.1


DIGITS, LABELS = load_digits(return_X_y=True)
PARTS = train_test_split((DIGITS / 16).astype(np.float32), LABELS, random_state=0, stratify=LABELS)


def judged(gan):
    """Agreement with a classifier of real digits, accuracy of one of samples, distances."""
    x, x_test, y, y_test = PARTS
    made = gan.sample(len(y), y, random_state=0)
    settings = {"learning_rate": "cosine", "max_iter": 60, "random_state": 0}
    judge = MLPClassifier(**settings).fit(x, y)
    pupil = MLPClassifier(**settings).fit(made, y)
    nearest = NearestNeighbors(n_neighbors=1).fit(x)
    away = [nearest.kneighbors(rows)[0] for rows in (made, x_test)]
    return judge.score(made, y), pupil.score(x_test, y_test), away


@pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning")
@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"batch_size": 32, "max_iter": 40, "learning_rate_init": 2e-3}, (0.8, 0.8)),
        pytest.param({"batch_size": 64, "max_iter": 150}, (0.9, 0.85), marks=pytest.mark.slow),
    ],
)
def test_digits(settings, wanted):
    gan = GAN(
        output_activation="logistic",
        gradient_penalty=0.05,
        learning_rate="cosine",
        random_state=0,
        **settings,
    ).fit(PARTS[0], PARTS[2])
    asked, synthetic, (away, away_test) = judged(gan)
    assert asked >= wanted[0]
    assert synthetic >= wanted[1]
    # No copies: samples are no nearer to training digits than unseen real ones are.
    assert away.min() > 0.5 * away_test.min()
    assert np.median(away) > np.median(away_test)
