"""Compare a grid search in blocks with scikit-learn's search over both packages' networks.

Run from the root of the repository, on an idle machine::

    python -m benchmarks.grid
    python -m benchmarks.grid --sets iris digits-16 --dtypes float32 --repeats 5

Every search tries 27 candidates (3 penalties times 3 rates times 3 values of `beta_1`) on 3 splits,
in a Pipeline with StandardScaler, and fits the best on all rows. Rows have the precision that the
line names; scikit-learn's network keeps it, too. The digits with three widths are a grid of 81
candidates. The table compares CPU seconds of this process and its children, with one BLAS thread.
The contestants take turns, and the fastest run of each counts.

"blocks" is :class:`sknn.search.GridSearchCV`, and "one by one" is scikit-learn's GridSearchCV over
the same network; the benchmark checks that both find the same scores. "halving" is
:class:`sknn.search.ArchitectureSearchCV` over the same candidates, most of which it drops early.
The last columns show how many times as fast they are as scikit-learn's GridSearchCV over
scikit-learn's MLPClassifier, and by how many standard errors (over the splits, of the best
candidate of the grid) the best score of halving is below that of the grid.
"""

from __future__ import annotations

import argparse
import math
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn.neural_network
from sklearn import model_selection
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import sknn
from sknn.search import ArchitectureSearchCV, GridSearchCV

GRID = {
    "alpha": [1e-5, 1e-3, 1e-1],
    "learning_rate_init": [1e-3, 3e-3, 1e-2],
    "beta_1": [0.8, 0.9, 0.95],
}


@dataclass(frozen=True)
class Work:
    """One search."""

    load: Callable[..., Any]
    epochs: int
    batch: int | str
    widths: tuple[int, ...]


SETS = {
    "iris": Work(load_iris, 100, "auto", (16,)),
    "cancer": Work(load_breast_cancer, 30, 64, (32,)),
    "digits-16": Work(load_digits, 40, "auto", (16,)),
    "digits-16-32-64": Work(load_digits, 40, "auto", (16, 32, 64)),
    "digits-100": Work(load_digits, 40, "auto", (100,)),
}


def halving(model: Any, grid: dict[str, Any], cv: int) -> Any:
    """Return a search that drops most candidates of a grid early."""
    n_candidates = len(ParameterGrid(grid))
    return ArchitectureSearchCV(model, grid, n_candidates=n_candidates, cv=cv, random_state=0)


def search_of(work: Work, kind: Any, searcher: Callable[..., Any]) -> Any:
    """Return a search over networks of one kind."""
    net = kind(
        hidden_layer_sizes=(work.widths[0],),
        batch_size=work.batch,
        max_iter=work.epochs,
        n_iter_no_change=work.epochs,
        random_state=0,
    )
    grid = {f"mlpclassifier__{name}": values for name, values in GRID.items()}
    if len(work.widths) > 1:
        grid["mlpclassifier__hidden_layer_sizes"] = [(width,) for width in work.widths]
    return searcher(make_pipeline(StandardScaler(), net), grid, cv=3)


def seconds(search: Any, X: Any, y: Any) -> float:
    """Return the CPU time of a search, including that of the processes it started."""
    before, begin = os.times(), time.process_time()
    search.fit(X, y)
    after = os.times()
    children = sum(after[2:4]) - sum(before[2:4])
    return time.process_time() - begin + children


def below(search: Any, grid: Any) -> float:
    """Return how many standard errors the best score of a search is below that of a grid."""
    table, best = grid.cv_results_, grid.best_index_
    error = table["std_test_score"][best] / np.sqrt(grid.n_splits_ - 1)
    return (grid.best_score_ - search.best_score_) / error


def measure(work: Work, dtype: str, repeats: int) -> tuple[dict[str, float], float]:
    """Return the lowest time of each contestant, and how far halving's best score is below."""
    X, y = work.load(return_X_y=True)
    X = X.astype(dtype)
    peer, own = sklearn.neural_network.MLPClassifier, sknn.MLPClassifier
    contestants = {
        "blocks": search_of(work, own, GridSearchCV),
        "one by one": search_of(work, own, model_selection.GridSearchCV),
        "halving": search_of(work, own, halving),
        "scikit-learn": search_of(work, peer, model_selection.GridSearchCV),
    }
    least = dict.fromkeys(contestants, math.inf)
    for _ in range(repeats):
        for name, search in contestants.items():
            least[name] = min(least[name], seconds(search, X, y))
    scores = [contestants[name].cv_results_["mean_test_score"] for name in ("blocks", "one by one")]
    np.testing.assert_array_equal(*scores)
    return least, below(contestants["halving"], contestants["blocks"])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--dtypes", nargs="+", default=["float32", "float64"])
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    names = ["blocks", "one by one", "halving"]
    heads = [*names, "scikit-learn", *names, "errors below"]
    print(f"{'set':<17}{'dtype':<9}" + "".join(f"{name:>14}" for name in heads))
    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for name in asked.sets:
            for dtype in asked.dtypes:
                least, off = measure(SETS[name], dtype, asked.repeats)
                figures = [f"{each:.2f}s" for each in least.values()]
                figures += [f"{least['scikit-learn'] / least[each]:.1f}x" for each in names]
                line = "".join(f"{each:>14}" for each in [*figures, f"{off:.2f}"])
                print(f"{name:<17}{dtype:<9}{line}", flush=True)


if __name__ == "__main__":
    main()
