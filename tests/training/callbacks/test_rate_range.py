"""The range test of learning rates."""

import builtins
import math
import warnings

import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor
from sknn.callbacks import Checkpoint, LearningRateRange, WeightAveraging
from sknn.exceptions import InvalidParameterError
from sknn.training.callbacks.rate_range import _Average
from tests.checks.runs import assert_same
from tests.estimators.data import REAL, THREE, X
from tests.training.callbacks.test_checkpoint import Kill, Killed

BASE = {"hidden_layer_sizes": (5,), "batch_size": 16, "random_state": 0, "max_iter": 30}


def ranged(callback, kind=MLPRegressor, y=REAL, **parameters):
    return kind(**BASE | parameters, callbacks=[callback]).fit(X, y)


def test_rates_rise_by_one_factor_over_the_whole_call():
    test = ranged(LearningRateRange(1e-5, 1e-2)).callbacks_[0]
    assert len(test.rates_) == 119
    assert test.rates_[0] == pytest.approx(1e-5)
    factors = test.rates_[1:] / test.rates_[:-1]
    assert_allclose(factors, 1000 ** (1 / 119))
    assert test.rates_.shape == test.losses_.shape == test.smoothed_.shape


def test_as_many_updates_as_were_requested():
    net = ranged(LearningRateRange(1e-5, 1e-2, n_updates=61))
    test = net.callbacks_[0]
    assert len(test.rates_) == 60 and net.n_iter_ == 16
    assert test.rates_[-1] * 1000 ** (1 / 60) == pytest.approx(1e-2)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"normalization": "batch", "dropout": 0.2},
        {"n_members": 2},
        {"early_stopping": True},
        {"warm_start": True, "learning_rate": "plateau"},
        {"solver": "sgd", "normalize_y": True},
    ],
    ids=str,
)
def test_weights_are_those_of_before(parameters):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net = ranged(LearningRateRange(1e-6, 1e5), **parameters)
    start = MLPRegressor(**BASE | parameters).initialize(X, REAL)
    if not parameters.get("early_stopping"):
        assert_array_equal(net.network_.theta, start.network_.theta)
    assert np.isfinite(net.network_.theta).all() and np.isfinite(net.predict(X)).all()
    assert net.stop_reason_ == "range_test"
    assert net.run_.best is None and net.run_.average is None
    assert not net.run_.optimizer_state or not any(
        array.any() for array in net.run_.optimizer_state.values()
    )


def test_it_stops_where_the_loss_flies_apart():
    test = ranged(LearningRateRange(1e-6, 1e6), solver="sgd").callbacks_[0]
    assert test.rates_[-1] < 1e4
    assert test.smoothed_[-1] > 4 * test.smoothed_.min() or not np.isfinite(test.losses_[-1])
    assert (test.smoothed_[:-1] <= 4 * np.minimum.accumulate(test.smoothed_[:-1])).all()


def test_an_infinite_loss_is_not_an_error():
    net = ranged(LearningRateRange(1e-3, 1e300, n_updates=50), solver="sgd")
    assert net.stop_reason_ == "range_test"
    assert np.isfinite(net.callbacks_[0].losses_).all()


def test_small_rates_are_not_a_reason_to_stop():
    net = ranged(LearningRateRange(1e-12, 1e-9), n_iter_no_change=1)
    assert net.n_iter_ == 30 and net.stop_reason_ == "range_test"
    rising = MLPClassifier(**BASE, callbacks=[LearningRateRange(1e-12, 1e-11)], early_stopping=True)
    assert rising.fit(X, THREE).n_iter_ == 30


def test_the_average_has_no_bias_and_allows_negative_losses():
    average = _Average(10)
    assert not any(average.add(3.0) for _ in range(5))
    assert_allclose(average.values, 3.0)
    falling = _Average(1)
    assert not any(falling.add(value) for value in (1.0, 0.5, -1.0, -2.0, -1.0, 2.0))
    assert falling.add(8.0)
    assert falling.minimum() == 3 and average.minimum() is None
    lucky = _Average(3)
    assert not any(lucky.add(value) for value in (0.001, 5.0, 5.0, 4.0, 6.0))


@pytest.mark.parametrize(
    "kind, load, solver, batch_size",
    [
        (MLPClassifier, load_digits, "adam", 200),
        (MLPClassifier, load_digits, "adam", 32),
        (MLPClassifier, load_digits, "sgd", 200),
        (MLPRegressor, load_diabetes, "adam", 32),
    ],
)
def test_the_suggestion_is_a_good_rate(kind, load, solver, batch_size):
    x, y = load(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    x, x_test, y, y_test = train_test_split(x, y, random_state=0)
    net = kind(
        hidden_layer_sizes=(50,), solver=solver, batch_size=batch_size, learning_rate="cosine"
    )
    net.set_params(max_iter=15)

    def lead(seed):
        """Return how much better the suggestion is than the best of four other rates."""
        own = clone(net).set_params(random_state=seed)
        ranged = clone(own).set_params(callbacks=[LearningRateRange(high=10.0)]).fit(x, y)
        rates = (ranged.callbacks_[0].suggestion_, 1e-4, 1e-3, 1e-2, 1e-1)
        fits = (clone(own).set_params(learning_rate_init=rate).fit(x, y) for rate in rates)
        found, *others = (fit.score(x_test, y_test) for fit in fits)
        return found - max(others)

    leads = [lead(seed) for seed in range(3)]
    assert np.mean(leads) > (-0.02 if kind is MLPClassifier else -0.1)


def test_without_a_descent_there_is_no_suggestion():
    test = ranged(LearningRateRange(1e3, 1e4), solver="sgd").callbacks_[0]
    assert math.isnan(test.suggestion_)
    test.plot()
    plt.close("all")


def test_a_run_that_continues_is_refused():
    net = MLPRegressor(**BASE, warm_start=True).set_params(max_iter=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net.fit(X, REAL)
    net.set_params(callbacks=[LearningRateRange()])
    for method in (net.fit, net.partial_fit):
        with pytest.raises(ValueError, match="fresh network.*warm_start=False"):
            method(X, REAL)
    net.set_params(warm_start=False, max_iter=15).fit(X, REAL)


def test_too_few_updates():
    with pytest.raises(ValueError, match="needs 50 updates, but this call makes 8: raise max_iter"):
        ranged(LearningRateRange(), max_iter=2)
    with pytest.raises(ValueError, match="needs 500 updates, but this call makes 120"):
        ranged(LearningRateRange(n_updates=500))


def test_in_the_first_call_of_a_stream():
    for seed in range(5):
        net = MLPRegressor(**BASE | {"batch_size": 1, "random_state": seed})
        net.set_params(callbacks=[LearningRateRange()])
        # It ends when the loss has risen, which single rows may soon cause.
        assert 2 < len(net.partial_fit(X, REAL).callbacks_[0].rates_) < 60
    with pytest.raises(ValueError, match="fresh network"):
        net.partial_fit(X, REAL)


@pytest.mark.parametrize(
    "name, value",
    [("low", 0.0), ("low", "x"), ("low", 1.0), ("high", -1), ("high", math.inf), ("high", None)]
    + [("n_updates", value) for value in (49, 0, 30.0, "x")],
)
def test_bad_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"'{name}' parameter of LearningRateRange"):
        ranged(LearningRateRange().set_params(**{name: value}))


def test_plot():
    test = ranged(LearningRateRange()).callbacks_[0]
    _, ax = plt.subplots()
    assert test.plot(ax=ax) is ax and test.plot() is not ax
    assert ax.get_xscale() == "log" and len(ax.lines) == 3
    assert ax.lines[2].get_xdata()[0] == test.suggestion_
    plt.close("all")
    with pytest.raises(AttributeError, match="callbacks_"):
        LearningRateRange().plot()


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    test = ranged(LearningRateRange()).callbacks_[0]
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match='the extra "plot" of sknn: pip install matplotlib'):
        test.plot()


def test_interrupted():
    net = MLPRegressor(**BASE, callbacks=[LearningRateRange(), Kill(3, "batch", KeyboardInterrupt)])
    with pytest.warns(UserWarning, match="interrupted"):
        net.fit(X, REAL)
    assert len(net.callbacks_[0].rates_) == 12
    start = MLPRegressor(**BASE).initialize(X, REAL)
    assert_allclose(net.predict(X), start.predict(X))


def test_with_averaging_and_a_checkpoint(tmp_path):
    path = tmp_path / "file"
    callbacks = [LearningRateRange(), WeightAveraging(), Checkpoint(path, every_epochs=2)]
    whole = MLPRegressor(**BASE, callbacks=callbacks).fit(X, REAL)
    done = Checkpoint.load(path)
    assert done.resume(X, REAL) is done
    assert_array_equal(done.network_.theta, whole.network_.theta)
    with pytest.raises(Killed):
        MLPRegressor(**BASE, callbacks=[*callbacks, Kill(8)]).fit(X, REAL)
    part = Checkpoint.load(path, trusted=[Kill, Killed])
    part.callbacks[-1].epoch = None
    assert_same(part.resume(X, REAL), whole)
    assert_array_equal(part.callbacks_[0].losses_, whole.callbacks_[0].losses_)
    assert part.callbacks_[0].suggestion_ == whole.callbacks_[0].suggestion_


def test_clone_pipeline_and_search():
    callback = LearningRateRange(1e-4, 2.0, n_updates=60)
    assert clone(callback).get_params() == callback.get_params()
    net = MLPClassifier(**BASE, callbacks=[callback], n_members=2)
    pipe = make_pipeline(StandardScaler(), net)
    search = GridSearchCV(pipe, {"mlpclassifier__batch_size": [8, 16]}, cv=2, n_jobs=2)
    final = search.fit(X, THREE).best_estimator_[-1]
    assert np.isfinite(final.callbacks_[0].suggestion_)
