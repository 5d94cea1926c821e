"""Training in parts gives the same bits as training that never paused."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone, is_regressor

from sknn import (
    AutoEncoder,
    CNNClassifier,
    DBNClassifier,
    GaussianRBM,
    MLPClassifier,
    MLPRegressor,
    RNNRegressor,
    TabularMLPClassifier,
    TabularMLPRegressor,
)
from sknn.callbacks import Callback, Checkpoint, Pause, WeightAveraging
from sknn.exceptions import InvalidParameterError
from sknn.schedules import BatchSize
from tests.checks.runs import assert_same, everything
from tests.estimators.data import LABELS, REAL, THREE, X

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
SHORT = {"max_iter": 8, "random_state": 3}
MLP = {"hidden_layer_sizes": (5,), "batch_size": 16, "learning_rate_init": 0.01} | SHORT
STOPPING = {"early_stopping": True, "learning_rate_init": 0.1, "n_iter_no_change": 2}
CASES = {
    "plain": MLPClassifier(**MLP),
    "cosine": MLPRegressor(**MLP, learning_rate="cosine"),
    "plateau": MLPRegressor(**MLP, learning_rate="plateau", n_iter_no_change=1, tol=0.1),
    "noise": MLPClassifier(**MLP, dropout=0.3, input_dropout=0.1, normalization="batch"),
    "fading noise": MLPClassifier(**MLP, dropout=0.3, regularization_schedule="cosine"),
    "early stopping": MLPClassifier(**MLP | STOPPING | {"max_iter": 30}),
    "early stopping, all epochs": MLPRegressor(**MLP, early_stopping=True),
    "converged": MLPRegressor(**MLP | {"max_iter": 40}, n_iter_no_change=2, tol=0.01),
    "members": MLPClassifier(**MLP, n_members=3, early_stopping=True),
    "batch sizes": MLPRegressor(**MLP | {"batch_size": BatchSize(8, 32)}),
    "average": MLPRegressor(**MLP, callbacks=[WeightAveraging(kind="swa")]),
    "warm": MLPRegressor(**MLP, warm_start=True),
    "lbfgs": MLPClassifier(**MLP, solver="lbfgs"),
    "tabular": TabularMLPClassifier(**SHORT, preset="fast", n_members=2, n_splits=2),
    "tabular, one": TabularMLPRegressor(**SHORT, preset="fast", n_members=1, n_splits=1),
    "images": CNNClassifier((2,), input_shape=(5, 1), hidden_layer_sizes=(), **SHORT),
    "sequences": RNNRegressor(3, stateful=True, **SHORT),
    "coder": AutoEncoder((3,), **SHORT, pretrain="layerwise"),
    "belief": DBNClassifier((4,), pretrain_n_iter=1, **SHORT),
    "machine": GaussianRBM(n_components=3, n_iter=8, random_state=3, persistent=True),
}


def in_parts(model, *data, pauses=(2, 5)):
    """Fit with pauses, and with a pickle in each pause."""
    own = model.callbacks or []
    model = clone(model).set_params(callbacks=[*own, Pause(pauses[0])]).fit(*data)
    for pause in [*pauses[1:], None]:
        if model.stop_reason_ != "paused":
            return model
        model = pickle.loads(pickle.dumps(model))
        more = [] if pause is None else [Pause(pause)]
        model.set_params(callbacks=[*own, *more]).resume(*data)
    return model


@pytest.mark.parametrize("model", CASES.values(), ids=CASES)
def test_parts_are_the_whole(model):
    y = REAL if is_regressor(model) else THREE
    whole = clone(model).fit(X, y)
    parts = in_parts(model, X, y)
    if hasattr(whole, "best_loss_"):
        assert_same(parts, whole)
    np.testing.assert_array_equal(parts.network_.theta, whole.network_.theta)
    assert everything(parts.run_).keys() == everything(whole.run_).keys()
    assert parts.stop_reason_ == whole.stop_reason_


def test_a_part_uses_what_early_stopping_would():
    net = MLPClassifier(**MLP | {"early_stopping": True, "learning_rate_init": 0.3})
    paused = clone(net).set_params(callbacks=[Pause(6)]).fit(X, THREE)
    assert paused.stop_reason_ == "paused" and paused.n_iter_ == 6
    best = 1 + int(np.argmin(paused.history_["validation_loss"]))
    np.testing.assert_array_equal(paused.network_.theta, paused.run_.best.theta)
    assert paused.run_.best.epoch == best


def test_training_that_ends_in_that_epoch_does_not_pause():
    stop = {"n_iter_no_change": 1, "tol": 1e9}
    net = MLPClassifier(**MLP, **stop, callbacks=[Pause(3)]).fit(X, LABELS)
    assert net.stop_reason_ == "converged" and net.n_iter_ <= 3
    last = MLPClassifier(**MLP, callbacks=[Pause(8)]).fit(X, LABELS)
    assert last.stop_reason_ == "max_iter"
    theta = last.network_.theta.copy()
    assert last.run_.optimizer_state is None, "a finished call keeps nothing"
    np.testing.assert_array_equal(last.set_params(warm_start=True).network_.theta, theta)


@pytest.mark.parametrize("max_iter", [6, 500])
@pytest.mark.parametrize("name", ["early stopping", "members"])
def test_another_max_iter_changes_neither_limit_nor_patience(name, max_iter):
    model = clone(CASES[name]).set_params(n_iter_no_change=1)
    whole = clone(model).fit(X, THREE)
    part = clone(model).set_params(callbacks=[Pause(2)]).fit(X, THREE)
    part.set_params(callbacks=None, max_iter=max_iter).resume(X, THREE)
    assert part.n_iter_ == whole.n_iter_ and part.stop_reason_ == whole.stop_reason_
    np.testing.assert_array_equal(part.network_.theta, whole.network_.theta)


def test_a_checkpoint_of_a_pause(tmp_path):
    path = tmp_path / "file"
    net = MLPRegressor(**MLP, callbacks=[Pause(3), Checkpoint(path)]).fit(X, REAL)
    loaded = Checkpoint.load(path)
    assert_same(loaded, net)
    loaded.set_params(callbacks=None).resume(X, REAL)
    np.testing.assert_array_equal(
        loaded.network_.theta, MLPRegressor(**MLP).fit(X, REAL).network_.theta
    )


def test_callbacks_continue_with_their_state():
    class Count(Callback):
        def on_train_begin(self, progress):
            self.epochs = self.epochs if progress.resumed else 0

        def on_epoch_end(self, progress):
            self.epochs += 1

    import __main__

    __main__.Count = Count
    Count.__module__, Count.__qualname__ = "__main__", "Count"
    net = MLPRegressor(**MLP, callbacks=[Count(), Pause(2)]).fit(X, REAL)
    net.set_params(callbacks=[Count(), Pause(5)]).resume(X, REAL)
    assert net.callbacks_[0].epochs == 5 and net.n_iter_ == 5


@pytest.mark.parametrize("epoch", [0, -1, 1.5, None, "3"])
def test_no_epoch(epoch):
    with pytest.raises(InvalidParameterError, match="'epoch' parameter of Pause"):
        MLPRegressor(**MLP, callbacks=[Pause(epoch)]).fit(X, REAL)
