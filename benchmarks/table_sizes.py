"""Seconds and memory that tabular networks take, by the size of the table.

Run from the root of the repository::

    python -m benchmarks.table_sizes
    python -m benchmarks.table_sizes --preset default --most-cells 1e7

Every fit has its own process, one thread, and a generated table: most columns are numbers in
float64, and a fifth are categories with 30 levels. Seconds are CPU seconds; memory is what the peak
of `fit` adds to that of a process that holds the table.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd

from sknn import TabularMLPClassifier, TabularMLPRegressor

# Rows, columns, and classes; 0 is regression.
SIZES = [
    *((rows, 20, classes) for rows in (300, 3_000, 30_000, 300_000) for classes in (2, 0)),
    *((3_000, columns, 2) for columns in (2, 200, 2_000)),
    *((3_000, columns, 0) for columns in (2, 200, 2_000)),
    *((30_000, 20, classes) for classes in (10, 100)),
    (30_000, 200, 2),
]
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
FIRST = 300
MEGABYTE = 2**20


def made_up(rows: int, columns: int, classes: int) -> tuple[pd.DataFrame, Any]:
    """Return a table and a target that depends on its first columns."""
    rng = np.random.default_rng(0)
    n_levels = columns // 5
    numbers = rng.normal(size=(rows, columns - n_levels))
    frame = pd.DataFrame(numbers, columns=[f"number{i}" for i in range(numbers.shape[1])])
    levels = np.array([f"level {i}" for i in range(30)])
    kinds = {
        f"kind{i}": pd.Categorical.from_codes(rng.integers(0, 30, rows), levels)
        for i in range(n_levels)
    }
    frame = pd.concat([frame, pd.DataFrame(kinds, index=frame.index)], axis=1)
    worth = numbers[:, 0] * numbers[:, 1] + np.sin(3 * numbers[:, 0]) + rng.normal(0, 0.3, rows)
    if not classes:
        return frame, worth
    return frame, np.searchsorted(np.quantile(worth, np.arange(1, classes) / classes), worth)


def network(classes: int, preset: str, epochs: int | None) -> Any:
    """Return the network for this many classes."""
    kind = TabularMLPClassifier if classes else TabularMLPRegressor
    return kind(preset=preset, max_iter=epochs or "auto", random_state=0)


def peak() -> float:
    """Return the peak of memory so far, in megabytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE


def measure(rows: int, columns: int, classes: int, preset: str, epochs: int | None) -> dict:
    """Fit in this process."""
    warnings.simplefilter("ignore")
    # What the first fit imports does not depend on the table.
    few, labels = made_up(FIRST, 2, classes)
    network(classes, preset, 1).fit(few, labels)
    frame, y = made_up(rows, columns, classes)
    net, before, begin = network(classes, preset, epochs), peak(), time.process_time()
    net.fit(frame, y)
    seconds, after = time.process_time() - begin, peak()
    data = frame.memory_usage(index=False).sum() / MEGABYTE
    begin = time.process_time()
    net.predict(frame.head(10_000))
    answer = time.process_time() - begin
    encoded = rows * net.encoder_.n_outputs_ * 4 / MEGABYTE
    figures = {"seconds": seconds, "data": data, "encoded": encoded, "memory": after - before}
    return figures | {"predict": 1e6 * answer / min(rows, 10_000)}


def in_a_process(options: argparse.Namespace, size: tuple[int, int, int]) -> dict:
    """Fit in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.table_sizes", "--preset", options.preset]
    if options.epochs:
        command += ["--epochs", str(options.epochs)]
    command += ["--one", *map(str, size)]
    done = subprocess.run(command, env=os.environ | ONE_THREAD, capture_output=True, check=True)
    return json.loads(done.stdout)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--preset", choices=["fast", "default", "best"], default="fast")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--most-cells", type=float, default=np.inf)
    parser.add_argument("--one", type=int, nargs=3, metavar=("ROWS", "COLUMNS", "CLASSES"))
    return parser.parse_args()


def main() -> None:
    """Print one row per table size."""
    options = _options()
    if options.one:
        print(json.dumps(measure(*options.one, options.preset, options.epochs)))
        return
    print("| rows | columns | classes | table, MB | encoded, MB | added, MB | seconds | µs/row |")
    print("|---|---|---|---|---|---|---|---|")
    for rows, columns, classes in SIZES:
        if rows * columns > options.most_cells:
            continue
        found = in_a_process(options, (rows, columns, classes))
        cells = [f"{rows:,}", f"{columns:,}", classes or "regression"]
        cells += [f"{found[name]:.0f}" for name in ("data", "encoded", "memory")]
        cells += [f"{found['seconds']:.3g}", f"{found['predict']:.0f}"]
        print("|", " | ".join(map(str, cells)), "|", flush=True)


if __name__ == "__main__":
    main()
