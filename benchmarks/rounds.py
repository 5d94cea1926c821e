"""The time of a round of ``fit_blocks(..., together=n)``, and the speedup of 8 and 64 workers.

Run from the root of the repository::

    pip install -e ".[dask]"
    OPENBLAS_NUM_THREADS=1 python -m benchmarks.rounds

One machine cannot show the speed of many, so the parts of a round are measured and combined::

    round(w) = block + fixed + w * (task + mean + message / wire)
    speedup(w) = w * block / round(w)

block
    CPU time of one copy's pass over a block, on one core.
fixed
    Wall time of a round in which every local worker has a block of one batch.
task
    CPU time of client and scheduler for one more copy.
mean
    CPU time of the client for the weights and the state of one copy.
message
    Bytes of the network that is sent out and of the copy that is sent back. All of them pass
    through one cable at the client: 10-gigabit Ethernet.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from sknn import MLPClassifier
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.side_by_side import parcel_of, train_branch, train_mean
from sknn.streams import fit_blocks

_WIRE = 10e9 / 8
_FEATURES, _CLASSES = 50, 10
_WORKERS = (8, 64)


class Parts(NamedTuple):
    """Seconds of the parts of a round, and the bytes that a copy sends and receives."""

    step: float
    block: float
    fixed: float
    task: float
    mean: float
    message: int

    def speed_up(self, workers: int) -> float:
        """Return how many times as fast this number of workers is as one core without rounds."""
        each = self.task + self.mean + self.message / _WIRE
        return workers * self.block / (self.block + self.fixed + workers * each)


def rows_of(n: int) -> tuple[Any, Any]:
    """Generate rows."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, _FEATURES), dtype=np.float32)
    return X, np.argmax(X[:, :_CLASSES], axis=1)


def network(sizes: Sequence[int]) -> Any:
    """Return a network after one small block."""
    net = MLPClassifier(tuple(sizes), random_state=0)
    return net.partial_fit(*rows_of(400), classes=np.arange(_CLASSES))


def least(function: Callable[[], Any], times: int = 3) -> float:
    """Return the lowest CPU time of several calls."""
    seconds = []
    for _ in range(times):
        begin = time.process_time()
        function()
        seconds.append(time.process_time() - begin)
    return min(seconds)


def rounds_of(sizes: Sequence[int], together: int, rounds: int) -> tuple[float, float]:
    """Return wall time (median) and CPU time (mean) of rounds over blocks of one batch."""
    parts = [rows_of(200)] * together
    net = network(sizes)
    fit_blocks(net, parts, epochs=2, together=together)
    begin = time.process_time()
    fit_blocks(net, parts, epochs=rounds, together=together)
    seconds = (time.process_time() - begin) / rounds
    return statistics.median(net.history_["seconds"][-rounds:]), seconds


def measured(sizes: Sequence[int], rows: int, jobs: int, rounds: int) -> Parts:
    """Measure the parts of a round; a client with this many workers must be open."""
    net = network(sizes)
    parcel, call = parcel_of(net), Call(*rows_of(rows), resume=True, keep=True, stream=True)
    branch = train_branch(parcel, call, 1)
    assert branch is not None
    block = least(lambda: train_branch(parcel, call, 1))
    n_copies = 16
    some = Call(*rows_of(400), resume=True, keep=True, stream=True)
    mean = least(lambda: train_mean(net, some, lambda: [branch] * n_copies)) / n_copies
    (fixed, few), (_, many) = (rounds_of(sizes, n, rounds) for n in (jobs, jobs + n_copies))
    return Parts(
        step=block / -(-rows // 200),
        block=block,
        fixed=fixed,
        task=max(0.0, (many - few) / n_copies - mean),
        mean=mean,
        message=len(pickle.dumps(parcel)) + len(pickle.dumps(branch)),
    )


def main() -> None:
    """Print a line for each network and block size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 200_000])
    arguments = parser.parse_args()
    from dask.distributed import Client, LocalCluster

    warnings.simplefilter("ignore")
    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
    head = "numbers", "rows", "step", "block", "fixed", "task", "mean", "message", "8", "64"
    print("".join(f"{name:>9}" for name in head))
    print(f"{'':18}{'ms':>9}{'ms':>9}{'ms':>9}{'ms':>9}{'ms':>9}{'MB':>9}{'x':>9}{'x':>9}")
    with LocalCluster(n_workers=arguments.jobs, **options) as cluster, Client(cluster):
        for sizes in ((256, 128, 64), (1024, 512)):
            numbers = network(sizes).network_.theta.size
            for rows in arguments.rows:
                parts = measured(sizes, rows, arguments.jobs, arguments.rounds)
                times = parts[:5]
                line = f"{numbers:>9,}{rows:>9,}" + "".join(f"{1e3 * t:>9.1f}" for t in times)
                line += f"{parts.message / 1e6:>9.1f}"
                print(line + "".join(f"{parts.speed_up(w):>9.1f}" for w in _WORKERS), flush=True)


if __name__ == "__main__":
    main()
