"""Law 4 for GANs: n epochs at once, in parts, in streams, and after a crash are the same."""

import pickle

import numpy as np
import pytest

from sknn import GAN
from sknn.layers import BatchNorm, Dense, Dropout
from sknn.schedules import Cosine
from tests.checks.runs import assert_checkpoints_go_on, assert_parts_make_the_whole

pytestmark = pytest.mark.bits

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 3))
Y = RNG.integers(3, size=70)
SMALL = {"latent_dim": 2, "batch_size": 16, "random_state": 0}
SIZES = {"generator_layer_sizes": (5,), "discriminator_layer_sizes": (6,)}
CASES = {
    "plain": (GAN(**SMALL, **SIZES), None),
    "classes": (GAN(**SMALL, **SIZES, learning_rate=Cosine(epochs=4)), Y),
    "wasserstein": (GAN(**SMALL, **SIZES, objective="wasserstein_gp", n_critic=3), None),
    "two scales": (
        GAN(**SMALL, **SIZES, solver="rmsprop", generator_solver="adam", averaging=0.0),
        Y,
    ),
    "remedies": (
        GAN(
            **SMALL,
            **SIZES,
            gradient_penalty=0.1,
            label_smoothing=0.1,
            instance_noise=(0.3, 4),
            generator_learning_rate_init=1e-4,
        ),
        Y,
    ),
    "noise of layers": (
        GAN(
            **SMALL,
            generator_layers=[Dense(5), BatchNorm(), Dropout(0.2)],
            discriminator_layers=[Dense(5), Dropout(0.3)],
        ),
        None,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_parts_make_the_whole(case):
    gan, y = CASES[case]
    assert_parts_make_the_whole(gan, 4, X, y, classes=None if y is None else [0, 1, 2])


@pytest.mark.parametrize("case", CASES)
def test_checkpoints_continue_exactly(case, tmp_path):
    gan, y = CASES[case]
    assert_checkpoints_go_on(gan, tmp_path / "gan.ckpt", 4, X, y)


def test_a_plain_fit_can_be_gone_on_from():
    gan = GAN(**SMALL, **SIZES, max_iter=2).fit(X)
    served = gan.network_.theta.copy()
    gan.partial_fit(X)
    assert (gan.network_.theta != served).any()
    assert gan.run_.epoch == 3


def test_another_architecture_is_refused():
    gan = GAN(**SMALL, **SIZES, max_iter=1, warm_start=True).fit(X)
    with pytest.raises(ValueError, match="architecture"):
        gan.set_params(latent_dim=4).fit(X)


def test_a_chunk_without_weight_teaches_nothing():
    gan = GAN(**SMALL, **SIZES, max_iter=1).partial_fit(X)
    before = pickle.dumps(gan)
    gan.partial_fit(X, None, np.zeros(70))
    assert pickle.dumps(gan) == before
