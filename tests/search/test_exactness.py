"""Survivors are trained as `fit` would train them, and no epoch is trained twice."""

from functools import cache

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor
from sknn._sklearn import Report
from sknn.callbacks import Pause, WeightAveraging
from sknn.search.fold import Fold
from sknn.search.judge import Judge
from sknn.search.training import train
from tests.checks.runs import assert_same
from tests.estimators.data import REAL, THREE, X
from tests.search.parts import (
    FEW,
    PIPED,
    SPACE,
    Counted,
    CountEpochs,
    CrossFitted,
    assert_same_results,
    network,
    search,
)

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
CASES = {
    "plain": {},
    "cosine": {"learning_rate": "cosine"},
    "plateau": {"learning_rate": "plateau", "n_iter_no_change": 1, "tol": 0.05},
    "noise": {"dropout": 0.2, "normalization": "batch"},
    "early stopping": {"early_stopping": True, "n_iter_no_change": 2, "validation_fraction": 0.3},
    "members": {"n_members": 2, "early_stopping": True},
    "converges": {"tol": 0.05, "n_iter_no_change": 2},
    "average": {"callbacks": [WeightAveraging(kind="swa")]},
}


def scores(found, rows):
    return np.array([found.cv_results_[f"split{k}_test_score"][rows] for k in range(2)])


def question(case, piped):
    """Return a network and what is searched, in a pipeline or not."""
    model = network(batch_size=16, **CASES[case])
    return (make_pipeline(StandardScaler(), model), PIPED) if piped else (model, SPACE)


@cache
def all_trained(case, piped):
    model, space = question(case, piped)
    found = RandomizedSearchCV(model, space, n_iter=6, cv=2, random_state=0, refit=False)
    return found.fit(X, THREE)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("strategy", "piped"), [("halving", True), ("hyperband", False), ("random", True)]
)
def test_survivors_are_those_of_a_search_that_trains_all_to_the_end(case, strategy, piped):
    ours = search(*question(case, piped), strategy=strategy, refit=False).fit(X, THREE)
    theirs = all_trained(case, piped)
    assert ours.cv_results_["params"] == theirs.cv_results_["params"]
    budget = [ours.brackets_[b][r][0] for b, r in zip(*bracket_and_rung(ours), strict=True)]
    last = np.array(budget) == 9
    assert last.any() and last.all() == (strategy == "random")
    assert_array_equal(scores(ours, last), scores(theirs, last))
    assert last[ours.best_index_]


def bracket_and_rung(found):
    return found.cv_results_["bracket"], found.cv_results_["rung"]


@pytest.mark.parametrize("case", CASES)
def test_a_rung_is_a_fit_that_ended_there(case):
    model = network(**CASES[case])
    found = search(model).fit(X, THREE)
    splits = list(StratifiedKFold(2).split(X, THREE))
    known = found.history_
    for row in range(len(known["candidate"])):
        epochs = found.brackets_[0][known["rung"][row]][0]
        params = found.cv_results_["params"][known["candidate"][row]]
        fresh = clone(model).set_params(**params)
        fresh.set_params(callbacks=[*(model.callbacks or []), Pause(epochs)])
        alone = [fresh.fit(X[a], THREE[a]).score(X[b], THREE[b]) for a, b in splits]
        assert known["mean_test_score"][row] == np.mean(alone)
        assert known["n_epochs"][row] <= epochs


@pytest.mark.parametrize("case", CASES)
def test_parts_of_the_work_are_the_whole(case):
    model = network(MLPRegressor, **CASES[case])
    fold = Fold(X, REAL, np.arange(40), np.arange(40, 60), {}, {})
    judge = Judge(lambda net, X, y: net.score(X, y), "raise", False)
    whole = clone(model).set_params(callbacks=[*(model.callbacks or []), Pause(7)])
    whole.fit(X[:40], REAL[:40])
    (first,) = train([model], fold, None, 3, judge, [Report()])
    if first.network is None:
        return
    (again,) = train([model], fold, None, 3, judge, [Report()])
    assert_same(first.network, again.network)
    assert not hasattr(model, "network_"), "returned objects do not change"
    ends = [
        train([each.network], fold, None, 7, judge, [Report()])[0] for each in (first, again, first)
    ]
    for end in ends:
        assert end.n_epochs == whole.n_iter_
        assert end.outcome["test_scores"] == whole.score(X[40:], REAL[40:])
    if ends[0].network is not None:
        assert_same(ends[0].network, whole)
        assert_same(ends[0].network, ends[2].network)
    assert first.network.n_iter_ == 3


@pytest.mark.parametrize("strategy", ["halving", "hyperband", "random"])
def test_no_epoch_is_trained_twice(strategy):
    CountEpochs.epochs = 0
    found = search(network(callbacks=[CountEpochs()]), strategy=strategy, refit=False)
    found.fit(X, THREE)
    assert CountEpochs.epochs == 2 * found.cv_results_["n_epochs"].sum()
    assert found.cv_results_["n_epochs"].max() == 9


def test_the_best_is_fitted_as_fit_would():
    found = search(network(learning_rate="cosine")).fit(X, THREE)
    alone = network(learning_rate="cosine").set_params(**found.best_params_).fit(X, THREE)
    assert_array_equal(found.best_estimator_.network_.theta, alone.network_.theta)
    assert found.best_estimator_.n_iter_ == 9
    assert found.best_estimator_.callbacks is None


def test_max_iter_is_the_horizon():
    ours = search(network(learning_rate="cosine", max_iter=100), max_iter=9).fit(X, THREE)
    other = search(network(learning_rate="cosine")).fit(X, THREE)
    assert_same_results(ours, other)
    assert ours.best_estimator_.max_iter == 9 and ours.estimator.max_iter == 100


def test_steps_before_the_network_are_fitted_once_per_split():
    Counted.fits = 0
    search(make_pipeline(Counted(), network()), PIPED, refit=False).fit(X, THREE)
    assert Counted.fits == 2
    space = PIPED | {"counted__factor": [0.5, 1.0]}
    Counted.fits = 0
    found = search(make_pipeline(Counted(), network()), space, refit=False).fit(X, THREE)
    factors = {params["counted__factor"] for params in found.cv_results_["params"]}
    assert Counted.fits == 2 * len(factors) == 4


@pytest.mark.parametrize("inner", [CrossFitted(), make_pipeline(CrossFitted(), StandardScaler())])
def test_rows_are_those_that_fit_transform_returns(inner):
    model = make_pipeline(inner, make_pipeline(StandardScaler(with_std=False), network()))
    space = {f"pipeline__{name}": values for name, values in PIPED.items()}
    if "pipeline-1" in model.named_steps:
        space = {name.replace("pipeline", "pipeline-2", 1): each for name, each in space.items()}
    ours = search(model, space, strategy="random", n_candidates=3).fit(X, THREE)
    theirs = RandomizedSearchCV(model, space, n_iter=3, cv=2, random_state=0).fit(X, THREE)
    assert_array_equal(scores(ours, slice(None)), scores(theirs, slice(None)))
    assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))


def test_lbfgs_is_trained_to_the_end_at_once():
    space = {"solver": ["lbfgs", "adam"], "alpha": [0.1, 1.0, 2.0]}
    found = search(MLPClassifier((3,), max_iter=9, random_state=0), space).fit(X, THREE)
    full_batch = np.array([each["solver"] == "lbfgs" for each in found.cv_results_["params"]])
    assert (found.cv_results_["n_epochs"][full_batch] > 5).all()
    assert (found.cv_results_["n_epochs"][~full_batch] <= 9).all()


@pytest.mark.parametrize("options", [{"strategy": "halving"}, {"strategy": "hyperband"}])
def test_processes_find_the_same(options):
    alone = search(**options).fit(X, THREE)
    assert_same_results(alone, search(**options, n_jobs=2).fit(X, THREE))


def test_candidates_are_those_of_a_random_search():
    drawn = search(n_candidates=20).fit(X, THREE).cv_results_["params"]
    theirs = RandomizedSearchCV(network(), SPACE, n_iter=20, cv=FEW["cv"], random_state=0)
    assert drawn == theirs.fit(X, THREE).cv_results_["params"]
