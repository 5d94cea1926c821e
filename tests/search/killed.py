"""Searches with a checkpoint, and processes that are killed during one."""

import functools
import multiprocessing
import os
import signal
import warnings
from unittest import mock

from numpy.testing import assert_array_equal
from scipy.stats import loguniform
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn._format import container
from sknn.core import archive
from sknn.search import GridSearchCV, RandomizedSearchCV, checkpoint
from sknn.search.checkpoint import SearchCheckpoint
from tests.estimators.data import THREE, X
from tests.search.grouped import end
from tests.search.parts import PIPED, assert_same_results, network, search

NET = MLPClassifier(max_iter=5, random_state=0, dropout=0.1)
GRID = {"hidden_layer_sizes": [(3,), (4,), (5, 3)], "alpha": [0.1, 1.0]}
DRAWN = {"hidden_layer_sizes": GRID["hidden_layer_sizes"], "alpha": loguniform(0.01, 1.0)}
PIPE = make_pipeline(StandardScaler(), network(early_stopping=True, dropout=0.1))
SEARCHES = {
    "halving": lambda path: search(PIPE, PIPED, checkpoint=path),
    "hyperband": lambda path: search(strategy="hyperband", n_candidates=9, checkpoint=path),
    "random": lambda path: search(strategy="random", checkpoint=path),
    "grid": lambda path: GridSearchCV(NET, GRID, cv=2, checkpoint=path),
    "draws": lambda path: RandomizedSearchCV(
        NET, DRAWN, n_iter=5, cv=2, random_state=0, checkpoint=path
    ),
    "others": lambda path: GridSearchCV(
        RidgeClassifier(), {"alpha": [0.1, 1.0, 9.0]}, cv=2, checkpoint=path
    ),
}


def fitted(name, path=None):
    """Return a fitted search."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SEARCHES[name](path).fit(X, THREE)


@functools.cache
def whole(name):
    """Return the same search, never interrupted."""
    return fitted(name)


def assert_same(one, other):
    """The results of two searches are the same, bit for bit, except for times."""
    assert_same_results(one, other)
    past = getattr(one, "history_", {})
    for name in past.keys() - {"seconds"}:
        assert_array_equal(past[name], other.history_[name], err_msg=name)
    mine, theirs = end(one.best_estimator_), end(other.best_estimator_)
    for name in ("network_", "coef_"):
        if hasattr(theirs, name):
            weights = [getattr(each, name) for each in (mine, theirs)]
            assert_array_equal(*(getattr(each, "theta", each) for each in weights))
    assert_array_equal(one.predict(X), other.predict(X))


def at_once():
    """Write the file as soon as a block is done."""
    return mock.patch.multiple(checkpoint, _LEAST_SECONDS=0.0, _WRITINGS=0.0)


def _kill(function, number, after):
    """Kill the process in a call of a function, before or after the function runs."""
    calls = iter(range(number))

    def killing(*args, **options):
        last = next(calls, None) is None
        if last and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        found = function(*args, **options)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    return killing


def _half(function, number):
    """Kill the process when half of a file is written."""
    calls = iter(range(number))

    def writing(head, arrays, sink):
        if next(calls, None) is not None:
            return function(head, arrays, sink)
        whole = mock.Mock(write=lambda content: parts.append(bytes(content)))
        parts = []
        function(head, arrays, whole)
        content = b"".join(parts)
        sink.write(content[: len(content) // 2])
        sink.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    return writing


MOMENTS = {
    "a block is done": lambda n: mock.patch.object(
        SearchCheckpoint, "_is_due", _kill(SearchCheckpoint._is_due, n, False)
    ),
    "half a file": lambda n: mock.patch.object(container, "pack", _half(container.pack, n)),
    "the file has no name yet": lambda n: mock.patch.object(
        archive.os, "replace", _kill(os.replace, n, False)
    ),
    "the file is written": lambda n: mock.patch.object(
        archive.os, "replace", _kill(os.replace, n, True)
    ),
}


def _live(name, path, moment, number):
    with at_once(), MOMENTS[moment](number):
        fitted(name, path)


def start(target, *args):
    """Return a new process; the first one takes as long as all imports."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=target, args=args)
    process.start()
    return process


def killed(name, path, moment, number):
    """Search in a process that is killed at the n-th moment of a kind; say whether it was."""
    process = start(_live, name, path, moment, number)
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0
