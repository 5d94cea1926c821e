"""Law 9 everywhere: after an error in any function of sknn, the estimator is as it was.

The functions are not listed here. A first call of every scenario records which functions run; then
the call is repeated with an error at the start of each of them.
"""

import inspect
import pathlib
import pickle
import sys
from contextlib import contextmanager, redirect_stdout
from functools import partial
from io import StringIO
from operator import is_

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone

import sknn
from sknn import (
    GAN,
    CNNClassifier,
    CNNRegressor,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    TabularMLPClassifier,
    TabularMLPRegressor,
)
from sknn.callbacks import Callback
from sknn.layers import (
    GRU,
    BatchNorm,
    Conv2D,
    ConvTranspose2D,
    Dense,
    Dropout,
    Embedding,
    GaussianNoise,
    GlobalAveragePool,
    GlobalMaxPool,
    Jordan,
    Parallel,
    Residual,
)
from sknn.schedules import BatchSize
from tests.checks.public import networks
from tests.estimators.data import LABELS, REAL, THREE, TWO_LABELS, X, target_of
from tests.odd.parts import small

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
ROOT = str(pathlib.Path(sknn.__file__).parent)
W = np.arange(60) % 3.0
VAL = {"X_val": X[:20], "y_val": REAL[:20]}
SMALL = {"hidden_layer_sizes": (4,), "batch_size": 32, "max_iter": 2}


class Injected(Exception):
    pass


class Watcher(Callback):
    def on_gradient(self, progress):
        progress.workspace.grads  # noqa: B018

    def on_epoch_end(self, progress):
        progress.row["seen"] = 1.0
        progress.snapshot()


class Look(Callback):
    def on_epoch_end(self, progress):
        progress.snapshot()


def scorer(model, x, y):
    return model.score(x, y)


FOLDS = SMALL | {"batch_size": 16, "n_members": 2, "n_splits": 2}
LAYERS = [Dense(4), BatchNorm(), GaussianNoise(0.1), Dense(3, "tanh", max_norm=1.0), Dropout(0.2)]
PICTURES = X[:, [0, 1, 2, 3, 0, 1, 2, 3]].reshape(-1, 4, 2)
BRIEF = {"batch_size": 32, "max_iter": 2}
IMAGES = [
    ConvTranspose2D(2, 2, "tanh", strides=2),
    Residual([Conv2D(2, 2, dilation=2), BatchNorm()]),
    GlobalAveragePool(),
]
GAPS = (
    np.where(np.arange(3) < 1 + np.arange(60)[:, None] % 3, 1.0, np.nan)[..., None] * X[:, :1, None]
)
ANSWERS = np.tile(THREE[:, None], (1, 3))
CODES = (np.arange(180) % 4).reshape(60, 3, 1)
WORDS = [
    Embedding(4, 2),
    Parallel([GRU(2, return_sequences=True), Jordan(2, return_sequences=True, reverse=True)]),
    GlobalMaxPool(),
]
FIT, STREAM = "fit", "partial_fit"
# The estimator, how it is first fitted, and how it is then called.
SCENARIOS = {
    "fit": (MLPRegressor(**SMALL), (FIT, (X, REAL), {}), (FIT, (X[:, :3], -REAL, W), {})),
    "fit with other classes": (
        MLPClassifier(**SMALL, class_weight="balanced", learning_rate="adaptive"),
        (FIT, (X, THREE), {}),
        (FIT, (X[:, :3], TWO_LABELS), {}),
    ),
    "stream": (
        MLPClassifier(**SMALL, solver="lion", max_grad_norm=1.0),
        (STREAM, (X, THREE), {"classes": [0, 1, 2]}),
        (STREAM, (X, THREE, W), {}),
    ),
    "stream after a plain fit": (
        MLPRegressor(**SMALL, output_range="train"),
        (FIT, (X, REAL), {}),
        (STREAM, (X, REAL), VAL),
    ),
    "warm start": (
        MLPRegressor(**SMALL, warm_start=True, solver="sgd", l1=0.1, learning_rate="cosine"),
        (FIT, (X, REAL), {}),
        (FIT, (X, REAL, W), {}),
    ),
    "early stopping": (
        MLPClassifier(**SMALL, early_stopping=True, scoring=scorer),
        (FIT, (X, THREE), {}),
        (FIT, (X, THREE, W), {}),
    ),
    "early stopping goes on": (
        MLPRegressor(**SMALL, early_stopping=True, warm_start=True, scoring="r2"),
        (FIT, (X, REAL), {}),
        (FIT, (X, REAL), {}),
    ),
    "lbfgs": (
        MLPRegressor("huber", (4,), solver="lbfgs", max_iter=3),
        (FIT, (X, REAL), {}),
        (FIT, (X, REAL, W), VAL),
    ),
    "members": (
        MLPClassifier(**SMALL, n_members=3, warm_start=True),
        (FIT, (X, LABELS), {}),
        (FIT, (X, LABELS), {"X_val": X, "y_val": LABELS}),
    ),
    "callbacks": (
        MLPRegressor(**SMALL, callbacks=[Watcher()], stop_below=0.0, verbose=True),
        (FIT, (X, REAL), {}),
        (STREAM, (X, REAL), {}),
    ),
    "layers": (
        MLPClassifier(layers=LAYERS, batch_size=BatchSize(30, 20), max_iter=2, freeze=1),
        (FIT, (X, THREE), {}),
        (STREAM, (X, THREE), {"X_val": X, "y_val": THREE}),
    ),
    "tables": (
        TabularMLPRegressor(**FOLDS, linear_path=0.5),
        (FIT, (X, REAL), {}),
        (FIT, (X[:, :3], REAL, W), {"X_val": X[:20, :3], "y_val": REAL[:20]}),
    ),
    "tables in a stream": (
        TabularMLPClassifier(**FOLDS, linear_path=1.0),
        (FIT, (X, THREE), {}),
        (STREAM, (X, THREE), {"classes": [0, 1, 2, 3]}),
    ),
    "images": (
        CNNClassifier((2, 3), 3, **BRIEF, hidden_layer_sizes=(4,), normalization="batch"),
        (FIT, (PICTURES, THREE), {}),
        (STREAM, (PICTURES, THREE, W), {"X_val": PICTURES[:20], "y_val": THREE[:20]}),
    ),
    "layers of images": (
        CNNRegressor(layers=IMAGES, **BRIEF, warm_start=True),
        (FIT, (PICTURES, REAL), {}),
        (FIT, (PICTURES, REAL), {}),
    ),
    "images of another shape": (
        CNNRegressor((2,), **BRIEF, pooling="average", hidden_layer_sizes=(), n_members=2),
        (FIT, (PICTURES, REAL), {}),
        (FIT, (PICTURES[:, :3, :, None], REAL, W), {}),
    ),
    "two networks": (
        GAN(3, (4, 3), latent_dim=2, **BRIEF, objective="wasserstein_gp", warm_start=True),
        (FIT, (X, THREE), {}),
        (FIT, (X, THREE, W), {}),
    ),
    "two networks in a stream": (
        GAN(3, 4, latent_dim=2, **BRIEF, callbacks=[Look()], generator_solver="sgd"),
        (FIT, (X,), {}),
        (STREAM, (X, None, W), {}),
    ),
    "sequences with gaps": (
        RNNRegressor((3,), **BRIEF, bidirectional=True, tbptt=2, recurrent_dropout=0.2),
        (FIT, (GAPS, REAL), {}),
        (FIT, (X[:, :, None], REAL, W), {}),
    ),
    "an answer a step": (
        RNNClassifier((3,), **BRIEF, cell="gru", return_sequences=True),
        (FIT, (X[:, :3, None], ANSWERS), {}),
        (STREAM, (GAPS, ANSWERS, W), {}),
    ),
    "series whose state is carried": (
        RNNRegressor((3,), cell="elman", stateful=True, max_iter=2),
        (STREAM, (X[:, :3, None], REAL), {}),
        (STREAM, (GAPS, REAL), {}),
    ),
    "layers of sequences": (
        RNNClassifier(layers=WORDS, **BRIEF, warm_start=True),
        (FIT, (CODES, THREE), {}),
        (FIT, (CODES[::-1], THREE), {}),
    ),
    "sparse": (
        MLPClassifier(**SMALL, input_dropout=0.0, activation="gelu"),
        (FIT, (sp.csr_array(X), sp.csr_array(LABELS)), {}),
        (STREAM, (sp.csr_array(X), sp.csr_array(LABELS)), {}),
    ),
}


def found_families():
    """Yield scenarios of networks not listed above: fitted twice, then trained further."""
    described = {type(estimator) for estimator, *_ in SCENARIOS.values()}
    unit = (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
    for kind in networks():
        if kind not in described:
            rows = (unit,) if target_of(kind) is None else (unit, target_of(kind))
            first = (FIT, rows, {})
            yield kind.__name__, (small(kind), first, first)
            yield f"{kind.__name__}, trained on", (small(kind), first, (STREAM, rows, {}))


FOUND = dict(found_families())
SCENARIOS |= FOUND


# The slow test below does more with these.
COSTLY = {
    "early stopping",
    "tables",
    "images",
    "layers of images",
    "images of another shape",
    "two networks",
    "two networks in a stream",
    "sequences with gaps",
    "an answer a step",
    "layers of sequences",
    "members",
    "early stopping goes on",
    "tables in a stream",
    "fit with other classes",
    "TableSynthesizer",
    "DBNClassifier",
    "DBNRegressor",
    *(name for name in FOUND if name.endswith("trained on")),
}


def is_of_sknn(code):
    return code.co_filename.startswith(ROOT) and code.co_name != "<module>"


@contextmanager
def watched(on_call, is_meant=is_of_sknn):
    """Have `on_call` called with the code of every function that begins, if it is meant."""
    begun = {}

    def profile(frame, event, arg):
        if event == "call" and is_meant(frame.f_code):
            code = frame.f_code
            # A generator is called again at every item, and when it is thrown away.
            if code.co_flags & inspect.CO_GENERATOR:
                if id(frame) in begun:
                    return
                begun[id(frame)] = frame
            on_call(code)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before)


def fitted(name):
    """Return the estimator of a scenario after its first call, and its second call."""
    estimator, first, (method, arguments, options) = SCENARIOS[name]
    estimator = clone(estimator).set_params(random_state=np.random.RandomState(0))
    with redirect_stdout(StringIO()):
        getattr(estimator, first[0])(*first[1], **first[2])
    # Bound in advance: code that looks up a conditional method may swallow errors.
    bound = getattr(estimator, method)

    def call():
        with redirect_stdout(StringIO()):
            bound(*arguments, **options)

    return estimator, first[1][0], call


def calls_seen(name):
    """Return how many times each function begins in a scenario."""
    seen = {}

    def count(code):
        seen[code] = seen.get(code, 0) + 1

    _, _, call = fitted(name)
    with watched(count):
        call()
    return seen


def fail_at(code, call):
    """Raise when a function begins for the `call`-th time."""
    left = call

    def strike(_):
        nonlocal left
        left -= 1
        if not left:
            raise Injected

    return watched(strike, partial(is_, code))


def answers(estimator, x):
    judge = estimator.predict if hasattr(estimator, "predict") else estimator.score_samples
    return pickle.dumps(judge(x))


def assert_nothing_happened(name, picks):
    """Make functions fail in the calls that `picks` chooses; return the number of errors."""
    strikes = 0
    calls_seen(name)  # Functions whose results are cached do not run again.
    seen = calls_seen(name)
    estimator, x, perform = fitted(name)
    attributes, stored = dict(vars(estimator)), pickle.dumps(estimator)
    answer = answers(estimator, x)
    for code, times in seen.items():
        for call in sorted(picks(times)):
            where = f"{code.co_qualname}, call {call} of {times}"
            with pytest.raises(Injected), fail_at(code, call):
                perform()
                pytest.fail(f"{where}: the error was lost")
            assert vars(estimator).keys() == attributes.keys(), where
            for key, value in attributes.items():
                assert vars(estimator)[key] is value, (where, key)
            assert pickle.dumps(estimator) == stored, where
            strikes += 1
    assert answers(estimator, x) == answer
    return strikes


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in COSTLY])
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_an_error_in_any_function(name):
    """In its last call, when most of the work is done."""
    assert assert_nothing_happened(name, lambda times: {times}) >= 60


@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_an_error_in_many_calls_of_any_function(name):
    def picks(times):
        return {1, 2, times // 3, times // 2, times - 1, times} & set(range(1, times + 1))

    assert assert_nothing_happened(name, picks) >= 150
