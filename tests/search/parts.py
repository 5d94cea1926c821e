"""Parts that the tests of searches share."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.callbacks import Callback
from sknn.search import ArchitectureSearchCV

SPACE = {
    "hidden_layer_sizes": [(3,), (4,), (5, 3), (6,)],
    "alpha": [0.001, 0.1],
    "learning_rate_init": [0.003, 0.03, 0.1],
}
PIPED = {f"mlpclassifier__{name}": values for name, values in SPACE.items()}
SHORT = {"max_iter": 9, "random_state": 0}
FEW = {"n_candidates": 6, "factor": 3, "cv": 2, "random_state": 0}


def network(kind=MLPClassifier, **parameters):
    return kind(hidden_layer_sizes=(4,), **SHORT | parameters)


def search(model=None, space=None, **parameters):
    model = network() if model is None else model
    return ArchitectureSearchCV(model, SPACE if space is None else space, **FEW | parameters)


class Counted(TransformerMixin, BaseEstimator):
    """Scales, and counts how often it was fitted."""

    fits = 0

    def __init__(self, factor=1.0):
        self.factor = factor

    def fit(self, X, y=None):
        Counted.fits += 1
        self.scaler_ = StandardScaler().fit(X)
        return self

    def transform(self, X):
        return self.factor * self.scaler_.transform(X)


class CrossFitted(TransformerMixin, BaseEstimator):
    """Gives other rows in `fit_transform` than later in `transform`."""

    def fit(self, X, y=None):
        self.mean_ = X.mean(axis=0)
        return self

    def fit_transform(self, X, y=None):
        return self.fit(X).transform(X) * 1.5

    def transform(self, X):
        return X - self.mean_


class CountEpochs(Callback):
    """Counts the epochs of all networks in this process."""

    epochs = 0

    def on_epoch_end(self, progress):
        CountEpochs.epochs += 1


class Interrupt(Callback):
    """Acts like Ctrl-C at the end of an epoch, after this many epochs in all."""

    left = 0
    armed = False

    def on_epoch_end(self, progress):
        if Interrupt.armed:
            Interrupt.left -= 1
            if Interrupt.left == 0:
                Interrupt.armed = False
                raise KeyboardInterrupt


def interrupt_after(epochs):
    """Act like Ctrl-C after this many epochs of networks with the callback `Interrupt`."""
    Interrupt.left, Interrupt.armed = epochs, True


def two_scores(estimator, X, y):
    """A scorer that returns two scores."""
    right = accuracy_score(y, estimator.predict(X))
    return {"right": right, "wrong": -right}


def index_of_first(results):
    """A `refit` that picks the first candidate."""
    return 0


def assert_same_results(one, other):
    """The results of two searches are the same, except for times."""
    assert one.cv_results_.keys() == other.cv_results_.keys()
    for name, values in one.cv_results_.items():
        if "time" in name or name == "seconds":
            continue
        if name == "params":
            assert values == other.cv_results_["params"]
        else:
            np.testing.assert_array_equal(values, other.cv_results_[name], err_msg=name)
    assert one.best_index_ == other.best_index_
