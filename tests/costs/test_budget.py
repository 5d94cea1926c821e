"""Deterministic costs: calls per training step, memory per step and per fit."""

import gc
import pathlib
import sys
import tracemalloc
from functools import partial

import numpy as np
import pytest
from sklearn.base import clone

import sknn
from sknn import CNNClassifier, MLPClassifier, TabularMLPClassifier
from sknn.core.layers import Defaults, Dense
from sknn.core.losses import LogLoss
from sknn.core.network import Network
from sknn.core.optimizers import Adam
from sknn.core.workspace import Workspace
from sknn.estimators.settings import specs
from sknn.training.objective import Supervised
from sknn.training.trainer import Trainer
from sknn.training.update import Update

MAX_CALLS_PER_STEP = 50
STEPS_PER_EPOCH = 20


def calls_during(action):
    count = 0

    def profile(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    # A collection of garbage calls the finalizers of objects that other tests have left.
    gc.disable()
    sys.setprofile(profile)
    try:
        action()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


@pytest.mark.parametrize("n_classes", [2, 10])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_calls_per_step(n_classes, dtype):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((STEPS_PER_EPOCH * 20, 8)).astype(dtype)
    y = np.arange(len(X)) % n_classes

    def fit(epochs, batch_size):
        net = MLPClassifier(
            batch_size=batch_size,
            max_iter=epochs,
            n_iter_no_change=np.inf,
            random_state=0,
        )
        with pytest.warns(UserWarning, match="Maximum iterations"):
            net.fit(X, y)

    def cost(batch_size):
        return calls_during(lambda: fit(6, batch_size)) - calls_during(lambda: fit(2, batch_size))

    fit(1, 10)
    # Twice the steps in as many epochs: the cost of an epoch cancels.
    extra_steps = 4 * STEPS_PER_EPOCH
    assert (cost(10) - cost(20)) / extra_steps <= MAX_CALLS_PER_STEP


def step_of(rows, width, dtype=np.float32):
    layers = [Dense(width, "relu"), Dense(10, "identity")]
    layers = [layer.bind(Defaults()) for layer in layers]
    network = Network(layers, ["hidden0", "output"], (width,), dtype)
    network.initialize(np.random.default_rng(0))
    workspace = Workspace(network, LogLoss().bind("multiclass"), rows)
    objective = Supervised(workspace, l2=1e-4)
    optimizer = Adam()
    update = Update(network, workspace.grad, optimizer, optimizer.init(network.trainable))
    rng = np.random.default_rng(1)
    x, codes = rng.standard_normal((rows, width)).astype(dtype), rng.integers(0, 10, rows)

    def step():
        objective.batch(x, codes, None)
        update(0.001, 7)

    return step


def peak_of(action):
    action()
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_step_allocates_nothing_that_grows():
    # NumPy's cast buffers hold up to 8,192 numbers; beyond that, nothing may grow.
    peaks = [peak_of(step_of(rows, width)) for rows, width in ((1000, 100), (4000, 100))]
    peaks += [peak_of(step_of(rows, width)) for rows, width in ((1000, 400), (4000, 400))]
    assert max(peaks) < 128_000
    assert max(peaks) - min(peaks) < 8_000


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("batch_size", ["auto", 40_000])
def test_fit_makes_no_copy_of_x(dtype, order, batch_size):
    X = np.zeros((40_000, 100), dtype, order=order)
    X[:, 0] = np.arange(len(X)) % 2
    y = np.arange(len(X)) % 2
    net = MLPClassifier((4,), batch_size=batch_size, max_iter=1, random_state=0)
    net.set_params(learning_rate="cosine")
    net.fit(X[:400], y[:400]) if batch_size == "auto" else None
    peak = peak_of(lambda: net.fit(X, y))
    # A batch of all rows needs activations of 4 units, not rows of 100 features; but a batch is
    # brought into C order as a whole.
    copied = order == "F" and batch_size != "auto"
    assert peak < (1.5 if copied else 0.5) * X.nbytes


def test_predict_needs_no_memory_in_proportion_to_the_widest_layer():
    X = np.zeros((60_000, 4))
    y = np.arange(len(X)) % 2
    net = MLPClassifier((200,), max_iter=1, learning_rate="cosine", random_state=0)
    net.fit(X[:1000], y[:1000])
    hidden = len(X) * 200 * 8
    assert peak_of(lambda: net.predict(X)) < 0.2 * hidden


class Began(BaseException):
    """Raised when the loop is about to start."""


SMALL = np.random.default_rng(0).standard_normal((150, 4))
# Our functions that a fit calls before the loop starts, without lambdas and the like.
PLAIN_CNN = partial(CNNClassifier, normalization=None)  # a norm adds about twenty
FITS = {
    "MLP": (MLPClassifier, SMALL, 354),
    "CNN": (PLAIN_CNN, np.random.default_rng(0).standard_normal((150, 8, 8)), 555),
    "Tabular": (TabularMLPClassifier, SMALL, 892),
}


def calls_before_the_loop(network, X, y):
    root, count = str(pathlib.Path(sknn.__file__).parent), 0

    def profile(frame, event, argument):
        nonlocal count
        code = frame.f_code
        if event == "call" and code is Trainer.run.__code__:
            raise Began
        ours = code.co_filename.startswith(root) and not code.co_name.startswith("<")
        count += event == "call" and ours

    sys.setprofile(profile)
    try:
        network.fit(X, y)
    except Began:
        return count
    finally:
        sys.setprofile(None)
    raise AssertionError("the loop never started")


@pytest.mark.parametrize("family", FITS)
def test_calls_before_the_loop(family):
    kind, X, limit = FITS[family]
    y = np.arange(len(X)) % 3
    # The first fit fills caches; one epoch of this schedule is all that was planned.
    network = kind(max_iter=1, learning_rate="cosine", random_state=0)
    clone(network).fit(X, y)
    assert calls_before_the_loop(network, X, y) <= limit


@pytest.mark.parametrize("family", FITS)
def test_what_parameters_mean_is_resolved_once(family, monkeypatch):
    kind, X, _ = FITS[family]
    asked = []

    def counted(name, original, *args):
        asked.append(name)
        return original(*args)

    for name in ("optimizer_of", "schedule_of", "loss_of"):
        monkeypatch.setattr(specs, name, partial(counted, name, getattr(specs, name)))
    network = kind(max_iter=1, learning_rate="cosine", random_state=0)
    network.fit(X, np.arange(len(X)) % 3)
    assert sorted(asked) == ["loss_of", "optimizer_of", "schedule_of"]
