"""One search on one core and on several, with each of joblib's backends.

Run from the root of the repository, on an idle machine::

    pip install -e ".[dask,ray]"
    OPENBLAS_NUM_THREADS=1 python -m benchmarks.cluster
    OPENBLAS_NUM_THREADS=1 python -m benchmarks.cluster --jobs 4 --backends loky dask

``benchmarks.rounds`` measures the time of a round of ``fit_blocks(..., together=n)`` and computes
the speedup with 8 and 64 workers.

With more BLAS threads, one process would also use several cores. The search is that of
``benchmarks.search`` on the digits. The workers are processes on this machine, which start before
the clock starts. A backend that is not installed is left out. All must give the same scores, bit
for bit.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from benchmarks.search import model_for
from sknn.search import ArchitectureSearchCV


@contextmanager
def sequential(jobs: int) -> Iterator[None]:
    """Stay in this process, on one core."""
    with joblib.parallel_config("sequential"):
        yield


@contextmanager
def loky(jobs: int) -> Iterator[None]:
    """Use joblib's own processes."""
    with joblib.parallel_config("loky", n_jobs=jobs):
        yield


@contextmanager
def dask(jobs: int) -> Iterator[None]:
    """Start a cluster of processes, each with one thread."""
    from dask.distributed import Client, LocalCluster

    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
    with (
        LocalCluster(n_workers=jobs, **options) as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        yield


@contextmanager
def ray(jobs: int) -> Iterator[None]:
    """Start Ray with this many processors."""
    import ray as engine
    from ray.util.joblib import register_ray

    engine.init(num_cpus=jobs, include_dashboard=False, log_to_driver=False)
    register_ray()
    try:
        with joblib.parallel_config("ray", n_jobs=jobs):
            yield
    finally:
        engine.shutdown()


BACKENDS = {"sequential": sequential, "loky": loky, "dask": dask, "ray": ray}
MODULES = {"dask": "distributed", "ray": "ray"}


def searched(X: Any, y: Any, epochs: int) -> tuple[float, Any]:
    """Return the seconds of a search and the scores of its candidates."""
    search = ArchitectureSearchCV(model_for(X, True, epochs), cv=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        begin = time.perf_counter()
        search.fit(X, y)
        return time.perf_counter() - begin, search.cv_results_["mean_test_score"]


def main() -> None:
    """Print a line for each backend."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--backends", nargs="+", choices=list(BACKENDS), default=list(BACKENDS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    X, y = load_digits(return_X_y=True)
    expected, base = None, None
    print(f"{'backend':<12}{'seconds':>9}{'speedup':>9}  scores")
    for name in ["sequential", *(each for each in arguments.backends if each != "sequential")]:
        if name in MODULES and importlib.util.find_spec(MODULES[name]) is None:
            print(f"{name:<12}{'not installed':>18}")
            continue
        with BACKENDS[name](arguments.jobs):
            searched(X[:300], y[:300], 2)
            runs = [searched(X, y, arguments.epochs) for _ in range(arguments.repeats)]
        seconds = statistics.median(each for each, _ in runs)
        base = seconds if base is None else base
        expected = runs[0][1] if expected is None else expected
        equal = all(np.array_equal(each, expected, equal_nan=True) for _, each in runs)
        same = "the same" if equal else "different"
        print(f"{name:<12}{seconds:>9.2f}{base / seconds:>8.2f}x  {same}", flush=True)


if __name__ == "__main__":
    main()
