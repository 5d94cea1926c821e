"""The effect of early stopping on scores with small data.

Run from the root of the repository::

    python -m benchmarks.early_stopping

The benchmark uses five data sets that come with scikit-learn, five folds, and five seeds; a
pipeline scales the rows. The two scores of a fold and a seed, with and without early stopping, form
a pair. The table shows the mean of each, the mean of the 25 differences, and its standard error.
Early stopping passes if its mean is at most one standard error lower.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import sklearn.neural_network
from numpy.typing import NDArray
from sklearn import datasets
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sknn

LOADERS: dict[str, Callable[..., Any]] = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast_cancer": datasets.load_breast_cancer,
    "digits": datasets.load_digits,
    "diabetes": datasets.load_diabetes,
}


class Comparison(NamedTuple):
    """Scores of the same folds and seeds, without and with early stopping."""

    without: NDArray
    stopped: NDArray

    @property
    def difference(self) -> float:
        """Mean gain from early stopping."""
        return float((self.stopped - self.without).mean())

    @property
    def error(self) -> float:
        """Standard error of the mean gain."""
        gains = self.stopped - self.without
        return float(gains.std(ddof=1) / np.sqrt(len(gains)))

    @property
    def harmless(self) -> bool:
        """Whether the loss, if any, is at most one standard error."""
        return self.difference >= -self.error


def scores(name: str, library: Any, seeds: int, **parameters: Any) -> NDArray:
    """Return accuracy or R2 of five folds for each seed."""
    X, y = LOADERS[name](return_X_y=True)
    kind = library.MLPRegressor if name == "diabetes" else library.MLPClassifier
    folds = StratifiedKFold if is_classifier(kind()) else KFold
    found = []
    for seed in range(seeds):
        net = make_pipeline(StandardScaler(), kind(random_state=seed, **parameters))
        split = folds(5, shuffle=True, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            found.append(cross_val_score(net, X, y, cv=split))
    return np.concatenate(found)


def compare(name: str, library: Any = sknn, seeds: int = 5, **parameters: Any) -> Comparison:
    """Return the paired scores of one data set."""
    return Comparison(
        scores(name, library, seeds, **parameters),
        scores(name, library, seeds, early_stopping=True, **parameters),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    seeds = parser.parse_args().seeds
    print(f"{'':<14}{'':<15}{'without':>9}{'with':>9}{'gain':>9}{'error':>8}  harmless")
    for library in (sknn, sklearn.neural_network):
        for name in LOADERS:
            result = compare(name, library, seeds)
            means = result.without.mean(), result.stopped.mean()
            figures = "{:>9.4f}{:>9.4f}{:>+9.4f}".format(*means, result.difference)
            verdict = "yes" if result.harmless else "no"
            print(
                f"{library.__name__.partition('.')[0]:<14}{name:<15}{figures}"
                f"{result.error:>8.4f}  {verdict}",
                flush=True,
            )


if __name__ == "__main__":
    main()
