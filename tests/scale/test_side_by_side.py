"""One network on real local clusters: the same bits, wherever its blocks are trained."""

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn import MLPClassifier
from sknn.streams import fit_blocks
from tests.scale.clusters import cluster, kill_one

pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
pd = pytest.importorskip("pandas")

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(120),
]

rng = np.random.default_rng(0)
X = rng.standard_normal((900, 6))
y = (X[:, 0] * X[:, 1] > 0).astype(int)
CUT = (200, 100, 150, 100, 120, 130, 100)


def lazy():
    return da.from_array(X, (CUT, (6,)))


def trained(x=None, target=y, kind=MLPClassifier):
    # Large enough for two BLAS threads, which would sum in another order.
    net = kind((300, 300), batch_size=50, dropout=0.1, random_state=0)
    x = lazy() if x is None else x
    return fit_blocks(net, x, target, epochs=2, together=4, classes=[0, 1])


@pytest.fixture(scope="module")
def here():
    return trained()


def assert_same(there, here):
    assert_array_equal(there.network_.theta, here.network_.theta)
    assert_array_equal(there.loss_curve_, here.loss_curve_)
    for name, state in here.run_.optimizer_state.items():
        assert_array_equal(there.run_.optimizer_state[name], state)


def test_a_cluster_gives_the_same():
    small = {"epochs": 1, "together": 2, "classes": [0, 1]}
    parts = [(X[:50], y[:50]), (X[50:90], y[50:90])]
    here = fit_blocks(MLPClassifier((4,), random_state=0), parts, **small)
    with cluster(1, 2):
        there = fit_blocks(MLPClassifier((4,), random_state=0), parts, **small)
    assert_same(there, here)


@pytest.mark.slow
@pytest.mark.parametrize(("n_workers", "n_threads"), [(1, 1), (2, 1), (1, 3), (3, 1)])
def test_workers_and_threads_do_not_matter(here, n_workers, n_threads):
    with cluster(n_workers, n_threads):
        assert_same(trained(), here)
        assert_same(trained(lazy().persist(), da.from_array(y, 300)), here)


@pytest.mark.slow
def test_frames_whose_rows_nobody_has_counted(here):
    ends = np.cumsum([0, *CUT])
    frame = pd.DataFrame(X)
    parts = dd.from_map(lambda i: frame.iloc[ends[i] : ends[i + 1]], range(len(CUT)))
    with cluster(2, 1):
        assert_same(trained(parts), here)
        assert_same(trained(parts, (parts[0] * parts[1] > 0).astype(int)), here)


@pytest.mark.slow
def test_who_is_done_first_does_not_matter(here):
    def late(block, block_info=None):
        if block_info and block_info[None]["chunk-location"][0] % 3 == 0:
            time.sleep(0.3)
        return block

    with cluster(2, 2):
        assert_same(trained(lazy().map_blocks(late, dtype=float, meta=np.empty((0, 0)))), here)


@pytest.mark.slow
def test_a_worker_that_dies_in_the_middle_of_a_round(here, tmp_path):
    client = os.getpid()

    class Watched(MLPClassifier):
        """Says which worker trains it. Its class travels by value: workers do not know it."""

        def _check_rows(self, *arguments):
            if os.getpid() != client and self.run_.epoch == 1:
                (tmp_path / str(os.getpid())).touch()
                time.sleep(0.3)
            return super()._check_rows(*arguments)

    with cluster(2, 1):
        killed = []
        thread = threading.Thread(target=kill_one, args=(tmp_path, killed))
        thread.start()
        there = trained(lazy().persist(), kind=Watched)
        thread.join()
    assert killed
    assert_same(there, here)


@pytest.mark.slow
@pytest.mark.parametrize("dies", [False, True])
def test_full_batches_are_summed_in_one_order(dies):
    def fitted():
        net = MLPClassifier((30,), solver="lbfgs", max_iter=20, random_state=0)
        return fit_blocks(net, lazy().persist(), y)

    here = fitted()
    with cluster(2, 2) as client:
        pid = list(client.run(os.getpid).values())[0]
        timer = threading.Timer(0.4, os.kill if dies else print, (pid, signal.SIGKILL))
        timer.start()
        there = fitted()
        timer.join()
    assert_array_equal(there.network_.theta, here.network_.theta)
    assert_array_equal(there.loss_curve_, here.loss_curve_)


@pytest.mark.slow
def test_any_worker_may_die_at_any_time(here):
    for seconds in (0.05, 0.15, 0.3, 0.5):
        with cluster(2, 1) as client:
            blocks = lazy().persist()
            pid = list(client.run(os.getpid).values())[0]
            timer = threading.Timer(seconds, os.kill, (pid, signal.SIGKILL))
            timer.start()
            assert_same(trained(blocks), here)
            timer.join()


@pytest.mark.slow
def test_errors_of_blocks_come_back():
    with cluster(1, 1), pytest.raises(ValueError, match="Block 8 has 100 rows in X and 99 in y"):
        frame = dd.from_pandas(pd.DataFrame(X), npartitions=9)
        trained(frame, y[:-1])


SCRIPT = """
import joblib, numpy as np, ray
from ray.util.joblib import register_ray
from sknn import MLPClassifier
from sknn.streams import fit_blocks
from tests.scale.clusters import cluster, kill_one

rng = np.random.default_rng(0)
parts = [(x, (x[:, 0] > 0).astype(int)) for x in np.split(rng.standard_normal((800, 6)), 8)]

def trained():
    net = MLPClassifier((300, 300), batch_size=50, dropout=0.1, random_state=0)
    return fit_blocks(net, parts, epochs=2, together=3, classes=[0, 1]).network_.theta

here = trained()
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
register_ray()
with joblib.parallel_config("ray", n_jobs=2):
    there = trained()
assert np.array_equal(here, there)
ray.shutdown()
print("the same")
"""


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")
def test_ray_gives_the_same(tmp_path):
    home = {"HOME": str(tmp_path), "RAY_USAGE_STATS_ENABLED": "0", "RAY_TMPDIR": "/tmp"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT],
        env=os.environ | home,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0 and "the same" in done.stdout, done.stderr[-3000:]
