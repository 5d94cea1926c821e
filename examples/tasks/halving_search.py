"""Halving of scikit-learn, with epochs as the resource
=======================================================

Run it from the root of the repository; it takes some seconds::

    python examples/tasks/halving_search.py

Every network of sknn has `max_iter`, so scikit-learn can halve over epochs. It retrains survivors
from scratch in each round; ``sknn.search.ArchitectureSearchCV`` continues their training.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingRandomSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.search import space


def main() -> None:
    """Search and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=27)
    parser.add_argument("--candidates", type=int, default=9)
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


if __name__ == "__main__":
    main()
