"""A stream keeps nothing of past chunks, no matter how many there were."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp

from sknn import MLPClassifier, MLPRegressor

N_ROWS, N_FEATURES = 2000, 32
CHUNK = N_ROWS * N_FEATURES * 8
SMALL = {"hidden_layer_sizes": (8,), "batch_size": 200, "random_state": 0}


def dense(chunks):
    """Yield chunks that never exist at the same time: 50 of them are 25 MB."""
    rng = np.random.default_rng(0)
    for _ in range(chunks):
        x = rng.standard_normal((N_ROWS, N_FEATURES))
        yield x, x[:, 0] > 0


def sparse(chunks):
    for x, y in dense(chunks):
        yield sp.csr_array(x * (x > 0)), y


def weighted(chunks):
    for x, y in dense(chunks):
        yield x, y, (x[:, 1] > 0).astype(float)


def validated(chunks):
    rows = next(dense(1))
    for x, y in dense(chunks):
        yield x, y, None, rows


STREAMS = {"dense": dense, "sparse": sparse, "weighted": weighted, "validated": validated}


def feed(net, stream):
    more = {"classes": [False, True]} if isinstance(net, MLPClassifier) else {}
    for x, y, *rest in stream:
        rows = dict(zip(("X_val", "y_val"), rest[1], strict=True)) if len(rest) > 1 else {}
        net.partial_fit(x, y, *rest[:1], **more, **rows)


def peaks(net, stream):
    """Return the most memory in use during ten chunks, and during forty more."""
    feed(net, stream(2))  # imports and caches
    tracemalloc.start()
    try:
        feed(net, stream(10))
        first = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        feed(net, stream(40))
        return first, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_fifty_chunks_need_no_more_than_ten(kind, name):
    net = kind(**SMALL, early_stopping=name == "validated")
    first, later = peaks(net, STREAMS[name])
    # Sparse chunks differ in size, and the history of a thousand rows is not full yet.
    assert later < 1.05 * first + 20_000
    assert net.t_ >= 52 * N_ROWS * 0.4


def test_a_stream_needs_a_few_chunks_of_memory():
    """One chunk, the next one being made, and the buffers of their batches."""
    first, _ = peaks(MLPRegressor(**SMALL), dense)
    assert first < 8 * CHUNK
