"""Loss curves of all candidates are those of each network alone, and are optional."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor
from sknn.exceptions import InvalidParameterError
from sknn.inspection import LossCurveDisplay
from sknn.search import ArchitectureSearchCV, GridSearchCV, RandomizedSearchCV

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.random((60, 4))
Y = (X[:, 0] > 0.5).astype(int)
GRID = {"alpha": [0.01, 1.0]}
CV = KFold(3)
NET = MLPClassifier((3,), max_iter=4, random_state=0)


def keeping(model=NET, grid=GRID, kind=GridSearchCV, **options):
    return kind(model, grid, cv=CV, return_loss_curves=True, **options).fit(X, Y)


@pytest.mark.bits
@pytest.mark.parametrize("stops", [False, True], ids=["", "early_stopping"])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_they_are_those_of_each_network_alone(stops, n_jobs):
    model = clone(NET).set_params(early_stopping=stops)
    search = keeping(model, n_jobs=n_jobs, refit=False)
    assert len(search.loss_curves_) == 2
    for params, curves in zip(search.cv_results_["params"], search.loss_curves_, strict=True):
        assert curves["epoch"].tolist() == [1, 2, 3, 4]
        assert ("validation_loss" in curves) == stops
        for split, (rows, _) in enumerate(CV.split(X)):
            history = clone(model).set_params(**params).fit(X[rows], Y[rows]).history_
            for name in curves.keys() - {"epoch"}:
                assert_array_equal(curves[name][split], history[name].astype(np.float32))


def test_splits_that_stop_first_end_in_nan():
    model = clone(NET).set_params(max_iter=300, n_iter_no_change=2, tol=1e-3, batch_size=10)
    search = keeping(model, refit=False)
    for curves in search.loss_curves_:
        lengths = np.isfinite(curves["loss"]).sum(axis=1)
        assert len(curves["epoch"]) == lengths.max() and len(set(lengths)) > 1


@pytest.mark.bits
def test_they_change_nothing_and_are_kept_only_where_requested():
    plain = GridSearchCV(NET, GRID, cv=CV).fit(X, Y)
    search = keeping()
    assert not hasattr(plain, "loss_curves_")
    assert search.cv_results_.keys() == plain.cv_results_.keys()
    scores = "mean_test_score"
    assert_array_equal(search.cv_results_[scores], plain.cv_results_[scores])
    search.set_params(return_loss_curves=False).fit(X, Y)
    assert not hasattr(search, "loss_curves_")
    assert pickle.loads(pickle.dumps(keeping())).loss_curves_[0]["epoch"].tolist() == [1, 2, 3, 4]


def test_a_pipeline_and_a_random_search():
    model = make_pipeline(StandardScaler(), NET)
    draws = {"mlpclassifier__alpha": [0.01, 0.1, 1.0]}
    search = keeping(model, draws, RandomizedSearchCV, n_iter=2, random_state=0)
    assert [each["loss"].shape for each in search.loss_curves_] == [(3, 4)] * 2


@pytest.mark.bits
def test_an_architecture_search_has_them_up_to_the_last_rung():
    space = {"learning_rate_init": [0.001, 0.01, 0.1], "hidden_layer_sizes": [2, 3]}
    options = {"n_candidates": 5, "factor": 3, "max_iter": 9, "random_state": 0}
    search = keeping(NET, space, ArchitectureSearchCV, **options)
    lengths = [len(each["epoch"]) for each in search.loss_curves_]
    assert lengths == search.cv_results_["n_epochs"].tolist() and len(set(lengths)) > 1
    best = search.loss_curves_[search.best_index_]
    rows, _ = next(CV.split(X))
    alone = clone(NET).set_params(max_iter=9, **search.best_params_).fit(X[rows], Y[rows])
    assert_array_equal(best["loss"][0], alone.history_["loss"].astype(np.float32))
    plain = ArchitectureSearchCV(NET, space, cv=CV, **options).fit(X, Y)
    assert not hasattr(plain, "loss_curves_")


@pytest.mark.parametrize("kind", [GridSearchCV, ArchitectureSearchCV])
def test_failed_candidates_have_none(kind):
    options = {"n_candidates": 2, "random_state": 0} if kind is ArchitectureSearchCV else {}
    with pytest.warns(Warning):
        search = keeping(NET, {"alpha": [0.01, -1.0]}, kind, **options)
    curves = {
        params["alpha"]: each
        for params, each in zip(search.cv_results_["params"], search.loss_curves_, strict=True)
    }
    assert "loss" not in curves[-1.0] and not len(curves[-1.0]["epoch"])
    assert len(LossCurveDisplay.from_estimator(search).lines_) >= 1


def test_other_estimators_have_none():
    search = keeping(Ridge())
    assert [list(each) for each in search.loss_curves_] == [["epoch"], ["epoch"]]
    with pytest.raises(ValueError, match="GridSearchCV has no losses of its candidates"):
        LossCurveDisplay.from_estimator(search)


@pytest.mark.parametrize("kind", [GridSearchCV, ArchitectureSearchCV])
def test_wrong_values_are_refused(kind):
    with pytest.raises((InvalidParameterError, ValueError), match="return_loss_curves"):
        kind(NET, GRID, return_loss_curves="yes").fit(X, Y)


# -- the picture ------------------------------------------------------------------------------


def test_the_picture_has_all_candidates_and_the_best_on_top():
    search = keeping(grid={"learning_rate_init": [0.1, 0.01, 0.001]})
    display = LossCurveDisplay.from_estimator(search)
    assert [curve.prominent for curve in display.curves] == [False, False, True]
    curves = search.loss_curves_[search.best_index_]
    data = curves["loss"].astype(float) - curves["penalty"]
    assert_allclose(display.lines_[-1].get_ydata(), data.mean(axis=0), rtol=1e-5)
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["other candidates, training", "best, training"]
    named = LossCurveDisplay.from_estimator(search, name="chosen")
    assert named.lines_[-1].get_label() == "chosen, training"


def test_the_validation_loss_is_drawn_where_there_is_one():
    search = keeping(clone(NET).set_params(early_stopping=True))
    display = LossCurveDisplay.from_estimator(search)
    parts = [(curve.prominent, curve.part) for curve in display.curves]
    assert parts[0] == (False, "validation")
    assert parts[1] == (True, "training") and parts[-1] == (True, "validation")


def test_a_split_that_has_stopped_counts_with_its_last_loss():
    search = keeping(refit=False)
    nan = np.nan
    search.loss_curves_ = [
        {"epoch": np.arange(1, 4), "loss": np.array([[4.0, 2.0, nan], [2.0, nan, 1.0], [nan] * 3])}
    ]
    search.best_index_ = 0
    display = LossCurveDisplay.from_estimator(search)
    assert_allclose(display.lines_[0].get_ydata(), [3.0, 2.0, 1.5])


def test_without_a_best_candidate_all_are_thin():
    search = GridSearchCV(
        MLPRegressor(max_iter=2, random_state=0),
        GRID,
        cv=2,
        refit=False,
        scoring=["r2", "neg_max_error"],
        return_loss_curves=True,
    ).fit(X, X[:, 0])
    display = LossCurveDisplay.from_estimator(search)
    assert not any(curve.prominent for curve in display.curves)
