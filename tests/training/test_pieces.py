"""Batches, history, threads, and best weights, each by itself."""

import pickle
import threading

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from threadpoolctl import ThreadpoolController

from sknn.training import threads
from sknn.training.batches import Batches
from sknn.training.run import History, Run, Streams

X = np.arange(46.0).reshape(23, 2)
Y = np.arange(23)
W = np.arange(23.0)[:, None]


def epoch(batches, size, rng=None):
    """Return copies, because the arrays of a batch live only until the next one."""
    return [
        tuple(
            None if part is None else np.array(part.toarray() if sp.issparse(part) else part)
            for part in batch
        )
        for batch in batches.epoch(size, rng)
    ]


@pytest.mark.parametrize("container", [np.asarray, np.asfortranarray, sp.csr_array])
@pytest.mark.parametrize("size", [1, 4, 5, 23, 100])
@pytest.mark.parametrize("rows", [None, np.array([3, 5, 8, 9, 20])])
@pytest.mark.parametrize("shuffle", [False, True])
def test_every_row_once(container, size, rows, shuffle):
    rng = np.random.default_rng(0) if shuffle else None
    batches = Batches(container(X), Y, W, rows)
    wanted = np.arange(23) if rows is None else rows
    for _ in range(3):
        parts = epoch(batches, size, rng)
        assert [len(y) for _, y, _ in parts[:-1]] == [size] * (len(parts) - 1)
        seen = np.concatenate([y for _, y, _ in parts])
        assert_array_equal(np.sort(seen), wanted)
        if not shuffle:
            assert_array_equal(seen, wanted)
        for x, y, w in parts:
            assert_array_equal(x, X[y])
            assert_array_equal(w, W[y])


def test_orders_differ_and_follow_the_generator():
    batches = Batches(X, Y)
    rng = np.random.default_rng(0)
    first, second = (np.concatenate([y for _, y, _ in epoch(batches, 4, rng)]) for _ in range(2))
    assert (first != second).any()
    again = np.concatenate([y for _, y, _ in epoch(Batches(X, Y), 4, np.random.default_rng(0))])
    assert_array_equal(first, again)


def test_one_batch_of_everything_draws_nothing():
    rng = np.random.default_rng(0)
    state = rng.bit_generator.state
    ((x, _, _),) = Batches(X, Y).epoch(23, rng)
    assert np.shares_memory(x, X)
    assert rng.bit_generator.state == state


def test_rows_in_order_are_views():
    for x, _, _ in Batches(X, Y).epoch(4, None):
        assert np.shares_memory(x, X)


def test_small_slabs_make_no_difference(monkeypatch):
    whole = epoch(Batches(X, Y), 4, np.random.default_rng(0))
    monkeypatch.setattr("sknn.training.batches._SLAB_BYTES", 100)
    pieces = epoch(Batches(X, Y), 4, np.random.default_rng(0))
    for one, other in zip(whole, pieces, strict=True):
        assert_array_equal(one[0], other[0])


@pytest.mark.parametrize("value", ["good", None, [1.0]])
def test_history_refuses_what_is_not_a_number(value):
    with pytest.raises(TypeError, match="'note'"):
        History().append({"epoch": 1.0, "note": value})


def test_history_fills_gaps():
    history = History()
    history.append({"epoch": 1.0, "loss": 2.0})
    history.append({"epoch": 2.0, "loss": 1.0, "score": 0.5})
    history.append({"epoch": 3.0, "loss": 0.5})
    assert np.isnan(history.columns["score"][0]) and np.isnan(history.columns["score"][2])
    twin = pickle.loads(pickle.dumps(history))
    for name, values in history.columns.items():
        assert_array_equal(twin.columns[name], values)
    twin.append({"epoch": 4.0, "loss": 0.1})
    assert len(twin) == 4 and len(history) == 3
    twin.trim(2)
    assert twin.columns["epoch"] == [3.0, 4.0]


def test_copies_of_a_run_are_independent():
    run = Run(Streams.from_seed(3), horizon=5)
    run.optimizer_state = {"m": np.zeros(3)}
    twin = run.copy()
    twin.streams.order.random(5)
    twin.optimizer_state["m"] += 1
    twin.history.append({"epoch": 1.0})
    twin.schedule_state["cuts"] = 1.0
    assert run.streams.order.bit_generator.state != twin.streams.order.bit_generator.state
    assert run.optimizer_state["m"].sum() == 0
    assert len(run.history) == 0 and run.schedule_state == {}


def test_streams_are_four():
    streams = Streams.from_seed(0)
    draws = {streams.init.random(), streams.order.random(), streams.noise.random()}
    assert len(draws) == 3
    assert Streams.from_seed(0).split_seed == streams.split_seed != Streams.from_seed(1).split_seed


def limits():
    return [pool["num_threads"] for pool in ThreadpoolController().select(user_api="blas").info()]


@pytest.mark.usefixtures("two_blas_threads")
def test_threads_are_limited_for_small_products_only(monkeypatch):
    monkeypatch.delenv("SKNN_BLAS_THREADS", raising=False)
    before = limits()
    with threads.blas_threads(10):
        assert set(limits()) <= {1}
        with threads.blas_threads(10):
            assert set(limits()) <= {1}
        assert set(limits()) <= {1}, "the outer user still holds it"
    assert limits() == before
    with threads.blas_threads(threads.PARALLEL_FROM):
        assert limits() == before
    monkeypatch.setenv("SKNN_BLAS_THREADS", "user")
    with threads.blas_threads(10):
        assert limits() == before


@pytest.mark.usefixtures("two_blas_threads")
def test_threads_come_back_after_errors_and_from_many_users():
    before = limits()
    with pytest.raises(ZeroDivisionError), threads.blas_threads(10):
        raise ZeroDivisionError
    assert limits() == before
    barrier = threading.Barrier(4)

    def user():
        with threads.blas_threads(10):
            barrier.wait(timeout=10)

    users = [threading.Thread(target=user) for _ in range(4)]
    for each in users:
        each.start()
    for each in users:
        each.join()
    assert limits() == before
