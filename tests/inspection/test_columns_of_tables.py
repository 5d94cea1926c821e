"""Importance and partial dependence of the columns of a frame, as the user sees them."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from sklearn.inspection import PartialDependenceDisplay, partial_dependence

from sknn import TabularMLPClassifier, TabularMLPRegressor
from sknn.inspection import feature_importances, integrated_gradients

RNG = np.random.default_rng(0)
N = 240
START = pd.Timestamp("2024-01-01")
X = pd.DataFrame(
    {
        "size": RNG.normal(size=N),
        "worn": np.where(RNG.random(N) < 0.2, np.nan, RNG.random(N)),
        "color": pd.Categorical(RNG.choice(["red", "green", "blue"], N)),
        "town": RNG.choice(["Bern", "Rome", "Oslo"], N).astype(object),
        "new": RNG.random(N) < 0.5,
        "sold": START + pd.to_timedelta(RNG.integers(0, 300, N), "D"),
        "took": pd.to_timedelta(RNG.integers(0, 48, N), "h"),
        "seen": (START + pd.to_timedelta(RNG.integers(0, 300, N), "D")).strftime("%Y-%m-%d"),
    }
)
# Half a year, from deep to high and back.
SEASON = np.sin((X["sold"] - START).dt.days / 300 * np.pi)
WORTH = X["size"] + 2.0 * (X["color"] == "red") + 3.0 * SEASON + X["took"].dt.days
BRIEF = {"preset": "fast", "n_picks": 1, "hidden_layer_sizes": (32,), "random_state": 0}
REGRESSOR = TabularMLPRegressor(**BRIEF).fit(X, WORTH)
CLASSES = np.where(WORTH > WORTH.median(), "dear", np.where(WORTH > 2, "fair", "cheap"))
CLASSIFIER = TabularMLPClassifier(**BRIEF).fit(X, CLASSES)


@pytest.mark.parametrize("method", ["permutation", "gradients", "integrated"])
@pytest.mark.parametrize("net", [REGRESSOR, CLASSIFIER])
def test_each_column_of_the_frame_has_one_number(net, method):
    y = WORTH if net is REGRESSOR else CLASSES
    found = feature_importances(net, X, y, method=method, random_state=0)
    ranked = X.columns[np.argsort(-found)].tolist()
    assert found.shape == (8,)
    assert set(ranked[:4]) == {"size", "color", "sold", "took"}


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
@pytest.mark.parametrize("weighted", [False, True])
def test_columns_of_every_frame_are_shuffled_as_they_are(library, weighted):
    pytest.importorskip(library)
    given = X[["size", "color", "town"]].astype({"color": str})
    if library == "polars":
        frame = pytest.importorskip("polars").DataFrame(given.to_dict("list"))
    else:
        frame = pytest.importorskip("pyarrow").table(given.to_dict("list"))
    net = TabularMLPRegressor(**BRIEF).fit(frame, WORTH)
    weight = np.ones(N) if weighted else None
    found = feature_importances(net, frame, WORTH, sample_weight=weight, random_state=0)
    assert found.shape == (3,) and found[:2].min() > 10 * found[2]


def test_a_row_of_the_frame_is_a_baseline():
    ours = integrated_gradients(REGRESSOR, X[:5], baseline=X.iloc[0])
    np.testing.assert_array_equal(
        ours, integrated_gradients(REGRESSOR, X[:5], baseline=X.iloc[[0]])
    )


@pytest.mark.parametrize(
    ("column", "kind"),
    [("size", "average"), ("size", "both"), ("color", "average"), ("town", "average")]
    + [("new", "average"), (("color", "town"), "average")],
)
@pytest.mark.parametrize("target", [None, "dear"])
def test_partial_dependence_is_drawn(column, kind, target):
    named = set(np.atleast_1d(column)) & {"color", "town", "new"}
    net = REGRESSOR if target is None else CLASSIFIER
    shown = PartialDependenceDisplay.from_estimator(
        net,
        X,
        [column],
        categorical_features=sorted(named) or None,
        kind=kind,
        target=target,
        grid_resolution=6,
    )
    drawn = shown.pd_results[0]["average"][0]
    sizes = {"size": 6, "color": 3, "town": 3, "new": 2}
    assert drawn.shape == tuple(sizes[each] for each in np.atleast_1d(column))
    plt.close("all")


@pytest.mark.parametrize("column", ["size", "color", "town", "new"])
def test_partial_dependence_is_the_mean_of_what_is_predicted_with_the_column_filled(column):
    named = [column] if column != "size" else None
    found = partial_dependence(
        REGRESSOR, X, [column], categorical_features=named, grid_resolution=5, kind="average"
    )
    (grid,) = found["grid_values"]
    means = [REGRESSOR.predict(X.assign(**{column: value})).mean() for value in grid]
    np.testing.assert_allclose(found["average"][0], means, rtol=1e-5)


@pytest.mark.parametrize("net", [REGRESSOR, CLASSIFIER])
def test_a_column_may_be_filled_with_a_date_a_span_or_text(net):
    """Users draw with one line of their own what scikit-learn does not draw."""
    answer = net.predict if net is REGRESSOR else lambda rows: net.predict_proba(rows)[:, 1]
    days = pd.date_range(START, periods=7, freq="50D")
    by_day = [answer(X.assign(sold=day)).mean() for day in days]
    assert np.argmax(by_day) == 3
    by_hours = [answer(X.assign(took=pd.Timedelta(hours=h))).mean() for h in (2, 40)]
    assert by_hours[1] > by_hours[0]
    by_text = [answer(X.assign(seen=str(day.date()))).mean() for day in days]
    assert np.ptp(by_text) < np.ptp(by_day) / 3
    missing = [answer(X.assign(worn=value)).mean() for value in (np.nan, 0.5)]
    assert np.isfinite(missing).all()
