"""Compare architecture search with scikit-learn's random search over the same candidates.

Run from the root of the repository, on an idle machine::

    python -m benchmarks.search
    python -m benchmarks.search --sets digits concrete --seeds 1 --strategy hyperband

The digits come with scikit-learn, the other data sets with other packages; they are used if the
module ``load_data`` can be imported and ``SKNN_DATA_DIR`` names the folder with these packages.

Both searches draw the same candidates, split the same rows in the same way, and refit the best,
with the same number of processes. The table compares the best cross-validation scores, with the
standard error of the random search's score over the splits, and the seconds. It also compares
scores on held-out rows after equal seconds: for the random search, only those candidates count that
it had begun when the other search ended. Each search runs ``--repeats`` times, in turns, and the
shortest run counts. With ``--jobs 1``, seconds are CPU seconds, which other programs disturb less.
"""

from __future__ import annotations

import argparse
import time
import warnings
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.model_selection import RandomizedSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknn import MLPClassifier, MLPRegressor
from sknn.search import ArchitectureSearchCV, space

FIRST = ["digits", "satimage", "phoneme", "concrete", "abalone"]
EIGHT = [*FIRST, "spambase", "telco_churn", "computers"]
N_SPLITS = 3


def load(name: str) -> tuple[Any, Any, bool]:
    """Return rows and targets of a data set, and whether the targets are labels."""
    if name == "digits":
        X, y = load_digits(return_X_y=True)
        return X.astype(np.float32), y, True
    import load_data

    X, y, about = load_data.load(name)
    return X, y, about["task"] == "classification"


def model_for(X: Any, labels: bool, epochs: int) -> Any:
    """Return a network behind the usual preprocessing."""
    kind = MLPClassifier if labels else MLPRegressor
    net = kind(learning_rate="cosine", max_iter=epochs, random_state=0)
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    if isinstance(X, np.ndarray):
        return make_pipeline(numbers, net)
    named = list(X.select_dtypes("category").columns)
    kinds = OneHotEncoder(handle_unknown="ignore", max_categories=50, sparse_output=False)
    columns = ColumnTransformer(
        [("numbers", numbers, [c for c in X if c not in named]), ("categories", kinds, named)]
    )
    return make_pipeline(columns, net)


def timed(search: Any, X: Any, y: Any, jobs: int) -> tuple[Any, float]:
    """Return a fitted search and the seconds it took."""
    clock = time.process_time if jobs == 1 else time.perf_counter
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        begin = clock()
        search.fit(X, y)
        return search, clock() - begin


def done_by(search: Any, seconds: float, taken: float) -> int:
    """Return how many candidates a random search has begun after this many seconds."""
    table = search.cv_results_
    each = table["mean_fit_time"] + table["mean_score_time"]
    # Both include the refit, which takes about as long in both.
    clock = np.cumsum(each) / each.sum() * taken
    return min(len(each), int(np.searchsorted(clock, seconds)) + 1)


def compare(name: str, seed: int, arguments: argparse.Namespace) -> dict[str, float]:
    """Run both searches on a data set."""
    X, y, labels = load(name)
    n_train = min(arguments.rows, int(0.7 * len(y)))
    A, B, y_train, y_test = train_test_split(
        X, y, train_size=n_train, random_state=seed, stratify=y if labels else None
    )
    model = model_for(X, labels, arguments.epochs)
    same = {"random_state": seed, "cv": N_SPLITS, "n_jobs": arguments.jobs}
    n = arguments.candidates
    plan = {"strategy": arguments.strategy, "factor": arguments.factor}
    ours = ArchitectureSearchCV(model, n_candidates=n, **plan, **same)
    theirs = RandomizedSearchCV(model, space(model), n_iter=n, **same)
    clocks = [
        [timed(search, A, y_train, arguments.jobs)[1] for search in (ours, theirs)]
        for _ in range(arguments.repeats)
    ]
    ours_seconds, seconds = np.min(clocks, axis=0)
    table, best = theirs.cv_results_, theirs.best_index_
    k = done_by(theirs, ours_seconds, seconds)
    early = int(np.argmax(table["mean_test_score"][:k]))
    rival = clone(model).set_params(**table["params"][early])
    rival = theirs.best_estimator_ if early == best else timed(rival, A, y_train, 1)[0]
    return {
        "score": ours.best_score_,
        "their score": theirs.best_score_,
        "error": table["std_test_score"][best] / np.sqrt(N_SPLITS - 1),
        "seconds": ours_seconds,
        "their seconds": seconds,
        "candidates": k,
        "test": ours.score(B, y_test),
        "their test": rival.score(B, y_test),
        "their last test": theirs.score(B, y_test),
    }


def main() -> None:
    """Print a line for each search, and a summary."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sets", nargs="+", default=EIGHT)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--candidates", type=int, default=27)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--rows", type=int, default=1400, help="maximum number of training rows")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--strategy", default="halving")
    parser.add_argument("--factor", type=float, default=3.75)
    arguments = parser.parse_args()
    # Processes are started, and modules imported, before the first clock runs.
    X, y = load_digits(return_X_y=True)
    warm = ArchitectureSearchCV(MLPClassifier(max_iter=1), n_candidates=4, n_jobs=arguments.jobs)
    timed(warm, X[:200], y[:200], arguments.jobs)
    print(
        f"{'data set':<14}{'seed':>5}{'score':>9}{'random':>9}{'+-':>8}{'s':>8}{'random':>8}"
        f"{'ratio':>7}{'test':>9}{'random':>9}{'of':>4}{'all':>9}"
    )
    wins, rows = [], []
    for name in arguments.sets:
        found = []
        for seed in range(arguments.seeds):
            row = compare(name, seed, arguments)
            found.append(row)
            print(line(name, seed, row), flush=True)
        rows += found
        mean = {key: float(np.mean([row[key] for row in found])) for key in found[0]}
        wins.append(np.sign(round(mean["test"] - mean["their test"], 6)))
        print(line(name, "mean", mean), flush=True)
    near = sum(row["score"] >= row["their score"] - row["error"] for row in rows)
    ratio = sum(row["seconds"] for row in rows) / sum(row["their seconds"] for row in rows)
    print(f"\nbest score within one standard error: {near} of {len(rows)}")
    print(f"ratio of total seconds: {ratio:.2f}")
    better, worse = (int(np.sum(np.array(wins) == sign)) for sign in (1, -1))
    print(f"held-out score at equal seconds: better on {better}, worse on {worse} of {len(wins)}")


def line(name: str, seed: Any, row: dict[str, float]) -> str:
    """Return a line of the table."""
    ratio = row["seconds"] / row["their seconds"]
    return (
        f"{name:<14}{seed:>5}{row['score']:>9.4f}{row['their score']:>9.4f}{row['error']:>8.4f}"
        f"{row['seconds']:>8.1f}{row['their seconds']:>8.1f}{ratio:>7.2f}{row['test']:>9.4f}"
        f"{row['their test']:>9.4f}{row['candidates']:>4.0f}{row['their last test']:>9.4f}"
    )


if __name__ == "__main__":
    main()
