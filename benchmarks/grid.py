"""A grid search in blocks beside scikit-learn's search, over our network and over its own.

Run from the root of the repository, on an idle machine::

    python -m benchmarks.grid
    python -m benchmarks.grid --sets iris digits-16 --dtypes float32 --repeats 5

Every search tries 27 candidates, 3 strengths of the penalty times 3 rates times 3 `beta_1`, on 3
splits, in a Pipeline with StandardScaler, and fits the best on all rows. Rows come in the precision
of the line; scikit-learn's network keeps it, too. The digits with three widths are a grid of 81
candidates. Compared are seconds of the processor, of this process and of its children, at one
thread of BLAS; contestants take turns, and the fastest of each counts.

"blocks" is :class:`sknn.search.GridSearchCV`, "one by one" is scikit-learn's GridSearchCV over the
same network; both find the same scores, which is checked. The last two columns say how many times
as fast as scikit-learn's GridSearchCV over scikit-learn's MLPClassifier they are.
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn.neural_network
from sklearn import model_selection
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import sknn
from sknn.search import GridSearchCV

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


def search_of(work: Work, kind: Any, searcher: Any) -> Any:
    """Return a search over networks of a kind."""
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
    """Return what a search takes of the processor, processes it has started included."""
    begin = os.times()
    search.fit(X, y)
    end = os.times()
    return sum(end[:4]) - sum(begin[:4])


def measure(work: Work, dtype: str, repeats: int) -> list[float]:
    """Return the least seconds of each contestant."""
    X, y = work.load(return_X_y=True)
    X = X.astype(dtype)
    contestants = {
        "blocks": search_of(work, sknn.MLPClassifier, GridSearchCV),
        "one by one": search_of(work, sknn.MLPClassifier, model_selection.GridSearchCV),
        "peer": search_of(work, sklearn.neural_network.MLPClassifier, model_selection.GridSearchCV),
    }
    least = dict.fromkeys(contestants, float("inf"))
    for _ in range(repeats):
        for name, search in contestants.items():
            least[name] = min(least[name], seconds(search, X, y))
    scores = [contestants[name].cv_results_["mean_test_score"] for name in ("blocks", "one by one")]
    np.testing.assert_array_equal(*scores)
    return list(least.values())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--dtypes", nargs="+", default=["float32", "float64"])
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    print(f"{'set':<17}{'dtype':<9}{'blocks':>8}{'one by one':>12}{'scikit-learn':>14}", end="")
    print(f"{'blocks':>9}{'one by one':>12}")
    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for name in asked.sets:
            for dtype in asked.dtypes:
                ours, single, peer = measure(SETS[name], dtype, asked.repeats)
                print(f"{name:<17}{dtype:<9}{ours:>7.2f}s{single:>11.2f}s{peer:>13.2f}s", end="")
                print(f"{peer / ours:>8.1f}x{peer / single:>11.1f}x", flush=True)


if __name__ == "__main__":
    main()
