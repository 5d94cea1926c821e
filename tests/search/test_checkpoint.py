"""A search whose process was killed continues, and ends as if nothing had happened."""

import itertools
import signal
import time
from functools import partial
from unittest import mock

import joblib
import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from scipy.stats import loguniform
from sklearn import config_context
from sklearn.base import clone, is_classifier
from sklearn.utils.parallel import delayed

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    DBNClassifier,
    RNNClassifier,
    TabularMLPClassifier,
)
from sknn.callbacks import Callback, WeightAveraging
from sknn.search import ArchitectureSearchCV, GridSearchCV, RandomizedSearchCV, blocks, halving
from sknn.search.checkpoint import SearchCheckpoint
from sknn.search.workers import results
from tests.estimators.data import BINARY, THREE, X
from tests.search.killed import (
    DRAWN,
    GRID,
    MOMENTS,
    NET,
    SEARCHES,
    assert_same,
    at_once,
    fitted,
    killed,
    start,
    whole,
)
from tests.search.parts import Interrupt, interrupt_after, network, search

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "search.sknn"


@pytest.fixture
def trained(monkeypatch):
    """A list to which the number of networks of each trained block is added."""
    sizes = []
    for module, name, count in [
        (halving, "train", len),
        (blocks, "evaluate", lambda block: len(block.networks)),
    ]:
        real = getattr(module, name)

        def counted(block, *args, real=real, count=count):
            found = real(block, *args)
            sizes.append(count(block))
            return found

        monkeypatch.setattr(module, name, counted)
    return sizes


class Died(Exception):
    """Ends a search in these tests if SIGKILL is not necessary."""


def dying(after):
    """Let the next block end the search after this many were trained."""
    real, calls = halving.train, itertools.count()

    def train(*args):
        if next(calls) == after:
            raise Died
        return real(*args)

    return mock.patch.object(halving, "train", train)


# -- after SIGKILL --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 3])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", ["halving", "grid"])
def test_what_was_killed_continues(name, moment, number, path):
    assert killed(name, path, moment, number)
    assert_same(fitted(name, path), whole(name))


@pytest.mark.parametrize("name", ["hyperband", "random", "draws", "others"])
def test_every_search_does(name, path):
    assert killed(name, path, "half a file", 1)
    assert_same(fitted(name, path), whole(name))


@pytest.mark.parametrize("name", ["halving", "draws"])
def test_it_ends_though_it_is_killed_after_every_block(name, path):
    lives = 1
    while killed(name, path, "the file is written", 0):
        lives += 1
        assert lives < 30
    assert lives > 5
    assert_same(fitted(name, path), whole(name))


def _live(name, path):
    with at_once():
        fitted(name, path)


@pytest.mark.slow
@pytest.mark.parametrize("name", SEARCHES)
def test_it_ends_though_it_is_killed_at_any_time(name, path):
    rng, lives = np.random.default_rng(0), itertools.count()
    for _ in range(4):
        path.unlink(missing_ok=True)
        for longest in 0.05 * 1.3 ** np.arange(60):
            next(lives)
            process = start(_live, name, path)
            time.sleep(rng.uniform(0.0, longest))
            process.kill()
            process.join()
            if process.exitcode == 0:
                break
            assert process.exitcode == -signal.SIGKILL
        assert_same(fitted(name, path), whole(name))
    assert next(lives) > 8


# -- what is in the file --------------------------------------------------------------------------

RATES = {"learning_rate_init": [0.001, 0.003, 0.01, 0.03]}
SHORT = {"max_iter": 9, "random_state": 0}
NETWORKS = {
    "plain": network(),
    "plateau": network(learning_rate="plateau", n_iter_no_change=1, tol=0.05),
    "noise": network(dropout=0.2, normalization="batch", batch_size=16),
    "members": network(n_members=2, early_stopping=True),
    "converges": network(tol=0.05, n_iter_no_change=2),
    "average": network(callbacks=[WeightAveraging(kind="swa")]),
    "lbfgs": network(solver="lbfgs"),
    "RandomState": network(random_state=np.random.RandomState(3)),
    "sequences": RNNClassifier(units=3, **SHORT),
    "images": CNNClassifier(filters=(2,), hidden_layer_sizes=(3,), **SHORT),
    "coder": AutoEncoder((3, 2), variational=True, **SHORT),
    "table": TabularMLPClassifier(hidden_layer_sizes=(4,), n_members=2, **SHORT),
    "machine": BernoulliRBM(3, n_iter=9, random_state=0),
    "belief": DBNClassifier((3, 2), pretrain_n_iter=2, **SHORT),
    "adversaries": GAN((4,), (4,), latent_dim=2, **SHORT),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_continue_where_they_were(name, path):
    net = NETWORKS[name]
    space = {"learning_rate": [0.01, 0.03, 0.1]} if name == "machine" else RATES
    if name == "lbfgs":
        space = {"hidden_layer_sizes": [(2,), (3,), (4,), (5,)]}
    rows = (X > 0).astype(float) if name == "machine" else X
    y = THREE if is_classifier(net) else None
    plan = {"n_candidates": len(*space.values()), "factor": 3, "cv": 2, "random_state": 0}
    ours = ArchitectureSearchCV(net, space, **plan, checkpoint=path)
    with at_once(), dying(5), pytest.raises(Died):
        clone(ours).fit(rows, y)
    found, other = ours.fit(rows, y), clone(ours).set_params(checkpoint=None).fit(rows, y)
    for column in found.cv_results_.keys() - {"params", "seconds"}:
        if "time" not in column:
            assert_array_equal(found.cv_results_[column], other.cv_results_[column])
    ends = [each.best_estimator_.network_.theta for each in (found, other)]
    assert_array_equal(*ends)


def test_a_search_that_is_over_trains_nothing_but_the_best(path, trained):
    for name in ("halving", "grid"):
        first = fitted(name, path)
        assert sum(trained) > 10
        trained.clear()
        content = path.read_bytes()
        assert_same(fitted(name, path), first)
        assert trained == [] and path.read_bytes() == content
        path.unlink()


@pytest.fixture
def sizes(path, monkeypatch):
    """A list that gets the size of each file that is written."""
    sizes, write = [], SearchCheckpoint.write

    def measured(self, state):
        write(self, state)
        sizes.append(path.stat().st_size)

    monkeypatch.setattr(SearchCheckpoint, "write", measured)
    return sizes


def test_networks_are_in_the_file_while_they_are_needed(path, sizes):
    wide = {"hidden_layer_sizes": [(300 + i,) for i in range(9)]}
    search(network(), wide, n_candidates=9, refit=False, checkpoint=path).fit(X, THREE)
    network_bytes = 3 * 8 * 300 * (5 + 1 + 3)  # Weights, and two moments of Adam.
    # On each of two splits, three candidates continue, then one, and finally none.
    for size, n_networks in zip(sizes, [6, 2, 0], strict=True):
        assert 0 <= size - n_networks * network_bytes < 20_000 + 4_000 * n_networks


def test_short_blocks_do_not_wait_for_the_disk(path, sizes):
    fitted("halving", path)
    assert len(sizes) == 3  # One at the end of each rung.
    path.unlink()
    with at_once():
        fitted("halving", path)
    assert len(sizes) > 13


@pytest.mark.slow
def test_thousands_of_tiny_networks_have_room_in_a_file(path):
    net, space = network(dropout=0.1), {"alpha": loguniform(0.01, 1.0)}
    plan = {"n_candidates": 900, "cv": 5, "max_iter": 10, "factor": 1.1, "random_state": 0}
    given = ArchitectureSearchCV(net, space, **plan, min_iter=9, refit=False, checkpoint=path)
    with mock.patch.object(halving, "train", _dying_in_the_second_rung), pytest.raises(Died):
        clone(given).fit(X, THREE)
    with mock.patch.object(halving, "train", side_effect=halving.train) as train:
        assert given.fit(X, THREE).brackets_ == [[(9, 900), (10, 819)]]
    assert {call.args[3] for call in train.call_args_list} == {10}


def _dying_in_the_second_rung(networks, fold, lesson, until, *args, real=halving.train):
    if until == 10:
        raise Died
    return real(networks, fold, lesson, until, *args)


# -- draws ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [None, np.random.RandomState(3)], ids=["None", "RandomState"])
@pytest.mark.parametrize("kind", [RandomizedSearchCV, ArchitectureSearchCV])
def test_candidates_are_drawn_once(kind, seed, path):
    def given():
        number = {"n_iter": 5} if kind is RandomizedSearchCV else {"n_candidates": 5}
        return kind(
            NET, DRAWN, cv=2, random_state=clone(seed, safe=False), checkpoint=path, **number
        )

    first = given().fit(X, THREE)
    again = given().fit(X, THREE)
    assert again.random_state is None or seed is not None
    assert_same(first, again)
    path.unlink()
    assert (given().fit(X, THREE).best_params_ == first.best_params_) == (seed is not None)


def test_splits_may_come_from_a_generator(path):
    splits = [(np.arange(40), np.arange(40, 60)), (np.arange(20, 60), np.arange(20))]
    for _ in range(2):
        found = GridSearchCV(NET, GRID, cv=iter(splits), checkpoint=path).fit(X, THREE)
    assert found.n_splits_ == 2


def _sparse(layout):
    rows = sp.coo_array(np.where(X > 0, X, 0)).asformat(layout)

    def use(rows):
        rows.sum(axis=0)
        assert getattr(rows, "has_canonical_format", True)

    return rows, use


def _frame():
    pd = pytest.importorskip("pandas")
    start = pd.Timestamp("2020-01-01")
    columns = {
        "number": X[:, 0],
        "whole": pd.array([None, *range(len(X) - 1)], dtype="Int64"),
        "date": [start + pd.Timedelta(days=day) for day in range(len(X))],
        "level": pd.Categorical(np.where(X[:, 1] > 0, "a", "b")),
        "text": np.where(X[:, 2] > 0, "a", "b"),
    }

    def use(rows):
        assert rows.loc[3].notna().all()
        rows.groupby("whole").number.mean()
        rows.describe()

    return pd.DataFrame(columns), use


USED = {
    **{layout: partial(_sparse, layout) for layout in ("csr", "csc", "coo")},
    "frame": _frame,
}


@pytest.mark.parametrize("kind", USED)
def test_data_are_the_same_though_they_were_used(kind, path):
    """Libraries cache what they have found out about sparse matrices and frames."""
    data, use = USED[kind]()
    network = TabularMLPClassifier(n_members=1) if kind == "frame" else NET
    network = clone(network).set_params(random_state=0)
    first = GridSearchCV(network, {"max_iter": [1, 2]}, cv=2, checkpoint=path).fit(data, BINARY)
    use(data)
    again = clone(first).fit(data, BINARY)
    assert_array_equal(again.cv_results_["mean_test_score"], first.cv_results_["mean_test_score"])


def test_data_in_a_file_are_the_same_data(tmp_path, path):
    np.save(tmp_path / "X.npy", X)
    GridSearchCV(NET, GRID, cv=2, checkpoint=path).fit(X, BINARY)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    assert GridSearchCV(NET, GRID, cv=2, checkpoint=path).fit(mapped, BINARY).n_splits_ == 2


# -- who trains, and how it ends ------------------------------------------------------------------


@pytest.mark.parametrize(
    "backend",
    ["threading"]
    + [pytest.param(name, marks=pytest.mark.slow) for name in ("multiprocessing", "loky")],
)
@pytest.mark.parametrize("name", ["halving", "grid"])
def test_workers_do_not_matter(name, backend, path):
    assert killed(name, path, "the file is written", 1)
    with joblib.parallel_config(backend, n_jobs=2):
        assert_same(fitted(name, path), whole(name))


def test_backends_that_answer_late_get_less_at_a_time():
    with joblib.parallel_config("multiprocessing"):
        done = results([delayed(abs)(-i) for i in range(11)], n_jobs=2)
        assert [next(done), *done] == [*range(11)]


def test_after_ctrl_c_the_same_call_continues(path):
    model = network(callbacks=[Interrupt()])
    other = search(model).fit(X, THREE)
    interrupt_after(14)
    with pytest.warns(UserWarning, match="interrupted"):
        cut = search(model, checkpoint=path).fit(X, THREE)
    assert len(cut.cv_results_["params"]) < 8 and max(cut.history_["rung"]) < 2
    assert_same(search(model, checkpoint=path).fit(X, THREE), other)
    path.unlink()
    interrupt_after(30)
    with pytest.warns(UserWarning, match="interrupted"), pytest.warns(match="non-finite"):
        cut = GridSearchCV(model, GRID, cv=2, checkpoint=path).fit(X, THREE)
    assert np.isnan(cut.cv_results_["mean_test_score"]).any()
    given = GridSearchCV(model, GRID, cv=2)
    assert_same(clone(given).set_params(checkpoint=path).fit(X, THREE), given.fit(X, THREE))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores")
@pytest.mark.parametrize("kind", [GridSearchCV, ArchitectureSearchCV])
def test_candidates_that_fail_stay_failed(kind, path, trained):
    space = {"alpha": [0.1, -1.0, 1.0]}
    more = {"n_candidates": 3, "random_state": 0} if kind is ArchitectureSearchCV else {}
    for _ in range(2):
        found = kind(NET, space, cv=2, checkpoint=path, **more).fit(X, THREE)
        assert np.isnan(found.cv_results_["mean_test_score"]).sum() == 1
    with pytest.raises(ValueError, match="error_score"):
        kind(NET, space, cv=2, checkpoint=path, error_score="raise", **more).fit(X, THREE)


class Twice(GridSearchCV):
    """Goes through a grid in two rounds."""

    def _run_search(self, evaluate_candidates, **context):
        for alpha in (0.1, 1.0):
            evaluate_candidates([{"alpha": alpha}, {"alpha": 2 * alpha}])


def test_a_search_of_several_rounds(path, trained):
    other = Twice(NET, {}, cv=2).fit(X, THREE)
    trained.clear()
    with pytest.raises(Died), mock.patch.object(blocks, "evaluate", _second_dies()):
        Twice(NET, {}, cv=2, checkpoint=path).fit(X, THREE)
    assert_same(Twice(NET, {}, cv=2, checkpoint=path).fit(X, THREE), other)
    assert sum(trained) == 8  # No network twice.


def _second_dies():
    real, calls = blocks.evaluate, itertools.count()

    def evaluate(*args):
        if next(calls) == 2:
            raise Died
        return real(*args)

    return evaluate


def test_searches_with_weights_and_routed_metadata_continue_too(path):
    weight = np.linspace(0.1, 2.0, len(X))
    with config_context(enable_metadata_routing=True):
        model = network().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        other = search(model).fit(X, THREE, sample_weight=weight)
        with at_once(), dying(4), pytest.raises(Died):
            search(model, checkpoint=path).fit(X, THREE, sample_weight=weight)
        assert_same(search(model, checkpoint=path).fit(X, THREE, sample_weight=weight), other)


class Mine(Callback):
    """A user-defined class."""

    def on_train_begin(self, progress):
        self.known = Odd()


class Odd:
    """An object that nobody would recognize as part of a search."""


def test_classes_of_the_search_itself_are_trusted(path):
    model = network(callbacks=[Noted()])
    other = search(model).fit(X, THREE)
    with at_once(), dying(8), pytest.raises(Died):
        search(model, checkpoint=path).fit(X, THREE)
    assert_same(search(model, checkpoint=path).fit(X, THREE), other)


class Noted(Callback):
    """A user-defined class that holds what a file can hold."""

    def on_train_begin(self, progress):
        self.began = True


def test_what_could_not_be_read_again_is_not_written(path):
    with pytest.raises(ValueError, match=r"hold tests\.search\.test_checkpoint\.Odd"):
        search(network(callbacks=[Mine()]), checkpoint=path).fit(X, THREE)
    assert not path.exists()
