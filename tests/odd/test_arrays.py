"""Odd X: arrays, lists, sparse matrices, and objects that are none of these."""

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp

from sknn import MLPRegressor
from tests.estimators.data import REAL, X
from tests.odd.helpers import BOTH, assert_means, try_refused

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    # Warnings about scales are tested elsewhere.
    pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning"),
]
NAN, INF = float("nan"), float("inf")
DAY = np.datetime64("2020-01-01")


def holed(value, dtype=float):
    x = X.astype(dtype)
    x[3, 2] = value
    return x


def rows(value):
    return [[value] * 5 for _ in range(60)]


def matrix():
    with pytest.warns(PendingDeprecationWarning):
        return np.matrix(X)


REFUSED = {
    "a scalar": lambda: 3.0,
    "a scalar of NumPy": lambda: np.float64(3),
    "0 dimensions": lambda: np.array(3.0),
    "1 dimension": lambda: X[:, 0],
    "3 dimensions": lambda: X[:, :, None],
    "4 dimensions": lambda: X[:, :, None, None],
    "empty, 1 dimension": lambda: np.empty(0),
    "empty, 0 x 0": lambda: np.empty((0, 0)),
    "empty, 0 x 5": lambda: np.empty((0, 5)),
    "empty, 60 x 0": lambda: np.empty((60, 0)),
    "empty, 60 x 0 x 5": lambda: np.empty((60, 0, 5)),
    "an empty list": list,
    "a list of empty lists": lambda: [[]] * 60,
    "ragged": lambda: [[1, 2], [3]] * 30,
    "none": lambda: None,
    "a list of None": lambda: [None] * 60,
    "a dict": lambda: {"a": [1.0] * 60},
    "a set": lambda: {1, 2},
    "a frozenset": lambda: frozenset([1.0]),
    "a generator": lambda: (row for row in X),
    "an iterator": lambda: iter(X),
    "a map": lambda: map(list, X),
    "a zip": lambda: zip(X, X, strict=True),
    "a range": lambda: range(60),
    "a class": lambda: int,
    "a function": lambda: len,
    "a module": lambda: np,
    "an estimator": lambda: MLPRegressor(),
    "Ellipsis": lambda: ...,
    "a string": lambda: "abc",
    "bytes": lambda: b"abc",
    "a bytearray": lambda: bytearray(b"abc"),
    "strings": lambda: np.full((60, 5), "a"),
    "a list of strings": lambda: ["a"] * 60,
    "a list of mixed tuples": lambda: [(1.0, "a")] * 60,
    "objects, one a string": lambda: holed("a", object),
    "objects, one bytes": lambda: holed(b"a", object),
    "objects, one a list": lambda: np.array([[1.0, [2.0]]] * 60, dtype=object),
    "objects, one a dict": lambda: holed({}, object),
    "objects, one None": lambda: holed(None, object),
    "objects, one NaN": lambda: holed(NAN, object),
    "objects, one complex": lambda: holed(1j, object),
    "objects, one a date": lambda: holed(datetime.date(2020, 1, 1), object),
    "objects, one a datetime64": lambda: holed(DAY, object),
    "objects, one a timedelta64": lambda: holed(DAY - DAY, object),
    "a list with None": lambda: holed(None, object).tolist(),
    "NaN": lambda: holed(NAN),
    "infinity": lambda: holed(INF),
    "minus infinity": lambda: holed(-INF),
    "NaN in float32": lambda: holed(NAN, np.float32),
    "infinity in float16": lambda: holed(INF, np.float16),
    "NaN in longdouble": lambda: holed(NAN, np.longdouble),
    "the string nan": lambda: np.full((60, 5), "nan"),
    "integers beyond floats": lambda: rows(10**400),
    "a NaN of Decimal": lambda: rows(Decimal("NaN")),
    "complex": lambda: X + 1j,
    "complex without imaginary part": lambda: X + 0j,
    "complex64": lambda: (X + 1j).astype(np.complex64),
    "datetime64": lambda: DAY + np.zeros((60, 5), int),
    "not a time": lambda: np.full((60, 5), np.datetime64("NaT", "D")),
    "timedelta64": lambda: np.ones((60, 5), "m8[s]"),
    "lists of datetime64": lambda: rows(DAY),
    "lists of dates": lambda: rows(datetime.date(2020, 1, 1)),
    "lists of datetimes": lambda: rows(datetime.datetime(2020, 1, 1)),
    "lists of time spans": lambda: rows(datetime.timedelta(1)),
    "lists of times": lambda: rows(datetime.time(1)),
    "masked": lambda: np.ma.masked_where(X > 1, X),
    "all masked": lambda: np.ma.masked_all((60, 5)),
    "a matrix": matrix,
    "a record array": lambda: np.rec.fromarrays(X.T),
    "structured": lambda: np.zeros((60, 5), [("a", float), ("b", int)]),
    "void": lambda: np.zeros((60, 5), "V8"),
    "sparse NaN": lambda: sp.csr_array(holed(NAN)),
    "sparse infinity": lambda: sp.csr_array(holed(INF)),
    "sparse complex": lambda: sp.csr_array(X + 1j),
    "sparse, 0 x 5": lambda: sp.csr_array((0, 5)),
    "sparse, 60 x 0": lambda: sp.csr_array((60, 0)),
    "sparse, 1 dimension": lambda: sp.coo_array(X[:, 0]),
    "sparse NaN in COO": lambda: sp.coo_array(holed(NAN)),
    "sparse NaN in CSC": lambda: sp.csc_matrix(holed(NAN)),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("kind", BOTH)
def test_refused(kind, name):
    try_refused(kind, "X", REFUSED[name])


def unsorted():
    matrix = sp.csr_array(X)
    for start, stop in zip(matrix.indptr, matrix.indptr[1:], strict=False):
        matrix.indices[start:stop] = matrix.indices[start:stop][::-1].copy()
        matrix.data[start:stop] = matrix.data[start:stop][::-1].copy()
    matrix.has_sorted_indices = False
    return matrix


def wide_indices():
    matrix = sp.csr_array(X)
    matrix.indices, matrix.indptr = matrix.indices.astype("i8"), matrix.indptr.astype("i8")
    return matrix


def stored_zeros():
    matrix = sp.csr_array(X)
    matrix.data[::3] = 0
    return matrix


def duplicates():
    where = np.array([0, 0, 1]), np.array([0, 0, 1])
    return sp.coo_array(([1.0, 2.0, 3.0], where), shape=(60, 5))


class Convertible:
    def __array__(self, dtype=None, copy=None):
        return np.array(X, dtype)


spread = np.zeros((120, 10))
spread[::2, ::2] = X
frozen = X.copy()
frozen.flags.writeable = False
TENTHS = np.round(X, 1)

# What is odd, and the plain array it means.
ACCEPTED = {
    "lists": (X.tolist(), X),
    "tuples": (tuple(map(tuple, X)), X),
    "a list of arrays": (list(X), X),
    "a memoryview": (memoryview(X), X),
    "an object with __array__": (Convertible(), X),
    "a subclass of ndarray": (X.view(type("Own", (np.ndarray,), {})), X),
    "masked without a mask": (np.ma.array(X), X),
    "masked, nothing masked": (np.ma.masked_where(X > 99, X), X),
    "read-only": (frozen, X),
    "Fortran order": (np.asfortranarray(X), X),
    "strided": (spread[::2, ::2], X),
    "reversed": (X[::-1, ::-1][::-1, ::-1], X),
    "broadcast": (np.broadcast_to(X[0], (60, 5)), np.tile(X[0], (60, 1))),
    "big-endian": (X.astype(">f8"), X),
    "big-endian float32": (X.astype(">f4"), X.astype(">f4").astype(float)),
    "bool": (X > 0, (X > 0) * 1.0),
    "int8": ((X * 9).astype(np.int8), (X * 9).astype(np.int8) * 1.0),
    "uint8 is not wrapped": (np.full((60, 5), 255, np.uint8), np.full((60, 5), 255.0)),
    "uint64": (np.full((60, 5), 2**63, np.uint64), np.full((60, 5), 2.0**63)),
    "float16": (X.astype(np.float16), X.astype(np.float16).astype(float)),
    "longdouble": (X.astype(np.longdouble), X),
    "negative zero": (np.where(X > 0, -0.0, X), np.where(X > 0, 0.0, X)),
    "subnormal": (np.full((60, 5), 5e-324), np.full((60, 5), 5e-324)),
    "tiny": (X * 1e-300, X * 1e-300),
    "objects": (X.astype(object), X),
    "objects of integers": (np.full((60, 5), 3, object), np.full((60, 5), 3.0)),
    "objects, one a number spelt": (holed("3", object), holed(3.0)),
    "numbers spelt": (TENTHS.astype(str), TENTHS),
    "numbers spelt in bytes": (TENTHS.astype("S"), TENTHS),
    "integers beyond int64": (rows(10**30), np.full((60, 5), 1e30)),
    "Decimal": (rows(Decimal("1.5")), np.full((60, 5), 1.5)),
    "Fraction": (rows(Fraction(1, 4)), np.full((60, 5), 0.25)),
    "scalars of NumPy": (rows(np.float32(0.5)), np.full((60, 5), 0.5)),
    "one feature": (X[:, :1], X[:, :1].copy()),
    "constant": (np.ones((60, 5)), np.ones((60, 5))),
    "COO": (sp.coo_array(X), sp.csr_array(X)),
    "COO with duplicates: summed": (duplicates(), sp.csr_array(duplicates().toarray())),
    "CSC": (sp.csc_matrix(X), sp.csr_array(X)),
    "LIL": (sp.lil_array(X), sp.csr_array(X)),
    "DOK": (sp.dok_array(X), sp.csr_array(X)),
    "DIA": (sp.dia_array(X), sp.csr_array(X)),
    "BSR": (sp.bsr_array(X), sp.csr_array(X)),
    "a sparse matrix": (sp.csr_matrix(X), sp.csr_array(X)),
    "sparse bool": (sp.csr_array(X > 0), sp.csr_array((X > 0) * 1.0)),
    "sparse int": (sp.csr_array((X * 9).astype(int)), sp.csr_array((X * 9).astype(int) * 1.0)),
    "sparse longdouble": (sp.csr_array(X.astype(np.longdouble)), sp.csr_array(X)),
    "sparse, wide indices": (wide_indices(), sp.csr_array(X)),
    "sparse, no entries": (sp.csr_array((60, 5)), sp.csr_array(np.zeros((60, 5)))),
    "sparse, zeros stored": (stored_zeros(), sp.csr_array(stored_zeros().toarray())),
    "sparse, indices not sorted": (unsorted(), sp.csr_array(X)),
}
# The order of sums differs, so these agree up to rounding.
CLOSE = {
    "sparse, zeros stored": (stored_zeros(), stored_zeros().toarray()),
    "sparse, indices not sorted": (unsorted(), X),
    "sparse and dense": (sp.csr_array(X), X),
}


@pytest.mark.bits
@pytest.mark.parametrize("name", ACCEPTED)
@pytest.mark.parametrize("kind", BOTH)
def test_accepted(kind, name):
    odd, plain = ACCEPTED[name]
    y = REAL > 30
    assert_means(kind, (odd, y), (plain, y))


@pytest.mark.parametrize("name", CLOSE)
def test_accepted_up_to_rounding(name):
    odd, plain = CLOSE[name]
    nets = [MLPRegressor(hidden_layer_sizes=(3,), max_iter=2, random_state=0) for _ in "ab"]
    first, second = nets[0].fit(odd, REAL), nets[1].fit(plain, REAL)
    np.testing.assert_allclose(first.predict(odd), second.predict(plain), rtol=1e-9)


@pytest.mark.parametrize("kind", BOTH)
def test_huge_rows_in_prediction(kind):
    """Scores that are not finite raise an error; they never become class 0 or NaN."""
    net = kind(hidden_layer_sizes=(3,), max_iter=2, random_state=0).fit(X, REAL > 30)
    with pytest.raises(ValueError, match="X holds values so large"):
        net.predict(np.sign(X) * 1.7e308)
    assert np.isfinite(net.predict(X * 1e300)).all()
