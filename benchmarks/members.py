"""What ``fit_members`` sends to the client, and what it costs compared with ``fit``.

Run from the root of the repository::

    pip install -e ".[dask]"
    OPENBLAS_NUM_THREADS=1 python -m benchmarks.members

A table is generated on the workers, block by block. "sent" is the size of what the client gets in
the end, pickled; "peak" is the peak of its memory according to tracemalloc, with the graph and the
scheduler of a local cluster. CPU times are those of this process, for the rows of two blocks, once
as one table and once as blocks.
"""

from __future__ import annotations

import argparse
import pickle
import time
import tracemalloc
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sknn import TabularMLPRegressor
from sknn.streams import fit_members, members

_NUMBERS = 12


def block(index: int, rows: int) -> pd.DataFrame:
    """Generate a block of a table; the last column is y."""
    rng = np.random.default_rng(index)
    table = pd.DataFrame({f"x{i}": rng.normal(size=rows).round(2) for i in range(_NUMBERS)})
    table["kind"] = pd.Categorical(rng.choice(list("abcdefgh"), rows))
    days = pd.to_timedelta(rng.integers(0, 900, rows), "D")
    table["day"] = pd.Timestamp("2024-01-01") + days
    table["y"] = np.sin(table["x0"]) * table["x1"] + table["x2"] + 0.3 * rng.normal(size=rows)
    return table


def on_workers(net: Any, blocks: int, rows: int) -> tuple[float, float]:
    """Fit on a table generated on the workers; return megabytes sent, and at the peak."""
    import dask.dataframe as dd

    table = dd.from_map(block, range(blocks), rows=rows, meta=block(0, 1).iloc[:0])
    sent, computed = [], members.computed

    def counted(calls: list[Any]) -> list[Any]:
        found = computed(calls)
        sent.append(len(pickle.dumps(found)))
        return found

    members.computed = counted
    tracemalloc.start()
    fit_members(net, table.drop(columns="y"), table["y"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    members.computed = computed
    return sum(sent) / 1e6, peak / 1e6


def seconds(function: Callable[[], Any], times: int = 2) -> float:
    """Return the lowest CPU time of several calls."""
    found = []
    for _ in range(times):
        begin = time.process_time()
        function()
        found.append(time.process_time() - begin)
    return min(found)


def main() -> None:
    """Print what is sent and held, and CPU times."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--blocks", type=int, default=20)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=4)
    asked = parser.parse_args()
    from dask.distributed import Client, LocalCluster

    warnings.simplefilter("ignore")
    settings = {"preset": "fast", "max_iter": asked.epochs, "random_state": 0}
    net = TabularMLPRegressor(**settings)
    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=asked.jobs, **options) as cluster, Client(cluster):
        sent, peak = on_workers(net, asked.blocks, asked.rows)
    some = [block(k, asked.rows) for k in range(2)]
    raw = some[0].memory_usage(deep=True).sum() * asked.blocks / 1e6
    encoded = 4 * asked.blocks * asked.rows * net.encoder_.n_outputs_ / 1e6
    print(f"table {raw:.1f} MB, encoded {encoded:.1f} MB, sent {sent:.2f} MB, peak {peak:.1f} MB")
    parts = [(each.drop(columns="y"), each["y"]) for each in some]
    X, y = (pd.concat(each) for each in zip(*parts, strict=True))
    whole = seconds(lambda: TabularMLPRegressor(**settings).fit(X, y))
    apart = seconds(lambda: fit_members(TabularMLPRegressor(**settings), parts))
    print(f"fit {whole:.2f} s, fit_members {apart:.2f} s")


if __name__ == "__main__":
    main()
