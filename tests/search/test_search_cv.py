"""The contract of scikit-learn's searches: results, scoring, splitters, metadata, errors."""

import pickle
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import loguniform
from sklearn import config_context
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    RandomizedSearchCV,
    ShuffleSplit,
    cross_val_score,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import AutoEncoder, GaussianRBM, MLPClassifier, MLPRegressor, TabularMLPClassifier
from sknn._sklearn import HAS_CALLBACKS
from sknn.callbacks import Pause
from sknn.exceptions import InvalidParameterError
from sknn.search import ArchitectureSearchCV, LayerSizes
from tests.estimators.data import BINARY, REAL, THREE, TWO_REAL, X
from tests.search.parts import (
    PIPED,
    SPACE,
    Interrupt,
    assert_same_results,
    index_of_first,
    interrupt_after,
    network,
    search,
    two_scores,
)

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
PLAN = 2 * np.array([6 * 1, 2 * 2, 1 * 6])  # epochs of all networks in the three rungs


def test_columns_are_those_of_a_grid_search_and_more():
    ours = search(return_train_score=True).fit(X, THREE).cv_results_
    grid = GridSearchCV(network(max_iter=1), SPACE, cv=2, return_train_score=True)
    theirs = grid.fit(X, THREE).cv_results_
    assert set(ours) - set(theirs) == {"bracket", "rung", "n_epochs", "seconds"}
    assert set(theirs) <= set(ours)
    assert all(len(values) == 6 for values in ours.values())
    total = 2 * (ours["mean_fit_time"] + ours["mean_score_time"])
    assert_allclose(ours["seconds"], total)


def test_ranks_and_history():
    found = search().fit(X, THREE)
    table, past = found.cv_results_, found.history_
    assert found.brackets_ == [[(1, 6), (3, 2), (9, 1)]]
    assert sorted(table["rung"]) == [0, 0, 0, 0, 1, 2]
    assert found.best_index_ == table["rank_test_score"].argmin() == table["rung"].argmax()
    assert found.best_score_ == table["mean_test_score"][found.best_index_]
    assert found.best_params_ == table["params"][found.best_index_]
    assert len(past["candidate"]) == 9
    for rung, count in enumerate([6, 2, 1]):
        here = past["rung"] == rung
        assert here.sum() == count
        if rung < 2:
            best = past["candidate"][here][
                np.argsort(-past["mean_test_score"][here], kind="stable")
            ]
            after = past["candidate"][past["rung"] == rung + 1]
            assert set(after) == set(best[: len(after)])


def test_what_the_best_can_do():
    found = search().fit(X, THREE)
    best = found.best_estimator_
    for name in ("predict", "predict_proba", "predict_log_proba", "decision_function", "transform"):
        assert_array_equal(getattr(found, name)(X), getattr(best, name)(X))
    assert found.score(X, THREE) == best.score(X, THREE)
    assert_array_equal(found.classes_, [0, 1, 2])
    assert found.n_features_in_ == 5 and is_classifier(found)
    assert_array_equal(pickle.loads(pickle.dumps(found)).predict(X), found.predict(X))


def test_a_regressor_and_a_frame():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcde"))
    found = search(network(MLPRegressor), refit=True).fit(frame, REAL)
    assert is_regressor(found) and not hasattr(found, "predict_proba")
    assert list(found.feature_names_in_) == list("abcde")
    assert_same_results(found, search(network(MLPRegressor)).fit(X, REAL))
    assert search(network(MLPRegressor)).fit(sp.csr_array(X), TWO_REAL).predict(X).shape == (60, 2)


def test_without_refit():
    found = search(refit=False).fit(X, THREE)
    assert not hasattr(found, "best_estimator_") and found.best_params_
    with pytest.raises(AttributeError, match="has no attribute 'predict'"):
        found.predict(X)
    with pytest.raises(NotFittedError):
        search().predict(X)


def test_parameters_and_clones():
    found = search(factor=2, min_iter=2)
    assert clone(found).get_params()["factor"] == 2
    found.set_params(estimator__alpha=0.5)
    assert found.estimator.alpha == 0.5 and not hasattr(clone(found.fit(X, THREE)), "cv_results_")


def test_nested_in_cross_validation():
    scores = cross_val_score(search(n_candidates=3), X, BINARY, cv=2)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize(
    "scoring",
    [["accuracy", "neg_log_loss"], {"neg_log_loss": "neg_log_loss", "accuracy": "accuracy"}],
    ids=str,
)
def test_several_metrics(scoring):
    found = search(scoring=scoring, refit="neg_log_loss").fit(X, THREE)
    single = search(scoring="neg_log_loss").fit(X, THREE)
    assert found.multimetric_ and not single.multimetric_
    assert found.best_params_ == single.best_params_
    assert found.best_score_ == single.best_score_
    assert {"mean_test_accuracy", "rank_test_neg_log_loss"} <= set(found.cv_results_)
    assert "mean_test_accuracy" in found.history_
    assert found.score(X, THREE) == single.score(X, THREE)
    with pytest.raises(ValueError, match="refit must be set to a scorer key"):
        search(scoring=scoring).fit(X, THREE)


def test_a_callable_that_gives_several_figures():
    found = search(scoring=two_scores, refit="right").fit(X, THREE)
    assert found.best_params_ == search(scoring="accuracy").fit(X, THREE).best_params_
    none = search(scoring=two_scores, refit=False).fit(X, THREE)
    assert not hasattr(none, "best_index_")


def test_a_callable_that_chooses():
    found = search(refit=index_of_first).fit(X, THREE)
    assert found.best_index_ == 0 and not hasattr(found, "best_score_")
    assert found.best_params_ == found.cv_results_["params"][0]


def test_splitters_and_groups():
    groups = np.arange(60) % 4
    found = search(cv=GroupKFold(3)).fit(X, THREE, groups=groups)
    theirs = RandomizedSearchCV(network(), SPACE, n_iter=6, cv=GroupKFold(3), random_state=0)
    theirs.fit(X, THREE, groups=groups)
    best = found.best_index_
    assert found.n_splits_ == 3
    for split in range(3):
        name = f"split{split}_test_score"
        assert found.cv_results_[name][best] == theirs.cv_results_[name][best]
    assert search(cv=ShuffleSplit(2)).fit(X, THREE).n_splits_ == 2
    assert search(cv=[(np.arange(30), np.arange(30, 60))]).fit(X, THREE).n_splits_ == 1


@pytest.mark.parametrize("piped", [False, True])
def test_sample_weights(piped):
    weight = np.linspace(0.1, 3.0, 60)
    space = PIPED if piped else SPACE
    model = make_pipeline(StandardScaler(), network()) if piped else network()
    name = "mlpclassifier__sample_weight" if piped else "sample_weight"
    found = search(model, space).fit(X, THREE, **{name: weight})
    theirs = RandomizedSearchCV(model, space, n_iter=6, cv=2, random_state=0)
    theirs.fit(X, THREE, **{name: weight})
    best = found.best_index_
    both = [each.cv_results_["split0_test_score"][best] for each in (found, theirs)]
    assert both[0] == both[1]
    plain = search(model, space).fit(X, THREE)
    assert found.history_["mean_test_score"].tolist() != plain.history_["mean_test_score"].tolist()


def test_metadata_routing():
    weight = np.linspace(0.1, 3.0, 60)
    with config_context(enable_metadata_routing=True):
        net = network().set_fit_request(sample_weight=True)
        scorer = make_scorer(accuracy_score).set_score_request(sample_weight=True)
        for model, space in ((net, SPACE), (make_pipeline(StandardScaler(), net), PIPED)):
            if space is PIPED:
                model[0].set_fit_request(sample_weight=False)
            found = search(model, space, scoring=scorer).fit(X, THREE, sample_weight=weight)
            theirs = RandomizedSearchCV(
                model, space, n_iter=6, cv=2, random_state=0, scoring=scorer
            ).fit(X, THREE, sample_weight=weight)
            best = found.best_index_
            both = [each.cv_results_["mean_test_score"][best] for each in (found, theirs)]
            assert both[0] == both[1]
        with pytest.raises(TypeError, match="unexpected argument"):
            search().fit(X, THREE, nothing=weight)


def test_validation_rows_pass_through_a_pipeline():
    net = network(early_stopping=True, n_iter_no_change=2)
    with config_context(enable_metadata_routing=True):
        net.set_fit_request(X_val=True, y_val=True)
        model = make_pipeline(StandardScaler(), net, transform_input=["X_val"])
        found = search(model, PIPED).fit(X, THREE, X_val=X[:20] + 0.1, y_val=THREE[:20])
    assert found.best_estimator_[-1].validation_scores_


# -- errors -------------------------------------------------------------------------------------

BAD = {"alpha": [0.1, "junk"], "learning_rate_init": [0.01, 0.1, 0.2]}


def test_candidates_that_fail():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with pytest.warns(FitFailedWarning, match="6 fits failed"):
            found = search(space=BAD).fit(X, THREE)
        bad = np.array([params["alpha"] == "junk" for params in found.cv_results_["params"]])
        assert_array_equal(np.isnan(found.cv_results_["mean_test_score"]), bad)
        assert (found.cv_results_["rung"][bad] == 0).all()
        assert (found.cv_results_["rank_test_score"][bad] == 4).all()
        with pytest.warns(FitFailedWarning):
            zero = search(space=BAD, error_score=5.0).fit(X, THREE)
    assert (zero.cv_results_["mean_test_score"][bad] == 5.0).all()
    assert zero.best_params_["alpha"] == 0.1


def test_errors_that_are_raised():
    with pytest.raises(ValueError, match="'alpha' parameter"):
        search(space=BAD, error_score="raise").fit(X, THREE)
    with pytest.raises(ValueError, match="All the 12 fits failed"):
        search(space=BAD | {"alpha": ["junk", "more"]}).fit(X, THREE)
    with pytest.raises(ValueError, match="Invalid parameter"):
        search(space={"depth": [1, 2]}, n_candidates=2).fit(X, THREE)


def test_steps_that_fail():
    model = make_pipeline(StandardScaler(), network())
    with pytest.raises(ValueError, match="All the .* fits failed"):
        search(model, PIPED).fit(np.full((60, 2), "a", object), THREE)


def test_a_failed_fit_changes_nothing():
    found = search().fit(X, THREE)
    before = dict(vars(found))
    found.error_score = "raise"
    with pytest.raises(ValueError):
        found.fit(X * np.nan, THREE)
    found.error_score = before["error_score"]
    assert vars(found).keys() == before.keys()
    assert all(vars(found)[name] is value for name, value in before.items())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strategy", "grid"),
        ("n_candidates", 0),
        ("max_iter", 0),
        ("min_iter", 10),
        ("min_iter", 0),
        ("factor", 1),
        ("factor", "3"),
        ("n_jobs", 1.5),
        ("refit", 3),
        ("error_score", "zero"),
        ("return_train_score", 2),
    ],
)
def test_parameters_that_make_no_sense(name, value):
    with pytest.raises(InvalidParameterError, match=f"'{name}' parameter"):
        search(**{name: value}).fit(X, THREE)


@pytest.mark.parametrize("name", ["max_iter", "callbacks", "warm_start"])
def test_keys_that_the_search_needs(name):
    with pytest.raises(ValueError, match=f"must not hold {name}"):
        search(space=SPACE | {name: [1, 2]}).fit(X, THREE)


@pytest.mark.parametrize(
    "model", [StandardScaler(), make_pipeline(StandardScaler()), 3, "passthrough"]
)
def test_models_without_a_network(model):
    with pytest.raises(TypeError, match="must be a network of sknn"):
        ArchitectureSearchCV(model, SPACE).fit(X, THREE)


def test_a_pause_of_the_network_s_own_is_refused():
    net = MLPClassifier(max_iter=9, callbacks=[Pause(5)])
    piped = Pipeline([("net", MLPClassifier(max_iter=9))])
    swapped = ArchitectureSearchCV(piped, {"net": [net]}, n_candidates=1)
    for each in (ArchitectureSearchCV(net), swapped):
        with pytest.raises(ValueError, match="must not have the callback Pause"):
            each.fit(X, THREE)
    with pytest.raises(ValueError, match="'callbacks' parameter"):
        ArchitectureSearchCV(MLPClassifier(callbacks=3), error_score="raise").fit(X, THREE)


def test_epochs_that_are_not_known():
    with pytest.raises(InvalidParameterError, match="if max_iter of TabularMLPClassifier"):
        ArchitectureSearchCV(TabularMLPClassifier()).fit(X, THREE)


def test_networks_without_targets():
    coder = search(AutoEncoder((3,), max_iter=9), {"alpha": loguniform(1e-4, 1)}).fit(X)
    assert coder.transform(X).shape == (60, 3) and coder.score(X) <= 0
    machine = GaussianRBM(n_components=2, n_iter=9, random_state=0)
    found = search(machine, {"learning_rate": loguniform(1e-3, 0.1)}, scoring=mean_likelihood)
    assert found.fit(X).best_estimator_.n_iter == 9


def mean_likelihood(machine, X, y=None):
    return machine.score_samples(X).mean()


# -- Ctrl-C -------------------------------------------------------------------------------------


@pytest.mark.parametrize("piped", [False, True])
def test_what_is_known_survives_ctrl_c(piped):
    net = network(callbacks=[Interrupt()])
    model = make_pipeline(StandardScaler(), net) if piped else net
    space = PIPED if piped else SPACE
    interrupt_after(PLAN[0] + 3)
    with pytest.warns(UserWarning, match="Search interrupted by user; 6 of 6"):
        found = search(model, space).fit(X, THREE)
    whole = search(model, space, refit=False).fit(X, THREE)
    assert (found.cv_results_["rung"] == 0).all()
    first = whole.history_["rung"] == 0
    assert_array_equal(found.history_["mean_test_score"], whole.history_["mean_test_score"][first])
    assert found.predict(X).shape == (60,)


def test_ctrl_c_in_a_random_search_keeps_the_candidates_that_are_done():
    interrupt_after(2 * 9 * 2 + 5)
    with pytest.warns(UserWarning, match="2 of 6 candidates have scores"):
        found = search(network(callbacks=[Interrupt()]), strategy="random").fit(X, THREE)
    assert len(found.cv_results_["params"]) == 2
    assert (found.cv_results_["n_epochs"] == 9).all()


def test_ctrl_c_before_anything_is_known():
    model = search(network(callbacks=[Interrupt()]))
    interrupt_after(1)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, THREE)
    assert not hasattr(model, "cv_results_")


# -- joblib and callbacks -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "backend", ["threading", pytest.param("multiprocessing", marks=pytest.mark.slow)]
)
def test_backends(backend):
    import joblib

    with joblib.parallel_config(backend, n_jobs=2), warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)
        found = search(make_pipeline(StandardScaler(), network()), PIPED).fit(X, THREE)
    alone = search(make_pipeline(StandardScaler(), network()), PIPED).fit(X, THREE)
    assert_same_results(found, alone)


def test_a_line_a_rung(capsys):
    search(verbose=1).fit(X, THREE)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Training 6 candidates up to epoch 1: 12 networks"
    assert len(lines) == 3


@pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn has no callbacks yet")
@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("piped", [False, True])
def test_a_monitor_sees_every_epoch(n_jobs, piped):
    from sklearn.callback import ScoringMonitor

    monitor = ScoringMonitor(scoring="accuracy")
    net = network().set_callbacks(monitor)
    model = make_pipeline(StandardScaler(), net) if piped else net
    found = search(model, PIPED if piped else SPACE, n_jobs=n_jobs).fit(X, THREE)
    logs = monitor.get_logs("most_recent")
    assert logs.estimator_name == "ArchitectureSearchCV"
    epochs = [row for row in logs.data if row["task_name"] == "epoch"]
    assert len(epochs) == PLAN.sum() + 9
    plain = search(make_pipeline(StandardScaler(), network()) if piped else network(),
                   PIPED if piped else SPACE).fit(X, THREE)  # fmt: skip
    assert_same_results(found, plain)


@pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn has no callbacks yet")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_progress_bar(n_jobs, capsys):
    pytest.importorskip("rich")
    from sklearn.callback import ProgressBar

    model = make_pipeline(StandardScaler(), network())
    found = search(model, PIPED, n_jobs=n_jobs, strategy="hyperband")
    assert found.set_callbacks(ProgressBar()).fit(X, THREE).best_score_ > 0


@pytest.mark.parametrize("asked", [3, "alpha", [], [1], [SPACE, 1]], ids=str)
def test_spaces_that_are_none(asked):
    with pytest.raises(TypeError, match="'search_space' parameter"):
        search(space=asked).fit(X, THREE)


def test_of_the_figures_of_a_callable_that_of_refit_decides_who_continues():
    found = search(scoring=two_scores, refit="wrong").fit(X, THREE)
    past = found.history_
    first, last = past["rung"] == 0, past["rung"] == 2
    scores = past["mean_test_wrong"][first]
    kept = past["candidate"][past["rung"] == 1]
    assert set(kept) == set(np.argsort(-scores, kind="stable")[:2])
    assert past["candidate"][last] == found.best_index_


def test_what_an_error_counts_puts_nobody_first():
    def best_of_the_others(estimator, X, y):
        return -1.0

    space = {"learning_rate_init": [0.01, 0.02, 0.03], "alpha": ["junk", 0.1]}
    with pytest.warns(FitFailedWarning):
        found = search(space=space, strategy="random", scoring=best_of_the_others, error_score=0)
        found.fit(X, THREE)
    assert found.best_params_["alpha"] == 0.1


def test_the_network_itself_is_a_parameter():
    model = make_pipeline(StandardScaler(), network())
    nets = [network(max_iter=50), network(max_iter=50, alpha=1.0)]
    found = search(model, {"mlpclassifier": nets}, n_candidates=2).fit(X, THREE)
    assert found.best_estimator_[-1].max_iter == found.best_estimator_[-1].n_iter_ == 9
    assert nets[0].max_iter == 50


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_random_state_that_moves_on_starts_over_for_every_network(n_jobs):
    model = network(random_state=np.random.RandomState(0))
    found = search(model, strategy="random", n_jobs=n_jobs).fit(X, THREE)
    theirs = RandomizedSearchCV(model, SPACE, n_iter=6, cv=2, random_state=0).fit(X, THREE)
    name = "mean_test_score"
    assert_array_equal(found.cv_results_[name], theirs.cv_results_[name])
    assert_array_equal(found.predict_proba(X), theirs.predict_proba(X))


def test_integers_of_numpy():
    plan = search(max_iter=np.int64(9), n_candidates=np.int64(2)).fit(X, THREE).brackets_
    assert all(type(epochs) is int for epochs, _ in plan[0])
    assert LayerSizes((np.int64(2), np.int64(2)), (4, 4)).rvs(0) == (4, 4)
    with pytest.raises(ValueError, match="last must be"):
        LayerSizes(last="code")
