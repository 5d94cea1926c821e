"""Grid, random, and architecture search: three searches of equal cost
===================================================================

Run it from the root of the repository; it takes about a minute and writes one picture::

    pip install ".[plot]"
    python examples/architecture_search.py

Each search trains about 320 epochs on each of three splits of the digits. The grid and the random
search spend them on eight candidates of 40 epochs, the architecture search on 24 candidates, most
of which it drops early.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.inspection import SearchDisplay, house_style
from sknn.search import ArchitectureSearchCV, space

GRID = {
    "mlpclassifier__hidden_layer_sizes": [(32,), (128,)],
    "mlpclassifier__alpha": [0.001, 1.0],
    "mlpclassifier__learning_rate_init": [0.001, 0.01],
}


def searches(epochs: int, jobs: int | None) -> dict[str, Any]:
    """Return the three searches, not fitted."""
    net = MLPClassifier(learning_rate="cosine", max_iter=epochs, random_state=0)
    model = make_pipeline(StandardScaler(), net)
    same = {"cv": 3, "n_jobs": jobs}
    return {
        "grid": GridSearchCV(model, GRID, **same),
        "random": RandomizedSearchCV(model, space(model), n_iter=8, random_state=0, **same),
        "architecture": ArchitectureSearchCV(
            model, n_candidates=24, factor=3, random_state=0, **same
        ),
    }


def compare(epochs: int, jobs: int | None) -> dict[str, Any]:
    """Fit all searches, print what they found, and return them."""
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X.astype(np.float32), y, random_state=0)
    found = searches(epochs, jobs)
    print(f"{'search':<14}{'candidates':>12}{'best score':>12}{'held out':>10}{'seconds':>9}")
    for name, search in found.items():
        begin = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            search.fit(X, y)
        seconds = time.perf_counter() - begin
        count = len(search.cv_results_["params"])
        scores = f"{search.best_score_:>12.4f}{search.score(X_test, y_test):>10.4f}"
        print(f"{name:<14}{count:>12}{scores}{seconds:>9.1f}", flush=True)
    return found


def draw(found: dict[str, Any]) -> Figure:
    """Draw the rungs of the architecture search, and the best of the others as lines."""
    plt.style.use(house_style())
    figure = plt.figure(figsize=(7, 4.2), layout="constrained")
    ax = figure.subplots()
    SearchDisplay.from_estimator(found["architecture"], ax=ax)
    for name, style in (("grid", ":"), ("random", "--")):
        ax.axhline(found[name].best_score_, color="C3", linestyle=style, label=f"best of {name}")
    ax.set(title="24 architectures, most of them given up early", ylim=(0.85, 1.0))
    ax.legend(loc="lower right")
    ax.grid(alpha=0.3)
    return figure


def picture(epochs: int = 40) -> Figure:
    """Compare and draw."""
    return draw(compare(epochs, None))


def main() -> None:
    """Compare, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--output", type=Path, default=Path("architecture_search.png"))
    arguments = parser.parse_args()
    draw(compare(arguments.epochs, arguments.jobs)).savefig(arguments.output, dpi=110)
    print(f"wrote {arguments.output}")


if __name__ == "__main__":
    main()
