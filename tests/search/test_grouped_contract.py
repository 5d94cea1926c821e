"""Searches in blocks keep all promises of scikit-learn's searches."""

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from joblib import parallel_config
from sklearn import model_selection
from sklearn.base import clone
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags

from sknn import AutoEncoder, MLPClassifier, MLPRegressor, search
from sknn.search import blocks
from tests.checks.contract import brief, checks_of
from tests.estimators.data import BINARY, REAL, THREE, X
from tests.search.grouped import OURS, THEIRS, both, record
from tests.search.parts import Counted, CrossFitted

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SHORT = {"hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0}
NET = MLPClassifier(**SHORT)
PIPE = make_pipeline(StandardScaler(), NET)
SPACE = {"mlpclassifier__alpha": [0.1, 0.2, 0.3], "mlpclassifier__learning_rate_init": [0.01, 0.1]}
FEW = {"alpha": [0.1, 0.2]}
DOUBLE = [
    (search.GridSearchCV, model_selection.GridSearchCV),
    (search.RandomizedSearchCV, model_selection.RandomizedSearchCV),
    (search.cross_validate, model_selection.cross_validate),
    (search.cross_val_score, model_selection.cross_val_score),
]


@pytest.mark.parametrize(("ours", "theirs"), DOUBLE, ids=lambda each: each.__name__)
def test_signatures_are_the_same(ours, theirs):
    mine, other = (inspect.signature(each).parameters for each in (ours, theirs))
    added = ["checkpoint", "return_loss_curves"] if isinstance(ours, type) else []
    assert list(mine) == [*other, *added]
    for name in other:
        parameter = mine[name]
        assert parameter.kind == other[name].kind
        assert parameter.default is other[name].default or parameter.default == other[name].default


@pytest.mark.parametrize("kind", OURS)
def test_a_search_is_one_of_scikit_learn(kind):
    ours = OURS[kind](PIPE, SPACE, cv=2)
    if kind == "random":
        ours.set_params(n_iter=3)
    assert isinstance(ours, THEIRS[kind])
    own = ours.get_params().keys() - {"checkpoint", "return_loss_curves"}
    assert own == THEIRS[kind](PIPE, SPACE).get_params().keys()
    assert clone(ours).get_params(deep=False)["cv"] == 2
    for model in (NET, MLPRegressor(), AutoEncoder(), RidgeClassifier()):
        mine, other = get_tags(OURS[kind](model, FEW)), get_tags(model)
        for name in ("estimator_type", "transformer_tags", "input_tags", "target_tags"):
            assert getattr(mine, name) == getattr(other, name), name
    found = pickle.loads(pickle.dumps(ours.fit(X, THREE)))
    np.testing.assert_array_equal(found.predict(X), ours.predict(X))


# Some checks depend on accuracy.
CHECKED = {"max_iter": 30, "learning_rate_init": 0.1, "batch_size": 50, "random_state": 0}


SEARCHES = [
    search.GridSearchCV(
        make_pipeline(StandardScaler(), MLPClassifier((9,), **CHECKED)),
        {"mlpclassifier__alpha": [1e-4, 1e-2]},
        cv=2,
        error_score="raise",
    ),
    search.RandomizedSearchCV(
        MLPRegressor(hidden_layer_sizes=(9,), **CHECKED),
        {"alpha": [1e-4, 1e-2]},
        n_iter=2,
        cv=2,
        random_state=0,
        error_score="raise",
    ),
]


def name_of(each):
    """Return the name of a check, or of the class of a search."""
    return each.func.__name__ if callable(each) else type(each).__name__


CHECKS = [pair for each in SEARCHES for pair in checks_of(each, brief(each))]


@pytest.mark.parametrize(("estimator", "check"), CHECKS, ids=name_of)
@pytest.mark.filterwarnings("ignore")
def test_checks_of_scikit_learn(estimator, check):
    check(clone(estimator))


@pytest.mark.bits
@pytest.mark.parametrize(
    "backend", ["loky", "threading", pytest.param("multiprocessing", marks=pytest.mark.slow)]
)
def test_backends_find_the_same(backend):
    alone = OURS["grid"](PIPE, SPACE, cv=2).fit(X, THREE)
    with parallel_config(backend):
        ours, _ = both(PIPE, SPACE, X, THREE, cv=2, n_jobs=2, pre_dispatch="all")
    np.testing.assert_array_equal(
        ours.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"]
    )


@pytest.mark.parametrize(
    ("space", "sizes"),
    [
        (SPACE, [6, 6]),
        (SPACE | {"mlpclassifier__hidden_layer_sizes": [(2,), (3,)]}, [6, 6, 6, 6]),
        (SPACE | {"mlpclassifier__random_state": [None]}, [1] * 12),
        (SPACE | {"standardscaler__with_std": [True, False]}, [6, 6, 6, 6]),
    ],
    ids=["one", "widths", "no seeds", "steps"],
)
def test_what_is_trained_together(monkeypatch, space, sizes):
    found = record(monkeypatch)
    OURS["grid"](PIPE, space, cv=2).fit(X, THREE)
    assert sorted(found) == sizes


def test_workers_share_a_block(monkeypatch):
    found = record(monkeypatch)
    with parallel_config("threading"):
        OURS["grid"](PIPE, SPACE, cv=2, n_jobs=4).fit(X, THREE)
    assert sorted(found) == [3, 3, 3, 3]


def test_steps_are_fitted_once_for_each_split_and_setting():
    model = make_pipeline(Counted(), NET)
    space = {"mlpclassifier__hidden_layer_sizes": [(2,), (3,), (4,)], **SPACE}
    Counted.fits = 0
    OURS["grid"](model, space, cv=2, refit=False).fit(X, THREE)
    assert Counted.fits == 2
    both(model, {"counted__factor": [0.5, 2.0], **SPACE}, X, THREE, cv=2)


@pytest.mark.parametrize(("n_splits", "sizes"), [(3, [3, 3]), (12, [10, 2, 10, 2])])
def test_few_splits_are_prepared_at_once(monkeypatch, n_splits, sizes):
    found, prepared = [], blocks.BlockParallel._prepared

    def counted(self, groups, judge):
        found.append(len(groups))
        return prepared(self, groups, judge)

    monkeypatch.setattr(blocks.BlockParallel, "_prepared", counted)
    space = {"standardscaler__with_mean": [True, False], "mlpclassifier__alpha": [0.1, 0.2]}
    OURS["grid"](PIPE, space, cv=KFold(n_splits), refit=False).fit(X, THREE)
    assert found == sizes


@pytest.mark.bits
@pytest.mark.parametrize("scoring", [None, "accuracy", "neg_log_loss", "roc_auc"])
def test_steps_that_make_other_rows_later(scoring):
    options = {"cv": 2, "scoring": scoring, "return_train_score": True}
    both(make_pipeline(CrossFitted(), NET), SPACE, X, BINARY, **options)


@pytest.mark.bits
@pytest.mark.parametrize("X", [pd.DataFrame(X, columns=list("abcde")), X.tolist()], ids=type)
def test_rows_in_other_forms(X):
    both(PIPE, SPACE, X, pd.Series(THREE).astype(str), cv=2)
    model = make_pipeline(StandardScaler().set_output(transform="pandas"), NET)
    both(model, SPACE, X, THREE, cv=2)


def test_memory(tmp_path):
    both(make_pipeline(StandardScaler(), NET, memory=str(tmp_path)), SPACE, X, THREE, cv=2)


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.mark.bits
def test_metadata_is_routed(routing):
    weight = np.arange(60) % 4 + 1.0
    net = (
        MLPClassifier(**SHORT)
        .set_fit_request(sample_weight=True)
        .set_score_request(sample_weight=True)
    )
    scaler = StandardScaler().set_fit_request(sample_weight=True)
    model = make_pipeline(scaler, net)
    metric = get_scorer("accuracy").set_score_request(sample_weight=True)
    plain = get_scorer("f1_macro").set_score_request(sample_weight=False)
    cv = model_selection.GroupKFold(2)
    given = {"sample_weight": weight, "groups": np.arange(60) % 5}
    both(net, FEW, X, THREE, given=given, cv=cv)
    for scoring in (metric, {"a": metric, "b": plain}):
        refit = "a" if isinstance(scoring, dict) else True
        both(model, SPACE, X, THREE, given=given, cv=cv, scoring=scoring, refit=refit)
    other = clone(net).set_fit_request(sample_weight=False)
    space = {"mlpclassifier": [net, other], "mlpclassifier__alpha": [0.1, 0.2]}
    # scikit-learn 1.6 passes no weights on to the score of a pipeline.
    scoring = metric if sklearn.__version__.startswith("1.6") else None
    given_cubed = given | {"sample_weight": weight**3}
    both(model, space, X, THREE, given=given_cubed, cv=cv, scoring=scoring)
    for kind in (OURS, THEIRS):
        with pytest.raises(UnsetMetadataPassedError):
            kind["grid"](NET, FEW).fit(X, THREE, sample_weight=weight)


@pytest.mark.parametrize("verbose", [1, 2, 3, 10])
@pytest.mark.parametrize("scoring", [None, ["accuracy", "f1_macro"]])
def test_lines_are_those_of_scikit_learn(capsys, verbose, scoring):
    lines = []
    for kind in (OURS, THEIRS):
        options = {"scoring": scoring, "return_train_score": verbose == 3, "refit": False}
        kind["grid"](PIPE, SPACE, cv=2, verbose=verbose, **options).fit(X, THREE)
        text = capsys.readouterr().out
        lines.append(sorted(line.partition("total time")[0] for line in text.splitlines()))
    assert lines[0] == lines[1]


@pytest.mark.parametrize("piped", [False, True])
def test_callbacks_hear_every_epoch_of_every_fit(monkeypatch, piped):
    callback = pytest.importorskip("sklearn.callback", reason="scikit-learn has no callbacks yet")
    found, told = record(monkeypatch), []
    for kind in (OURS, THEIRS):
        monitor = callback.ScoringMonitor(scoring="accuracy")
        net = MLPClassifier(**SHORT).set_callbacks(monitor)
        model = make_pipeline(StandardScaler(), net) if piped else net
        kind["grid"](model, SPACE if piped else FEW, cv=2).fit(X, THREE)
        log = monitor.get_logs("most_recent")
        told.append([(row["task_name"], row["accuracy"]) for row in log.data])
    assert told[0] == told[1]
    assert not found


@pytest.mark.bits
def test_cross_validation_is_the_same():
    options = {"cv": 3, "return_train_score": True, "scoring": ["r2", "neg_mean_squared_error"]}
    model = make_pipeline(StandardScaler(), MLPRegressor(**SHORT))
    ours = search.cross_validate(
        model, X, REAL, return_estimator=True, return_indices=True, **options
    )
    theirs = model_selection.cross_validate(
        model, X, REAL, return_estimator=True, return_indices=True, **options
    )
    assert ours.keys() == theirs.keys()
    for name in ours.keys() - {"fit_time", "score_time", "estimator", "indices"}:
        np.testing.assert_array_equal(ours[name], theirs[name])
    for mine, other in zip(ours["estimator"], theirs["estimator"], strict=True):
        np.testing.assert_array_equal(mine.predict(X), other.predict(X))
    for scoring in (None, "neg_mean_absolute_error"):
        mine, other = (
            each.cross_val_score(model, X, REAL, cv=3, scoring=scoring, n_jobs=1)
            for each in (search, model_selection)
        )
        np.testing.assert_array_equal(mine, other)
    with pytest.raises(ValueError, match="cv"):
        search.cross_val_score(model, X, REAL, cv="three")


def test_without_a_network_joblib_is_asked_as_ever(monkeypatch):
    found = record(monkeypatch)
    both(RidgeClassifier(), {"alpha": [0.1, 1.0]}, X, THREE, cv=2)
    assert not found
