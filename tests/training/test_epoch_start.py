"""Ctrl-C at any moment, then `resume`: the same bits as without it (law 4)."""

import os
import pickle
import signal
from itertools import islice

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone, is_regressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import GAN, MLPClassifier, MLPRegressor
from sknn.callbacks import Callback, WeightAveraging
from sknn.estimators.fit.block import fit_block
from sknn.inspection import LossCurveDisplay
from sknn.persistence import load, save
from sknn.training.trainer import Trainer
from tests.checks.runs import assert_equal, assert_same, everything
from tests.estimators.data import REAL, THREE, X
from tests.training.callbacks.test_pause import CASES, MLP, SHORT

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
PRETRAINED = ("coder", "belief")
MODELS = {name: model for name, model in CASES.items() if name != "lbfgs"} | {
    "average of updates": MLPRegressor(**MLP, callbacks=[WeightAveraging("ema")]),
    "members that stop": MLPRegressor(
        **MLP | {"max_iter": 40, "learning_rate_init": 0.03}, n_members=3, tol=0.05,
        n_iter_no_change=1,
    ),
    "duel": GAN(latent_dim=2, **SHORT),
}  # fmt: skip
# Ctrl-C in pretraining ends the call.
BEGUN = [(name, epoch) for name in MODELS for epoch in (0, 3) if epoch or name not in PRETRAINED]
OTHER = [(X, THREE), (sp.csr_array(np.where(X > 0.5, X, 0.0)), THREE)]


@pytest.fixture
def ctrl_c(monkeypatch):
    """Press Ctrl-C once: after the first batch of an epoch, or while the epoch is judged."""

    def arrange(epoch, where="batch"):
        left, whole, finish = [True], Trainer._pass, Trainer._finish

        def cut(trainer, progress):
            batches = trainer.batches.epoch

            def some(*args):
                yield from islice(batches(*args), 1)
                raise KeyboardInterrupt

            if where == "batch" and progress.run.epoch == epoch and left:
                left.clear()
                monkeypatch.setattr(trainer.batches, "epoch", some)
            return whole(trainer, progress)

        def cut_short(trainer, progress, *found):
            row = finish(trainer, progress, *found)
            if where == "judge" and progress.run.epoch == epoch + 1 and left:
                left.clear()
                raise KeyboardInterrupt
            return row

        monkeypatch.setattr(Trainer, "_pass", cut)
        monkeypatch.setattr(Trainer, "_finish", cut_short)

    return arrange


def interrupted(model, *data):
    with pytest.warns(UserWarning, match="interrupted by user"):
        model.fit(*data)
    return model


@pytest.mark.parametrize("where", ["batch", "judge"])
@pytest.mark.parametrize(("name", "epoch"), BEGUN)
def test_a_resumed_fit_is_one_that_was_never_interrupted(name, epoch, where, ctrl_c):
    model = MODELS[name]
    data = (X,) if name == "duel" else (X, REAL if is_regressor(model) else THREE)
    whole = clone(model).fit(*data)
    ctrl_c(epoch, where)
    part = interrupted(clone(model), *data)
    assert (part.stop_reason_, part.n_iter_) == ("interrupted", epoch)
    part = pickle.loads(pickle.dumps(part)).resume(*data)
    assert part.stop_reason_ == whole.stop_reason_
    np.testing.assert_array_equal(part.network_.theta, whole.network_.theta)
    assert_equal(everything(part.run_), everything(whole.run_))


@pytest.mark.parametrize("early_stopping", [True, False])
def test_before_the_first_epoch_has_ended_there_is_no_history(early_stopping, ctrl_c):
    ctrl_c(0)
    net = MLPClassifier(**MLP, early_stopping=early_stopping)
    with pytest.warns(UserWarning, match=r"call resume with the same data, .*transform\(X\), y\)"):
        net.fit(X, THREE)
    assert net.best_loss_ is None and list(net.history_) == ["epoch"]
    with pytest.raises(ValueError, match="resume the call that was interrupted"):
        LossCurveDisplay.from_estimator(net)


@pytest.mark.parametrize("solver", ["adam", "lazy_adam"])
@pytest.mark.parametrize("data", OTHER, ids=["dense", "sparse"])
def test_sparse_rows_whose_weights_wait(data, solver, ctrl_c):
    model = MLPClassifier(**MLP, solver=solver, warm_start=True)
    whole = clone(model).fit(*data)
    ctrl_c(2)
    assert_same(interrupted(model, *data).resume(*data), whole)


def test_the_last_step_of_a_pipeline_out_of_a_file(ctrl_c, tmp_path):
    whole = make_pipeline(StandardScaler(), MLPRegressor(**MLP, early_stopping=True)).fit(X, REAL)
    ctrl_c(4)
    save(interrupted(clone(whole), X, REAL), tmp_path / "file")
    part = load(tmp_path / "file")
    part[-1].resume(part[:-1].transform(X), REAL)
    np.testing.assert_array_equal(part.predict(X), whole.predict(X))


def test_until_then_it_predicts_with_the_weights_it_has_reached(ctrl_c):
    model = MLPClassifier(**MLP)
    ctrl_c(0)
    net = interrupted(model, X, THREE)
    assert np.abs(net.network_.theta - net.run_.theta).max() > 0, "a batch has been trained"
    assert not len(net.history_["epoch"])


def test_what_is_kept(ctrl_c):
    model = MLPClassifier((200, 200), max_iter=4, random_state=0)
    size = len(pickle.dumps(clone(model).fit(X, THREE)))
    ctrl_c(2)
    net = interrupted(model, X, THREE)
    assert 3 * size < len(pickle.dumps(net)) < 4.2 * size, "weights, start of the epoch, moments"
    net.resume(X, THREE)
    assert len(pickle.dumps(net)) < 1.05 * size, "a finished call keeps nothing"
    ctrl_c(2)
    interrupted(net, X, THREE).fit(X, THREE)
    assert net.stop_reason_ == "max_iter" and net.n_iter_ == 4, "a plain fit starts over"
    assert len(pickle.dumps(net)) < 1.05 * size


def test_other_data_are_refused(ctrl_c):
    ctrl_c(2)
    net = interrupted(MLPClassifier(**MLP), X, THREE)
    with pytest.raises(ValueError, match="X is not that of the interrupted call"):
        net.resume(X + 1, THREE)
    assert net.stop_reason_ == "interrupted"


def test_a_pass_of_a_stream_continues_from_the_weights_it_has_reached(ctrl_c):
    net = MLPClassifier(**MLP).partial_fit(X, THREE, classes=[0, 1, 2])
    ctrl_c(1)
    with pytest.warns(UserWarning, match="interrupted"):
        net.partial_fit(X, THREE)
    assert net.run_.theta is None, "those that predict"
    net.partial_fit(X, THREE)
    assert net.run_.epoch == 2


def test_candidates_that_were_trained_together(ctrl_c):
    models = [MLPRegressor(**MLP | {"learning_rate_init": rate}) for rate in (0.01, 0.02)]
    whole = [clone(model).fit(X, REAL) for model in models]
    ctrl_c(3)
    with pytest.warns(UserWarning, match="interrupted"):
        fit_block(models, X, REAL)
    for one, other in zip(models, whole, strict=True):
        one.resume(X, REAL)
        np.testing.assert_array_equal(one.network_.theta, other.network_.theta)


class Press(Callback):
    """Presses Ctrl-C in an update of the fifth epoch."""

    def on_batch_end(self, progress):
        if progress.run.epoch == 4:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def handler_of_ctrl_c():
    """Let Ctrl-C raise, which a shell prevents in the processes it starts in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="there, a signal ends the process")
def test_a_real_signal(handler_of_ctrl_c):
    whole = MLPRegressor(**MLP, early_stopping=True).fit(X, REAL)
    part = interrupted(clone(whole).set_params(callbacks=[Press()]), X, REAL)
    assert part.n_iter_ == 4
    assert_same(part.set_params(callbacks=None).resume(X, REAL), whole)
