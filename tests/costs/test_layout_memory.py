"""Rows in another memory order are copied some at a time: X is never copied as a whole."""

import tracemalloc

import numpy as np
import pytest

from sknn import GAN, AutoEncoder, BernoulliRBM, GaussianRBM, MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
LARGE = np.random.default_rng(0).random((15_000, 100))
LARGE_Y = (LARGE[:, 0] > 0.5).astype(int)
CALLS = {
    "fit": lambda net, x: net.fit(x, LARGE_Y),
    "transform": lambda net, x: net.transform(x),
    "score_samples": lambda net, x: net.score_samples(x),
}
LEAN = {
    "MLPClassifier": lambda: MLPClassifier((4,), max_iter=1, learning_rate="cosine"),
    "MLPClassifier, lbfgs": lambda: MLPClassifier((4,), max_iter=1, solver="lbfgs"),
    "AutoEncoder": lambda: AutoEncoder((4,), max_iter=1, learning_rate="cosine"),
    "AutoEncoder, real numbers": lambda: AutoEncoder(
        (4,), max_iter=1, learning_rate="cosine", output_activation="identity"
    ),
    "BernoulliRBM": lambda: BernoulliRBM(4, batch_size=500, n_iter=1),
    "GaussianRBM": lambda: GaussianRBM(4, batch_size=500, n_iter=1),
    "GAN": lambda: GAN((4,), (4,), batch_size=500, max_iter=1),
}


def peak_of(call, *args):
    tracemalloc.start()
    try:
        call(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", LEAN)
def test_no_copy_of_x_is_held(name):
    net = LEAN[name]().set_params(random_state=0)
    net.fit(LARGE[:600], LARGE_Y[:600])
    other = np.asfortranarray(LARGE)
    for way, call in CALLS.items():
        if hasattr(net, way) and (way, name) != ("score_samples", "GaussianRBM"):
            usual = peak_of(call, net, LARGE)
            assert peak_of(call, net, other) < usual + 0.5 * LARGE.nbytes, way
