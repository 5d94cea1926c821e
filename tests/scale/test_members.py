"""Members on real local clusters: the same bits everywhere, and little memory in the client."""

import os
import threading
import time
import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn import TabularMLPClassifier, TabularMLPRegressor
from sknn.streams import fit_members
from tests.scale.clusters import cluster, kill_one

pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
pd = pytest.importorskip("pandas")

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(120),
]

N = 240
rng = np.random.default_rng(0)
X = pd.DataFrame({
    "a": rng.normal(size=N),
    "b": pd.Categorical(rng.choice(list("xyz"), N)),
    "c": np.where(rng.random(N) < 0.1, np.nan, rng.integers(0, 99, N)),
})  # fmt: skip
y = X["a"] * X["c"].fillna(50) + rng.normal(size=N)
weight = rng.integers(0, 3, N).astype(float)
ENDS = (0, 70, 130, 130, 180, N)
TINY = {
    "preset": "fast",
    "n_members": 4,
    "n_splits": 2,
    "max_iter": 4,
    "hidden_layer_sizes": (8,),
    "random_state": 0,
}


def lazy(values=X):
    return dd.from_map(lambda i: values.iloc[ENDS[i] : ENDS[i + 1]], range(5))


def network(kind=TabularMLPRegressor):
    return kind(**TINY)


@pytest.fixture(scope="module")
def here():
    return network().fit(X, y, weight)


def assert_same(there, here):
    assert_array_equal(there.network_.theta, here.network_.theta)
    assert_array_equal(there.history_["out_of_fold_loss"], here.history_["out_of_fold_loss"])
    levels = {"return_quantiles": [0.25, 0.5, 0.75]}
    assert_array_equal(there.predict(X, **levels), here.predict(X, **levels))


def test_a_cluster_gives_the_same(here):
    alone = fit_members(network(), lazy(), y, weight)
    assert_same(alone, here)
    with cluster(2, 1, processes=False):
        there = fit_members(network(), lazy(), lazy(y), weight)
    assert_same(there, here)
    assert_array_equal(there.history_["loss"], alone.history_["loss"])


@pytest.mark.slow
@pytest.mark.parametrize(("n_workers", "n_threads"), [(1, 1), (2, 1), (1, 3), (3, 1)])
def test_workers_and_threads_do_not_matter(here, n_workers, n_threads):
    label = np.where(y > 50, "high", "low")
    with cluster(n_workers, n_threads):
        assert_same(fit_members(network(), lazy(), y, weight), here)
        assert_same(
            fit_members(network(), lazy().persist(), lazy(y), lazy(pd.Series(weight))), here
        )
        there = fit_members(network(TabularMLPClassifier), lazy(), label)
    classifier = network(TabularMLPClassifier).fit(X, label)
    assert_array_equal(there.predict_proba(X), classifier.predict_proba(X))


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["_check_rows", "_problem", "_after_training"])
def test_a_worker_that_dies_in_the_middle(here, tmp_path, stage):
    client = os.getpid()

    def watched(self, *arguments):
        if os.getpid() != client:
            (tmp_path / str(os.getpid())).touch()
            time.sleep(0.3)
        return getattr(super(kind, self), stage)(*arguments)

    # Its class travels by value: workers do not know it.
    kind = type("Watched", (TabularMLPRegressor,), {stage: watched})
    with cluster(2, 1):
        killed = []
        thread = threading.Thread(target=kill_one, args=(tmp_path, killed))
        thread.start()
        there = fit_members(network(kind), lazy().persist(), y, weight)
        thread.join()
    assert killed
    assert_same(there, here)


def made(i):
    """Make a block on the worker that needs it."""
    numbers = np.random.default_rng(i).normal(size=(20_000, 12))
    return pd.DataFrame(numbers, columns=list("abcdefghijkl"))


@pytest.mark.slow
def test_the_client_has_little_of_a_table():
    table = dd.from_map(made, range(20), meta=made(0).iloc[:0])
    net = TabularMLPRegressor(**TINY | {"max_iter": 1, "n_members": 2, "n_bins": 0})
    with cluster(2, 1):
        tracemalloc.start()
        fit_members(net, table, table["a"])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 20 * 20_000 * 12 * 8 / 4


@pytest.mark.slow
def test_errors_of_tasks_come_back():
    net = network()
    before = vars(net).copy()
    with cluster(1, 1):
        with pytest.raises(ValueError, match="y contains NaN"):
            fit_members(net, lazy(), y.where(y > 9))
        with pytest.raises(ValueError, match="infinity"):
            fit_members(net, lazy(X.assign(a=np.inf)), y)
    assert vars(net) == before
