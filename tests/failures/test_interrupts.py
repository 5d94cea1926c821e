"""Ctrl-C, exceptions, and MemoryError at random lines leave nothing half done."""

import copy
import pickle
import sys
import warnings
from functools import cache, partial
from linecache import getline
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

import sknn
from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    DBNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    TabularMLPClassifier,
)
from sknn.callbacks import Callback, Pause, WeightAveraging
from sknn.estimators.fit import solvers
from sknn.streams import fit_blocks
from sknn.training import threads
from sknn.training.run import History

ROOT = str(Path(sknn.__file__).parent)
rng = np.random.default_rng(0)
X = rng.random((40, 4))
THREE = np.arange(40) % 3
REAL = X[:, 0] - X[:, 1] * X[:, 2]
SMALL = {"hidden_layer_sizes": (3,)}
BASE = {"max_iter": 3, "random_state": 0}
STOPPING = {"early_stopping": True, "n_iter_no_change": 1, "tol": 0.05}
SWA = [WeightAveraging("swa", start=1)]

MAKERS = {
    "classifier": lambda: (MLPClassifier((3,), **BASE, warm_start=True), (X, THREE)),
    "stops early": lambda: (MLPClassifier((3,), **BASE, **STOPPING), (X, THREE)),
    "members": lambda: (
        MLPClassifier((3,), **BASE, **STOPPING, n_members=3, warm_start=True, callbacks=SWA),
        (X, THREE),
    ),
    "members that stop": lambda: (
        MLPRegressor(**SMALL, **BASE, n_members=3, tol=0.3, n_iter_no_change=1, verbose=True),
        (X, REAL),
    ),
    "lbfgs": lambda: (MLPRegressor(**SMALL, **BASE, solver="lbfgs", n_members=2), (X, REAL)),
    "autoencoder": lambda: (AutoEncoder((2,), **BASE), (X,)),
    "machine": lambda: (BernoulliRBM(3, n_iter=3, random_state=0), (X,)),
    "belief": lambda: (DBNClassifier((3, 2), **BASE, pretrain_n_iter=2), (X, THREE)),
    "duel": lambda: (GAN(latent_dim=2, **BASE), (X,)),
    "images": lambda: (CNNClassifier(**BASE), (X, THREE)),
    "sequences": lambda: (RNNClassifier(2, **BASE), (X, THREE)),
    "table": lambda: (
        TabularMLPClassifier(**BASE, preset="fast", hidden_layer_sizes=(4,)),
        (X, THREE),
    ),
}
CALLS = ["fit", "again", "partial_fit", "resume", "use"]
ERRORS = [KeyboardInterrupt, RuntimeError, MemoryError]


class AtLine:
    """Raise at the n-th line of sknn's own code that runs within the block; count all of them."""

    def __init__(self, error=None, at=0):
        self.error, self.at, self.count, self.where = error, at, 0, None

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self.enter)
        return self

    def __exit__(self, *why):
        sys.settrace(self.before)

    def enter(self, frame, event, arg):
        return self.line if frame.f_code.co_filename.startswith(ROOT) else None

    def line(self, frame, event, arg):
        # The lock is released by C: Ctrl-C comes before that, in the block, or after it.
        if event == "line" and "with _lock" not in getline(
            frame.f_code.co_filename, frame.f_lineno
        ):
            self.count += 1
            if self.count == self.at:
                code = frame.f_code
                self.where = f"{Path(code.co_filename).name}:{code.co_name}:{frame.f_lineno}"
                raise self.error("injected")
        return self.line


@cache
def prepared(name, call):
    """Return a pickled estimator before a call, and the lines of the call."""
    net, data = MAKERS[name]()
    if call == "resume":
        net.callbacks = [*(net.callbacks or ()), Pause(1)]
    if call != "fit":
        quietly(net.fit, *data)
    if call == "resume":
        net.callbacks = net.callbacks[:-1]
    before = pickle.dumps(net)
    quietly(work(net, name, call))  # Permanent caches are filled now.
    with AtLine() as dry:
        quietly(work(pickle.loads(before), name, call))
    return before, dry.count


def work(net, name, call):
    """Return the call, as a function without arguments."""
    data = MAKERS[name]()[1]
    if call == "use":
        return partial(net.predict if hasattr(net, "predict") else net.transform, X)
    methods = {"again": net.fit, "fit": net.fit, "resume": net.resume}
    return partial(methods[call], *data) if call in methods else partial(one_pass, net, data)


def one_pass(net, data):
    """Give a network one pass, with validation rows if it stops by them."""
    if not hasattr(net, "partial_fit"):
        return net.fit(*data)
    stops = getattr(net, "early_stopping", False)
    held_out = dict(zip(("X_val", "y_val"), data, strict=True)) if stops else {}
    return net.partial_fit(*data, **held_out)


def quietly(function, *args):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args)


def blas():
    return [pool["num_threads"] for pool in ThreadpoolController().select(user_api="blas").info()]


def inject(name, call, error, draw):
    """Make a call fail at a random line, and check what is left."""
    if call == "resume" and name == "lbfgs":
        return
    saved, lines = prepared(name, call)
    net = pickle.loads(saved)
    run, before = work(net, name, call), pickle.dumps(net)
    numpy_state, pools = np.geterr(), blas()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        escaped = None
        with AtLine(error, int(draw.integers(1, lines + 1))) as line:
            try:
                run()
            except BaseException as caught:
                escaped = caught
    case = f"{name}, {call}, {error.__name__} at {line.where}"
    if line.where is None:  # Callbacks that look at the clock may make a call shorter.
        return
    now = blas(), len(threads._users), threads._limiter
    assert now == (pools, 0, None), f"{case}: {now}"
    np.seterr(**numpy_state)  # The exit of `with np.errstate` may have been cut off.
    if escaped is not None:
        # scikit-learn's available_if makes an AttributeError of whatever its check raises.
        told = (escaped, escaped.__cause__) if isinstance(escaped, AttributeError) else (escaped,)
        expected = any(isinstance(each, (error, ValueError, TypeError)) for each in told)
        assert expected, f"{case}: {escaped!r}"
        # In its last line, the estimator has its final state.
        ended = vars(net).get("stop_reason_", "interrupted") != "interrupted"
        whole = ended and "base.py:_train:" in line.where
        assert whole or pickle.dumps(net) == before, f"{case}: changed"
    elif error is KeyboardInterrupt:
        assert call != "use", f"{case}: swallowed"
        assert any("interrupted" in str(w.message) for w in told), f"{case}: without a warning"
    check_whole(net, case)


def check_whole(net, case):
    """Assert that an estimator is fitted and consistent, or not fitted at all."""
    if not net.__sklearn_is_fitted__():
        return
    history, run = net.history_, net.run_
    assert len({len(column) for column in history.values()}) == 1, case
    if len(history["epoch"]):
        assert history["epoch"][-1] == run.epoch, case
        assert run.best_loss == pytest.approx(min(history["loss"])), case
    assert np.isfinite(net.network_.theta).all(), case
    twin = copy.deepcopy(net)
    known = len(history["epoch"])
    quietly(one_pass, twin, MAKERS[case.split(",")[0]]()[1])
    assert len(twin.history_["epoch"]) > known or net.solver == "lbfgs", case


@pytest.mark.usefixtures("two_blas_threads")
@pytest.mark.parametrize("name", MAKERS)
def test_failures_at_random_lines(name, capsys):
    draw = np.random.default_rng(list(MAKERS).index(name))
    for call, error in zip(CALLS, [*ERRORS, *ERRORS], strict=False):
        inject(name, call, error, draw)
    inject(name, "fit", KeyboardInterrupt, draw)


@pytest.mark.slow
@pytest.mark.usefixtures("two_blas_threads")
@pytest.mark.parametrize("name", MAKERS)
def test_failures_at_many_random_lines(name, capsys):
    """The text of a failure names the call, the error, and the line; the seed is the index."""
    draw = np.random.default_rng(100 + list(MAKERS).index(name))
    for _ in range(300):
        call, error = str(draw.choice(CALLS)), ERRORS[draw.integers(len(ERRORS))]
        inject(name, call, error, draw)


# -- where sknn itself trains more than once -----------------------------------------------


class Cut(Callback):
    """Ctrl-C, once, at the end of some epoch, counted over all fits."""

    left = 0

    def on_epoch_end(self, progress):
        Cut.left -= 1
        if Cut.left == 0:
            raise KeyboardInterrupt


def test_a_stream_of_blocks_ends_and_says_where():
    da = pytest.importorskip("dask.array")
    blocks = da.from_array(X, (10, 4))
    net, alone = (MLPClassifier((3,), random_state=0, callbacks=[Cut()]) for _ in range(2))
    Cut.left = 7
    with pytest.warns(UserWarning) as told:
        assert fit_blocks(net, blocks, THREE, epochs=5, classes=[0, 1, 2]) is net
    assert "block 3 of epoch 2 was the last" in str(told[-1].message)
    assert net.stop_reason_ == "interrupted"
    Cut.left = 7
    with pytest.warns(UserWarning, match="interrupted"):
        for start in [0, 10, 20, 30, 0, 10, 20]:
            rows = slice(start, start + 10)
            alone.partial_fit(X[rows], THREE[rows], classes=[0, 1, 2])
    np.testing.assert_array_equal(net.network_.theta, alone.network_.theta)
    fit_blocks(net, blocks, THREE)
    assert net.stop_reason_ != "interrupted", "a later stream continues"


def test_a_stream_that_is_cut_while_a_block_is_computed():
    dask, da = pytest.importorskip("dask"), pytest.importorskip("dask.array")
    at, calls = [3], [0]

    @dask.delayed
    def rows():
        calls[0] += 1
        if calls[0] == at[0]:
            raise KeyboardInterrupt
        return X[:10]

    def blocks():
        return da.concatenate([da.from_delayed(rows(), (10, 4), float) for _ in range(4)])

    with dask.config.set(scheduler="synchronous"):
        with pytest.warns(UserWarning, match="block 2 of epoch 1 was the last"):
            net = fit_blocks(AutoEncoder((2,), random_state=0), blocks())
        assert net.t_ == 20
        calls[0], at[0] = 0, 1
        with pytest.raises(KeyboardInterrupt):
            fit_blocks(AutoEncoder((2,), random_state=0), blocks())


def test_passes_over_all_rows_end_with_the_first_group(monkeypatch):
    """Members with different best epochs are trained further in groups, one after the other."""
    trained = []

    def interrupted(state):
        trained.append(state)
        state.run.stop_reason = "interrupted"

    monkeypatch.setattr(solvers, "_pass_over_all", interrupted)
    net = MLPClassifier(
        (3,), n_members=4, max_iter=30, early_stopping=True, learning_rate_init=0.1, random_state=0
    )
    with pytest.warns(UserWarning, match="interrupted"):
        net.fit(X, THREE)
    assert len(trained) == 1 and net.stop_reason_ == "interrupted"


class Look(Callback):
    """Ctrl-C in the second batch after the first member stopped."""

    kept = None

    def on_epoch_end(self, progress):
        stopped = np.flatnonzero(progress.run.stopped)
        if len(stopped) and Look.kept is None:
            Look.kept = stopped[0], progress.network.theta[stopped[0]].copy()
            self.batches = 0

    def on_batch_end(self, progress):
        if Look.kept is not None:
            self.batches += 1
            if self.batches == 2:
                raise KeyboardInterrupt


def test_members_that_stopped_keep_what_they_had():
    """Ctrl-C in the middle of an epoch must not leave them with steps of others."""
    Look.kept = None
    net = MLPClassifier(
        **SMALL, n_members=3, max_iter=300, learning_rate_init=0.05, n_iter_no_change=2,
        batch_size=10, random_state=0, callbacks=[Look()],
    )  # fmt: skip
    with pytest.warns(UserWarning, match="interrupted"):
        net.fit(X, THREE)
    member, theta = Look.kept
    np.testing.assert_array_equal(net.network_.theta[member], theta)


class AtTheEnd(Callback):
    """Ctrl-C when the last epoch has been judged."""

    def on_epoch_end(self, progress):
        if np.all(progress.run.stopped):
            raise KeyboardInterrupt


@pytest.mark.parametrize("n_members", [1, 3])
@pytest.mark.parametrize("stop", ["training loss", "X_val", "split"])
def test_a_call_that_is_interrupted_when_it_stops_is_over(stop, n_members):
    rows = {"X_val": X[:20], "y_val": THREE[:20]} if stop == "X_val" else {}
    settings = SMALL | {"max_iter": 300, "learning_rate_init": 0.05, "random_state": 0}
    settings |= {"n_members": n_members, "early_stopping": stop != "training loss"}
    settings |= {"n_iter_no_change": 2, "tol": 0.01}
    whole = MLPClassifier(**settings).fit(X, THREE, **rows)
    net = MLPClassifier(**settings, callbacks=[AtTheEnd()])
    with pytest.warns(UserWarning, match="interrupted"):
        net.fit(X, THREE, **rows)
    net.set_params(callbacks=None).resume(X, THREE, **rows)
    assert (net.stop_reason_, net.n_iter_) == (whole.stop_reason_, whole.n_iter_)
    np.testing.assert_array_equal(net.network_.theta, whole.network_.theta)


def test_the_history_takes_an_epoch_as_a_whole():
    row = {"epoch": 2.0, "loss": 1.0, "seconds": 0.5}

    def history():
        known = History()
        known.append({"epoch": 1.0, "loss": 2.0})
        return known

    known = history()
    with AtLine() as dry:
        known.append(row)
    for at in range(1, dry.count + 1):
        cut = history()
        with pytest.raises(KeyboardInterrupt), AtLine(KeyboardInterrupt, at):
            cut.append(row)
        assert {len(column) for column in cut.columns.values()} == {1}, at
