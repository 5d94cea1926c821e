"""Rows 25 and 32: machines without labels, and what names promise."""

import numpy as np
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.preprocessing import scale

from tests.traps.table import REFUSED, WRONG, trap


def bits():
    return (load_digits().data[:200] > 8).astype(float)


@trap(25, "visible units are zeros and ones; real numbers are not modelled", REFUSED)
def a_machine_for_real_numbers(lib):
    rbm = lib.GaussianRBM(8, n_iter=30, random_state=0)
    x = scale(load_iris().data)
    rbm.fit(x)
    assert np.isfinite(rbm.score_samples(x)).all()
    assert (rbm.sample(500, random_state=0) < 0).any()


@trap(25, "score_samples flips a bit at random, so two calls differ", WRONG)
def scores_do_not_change_from_call_to_call(lib):
    rbm = lib.BernoulliRBM(8, n_iter=3, random_state=np.random.RandomState(0)).fit(bits())
    np.testing.assert_array_equal(rbm.score_samples(bits()), rbm.score_samples(bits()))


@trap(25, "partial_fit returns None")
def partial_fit_returns_self(lib):
    rbm = lib.BernoulliRBM(8, random_state=0)
    assert rbm.partial_fit(bits()) is rbm


@trap(32, "there is no autoencoder", REFUSED)
def an_auto_encoder_stands_behind_its_name(lib):
    x = load_digits().data
    coder = lib.AutoEncoder((64, 8), learning_rate="cosine", max_iter=30, random_state=0).fit(x)
    pca = PCA(8).fit(x)
    best = ((pca.inverse_transform(pca.transform(x)) - x) ** 2).mean()
    assert coder.transform(x).shape == (len(x), 8)
    assert ((coder.inverse_transform(coder.transform(x)) - x) ** 2).mean() < best


@trap(32, "there is no recurrent network", REFUSED)
def recurrent_networks_stand_behind_their_names(lib):
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(length, 1)) for length in rng.integers(3, 9, 300)]
    first = [int(each[0, 0] > 0) for each in x]
    net = lib.RNNClassifier(8, learning_rate_init=0.03, max_iter=30, random_state=0)
    assert net.fit(x[:200], first[:200]).score(x[200:], first[200:]) > 0.9
    sums = [each.sum() for each in x]
    net = lib.RNNRegressor(8, cell="gru", learning_rate_init=0.03, max_iter=30, random_state=0)
    assert net.fit(x[:200], sums[:200]).score(x[200:], sums[200:]) > 0.9


@trap(32, "there is no convolutional network", REFUSED)
def convolutional_networks_stand_behind_their_names(lib):
    x, y = load_digits(return_X_y=True)
    net = lib.CNNClassifier((8,), max_iter=15, learning_rate_init=0.01, random_state=0)
    images = x.reshape(-1, 8, 8) / 16
    assert net.fit(images[:1000], y[:1000]).score(images[1000:], y[1000:]) > 0.85
