"""Searches and ensembles on real local clusters, one of whose workers is killed."""

import os
import signal
import threading
import time
import warnings
from contextlib import contextmanager

import joblib
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score

from sknn import MLPClassifier
from sknn.search import ArchitectureSearchCV
from sknn.streams import fit_blocks
from tests.search.killed import assert_same as assert_same_search
from tests.search.killed import fitted, killed

distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(120),
]

X, y = load_iris(return_X_y=True)
NET = MLPClassifier((8,), max_iter=20, learning_rate="cosine", random_state=0)
GRID = {"alpha": [1e-4, 1e-2], "learning_rate_init": [0.01, 0.03]}


@contextmanager
def cluster_of_two():
    with (
        warnings.catch_warnings(),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.wait_for_workers(2, timeout=60)
        yield client


@pytest.fixture(scope="module")
def client():
    with cluster_of_two() as client:
        yield client


@pytest.fixture
def mortal():
    """A separate cluster: other tests would meet it while a worker is restarted."""
    with cluster_of_two() as client:
        yield client


def searched(net=NET, **more):
    return GridSearchCV(net, GRID, cv=3, **more).fit(X, y)


def assert_same(one, other):
    assert one.best_params_ == other.best_params_
    for name in ("mean_test_score", "split0_test_score", "rank_test_score"):
        assert_array_equal(one.cv_results_[name], other.cv_results_[name])
    assert_array_equal(one.predict_proba(X), other.predict_proba(X))


def test_a_search_and_folds_on_dask_are_those_of_one_process(client):
    with joblib.parallel_config("dask"):
        there, scores = searched(), cross_val_score(NET, X, y)
    assert_same(there, searched())
    assert_array_equal(scores, cross_val_score(NET, X, y))


def test_an_ensemble_on_dask_is_that_of_one_process(client):
    net = MLPClassifier(
        (8,), n_members=4, early_stopping=True, dropout=0.1, max_iter=30, random_state=0
    )
    here = net.fit(X, y)
    proba, theta, n_iter = here.predict_proba(X), here.network_.theta, here.n_iter_
    with joblib.parallel_config("dask"):
        there = net.fit(X, y)
    assert_array_equal(there.network_.theta, theta)
    assert_array_equal(there.predict_proba(X), proba)
    assert there.n_iter_ == n_iter


def test_blocks_come_from_the_cluster(client):
    lazy = da.from_array(X, (50, 4))
    net = fit_blocks(MLPClassifier((8,), random_state=0), lazy, y, classes=[0, 1, 2])
    twin = MLPClassifier((8,), random_state=0)
    for start in (0, 50, 100):
        twin.partial_fit(X[start : start + 50], y[start : start + 50], classes=[0, 1, 2])
    assert_array_equal(net.network_.theta, twin.network_.theta)


@contextmanager
def a_worker_dies(client, folder, **options):
    """Kill the first worker that is in the middle of a fit of `_slow`; say which one."""
    killed = []
    workers = {worker["pid"] for worker in client.run(_process).values()}

    def kill():
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not killed:
            busy = workers & {int(name) for name in os.listdir(folder)}
            for pid in list(busy)[:1]:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
            time.sleep(0.01)

    thread = threading.Thread(target=kill)
    thread.start()
    with joblib.parallel_config("dask", **options):
        yield killed
    thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["halving", "grid"])
def test_a_search_whose_client_was_killed_continues(client, name, tmp_path):
    path = tmp_path / "search.sknn"
    assert killed(name, path, "the file is written", 2)
    with joblib.parallel_config("dask"):
        found = fitted(name, path)
    assert_same_search(found, fitted(name))


@pytest.mark.slow
def test_a_search_survives_the_death_of_a_worker(mortal, tmp_path):
    here = searched()
    begin = time.monotonic()
    # Arrays that joblib passes to one worker alone would be lost with it.
    with a_worker_dies(mortal, tmp_path, scatter=[X, y]) as killed:
        there = GridSearchCV(_slow(str(tmp_path)), GRID, cv=3, refit=False).fit(X, y)
    assert killed and time.monotonic() - begin < 60
    assert_array_equal(there.cv_results_["mean_test_score"], here.cv_results_["mean_test_score"])
    assert there.best_params_ == here.best_params_


@pytest.mark.slow
def test_a_search_for_architectures_survives_it_too(mortal, tmp_path):
    space = {"hidden_layer_sizes": [(4,), (8,)], "learning_rate_init": [0.01, 0.03]}
    plan = {"n_candidates": 4, "factor": 3, "cv": 2, "random_state": 0, "refit": False}
    here = ArchitectureSearchCV(NET, space, **plan).fit(X, y)
    with a_worker_dies(mortal, tmp_path) as killed:
        there = ArchitectureSearchCV(_slow(str(tmp_path)), space, **plan).fit(X, y)
    assert killed and here.best_params_ == there.best_params_
    assert here.history_.keys() == there.history_.keys()
    for name in here.history_.keys() - {"seconds"}:
        assert_array_equal(there.history_[name], here.history_[name])


def _process():
    return {"pid": os.getpid()}


def _slow(folder):
    """Return an estimator whose class travels by value: workers do not know this module."""

    class SlowOnWorkers(MLPClassifier):
        def fit(self, X, y):
            with open(os.path.join(folder, str(os.getpid())), "a"):
                time.sleep(0.3)
            return super().fit(X, y)

    return SlowOnWorkers(**NET.get_params(deep=False))
