"""An error in a search in blocks affects one candidate, as in scikit-learn's searches."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknn import MLPClassifier
from sknn.search import GridSearchCV, cross_validate
from sknn.search.interrupted import compared, fill
from sknn.search.pairs import Pair
from tests.estimators.data import THREE, X
from tests.search import parts
from tests.search.grouped import OURS, THEIRS, both

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

NET = MLPClassifier((4,), max_iter=4, random_state=0)
FAILS = {
    "a parameter": {"alpha": [0.1, -1.0, 0.2]},
    "divergence": {"learning_rate_init": [0.01, 1e200, 0.1], "solver": ["sgd"]},
    "in all splits of one": {"hidden_layer_sizes": [(4,), (-4,)], "alpha": [0.1, 0.2]},
}


def messages(run):
    """Return the warnings of a search, without the stacks of errors."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run()
    told = [each for each in caught if issubclass(each.category, (FitFailedWarning, UserWarning))]
    lines = [
        [line for line in str(each.message).splitlines() if not line.startswith(("  ", "-"))]
        for each in told
        if "onvergence" not in each.category.__name__
    ]
    return sorted(map(str, lines))


@pytest.mark.bits
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", FAILS)
@pytest.mark.parametrize("scoring", [None, ["accuracy", "f1_macro"]])
def test_a_candidate_fails_alone(case, scoring):
    options = {"cv": 3, "scoring": scoring, "refit": "accuracy" if scoring else True}
    both(NET, FAILS[case], X, THREE, error_score=-7.0, return_train_score=True, **options)


@pytest.mark.parametrize("case", FAILS)
def test_warnings_are_those_of_scikit_learn(case):
    ours, theirs = (
        messages(lambda kind=kind: kind["grid"](NET, FAILS[case], cv=3).fit(X, THREE))
        for kind in (OURS, THEIRS)
    )
    assert ours == theirs
    assert any("fits failed out of a total of" in each for each in ours)


def test_errors_are_raised_if_asked():
    for kind in (OURS, THEIRS):
        search = kind["grid"](NET, FAILS["a parameter"], cv=3, error_score="raise")
        with pytest.raises(ValueError, match="alpha"):
            search.fit(X, THREE)


def test_all_fits_failing_is_an_error():
    with pytest.raises(ValueError, match="All the 3 fits failed"):
        GridSearchCV(NET, {"alpha": [-1.0]}, cv=3).fit(X, THREE)


def test_parameters_that_do_not_exist():
    for kind in (OURS, THEIRS):
        with pytest.raises(ValueError, match="Invalid parameter 'alpah'"):
            kind["grid"](NET, {"alpah": [1.0]}, cv=3).fit(X, THREE)


def never(X):
    raise ValueError("these steps do not work")


def only_training(X):
    if len(X) < 30:
        raise ValueError("these steps do not work on few rows")
    return X


def test_steps_that_fail():
    space = {"mlpclassifier__alpha": [0.1, 0.2]}
    models = [make_pipeline(FunctionTransformer(each), NET) for each in (never, only_training)]
    with pytest.raises(ValueError, match="these steps do not work"):
        GridSearchCV(models[0], space, cv=3).fit(X, THREE)
    told = [
        messages(lambda kind=kind: kind["grid"](models[1], space, cv=3).fit(X, THREE))
        for kind in (OURS, THEIRS)
    ]
    assert told[0] == told[1]
    assert any("Scoring failed" in each for each in told[0])


def unwilling(y, answers):
    raise ValueError("no score today")


@pytest.mark.parametrize("scoring", [make_scorer(unwilling), "roc_auc"])
def test_scores_that_fail(scoring):
    told = [
        messages(
            lambda kind=kind: kind["grid"](NET, {"alpha": [0, 1]}, cv=3, scoring=scoring).fit(
                X, THREE
            )
        )
        for kind in (OURS, THEIRS)
    ]
    assert told[0] == told[1]


SPACE = {"mlpclassifier__alpha": [0.1, 0.2, 0.3, 0.4]}


def interrupted(epochs, **options):
    """Return a search over networks, one of which acts like Ctrl-C."""
    net = MLPClassifier((4,), max_iter=4, random_state=0, callbacks=[parts.Interrupt()])
    parts.interrupt_after(epochs)
    return GridSearchCV(make_pipeline(StandardScaler(), net), SPACE, cv=2, **options)


def test_ctrl_c_keeps_what_is_known():
    search = interrupted(4 * 2 * 2 + 1)
    with (
        pytest.warns(UserWarning, match="interrupted by user; 2 of 4 candidates have scores"),
        pytest.warns(UserWarning, match="scores are non-finite"),
    ):
        search.fit(X, THREE)
    scores = search.cv_results_["mean_test_score"]
    assert np.isfinite(scores).tolist() == [True, True, False, False]
    assert search.best_index_ in (0, 1)
    assert search.predict(X).shape == (60,)


class Stopped(LogisticRegression):
    def fit(self, X, y):
        raise KeyboardInterrupt


def test_ctrl_c_before_the_first_candidate_keeps_several_metrics():
    """Networks are trained first, so the form of the empty outcomes comes from a later one."""
    net = MLPClassifier((4,), max_iter=4, learning_rate="cosine", random_state=0)
    pipe = Pipeline([("scale", StandardScaler()), ("model", net)])
    search = GridSearchCV(
        pipe,
        {"model": [Stopped(), net]},
        cv=2,
        scoring=["accuracy", "neg_log_loss"],
        refit="accuracy",
    )
    with (
        pytest.warns(UserWarning, match="1 of 2 candidates have scores"),
        pytest.warns(UserWarning, match="scores are non-finite"),
    ):
        search.fit(X, THREE)
    assert search.best_index_ == 1
    assert np.isnan(search.cv_results_["mean_test_neg_log_loss"]).tolist() == [True, False]


def test_missing_outcomes_have_no_error_of_another():
    rows = {"train": X, "test": X}
    about = [rows | {"parameters": {"alpha": alpha}} for alpha in (0.1, 1.0)]
    pairs = [Pair(index, (None, (), asked)) for index, asked in enumerate(about)]
    outcomes = [{"fit_error": "trace", "test_scores": {"score": 0.5}}, None]
    with pytest.warns(UserWarning, match="1 of 2 candidates have scores"):
        fill(pairs, outcomes, needs_all_splits=False)
    np.testing.assert_equal(outcomes[1], {"fit_error": None, "test_scores": {"score": np.nan}})


def test_ctrl_c_in_a_later_split_compares_the_candidates_on_those_before():
    net = MLPClassifier((4,), max_iter=8, learning_rate="cosine", random_state=0)
    grid, kept = {"alpha": [0.1, 100.0, 1.0]}, []

    def scorer(net, X, y):
        if len(kept) == 6:
            raise KeyboardInterrupt
        kept.append(net.score(X, y))
        return kept[-1]

    search = GridSearchCV(net, grid, cv=4, scoring=scorer, return_train_score=False)
    with (
        pytest.warns(UserWarning, match="3 of 3 candidates have scores on 2 of 4 splits"),
        pytest.warns(UserWarning, match="scores are non-finite"),
    ):
        search.fit(X, THREE)
    table = search.cv_results_
    whole = GridSearchCV(net, grid, cv=4).fit(X, THREE).cv_results_
    first = np.array([whole["split0_test_score"], whole["split1_test_score"]])
    np.testing.assert_array_equal(table["mean_test_score"], first.mean(axis=0))
    np.testing.assert_array_equal(table["std_test_score"], first.std(axis=0))
    assert np.isnan(table["split2_test_score"]).all()
    assert search.best_index_ == first.mean(axis=0).argmax() and search.predict(X).shape == (60,)


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        ([[1, 1], [1, 0], [1, 1]], [True, False, True]),
        ([[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 0]], [False, True, True, False]),
    ],
)
def test_candidates_with_the_same_splits_are_compared(reached, expected):
    assert compared(np.array(reached, bool)).tolist() == expected


def test_ctrl_c_before_anything_is_known():
    with pytest.raises(KeyboardInterrupt):
        interrupted(2).fit(X, THREE)
    parts.interrupt_after(6)
    net = MLPClassifier((4,), max_iter=4, random_state=0, callbacks=[parts.Interrupt()])
    with pytest.raises(KeyboardInterrupt):
        cross_validate(net, X, THREE, cv=2)
