"""Accuracy on scikit-learn's tables, compared with its network in the usual pipeline."""

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import TabularMLPClassifier, TabularMLPRegressor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
SPLITS = range(4)


def with_gaps(X, seed=0):
    return np.where(np.random.default_rng(seed).random(X.shape) < 0.1, np.nan, X)


def usual(network):
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), network)


def ratio(ours, theirs, X, y, error):
    """Return the mean logarithm of the ratio of errors on held-out rows, shifted by a hundredth."""
    logs = []
    for seed in SPLITS:
        strata = y if len(np.unique(y)) < 11 else None
        parts = train_test_split(with_gaps(X), y, random_state=seed, stratify=strata)
        X_train, X_test, y_train, y_test = parts
        both = [
            error(model(seed).fit(X_train, y_train), X_test, y_test) for model in (ours, theirs)
        ]
        logs.append(np.log((both[0] + 0.01) / (both[1] + 0.01)))
    return float(np.mean(logs))


def loss_of_labels(model, X, y):
    return log_loss(y, model.predict_proba(X))


def root_mean_square(model, X, y):
    return float(np.sqrt(np.mean((model.predict(X) - y) ** 2)) / y.std())


def test_probabilities_are_better_in_the_mean_of_several_tables():
    """Equal on a few hundred easy rows with gaps, far better on digits."""
    tables = [load_breast_cancer, load_wine, load_digits]
    tables = [load(return_X_y=True) for load in tables]
    X, y = load_diabetes(return_X_y=True, scaled=False)
    tables.append((X, y > 140))
    ratios = [
        ratio(
            lambda seed: TabularMLPClassifier(preset="fast", random_state=seed),
            lambda seed: usual(MLPClassifier(random_state=seed)),
            X,
            y,
            loss_of_labels,
        )
        for X, y in tables
    ]
    assert np.mean(ratios) < 0.0, ratios
    assert max(ratios) < 0.2, ratios


def test_errors_of_numbers_are_smaller():
    X, y = load_diabetes(return_X_y=True, scaled=False)
    found = ratio(
        lambda seed: TabularMLPRegressor(preset="fast", random_state=seed),
        lambda seed: TransformedTargetRegressor(
            usual(MLPRegressor(random_state=seed)), transformer=StandardScaler()
        ),
        X,
        y,
        root_mean_square,
    )
    assert found < -0.02
