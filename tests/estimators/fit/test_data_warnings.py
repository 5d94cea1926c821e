"""Probably unintended data is used, with one warning that names the remedy."""

import datetime
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.decomposition import TruncatedSVD
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    RobustScaler,
    StandardScaler,
)

from sknn import (
    AutoEncoder,
    CNNRegressor,
    MLPClassifier,
    MLPRegressor,
    RNNRegressor,
    TabularMLPRegressor,
)
from sknn.exceptions import DataScaleWarning, OneHotTargetWarning
from sknn.layers import BatchNorm, Dense

RNG = np.random.default_rng(0)
NORMAL = RNG.standard_normal((300, 4))
Y = (NORMAL[:, 0] > 0).astype(int)
WINE, BARREL = load_wine(return_X_y=True)
CANCER, MALIGNANT = load_breast_cancer(return_X_y=True)
PIXELS = RNG.integers(0, 256, (300, 12))
WORDS = TfidfTransformer().fit_transform(
    sp.csr_array(np.where(RNG.random((300, 500)) < 0.01, RNG.random((300, 500)), 0.0))
)
DAYS = RNG.integers(0, 2000, 300)


def quiet(**parameters):
    return MLPClassifier((3,), learning_rate="cosine", random_state=0, max_iter=2, **parameters)


def told(call, *arguments, **more):
    """Return our own warnings in a call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(*arguments, **more)
    return [w for w in caught if issubclass(w.category, (DataScaleWarning, OneHotTargetWarning))]


def with_column(values):
    return np.column_stack([NORMAL, values])


# -- columns of X -------------------------------------------------------------------------

WELL = {
    "digits": load_digits().data[:300],
    "iris": load_iris().data,
    "diabetes": load_diabetes().data,
    "standardized": StandardScaler().fit_transform(CANCER),
    "from 0 to 1": MinMaxScaler().fit_transform(WINE),
    "robust": RobustScaler().fit_transform(CANCER)[:, :20],
    "one-hot": np.eye(30)[RNG.integers(0, 30, 300)],
    "rare": (RNG.random((300, 20)) < 0.01).astype(float),
    "rare, sparse": sp.csr_array((RNG.random((300, 20)) < 0.01).astype(float)),
    "words": WORDS,
    "standardized rare": StandardScaler().fit_transform(RNG.random((9000, 5)) < 0.0004),
    "heavy tails": StandardScaler().fit_transform(RNG.lognormal(0, 3, (9000, 5))),
    "heavy tails, 0 to 1": MinMaxScaler().fit_transform(RNG.lognormal(0, 4, (9000, 5))),
    "pixels": PIXELS / 255,
    "float32": (PIXELS / 255).astype(np.float32),
    "ages": with_column(RNG.integers(18, 95, 300)),
    "a constant column": with_column(np.full(300, 1.0)),
    "an empty column": with_column(np.zeros(300)),
    "one row": NORMAL[:1],
}


@pytest.mark.parametrize("X", WELL.values(), ids=WELL)
def test_no_warning_of_good_scales(X):
    y = np.arange(X.shape[0]) % 2
    assert told(quiet().fit, X, y) == []


BADLY = {
    "wine": (WINE, ["column 4", "column 12"]),
    "cancer": (CANCER, ["column 2", "column 3", "column 23"]),
    "pixels": (PIXELS, ["column 0", "column 4", "and 7 more"]),
    "float32": (PIXELS.astype(np.float32), ["column 4", "and 7 more"]),
    "days": (with_column(737_000 + DAYS), ["column 4 (mean 7.38e+05"]),
    "years": (with_column(2000 + DAYS % 20), ["column 4"]),
    "little spread": (with_column(37 + 0.1 * NORMAL[:, 0]), ["column 4"]),
    "tiny": (with_column(1e-6 * NORMAL[:, 0]), ["column 4"]),
    "huge": (with_column(1e300 * NORMAL[:, 0]), ["column 4"]),
    "sparse": (sp.csr_matrix(np.abs(with_column(1000.0 * Y))), ["column 4", "MaxAbsScaler"]),
    "sparse array": (sp.csc_array(with_column(1e-6 * NORMAL[:, 0])), ["column 4", "MaxAbsScaler"]),
}


@pytest.mark.parametrize(("X", "words"), BADLY.values(), ids=BADLY)
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_warning_names_columns_and_remedy(X, words, solver):
    y = np.arange(X.shape[0]) % 2
    try:
        (warning,) = told(quiet(solver=solver).fit, X, y)
    except ValueError as error:
        assert "non-finite" in str(error)
        return
    for word in words:
        assert word in str(warning.message)
    scaler = "MaxAbsScaler" if sp.issparse(X) else "StandardScaler"
    assert f"make_pipeline({scaler}(), MLPClassifier(...))" in str(warning.message)
    assert "column 1 " not in str(warning.message) or X is not WINE


SVD = TruncatedSVD(12, random_state=0).fit_transform(NORMAL @ RNG.standard_normal((4, 20)))
ROUNDED = {
    "surplus components": (SVD, ["column 4", "and 3 more"]),
    "in float32": (np.c_[NORMAL, 1e-8 * NORMAL[:, 0]].astype(np.float32), ["column 4 "]),
    "sparse": (sp.csr_array(with_column(1e-17 * NORMAL[:, 0])), ["column 4 "]),
    "sums": (with_column(100 * (0.1 + RNG.choice([0, 1e-16], 300))), ["column 4 "]),
}


@pytest.mark.parametrize(("X", "words"), ROUNDED.values(), ids=ROUNDED)
def test_columns_of_rounding_errors_are_to_be_left_out(X, words):
    (warning,) = told(quiet().fit, X, Y)
    text = str(warning.message)
    assert text.startswith("X has columns that vary by no more than rounding errors: column 4")
    assert all(word in text for word in words)
    assert "Leave them out" in text and "fewer components" in text


SHAPED = {
    "images": (CNNRegressor((2,), max_iter=1), (40, 6, 6), "pixels by the largest .* such as 255"),
    "signals": (CNNRegressor((2,), (3,), max_iter=1), (40, 6, 2), "by .X - mean. / std"),
    "sequences": (RNNRegressor((2,), max_iter=1), (40, 6, 2), "by .X - mean. / std"),
}


@pytest.mark.parametrize(("net", "shape", "remedy"), SHAPED.values(), ids=SHAPED)
def test_channels_are_to_be_scaled_alike_in_training_and_in_prediction(net, shape, remedy):
    with pytest.warns(DataScaleWarning, match=f"X has channels on .*{remedy}.* in prediction"):
        net.fit(RNG.uniform(0, 255, shape), RNG.normal(size=shape[0]))


@pytest.mark.parametrize("settings", [{}, {"bidirectional": True}, {"cell": "elman"}], ids=str)
@pytest.mark.parametrize("shift", [0.0, 9.0, 11.0])
def test_recurrent_units_saturate_earlier(settings, shift):
    net = RNNRegressor(2, max_iter=1, random_state=0, **settings)
    sequences = shift + RNG.normal(size=(40, 6, 2))
    expected = ["DataScaleWarning"] if shift > 10 else []
    found = told(net.fit, sequences, RNG.normal(size=40))
    assert [each.category.__name__ for each in found] == expected


def test_rounding_errors_and_other_scales_are_reported_in_one_warning():
    (warning,) = told(quiet().fit, np.c_[NORMAL, DAYS, 1e-17 * NORMAL[:, 0]], Y)
    scaled, noise = str(warning.message).split(" X has ")
    assert "column 4 " in scaled and "Scale them" in scaled
    assert "column 5 " in noise and "Leave them out" in noise


@pytest.mark.parametrize("column", [1.6e-19 * (1 + DAYS), 1e-30 * NORMAL[:, 0], 1e-12 * DAYS])
def test_quantities_in_large_units_are_to_be_scaled(column):
    (warning,) = told(quiet().fit, with_column(column), Y)
    assert "column 4 " in str(warning.message)
    assert "rounding" not in str(warning.message)


def test_names_of_a_frame():
    frame = pd.DataFrame(NORMAL, columns=["a", "b", "c", "d"]).assign(day=737_000 + DAYS)
    (warning,) = told(MLPRegressor(max_iter=2).fit, frame, NORMAL[:, 0])
    assert "'day' (mean 7.38e+05, standard deviation" in str(warning.message)
    assert "'a'" not in str(warning.message)
    assert "MLPRegressor" in str(warning.message)
    assert warning.filename == __file__


def test_rows_that_are_not_looked_at_may_hold_the_largest_number():
    X = np.full((9000, 2), 1e-5)
    X[::2, 0] = 2e-5
    X[1, 0] = 0.5
    assert told(quiet().fit, X, np.arange(9000) % 2) == []
    assert told(quiet().fit, sp.csr_array(X), np.arange(9000) % 2) == []


def test_rows_without_weight_are_not_looked_at():
    X = NORMAL.copy()
    X[:50] *= 1e6
    assert len(told(quiet().fit, X, Y)) == 1
    weight = np.r_[np.zeros(50), np.ones(250)]
    assert told(quiet().fit, X, Y, sample_weight=weight) == []


def test_once_in_a_run():
    net = quiet(warm_start=True)
    assert len(told(net.fit, WINE, BARREL)) == 1
    assert told(net.fit, WINE, BARREL) == []
    net = quiet()
    assert len(told(net.partial_fit, WINE, BARREL, classes=[0, 1, 2])) == 1
    assert told(net.partial_fit, WINE, BARREL) == []


def test_a_normalization_in_front_is_a_scaler():
    net = MLPClassifier(layers=[BatchNorm(), Dense(3)], learning_rate="cosine", max_iter=2)
    assert told(net.fit, WINE, BARREL) == []


def test_looking_changes_nothing():
    rng = np.random.RandomState(0)
    before = WINE.copy()
    with pytest.warns(DataScaleWarning):
        one = quiet().set_params(random_state=rng).fit(WINE, BARREL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        two = quiet().set_params(random_state=np.random.RandomState(0)).fit(WINE, BARREL)
    np.testing.assert_array_equal(one.network_.theta, two.network_.theta)
    np.testing.assert_array_equal(before, WINE)


def test_a_warning_made_an_error_leaves_the_estimator_as_it_was():
    net = quiet().fit(NORMAL, Y)
    before = dict(vars(net))
    with pytest.raises(DataScaleWarning):
        net.fit(WINE, BARREL)
    assert vars(net) == before


def test_a_table_with_a_date():
    """Without a scaler, it predicts at chance, which scikit-learn's network does not report."""
    start = datetime.date(2015, 1, 1).toordinal()
    table = with_column(start + DAYS)
    half = np.arange(300) < 200
    net = MLPClassifier((20,), learning_rate_init=0.01, max_iter=60, random_state=0)
    scaled = make_pipeline(StandardScaler(), net)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        with pytest.warns(DataScaleWarning, match=r"column 4 .*StandardScaler"):
            raw = net.fit(table[half], Y[half]).score(table[~half], Y[~half])
        assert scaled.fit(table[half], Y[half]).score(table[~half], Y[~half]) > 0.9
    assert raw < 0.65


# -- X_val beside X -----------------------------------------------------------------------

SPLIT = {
    "iris": load_iris(return_X_y=True),
    "wine": (WINE, BARREL),
    "cancer": (CANCER, MALIGNANT),
    "digits": load_digits(return_X_y=True),
}


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler(), RobustScaler()], ids=str)
@pytest.mark.parametrize("data", SPLIT)
def test_untransformed_validation_rows(data, scaler):
    X, X_val, y, y_val = train_test_split(*SPLIT[data], random_state=0)
    pipe = Pipeline([("scale", scaler), ("net", quiet())])
    caught = told(pipe.fit, X, y, net__X_val=X_val, net__y_val=y_val)
    (text,) = [str(w.message) for w in caught if "X_val" in str(w.message)]
    assert 'transform_input=["X_val"]' in text
    assert "enable_metadata_routing" in text


# Raw columns that are close to standardized ones, but wide enough to spoil the loss.
NEAR = RNG.normal(0.0, 1.0, (400, 6)) * [2, 3, 4, 5, 3, 6] + [1, 0, 2, -1, 0, 3]


def validated(net, scaler, X, X_val, y, **more):
    pipe = Pipeline([("scale", scaler), ("net", net)])
    own = {f"net__{name}": value for name, value in {"X_val": X_val, **more}.items()}
    return [w for w in told(pipe.fit, X, y, **own) if "X_val" in str(w.message)]


FAMILIES = {
    "MLP": MLPRegressor(hidden_layer_sizes=(3,), max_iter=1, random_state=0),
    "CNN": CNNRegressor((2,), max_iter=1, random_state=0),
    "RNN": RNNRegressor((2,), max_iter=1, random_state=0),
    "AutoEncoder": AutoEncoder((2,), max_iter=1, random_state=0),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("scaler", [StandardScaler(), RobustScaler(), MinMaxScaler()], ids=str)
@pytest.mark.parametrize("family", FAMILIES)
def test_untransformed_rows_on_a_scale_not_far_away(family, scaler):
    net, y = FAMILIES[family], NEAR[:, 0]
    for seed in range(3):
        X, X_val, t, t_val = train_test_split(NEAR, y, random_state=seed)
        more = {} if family == "AutoEncoder" else {"y_val": t_val}
        (warning,) = validated(net, scaler, X, X_val, t, **more)
        assert 'transform_input=["X_val"]' in str(warning.message)
        done = clone(scaler).fit(X).transform(X_val)
        assert validated(net, scaler, X, done, t, **more) == []


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler()], ids=str)
@pytest.mark.parametrize("data", [load_wine().data, load_diabetes().data, NEAR])
def test_no_warning_of_rows_that_moved(data, scaler):
    """The last quarter, sorted by a column: a shift over time, or between groups."""
    for column in range(5):
        order = np.argsort(data[:, column], kind="stable")
        X, X_val = (data[part] for part in np.split(order, [3 * len(order) // 4]))
        scaler.fit(X)
        y, y_val = np.arange(len(X)) % 2, np.arange(len(X_val)) % 2
        X, X_val = scaler.transform(X), scaler.transform(X_val)
        caught = told(quiet().fit, X, y, X_val=X_val, y_val=y_val)
        assert not any("X_val" in str(w.message) for w in caught)


def of_targets(y, y_val, net=None, **more):
    net = MLPRegressor(hidden_layer_sizes=(3,), max_iter=1, random_state=0) if net is None else net
    caught = told(net.fit, RNG.normal(size=(len(y), 3)), y, y_val=y_val, **more)
    return [w for w in caught if "y_val" in str(w.message)]


SPENT = RNG.lognormal(5.0, 1.0, 200)
TARGETS = {
    "log": (np.log1p(SPENT), SPENT),
    "standardized": ((SPENT - SPENT.mean()) / SPENT.std(), SPENT),
    "two outputs": (np.log1p(np.c_[SPENT, SPENT]), np.c_[SPENT, SPENT]),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("case", TARGETS)
def test_untransformed_targets(case):
    y, raw = TARGETS[case]
    X_val = RNG.normal(size=(50, 3))
    (warning,) = of_targets(y[:150], raw[150:], X_val=X_val)
    assert "TransformedTargetRegressor does not transform y_val" in str(warning.message)
    table = TabularMLPRegressor(preset="fast", max_iter=1, random_state=0)
    assert len(of_targets(y[:150], raw[150:], table, X_val=X_val)) == 1
    assert not of_targets(y[:150], y[150:], X_val=X_val)
    assert not of_targets(raw[:150], raw[150:], X_val=X_val)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("rows", [1, 5, 20, 50])
def test_no_warning_of_ordinary_targets(rows):
    heavy = RNG.lognormal(0.0, 2.0, 200)
    mostly_zero = np.where(RNG.random(200) < 0.8, 0.0, SPENT)
    claims = np.where(RNG.random(200) < 0.3, RNG.lognormal(0.0, 2.0, 200), 0.0)
    for y in (
        heavy,
        mostly_zero,
        claims,
        np.arange(200.0),
        np.ones(200),
        load_diabetes().target[:200],
    ):
        assert not of_targets(y[rows:], y[:rows], X_val=RNG.normal(size=(rows, 3)))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_no_warning_where_a_quartile_is_just_above_many_zeros():
    rng = np.random.default_rng(4)
    rain = np.where(rng.random(1200) < 0.26, np.exp(1.5 * rng.normal(size=1200)), 0.0)
    assert not of_targets(rain[:1150], rain[1150:], X_val=rng.normal(size=(50, 3)))


def test_the_remedy_works():
    if not hasattr(Pipeline([("a", StandardScaler())]), "transform_input"):
        pytest.skip("this scikit-learn has no transform_input")
    X, X_val, y, y_val = train_test_split(WINE, BARREL, random_state=0)
    with sklearn.config_context(enable_metadata_routing=True):
        net = quiet().set_fit_request(X_val=True, y_val=True)
        pipe = Pipeline([("scale", StandardScaler()), ("net", net)], transform_input=["X_val"])
        assert told(pipe.fit, X, y, X_val=X_val, y_val=y_val) == []


@pytest.mark.parametrize("rows", [1, 2, 3, 10, 40])
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("data", [*SPLIT, "words", "rare", "heavy tails"])
def test_no_warning_of_an_ordinary_split(data, scaled, rows):
    X = SPLIT[data][0] if data in SPLIT else WELL[data]
    if scaled:
        X = MaxAbsScaler().fit_transform(X)
    for seed in range(5):
        X_fit, X_val = train_test_split(X, test_size=rows, random_state=seed)
        y, y_val = np.arange(X_fit.shape[0]) % 2, np.arange(rows) % 2
        net = quiet().set_params(max_iter=1)
        caught = told(net.fit, X_fit, y, X_val=X_val, y_val=y_val)
        assert not any("X_val" in str(w.message) for w in caught)


# -- one-hot targets ----------------------------------------------------------------------


@pytest.mark.parametrize("columns", [2, 5])
@pytest.mark.parametrize("sparse", [False, True])
def test_one_hot_target(columns, sparse):
    labels = np.arange(300) % columns
    y = OneHotEncoder(sparse_output=sparse).fit_transform(labels[:, None])
    y = sp.csr_array(y.astype(int)) if sparse else y.astype(int)
    net = quiet()
    (warning,) = told(net.fit, NORMAL, y)
    assert warning.category is OneHotTargetWarning
    assert "y.argmax(axis=1)" in str(warning.message)
    codes = np.ravel(y.argmax(axis=1))
    np.testing.assert_array_equal(codes, labels)
    assert told(net.fit, NORMAL, codes) == []
    assert told(net.partial_fit, NORMAL, codes) == []


def test_one_hot_is_reported_once_in_a_run():
    y = np.eye(3, dtype=int)[np.arange(300) % 3]
    net = quiet()
    assert len(told(net.partial_fit, NORMAL, y)) == 1
    assert told(net.partial_fit, NORMAL, y) == []


def test_one_hot_can_be_meant():
    y = np.eye(3, dtype=int)[np.arange(300) % 3]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OneHotTargetWarning)
        net = quiet().fit(NORMAL, y)
    assert net.predict(NORMAL).shape == (300, 3)


def test_other_targets_are_what_they_seem():
    some = (NORMAL[:, :3] > 0.2).astype(int)
    assert told(quiet().fit, NORMAL, some) == []
    assert told(quiet().fit, NORMAL, np.eye(3, dtype=int)[np.arange(300) % 3] + 1) == []
    assert told(MLPRegressor(max_iter=2).fit, NORMAL, np.eye(3)[np.arange(300) % 3]) == []
