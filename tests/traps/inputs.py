"""Rows 27 to 30: warnings about inputs, callbacks of scikit-learn, odd inputs."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sknn.exceptions
from tests.traps.table import (
    DIABETES,
    IRIS,
    PROGRESSION,
    REFUSED,
    SMALL,
    SPECIES,
    WRONG,
    trap,
)

DATES = np.datetime64("2020-01-01") + np.arange(len(IRIS)).reshape(-1, 1)
# Before 1.7, scikit-learn's fit takes no weights at all.
ACCEPTED = (*WRONG, TypeError)


@trap(27, "unscaled columns are taken without a word")
def unscaled_columns_are_named(lib):
    pandas = pytest.importorskip("pandas")
    x, y = load_breast_cancer(return_X_y=True)
    table = pandas.DataFrame(StandardScaler().fit_transform(x[:, :3]), columns=["a", "b", "c"])
    table["seconds"] = 1.6e9 + 86400.0 * np.arange(len(x))
    with pytest.warns(sknn.exceptions.DataScaleWarning, match="seconds") as record:
        lib.MLPClassifier(**SMALL, max_iter=3).fit(table, y)
    ours = [w for w in record if w.category is sknn.exceptions.DataScaleWarning]
    assert len(ours) == 1 and "StandardScaler" in str(ours[0].message)


@trap(28, "one-hot classes are taken for labels without a word")
def one_hot_classes_are_told_from_labels(lib):
    with pytest.warns(sknn.exceptions.OneHotTargetWarning, match="argmax"):
        lib.MLPClassifier(**SMALL, max_iter=2).fit(IRIS, np.eye(3, dtype=int)[SPECIES])


def monitor():
    """Return a scoring monitor of scikit-learn; skip if there is none."""
    module = pytest.importorskip("sklearn.callback", reason="scikit-learn 1.9 has callbacks")
    return module.ScoringMonitor(scoring="r2")


@trap(29, "scikit-learn's callbacks do not reach its MLP", REFUSED)
def callbacks_reach_the_network(lib):
    callback = monitor()
    lib.MLPRegressor(**SMALL, max_iter=3).set_callbacks(callback).fit(DIABETES, PROGRESSION)
    assert len(callback.get_logs().data) >= 3


@trap(29, "scikit-learn's callbacks do not reach its MLP", REFUSED)
def callbacks_reach_the_network_in_a_pipeline(lib):
    callback = monitor()
    net = lib.MLPRegressor(**SMALL, max_iter=3).set_callbacks(callback)
    make_pipeline(StandardScaler(), net).fit(DIABETES, PROGRESSION)
    assert len(callback.get_logs().data) >= 3


@trap(29, "scikit-learn's callbacks do not reach its MLP", REFUSED)
def callbacks_reach_the_network_in_a_search(lib):
    callback = monitor()
    net = lib.MLPRegressor(**SMALL, max_iter=3).set_callbacks(callback)
    GridSearchCV(net, {"alpha": [0.1, 1.0]}, cv=2).fit(DIABETES, PROGRESSION)
    assert len(callback.get_logs().data) >= 3


@trap(30, "dates are read as counts of ticks")
def dates_are_refused(lib):
    with pytest.raises(TypeError, match="X.*dates"):
        lib.MLPClassifier(**SMALL, max_iter=2).fit(DATES, SPECIES)


@trap(30, "dates are read as counts of ticks")
def dates_as_targets_are_refused(lib):
    with pytest.raises(TypeError, match="y.*dates"):
        lib.MLPRegressor(**SMALL, max_iter=2).fit(IRIS, DATES.ravel())


@trap(30, "the mask is ignored")
def masked_entries_are_refused(lib):
    masked = np.ma.masked_where(IRIS > 1.0, IRIS)
    with pytest.raises(ValueError, match="X.*masked"):
        lib.MLPClassifier(**SMALL, max_iter=2).fit(masked, SPECIES)


@trap(30, "negative weights turn the loss round", ACCEPTED)
def negative_weights_are_refused(lib):
    weight = np.where(np.arange(len(IRIS)) % 2, -1.0, 2.0)
    with pytest.raises(ValueError, match=r"Negative.*sample_weight"):
        lib.MLPClassifier(**SMALL, max_iter=2).fit(IRIS, SPECIES, sample_weight=weight)
