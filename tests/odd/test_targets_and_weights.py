"""Odd y and odd sample weights."""

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp

from sknn import MLPClassifier, MLPRegressor
from tests.estimators.data import BINARY, LABELS, REAL, THREE, X
from tests.odd.helpers import BOTH, assert_means, try_refused

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
NAN, INF = float("nan"), float("inf")
DAYS = np.datetime64("2020-01-01") + np.arange(60)
W = np.linspace(0.1, 2.0, 60)


def among(values, value):
    """Return values as objects, one of which is replaced."""
    objects = np.array(values, dtype=object)
    objects[3] = value
    return objects


def quiet_matrix(values):
    with pytest.warns(PendingDeprecationWarning):
        return np.matrix(values)


# What is neither a y nor a weight.
NO_VECTOR = {
    "0 dimensions": lambda: np.array(3.0),
    "a dict": lambda: {0: 1.0},
    "a set": lambda: {1.0},
    "a generator": lambda: (value for value in REAL),
    "an iterator": lambda: iter(REAL),
    "a class": lambda: int,
    "a function": lambda: len,
    "a string": lambda: "balanced",
    "bytes": lambda: b"abc",
    "3 dimensions": lambda: np.ones((60, 1, 1)),
    "2 x 60": lambda: np.ones((2, 60)),
    "empty": lambda: np.empty(0),
    "an empty list": list,
    "too short": lambda: REAL[:10],
    "too long": lambda: np.append(REAL, 1.0),
    "ragged": lambda: [[1.0], [1.0, 2.0]] * 30,
    "NaN": lambda: np.where(BINARY, NAN, 1.0),
    "infinity": lambda: np.where(BINARY, INF, 1.0),
    "minus infinity": lambda: np.where(BINARY, -INF, 1.0),
    "a NaN among objects": lambda: among(THREE, NAN),
    "None among objects": lambda: among(THREE, None),
    "a string among objects": lambda: among(THREE, "a"),
    "bytes among objects": lambda: among(THREE, b"a"),
    "a list among objects": lambda: among(THREE, [1, 2]),
    "an object among objects": lambda: among(THREE, object()),
    "a date among objects": lambda: among(THREE, datetime.date(2020, 1, 1)),
    "a datetime64 among objects": lambda: among(THREE, DAYS[0]),
    "complex": lambda: REAL + 1j,
    "complex without imaginary part": lambda: REAL + 0j,
    "datetime64": lambda: DAYS,
    "timedelta64": lambda: DAYS - DAYS[0],
    "not a time": lambda: np.full(60, np.datetime64("NaT", "D")),
    "a list of datetime64": lambda: list(DAYS),
    "a list of dates": lambda: [datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)] * 30,
    "a list of time spans": lambda: [datetime.timedelta(1), datetime.timedelta(2)] * 30,
    "masked": lambda: np.ma.masked_where(BINARY > 0, REAL),
    "a matrix": lambda: quiet_matrix(REAL),
    "structured": lambda: np.zeros(60, [("a", float)]),
    "void": lambda: np.zeros(60, "V8"),
    "integers beyond floats": lambda: [10**400, 1] * 30,
    "sparse NaN": lambda: sp.csr_array(np.where(LABELS, NAN, 0.0)),
}
BAD_Y = NO_VECTOR | {
    "none": lambda: None,
    "60 x 0": lambda: np.empty((60, 0)),
    "a row": lambda: REAL[None],
    "a column of strings and numbers": lambda: np.array([["a", 1]] * 60, object),
}
BAD_LABELS = {
    "real numbers": lambda: REAL,
    "real numbers, two columns": lambda: np.column_stack([REAL, REAL]),
    "halves": lambda: THREE / 2,
    "halves in float16": lambda: (THREE / 2).astype(np.float16),
    "tuples among objects": lambda: among(THREE, (1, 2)),
    "Decimal": lambda: [Decimal(1), Decimal(2)] * 30,
    "Fraction": lambda: [Fraction(1, 3), Fraction(2, 3)] * 30,
    "integers beyond int64": lambda: [10**30, 10**31] * 30,
    "half an indicator": lambda: LABELS / 2,
    "a sparse column of numbers": lambda: sp.csr_array(REAL[:, None]),
    "a sparse indicator of twos": lambda: sp.csr_array(2 * LABELS),
}
BAD_NUMBERS = {
    "bytes": lambda: np.array([b"a", b"b"])[BINARY],
    "strings": lambda: np.array(["a", "b"])[BINARY],
    "a list of strings": lambda: ["a", "b"] * 30,
    "strings as objects": lambda: np.array(["a", "b"], object)[BINARY],
    "a sparse column": lambda: sp.csr_array(REAL[:, None]),
    "a sparse indicator": lambda: sp.csr_array(LABELS),
    "sums beyond floats": lambda: np.where(BINARY, 1.7e308, -1.7e308),
    "a mean beyond floats": lambda: np.full(60, 1.7e308),
}
BAD_WEIGHT = NO_VECTOR | {
    "NaN alone": lambda: NAN,
    "infinity alone": lambda: INF,
    "negative alone": lambda: -1.0,
    "zero alone": lambda: 0.0,
    "complex alone": lambda: 1j,
    "complex64 alone": lambda: np.complex64(1),
    "one negative": lambda: np.where(np.arange(60) == 5, -1e-9, 1.0),
    "all negative": lambda: -W,
    "strings": lambda: np.full(60, "a"),
    "a column": lambda: W[:, None],
    "a row": lambda: W[None],
    "sparse": lambda: sp.csr_array(W[:, None]),
    "subnormal": lambda: np.full(60, 5e-324),
    "a sum beyond floats": lambda: np.full(60, 1.7e308),
    "a name": lambda: "sample_weight",
    "a list of None": lambda: [None] * 60,
}


@pytest.mark.parametrize("name", BAD_Y)
@pytest.mark.parametrize("kind", BOTH)
def test_refused_y(kind, name):
    try_refused(kind, "y", BAD_Y[name])


@pytest.mark.parametrize("name", BAD_LABELS)
def test_refused_labels(name):
    try_refused(MLPClassifier, "y", BAD_LABELS[name])


@pytest.mark.parametrize("name", BAD_NUMBERS)
def test_refused_numbers(name):
    make = BAD_NUMBERS[name]
    if "beyond" in name:  # only the first y is asked for its scale
        with pytest.raises(ValueError, match="y is too large"):
            MLPRegressor().fit(X, make())
    else:
        try_refused(MLPRegressor, "y", make)


@pytest.mark.parametrize("name", BAD_WEIGHT)
@pytest.mark.parametrize("kind", BOTH)
def test_refused_weights(kind, name):
    if name == "zero alone":  # a stream may have a chunk of it
        with pytest.raises(ValueError, match="sample_weight"):
            kind().fit(X, BINARY, 0.0)
    else:
        try_refused(kind, "sample_weight", BAD_WEIGHT[name])


NAMES = np.array(["a", "b", "c"])[THREE]
LABELS_TAKEN = {
    "a list": (THREE.tolist(), THREE),
    "a tuple": (tuple(THREE), THREE),
    "floats that are whole": (THREE.astype(float), THREE),
    "float16 that are whole": (THREE.astype(np.float16), THREE),
    "uint8": (THREE.astype(np.uint8), THREE),
    "bool": (BINARY > 0, BINARY),
    "ends of int64": (np.where(BINARY, 2**63 - 1, -(2**63)), BINARY),
    "zeros of both signs are one class": (np.where(BINARY, -0.0, 0.0), np.zeros(60)),
    "strings": (NAMES, THREE),
    "strings as objects": (NAMES.astype(object), THREE),
    "a list of strings": (NAMES.tolist(), THREE),
    "the string nan is a name": (np.array(["a", "nan"])[BINARY], BINARY),
    "masked without a mask": (np.ma.array(THREE), THREE),
    "read-only": (np.broadcast_to(0, 60), np.zeros(60, int)),
    "strided": (np.repeat(THREE, 2)[::2], THREE),
    "big-endian": (THREE.astype(">i4"), THREE),
    "an indicator of bools": (LABELS > 0, LABELS),
    "an indicator of floats": (LABELS.astype(float), LABELS),
    "an indicator of lists": (LABELS.tolist(), LABELS),
}
NUMBERS_TAKEN = {
    "a list": (REAL.tolist(), REAL),
    "a range": (range(60), np.arange(60.0)),
    "integers": (THREE, THREE.astype(float)),
    "uint8 is not wrapped": (np.where(BINARY, 255, 0).astype(np.uint8), BINARY * 255.0),
    "bool": (BINARY > 0, BINARY.astype(float)),
    "objects": (REAL.astype(object), REAL),
    "longdouble": (REAL.astype(np.longdouble), REAL),
    "Decimal": ([Decimal(1), Decimal(2)] * 30, np.array([1.0, 2.0] * 30)),
    "Fraction": ([Fraction(1, 4), Fraction(1, 2)] * 30, np.array([0.25, 0.5] * 30)),
    "integers beyond int64": ([10**30, 10**31] * 30, np.array([1e30, 1e31] * 30)),
    "numbers spelt": (np.round(REAL, 1).astype(str), np.round(REAL, 1)),
    "negative zero": (np.where(BINARY, -0.0, 1.0), np.where(BINARY, 0.0, 1.0)),
    "subnormal": (np.where(BINARY, 5e-324, 0.0), np.where(BINARY, 5e-324, 0.0)),
    "huge": (REAL * 1e300, REAL * 1e300),
    "constant": (np.full(60, 3), np.full(60, 3.0)),
    "strided": (np.repeat(REAL, 2)[::2], REAL),
    "big-endian": (REAL.astype(">f8"), REAL),
}
WEIGHTS_TAKEN = {
    "a number": (2.0, np.full(60, 2.0)),
    "an integer": (3, np.full(60, 3.0)),
    "a bool": (True, np.ones(60)),
    "a scalar of NumPy": (np.float32(2), np.full(60, 2.0)),
    "Decimal": (Decimal(2), np.full(60, 2.0)),
    "Fraction": (Fraction(1, 2), np.full(60, 0.5)),
    "a list": (W.tolist(), W),
    "a range": (range(60), np.arange(60.0)),
    "bools": (BINARY > 0, BINARY.astype(float)),
    "uint8": (np.full(60, 255, np.uint8), np.full(60, 255.0)),
    "float16": (np.full(60, 0.5, np.float16), np.full(60, 0.5)),
    "longdouble": (W.astype(np.longdouble), W),
    "objects": (W.astype(object), W),
    "numbers spelt": (np.full(60, "1.5"), np.full(60, 1.5)),
    "negative zero": (np.where(BINARY, 1.0, -0.0), BINARY.astype(float)),
    "masked without a mask": (np.ma.array(W), W),
    "read-only": (np.broadcast_to(1.0, 60), np.ones(60)),
    "integers beyond int64": ([10**30] * 60, np.full(60, 1e30)),
    "large": (W * 1e300, W * 1e300),
    "small": (W * 1e-300, W * 1e-300),
}


@pytest.mark.bits
@pytest.mark.parametrize("name", LABELS_TAKEN)
def test_accepted_labels(name):
    odd, plain = LABELS_TAKEN[name]
    nets = [MLPClassifier((3,), max_iter=2, random_state=0).fit(X, y) for y in (odd, plain)]
    np.testing.assert_array_equal(nets[0].network_.theta, nets[1].network_.theta)
    assert set(np.unique(nets[0].predict(X))) <= set(np.unique(np.asarray(odd)))


@pytest.mark.bits
@pytest.mark.parametrize("name", NUMBERS_TAKEN)
def test_accepted_numbers(name):
    odd, plain = NUMBERS_TAKEN[name]
    assert_means(MLPRegressor, (X, odd), (X, plain))


@pytest.mark.bits
@pytest.mark.parametrize("name", WEIGHTS_TAKEN)
@pytest.mark.parametrize("kind", BOTH)
def test_accepted_weights(kind, name):
    odd, plain = WEIGHTS_TAKEN[name]
    assert_means(kind, (X, BINARY, odd), (X, BINARY, plain))


@pytest.mark.parametrize("kinds", [(np.int8, np.uint64), (int, np.int64), (np.uint64, float)])
def test_labels_of_several_types_of_numbers_among_objects(kinds):
    labels = np.array([kinds[i % 2](label) for i, label in enumerate(THREE)], dtype=object)
    net = MLPClassifier(max_iter=1, random_state=0).fit(X, labels)
    wanted = float if float in kinds else np.int64
    assert net.classes_.dtype == wanted and net.classes_.tolist() == [0, 1, 2]
