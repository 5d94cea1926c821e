"""Law 9: a call that fails leaves everything as it was; Ctrl-C keeps what has been learned."""

import copy
import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.utils import validation

from sknn import MLPClassifier, MLPRegressor
from sknn._validation import arrays
from sknn.callbacks import Callback
from sknn.core.initializers import Initializer
from sknn.core.layers import Dense
from sknn.core.network import Network
from sknn.core.optimizers import Adam
from sknn.core.workspace import Workspace
from sknn.estimators import base
from sknn.estimators.fit import stages
from sknn.estimators.settings import checks, specs
from sknn.estimators.settings import layers as layer_specs
from sknn.estimators.targets.regression import RegressionTargets
from sknn.training.batches import Batches
from sknn.training.callbacks.early_stopping import Watch
from sknn.training.callbacks.validation import Validate
from sknn.training.lbfgs import FullBatch
from sknn.training.objective import Penalty, Supervised
from sknn.training.run import Run
from sknn.training.trainer import Trainer
from sknn.training.update import Update
from tests.estimators.data import REAL, THREE, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SETTINGS = {
    "hidden_layer_sizes": (5,),
    "batch_size": 16,
    "max_iter": 4,
    "learning_rate_init": 0.02,
    "early_stopping": True,
}
VAL = {"X_val": X[:20], "y_val": REAL[:20]}


class Injected(Exception):
    pass


def failing(error, after):
    """Return a function that raises in call number `after` and otherwise works as before."""
    calls = [0]

    def wrap(original):
        def wrapped(*args, **kwargs):
            calls[0] += 1
            if calls[0] > after:
                raise error("injected")
            return original(*args, **kwargs)

        return wrapped

    return wrap


# Where it fails, and after how many calls.
POINTS = {
    "parameters": (checks, "check_parameters", 0),
    "rows": (arrays, "check_rows", 0),
    "validation rows": (arrays, "check_rows", 1),
    "weights": (arrays, "check_weight", 0),
    "targets": (RegressionTargets, "encode", 0),
    "network": (layer_specs, "build_network", 0),
    "load": (Network, "load", 0),
    "unfold": (RegressionTargets, "to_training_units", 0),
    "run": (Run, "copy", 0),
    "optimizer": (specs, "optimizer_of", 0),
    "workspace": (Workspace, "_build", 0),
    "a layer forward": (Dense, "forward", 3),
    "a layer backward": (Dense, "backward", 5),
    "objective": (Supervised, "batch", 2),
    "penalty": (Penalty, "__call__", 7),
    "update": (Update, "__call__", 3),
    "adam": (Adam, "update", 5),
    "first epoch": (Trainer, "_epoch", 0),
    "third epoch": (Trainer, "_epoch", 2),
    "batches": (Batches, "epoch", 1),
    "validation": (Network, "predict", 1),
    "score": (Validate, "on_epoch_end", 2),
    "decision": (Watch, "on_epoch_end", 1),
    "publishing": (stages, "publish", 0),
    "recovery": (stages, "_react_to_stop", 0),
    "fold": (RegressionTargets, "to_user_units", 0),
    "the last line": (base.BaseNetwork, "_after_training", 0),
}


def photograph(network):
    """Return the complete state of an estimator, as bytes and as objects."""
    return pickle.dumps(network), dict(network.__dict__), network.predict(X)


def assert_unchanged(network, picture):
    stored, attributes, predictions = picture
    assert network.__dict__.keys() == attributes.keys()
    for name, value in attributes.items():
        assert network.__dict__[name] is value, name
    assert_array_equal(network.predict(X), predictions)
    assert pickle.dumps(network) == stored


def attempts(network):
    """Yield every way to train a fitted estimator further or again."""
    yield "stream", network.partial_fit
    yield "fit", network.fit
    network.set_params(warm_start=True)
    yield "warm fit", network.fit
    network.set_params(warm_start=False)


@pytest.mark.parametrize("point", POINTS)
def test_an_error_anywhere_leaves_the_estimator_as_it_was(point, monkeypatch):
    owner, name, after = POINTS[point]
    network = MLPRegressor(random_state=np.random.RandomState(0), **SETTINGS)
    network.partial_fit(X, REAL, **VAL)
    reached = 0
    for _way, method in attempts(network):
        picture = photograph(network)
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, failing(Injected, after)(getattr(owner, name)))
            try:
                # Other columns would change n_features_in_ in a fresh fit.
                x = X[:, :4] if method is network.fit and not network.warm_start else X
                rows = VAL if x is X else VAL | {"X_val": X[:20, :4]}
                method(x, REAL, np.ones(len(X)), **rows)
            except Injected:
                reached += 1
        if reached:
            assert_unchanged(network, picture)
            reached_here, reached = reached, 0
            point_seen = bool(reached_here)
    assert point_seen


def test_a_first_call_that_fails_leaves_an_unfitted_estimator(monkeypatch):
    monkeypatch.setattr(Trainer, "_epoch", failing(Injected, 1)(Trainer._epoch))
    network = MLPRegressor(random_state=np.random.RandomState(0), **SETTINGS)
    before, generator = dict(network.__dict__), copy.deepcopy(network.random_state)
    with pytest.raises(Injected):
        network.fit(X, REAL)
    assert network.__dict__ == before
    with pytest.raises(validation.NotFittedError):
        network.predict(X)
    same = network.random_state.get_state()
    assert_array_equal(same[1], generator.get_state()[1])
    assert same[2] == generator.get_state()[2]


@pytest.mark.parametrize("hook", ["on_train_begin", "on_batch_end", "on_epoch_end", "on_train_end"])
def test_an_error_in_a_callback(hook):
    network = MLPRegressor(random_state=0, **SETTINGS).fit(X, REAL)

    def fail(self, progress):
        raise Injected

    kind = type("Failing", (Callback,), {hook: fail})
    network.set_params(callbacks=[kind()])
    picture = network.predict(X), network.run_
    with pytest.raises(Injected):
        network.fit(X, REAL)
    assert_array_equal(network.predict(X), picture[0])
    assert network.run_ is picture[1]


def test_an_error_in_a_scorer():
    calls = []

    def scorer(model, x, y):
        calls.append(1)
        if len(calls) > 2:
            raise Injected
        return 0.5

    network = MLPRegressor(random_state=0, **SETTINGS).fit(X, REAL)
    network.set_params(scoring=scorer)
    picture = network.predict(X)
    with pytest.raises(Injected):
        network.fit(X, REAL)
    assert_array_equal(network.predict(X), picture)


def test_an_error_in_lbfgs(monkeypatch):
    network = MLPRegressor(random_state=0, solver="lbfgs", max_iter=5).fit(X, REAL)
    picture = photograph(network)
    monkeypatch.setattr(FullBatch, "__call__", failing(Injected, 2)(FullBatch.__call__))
    for warm in (False, True):
        with pytest.raises(Injected):
            network.set_params(warm_start=warm).fit(X, REAL)
    network.set_params(warm_start=False)
    assert_unchanged(network, picture)


@pytest.mark.parametrize("change", ["predictions", "features", "classes"])
def test_a_wrong_refit_spares_a_good_model(change):
    network = MLPClassifier(random_state=0, **SETTINGS).fit(X, THREE)
    picture = photograph(network)
    wrong = {
        "predictions": (X * np.nan, THREE),
        "features": (X[:, :2], THREE[:7]),
        "classes": (X[:, :2], np.where(THREE == 0, 9, 4.5)),
    }[change]
    with pytest.raises(ValueError):
        network.fit(*wrong)
    assert_unchanged(network, picture)


def test_a_diverging_refit_spares_a_good_model():
    network = MLPClassifier(random_state=0, max_iter=4).fit(X, THREE)
    state = pickle.dumps(network.network_)
    network.set_params(learning_rate_init=1e300, solver="sgd", activation="identity")
    network.set_params(hidden_layer_sizes=(4, 4))
    with pytest.raises(ValueError, match="non-finite"):
        network.fit(X, THREE)
    assert pickle.dumps(network.network_) == state


def test_a_failed_chunk_may_be_tried_again(monkeypatch):
    """Moments and generators do not change, so the stream is the one without the failure."""
    smooth = MLPClassifier(random_state=0, dropout=0.2, hidden_layer_sizes=(5,), batch_size=16)
    rough = MLPClassifier(**smooth.get_params(deep=False))
    for network in (smooth, rough):
        network.partial_fit(X, THREE, classes=[0, 1, 2])
    with monkeypatch.context() as patch:
        patch.setattr(Update, "__call__", failing(Injected, 2)(Update.__call__))
        with pytest.raises(Injected):
            rough.partial_fit(X, THREE)
    for network in (smooth, rough):
        network.partial_fit(X, THREE)
    assert_array_equal(smooth.network_.theta, rough.network_.theta)


class Interrupt(Callback):
    def __init__(self, epoch=3, where="batch"):
        self.epoch = epoch
        self.where = where

    def on_batch_end(self, progress):
        if self.where == "batch" and progress.run.epoch == self.epoch:
            raise KeyboardInterrupt

    def on_epoch_end(self, progress):
        if self.where == "epoch" and progress.run.epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.mark.parametrize("where", ["batch", "epoch"])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_ctrl_c_keeps_the_last_weights_and_warns(kind, where):
    settings = SETTINGS | {"early_stopping": False, "max_iter": 50}
    network = kind(random_state=0, callbacks=[Interrupt(3, where)], **settings)
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        network.fit(X, THREE)
    assert network.stop_reason_ == "interrupted"
    assert network.n_iter_ == 3
    three = kind(random_state=0, **settings | {"max_iter": 3}).fit(X, THREE)
    assert network.score(X, THREE) >= three.score(X, THREE) - 0.2
    assert len(network.loss_curve_) == 3


def test_ctrl_c_with_a_kept_best_uses_it():
    settings = SETTINGS | {"learning_rate_init": 0.3, "max_iter": 50}
    network = MLPRegressor(random_state=0, callbacks=[Interrupt(7)], **settings)
    with pytest.warns(UserWarning, match=r"y, X_val=pipe\[:-1\].transform\(X_val\), y_val=y_val\)"):
        network.fit(X[20:], REAL[20:], **VAL)
    best = network.history_["validation_loss"].argmin()
    assert network.score(X[:20], REAL[:20]) == pytest.approx(network.validation_scores_[best])


def test_ctrl_c_in_lbfgs():
    network = MLPRegressor(random_state=0, solver="lbfgs", callbacks=[Interrupt(3, "epoch")])
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        network.fit(X, REAL)
    assert network.stop_reason_ == "interrupted"
    assert np.isfinite(network.predict(X)).all()
    assert network.score(X, REAL) > 0


def test_ctrl_c_outside_of_training_is_an_interrupt(monkeypatch):
    network = MLPRegressor(random_state=0, **SETTINGS).fit(X, REAL)
    picture = photograph(network)
    monkeypatch.setattr(
        stages.arrays, "check_rows", failing(KeyboardInterrupt, 0)(arrays.check_rows)
    )
    with pytest.raises(KeyboardInterrupt):
        network.fit(X, REAL)
    assert_unchanged(network, picture)


def test_a_warning_that_is_an_error_is_an_error_like_others():
    """With ``-W error``, nothing is swapped either."""
    import warnings

    network = MLPRegressor(random_state=0, max_iter=2).fit(X, REAL)
    picture = photograph(network)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="Maximum iterations"):
            network.fit(X, REAL)
    assert_unchanged(network, picture)


def test_fit_does_not_write_into_its_arguments():
    x, y, w = X.copy(), REAL.copy(), np.linspace(0, 2, len(X))
    arguments = [x, y, w]
    for array in arguments:
        array.flags.writeable = False
    copies = [array.copy() for array in arguments]
    MLPRegressor(random_state=0, **SETTINGS).fit(x, y, w, X_val=x, y_val=y, sample_weight_val=w)
    for array, before in zip(arguments, copies, strict=True):
        assert_array_equal(array, before)


def test_initializers_cannot_hurt_a_fitted_network():
    class Breaking(Initializer):
        def draw(self, rng, shape, fan_in, fan_out):
            raise Injected

    network = MLPRegressor(random_state=0, max_iter=3).fit(X, REAL)
    stored = pickle.dumps(network.network_)
    with pytest.raises(Injected):
        network.set_params(weight_init=Breaking()).fit(X, REAL)
    assert pickle.dumps(network.network_) == stored
