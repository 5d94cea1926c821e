"""Objects that a callback holds are the user's; attributes set in a call belong to the call."""

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    DBNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    TabularMLPClassifier,
)
from sknn.callbacks import Callback, Checkpoint, LearningRateRange, Pause, WeightAveraging
from sknn.exceptions import InvalidParameterError
from sknn.optimizers import Adam
from sknn.search import ArchitectureSearchCV
from tests.checks.files import own_classes
from tests.checks.runs import assert_same
from tests.estimators.data import REAL, THREE, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL = {"hidden_layer_sizes": (3,), "max_iter": 3, "random_state": 0, "batch_size": 16}


def loaded(path):
    """Return the estimator of a checkpoint, which may hold callbacks of this file."""
    return Checkpoint.load(path, trusted=own_classes(__name__))


class Gather(Callback):
    """Appends to a list of the user's and has its own counter."""

    def __init__(self, out):
        self.out = out
        self.own = []

    def on_train_begin(self, progress):
        if not progress.resumed:
            self.count = 0
            self.epochs = []

    def on_epoch_end(self, progress):
        self.count += 1
        self.epochs.append(progress.run.epoch)
        self.own.append(progress.run.epoch)
        self.out.append(progress.run.epoch)


class Hold(Callback):
    """Holds something."""

    def __init__(self, thing):
        self.thing = thing

    def on_epoch_end(self, progress):
        self.last = progress.run.epoch


class Spare(Hold):
    """Holds something that is not saved."""

    def __getstate__(self):
        return dict(super().__getstate__()) | {"thing": None}


def network(*callbacks, kind=MLPClassifier, **parameters):
    return kind(**SMALL | parameters, callbacks=list(callbacks))


def files(tmp_path):
    return {
        "file": open(tmp_path / "log", "w"),  # noqa: SIM115
        "lock": threading.Lock(),
        "generator": (i for i in range(3)),
        "function": lambda: None,
        "module": np,
    }


NETWORKS = {
    "members": MLPClassifier(**SMALL, n_members=2),
    "early stopping": MLPClassifier(**SMALL, early_stopping=True),
    "lbfgs": MLPClassifier((3,), solver="lbfgs", max_iter=3),
    "images": CNNClassifier((2,), input_shape=(5, 1), max_iter=3),
    "sequences": RNNClassifier(3, max_iter=3),
    "coder": AutoEncoder((2,), max_iter=3),
    "belief": DBNClassifier((3,), pretrain_n_iter=1, max_iter=3),
    "machine": BernoulliRBM(2, n_iter=3),
    "adversaries": GAN((3,), (3,), max_iter=3),
    "table": TabularMLPClassifier(preset="fast", n_members=1, n_splits=1, max_iter=3),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_reaches_the_users_own_list(name):
    out = []
    given = Gather(out)
    net = clone(NETWORKS[name]).set_params(callbacks=[given])
    net.fit(np.clip(X, 0, 1) if name == "machine" else X, THREE)
    ran = net.callbacks_[0]
    assert out == given.own == ran.epochs == [1, 2, 3]
    assert ran is not given and ran.out is out
    assert not hasattr(given, "count") and net.callbacks == [given]


def test_whatever_a_callback_holds_is_shared(tmp_path):
    for name, thing in files(tmp_path).items():
        net = network(Hold(thing)).fit(X, THREE)
        assert net.callbacks_[0].thing is thing is clone(net).callbacks[0].thing, name
        if name == "file":
            thing.close()


def test_clones_of_an_estimator_have_the_same_callbacks():
    given = Gather([])
    net = network(given, WeightAveraging())
    assert all(a is b for a, b in zip(clone(net).callbacks, net.callbacks, strict=True))
    assert clone(make_pipeline(net))[0].callbacks[0] is given is clone(given)


def test_specs_and_callbacks_among_the_attributes_are_copied():
    inner, rate = Gather([]), Adam()

    outer = Hold(inner)
    outer.rate, outer.again = rate, inner
    ran = network(outer, inner).fit(X, THREE).callbacks_
    assert ran[0].rate is not rate and ran[0].rate.get_params() == rate.get_params()
    assert ran[0].thing is ran[0].again is ran[1] is not inner
    assert ran[1].out is inner.out


@dataclass(frozen=True)
class Frozen(Callback):
    out: list

    def on_epoch_end(self, progress):
        self.out.append(progress.run.epoch)


def test_a_class_that_lets_nothing_be_assigned(tmp_path):
    out = []
    network(Frozen(out), Checkpoint(tmp_path / "net")).fit(X, THREE)
    assert out == [1, 2, 3]
    assert loaded(tmp_path / "net").callbacks_[0].out == out


def test_callbacks_that_know_each_other():
    one, two = Hold(None), Hold(None)
    one.thing, two.thing = two, one
    ran = network(one, two).fit(X, THREE).callbacks_
    assert ran[0].thing is ran[1] and ran[1].thing is ran[0]


def test_two_fits_at_once_do_not_disturb_each_other():
    out = []
    averaging, given = WeightAveraging(decay=0.9), Gather(out)
    alone = [network(WeightAveraging(decay=0.9), random_state=i).fit(X, THREE) for i in range(4)]
    nets = [network(averaging, given, random_state=i) for i in range(4)]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda net: net.fit(X, THREE), nets))
    for net, other in zip(nets, alone, strict=True):
        assert_array_equal(net.network_.theta, other.network_.theta)
        assert net.callbacks_[1].count == 3
    assert sorted(out) == sorted(given.own) == sorted([1, 2, 3] * 4)


def test_searches_and_ensembles_share_the_list():
    for parallel in ({}, {"n_jobs": 2}):
        out = []
        model = make_pipeline(StandardScaler(), network(Gather(out), Hold(threading.Lock())))
        if parallel:
            with pytest.importorskip("joblib").parallel_config("threading"):
                cross_val_score(model, X, THREE, cv=2, **parallel)
        else:
            cross_val_score(model, X, THREE, cv=2)
        assert sorted(out) == [1, 1, 2, 2, 3, 3]
    out = []
    GridSearchCV(network(Gather(out)), {"alpha": [0.1, 1.0]}, cv=2).fit(X, THREE)
    BaggingClassifier(network(Gather(out)), 2).fit(X, THREE)
    assert len(out) == 5 * 3 + 2 * 3


def test_parts_of_a_search_continue_with_locks_and_lists():
    out = []
    net = network(Gather(out), Hold(threading.Lock()), max_iter=4)
    search = ArchitectureSearchCV(
        net, {"alpha": [0.1, 1.0]}, n_candidates=2, cv=2, min_iter=1, factor=4
    ).fit(X, THREE)
    assert sorted(search.history_["n_epochs"]) == [1, 1, 4]
    assert sorted(out) == sorted([1] * 4 + [2, 3, 4] * 2 + [1, 2, 3, 4])


def test_a_failed_fit_leaves_the_users_callback():
    class Fail(Gather):
        def on_epoch_end(self, progress):
            super().on_epoch_end(progress)
            self.mark = 1
            if progress.run.epoch == 2:
                raise RuntimeError("mine")

    out = []
    given = Fail(out)
    net = network(given)
    before = dict(vars(given))
    with pytest.raises(RuntimeError, match="mine"):
        net.fit(X, THREE)
    assert out == [1, 2], "the gathered entries stay"
    assert vars(given) == before and not hasattr(net, "callbacks_")


# -- resumed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", [None, threading.Lock()], ids=["plain", "lock"])
def test_a_resumed_call_continues_with_state_and_with_the_list(thing):
    out = []
    given, holding = Gather(out), Hold(thing)
    net = network(given, holding, Pause(2)).fit(X, THREE)
    paused = net.callbacks_[0]
    net.set_params(callbacks=[given, holding, Pause(9)]).resume(X, THREE)
    ran = net.callbacks_[0]
    assert (ran.count, ran.epochs, out, given.own) == (3, [1, 2, 3], [1, 2, 3], [1, 2, 3])
    assert (paused.count, paused.epochs) == (2, [1, 2]) and ran is not paused
    assert net.callbacks_[1].thing is thing


def test_state_that_cannot_be_copied_is_shared():
    class Opens(Callback):
        def on_train_begin(self, progress):
            if not progress.resumed:
                self.lock, self.notes = threading.Lock(), []
                self.link = self.notes

        def on_epoch_end(self, progress):
            self.notes.append(progress.run.epoch)

    net = network(Opens(), Pause(2)).fit(X, THREE)
    before = net.callbacks_[0]
    net.set_params(callbacks=[Opens(), Pause(3)]).resume(X, THREE)
    after = net.callbacks_[0]
    assert after.lock is before.lock and before.notes == [1, 2]
    assert after.notes == [1, 2, 3] and after.link is after.notes


class Snap(Callback):
    def on_train_begin(self, progress):
        self.kept = []

    def on_epoch_end(self, progress):
        self.kept.append(progress.snapshot())


def test_snapshots_share_what_is_shared():
    out, lock = [], threading.Lock()
    net = network(Gather(out), Hold(lock), Snap()).fit(X, THREE)
    first = net.callbacks_[2].kept[0]
    assert first.callbacks_[0].epochs == [1] and first.callbacks_[0].out is out
    assert first.callbacks_[1].thing is lock and first.callbacks_[1].last == 1
    first.resume(X, THREE)
    assert_array_equal(first.network_.theta, network().fit(X, THREE).network_.theta)
    assert out == [1, 2, 3, 2, 3]


# -- saved --------------------------------------------------------------------------------------


def test_a_checkpoint_names_what_it_cannot_save(tmp_path):
    path = tmp_path / "net"
    for name, thing in files(tmp_path).items():
        out = []
        net = network(Gather(out), Hold(thing), Checkpoint(path))
        with pytest.raises(
            ValueError, match="callbacks.1..thing, an attribute of Hold,.*__getstate__"
        ):
            net.fit(X, THREE)
        assert not hasattr(net, "network_") and not path.exists() and not out, name
        if name == "file":
            thing.close()


class Starved(Callback):
    def __getstate__(self):
        raise MemoryError("no more")


def test_a_lack_of_memory_is_not_blamed_on_callbacks(tmp_path):
    with pytest.raises(MemoryError, match="no more"):
        network(Starved(), Checkpoint(tmp_path / "net")).fit(X, THREE)


class Breaks(Callback):
    def __getstate__(self):
        raise OSError("its own")


class Late(Callback):
    def on_epoch_end(self, progress):
        self.lock = threading.Lock()


@pytest.mark.parametrize(
    ("callback", "words"),
    [
        (Breaks(), "callbacks.0., an attribute of MLPClassifier, is at fault: OSError: its own"),
        (Late(), "callbacks_.0..lock, an attribute of Late,"),
    ],
    ids=["own __getstate__", "assigned later"],
)
def test_a_checkpoint_names_the_callback(tmp_path, callback, words):
    net = network(callback, Checkpoint(tmp_path / "net"))
    with pytest.raises(ValueError, match=words):
        net.fit(X, THREE)
    assert not hasattr(net, "network_")


class Deletes(Callback):
    """The pattern in Python's own documentation."""

    def __init__(self, lock=None):
        self.lock = lock

    def on_train_begin(self, progress):
        self.stream = threading.Lock()

    def on_epoch_end(self, progress):
        self.stream.acquire()
        self.stream.release()

    def __getstate__(self):
        state = self.__dict__.copy()
        del state["lock"]
        state.pop("stream", None)  # It does not exist before training.
        return state | {"lock": None}


def test_getstate_may_delete(tmp_path):
    path = tmp_path / "net"
    net = network(Deletes(threading.Lock()), Hold(Deletes()), Checkpoint(path), Snap())
    net.callbacks[1].thing.stream = threading.Lock()
    net.set_params(callbacks=[*net.callbacks, Pause(2)]).fit(X, THREE)
    part = loaded(path)
    part.set_params(callbacks=[*part.callbacks[:4], Pause(9)])
    assert_same(part.resume(X, THREE), network().fit(X, THREE))
    net.callbacks_[3].kept[0].resume(X, THREE)
    vars(part.callbacks[0]).pop("lock")
    with pytest.raises(InvalidParameterError, match="__getstate__ left it out of a file"):
        part.fit(X, THREE)


class Forgets(Hold):
    def __getstate__(self):
        state = self.__dict__.copy()
        del state["thing"]
        return state


def test_getstate_of_a_copy_finds_what_it_leaves_out(tmp_path):
    path, lock = tmp_path / "net", threading.Lock()
    network(Forgets(lock), Checkpoint(path), Pause(2)).fit(X, THREE)
    part = loaded(path)
    part.set_params(callbacks=[Forgets(lock), Checkpoint(path), Pause(9)]).resume(X, THREE)
    assert part.callbacks_[0].thing is lock and part.n_iter_ == 3


class Uncopied(Callback):
    def __deepcopy__(self, memo):
        raise RuntimeError("no copies")


def test_a_callback_that_cannot_be_copied_is_shared(tmp_path):
    path = tmp_path / "net"
    network(Uncopied(), Checkpoint(path)).fit(X, THREE)
    assert loaded(path).n_iter_ == 3


def test_what_is_fleeting_is_in_no_copy(tmp_path):
    class Works(Snap):
        fleeting = ("work",)

        def on_train_begin(self, progress):
            super().on_train_begin(progress)
            self.work = threading.Lock()

    net = network(Works(), Checkpoint(tmp_path / "net", every_epochs=9), max_iter=4)
    with pytest.raises(
        ValueError, match="callbacks.0..*Works cannot be found"
    ):  # A class of a function.
        net.fit(X, THREE)
    net = network(Works()).fit(X, THREE)
    first = net.callbacks_[0].kept[0].callbacks_[0]
    assert hasattr(net.callbacks_[0], "work") and not hasattr(first, "work")


def test_getstate_leaves_out_what_cannot_be_saved(tmp_path):
    path, lock = tmp_path / "net", threading.Lock()
    net = network(Spare(lock), Checkpoint(path), max_iter=4, kind=MLPRegressor)
    net.set_params(callbacks=[*net.callbacks, Pause(2)]).fit(X, REAL)
    assert net.callbacks_[0].thing is lock
    part = loaded(path)
    assert part.callbacks[0].thing is None is part.callbacks_[0].thing
    assert "thing=None" in repr(part.callbacks[0])
    part.set_params(callbacks=[Spare(lock), Checkpoint(path), Pause(9)]).resume(X, REAL)
    assert part.callbacks_[0].thing is lock and part.callbacks_[0].last == 4
    assert_same(part, network(max_iter=4, kind=MLPRegressor).fit(X, REAL))


def test_lists_continue_after_a_checkpoint(tmp_path):
    path, out = tmp_path / "net", []
    network(Gather(out), Checkpoint(path), Pause(2)).fit(X, THREE)
    part = loaded(path)
    assert part.callbacks[0].out == [1, 2] and part.callbacks[0].out is part.callbacks_[0].out
    part.set_params(callbacks=[*part.callbacks[:2], Pause(9)]).resume(X, THREE)
    assert part.callbacks[0].out == part.callbacks_[0].epochs == [1, 2, 3] and out == [1, 2]


def test_fitted_networks_with_callbacks_can_be_pickled():
    net = network(Gather([]), Spare(threading.Lock())).fit(X, THREE)
    copy = pickle.loads(pickle.dumps(net))
    assert copy.callbacks_[0].epochs == [1, 2, 3]
    assert copy.callbacks_[0].out is copy.callbacks[0].out


def test_the_callbacks_of_the_package_may_be_used_again(tmp_path):
    given = [WeightAveraging(), Checkpoint(tmp_path / "net"), Pause(3)]
    before = [dict(vars(each)) for each in given]
    one, two = network(*given).fit(X, THREE), network(*given).fit(X, THREE)
    assert_array_equal(one.network_.theta, two.network_.theta)
    assert [vars(each) for each in given] == before
    test = LearningRateRange()
    nets = [network(test, max_iter=30, random_state=seed).fit(X, THREE) for seed in (0, 1)]
    curves = [net.callbacks_[0].losses_ for net in nets]
    assert not hasattr(test, "losses_") and curves[0][0] != curves[1][0]
    again = network(*nets[0].callbacks_, max_iter=30, random_state=1).fit(X, THREE)
    assert_array_equal(again.callbacks_[0].losses_, curves[1])
