"""Callbacks of a network in a search, and parameters that are invalid in all candidates."""

import os
import pickle
import warnings

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import BernoulliRBM, MLPClassifier, TabularMLPClassifier
from sknn.callbacks import Callback, Checkpoint, Pause
from sknn.exceptions import InvalidParameterError
from tests.estimators.data import THREE, X
from tests.search.parts import PIPED, SPACE, network, search

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


class Inside(Callback):
    """Has a callback inside."""

    def __init__(self, inner):
        self.inner = inner


class Stops(Callback):
    """Stops training as a Pause does."""

    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch_end(self, progress):
        Pause(self.epoch).on_epoch_end(progress)


@pytest.mark.parametrize("inside", [False, True], ids=["", "inside"])
@pytest.mark.parametrize("kind", [Checkpoint, Pause], ids=lambda kind: kind.__name__)
def test_callbacks_that_are_refused(tmp_path, kind, inside):
    own = Checkpoint(tmp_path / "file") if kind is Checkpoint else Pause(5)
    words = f"must not have the callback {kind.__name__}: .*Remove it"
    net = network(callbacks=[Inside(own) if inside else own])
    for model, space in (
        (net, SPACE),
        (make_pipeline(StandardScaler(), net), PIPED),
        (make_pipeline(network()), {"mlpclassifier": [network(), net]}),
    ):
        with pytest.raises(ValueError, match=words):
            search(model, space, n_candidates=2).fit(X, THREE)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("epoch", [1, 2, 5])
def test_a_pause_inside_a_callback_is_an_error_of_the_search(epoch):
    """The rungs are at epochs 1, 3 and 9."""
    model = search(network(callbacks=[Stops(epoch)]))
    with pytest.raises(ValueError, match=r"ended its training like a Pause, in epoch \d+,.*"):
        model.fit(X, THREE)
    assert not hasattr(model, "cv_results_")


def test_grid_searches_write_whole_checkpoints(tmp_path):
    """scikit-learn's searches do not know the callback; the last network wins."""
    path = tmp_path / "file"
    net = network(max_iter=3, callbacks=[Checkpoint(path)])
    with parallel_config("threading", n_jobs=2):
        found = GridSearchCV(net, {"alpha": [0.1, 1.0]}, cv=2).fit(X, THREE).best_estimator_
    np.testing.assert_array_equal(Checkpoint.load(path).network_.theta, found.network_.theta)
    assert os.listdir(tmp_path) == ["file"]


# -- parameters that are wrong in all ------------------------------------------------------------

WRONG = {
    "callbacks": (network(callbacks=[3]), SPACE, r"'callbacks' parameter.*Got \[3\]"),
    "no list": (network(callbacks=Inside(1)), SPACE, r"'callbacks' parameter.*Got Inside"),
    "its parameter": (network(callbacks=[Inside(1), Checkpoint]), SPACE, "'callbacks' parameter"),
    "in the space": (network(), SPACE | {"l1": [-1.0]}, "'l1' parameter"),
    "in a pipeline": (make_pipeline(network(solver="x")), PIPED, "'solver' parameter"),
    "table": (
        TabularMLPClassifier(max_iter=9, preset="x"),
        {"dropout": [0.0]},
        "'preset' param",
    ),
    "machine": (BernoulliRBM(n_components=-1), {"learning_rate": [0.1]}, "'n_components' param"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("error_score", ["raise", 0.0], ids=str)
def test_what_is_wrong_in_all_candidates_is_raised_as_it_is(name, error_score):
    model, space, words = WRONG[name]
    with pytest.raises(InvalidParameterError, match=words) as caught:
        search(model, space, n_candidates=1, error_score=error_score).fit(X, THREE)
    assert "Pause" not in str(caught.value)


def test_what_is_wrong_in_some_candidates_fails_there():
    nets = {"mlpclassifier": [network(), network(callbacks=[3]), network(alpha=0.1)]}
    found = search(make_pipeline(network()), nets, n_candidates=3)
    with pytest.warns(FitFailedWarning, match="2 fits failed") as noted:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "One or more of the test scores", UserWarning)
            warnings.filterwarnings("always", category=FitFailedWarning)
            found.fit(X, THREE)
    told = str(next(each.message for each in noted if each.category is FitFailedWarning))
    assert "Got [3] instead" in told and "Pause" not in told
    assert np.isnan(found.cv_results_["mean_test_score"]).sum() == 1
    assert pickle.loads(pickle.dumps(found)).predict(X).shape == (60,)
    assert isinstance(found.best_estimator_[-1], MLPClassifier)
