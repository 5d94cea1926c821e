"""Real local clusters, and a way to kill their workers."""

import os
import signal
import time
import warnings
from contextlib import contextmanager


@contextmanager
def cluster(n_workers, n_threads, processes=True):
    import distributed

    with (
        warnings.catch_warnings(),
        distributed.LocalCluster(
            n_workers=n_workers,
            threads_per_worker=n_threads,
            processes=processes,
            dashboard_address=None,
        ) as local,
        distributed.Client(local) as client,
    ):
        client.wait_for_workers(n_workers, timeout=60)
        yield client


def kill_one(folder, killed):
    """Kill the first process that writes a file with its number into a folder."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not killed:
        for name in os.listdir(folder)[:1]:
            os.kill(int(name), signal.SIGKILL)
            killed.append(name)
        time.sleep(0.01)
