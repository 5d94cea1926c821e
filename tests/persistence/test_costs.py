"""The size of files, and the time it takes to write and read them."""

import pickle
import time

import numpy as np
import pytest

from sknn import MLPClassifier, MLPRegressor, TabularMLPRegressor
from sknn.persistence import load, save
from tests.checks.files import bytes_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X = np.random.default_rng(0).normal(size=(40, 5))
Y = (X[:, 0] > 0).astype(int)
SMALL = {
    "classifier": MLPClassifier((10,), max_iter=3),
    "members": MLPRegressor(hidden_layer_sizes=(10,), n_members=3, max_iter=3),
    "table": TabularMLPRegressor(hidden_layer_sizes=(8,), n_members=2, n_splits=2, max_iter=2),
    "deep": MLPClassifier((5,) * 9, normalization="batch", dropout=0.1, max_iter=3),
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_small_files_are_as_small_as_pickles(name):
    net = SMALL[name].fit(X, Y)
    for each in (net, net.partial_fit(X, Y, **({"classes": [0, 1]} if "cl" in name else {}))):
        assert len(bytes_of(each)) < 1.15 * len(pickle.dumps(each, pickle.HIGHEST_PROTOCOL))


def large():
    """Return a network of 26 MB."""
    wide = np.zeros((2, 1024))
    return MLPClassifier((1340, 1340), random_state=0).initialize(wide, [0, 1])


def test_large_files_are_as_small_as_pickles():
    net = large()
    assert net.network_.theta.nbytes > 25e6
    assert len(bytes_of(net)) < 1.001 * len(pickle.dumps(net, pickle.HIGHEST_PROTOCOL))


@pytest.mark.slow
def test_a_large_network_is_saved_and_loaded_soon(tmp_path):
    net, path = large(), tmp_path / "net.sknn"
    saving, loading = [], []
    for _ in range(7):
        begin = time.process_time()
        save(net, path)
        middle = time.process_time()
        load(path)
        saving.append(middle - begin)
        loading.append(time.process_time() - middle)
    assert min(saving) < 0.1 and min(loading) < 0.05
