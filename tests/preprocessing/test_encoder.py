"""TableEncoder keeps the contract of a scikit-learn transformer."""

import enum
import pickle

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

import sknn.preprocessing
from sknn import MLPClassifier
from sknn.exceptions import InvalidParameterError
from sknn.preprocessing import TableEncoder

pd = pytest.importorskip("pandas")


def table(n=60):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"age": rng.integers(18, 80, n).astype(float), "pay": rng.lognormal(size=n)})
    X.loc[::7, "age"] = np.nan
    X["town"] = rng.choice(["Rome", "Oslo", "Bern"], n)
    X["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 90, n), "D")
    return X


def test_names():
    X = table()
    encoder = TableEncoder(n_bins=2, linear=True).fit(X)
    names = encoder.get_feature_names_out().tolist()
    assert names == [
        *("age", "pay", "day_days", "day_month", "day_day", "day_weekday", "age_missing"),
        *("age_bin0", "age_bin1", "pay_bin0", "pay_bin1", "day_days_bin0", "day_days_bin1"),
        *("day_month_bin0", "day_month_bin1", "day_day_bin0", "day_day_bin1"),
        *("day_weekday_bin0", "day_weekday_bin1"),
        *("town_Bern", "town_Oslo", "town_Rome"),
        *("linear_age", "linear_pay", "linear_day_days", "linear_day_month"),
        *("linear_day_day", "linear_day_weekday", "linear_age_missing"),
        *("linear_town_Bern", "linear_town_Oslo", "linear_town_Rome"),
    ]
    assert encoder.transform(X).shape == (60, len(names))
    assert encoder.n_linear_ == 10
    with pytest.raises(ValueError, match="input_features is not equal"):
        encoder.get_feature_names_out(["a"])


def test_names_differ():
    values = ["missing", "missing", None, None, "x", "x"]
    X = pd.DataFrame({"a": values, "a_missing": np.arange(6.0), "b": [*"xxyyzz"], "b_x": range(6)})
    names = TableEncoder().fit(X).get_feature_names_out()
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_set_output(container):
    pytest.importorskip(container)
    encoder = TableEncoder().set_output(transform=container)
    out = encoder.fit_transform(table())
    assert list(out.columns) == encoder.get_feature_names_out().tolist()
    assert np.array_equal(
        out.to_numpy(), encoder.set_output(transform="default").transform(table())
    )


def test_pickles_are_small():
    X = np.random.default_rng(0).standard_normal((5000, 10))
    encoder = TableEncoder().fit(X)
    stored = pickle.dumps(encoder)
    assert len(stored) < 12_000
    assert np.array_equal(pickle.loads(stored).transform(X), encoder.transform(X))


def parts_of(value):
    """Yield everything of which a fitted object consists."""
    yield value
    state = value.__getstate__() if hasattr(value, "__dict__") else value
    inner = state.values() if isinstance(state, dict) else state
    if isinstance(inner, (list, tuple)) or isinstance(state, dict):
        for each in inner:
            yield from parts_of(each)


def test_what_is_fitted_is_plain():
    """No enum, named tuple, or function: it can be stored without pickle."""
    parts = list(parts_of(TableEncoder(linear=True).fit(table())))
    assert len(parts) > 50
    for part in parts:
        assert not isinstance(part, enum.Enum)
        assert not callable(part)
        assert not hasattr(part, "_fields")


def test_clones_are_not_fitted():
    encoder = TableEncoder(n_bins=3, categorical_features=["town"]).fit(table())
    copy = clone(encoder)
    assert copy.get_params() == encoder.get_params()
    for call in (lambda: copy.transform(table()), copy.get_feature_names_out):
        with pytest.raises(NotFittedError):
            call()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_pipelines():
    X = table()
    y = X["town"] == "Rome"
    model = make_pipeline(TableEncoder(), MLPClassifier(max_iter=30, learning_rate_init=0.05))
    model.fit(X, y)
    assert model.score(X, y) > 0.95
    model = make_pipeline(TableEncoder(bins="tree"), Ridge()).fit(X, X["pay"])
    assert model.score(X, X["pay"]) > 0.95


def test_weights_are_routed():
    X, weight = table(), np.arange(60.0)
    with sklearn.config_context(enable_metadata_routing=True):
        encoder = TableEncoder().set_fit_request(sample_weight=True)
        model = make_pipeline(encoder).fit(X, sample_weight=weight)
    expected = TableEncoder().fit(X, sample_weight=weight).transform(X)
    assert np.array_equal(model[0].transform(X), expected)
    assert np.array_equal(TableEncoder().fit_transform(X, None, weight), expected)


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_bins": -1},
        {"n_bins": "many"},
        {"n_bins": 2.5},
        {"bins": "uniform"},
        {"max_categories": 0},
        {"linear": "yes"},
    ],
)
def test_bad_parameters(parameters):
    (name,) = parameters
    with pytest.raises(InvalidParameterError, match=name):
        TableEncoder(**parameters).fit(np.eye(3))


def test_public_names():
    assert sknn.preprocessing.__all__ == ["TableEncoder"]
