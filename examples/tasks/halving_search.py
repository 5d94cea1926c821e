"""scikit-learn's halving search over epochs
=========================================

Every network of sknn has `max_iter`, so scikit-learn can halve over epochs. It retrains survivors
from scratch in each round; ``sknn.search.ArchitectureSearchCV`` continues their training.

Run this script from the root of the repository; it takes a few seconds and writes one picture::

    pip install ".[plot]"
    python examples/tasks/halving_search.py
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingRandomSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.inspection import house_style
from sknn.search import space


def draw(search: Any, output: Path) -> None:
    """Draw score against epochs for every candidate: a line ends where its candidate is dropped."""
    plt.style.use(house_style())
    figure, ax = plt.subplots(figsize=(8.3, 4.6), layout="constrained")
    table, curves = search.cv_results_, {}
    columns = (table["params"], table["n_resources"], table["mean_test_score"])
    for params, epochs, score in zip(*columns, strict=True):
        # Rounds differ in the number of epochs alone.
        fixed = {name: value for name, value in params.items() if not name.endswith("max_iter")}
        curves.setdefault(str(fixed), []).append((epochs, score))
    longest = max(map(len, curves.values()))
    for curve in curves.values():
        best = len(curve) == longest
        ax.plot(*zip(*curve, strict=True), "o-", color="C1" if best else "0.6", zorder=2 + best)
    ax.set(
        title="halving: the best third (orange: the winner) continues with three times the epochs"
    )
    ax.set(xscale="log", xlabel="epochs", ylabel="cross-validated accuracy")
    ax.set_xticks(search.n_resources_, map(str, search.n_resources_))
    ax.minorticks_off()
    figure.savefig(output, dpi=110)


def main() -> None:
    """Search, print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=27)
    parser.add_argument("--candidates", type=int, default=9)
    parser.add_argument("--output", type=Path, default=Path("halving_search.png"))
    arguments = parser.parse_args()
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X.astype(np.float32), y, random_state=0)
    model = make_pipeline(StandardScaler(), MLPClassifier(random_state=0))
    search = HalvingRandomSearchCV(
        model,
        space(model, units=(16, 64)),
        n_candidates=arguments.candidates,
        resource="mlpclassifier__max_iter",
        min_resources=max(1, arguments.epochs // 9),
        max_resources=arguments.epochs,
        cv=3,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        search.fit(X, y)
    print("epochs     ", *search.n_resources_)
    print("candidates ", *search.n_candidates_)
    print(f"accuracy on unseen digits {search.score(X_test, y_test):.4f}")
    draw(search, arguments.output)


if __name__ == "__main__":
    main()
