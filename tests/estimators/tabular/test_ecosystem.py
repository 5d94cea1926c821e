"""Tabular networks work with the tools of scikit-learn."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingRegressor, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.inspection import permutation_importance
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PowerTransformer

import sknn
from tests.estimators.tabular.parts import (
    BINARY,
    KINDS,
    REAL,
    TABLE,
    THREE,
    TWO_REAL,
    N,
    both,
    classifier,
    regressor,
    scores,
)


def test_public_names():
    assert {kind.__name__ for kind in KINDS} <= set(sknn.__all__)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_files_of_skops(place):
    io = pytest.importorskip("skops.io")
    for n_members in (1, 2):
        network, y = both(n_members=n_members)[place]
        few = network.fit(TABLE, y), clone(network).partial_fit(TABLE[:9], y[:9], **_classes(y))
        for each in few:
            stored = io.dumps(each)
            twin = io.loads(stored, trusted=io.get_untrusted_types(data=stored))
            assert_array_equal(scores(twin, TABLE), scores(each, TABLE))
            each.partial_fit(TABLE, y), twin.partial_fit(TABLE, y)
            assert_array_equal(scores(twin, TABLE), scores(each, TABLE))


def _classes(y):
    return {"classes": np.unique(y)} if y is THREE else {}


def test_search():
    network, y = both()[0]
    grid = {"preset": ["fast", "best"], "dropout": [0.0, 0.15]}
    search = GridSearchCV(network, grid, n_jobs=2, cv=2).fit(TABLE, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    best = clone(network).set_params(**search.best_params_).fit(TABLE, y)
    assert_array_equal(search.predict(TABLE), best.predict(TABLE))


def test_predictions_by_cross_validation():
    for network, y in both():
        assert cross_val_predict(network, TABLE, y, cv=3).shape == (N,)
        assert np.isfinite(cross_val_score(network, TABLE, y, cv=3)).all()
    proba = cross_val_predict(classifier(), TABLE, THREE, cv=3, method="predict_proba")
    assert proba.shape == (N, 3)


def test_meta_estimators():
    calibrated = CalibratedClassifierCV(classifier(), cv=2).fit(TABLE, BINARY)
    assert calibrated.predict_proba(TABLE).shape == (N, 2)
    scaled = TransformedTargetRegressor(regressor(), transformer=PowerTransformer())
    assert scaled.fit(TABLE, REAL).predict(TABLE).shape == (N,)
    each = MultiOutputRegressor(regressor()).fit(TABLE, TWO_REAL)
    assert each.predict(TABLE).shape == (N, 2)
    votes = VotingClassifier(
        [("a", classifier()), ("b", classifier(random_state=1))], voting="soft"
    )
    assert votes.fit(TABLE, THREE).predict(TABLE).shape == (N,)
    numbers = TABLE[["size", "weight"]].to_numpy()
    bags = BaggingRegressor(regressor(), n_estimators=2, random_state=0).fit(numbers, REAL)
    assert bags.predict(numbers).shape == (N,)


def test_scorers():
    network = classifier().fit(TABLE, BINARY)
    for name in ("accuracy", "roc_auc", "neg_log_loss", "average_precision", "neg_brier_score"):
        assert np.isfinite(get_scorer(name)(network, TABLE, BINARY))
    network = regressor().fit(TABLE, REAL)
    for name in ("r2", "neg_root_mean_squared_error"):
        assert np.isfinite(get_scorer(name)(network, TABLE, REAL))


@pytest.mark.parametrize("place", [0, 1])
def test_importance_of_columns(place):
    network, y = both(max_iter=30, hidden_layer_sizes=(32,))[place]
    network.fit(TABLE, y)
    found = permutation_importance(network, TABLE, y, n_repeats=3, random_state=0)
    assert found.importances_mean.argmax() == TABLE.columns.get_loc("weight")


def test_transform_and_its_names():
    for network, y in both():
        network.fit(TABLE, y)
        units = 8 * network.network_.n_members
        hidden = network.transform(TABLE)
        assert hidden.shape == (N, units)
        prefix = type(network).__name__.lower()
        names = network.get_feature_names_out()
        assert names.tolist() == [f"{prefix}{i}" for i in range(units)]
        frame = network.set_output(transform="pandas").transform(TABLE)
        assert isinstance(frame, pd.DataFrame)
        assert list(frame.columns) == names.tolist()
        network.set_output(transform="default")
        assert [part.shape[1:] for part in network.activations(TABLE)] == [(N, 8)]
        piped = make_pipeline(FunctionTransformer(), network).fit(TABLE, y)
        assert_array_equal(piped.transform(TABLE), network.transform(TABLE))


@pytest.mark.parametrize("output", ["pandas", "polars"])
def test_frames_as_the_output_of_everything(output):
    pytest.importorskip(output)
    for network, y in both():
        expected = scores(network.fit(TABLE, y), TABLE)
        with sklearn.config_context(transform_output=output):
            assert_array_equal(scores(network.fit(TABLE, y), TABLE), expected)


def test_attributes():
    for network, y in both():
        network.fit(TABLE, y)
        assert network.n_features_in_ == 4
        assert network.feature_names_in_.tolist() == list(TABLE.columns)
        assert network.stop_reason_ == "max_iter"
        assert network.n_iter_ == 3
        assert len(network.loss_curve_) == len(network.history_["seconds"]) == 3
        assert {own["W"].ndim for own in network.get_weights().values()} == {3}
        with pytest.raises(AttributeError, match="the rows of a table are encoded before"):
            network.coefs_  # noqa: B018
        assert network.n_parameters_ > 0
        assert isinstance(str(network.summary()), str)
        weights = network.get_weights()
        before = scores(network, TABLE)
        network.set_weights(weights)
        assert_array_equal(scores(network, TABLE), before)
        for method in ("predict", "transform"):
            with pytest.raises(NotFittedError):
                getattr(clone(network), method)(TABLE)
        network.fit(TABLE.to_numpy(), y)
        assert "feature_names_in_" not in vars(network)


def test_clones_are_not_fitted():
    for network, y in both():
        twin = clone(network.fit(TABLE, y))
        assert not [name for name in vars(twin) if name.endswith("_")]
        assert_array_equal(scores(twin.fit(TABLE, y), TABLE), scores(network, TABLE))


@pytest.mark.skipif(
    tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 9), reason="scikit-learn >= 1.9"
)
def test_callbacks_of_scikit_learn(capsys):
    pytest.importorskip("rich")
    from sklearn.callback import ProgressBar

    for network, y in both():
        network.set_callbacks(ProgressBar()).fit(TABLE, y)
        network.predict(TABLE)
    assert capsys.readouterr().out


@pytest.mark.skipif(
    tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 9), reason="scikit-learn >= 1.9"
)
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_callbacks_of_scikit_learn_score_every_epoch():
    from sklearn.callback import ScoringMonitor

    for (network, y), scoring in zip(both(warm_start=True), ("accuracy", "r2"), strict=True):
        monitor = ScoringMonitor(scoring=scoring)
        # The networks used after the first call differ from those trained in the second.
        network.set_params(n_picks=3).set_callbacks(monitor).fit(TABLE, y).fit(TABLE, y)
        whole, *epochs = monitor.get_logs().data
        assert len(epochs) == 3
        assert np.isclose(whole[scoring], network.score(TABLE, y))


def test_pickles_of_every_state():
    for network, y in both():
        for state in (network, clone(network).fit(TABLE, y), clone(network).initialize(TABLE, y)):
            twin = pickle.loads(pickle.dumps(state))
            assert twin.get_params() == state.get_params()
            if "network_" in vars(state):
                assert_array_equal(scores(twin, TABLE), scores(state, TABLE))
