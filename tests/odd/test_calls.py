"""Odd arguments of other methods: classes, weights of layers, numeric parameters."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn import MLPClassifier, MLPRegressor
from sknn.layers import Dense, Dropout
from tests.estimators.data import LABELS, REAL, THREE, TWO_LABELS, X
from tests.odd import test_arrays, test_targets_and_weights
from tests.odd.helpers import SMALL

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
NAN, INF = float("nan"), float("inf")
FIRST, SECOND, BIAS = np.ones((5, 3)), np.ones((3, 1)), np.ones(3)


class Odd:
    def __repr__(self):
        return "Odd()"


BAD_CLASSES = {
    "a number": (3, THREE),
    "a string": ("abc", THREE),
    "an object": (Odd(), THREE),
    "a label missing": ([0, 1], THREE),
    "empty": ([], THREE),
    "NaN": ([0, 1, 2, NAN], THREE),
    "strings for numbers": (["0", "1", "2"], THREE),
    "mixed": ([0, 1, "2"], THREE),
    "two dimensions": ([[0, 1, 2]], THREE),
    "one list for two outputs": ([0, 1, 2], TWO_LABELS),
    "one output missing": ([[0, 1, 2]], TWO_LABELS),
    "a label of an output missing": ([[0, 1], [0, 1]], TWO_LABELS),
    "too few labels of an indicator": ([0, 1], LABELS),
    "none, and y shows few": (None, THREE),
}


@pytest.mark.parametrize("name", BAD_CLASSES)
def test_refused_classes(name):
    classes, y = BAD_CLASSES[name]
    net = MLPClassifier(**SMALL)
    with pytest.raises((ValueError, TypeError)) as error:
        net.partial_fit(X, y, classes=classes)
    assert re.search(r"\b(classes|y)\b", str(error.value))
    assert type(error.value).__module__ in ("builtins", "sknn.exceptions")
    assert not hasattr(net, "network_")


CLASSES_TAKEN = {
    "a tuple": (0, 1, 2),
    "a range": range(3),
    "an array": np.arange(3),
    "not sorted": [2, 0, 1],
    "one twice": [0, 1, 1, 2],
    "floats that are whole": [0.0, 1.0, 2.0],
    "small integers": np.arange(3, dtype=np.uint8),
}


@pytest.mark.parametrize("name", CLASSES_TAKEN)
def test_accepted_classes(name):
    net = MLPClassifier(**SMALL).partial_fit(X, THREE, classes=CLASSES_TAKEN[name])
    plain = MLPClassifier(**SMALL).partial_fit(X, THREE, classes=[0, 1, 2])
    assert_array_equal(net.predict_proba(X), plain.predict_proba(X))
    assert_array_equal(net.classes_, [0, 1, 2])


BAD_WEIGHTS = {
    "none": None,
    "a number": 3,
    "a list": [FIRST],
    "an array": FIRST,
    "a dict of arrays": {"hidden0": FIRST},
    "another layer": {"hidden9": {"W": FIRST}},
    "no name of a layer": {0: {"W": FIRST}},
    "another parameter": {"hidden0": {"V": FIRST}},
    "no name of a parameter": {"hidden0": {None: FIRST}},
    "another shape": {"hidden0": {"W": np.ones((3, 5))}},
    "a dimension more": {"hidden0": {"W": FIRST[None]}},
    "a number for an array": {"hidden0": {"W": 1.0}},
    "nothing": {"hidden0": {"W": None}},
    "a string": {"hidden0": {"W": "a"}},
    "strings": {"hidden0": {"W": np.full((5, 3), "a")}},
    "ragged": {"hidden0": {"W": [[1.0], [1.0, 2.0]]}},
    "NaN": {"hidden0": {"W": FIRST * NAN}},
    "infinity": {"hidden0": {"b": BIAS * INF}},
    "complex": {"hidden0": {"b": BIAS * 1j}},
    "dates": {"hidden0": {"b": BIAS.astype("M8[D]")}},
    "an object": {"hidden0": {"b": Odd()}},
    "right, then wrong": {"hidden0": {"b": BIAS, "W": BIAS}},
    "masked": {"hidden0": {"b": np.ma.masked_equal(BIAS, 1)}},
    "beyond floats": {"hidden0": {"b": [10**400] * 3}},
}


@pytest.mark.parametrize("name", BAD_WEIGHTS)
def test_refused_set_weights(name):
    net = MLPRegressor(**SMALL).fit(X, REAL)
    before = net.network_.theta.copy()
    with pytest.raises((ValueError, TypeError)) as error:
        net.set_weights(BAD_WEIGHTS[name])
    assert re.search(r"weights|hidden\d|parameter 0", str(error.value))
    assert_array_equal(net.network_.theta, before)


BAD_LISTS = {
    "none": None,
    "a number": 3,
    "a dict": {0: FIRST},
    "one array": FIRST,
    "too few": [FIRST],
    "too many": [FIRST, SECOND, SECOND],
    "the other way round": [SECOND, FIRST],
    "transposed": [FIRST.T, SECOND],
    "NaN": [FIRST * NAN, SECOND],
    "the last wrong": [FIRST, "a"],
    "complex": [FIRST, SECOND * 1j],
    "strings": [FIRST.astype(str).astype(object) + "a", SECOND],
    "an iterator": iter([FIRST, SECOND]),
    "dates": [FIRST.astype("M8[D]"), SECOND],
    "masked": [np.ma.masked_equal(FIRST, 1), SECOND],
}


@pytest.mark.parametrize("attribute", ["coefs_", "intercepts_"])
@pytest.mark.parametrize("name", BAD_LISTS)
def test_refused_coefs(attribute, name):
    net = MLPRegressor(**SMALL).fit(X, REAL)
    before = net.network_.theta.copy()
    with pytest.raises((ValueError, TypeError), match=attribute):
        setattr(net, attribute, BAD_LISTS[name])
    assert_array_equal(net.network_.theta, before)


BAD_ITEMS = {"shape": np.ones(4), "NaN": FIRST * NAN, "a string": "a", "complex": FIRST * 1j}


@pytest.mark.parametrize("name", BAD_ITEMS)
def test_refused_item(name):
    net = MLPRegressor(**SMALL).fit(X, REAL)
    before = net.network_.theta.copy()
    with pytest.raises((ValueError, TypeError), match="item"):
        net.coefs_[0] = BAD_ITEMS[name]
    assert_array_equal(net.network_.theta, before)


NUMBERS_TAKEN = [
    ("alpha", np.float32(0.5), 0.5),
    ("alpha", Fraction(1, 2), 0.5),
    ("alpha", Decimal("0.5"), 0.5),
    ("learning_rate_init", Decimal("0.125"), 0.125),
    ("alpha", 0, 0.0),
    ("alpha", np.int8(1), 1.0),
    ("l1", np.float16(0.5), 0.5),
    ("learning_rate_init", np.longdouble(0.5), 0.5),
    ("learning_rate_init", 1, 1.0),
    ("batch_size", np.int16(7), 7),
    ("max_iter", np.uint8(3), 3),
    ("hidden_layer_sizes", np.int64(4), (4,)),
    ("hidden_layer_sizes", np.array([4, 3]), (4, 3)),
    ("hidden_layer_sizes", [np.int32(4)], (4,)),
    ("random_state", np.uint32(5), 5),
    ("momentum", 1, 1.0),
    ("shuffle", np.False_, False),
    ("early_stopping", np.True_, True),
    ("verbose", 0, False),
    ("n_members", np.int8(2), 2),
    ("dropout", np.float32(0.25), 0.25),
    ("dropout", (0.25,), 0.25),
    ("freeze", np.int64(1), 1),
    ("freeze", ("hidden0",), 1),
    ("layer_rates", {"hidden0": Fraction(1, 2)}, {"hidden0": 0.5}),
    ("layer_rates", {}, None),
    ("tol", np.float32(0), 0.0),
    ("hidden_layer_sizes", [np.int8(100)], (100,)),
    ("batch_size", np.int8(50), 50),
    ("max_iter", np.int8(100), 100),
    ("max_grad_norm", np.int64(10**9), None),
    ("max_time", 10**30, None),
    ("n_iter_no_change", np.inf, 10**9),
    ("n_iter_no_change", np.int8(2), 2),
    ("activation", ("tanh",), "tanh"),
    ("callbacks", (), None),
    ("dtype", np.float32, "float32"),
]


@pytest.mark.parametrize("case", range(len(NUMBERS_TAKEN)), ids=lambda i: NUMBERS_TAKEN[i][0])
def test_accepted_parameters(case):
    name, odd, plain = NUMBERS_TAKEN[case]
    nets = [MLPRegressor(**SMALL | {name: value}).fit(X, REAL) for value in (odd, plain)]
    assert_array_equal(nets[0].network_.theta, nets[1].network_.theta)


NUMBERS_REFUSED = [
    ("alpha", np.array(0.5)),
    ("alpha", np.complex64(1)),
    ("alpha", -0.5 + 0j),
    ("alpha", np.float64(-1)),
    ("alpha", np.float32(NAN)),
    ("alpha", np.datetime64("2020")),
    ("alpha", np.timedelta64(1, "D")),
    ("l1", np.ma.masked),
    ("learning_rate_init", 0.0),
    ("learning_rate_init", -0.0),
    ("batch_size", np.float64(7)),
    ("batch_size", Fraction(7)),
    ("batch_size", np.True_),
    ("batch_size", "7"),
    ("max_iter", Fraction(3)),
    ("max_iter", np.timedelta64(3, "D")),
    ("max_iter", INF),
    ("hidden_layer_sizes", {3, 4}),
    ("hidden_layer_sizes", np.array([3.0, 4.0])),
    ("hidden_layer_sizes", np.array([[3, 4]])),
    ("hidden_layer_sizes", (True,)),
    ("hidden_layer_sizes", (n for n in (3, 4))),
    ("hidden_layer_sizes", b"3"),
    ("hidden_layer_sizes", -(10**30)),
    ("activation", ["relu", None]),
    ("activation", b"relu"),
    ("activation", {"relu"}),
    ("solver", b"adam"),
    ("solver", np.str_("adamant")),
    ("solver", ["adam"]),
    ("random_state", np.float64(1)),
    ("random_state", Fraction(1)),
    ("random_state", [1]),
    ("random_state", 2**64),
    ("shuffle", "False"),
    ("shuffle", np.int8(1)),
    ("dropout", {"hidden0": 0.1}),
    ("dropout", np.array([0.1])),
    ("freeze", {"hidden0"}),
    ("freeze", ["hidden0", 1]),
    ("freeze", "hidden"),
    ("freeze", np.array([1])),
    ("layer_rates", {0: 1.0}),
    ("layer_rates", {"hidden0": None}),
    ("layer_rates", {"hidden0": INF}),
    ("layer_rates", [("hidden0", 1.0)]),
    ("layer_rates", {"hidden0": 1j}),
    ("callbacks", [Dense]),
    ("callbacks", {"a": 1}),
    ("callbacks", "ProgressBar"),
    ("scoring", b"r2"),
    ("scoring", 0.5),
    ("scoring", {"r2"}),
    ("layers", Dropout(0.5)),
    ("layers", ["hidden0"]),
    ("layers", {"hidden0": Dense(3)}),
    ("layers", [Dense(3), 3]),
    ("dtype", "float128"),
    ("dtype", "double?"),
    ("dtype", complex),
    ("dtype", np.dtype("f2")),
    ("n_members", np.float64(2)),
    ("n_members", "2"),
    ("validation_fraction", 1.0),
    ("n_iter_no_change", -INF),
    ("n_iter_no_change", Decimal(2)),
    ("stop_below", NAN),
    ("stop_below", -INF),
    ("random_state", np.timedelta64(1, "D")),
    ("dropout", np.timedelta64(0, "D")),
    ("layer_rates", {"hidden0": True}),
    ("max_time", -1e-9),
    ("max_time", np.timedelta64(1, "s")),
    ("output_range", "Train"),
    ("output_range", {0, 1}),
    ("output_range", (None, 1)),
    ("output_range", (1j, 2)),
    ("normalize_y", 0),
    ("normalize_y", np.int8(1)),
    ("transform_layer", 1.0),
    ("transform_layer", 7),
    ("transform_layer", -9),
]


@pytest.mark.parametrize("case", range(len(NUMBERS_REFUSED)), ids=lambda i: NUMBERS_REFUSED[i][0])
def test_refused_parameters(case):
    name, value = NUMBERS_REFUSED[case]
    net = MLPRegressor(**{"max_iter": 1} | {name: value})
    with pytest.raises((ValueError, TypeError), match=name):
        net.fit(X, REAL)
    assert not hasattr(net, "network_")


def distinct_cases():
    """Count odd inputs by argument and value; methods and estimators do not count."""
    tables = [BAD_CLASSES, CLASSES_TAKEN, BAD_WEIGHTS, BAD_LISTS, BAD_ITEMS]
    tables += [NUMBERS_TAKEN, NUMBERS_REFUSED]
    tables += [test_arrays.REFUSED, test_arrays.ACCEPTED, test_arrays.CLOSE]
    y = test_targets_and_weights
    tables += [y.BAD_Y, y.BAD_LABELS, y.BAD_NUMBERS, y.BAD_WEIGHT]
    tables += [y.LABELS_TAKEN, y.NUMBERS_TAKEN, y.WEIGHTS_TAKEN]
    return sum(map(len, tables))


def test_there_are_enough_cases():
    """Without frames and the tables of tests/odd/test_bad_input.py, which come on top."""
    assert distinct_cases() > 400


FLOATS = {
    "alpha": 0.1,
    "l1": 0.01,
    "weight_decay": 0.01,
    "learning_rate_init": 0.01,
    "power_t": 0.3,
    "tol": 1e-4,
    "momentum": 0.8,
    "beta_1": 0.8,
    "beta_2": 0.99,
    "epsilon": 1e-7,
    "dropout": 0.2,
    "input_dropout": 0.1,
    "max_grad_norm": 0.5,
    "validation_fraction": 0.2,
    "stop_below": 1e-9,
    "max_time": 100.0,
}


@pytest.mark.parametrize("solver", ["adam", "sgd", "nadam", "amsgrad", "lion"])
def test_numbers_of_numpy_leave_float32_alone(solver):
    """np.linspace gives float64 scalars, which would turn a float32 step into float64."""
    for name, value in FLOATS.items():
        settings = {"solver": solver, "learning_rate": "invscaling", "batch_size": 16} | SMALL
        x = X.astype(np.float32)
        nets = [
            MLPRegressor(**settings | {name: kind(value)}).fit(x, REAL)
            for kind in (float, np.float64)
        ]
        assert nets[1].network_.dtype == np.float32
        assert_array_equal(nets[0].network_.theta, nets[1].network_.theta, err_msg=name)
