"""Bars of fits, searches, and streams: what they count, and that they are closed."""

import copy
import pickle
import sys

import numpy as np
import pytest
import sklearn.model_selection
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sknn
from sknn.callbacks import Callback, Checkpoint, Pause, ProgressBar
from sknn.exceptions import InvalidParameterError
from sknn.search import (
    ArchitectureSearchCV,
    GridSearchCV,
    RandomizedSearchCV,
    blocks,
    cross_val_score,
    cross_validate,
)
from sknn.streams import fit_blocks

tqdm_auto = pytest.importorskip("tqdm.auto")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.random((60, 4))
Y = (X[:, 0] > 0.5).astype(int)
GRID = {"alpha": [0.01, 0.1]}
PARTS = [(X[:20], Y[:20]), (X[20:40], Y[20:40]), (X[40:], Y[40:])]


@pytest.fixture
def bars(monkeypatch):
    """All bars that were opened, in order."""
    opened = []

    class Kept(tqdm_auto.tqdm):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.closings = 0
            opened.append(self)

        def close(self):
            self.closings = getattr(self, "closings", 0) + 1
            super().close()

    monkeypatch.setattr(tqdm_auto, "tqdm", Kept)
    yield opened
    assert all(bar.closings for bar in opened)
    assert not tqdm_auto.tqdm._instances


def counts(bars):
    return [(bar.unit.strip(), bar.n, bar.total) for bar in bars]


def net(*callbacks, **more):
    settings = {"max_iter": 4, "random_state": 0, "callbacks": [ProgressBar(), *callbacks]}
    return sknn.MLPClassifier((3,), **settings | more)


class Fails(Callback):
    def __init__(self, error):
        self.error = error

    def on_epoch_end(self, progress):
        if progress.run.epoch == 2:
            raise self.error


# -- fits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "network",
    [
        net(),
        net(n_members=3),
        net(solver="lbfgs"),
        sknn.RNNClassifier((2,), max_iter=4, random_state=0, callbacks=[ProgressBar()]),
        sknn.TabularMLPClassifier(
            max_iter=4, n_members=2, random_state=0, callbacks=[ProgressBar()]
        ),
        sknn.BernoulliRBM(2, n_iter=4, random_state=0, callbacks=[ProgressBar()]),
        sknn.GAN(max_iter=4, random_state=0, callbacks=[ProgressBar()]),
    ],
    ids=["plain", "members", "lbfgs", "recurrence", "table", "boltzmann", "gan"],
)
def test_a_fit_counts_its_epochs(network, bars):
    network.fit(X) if isinstance(network, (sknn.BernoulliRBM, sknn.GAN)) else network.fit(X, Y)
    assert counts(bars) == [("epoch", 4, 4)]
    assert "loss=" in bars[0].postfix
    pickle.dumps(network)
    copy.deepcopy(network)


@pytest.mark.bits
def test_the_bar_changes_nothing(bars):
    theta = net().fit(X, Y).network_.theta
    assert_array_equal(theta, net(callbacks=None).fit(X, Y).network_.theta)


def test_it_is_drawn_on_standard_error(capsys):
    net().fit(X, Y)
    told = capsys.readouterr()
    assert "4/4" in told.err and "loss=" in told.err and not told.out


def test_programs_without_standard_error_train_without_a_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert net(stop_below=10.0).fit(X, Y).stop_reason_ == "stop_below"


def test_a_bar_may_vanish(bars):
    net(callbacks=[ProgressBar(leave=False)]).fit(X, Y)
    assert bars[0].leave is False
    with pytest.raises(InvalidParameterError, match="leave"):
        net(callbacks=[ProgressBar(leave="no")]).fit(X, Y)


def test_members_in_turn_have_a_bar_each(bars):
    net(solver="lbfgs", n_members=2).fit(X, Y)
    assert [bar.desc.removesuffix(": ") for bar in bars] == ["member 1/2", "member 2/2"]


def test_training_that_ends_early_is_done(bars):
    net(stop_below=10.0).fit(X, Y)
    assert counts(bars) == [("epoch", 1, 1)]
    assert bars[0].postfix.endswith(", stop_below")


def test_training_that_ends_before_its_first_epoch_has_no_losses_to_show(bars):
    network = sknn.MLPRegressor(
        hidden_layer_sizes=(2,), solver="lbfgs", alpha=0, warm_start=True, random_state=0
    ).fit(0 * X, 0 * Y)
    network.set_params(callbacks=[ProgressBar()]).fit(0 * X, 0 * Y)
    assert bars[0].total == 0 and bars[0].postfix == "converged"


def test_a_resumed_fit_counts_on(bars):
    paused = net(Pause(1)).fit(X, Y)
    paused.set_params(callbacks=[ProgressBar()]).resume(X, Y)
    assert counts(bars) == [("epoch", 1, 1), ("epoch", 4, 4)]
    assert bars[1].initial == 1


def test_later_calls_count_their_own_epochs(bars):
    network = net(warm_start=True).fit(X, Y)
    network.fit(X, Y)
    assert counts(bars) == [("epoch", 4, 4)] * 2


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_an_error_closes_the_bar(solver, bars):
    network = net(Fails(MemoryError("no more")), solver=solver)
    with pytest.raises(MemoryError, match="no more"):
        network.fit(X, Y)
    assert counts(bars) == [("epoch", 2, 4)]
    assert not hasattr(network, "network_")


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_interrupts_close_the_bar(solver, bars):
    with pytest.warns(UserWarning, match="interrupted"):
        net(Fails(KeyboardInterrupt()), solver=solver).fit(X, Y)
    assert counts(bars)[0][2] == 4


def test_an_error_is_reported_to_callbacks_that_hold_something_open():
    class Holds(Callback):
        def __init__(self, told):
            self.told = told

        def on_train_begin(self, progress):
            self.told.append("open")

        def on_train_end(self, progress):
            self.told.append("end")

        def on_train_error(self, progress):
            self.told.append("error")

    told = []
    with pytest.raises(MemoryError):
        net(Holds(told), Fails(MemoryError())).fit(X, Y)
    assert told == ["open", "error"]
    told.clear()
    net(Holds(told)).fit(X, Y)
    assert told == ["open", "end"]


def test_clones_share_it_and_checkpoints_keep_it(bars, tmp_path):
    network = net(Checkpoint(tmp_path / "net"))
    assert clone(network).callbacks[0] is network.callbacks[0]
    network.fit(X, Y)
    loaded = Checkpoint.load(tmp_path / "net")
    assert isinstance(loaded.callbacks[0], ProgressBar)


def test_without_tqdm_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    for call in (
        lambda: net().fit(X, Y),
        lambda: GridSearchCV(net(), GRID, cv=2).fit(X, Y),
        lambda: ArchitectureSearchCV(net(), GRID, n_candidates=2, cv=2).fit(X, Y),
        lambda: fit_blocks(net(), PARTS, classes=[0, 1]),
    ):
        with pytest.raises(ImportError, match=r'the extra "progress" of sknn: pip install tqdm'):
            call()


# -- searches ---------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [False, True], ids=["", "pipeline"])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_search_has_one_bar_and_the_refit_another(steps, n_jobs, bars):
    model, grid = net(), GRID
    if steps:
        model = make_pipeline(StandardScaler(), model)
        grid = {"mlpclassifier__alpha": GRID["alpha"]}
    with parallel_config("threading"):
        search = GridSearchCV(model, grid, cv=3, n_jobs=n_jobs).fit(X, Y)
    assert counts(bars) == [("fit", 6, 6), ("epoch", 4, 4)]
    own = search.best_estimator_[-1] if steps else search.best_estimator_
    assert isinstance(own.callbacks[0], ProgressBar)


@pytest.mark.bits
def test_networks_are_trained_in_blocks_under_a_bar(bars, monkeypatch):
    sizes = []

    def counted(block, judge):
        sizes.append(len(block.networks))
        return evaluate(block, judge)

    evaluate = blocks.evaluate
    monkeypatch.setattr(blocks, "evaluate", counted)
    search = GridSearchCV(net(), GRID, cv=2, refit=False).fit(X, Y)
    assert sizes == [2, 2]
    plain = GridSearchCV(net(callbacks=None), GRID, cv=2, refit=False).fit(X, Y)
    scores = [each.cv_results_["mean_test_score"] for each in (search, plain)]
    assert_array_equal(*scores)


def test_every_search_and_cross_validation(bars):
    RandomizedSearchCV(net(), GRID, n_iter=2, cv=2, refit=False).fit(X, Y)
    cross_validate(net(), X, Y, cv=2)
    cross_val_score(net(), X, Y, cv=3)
    assert counts(bars) == [("fit", 4, 4), ("fit", 2, 2), ("fit", 3, 3)]


def test_a_search_in_a_cross_validation_shows_the_outer_bar_alone(bars):
    cross_validate(GridSearchCV(net(), GRID, cv=2), X, Y, cv=2)
    assert counts(bars) == [("fit", 2, 2)]


def test_estimators_around_a_network(bars):
    network = sknn.MLPRegressor(max_iter=2, random_state=0, callbacks=[ProgressBar()])
    target = TransformedTargetRegressor(network, transformer=StandardScaler())
    cross_validate(target, X, X[:, 0], cv=2)
    cross_validate(LogisticRegression(), X, Y, cv=2)
    assert counts(bars) == [("fit", 2, 2)]


@pytest.mark.parametrize("strategy", ["halving", "random", "hyperband"])
def test_an_architecture_search_counts_the_epochs_of_all_networks(strategy, bars):
    space = {"alpha": [0.01, 0.1, 1.0], "learning_rate_init": [0.001, 0.01, 0.1]}
    options = {"n_candidates": 9, "factor": 3, "cv": 2, "random_state": 0, "max_iter": 9}
    search = ArchitectureSearchCV(
        net(n_iter_no_change=100), space, strategy=strategy, **options
    ).fit(X, Y)
    epochs = int(search.cv_results_["n_epochs"].sum() * 2)
    assert counts(bars) == [("epoch", epochs, epochs), ("epoch", 9, 9)]


def test_networks_that_stop_or_fail_are_done(bars):
    space = {"alpha": [0.01, -1.0, 0.1]}
    options = {"n_candidates": 3, "factor": 3, "cv": 2, "random_state": 0, "max_iter": 9}
    with pytest.warns(FitFailedWarning), pytest.warns(UserWarning, match="non-finite"):
        ArchitectureSearchCV(net(stop_below=10.0), space, refit=False, **options).fit(X, Y)
    assert bars[0].n == bars[0].total


def test_an_error_of_a_search_closes_its_bar(bars):
    model = net(Fails(MemoryError("no more")))
    for search in (
        GridSearchCV(model, GRID, cv=2, error_score="raise"),
        ArchitectureSearchCV(model, GRID, n_candidates=2, cv=2, error_score="raise"),
    ):
        with pytest.raises(MemoryError, match="no more"):
            search.fit(X, Y)
    assert all(bar.n < bar.total for bar in bars)


def test_searches_of_scikit_learn_show_each_fit(bars):
    sklearn.model_selection.GridSearchCV(net(), GRID, cv=2).fit(X, Y)
    assert counts(bars) == [("epoch", 4, 4)] * 5


@pytest.mark.slow
def test_other_processes_show_nothing(capfd):
    with parallel_config("loky", n_jobs=2):
        sklearn.model_selection.cross_validate(net(), X, Y, cv=2)
    assert "epoch" not in capfd.readouterr().err


# -- streams ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("together", "unit", "n"), [(1, "block", 6), (2, "round", 4)])
def test_a_stream_counts_blocks_or_rounds(together, unit, n, bars):
    fit_blocks(net(), PARTS, epochs=2, together=together, classes=[0, 1])
    assert counts(bars) == [(unit, n, n)]
    assert "rows per second, loss=" in bars[0].postfix


def test_a_stream_without_an_end(bars):
    class Endless:
        def __iter__(self):
            return iter(PARTS)

    fit_blocks(net(), Endless(), classes=[0, 1])
    assert counts(bars) == [("block", 3, None)]


def test_a_resumed_stream_counts_on(bars):
    network = net(Fails(KeyboardInterrupt()))
    with pytest.warns(UserWarning, match="interrupted"):
        fit_blocks(network, PARTS, epochs=2, classes=[0, 1])
    network.set_params(callbacks=[ProgressBar()])
    fit_blocks(network, PARTS, epochs=2, classes=[0, 1], resume=True)
    assert counts(bars) == [("block", 2, 6), ("block", 6, 6)]
    assert bars[1].initial == 2


def test_an_error_in_a_block_closes_the_bar(bars):
    with pytest.raises(ValueError):
        fit_blocks(net(), [*PARTS, (X[:, :2], Y)], classes=[0, 1])
    assert counts(bars) == [("block", 3, 4)]


def test_full_batches_count_iterations(bars):
    fit_blocks(net(solver="lbfgs"), PARTS, classes=[0, 1])
    assert counts(bars) == [("epoch", 4, 4)]


def test_calls_of_partial_fit_show_nothing(bars):
    net().partial_fit(X, Y, classes=[0, 1])
    assert not bars


def test_a_plain_bar_shows_rows_loss_and_time_left(capsys):
    fit_blocks(net(callbacks=None), PARTS, classes=[0, 1], verbose=True)
    lines = capsys.readouterr().err.split("\r")[1:]
    assert [line.partition(" rows")[0].partition(", ")[0] for line in lines] == [
        f"[{'#' * 10 * i}{'.' * (30 - 10 * i)}] round {i}/3" for i in (1, 2, 3)
    ]
    assert "rows per second, loss=" in lines[0] and "s left" in lines[0]
    assert "left" not in lines[2]
