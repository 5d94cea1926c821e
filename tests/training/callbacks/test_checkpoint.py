"""Checkpoint and resume: training that was killed gives the same bits as if it never was."""

import os
import pickle
import signal
import time

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor
from sknn._sklearn import HAS_CALLBACKS
from sknn.callbacks import Callback, Checkpoint, LearningRateRange, Phase, WeightAveraging
from sknn.core import archive
from sknn.exceptions import InvalidParameterError
from sknn.schedules import BatchSize
from tests.checks.files import own_classes
from tests.checks.processes import forked, needs_fork
from tests.checks.runs import assert_same
from tests.estimators.data import LABELS, REAL, THREE, X

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
BASE = {
    "hidden_layer_sizes": (5,),
    "batch_size": 16,
    "random_state": 3,
    "learning_rate_init": 0.01,
    "max_iter": 7,
}
STOPPING = {"early_stopping": True, "learning_rate_init": 0.1, "n_iter_no_change": 2}


def loaded(path):
    """Return the estimator of a checkpoint, which may hold callbacks of this file."""
    return Checkpoint.load(path, trusted=[*own_classes(__name__), KeyboardInterrupt])


class Killed(Exception):
    """Represents the end of the process."""


class Kill(Callback):
    """Raises at one moment, once: a resumed call gets past it."""

    def __init__(self, epoch=None, where="epoch", error=Killed):
        self.epoch = epoch
        self.where = where
        self.error = error

    def _strike(self, progress, where):
        if progress.run.epoch == self.epoch and where == self.where:
            raise self.error

    def on_batch_end(self, progress):
        self._strike(progress, "batch")

    def on_epoch_end(self, progress):
        self._strike(progress, "epoch")


class Count(Callback):
    """Has its own state, and changes what is learned."""

    def on_train_begin(self, progress):
        if not progress.resumed:
            self.epochs = []

    def on_epoch_end(self, progress):
        self.epochs.append(progress.run.epoch)
        progress.row["own"] = float(len(self.epochs))


def network(kind=MLPRegressor, callbacks=(), **parameters):
    return kind(**BASE | parameters, callbacks=list(callbacks))


def killed(
    path, y, *, epoch, where="epoch", every=1, kind=MLPRegressor, callbacks=(), **parameters
):
    """Return the file on the disk after training was killed."""
    watching = [*callbacks, Checkpoint(path, every_epochs=every), Kill(epoch, where)]
    with pytest.raises(Killed):
        network(kind, watching, **parameters).fit(X, y)
    found = loaded(path)
    found.callbacks[-1].set_params(epoch=None)
    return found


CONFIGURATIONS = {
    "plain": (MLPRegressor, REAL, {}),
    "dropout and batch norm": (MLPClassifier, THREE, {"dropout": 0.3, "normalization": "batch"}),
    "early stopping": (MLPRegressor, REAL, STOPPING | {"max_iter": 30}),
    "scored": (MLPClassifier, THREE, STOPPING | {"max_iter": 20, "scoring": "accuracy"}),
    "members": (MLPRegressor, REAL, {"n_members": 2, "dropout": 0.2}),
    "warm start": (MLPRegressor, REAL, {"warm_start": True}),
    "cosine": (MLPRegressor, REAL, {"learning_rate": "cosine", "dtype": "float32"}),
    "plateau": (MLPRegressor, REAL, {"learning_rate": "plateau", "max_iter": 20}),
    "sgd, adaptive": (MLPRegressor, REAL, {"solver": "sgd", "learning_rate": "adaptive"}),
    "labels, batch sizes": (MLPClassifier, LABELS, {"batch_size": BatchSize(8, 40)}),
    "no random_state": (MLPRegressor, REAL, {"random_state": np.random.RandomState(4)}),
}


@pytest.mark.parametrize("average", [[], [WeightAveraging(decay=0.9)], [WeightAveraging("swa")]])
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_killed_run_continues_as_if_nothing_had_happened(tmp_path, name, average):
    kind, y, parameters = CONFIGURATIONS[name]
    whole = network(kind, average, **pickle.loads(pickle.dumps(parameters))).fit(X, y)
    last = whole.n_iter_ - 1
    for epoch, where, every in ((last, "epoch", 1), (last, "batch", 2), (4, "epoch", 3)):
        given = pickle.loads(pickle.dumps(parameters))
        settings = {"kind": kind, "callbacks": average, **given}
        path = tmp_path / f"{epoch} {where} {every}"
        part = killed(path, y, epoch=epoch, where=where, every=every, **settings)
        assert part.run_.epoch % every == 0 and 0 < part.run_.epoch < whole.n_iter_
        assert part.stop_reason_ is None
        assert part.resume(X, y) is part
        assert_same(part, whole)
        done = loaded(path)
        assert_array_equal(done.network_.theta, whole.network_.theta)
        assert done.stop_reason_ == whole.stop_reason_


def test_a_network_resumed_many_times(tmp_path):
    path = tmp_path / "file"
    whole = network(dropout=0.2, callbacks=[Count()]).fit(X, REAL)
    part = killed(path, REAL, epoch=2, dropout=0.2, callbacks=[Count()])
    for epoch in range(3, 7):
        part.callbacks[-1].set_params(epoch=epoch)
        with pytest.raises(Killed):
            part.resume(X, REAL)
        part = loaded(path)
        assert part.run_.epoch == epoch - 1
    part.callbacks[-1].set_params(epoch=None)
    part.resume(X, REAL)
    assert_same(part, whole)
    assert part.callbacks_[0].epochs == whole.callbacks_[0].epochs == [1, 2, 3, 4, 5, 6, 7]


def test_weights_and_validation_rows_are_those_of_the_call(tmp_path):
    rows = {"sample_weight": np.linspace(0.0, 2.0, 60), "X_val": X[:9], "y_val": REAL[:9]}
    parameters = STOPPING | {"max_iter": 20}
    whole = network(**parameters).fit(X, REAL, **rows)
    path = tmp_path / "file"
    with pytest.raises(Killed):
        network(callbacks=[Checkpoint(path), Kill(3)], **parameters).fit(X, REAL, **rows)
    part = loaded(path)
    part.callbacks[-1].epoch = None
    assert_same(part.resume(X, REAL, **rows), whole)


def test_the_second_call_of_a_warm_start(tmp_path):
    whole = network(warm_start=True).fit(X, REAL).fit(X, REAL)
    path = tmp_path / "file"
    part = network(warm_start=True, callbacks=[Checkpoint(path), Kill(11)]).fit(X, REAL)
    with pytest.raises(Killed):
        part.set_params(callbacks=[Checkpoint(path), Kill(10)]).fit(X, REAL)
    part = loaded(path)
    assert part.run_.epoch == 9
    part.set_params(callbacks=None).resume(X, REAL)
    assert part.n_iter_ == 7
    assert_same(part, whole)


class Snapshots(Callback):
    """Stores what a user-defined callback might store."""

    phase = Phase.KEEP

    def on_train_begin(self, progress):
        self.kept = [progress.snapshot()]

    def on_epoch_end(self, progress):
        self.kept.append(progress.snapshot())


@pytest.mark.parametrize("parameters", [{}, {"normalize_y": False, "n_members": 2}], ids=str)
def test_every_snapshot_can_be_resumed(parameters):
    net = network(callbacks=[Snapshots()], **parameters).fit(X, REAL)
    whole = network(**parameters).fit(X, REAL)
    for epoch, part in enumerate(net.callbacks_[0].kept):
        assert part.run_.epoch == epoch
        with pytest.warns(ConvergenceWarning, match=r"\(7\)"):
            part.set_params(callbacks=None).resume(X, REAL)
        assert_same(part, whole)


def test_snapshots_in_a_callback_are_not_copied_into_each_other(tmp_path):
    path = tmp_path / "file"
    net = network(callbacks=[Snapshots(), Checkpoint(path)], max_iter=40).fit(X, REAL)
    kept = net.callbacks_[0].kept
    assert len(kept) == 41 and kept[9].callbacks_[0].kept[4] is kept[4]
    assert path.stat().st_size < 60 * len(pickle.dumps(kept[0]))


# -- when it is written -----------------------------------------------------------------------


class Written(Callback):
    """Records after which epochs the file is new."""

    def __init__(self, path, log):
        self.path = path
        self.log = log

    def on_batch_end(self, progress):
        if os.path.exists(self.path):
            epoch = loaded(self.path).run_.epoch
            if epoch not in self.log:
                self.log.append(epoch)

    def __sklearn_clone__(self):
        return self


def test_every_so_many_epochs_and_at_the_end(tmp_path):
    path, log = tmp_path / "file", []
    net = network(callbacks=[Written(path, log), Checkpoint(path, every_epochs=3)], max_iter=8)
    net.fit(X, REAL)
    assert log == [3, 6]
    assert loaded(path).run_.epoch == 8


def test_not_more_often_than_every_so_many_seconds(tmp_path):
    path, log = tmp_path / "file", []
    watch = [Written(path, log), Checkpoint(path, every_seconds=1000.0)]
    network(callbacks=watch).fit(X, REAL)
    assert log == [1] and loaded(path).run_.epoch == 7
    old = time.time() - 2000
    os.utime(path, (old, old))
    network(callbacks=watch).fit(X, REAL)
    assert log == [1, 7]


def test_a_stream_writes_one_file_a_call_that_is_due(tmp_path):
    path = tmp_path / "file"
    net = network(callbacks=[Checkpoint(path, every_epochs=3)])
    seen = []
    for _ in range(7):
        net.partial_fit(X, REAL)
        seen.append(loaded(path).run_.epoch if path.exists() else 0)
    assert seen == [0, 0, 3, 3, 3, 6, 6]
    part = loaded(path)
    assert part.resume(X, REAL) is part and part.run_.epoch == 6
    assert_same(part.partial_fit(X, REAL), net)


@pytest.mark.parametrize("where", ["batch", "epoch"])
def test_ctrl_c_leaves_the_last_whole_epoch(tmp_path, where):
    path = tmp_path / "file"
    whole = network().fit(X, REAL)
    watch = [Kill(5, where, KeyboardInterrupt), Checkpoint(path, every_epochs=4)]
    net = network(callbacks=watch)
    with pytest.warns(UserWarning, match="interrupted"):
        net.fit(X, REAL)
    part = loaded(path)
    assert part.run_.epoch == (5 if where == "batch" else 4)
    part.callbacks[0].epoch = None
    assert_same(part.resume(X, REAL), whole)
    net.set_params(callbacks=None).resume(X, REAL)
    assert_array_equal(net.network_.theta, whole.network_.theta)


def test_ctrl_c_before_the_first_epoch_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    network(callbacks=[Checkpoint(path)]).fit(X, REAL)
    before = path.read_bytes()
    watch = [Checkpoint(path), Kill(0, "batch", KeyboardInterrupt)]
    with pytest.warns(UserWarning, match="interrupted"):
        network(callbacks=watch).fit(X, REAL)
    assert path.read_bytes() == before


def test_an_interrupted_warm_start_can_be_resumed_without_a_file():
    net = network(callbacks=[Kill(5, "batch", KeyboardInterrupt)], warm_start=True)
    with pytest.warns(UserWarning, match="interrupted"):
        net.fit(X, REAL)
    net.set_params(callbacks=None).resume(X, REAL)
    assert net.n_iter_ == 7 and net.stop_reason_ == "max_iter"


def test_divergence_leaves_the_last_good_file(tmp_path):
    path = tmp_path / "file"
    watch = [Checkpoint(path), Blow(4)]
    with pytest.raises(ValueError, match="non-finite"):
        network(callbacks=watch).fit(X, REAL)
    part = loaded(path)
    assert part.run_.epoch == 4 and np.isfinite(part.network_.theta).all()


class Blow(Callback):
    def __init__(self, epoch):
        self.epoch = epoch

    def on_batch_end(self, progress):
        if progress.run.epoch == self.epoch:
            progress.network.theta[...] = np.nan


def test_a_failed_write_is_an_error_and_the_old_file_stays(tmp_path, monkeypatch):
    path = tmp_path / "file"
    net = network(callbacks=[Checkpoint(path)]).fit(X, REAL)
    before, theta = path.read_bytes(), net.network_.theta.copy()

    def full(*args):
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(OSError, match="no space"):
            net.fit(X, REAL)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["file"]
    assert_array_equal(net.network_.theta, theta)


# -- what resume refuses ----------------------------------------------------------------------


def test_a_finished_run_is_returned_as_it_is(tmp_path):
    path = tmp_path / "file"
    net = network(callbacks=[Checkpoint(path)]).fit(X, REAL)
    done = loaded(path)
    before = pickle.dumps(done.run_)
    assert done.resume(X, REAL) is done and done.resume(None, None) is done
    assert pickle.dumps(done.run_) == before
    assert_array_equal(done.predict(X), net.predict(X))
    assert (done.n_iter_, done.stop_reason_) == (7, "max_iter")


def test_resume_without_an_interrupted_call():
    with pytest.raises(NotFittedError):
        network().resume(X, REAL)
    lbfgs = network(solver="lbfgs", batch_size="auto", warm_start=True)
    for net in (network(), network().initialize(X, REAL), lbfgs):
        if not hasattr(net, "network_") or net is lbfgs:
            net.fit(X, REAL)
        with pytest.raises(
            ValueError, match="no interrupted.*Checkpoint.load.*pipe.-1..partial_fit"
        ):
            net.resume(X, REAL)


def test_a_plain_fit_that_was_resumed_forgets_as_usual(tmp_path):
    part = killed(tmp_path / "file", REAL, epoch=3)
    assert part.run_.optimizer_state is not None
    part.resume(X, REAL)
    assert part.run_.optimizer_state is None and part.run_.theta is None


def test_a_failed_resume_changes_nothing(tmp_path):
    part = killed(tmp_path / "file", REAL, epoch=3)
    before = pickle.dumps(part.run_)
    with pytest.raises(ValueError, match="features"):
        part.resume(X[:, :3], REAL)
    part.callbacks[-1].epoch = 5
    with pytest.raises(Killed):
        part.resume(X, REAL)
    assert pickle.dumps(part.run_) == before


def test_resume_with_other_labels_asks_for_the_data_of_the_call(tmp_path):
    part = killed(tmp_path / "file", THREE, epoch=3, kind=MLPClassifier)
    with pytest.raises(ValueError, match="the interrupted call had .*Pass the data of that call"):
        part.resume(X, THREE != THREE[0])


@pytest.mark.parametrize("content", [b"", b"junk" * 100, None])
def test_a_broken_file_is_a_value_error(tmp_path, content):
    path = tmp_path / "file"
    network(callbacks=[Checkpoint(path)]).fit(X, REAL)
    path.write_bytes(path.read_bytes()[:-7] if content is None else content)
    with pytest.raises(ValueError, match="file"):
        loaded(path)
    with pytest.raises(FileNotFoundError):
        loaded(tmp_path / "missing")


# -- bad parameters ---------------------------------------------------------------------------


class Never(Callback):
    def on_batch_end(self, progress):
        raise AssertionError("training began")


@pytest.mark.parametrize("where", ["", "missing/file"])
def test_a_path_that_cannot_be_written(tmp_path, where):
    net = network(callbacks=[Checkpoint(tmp_path / where), Never()])
    with pytest.raises(InvalidParameterError, match="'path' parameter of Checkpoint"):
        net.fit(X, REAL)
    assert not hasattr(net, "network_")


def test_a_read_only_folder(tmp_path, monkeypatch):
    """Permissions do not bind the superuser, under whom tests may run."""

    def refuse(path, mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(archive, "open", refuse, raising=False)
    with pytest.raises(InvalidParameterError, match="path.*Permission denied"):
        network(callbacks=[Checkpoint(tmp_path / "file"), Never()]).fit(X, REAL)


@pytest.mark.parametrize(
    "name, value",
    [("path", 3), ("path", ""), ("path", None), ("every_epochs", 0), ("every_epochs", 1.5)]
    + [("every_seconds", value) for value in (0, -1.0, float("nan"), "x")],
)
def test_bad_parameters(tmp_path, name, value):
    callback = Checkpoint(tmp_path / "file").set_params(**{name: value})
    with pytest.raises(InvalidParameterError, match=f"'{name}' parameter of Checkpoint"):
        network(callbacks=[callback]).fit(X, REAL)


def test_what_cannot_be_saved_is_reported_before_training(tmp_path):
    net = network(MLPClassifier, [Checkpoint(tmp_path / "file"), Never()], early_stopping=True)
    net.set_params(scoring=lambda model, x, y: 0.5)
    with pytest.raises(ValueError, match="cannot be saved: its scoring.*top level"):
        net.fit(X, THREE)


def test_in_a_later_call_as_well(tmp_path):
    class Local(Callback):
        """Cannot be pickled."""

    net = network(callbacks=[Checkpoint(tmp_path / "file")], warm_start=True).fit(X, REAL)
    net.set_params(callbacks=[Checkpoint(tmp_path / "file"), Local()])
    with pytest.raises(ValueError, match="callbacks.1..*Local"):
        net.fit(X, REAL)


def test_lbfgs_refuses(tmp_path):
    for callback in (Checkpoint(tmp_path / "file"), WeightAveraging(), LearningRateRange()):
        net = network(callbacks=[callback], solver="lbfgs", batch_size="auto")
        name = type(callback).__name__
        with pytest.raises(ValueError, match=rf"solver='lbfgs'.*{name}.*'adam'"):
            net.fit(X, REAL)


# -- in company -------------------------------------------------------------------------------


def test_clone_and_repr(tmp_path):
    callback = Checkpoint(tmp_path / "file", every_epochs=5)
    assert clone(callback).get_params() == callback.get_params()
    assert "every_epochs=5" in repr(callback)


def test_members_share_a_path_in_a_parallel_search(tmp_path):
    path = tmp_path / "file"
    net = network(MLPClassifier, [Checkpoint(path)], n_members=2)
    pipe = make_pipeline(StandardScaler(), net)
    search = GridSearchCV(pipe, {"mlpclassifier__alpha": [0.1, 1.0]}, cv=2, n_jobs=2)
    search.fit(X, THREE)
    done = loaded(path)
    final = search.best_estimator_[-1]
    assert_array_equal(done.network_.theta, final.network_.theta)
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn has no callbacks yet")
def test_with_callbacks_of_scikit_learn(tmp_path, capsys):
    pytest.importorskip("rich")
    from sklearn.callback import ProgressBar, ScoringMonitor

    class Local:
        """Cannot be pickled."""

        def setup(self, estimator, context): ...
        def teardown(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...
        def on_fit_task_end(self, estimator, context): ...

    path = tmp_path / "file"
    whole = network().fit(X, REAL)
    watch = [Checkpoint(path), Kill(4)]
    net = network(callbacks=watch).set_callbacks(ScoringMonitor(scoring="r2"), Local())
    with pytest.raises(Killed):
        make_pipeline(StandardScaler(), net).set_callbacks(ProgressBar()).fit(X, REAL)
    with pytest.raises(Killed):
        clone(net).set_params(callbacks=watch).fit(X, REAL)
    part = loaded(path)
    part.callbacks[-1].epoch = None
    part.set_callbacks(ProgressBar(), ScoringMonitor(scoring="r2")).resume(X, REAL)
    assert_same(part, whole)


# -- processes that die -----------------------------------------------------------------------


@needs_fork
@pytest.mark.parametrize("epoch", [2, 5])
def test_a_process_that_is_killed(tmp_path, epoch):
    path = tmp_path / "file"
    watch = [Checkpoint(path), Kill(epoch, "batch", Suicide)]
    child = forked(lambda: network(callbacks=watch, dropout=0.2).fit(X, REAL))
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    part = loaded(path)
    assert part.run_.epoch == epoch
    part.callbacks[-1].epoch = None
    assert_same(part.resume(X, REAL), network(dropout=0.2).fit(X, REAL))


class Suicide(Exception):
    """Kills the process when it is created."""

    def __init__(self):
        os.kill(os.getpid(), signal.SIGKILL)


class Counting(Callback):
    seen = 0

    def __init__(self, interrupt_at=None, fail_at=None):
        self.interrupt_at = interrupt_at
        self.fail_at = fail_at

    def on_epoch_end(self, progress):
        self.seen += 1
        if progress.run.epoch == self.interrupt_at:
            raise KeyboardInterrupt
        if progress.run.epoch == self.fail_at:
            raise RuntimeError


def test_a_resume_that_fails_leaves_the_state_of_callbacks():
    net = MLPClassifier((4,), max_iter=6, warm_start=True, callbacks=[Counting(interrupt_at=3)])
    with pytest.warns(UserWarning, match="interrupted"):
        net.fit(X, THREE)
    net.set_params(callbacks=[Counting(fail_at=5)])
    with pytest.raises(RuntimeError):
        net.resume(X, THREE)
    assert net.callbacks_[0].seen == 3 and net.run_.epoch == 3
    net.set_params(callbacks=[Counting()]).resume(X, THREE)
    assert net.callbacks_[0].seen == 6
