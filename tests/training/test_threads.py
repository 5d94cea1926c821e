"""The user's number of BLAS threads is restored, in whatever order limits end."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from linecache import getline

import numpy as np
import pytest
import threadpoolctl
from threadpoolctl import ThreadpoolController, threadpool_limits

from sknn import GAN, AutoEncoder, BernoulliRBM, MLPClassifier, RNNClassifier, TabularMLPRegressor
from sknn.callbacks import Callback
from sknn.training import blas, threads
from sknn.training.threads import PARALLEL_FROM, blas_threads

POOLS = ThreadpoolController().select(user_api="blas")
rng = np.random.default_rng(0)
X = rng.random((60, 5))
y = np.arange(60) % 2

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def numbers():
    return [pool["num_threads"] for pool in POOLS.info()]


@pytest.fixture(autouse=True)
def two_threads():
    """Set two threads, whatever the machine has, and restore the number."""
    with threadpool_limits(2, user_api="blas"):
        if max(numbers()) < 2:
            pytest.skip("BLAS has one thread and takes no more")
        yield
        assert not threads._users and threads._limiter is None


@contextmanager
def elsewhere(context):
    """Enter a context in another thread, and leave it there at the end of the block."""
    entered, leave = threading.Event(), threading.Event()

    def stay():
        with context():
            entered.set()
            leave.wait(20)

    thread = threading.Thread(target=stay)
    thread.start()
    entered.wait(20)
    try:
        yield
    finally:
        leave.set()
        thread.join()


def small():
    return blas_threads(0)


@pytest.mark.parametrize("first_leaves_first", [True, False])
def test_users_in_two_threads(first_leaves_first):
    before = numbers()
    one, two = elsewhere(small), elsewhere(small)
    one.__enter__()
    two.__enter__()
    assert set(numbers()) == {1}
    for each in (one, two) if first_leaves_first else (two, one):
        assert set(numbers()) == {1}
        each.__exit__(None, None, None)
    assert numbers() == before


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize("they_leave", ["after", "before"])
def test_somebody_elses_limit_in_another_thread(limit, they_leave):
    before = numbers()
    theirs = elsewhere(lambda: threadpool_limits(limit, user_api="blas"))
    release_control()
    with blas_threads(0):
        theirs.__enter__()
        if they_leave == "before":
            theirs.__exit__(None, None, None)
            assert set(numbers()) == {1}
    if they_leave == "after":
        assert set(numbers()) == {limit}, "their limit holds until they leave"
        theirs.__exit__(None, None, None)
    assert numbers() == before


def release_control():
    """Let another thread take control, which the fixture has from threadpoolctl 3.8 on."""
    controller = getattr(threadpoolctl, "OpenBLASController", None)
    if hasattr(controller, "clear_controlling_thread"):
        controller.clear_controlling_thread(force=True)


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize("here", [True, False])
def test_somebody_elses_limit_after_a_permanent_limit(limit, here):
    """The fixture's limit: in threadpoolctl 3.8, only its thread may change the number."""
    before = numbers()
    theirs = threadpool_limits(1, user_api="blas")
    theirs.restore_original_limits()
    ours = elsewhere(lambda: blas_threads(0))
    with ours, threadpool_limits(limit) if here else elsewhere(lambda: threadpool_limits(limit)):
        ours.__exit__(None, None, None)
        assert not threads._users
    assert numbers() == before


def test_limits_of_several_that_come_and_go():
    before = numbers()
    release_control()
    first = elsewhere(lambda: threadpool_limits(1, user_api="blas"))
    second = elsewhere(lambda: threadpool_limits(1, user_api="blas"))
    with blas_threads(0):
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert numbers() == before


def test_a_look_for_limits_holds_on_to_nothing():
    """A tuple that is being built must not be referenced: Python refuses to resize it."""

    def one(limit):
        with blas_threads(0), elsewhere(limit):
            return blas._limiters_since(threads._limiter)

    assert all(map(len, tuple(one(lambda: threadpool_limits(1)) for _ in range(3))))


def test_somebody_elses_limit_around_ours():
    with threadpool_limits(1, user_api="blas"):
        with blas_threads(0):
            assert set(numbers()) == {1}
        assert set(numbers()) == {1}


def test_a_number_set_permanently_in_the_meantime_stays():
    with blas_threads(0):
        for library in blas.libraries()[0]:
            library.use(3)
    assert set(numbers()) <= {2, 3}  # A machine may not have three.
    for library in blas.libraries()[0]:
        library.use(2)


def test_the_innermost_counts():
    before = numbers()
    with blas_threads(0):
        with blas_threads(PARALLEL_FROM):
            assert numbers() == before
            with blas_threads(0):
                assert set(numbers()) == {1}
            assert numbers() == before
        assert set(numbers()) == {1}
    assert numbers() == before


def test_large_products_next_to_small_ones_of_another_thread():
    before = numbers()
    with elsewhere(small), blas_threads(PARALLEL_FROM):
        assert set(numbers()) == {1}
    assert numbers() == before


def test_an_exit_that_was_cut_off():
    before = numbers()
    outer, cut = blas_threads(0), blas_threads(0)
    with outer, outer:
        cut.__enter__()
    assert numbers() == before and not threads._users, "the outer limit lifts it"
    cut.__exit__()
    lost = blas_threads(0)
    lost.__enter__()
    assert set(numbers()) == {1}
    del lost
    with blas_threads(0):
        pass
    assert numbers() == before, "the next limit corrects it"


def within():
    limit = blas_threads(0)
    with limit, limit:
        pass


CUT = {
    "limit": lambda: within,
    "fit": lambda: partial(MLPClassifier((2,), max_iter=1, random_state=0).fit, X, y),
    "predict": lambda: partial(MLPClassifier((2,), max_iter=1).fit(X, y).predict, X),
    "table": lambda: partial(
        TabularMLPRegressor(preset="fast", max_iter=1, random_state=0).fit(X, y + 0.5).predict, X
    ),
    "duel": lambda: partial(GAN(latent_dim=2, max_iter=1, random_state=0).fit(X).score, X),
    "machine": lambda: partial(BernoulliRBM(2, n_iter=1).fit(X).gibbs, X),
}


def cut_at(line):
    """Return a trace function that raises at a line of the two modules, and the line count."""
    count = [0]

    def cut(frame, event, arg):
        if frame.f_code.co_filename not in (threads.__file__, blas.__file__):
            return None
        # The lock is released by C: Ctrl-C comes before that, in the block, or after it.
        if event == "line" and "with _lock" not in getline(threads.__file__, frame.f_lineno):
            count[0] += 1
            if count[0] == line:
                raise KeyboardInterrupt
        return cut

    return cut, count


@pytest.mark.filterwarnings("ignore:Training interrupted")
@pytest.mark.parametrize("call", CUT)
def test_cut_off_at_every_line(call):
    run, before, known = CUT[call](), numbers(), sys.gettrace()
    line, count = 0, [0]
    while count[0] >= line:
        line += 1
        cut, count = cut_at(line)
        try:
            sys.settrace(cut)
            run()
        except KeyboardInterrupt as error:
            raised = error  # Its frames live as long as it does.
        finally:
            sys.settrace(known)
        assert numbers() == before and not threads._users, line
    assert line > 20 and raised


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer")
def test_signals_at_any_moment():
    net = MLPClassifier((2,), max_iter=1, random_state=0)
    before, draw = numbers(), np.random.default_rng(0)

    def interrupt(*_):
        raise KeyboardInterrupt

    known = signal.signal(signal.SIGALRM, interrupt)
    try:
        begin = time.perf_counter()
        net.fit(X, y)
        span = time.perf_counter() - begin
        for _ in range(150):
            try:
                signal.setitimer(signal.ITIMER_REAL, draw.uniform(1e-5, span))
                with pytest.warns():
                    net.fit(X, y)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                pass
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            assert numbers() == before
    finally:
        signal.signal(signal.SIGALRM, known)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_has_its_threads():
    context = multiprocessing.get_context("fork")
    answer, before = context.Queue(), numbers()
    with elsewhere(small):
        child = context.Process(target=lambda: answer.put(numbers()))
        child.start()
        assert answer.get(timeout=20) == before and set(numbers()) == {1}
        child.join()


def test_libraries_with_a_number_for_each_thread(monkeypatch):
    own = threading.local()

    def number():
        return getattr(own, "number", 4)

    library = blas.Library("own", number, lambda n: setattr(own, "number", n))
    monkeypatch.setattr(threads, "libraries", lambda: ([], [library]))
    seen = []

    @contextmanager
    def theirs():
        with blas_threads(0):
            seen.append(number())
            yield
        seen.append(number())

    with blas_threads(0):
        assert number() == 1
        with elsewhere(theirs), blas_threads(PARALLEL_FROM):
            assert number() == 4
        assert number() == 1
    assert number() == 4 and seen == [1, 4]


class Look(Callback):
    seen = []

    def on_epoch_end(self, progress):
        Look.seen.append(max(numbers()))


@pytest.mark.parametrize("units, wanted", [(4, 1), (8000, 2)])
def test_steps_of_large_products_have_all_threads(units, wanted):
    Look.seen = []
    MLPClassifier((units,), max_iter=1, random_state=0, callbacks=[Look()]).fit(X, y)
    assert Look.seen == [wanted]


def orthogonal():
    return MLPClassifier((9,), max_iter=1, weight_init="orthogonal")


STARTS = {
    "autoencoder": ("eigh", lambda: AutoEncoder((3,), max_iter=1).fit(X)),
    "orthogonal": ("qr", lambda: orthogonal().fit(X, y)),
    "initialize": ("qr", lambda: orthogonal().initialize(X, y)),
    "first block": ("qr", lambda: orthogonal().partial_fit(X, y, classes=[0, 1])),
    "recurrent": ("qr", lambda: RNNClassifier(4, max_iter=1).fit(X, y)),
    "table": ("eigh", lambda: TabularMLPRegressor(preset="fast", max_iter=1).fit(X, y + 0.5)),
}


@pytest.mark.parametrize("start", STARTS)
def test_factorizations_have_one_thread(start, monkeypatch):
    name, fit = STARTS[start]
    real, seen = getattr(np.linalg, name), []

    def looked_at(*args, **kwargs):
        seen.append(max(numbers()))
        return real(*args, **kwargs)

    monkeypatch.setattr(np.linalg, name, looked_at)
    fit()
    assert seen and set(seen) == {1}


def test_answers_follow_the_same_rule(monkeypatch):
    nets = {
        "classifier": MLPClassifier((4,), max_iter=1).fit(X, y),
        "duel": GAN(latent_dim=2, max_iter=1, random_state=0).fit(X),
    }
    seen, real = [], type(nets["duel"].network_).predict

    def looked_at(self, *args, **kwargs):
        seen.append(max(numbers()))
        return real(self, *args, **kwargs)

    monkeypatch.setattr(type(nets["duel"].network_), "predict", looked_at)
    nets["classifier"].predict(X)
    nets["classifier"].transform(X)
    nets["duel"].score(X)
    assert set(seen) == {1}
    seen.clear()
    nets["classifier"].predict(np.repeat(X, 2000, axis=0))
    assert set(seen) == {2}
