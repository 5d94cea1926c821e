"""Time of an epoch over text, and accuracy after some epochs, of sknn and scikit-learn.

Run from the root of the repository, on a machine with nothing else to do::

    python -m benchmarks.text
    python -m benchmarks.text --sets newsgroups20 --batch 32 200 --epochs 5

The data sets come with other packages; they are used if the module ``load_data`` can be imported
and ``SKNN_DATA_DIR`` names the folder with these packages. Without them, rows are generated whose
columns are as frequent as words. Seconds are CPU seconds of the fastest epoch on one thread. The
methods take turns, and two columns show how many times as fast as scikit-learn and as ``adam`` they
are. Accuracy is measured on the test rows of the set. Rows are TF-IDF values of words and pairs of
words in float32. Every network has 100 units and is trained in the same way; plain gradient descent
(``sgd``) has no momentum, and ``sgd`` and ``lazy_adam, no penalty`` have no penalty.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import time
import warnings
from typing import Any

import numpy as np
import scipy.sparse as sp
import sklearn.neural_network
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

import sknn
from sknn.callbacks import Callback

SETS = {"newsgroups20": (1, 1), "fine_foods": (2, 1), "made": (1, 1)}
"""Largest number of words in a column, and least number of texts with a word."""
METHODS: dict[str, dict[str, Any]] = {
    "scikit-learn": {},
    "adam": {},
    "lazy_adam": {"solver": "lazy_adam"},
    "lazy_adam, no penalty": {"solver": "lazy_adam", "alpha": 0.0},
    "sgd": {"solver": "sgd", "momentum": 0.0, "alpha": 0.0, "learning_rate_init": 0.5},
}


class Clock(Callback):
    """Records the CPU time at the end of every epoch."""

    def on_train_begin(self, progress: Any) -> None:
        """Start."""
        self.times = [time.process_time()]

    def on_epoch_end(self, progress: Any) -> None:
        """Record the time."""
        self.times.append(time.process_time())


def made(n: int = 11_000, words: int = 100_000, in_a_text: int = 100) -> tuple[Any, Any]:
    """Return rows whose columns are as frequent as words, and labels that depend on them."""
    rng = np.random.default_rng(0)
    share = 1.0 / np.arange(2, words + 2)
    columns = rng.choice(words, n * in_a_text, p=share / share.sum())
    rows = np.repeat(np.arange(n), in_a_text)
    X = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (n, words))
    X.data /= 10.0
    score = X @ rng.normal(size=(words, 5))
    return X, score.argmax(axis=1)


def rows_of(name: str) -> tuple[Any, Any, Any, Any] | None:
    """Return training and test rows with their labels, or None if the set is missing."""
    if name == "made":
        X, y = made()
        return X[:10_000], X[10_000:], y[:10_000], y[10_000:]
    if "SKNN_DATA_DIR" not in os.environ or importlib.util.find_spec("load_data") is None:
        return None
    texts, y, meta = importlib.import_module("load_data").load(name)
    test = meta["test_index"]
    train = np.setdiff1d(np.arange(len(texts)), test)
    length, least = SETS[name]
    vectorizer = TfidfVectorizer(
        ngram_range=(1, length), min_df=least, sublinear_tf=True, dtype=np.float32
    )
    X = vectorizer.fit_transform([texts[i] for i in train])
    return X, vectorizer.transform([texts[i] for i in test]), y[train], y[test]


def measure(method: str, rows: tuple[Any, Any, Any, Any], batch: int, epochs: int) -> Any:
    """Return the seconds of an epoch, and the accuracy after all epochs."""
    X, X_test, y, y_test = rows
    options = {"batch_size": batch, "max_iter": epochs, "random_state": 0} | METHODS[method]
    if method == "scikit-learn":
        net = sklearn.neural_network.MLPClassifier((100,), **options)
        begin = time.process_time()
        net.fit(X, y)
        seconds = (time.process_time() - begin) / epochs
    else:
        net = sknn.MLPClassifier((100,), callbacks=[Clock()], **options).fit(X, y)
        seconds = float(np.diff(net.callbacks_[0].times).min())
    return seconds, net.score(X_test, y_test)


def table(rows: tuple[Any, Any, Any, Any], batch: int, options: argparse.Namespace) -> None:
    """Print figures and ratios for one batch size."""
    found: dict[str, list[Any]] = {method: [] for method in options.methods}
    for _ in range(options.rounds):
        for method in found:
            found[method].append(measure(method, rows, batch, options.epochs))
    heads = f"{'s/epoch':>12}{'scikit-learn':>15}{'adam':>8}{'accuracy':>11}"
    print(f"\nbatch {batch:<18}{heads}")
    best = {method: min(figures) for method, figures in found.items()}
    for method, (seconds, accuracy) in best.items():
        ratios = [
            f"{best[other][0] / seconds:.1f}x" if other in best else ""
            for other in ("scikit-learn", "adam")
        ]
        print(f"{method:<24}{seconds:>12.3f}{ratios[0]:>15}{ratios[1]:>8}{accuracy:>11.4f}")


def main() -> None:
    """Print one table per data set and batch size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--batch", nargs="+", type=int, default=[32, 200])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    for name in options.sets:
        rows = rows_of(name)
        if rows is None:
            print(f"{name}: load_data cannot be imported, or SKNN_DATA_DIR is not set.")
            continue
        n, columns = rows[0].shape
        print(f"\n{name}: {n} texts, {columns} columns, {rows[0].nnz / n:.0f} per text")
        with threadpool_limits(1):
            for batch in options.batch:
                table(rows, batch, options)


if __name__ == "__main__":
    main()
