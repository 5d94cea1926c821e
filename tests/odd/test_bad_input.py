"""Every invalid parameter or array raises a ValueError or TypeError that names it."""

import datetime
import re

import numpy as np
import pytest
import scipy.sparse as sp

from sknn import MLPClassifier, MLPRegressor
from sknn.layers import BatchNorm, Dense, Dropout
from sknn.losses import Huber
from sknn.optimizers import SGD, Adam
from sknn.schedules import BatchSize, Cosine
from tests.estimators.data import BINARY, REAL, THREE, TWO_REAL, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
BOTH = (MLPClassifier, MLPRegressor)
NAN, INF = float("nan"), float("inf")


class Odd:
    """Equal to nothing, and raises if compared."""

    def __repr__(self):
        return "Odd()"


JUNK = [Odd(), {"a": 1}, np.ones(3), "junk", b"junk", 1j, lambda: None, [[]]]
NUMBERS = {
    "alpha": [-1e-9, NAN, INF, "0.1", None, [0.1], True],
    "l1": [-1, NAN, None],
    "weight_decay": [-1, NAN, "sometimes", None],
    "batch_size": [0, -1, 2.0, NAN, "all", None, True, [3], BatchSize],
    "learning_rate_init": [0, -1, NAN, INF, None, "fast", np.ones(2)],
    "power_t": [-1, NAN, None],
    "max_iter": [0, -1, 1.0, NAN, None, True, "many"],
    "shuffle": [1, 0, None, "yes"],
    "random_state": [-1, 1.5, "seed", 2**33, True, np.random.default_rng(0)],
    "tol": [-1, NAN, None],
    "verbose": [-1, 1.5, None, "yes"],
    "warm_start": [1, None, "yes"],
    "momentum": [-0.1, 1.1, NAN, None],
    "nesterovs_momentum": [1, None],
    "early_stopping": [1, None, "yes"],
    "validation_fraction": [0, 1, NAN, None],
    "beta_1": [-0.1, 1, NAN, None],
    "beta_2": [-0.1, 1, NAN, None],
    "epsilon": [0, -1, NAN, None],
    "n_iter_no_change": [0, 1.5, NAN, None, np.ones(2)],
    "max_fun": [0, 1.5, None],
    "dropout": [1, -0.1, NAN, None, [0.1, 0.2], [0.1, "x"], True],
    "input_dropout": [1, -0.1, NAN, None, [0.1]],
    "max_grad_norm": [0, -1, NAN, "x"],
    "freeze": [-1, 7, 1.5, ["nothing"], "nothing", [0]],
    "layer_rates": [
        {"nothing": 1.0},
        {"hidden0": -1},
        {"hidden0": NAN},
        {"hidden0": "x"},
        [1.0],
        2,
    ],
    "stop_below": [NAN, "x", [1]],
    "max_time": [0, -1, NAN, "x"],
    "restore_best": [1, None],
    "dtype": ["float16", "int", None, np.int64, 32, np.ones(3)],
    "n_members": [0, -1, 1.5, None, True],
    "transform_layer": [1.5, None, "last"],
    "callbacks": [3, ["x"], Odd(), [Odd()]],
    "scoring": [3, Odd(), ["r2"]],
    "hidden_layer_sizes": [0, -1, 5.5, (5.5,), (3, 0), "100", None, (None,), {"a": 1}, [[3]], True],
    "activation": ["step", None, 3, ["relu", "relu"], ["step"], Adam()],
    "solver": ["newton", None, 3, Adam, Cosine()],
    "learning_rate": ["fast", None, 0.1, Cosine, Adam()],
    "loss": ["surprise", None, 3, Huber, Adam()],
    "normalization": ["group", 3, True, BatchNorm()],
    "weight_init": ["zeros?", None, 3, Dense(3)],
    "layers": [3, "Dense", [3], [Dense], Dense(3), [None]],
}
CASES = [(name, value) for name, values in NUMBERS.items() for value in values]


@pytest.mark.parametrize("case", range(len(CASES)), ids=lambda i: CASES[i][0])
def test_parameters(case):
    name, value = CASES[case]
    for kind in BOTH:
        network = kind(**{name: value})
        with pytest.raises((ValueError, TypeError), match=name) as error:
            network.fit(X, BINARY)
        assert type(error.value).__module__.split(".")[0] in ("builtins", "sknn", "sklearn")
        assert not hasattr(network, "network_")


SPECIAL = {
    MLPClassifier: {
        "class_weight": [3, "even", {9: 1.0}, {0: -1}, {0: NAN}, {0: "x"}, [3], [{0: 1}, {1: 1}]],
        "label_smoothing": [-0.1, 1, NAN, None, "x"],
        "loss": ["poisson", "quantile", Huber()],
    },
    MLPRegressor: {
        "normalize_y": [1, None, "yes"],
        "output_range": [(1, 0), (1, 1), (1,), 3, "all", (NAN, 1), ("a", "b"), (0, 1, 2)],
        "loss": ["hinge", "focal", "log_loss"],
    },
}
SPECIAL_CASES = [(k, n, v) for k, table in SPECIAL.items() for n, vs in table.items() for v in vs]


@pytest.mark.parametrize("case", range(len(SPECIAL_CASES)), ids=lambda i: SPECIAL_CASES[i][1])
def test_parameters_of_one_class(case):
    kind, name, value = SPECIAL_CASES[case]
    with pytest.raises((ValueError, TypeError), match=name):
        kind(**{name: value}).fit(X, BINARY)


@pytest.mark.parametrize("name", [*NUMBERS, "loss"])
@pytest.mark.parametrize("junk", range(len(JUNK)))
def test_junk_never_gives_a_foreign_exception(name, junk):
    """Every value is either refused by name or has a meaning."""
    value = JUNK[junk]
    for kind in BOTH:
        network = kind(**{"max_iter": 1} | {name: value})
        repr(network)
        network.get_params()
        try:
            network.fit(X, BINARY)
        except (ValueError, TypeError) as error:
            assert name in str(error)
        else:
            assert (name, type(value)) in MEANINGFUL


# A user-defined scorer is a callable, and an empty list of callbacks or layers is valid.
MEANINGFUL = {("scoring", type(lambda: None)), ("scoring", str)}

SPECS = [
    ("solver", SGD(momentum=2.0), "momentum"),
    ("solver", Adam(beta_1=1.0), "beta_1"),
    ("solver", Adam(epsilon="x"), "epsilon"),
    ("learning_rate", Cosine(epochs=0), "epochs"),
    ("learning_rate", Cosine(warmup=1.5), "warmup"),
    ("batch_size", BatchSize(0, 5), "first"),
    ("layers", [Dense(0)], "units"),
    ("layers", [Dense(3.5)], "units"),
    ("layers", [Dense(3, "step")], "activation"),
    ("layers", [Dense(3, max_norm=-1)], "max_norm"),
    ("layers", [Dropout(1.0)], "rate"),
    ("layers", [Dense(3, weight_init="x")], "weight_init"),
]


@pytest.mark.parametrize(("name", "spec", "words"), SPECS)
def test_specs_are_checked(name, spec, words):
    with pytest.raises(ValueError, match=words):
        MLPRegressor(**{name: spec}).fit(X, REAL)


def holed(value):
    x = X.copy()
    x[3, 2] = value
    return x


DATES = np.arange("2020-01-01", "2020-03-01", dtype="datetime64[D]").reshape(60, 1)
BAD_X = {
    "nan": (holed(NAN), "NaN"),
    "infinity": (holed(INF), "infinity"),
    "too large for float32": (np.full((60, 5), 10**400, dtype=object), "large|infin|X"),
    "empty": (np.empty((0, 5)), "0 sample"),
    "no features": (np.empty((60, 0)), "0 feature"),
    "one dimension": (X[:, 0], "1D array"),
    "three dimensions": (X[:, :, None], "3 axes"),
    "a number": (3.0, "scalar|array"),
    "none": (None, "None|NoneType|array|scalar"),
    "strings": (np.full((60, 5), "a"), "string|convert"),
    "objects": (np.full((60, 5), Odd(), object), "float|X"),
    "complex": (X + 1j, "[Cc]omplex"),
    "dates": (DATES, "X.*dates"),
    "spans": (DATES - DATES[0], "X.*time spans"),
    "masked": (np.ma.masked_where(X > 1, X), "X.*masked"),
    "ragged": ([[1, 2], [3]] * 30, "In X the rows are arrays of different shapes: .* row 1"),
    "a dict": ({"a": 1}, "array|float|dict|scalar"),
    "sparse nan": (sp.csr_array(holed(NAN)), "NaN"),
    "fewer rows": (X[:50], "inconsistent numbers of samples"),
    "structured": (np.zeros(60, [("a", float), ("b", float)]), "."),
}


@pytest.mark.parametrize("name", BAD_X)
@pytest.mark.parametrize("kind", BOTH)
def test_bad_x(kind, name):
    x, words = BAD_X[name]
    for method in ("fit", "partial_fit"):
        more = {"classes": [0, 1]} if (method, kind) == ("partial_fit", MLPClassifier) else {}
        with pytest.raises((ValueError, TypeError), match=words):
            getattr(kind(), method)(x, BINARY, **more)


@pytest.mark.parametrize("name", [n for n in BAD_X if n not in ("fewer rows",)])
def test_bad_x_in_prediction(name):
    network = MLPRegressor(hidden_layer_sizes=(3,), max_iter=2).fit(X, REAL)
    with pytest.raises((ValueError, TypeError)):
        network.predict(BAD_X[name][0])


BAD_Y = {
    "none": (None, "y"),
    "nan": (np.where(X[:, 0] > 1, NAN, REAL), "y contains NaN|Input y"),
    "infinity": (np.where(X[:, 0] > 1, INF, REAL), "y contains infinity|Input y"),
    "short": (REAL[:10], "inconsistent numbers of samples"),
    "empty": ([], "."),
    "three dimensions": (np.ones((60, 2, 2)), "dim 3|3D|y|dimension"),
    "dates": (DATES[:, 0], "y.*dates"),
    "masked": (np.ma.masked_where(REAL > 30, REAL), "y.*masked"),
    "complex": (REAL + 1j, "[Cc]omplex"),
    "a number": (3.0, "."),
}


@pytest.mark.parametrize("name", BAD_Y)
@pytest.mark.parametrize("kind", BOTH)
def test_bad_y(kind, name):
    y, words = BAD_Y[name]
    with pytest.raises((ValueError, TypeError), match=words):
        kind().fit(X, y)


ONLY = [
    (MLPClassifier, REAL, "Unknown label type|continuous"),
    (MLPClassifier, TWO_REAL, "Unknown label type|continuous"),
    (MLPClassifier, np.array([["a", 1.5]] * 60, object), "."),
    (MLPRegressor, np.array(["a", "b"])[BINARY], "convert|y"),
    (MLPRegressor, np.full(60, Odd(), object), "float|y"),
    (MLPRegressor, np.full(60, 1.7e308), "y is too large"),
]


@pytest.mark.parametrize(("kind", "y", "words"), ONLY)
def test_bad_y_of_one_class(kind, y, words):
    with pytest.raises((ValueError, TypeError), match=words):
        kind(max_iter=3).fit(X, y)


@pytest.mark.parametrize(
    ("loss", "y"), [("poisson", -REAL), ("gamma", REAL * 0), ("tweedie", -REAL)]
)
def test_targets_outside_of_the_domain_of_a_loss(loss, y):
    with pytest.raises(ValueError, match="y"):
        MLPRegressor(loss=loss).fit(X, y)


BAD_WEIGHT = {
    "negative": -np.ones(60),
    "nan": np.full(60, NAN),
    "infinity": np.full(60, INF),
    "zero": np.zeros(60),
    "short": np.ones(3),
    "two columns": np.ones((60, 2)),
    "strings": np.full(60, "a"),
    "a string": "balanced",
    "dates": DATES[:, 0],
    "masked": np.ma.masked_where(REAL > 30, np.ones(60)),
    "complex": np.ones(60) * 1j,
    "objects": np.full(60, Odd(), object),
    "a dict": {0: 1.0},
    "sparse": sp.csr_array(np.ones((60, 1))),
}


@pytest.mark.parametrize("name", BAD_WEIGHT)
@pytest.mark.parametrize("kind", BOTH)
def test_bad_weights(kind, name):
    with pytest.raises((ValueError, TypeError), match=re.compile("weight", re.IGNORECASE)):
        kind(max_iter=2).fit(X, BINARY, BAD_WEIGHT[name])


def test_dates_in_a_frame():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": X[:, 0], "day": pandas.to_datetime(DATES[:, 0])})
    for x in (frame, frame[["day"]], [[datetime.date(2020, 1, 1)]] * 60):
        with pytest.raises((ValueError, TypeError)):
            MLPRegressor(max_iter=2).fit(x, REAL)


@pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning")
@pytest.mark.parametrize("kind", BOTH)
def test_huge_but_finite_inputs(kind):
    """They learn nothing, or raise an error with the advice to scale; they never give NaN."""
    try:
        network = kind(max_iter=5).fit(X * 1e300, THREE)
    except ValueError as error:
        assert "Scale X" in str(error)
    else:
        assert np.isfinite(network.predict(X * 1e300)).all()


def test_huge_targets_are_standardized():
    network = MLPRegressor(hidden_layer_sizes=(3,), max_iter=2).fit(X, REAL * 1e200)
    assert np.isfinite(network.predict(X)).all()


def test_there_are_enough_cases():
    count = len(CASES) + len(SPECIAL_CASES) + len(SPECS) + len(BAD_X) + len(BAD_Y) + len(BAD_WEIGHT)
    assert count >= 120
