"""Sparse matrices with indices out of range, with which SciPy would access foreign memory."""

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal

import sknn
from sknn import MLPClassifier
from sknn.preprocessing import TableEncoder
from sknn.search import ArchitectureSearchCV
from sknn.streams import blocks
from tests.checks.public import networks
from tests.estimators.data import BINARY, LABELS, X, target_of
from tests.odd.helpers import assert_refuses

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SIZE = X.shape[1]
FAR = 10**6


def with_part(kind, name, place, value):
    """Return a maker of a sparse matrix with one number in one of its arrays replaced."""

    def make():
        matrix = kind(X)
        getattr(matrix, name)[place] = value
        return matrix

    return make


def with_shorter(kind, name):
    def make():
        matrix = kind(X)
        setattr(matrix, name, getattr(matrix, name)[:-3])
        return matrix

    return make


def wide(value):
    matrix = sp.csr_array(X)
    matrix.indices, matrix.indptr = matrix.indices.astype("i8"), matrix.indptr.astype("i8")
    matrix.indices[7] = value
    return matrix


def lists(place, value):
    matrix = sp.lil_array(X)
    matrix.rows[3][place] = value
    return matrix


def shorter_list():
    matrix = sp.lil_matrix(X)
    matrix.data[3] = matrix.data[3][:-1]
    return matrix


def keys(key):
    matrix = sp.dok_array(X)
    matrix._dict[key] = 1.0
    return matrix


def moved(axis, value):
    matrix = sp.coo_array(X)
    matrix.coords[axis][3] = value
    return matrix


def real_indices():
    matrix = sp.csr_array(X)
    matrix.indices = matrix.indices.astype(float)
    return matrix


BROKEN = {
    f"{kind.__name__} {name}[{place}] = {value}": with_part(kind, name, place, value)
    for kind in (sp.csr_array, sp.csr_matrix, sp.csc_array, sp.csc_matrix, sp.bsr_array)
    for name, place, value in [
        ("indices", 0, 60),
        ("indices", -1, FAR),
        ("indices", 3, -1),
        ("indptr", -1, FAR),
        ("indptr", 2, FAR),
        ("indptr", 2, -1),
        ("indptr", 0, 1),
    ]
} | {
    "one too far": with_part(sp.csr_array, "indices", 0, SIZE),
    "the least number": with_part(sp.csr_array, "indices", 0, -(2**31)),
    "wide, far": lambda: wide(2**40),
    "wide, negative": lambda: wide(-1),
    "real indices": real_indices,
    "short indices": with_shorter(sp.csr_array, "indices"),
    "short data": with_shorter(sp.csr_array, "data"),
    "short pointers": with_shorter(sp.csr_array, "indptr"),
    "short data of CSC": with_shorter(sp.csc_matrix, "data"),
    "short data of COO": with_shorter(sp.coo_array, "data"),
    "short offsets": with_shorter(sp.dia_array, "offsets"),
    "COO row": lambda: moved(0, 60),
    "COO column": lambda: moved(1, SIZE),
    "COO negative": lambda: moved(1, -1),
    "LIL far": lambda: lists(0, FAR),
    "LIL negative": lambda: lists(0, -9),
    "LIL uneven": shorter_list,
    "DOK far": lambda: keys((0, FAR)),
    "DOK negative": lambda: keys((-1, 0)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_matrices_are_refused(name):
    fitted = MLPClassifier((3,), max_iter=2, random_state=0).fit(X, BINARY)
    assert_refuses(lambda: fitted.predict_proba(BROKEN[name]()), "X")
    assert_refuses(lambda: fitted.partial_fit(BROKEN[name](), BINARY), "X")
    assert_refuses(lambda: MLPClassifier((3,)).fit(BROKEN[name](), BINARY), "X")
    assert_refuses(lambda: MLPClassifier((3,)).fit(X, BROKEN[name]()), "y")


@pytest.mark.parametrize(
    "kind",
    [
        f"{f}_{c}"
        for f in ("csr", "csc", "bsr", "coo", "lil", "dok", "dia")
        for c in ("array", "matrix")
    ],
)
def test_whole_matrices_are_taken(kind):
    net = MLPClassifier((3,), max_iter=2, random_state=0).fit(X, BINARY)
    for shape in ((60, SIZE), (1, SIZE)):
        x = X[: shape[0]]
        assert_array_equal(net.predict(getattr(sp, kind)(x)), net.predict(x))
        empty = getattr(sp, kind)(shape)
        assert_array_equal(net.predict(empty), net.predict(np.zeros(shape)))


def broken(rows=slice(None)):
    matrix = sp.csr_array(X[rows])
    matrix.indices[0] = FAR
    return matrix


def fitted(kind, y=None):
    epochs = {"n_iter": 1} if "RBM" in kind else {"max_iter": 1}
    if kind.startswith("Tabular"):
        epochs["preset"] = "fast"
    net = getattr(sknn, kind)(random_state=0, **epochs)
    return net.fit(1.0 / (1.0 + np.exp(-X)), *(() if y is None else (y,)))


FAMILIES = {kind.__name__: target_of(kind) for kind in networks()}
METHODS = (
    *("predict", "predict_proba", "predict_log_proba", "decision_function", "transform"),
    *("activations", "score_samples", "free_energy", "reconstruct", "gibbs", "log_likelihood"),
    *("predict_outlier", "inverse_transform", "score"),
)


@pytest.mark.filterwarnings("ignore:X has values:UserWarning")
@pytest.mark.parametrize("kind", FAMILIES)
def test_every_method_of_every_family(kind):
    y = FAMILIES[kind]
    net = fitted(kind, y)
    target = () if y is None else (y,)
    for method in METHODS:
        if hasattr(net, method):
            own = target if method == "score" else ()
            assert_refuses(lambda m=method, own=own: getattr(net, m)(broken(), *own), "X")
    for method in ("fit", "partial_fit"):
        assert_refuses(lambda m=method: getattr(net, m)(broken(), *target), "X")
    if kind != "GAN":
        more = {} if y is None else {"y_val": y}
        assert_refuses(lambda: net.fit(X, *target, X_val=broken(), **more), "X_val")


def test_elsewhere():
    net = MLPClassifier((3,), max_iter=1, random_state=0)
    search = ArchitectureSearchCV(net, {"alpha": [0.1]}, n_candidates=1)
    assert_refuses(lambda: search.fit(broken(), BINARY), "X")
    assert_refuses(lambda: search.fit(X, broken()), "y")
    assert_refuses(lambda: TableEncoder().fit(broken()), "X")
    assert_refuses(lambda: net.initialize(broken(), BINARY), "X")
    labels = sp.csr_array(LABELS)
    labels.indices[0] = FAR
    assert_refuses(lambda: net.fit(X, labels), "y")
    assert_refuses(lambda: net.fit(X, LABELS, X_val=X, y_val=labels), "y_val")
    assert_refuses(lambda: net.fit(X, LABELS).score(X, labels), "y")
    assert_refuses(lambda: net.fit(X, BINARY, broken()), "sample_weight")


def test_in_memory_next_to_blocks():
    array = pytest.importorskip("dask.array")
    lazy = array.from_array(X, (30, SIZE))
    assert_refuses(lambda: list(blocks(lazy, broken())), "[Aa]rgument 1")
