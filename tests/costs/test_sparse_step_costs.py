"""Memory and calls of a step over sparse rows grow only with what the batch touches."""

import sys
import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp

from sknn import MLPClassifier
from sknn.training.touched import TouchedObjective, TouchedUpdate

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

N_WORDS, UNITS, CALLS_PER_STEP = 50_000, 20, 400
SOLVERS = {
    "lazy_adam": {"solver": "lazy_adam"},
    "lazy_adam, no penalty": {"solver": "lazy_adam", "alpha": 0.0},
    "sgd": {"solver": "sgd", "momentum": 0.0, "alpha": 0.0},
}


def texts(n=400, words_of_text=10):
    """Return rows, each with its share of the first 2,000 of many words."""
    rng = np.random.default_rng(0)
    words = rng.integers(2000, size=n * words_of_text)
    rows = np.repeat(np.arange(n), words_of_text)
    X = sp.csr_matrix((np.ones(len(words), np.float32), (rows, words)), (n, N_WORDS))
    return X, rng.integers(2, size=n)


def in_steps(options, monkeypatch, begin, end):
    """Fit with calls before and after each forward and backward pass and each update."""
    for kind, name in ((TouchedObjective, "batch"), (TouchedUpdate, "__call__")):
        original = getattr(kind, name)

        def step(self, *arguments, original=original):
            begin()
            try:
                return original(self, *arguments)
            finally:
                end()

        monkeypatch.setattr(kind, name, step)
    X, y = texts()
    net = MLPClassifier((UNITS,), batch_size=20, max_iter=2, random_state=0, **options)
    return net.fit(X, y)


@pytest.mark.parametrize("solver", SOLVERS)
def test_memory_follows_what_a_batch_touches(solver, monkeypatch):
    peaks = []

    def begin():
        tracemalloc.reset_peak()
        peaks.append(-tracemalloc.get_traced_memory()[0])

    def end():
        peaks[-1] += tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        net = in_steps(SOLVERS[solver], monkeypatch, begin, end)
    finally:
        tracemalloc.stop()
    assert len(peaks) == 2 * 2 * 20
    # A batch touches some 190 of 50,000 rows.
    assert max(peaks[4:]) < 0.1 * net.network_.theta.nbytes


@pytest.mark.parametrize("solver", SOLVERS)
def test_calls_of_a_step(solver, monkeypatch):
    count = [0]

    def tally(frame, event, argument):
        if event in ("call", "c_call"):
            count[0] += 1

    in_steps(SOLVERS[solver], monkeypatch, lambda: sys.setprofile(tally),
             lambda: sys.setprofile(None))  # fmt: skip
    assert count[0] / 40 <= CALLS_PER_STEP
