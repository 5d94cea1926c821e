"""`score` checks its arguments as training does, and its errors name them."""

import tracemalloc
from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics import accuracy_score, r2_score

from sknn import (
    BernoulliRBM,
    CNNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    TabularMLPRegressor,
)
from sknn.core.layers.windows import Axis
from sknn.schedules import CosLog
from sknn.search import ArchitectureSearchCV
from tests.estimators.data import BINARY, LABELS, REAL, THREE, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"max_iter": 2, "random_state": 0}
N = len(X)
IN_BOUNDS = abs(X) / abs(X).max()
W = np.linspace(0.1, 2.0, N)
BOTH = np.column_stack([THREE, BINARY])


@pytest.fixture(scope="module")
def classifier():
    return MLPClassifier((3,), **QUICK).fit(X, THREE)


@pytest.fixture(scope="module")
def regressor():
    return MLPRegressor(hidden_layer_sizes=(3,), **QUICK).fit(X, REAL)


BAD_LABELS = {
    "real numbers": (REAL, "y holds no labels"),
    "text for numbers": (np.array(list("abc"))[THREE], "y holds text, but the classes are numbers"),
    "columns": (BOTH, "y has 2 columns"),
    "sparse, flat": (sp.coo_array(THREE), "y is sparse"),
    "sparse": (sp.csr_array(BOTH == 1), "y has 2 columns"),
    "one row fewer": (THREE[:-1], f"X has {N} rows and y {N - 1}"),
    "nothing": (None, "y"),
    "a word": ("red", "y is a single value, 'red'"),
    "mixed": (np.array([1, "a"] * N, object)[:N], "y"),
    "NaN": (np.where(BINARY, np.nan, 1.0), "y"),
    "dates": (np.full(N, np.datetime64("2020-01-01")), "y holds dates"),
}


@pytest.mark.parametrize("case", BAD_LABELS)
def test_labels_that_cannot_be_compared(classifier, case):
    y, words = BAD_LABELS[case]
    with pytest.raises((ValueError, TypeError), match=words):
        classifier.score(X, y)


BAD_NUMBERS = {
    "columns": (np.column_stack([REAL, REAL]), "y has 2 columns"),
    "text": (np.full(N, "a"), "y holds text"),
    "one row fewer": (REAL[:-1], f"X has {N} rows and y {N - 1}"),
    "sparse": (sp.csr_array(REAL[:, None]), "y is sparse"),
    "huge": (np.where(BINARY, 1e308, REAL), "y, .* are so large that R2"),
}


@pytest.mark.parametrize("case", BAD_NUMBERS)
def test_numbers_that_cannot_be_compared(regressor, case):
    y, words = BAD_NUMBERS[case]
    with pytest.raises((ValueError, TypeError), match=words):
        regressor.score(X, y)


BAD_WEIGHTS = {
    "two columns": np.ones((N, 2)),
    "too few": np.ones(N - 1),
    "text": np.full(N, "a"),
    "zero": np.zeros(N),
    "negative": -np.ones(N),
    "too large to be summed": np.full(N, 1.7e308),
    "complex": np.ones(N, complex),
}


@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_weights_are_named(classifier, regressor, case):
    for model, y in ((classifier, THREE), (regressor, REAL)):
        with pytest.raises((ValueError, TypeError), match="sample_weight"):
            model.score(X, y, BAD_WEIGHTS[case])


def test_scores_are_those_of_scikit_learn(classifier, regressor):
    answer, number = classifier.predict(X), regressor.predict(X)
    labeled = MLPClassifier((3,), **QUICK).fit(X, LABELS)
    several = MLPClassifier((3,), **QUICK).fit(X, BOTH)
    for weight in (None, W):
        assert classifier.score(X, THREE, weight) == pytest.approx(
            accuracy_score(THREE, answer, sample_weight=weight), abs=1e-15
        )
        assert regressor.score(X, REAL, weight) == pytest.approx(
            r2_score(REAL, number, sample_weight=weight), abs=1e-15
        )
        right = (several.predict(X) == BOTH).all(axis=1)
        assert several.score(X, BOTH, weight) == np.average(right, weights=weight)
        assert labeled.score(X, LABELS, weight) == accuracy_score(
            LABELS, labeled.predict(X), sample_weight=weight
        )


def test_a_column_is_a_vector_and_other_classes_are_wrong(classifier, regressor):
    # No warnings about columns, or about rows of an unknown class.
    assert classifier.score(X, THREE[:, None]) == classifier.score(X, THREE)
    assert regressor.score(X, REAL[:, None]) == regressor.score(X, REAL)
    assert classifier.score(X, THREE + 10) == 0.0
    assert classifier.score(X, list(THREE.astype(float))) == classifier.score(X, THREE)


@pytest.mark.parametrize("sparse", [False, True])
def test_labels_of_a_row(sparse):
    marks = np.column_stack([THREE > 0, THREE < 2, BINARY]).astype(int)
    model = MLPClassifier((3,), **QUICK).fit(X, sp.csr_array(marks) if sparse else marks)
    answer = model.predict(X)
    wanted = ((answer.toarray() if sparse else answer) == marks).all(axis=1).mean()
    assert model.score(X, marks) == model.score(X, sp.csr_array(marks)) == wanted


@pytest.mark.parametrize("kind", [CNNClassifier, MLPClassifier, RNNClassifier])
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_flat_sparse_y_is_refused_by_name(kind, method):
    classes = {"classes": [0, 1, 2]} if method == "partial_fit" else {}
    with pytest.raises((ValueError, TypeError), match="y is sparse"):
        getattr(kind(**QUICK), method)(X, sp.coo_array(THREE), **classes)


def test_one_row_fewer_is_said_of_tables():
    model = TabularMLPRegressor(preset="fast", **QUICK)
    with pytest.raises(ValueError, match="X has 20 rows and y 19"):
        model.partial_fit(X[:20], REAL[:19])


def test_more_than_any_machine_has_room_for():
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"no room for 1\d* network.*n_members"):
        MLPRegressor(hidden_layer_sizes=(3,), n_members=10**30, **QUICK).fit(X, REAL)
    with pytest.raises(ValueError, match="no room for 1 network.*chains of the layer"):
        BernoulliRBM(10**30, random_state=0).fit(IN_BOUNDS)
    assert tracemalloc.get_traced_memory()[1] < 1e7
    tracemalloc.stop()


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_a_stride_beyond_the_axis_is_one_window(padding):
    for length, size, stride in product(range(2, 8), range(1, 5), range(1, 4)):
        long = Axis.padded(length, size, 10**30, 1, padding)
        assert long == Axis.padded(length, size, length, 1, padding)
        # Windows with entries that far apart contain at most one step of the axis.
        apart, nearer = (
            Axis.padded(length, size, stride, d, padding) for d in (10**30, 3 * length + 1)
        )
        if apart.count > 0:
            assert _seen(apart) == _seen(nearer)
        assert (apart.count > 0) == (nearer.count > 0)


def _seen(axis):
    return [axis.entry(j) for j in range(axis.size)]


def test_parameters_beyond_all_numbers():
    with pytest.raises(ValueError, match="'cycles' parameter of CosLog"):
        MLPRegressor(learning_rate=CosLog(cycles=10**30), **QUICK).fit(X, REAL)
    search = ArchitectureSearchCV(MLPRegressor(**QUICK), {"alpha": 1}, n_candidates=2)
    with pytest.raises((ValueError, TypeError), match="In search_space: "):
        search.fit(X, REAL)


def test_gibbs_names_its_own_argument():
    model = BernoulliRBM(3, n_iter=1, random_state=0).fit(IN_BOUNDS)
    with pytest.raises(ValueError, match="In v: "):
        model.gibbs(np.full_like(X, np.nan))
