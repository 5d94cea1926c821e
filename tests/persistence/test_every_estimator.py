"""Every estimator in every state continues after a file as if it had never been saved."""

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sknn.callbacks import Pause
from sknn.preprocessing import TableEncoder
from sknn.search import ArchitectureSearchCV
from tests.cases.estimators import ROWS
from tests.checks.files import through_a_file
from tests.checks.same import assert_identical, assert_same_estimator

pytestmark = [pytest.mark.bits, pytest.mark.filterwarnings("ignore")]
RNG = np.random.default_rng(0)
X = RNG.random((36, 6))
Y = np.array(["a", "b", "c"])[np.argsort(X[:, 0]) % 3]
REAL = X @ np.arange(6.0)
ANSWERS = ("predict", "predict_proba", "decision_function", "transform", "score_samples")
SHORT = {"max_iter": 3, "n_iter": 3, "pretrain_n_iter": 1}


def target(estimator):
    """Return the target of an estimator, or None if it needs none."""
    tags = estimator.__sklearn_tags__().target_tags
    if not tags.required:
        return None
    return Y if is_classifier(estimator) else REAL


def data(estimator):
    y = target(estimator)
    return (X,) if y is None else (X, y)


def short(estimator, **parameters):
    """Return an estimator that trains for three epochs."""
    brief = {name: value for name, value in SHORT.items() if name in estimator.get_params()}
    return clone(estimator).set_params(**brief | parameters)


def assert_same_answers(one, two):
    for name in ANSWERS:
        if hasattr(one, name):
            assert_identical(getattr(one, name)(X), getattr(two, name)(X))
    if hasattr(one, "sample") and not hasattr(one, "steps"):
        assert_identical(*(each.sample(3, random_state=0) for each in (one, two)))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_as_it_is_and_fitted(row):
    raw = short(row.estimator)
    assert_same_estimator(through_a_file(raw), raw)
    fitted = raw.fit(*data(raw))
    twin = through_a_file(fitted)
    assert_same_estimator(twin, fitted)
    assert_same_answers(twin, fitted)


FIRST = list({type(row.estimator): row for row in reversed(ROWS)}.values())
COMPANIES = {
    "pipeline": lambda net: make_pipeline(MinMaxScaler(), net),
    "grid": lambda net: GridSearchCV(net, choices(net), cv=2, scoring=scorer(net)),
    "architecture": lambda net: ArchitectureSearchCV(
        make_pipeline(MinMaxScaler(), net),
        {f"{type(net).__name__.lower()}__{name}": values for name, values in choices(net).items()},
        n_candidates=2,
        cv=2,
        scoring=scorer(net),
        random_state=0,
    ),
}
NO_ARCHITECTURE = (ArchitectureSearchCV, GridSearchCV, RandomizedSearchCV, TableEncoder)


def choices(net):
    """Return two values of a parameter that the estimator has."""
    if isinstance(net, GridSearchCV):
        return {"cv": [2, 3]}
    return {"random_state": [0, 1]} if hasattr(net, "random_state") else {"n_bins": [3, 4]}


def scorer(net):
    """Return None, the estimator's own score, if it has one."""
    return None if hasattr(net, "score") else "neg_mean_squared_error"


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("row", FIRST, ids=str)
def test_in_pipelines_and_searches(row, company):
    if company == "architecture" and isinstance(row.estimator, NO_ARCHITECTURE):
        pytest.skip("the search needs networks that are trained epoch by epoch against a score")
    if company == "grid" and scorer(row.estimator) is not None:
        pytest.skip("there is no score to choose by")
    net = COMPANIES[company](short(row.estimator)).fit(*data(row.estimator))
    twin = through_a_file(net)
    assert_same_estimator(twin, net)
    assert_same_answers(twin, net)


WARM = [row for row in ROWS if "warm_start" in row.estimator.get_params()]
STREAMED = [row for row in ROWS if hasattr(row.estimator, "partial_fit")]
PAUSABLE = [
    row
    for row in ROWS
    if hasattr(row.estimator, "resume") and row.estimator.get_params().get("solver") != "lbfgs"
]


@pytest.mark.parametrize("row", WARM, ids=str)
def test_a_warm_start_continues(row):
    net = short(row.estimator, warm_start=True)
    net.fit(*data(net))
    twin = through_a_file(net)
    assert_same_estimator(twin, net)
    twin.fit(*data(net)), net.fit(*data(net))
    assert_same_training(twin, net)


@pytest.mark.parametrize("row", STREAMED, ids=str)
def test_a_stream_continues(row):
    net = short(row.estimator)
    if "early_stopping" in net.get_params():
        net.set_params(early_stopping=False)
    if not hasattr(net, "partial_fit"):
        pytest.skip("no stream with this solver")
    more = {"classes": np.unique(Y)} if is_classifier(net) else {}
    net.partial_fit(*data(net), **more)
    twin = through_a_file(net)
    assert_same_estimator(twin, net)
    twin.partial_fit(*data(net)), net.partial_fit(*data(net))
    assert_same_training(twin, net)


@pytest.mark.parametrize("row", PAUSABLE, ids=str)
def test_a_pause_continues(row):
    net = short(row.estimator, callbacks=[Pause(2)])
    net.fit(*data(net))
    twin = through_a_file(net)
    assert_same_estimator(twin, net)
    for each in (twin, net):
        each.set_params(callbacks=None).resume(*data(net))
    assert_same_training(twin, net)


def assert_same_training(one, two):
    """Check that two have learned the same; the time it took does not count."""
    for each in (one, two):
        each.run_.history.columns.pop("seconds", None)
    assert_identical(one, two)
    assert_same_answers(one, two)
