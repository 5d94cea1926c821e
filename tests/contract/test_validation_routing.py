"""A pipeline scales a validation set like the training rows and passes it to the network."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.metrics import accuracy_score, make_scorer, r2_score
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sknn import MLPClassifier, MLPRegressor
from tests.estimators.data import BINARY, REAL, THREE, X

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.skipif(
        not hasattr(Pipeline([("a", StandardScaler())]), "transform_input"),
        reason="this scikit-learn has no transform_input",
    ),
]
FAR = 100.0 + 50.0 * X
TRAIN, HELD = slice(0, 45), slice(45, 60)
WEIGHT = np.linspace(0.5, 2.0, 60)
CASES = [(MLPRegressor, REAL, r2_score), (MLPClassifier, BINARY, accuracy_score)]
CASES += [(MLPClassifier, THREE, accuracy_score)]


@pytest.fixture(autouse=True)
def routing():
    with config_context(enable_metadata_routing=True):
        yield


def pipeline(kind, scaler=None, **params):
    params = {"hidden_layer_sizes": (8,), "max_iter": 6, "random_state": 0} | params
    net = kind(learning_rate_init=0.03, **params)
    net.set_fit_request(X_val=True, y_val=True, sample_weight=True, sample_weight_val=True)
    net.set_score_request(sample_weight=True)
    steps = [("scale", scaler or StandardScaler().set_fit_request(sample_weight=False))]
    return Pipeline([*steps, ("net", net)], transform_input=["X_val"])


@pytest.mark.parametrize(("kind", "y", "metric"), CASES)
@pytest.mark.parametrize("scaler", [None, MinMaxScaler()])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_fit(kind, y, metric, scaler, early_stopping):
    pipe = pipeline(kind, scaler, early_stopping=early_stopping, max_iter=40)
    pipe.fit(FAR[TRAIN], y[TRAIN], X_val=FAR[HELD], y_val=y[HELD])
    net = pipe[-1]
    for name in ("loss", "validation_loss", "validation_score"):
        assert np.isfinite(net.history_[name]).all() and len(net.history_[name]) == net.n_iter_
    served = net.history_["validation_loss"].argmin() if early_stopping else -1
    expected = metric(y[HELD], pipe.predict(FAR[HELD]))
    assert net.validation_scores_[served] == pytest.approx(expected)


@pytest.mark.parametrize(("kind", "y", "metric"), CASES)
def test_cross_validation(kind, y, metric):
    rows = {"X_val": FAR[HELD], "y_val": y[HELD], "sample_weight_val": WEIGHT[HELD]}
    found = cross_validate(
        pipeline(kind),
        FAR[TRAIN],
        y[TRAIN],
        cv=3,
        scoring=make_scorer(metric).set_score_request(sample_weight=False),
        params=rows | {"sample_weight": WEIGHT[TRAIN]},
        return_estimator=True,
    )
    for pipe in found["estimator"]:
        assert len(pipe[-1].history_["validation_loss"]) == 6
        answers = pipe.predict(FAR[HELD])
        expected = metric(y[HELD], answers, sample_weight=WEIGHT[HELD])
        assert pipe[-1].validation_scores_[-1] == pytest.approx(expected)


@pytest.mark.parametrize(("kind", "y", "metric"), CASES)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_grid_search(kind, y, metric, n_jobs):
    pipe = pipeline(kind, early_stopping=True)
    search = GridSearchCV(pipe, {"net__alpha": [0.1, 1.0]}, cv=2, n_jobs=n_jobs)
    search.fit(FAR[TRAIN], y[TRAIN], X_val=FAR[HELD], y_val=y[HELD])
    best = search.best_estimator_
    assert len(best[-1].history_["validation_loss"]) == best[-1].n_iter_
    again = pipeline(kind, early_stopping=True).set_params(**search.best_params_)
    again.fit(FAR[TRAIN], y[TRAIN], X_val=FAR[HELD], y_val=y[HELD])
    assert_allclose(search.predict(FAR[HELD]), again.predict(FAR[HELD]))
