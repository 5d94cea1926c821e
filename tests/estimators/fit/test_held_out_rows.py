"""Law 7: early stopping costs no accuracy, because the held-out rows join at the end."""

import math
import time
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from benchmarks.early_stopping import LOADERS, compare
from sknn import MLPClassifier, MLPRegressor
from sknn.callbacks import Callback, WeightAveraging
from sknn.schedules import BatchSize, Cosine
from sknn.training.trainer import Trainer
from tests.estimators.data import BINARY, REAL, THREE, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

STOPPED = {
    "hidden_layer_sizes": (6,),
    "learning_rate_init": 0.05,
    "early_stopping": True,
    "max_iter": 40,
    "random_state": 0,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LOADERS)
def test_early_stopping_is_never_a_standard_error_worse(name):
    """Trap 7: five folds and five seeds, paired with fits without early stopping."""
    result = compare(name)
    assert len(result.without) == 25
    assert result.harmless, f"{result.difference:+.4f} +- {result.error:.4f}"


def best_of(net):
    """Return the best weights before the held-out rows joined, and the epoch."""
    warm = type(net)(**net.get_params(deep=False)).set_params(warm_start=True)
    run = warm.fit(X, REAL).run_
    return warm, run.best


@pytest.mark.parametrize("fraction", [0.1, 0.3])
@pytest.mark.parametrize("more", [{}, {"n_members": 2}, {"l1": 0.01, "alpha": 1.0}], ids=str)
def test_the_best_weights_take_further_passes_over_all_rows(fraction, more):
    """With one batch, order does not matter, and the passes can be computed by hand."""
    settings = STOPPED | more | {"validation_fraction": fraction, "normalize_y": False}
    warm, best = best_of(MLPRegressor(**settings))
    # Every member has its own best epoch, so each continues as a separate network.
    served, kept = np.atleast_2d(warm.network_.theta), np.atleast_2d(best.theta)
    for theta, start, epoch in zip(served, kept, np.atleast_1d(best.epoch), strict=True):
        by_hand = MLPRegressor(**settings | {"early_stopping": False, "n_members": 1})
        by_hand.initialize(X, REAL).network_.load(start)
        passes = math.ceil(fraction * int(epoch))
        by_hand.set_params(learning_rate=Cosine(epochs=passes))
        for _ in range(passes):
            by_hand.partial_fit(X, REAL)
        assert_allclose(theta, by_hand.network_.theta, rtol=1e-8, atol=1e-10)
    assert np.abs(warm.network_.theta - best.theta).max() > 1e-4


def test_the_run_does_not_know():
    """The weights used for prediction affect neither continuation nor measurements."""
    finished = MLPClassifier(**STOPPED, warm_start=True, batch_size=16, dropout=0.2)
    plain = MLPClassifier(**finished.get_params(deep=False)).set_params(restore_best=False)
    finished.fit(X, THREE)
    plain.fit(X, THREE)
    assert_array_equal(finished.run_.theta, plain.network_.theta)
    assert finished.loss_curve_ == plain.loss_curve_ and finished.t_ == plain.t_
    assert finished.n_iter_ == plain.n_iter_
    for name in ("order", "noise", "init"):
        streams = [getattr(net.run_.streams, name) for net in (finished, plain)]
        assert streams[0].bit_generator.state == streams[1].bit_generator.state
    for name, array in plain.run_.optimizer_state.items():
        assert_array_equal(finished.run_.optimizer_state[name], array)


def test_own_validation_rows_are_never_trained_on():
    net = MLPRegressor(**STOPPED, warm_start=True).fit(X, REAL, X_val=X[:20], y_val=REAL[:20])
    best = net.run_.best.theta.copy()
    assert net.score(X[:20], REAL[:20]) == pytest.approx(max(net.validation_scores_), abs=0.01)
    twin = net.network_.copy()
    twin.load(best)
    net._targets.to_user_units(twin, net._loss)
    assert_array_equal(twin.theta, net.network_.theta)


class Break(Callback):
    def __init__(self, error):
        self.error = error

    def on_epoch_end(self, progress):
        if progress.run.epoch == 5:
            if self.error:
                raise KeyboardInterrupt
            progress.network.theta[...] = np.nan


@pytest.mark.parametrize("error", [True, False])
def test_what_ends_badly_ends_at_once(error):
    net = MLPRegressor(**STOPPED, normalize_y=False, warm_start=True, callbacks=[Break(error)])
    with pytest.warns(UserWarning, match="interrupted|diverged"):
        net.fit(X, REAL)
    assert_array_equal(net.network_.theta, net.run_.best.theta)


@pytest.fixture
def extra_epochs(monkeypatch):
    """Let a test decide what happens in the epochs after the held-out rows have joined."""
    whole = Trainer._epoch

    def use(action):
        def epoch(trainer, progress):
            if trainer.conclude is None:
                action()
            whole(trainer, progress)

        monkeypatch.setattr(Trainer, "_epoch", epoch)

    return use


def test_ctrl_c_in_the_last_passes_uses_the_best_and_can_be_resumed(extra_epochs, monkeypatch):
    net = MLPRegressor(**STOPPED, normalize_y=False, warm_start=True)
    whole = clone(net).fit(X, REAL)

    def interrupt():
        raise KeyboardInterrupt

    with monkeypatch.context():
        extra_epochs(interrupt)
        with pytest.warns(UserWarning, match="interrupted by user"):
            net.fit(X, REAL)
    assert net.stop_reason_ == "interrupted"
    assert_array_equal(net.network_.theta, net.run_.best.theta)
    extra_epochs(lambda: None)
    net.resume(X, REAL)
    assert_array_equal(net.network_.theta, whole.network_.theta)
    assert net.n_iter_ == whole.n_iter_


def test_the_last_passes_are_within_max_time(extra_epochs):
    net = MLPRegressor(**STOPPED, normalize_y=False, warm_start=True, max_time=2.0)
    extra_epochs(lambda: time.sleep(2.0))
    began = time.perf_counter()
    net.fit(X, REAL)
    assert time.perf_counter() - began < 3.9
    assert_array_equal(net.network_.theta, net.run_.best.theta)


def test_the_last_passes_do_not_undo_an_average():
    """At a constant high rate, they would add back the noise that averaging removed."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((200, 5))
    y = rows.sum(axis=1) + 3.0 * rng.standard_normal(200)
    settings = STOPPED | {"hidden_layer_sizes": (), "batch_size": 2, "solver": "sgd"}
    net = MLPRegressor(**settings, callbacks=[WeightAveraging()], normalize_y=False, alpha=0.0)
    net.fit(rows, y)
    best = np.linalg.lstsq(np.column_stack([rows, np.ones(200)]), y)[0]
    found = np.append(net.coefs_[0][:, 0], net.intercepts_[0])
    assert np.abs(found - best).max() < 1.5  # at a constant rate 2.8


def test_a_batch_larger_than_the_data_is_reported_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        MLPRegressor(**STOPPED | {"batch_size": 100}).fit(X, REAL)
    assert sum("clipped" in str(each.message) for each in caught) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"batch_size": BatchSize(30, 5)},
        {"learning_rate": "cosine", "solver": "sgd"},
        {"normalization": "batch", "freeze": ["hidden0"]},
        {"scoring": "accuracy", "class_weight": {0: 2.0, 1: 1.0}},
    ],
    ids=str,
)
def test_with_everything_else(more):
    weight = np.arange(60) % 3.0
    net = MLPClassifier(**STOPPED | more).fit(X, BINARY, weight)
    assert np.isfinite(net.network_.theta).all()
    assert net.score(X, BINARY) > 0.7
    seen = weight > 0
    twin = MLPClassifier(**net.get_params(deep=False)).fit(X[seen], BINARY[seen], weight[seen])
    assert_allclose(net.network_.theta, twin.network_.theta, rtol=1e-9, atol=1e-12)


def test_frozen_layers_stay_frozen():
    net = MLPClassifier(**STOPPED, freeze=["hidden0"])
    start = MLPClassifier(**net.get_params(deep=False)).initialize(X, THREE).coefs_[0].copy()
    assert_array_equal(net.fit(X, THREE).coefs_[0], start)
