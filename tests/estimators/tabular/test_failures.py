"""Law 9: a call that fails leaves the estimator as it was; and what does not count as failure."""

import pickle
import time
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sknn.callbacks import Callback, Diagnostics, LearningRateRange, WeightAveraging
from tests.estimators.tabular.parts import KINDS, REAL, SMALL, TABLE, THREE, N, assert_finite, both

TARGETS = dict(zip(KINDS, (THREE, REAL), strict=True))


class Boom(Exception):
    pass


class Bomb(Callback):
    def __init__(self, hook="on_epoch_end"):
        self.hook = hook

    def _strike(self, hook):
        if self.hook == hook:
            raise Boom

    def on_train_begin(self, progress):
        self._strike("on_train_begin")

    def on_gradient(self, progress):
        self._strike("on_gradient")

    def on_epoch_end(self, progress):
        self._strike("on_epoch_end")

    def on_train_end(self, progress):
        self._strike("on_train_end")


BAD_X = TABLE.assign(weight=np.inf)
HOOKS = ["on_train_begin", "on_gradient", "on_epoch_end", "on_train_end"]
# Parameters, then X, y, and weights: each a wrong value, or None for a valid one.
FAULTS = {
    "infinite X": ({}, BAD_X, None, None),
    "other columns": ({}, TABLE.rename(columns={"size": "length"}), None, None),
    "strings": ({"categorical_features": None}, TABLE, None, None),
    "short y": ({}, None, np.zeros(3), None),
    "NaN in y": ({}, None, np.full(N, np.nan), None),
    "weights": ({}, None, None, np.full(N, -1.0)),
    "members": ({"n_members": 3}, None, None, None),
    "loss": ({"loss": "no"}, None, None, None),
    "dropout": ({"dropout": [0.1, 0.2, 0.3]}, None, None, None),
} | {hook: ({"callbacks": [Bomb(hook)]}, None, None, None) for hook in HOOKS}


def frozen(network):
    return {name: (id(value), pickle.dumps(value)) for name, value in vars(network).items()}


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("state", ["new", "fitted", "streamed", "warm"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_failed_calls_change_nothing(kind, state, method):
    y, network = TARGETS[kind], kind(**SMALL | {"random_state": np.random.RandomState(0)})
    classes = {"classes": [0, 1, 2]} if y is THREE else {}
    network.set_params(warm_start=state == "warm")
    if state == "streamed":
        network.partial_fit(TABLE, y, **classes)
    elif state != "new":
        network.fit(TABLE, y)
    for name, (parameters, bad_x, bad_y, weight) in FAULTS.items():
        begins = state == "new" or (state == "fitted" and method == "fit")
        begins = begins or (state == "streamed" and method == "fit")
        if name == "other columns" and begins or name == "strings" and not begins:
            continue
        plain = network.get_params()
        network.set_params(**parameters)
        before = frozen(network)
        with pytest.raises((Boom, ValueError, TypeError)):
            getattr(network, method)(
                TABLE if bad_x is None else bad_x,
                y if bad_y is None else bad_y,
                weight,
                **classes if method == "partial_fit" and state == "new" else {},
            )
        assert frozen(network) == before, name
        network.set_params(**{key: plain[key] for key in parameters})
    if state != "new":
        assert_finite(network, TABLE)


@pytest.mark.parametrize("n_splits", [1, 2])
@pytest.mark.parametrize("place", [0, 1])
def test_divergence(place, n_splits):
    network, y = both(n_splits=n_splits, learning_rate_init=1e38, solver="sgd")[place]
    if n_splits == 1:
        with pytest.raises(ValueError, match="non-finite parameter weights"):
            network.fit(TABLE, y)
        assert "network_" not in vars(network)
    else:
        with pytest.warns(ConvergenceWarning, match="diverged"):
            network.fit(TABLE, y)
        assert network.stop_reason_ == "diverged"
        assert_finite(network, TABLE)
    high, y = both(n_splits=n_splits, learning_rate_init=1e6)[place]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            high.fit(TABLE, y)
        assert_finite(high, TABLE)
    except ValueError as error:
        assert "non-finite" in str(error) or "not finite" in str(error)


@pytest.mark.parametrize("place", [0, 1])
def test_max_time(place):
    network, y = both(max_iter=100_000, max_time=0.3)[place]
    start = time.perf_counter()
    network.fit(TABLE, y)
    assert time.perf_counter() - start < 10
    assert network.stop_reason_ == "max_time"
    assert 1 <= network.n_iter_ < 100_000
    assert_finite(network, TABLE)


def test_verbose(capsys):
    for network, y in both(verbose=True):
        network.fit(TABLE, y)
        printed = capsys.readouterr().out
        assert printed.count("2/2 members, loss = ") == printed.count("out-of-fold loss = ") == 3


@pytest.mark.parametrize("n_splits", [1, 2])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_averages_are_used(place, n_splits):
    average = WeightAveraging("ema", decay=0.9, start=0.0)
    network, y = both(n_splits=n_splits, callbacks=[average])[place]
    plain, _ = both(n_splits=n_splits)[place]
    network.fit(TABLE, y)
    assert not np.array_equal(network.network_.theta, plain.fit(TABLE, y).network_.theta)
    assert_finite(network, TABLE)
    options = {"classes": [0, 1, 2]} if y is THREE else {}
    network.partial_fit(TABLE, y, **options)
    assert_finite(network, TABLE)


@pytest.mark.parametrize("n_splits", [1, 2])
@pytest.mark.parametrize("place", [0, 1])
def test_a_range_of_rates(place, n_splits):
    network, y = both(n_splits=n_splits, max_iter=60, callbacks=[LearningRateRange()])[place]
    network.fit(TABLE, y)
    assert network.callbacks_[0].suggestion_ > 0


@pytest.mark.parametrize("n_splits", [1, 2])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.filterwarnings("ignore:Gradients vanish")  # The output layer starts at zero.
def test_diagnostics(place, n_splits):
    network, y = both(n_splits=n_splits, callbacks=[Diagnostics()])[place]
    network.fit(TABLE, y)
    assert any("hidden0" in name for name in network.history_)


def test_every_function_of_a_callback_sees_the_members():
    shapes = []

    class Look(Callback):
        def on_epoch_end(self, progress):
            shapes.append(progress.network.theta.shape)
            twin = progress.snapshot()
            twin.predict(TABLE)

    for network, y in both(callbacks=[Look()]):
        network.fit(TABLE, y)
    assert len({shape[0] for shape in shapes}) == 1


class Explode(Callback):
    """Makes the loss of an epoch one that no candidate survives."""

    def on_epoch_end(self, progress):
        if progress.run.epoch == 6:
            progress.network.theta[...] = np.nan


def test_after_divergence_training_continues_from_the_best_epoch():
    for network, y in both(max_iter=10, warm_start=True, callbacks=[Explode()]):
        with pytest.warns(ConvergenceWarning, match="best weights before it"):
            network.fit(TABLE, y)
        run = network.run_
        best = min(run.candidates, key=lambda each: each.loss)
        assert best.epoch > 0
        np.testing.assert_array_equal(run.theta, best.theta)
