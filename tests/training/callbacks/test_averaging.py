"""Averaged weights: what is averaged, where the average is used, and how training continues."""

import pickle
import tracemalloc
from functools import cache

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor
from sknn._sklearn import HAS_CALLBACKS
from sknn.callbacks import Callback, Phase, WeightAveraging
from sknn.exceptions import InvalidParameterError
from tests.checks.runs import assert_same
from tests.estimators.data import REAL, THREE, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
BASE = {
    "hidden_layer_sizes": (5,),
    "batch_size": 16,
    "random_state": 3,
    "learning_rate_init": 0.01,
    "max_iter": 8,
    "normalize_y": False,
}
EMA, SWA = WeightAveraging(decay=0.9), WeightAveraging("swa", start=3)


class Path(Callback):
    """Keeps all weights that were passed."""

    def on_train_begin(self, progress):
        self.updates, self.epochs = [progress.network.theta.copy()], []

    def on_batch_end(self, progress):
        self.updates.append(progress.network.theta.copy())

    def on_epoch_end(self, progress):
        self.epochs.append(progress.network.theta.copy())


def network(*callbacks, kind=MLPRegressor, **parameters):
    settings = BASE | parameters
    if kind is MLPClassifier:
        del settings["normalize_y"]
    return kind(**settings, callbacks=list(callbacks))


@pytest.mark.parametrize("members", [1, 2])
def test_the_exponential_average_is_what_the_formula_says(members):
    net = network(EMA, Path(), n_members=members, normalization="batch").fit(X, REAL)
    first, *rest = net.callbacks_[1].updates
    average = first
    for t, theta in enumerate(rest):
        decay = min(0.9, (1 + t) / (10 + t))
        average = decay * average + (1 - decay) * theta
    assert_allclose(net.network_.theta, average, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("start, first", [(3, 3), (0, 0), (0.5, 4), (0.75, 6), (0.0, 0), (7, 7)])
def test_the_average_of_epochs_is_their_mean(start, first):
    net = network(WeightAveraging("swa", start=start), Path()).fit(X, REAL)
    mean = np.mean(net.callbacks_[1].epochs[first:], axis=0)
    assert_allclose(net.network_.theta, mean, rtol=1e-12, atol=1e-14)


def test_training_itself_is_what_it_was():
    plain, path = network().fit(X, REAL), network(EMA, Path()).fit(X, REAL).callbacks_[1]
    assert_array_equal(path.updates[-1], plain.network_.theta)
    late = network(WeightAveraging("swa", start=100)).fit(X, REAL)
    assert_array_equal(late.network_.theta, plain.network_.theta)


def test_float32_stays():
    net = network(EMA, warm_start=True, dtype="float32").fit(X, REAL)
    assert net.run_.average.theta.dtype == net.network_.dtype == np.float32


def again(net):
    return pickle.loads(pickle.dumps(net))


@pytest.mark.parametrize("average", [EMA, SWA], ids=["ema", "swa"])
@pytest.mark.parametrize("parameters", [{}, {"normalization": "batch", "n_members": 2}], ids=str)
def test_resumption_is_exact(average, parameters):
    whole = network(average, warm_start=True, **parameters).fit(X, REAL)
    half = network(average, warm_start=True, **parameters).set_params(max_iter=4).fit(X, REAL)
    half = again(half).fit(X, REAL)
    stream = network(average, **parameters)
    for _ in range(8):
        stream = again(stream).partial_fit(X, REAL)
    plain = network(average, **parameters).fit(X, REAL)
    for other in (half, stream):
        assert_array_equal(other.network_.theta, whole.network_.theta)
        assert_array_equal(other.run_.theta, whole.run_.theta)
        assert_array_equal(other.run_.average.theta, whole.run_.average.theta)
        assert other.run_.average.count == whole.run_.average.count
    assert_array_equal(plain.network_.theta, whole.network_.theta)
    assert np.abs(whole.run_.theta - whole.network_.theta).max() > 0


def test_resumption_with_early_stopping():
    parameters = {"early_stopping": True, "learning_rate_init": 0.1, "warm_start": True}
    whole = network(EMA, **parameters).fit(X, REAL)
    half = again(network(EMA, **parameters).set_params(max_iter=4).fit(X, REAL)).fit(X, REAL)
    assert_array_equal(whole.network_.theta, half.network_.theta)
    assert_array_equal(whole.history_["validation_loss"], half.history_["validation_loss"])


@pytest.mark.parametrize("average", [EMA, WeightAveraging("swa", start=0)], ids=["ema", "swa"])
def test_the_average_is_validated_and_the_best_of_it_is_used(average):
    rows = {"X_val": X[:20], "y_val": REAL[:20]}
    net = network(average, early_stopping=True, learning_rate_init=0.3, max_iter=30)
    net.fit(X[20:], REAL[20:], **rows)
    losses = net.history_["validation_loss"]
    own = 0.5 * np.mean((net.predict(X[:20]) - REAL[:20]) ** 2)
    assert own == pytest.approx(losses.min(), rel=1e-9)
    plain = network(early_stopping=True, learning_rate_init=0.3, max_iter=30)
    assert not np.isclose(
        plain.fit(X[20:], REAL[20:], **rows).history_["validation_loss"][1], losses[1]
    )


def test_the_last_average_is_what_was_validated_last():
    net = network(SWA).fit(X, REAL, X_val=X, y_val=REAL)
    own = 0.5 * np.mean((net.predict(X) - REAL) ** 2)
    assert own == pytest.approx(net.history_["validation_loss"][-1], rel=1e-9)


def test_averaging_comes_before_everything_that_looks():
    class Look(Callback):
        phase = Phase.MEASURE

        def on_epoch_end(self, progress):
            self.seen = progress.candidate.theta.copy()

    net = network(Look(), SWA).fit(X, REAL)
    assert_array_equal(net.callbacks_[0].seen, net.network_.theta)


@pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn has no callbacks yet")
@pytest.mark.parametrize("normalize", [False, True])
def test_callbacks_of_scikit_learn_see_the_average(normalize):
    class Look:
        def setup(self, estimator, context):
            self.seen = []

        def teardown(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...

        def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
            if context.task_name == "epoch":
                self.seen.append(fitted_estimator.predict(X))

    look = Look()
    net = network(EMA, normalize_y=normalize).set_callbacks(look).fit(X, REAL)
    assert len(look.seen) == 8
    assert_array_equal(look.seen[-1], net.predict(X))


def test_weights_that_are_set_begin_a_new_average():
    for change in ("coefs_", "intercepts_", "item", "set_weights"):
        net = network(EMA, warm_start=True).fit(X, REAL)
        if change == "item":
            net.coefs_[0] = np.zeros_like(net.coefs_[0])
        elif change == "set_weights":
            net.set_weights({"hidden0": {"W": np.zeros((5, 5))}})
        else:
            setattr(net, change, [np.zeros_like(a) for a in getattr(net, change)])
        assert net.run_.average is None
        before = net.network_.theta.copy()
        net.set_params(max_iter=1, learning_rate_init=1e-12).fit(X, REAL)
        assert_allclose(net.network_.theta, before, atol=1e-9)


@pytest.mark.parametrize("later", [None, [WeightAveraging("swa", start=100)]])
def test_an_average_nobody_keeps_is_not_used(later):
    net = network(EMA, warm_start=True).fit(X, REAL)
    net.set_params(callbacks=later).fit(X, REAL)
    plain = network(warm_start=True).fit(X, REAL).fit(X, REAL)
    assert_array_equal(net.network_.theta, plain.network_.theta)
    assert net.run_.average is None


def test_an_average_may_join_later():
    net = network(warm_start=True).fit(X, REAL).set_params(callbacks=[EMA])
    before = net.network_.theta.copy()
    net.set_params(max_iter=1, learning_rate_init=1e-12).fit(X, REAL)
    assert_allclose(net.network_.theta, before, atol=1e-9)


class Blow(Callback):
    def __init__(self, epoch=3):
        self.epoch = epoch

    def on_gradient(self, progress):
        if progress.run.epoch == self.epoch:
            progress.network.theta[...] = np.inf


@pytest.mark.parametrize("average", [EMA, WeightAveraging("swa", start=1)], ids=["ema", "swa"])
def test_divergence_uses_the_best_and_never_a_broken_average(average):
    parameters = {"early_stopping": True, "warm_start": True}
    net = network(average, Blow(), **parameters)
    with pytest.warns(Warning, match="diverged in epoch 4"):
        net.fit(X, REAL)
    assert np.isfinite(net.network_.theta).all() and net.run_.average is None
    assert net.set_params(callbacks=[average], early_stopping=False).fit(X, REAL).n_iter_ == 8
    assert np.isfinite(net.network_.theta).all()
    with pytest.raises(ValueError, match="non-finite"):
        network(average, Blow()).fit(X, REAL)


def test_a_plain_fit_keeps_no_average_and_no_work_array():
    net = network(EMA).fit(X, REAL)
    assert net.run_.average is None and "_work" not in vars(net.callbacks_[0])
    assert set(vars(EMA)) == {"kind", "decay", "start"}
    wide = np.random.default_rng(0).standard_normal((40, 200))
    net = network(EMA).fit(wide, REAL[:40])
    assert len(pickle.dumps(net)) < 1.3 * net.network_.theta.nbytes + 2000


def test_an_update_allocates_nothing():
    class Measure(Callback):
        phase = Phase.KEEP

        def on_train_begin(self, progress):
            self.grown = []

        def on_gradient(self, progress):
            tracemalloc.reset_peak()
            self.before = tracemalloc.get_traced_memory()[0]

        def on_batch_end(self, progress):
            self.grown.append(tracemalloc.get_traced_memory()[1] - self.before)

    rows = np.random.default_rng(0).standard_normal((60, 500))
    tracemalloc.start()
    try:
        net = network(EMA, Measure(), max_iter=3).fit(rows, REAL)
    finally:
        tracemalloc.stop()
    assert min(net.callbacks_[1].grown) < net.network_.theta.nbytes / 4


@pytest.mark.parametrize(
    "name, value",
    [("kind", "mean"), ("kind", None), ("decay", 1.0), ("decay", -0.1), ("decay", "x")]
    + [("start", value) for value in (-1, 1.0, -0.1, None, "x", float("nan"))],
)
def test_bad_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"'{name}' parameter of WeightAveraging"):
        network(WeightAveraging().set_params(**{name: value})).fit(X, REAL)


def test_two_averages_are_refused():
    with pytest.raises(ValueError, match="only one average"):
        network(EMA, SWA).fit(X, REAL)


def test_clone_pipeline_and_search():
    net = network(EMA, kind=MLPClassifier, n_members=2)
    assert clone(EMA).get_params() == EMA.get_params()
    pipe = make_pipeline(StandardScaler(), net)
    search = GridSearchCV(pipe, {"mlpclassifier__alpha": [0.1, 1.0]}, cv=2, n_jobs=2)
    final = search.fit(X, THREE).best_estimator_
    assert_same(
        final[-1], clone(net).set_params(alpha=final[-1].alpha).fit(final[0].transform(X), THREE)
    )


@cache
def digits():
    x, y = load_digits(return_X_y=True)
    return train_test_split(x / 16, y, random_state=0)


@cache
def noisy_losses(average):
    """Return the validation loss after steps that are too long, for each of eight seeds."""
    x, x_test, y, y_test = digits()
    callbacks = None if average is None else [average]
    settings = {"solver": "sgd", "learning_rate_init": 0.1, "batch_size": 10, "max_iter": 12}
    nets = (
        MLPClassifier((30,), alpha=0.0, random_state=seed, callbacks=callbacks, **settings)
        for seed in range(8)
    )
    fitted = (net.fit(x, y, X_val=x_test, y_val=y_test) for net in nets)
    return np.array([net.history_["validation_loss"][-1] for net in fitted])


@pytest.mark.parametrize("average", [WeightAveraging(decay=0.99), WeightAveraging("swa")])
def test_it_helps_where_steps_are_noisy(average):
    """By four tenths on average, but one seed in six is no better off."""
    last, averaged = noisy_losses(None), noisy_losses(average)
    assert averaged.sum() < 0.85 * last.sum()
    assert last.mean() < 0.6
