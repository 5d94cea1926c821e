"""Importances of columns: what matters is found, whoever asks for it."""

import functools

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import RFE, RFECV, SelectFromModel
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import AutoEncoder, CNNClassifier, MLPClassifier, MLPRegressor, TabularMLPRegressor
from sknn.inspection import feature_importances

RNG = np.random.default_rng(0)
X = RNG.standard_normal((120, 5))
Y = X[:, 1] + 2 * np.tanh(X[:, 3])
METHODS = ["weights", "gradients", "integrated", "permutation"]


def net(**params):
    params = {"solver": "lbfgs", "alpha": 1.0, "max_iter": 1000, "random_state": 0} | params
    return MLPRegressor("squared_error", (10,), **params)


FITTED = net().fit(X, Y)


@pytest.mark.parametrize("method", METHODS)
def test_columns_that_matter_come_first(method):
    found = feature_importances(FITTED, X, Y, method=method, random_state=0)
    assert found.shape == (5,) and (found[[1, 3]] > 3 * np.delete(found, [1, 3]).max()).all()
    assert found[3] > found[1]


@pytest.mark.parametrize(
    ("given", "method"), [((), "weights"), ((X,), "gradients"), ((X, Y), "permutation")]
)
def test_auto_takes_what_there_is(given, method):
    auto = feature_importances(FITTED, *given, random_state=0)
    np.testing.assert_array_equal(
        auto, feature_importances(FITTED, *given, method=method, random_state=0)
    )


@pytest.mark.parametrize("method", METHODS[:3])
@pytest.mark.parametrize(
    "model",
    [
        MLPClassifier((10,), "tanh", solver="lbfgs", alpha=1.0, max_iter=1000, random_state=0),
        MLPClassifier((), solver="lbfgs", max_iter=1000, random_state=0),
    ],
)
def test_classes(model, method):
    found = feature_importances(model.fit(X, np.digitize(Y, [-1, 1])), X, method=method)
    assert set(found.argsort()[-2:]) == {1, 3}


@pytest.mark.parametrize("method", METHODS[:3])
def test_several_outputs_count_together(method):
    both = net().fit(X, np.column_stack([X[:, 0], X[:, 4]]))
    assert set(feature_importances(both, X, method=method).argsort()[-2:]) == {0, 4}


def test_weights_of_members_are_averaged():
    model = net(solver="adam", n_members=2, max_iter=20, learning_rate="cosine").fit(X, Y)
    np.testing.assert_allclose(feature_importances(model).sum(), 1.0)
    model.network_.theta[...] = 0
    assert not feature_importances(model).any()


@pytest.mark.parametrize("method", METHODS[1:])
def test_a_table_has_one_number_a_column(method):
    frame = pd.DataFrame(X[:, :3], columns=["a", "b", "c"])
    frame["city"] = np.array(["x", "y", "z"])[np.digitize(X[:, 3], [-0.5, 0.5])]
    frame.loc[3, "a"] = np.nan
    model = TabularMLPRegressor(max_iter=10, n_members=2, n_splits=2, random_state=0).fit(frame, Y)
    found = feature_importances(model, frame, Y, method=method, random_state=0)
    assert found.shape == (4,) and set(found.argsort()[-2:]) == {1, 3}


def test_images_and_reconstructions():
    images = RNG.random((300, 4, 4))
    model = CNNClassifier(
        (4,), max_iter=40, learning_rate="cosine", learning_rate_init=0.01, random_state=0
    )
    model.fit(images, images[:, 1, 2] > 0.5)
    found = feature_importances(model, images)
    assert found.shape == (4, 4) and np.unravel_index(found.argmax(), (4, 4)) == (1, 2)
    coder = AutoEncoder((2,), max_iter=20, random_state=0, learning_rate="cosine").fit(X)
    assert feature_importances(coder, X).shape == (5,)


def test_selection_of_features():
    for chosen in (
        RFE(net(), n_features_to_select=2, importance_getter=feature_importances),
        RFECV(net(), min_features_to_select=2, cv=2, importance_getter=feature_importances),
        SelectFromModel(net(), importance_getter=feature_importances),
        SelectFromModel(net(), importance_getter=functools.partial(feature_importances, X=X, y=Y)),
    ):
        assert chosen.fit(X, Y).get_support()[[1, 3]].all()
    assert (
        RFE(net(), n_features_to_select=2, importance_getter=feature_importances)
        .fit(X, Y)
        .get_support()
        .sum()
        == 2
    )


def test_columns_are_those_of_the_first_or_of_the_last_step():
    model = make_pipeline(StandardScaler(), net()).fit(X * 100, Y)
    for method in METHODS:
        found = feature_importances(model, X * 100, Y, method=method, random_state=0)
        assert set(found.argsort()[-2:]) == {1, 3}


def test_what_lacks_is_named():
    for method, given, missing in [
        ("gradients", (), "pass X"),
        ("permutation", (X,), "pass y"),
        ("magic", (X,), "method must be one of"),
    ]:
        with pytest.raises(ValueError, match=missing):
            feature_importances(FITTED, *given, method=method)
    table = TabularMLPRegressor(max_iter=2, n_members=2, n_splits=2).fit(X, Y)
    with pytest.raises(AttributeError, match="encoded"):
        feature_importances(table)
