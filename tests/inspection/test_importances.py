"""Feature importances find the columns that matter, with every method."""

import functools
import itertools

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.feature_selection import RFE, RFECV, SelectFromModel
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    GAN,
    AutoEncoder,
    CNNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNRegressor,
    TabularMLPRegressor,
)
from sknn.inspection import feature_importances
from sknn.inspection.shuffles import _drawn

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
    frame = pd.DataFrame(X[:, :3].copy(), columns=["a", "b", "c"])
    frame["city"] = np.array(["x", "y", "z"])[np.digitize(X[:, 3], [-0.5, 0.5])]
    frame.loc[3, "a"] = np.nan
    model = TabularMLPRegressor(max_iter=10, n_members=2, n_splits=2, random_state=0).fit(frame, Y)
    found = feature_importances(model, frame, Y, method=method, random_state=0)
    assert found.shape == (4,) and set(found.argsort()[-2:]) == {1, 3}


@pytest.mark.parametrize("model", [AutoEncoder((2,), max_iter=3), GAN((4,), (4,), max_iter=3)])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_frame_has_one_number_a_column_as_well(model):
    frame = pd.DataFrame({"a": X[:, 0], "city": np.array(["x", "y", "z"])[np.arange(120) % 3]})
    model.fit(frame)
    for method in METHODS[1:]:
        assert feature_importances(model, frame, method=method, random_state=0).shape == (2,)
    if isinstance(model, AutoEncoder):
        # Frames are encoded as float32.
        np.testing.assert_allclose(feature_importances(model).sum(), 1.0, rtol=1e-5)
        assert feature_importances(model).shape == (2,)
    else:
        with pytest.raises(AttributeError, match="random numbers"):
            feature_importances(model)


@pytest.mark.parametrize("method", METHODS[1:3])
def test_missing_steps_have_no_importance(method):
    padded = RNG.random((40, 6, 2))
    padded[:, 5], padded[::2, 4] = np.nan, np.nan
    model = RNNRegressor((4,), max_iter=2, learning_rate="cosine", tol=0, random_state=0)
    found = feature_importances(model.fit(padded, padded[:, 0, 0]), padded, method=method)
    assert found.shape == (6, 2) and found[:5].all() and not found[5].any()


def test_ragged_sequences_have_no_columns_to_shuffle():
    sequences = [RNG.random((n, 2)) for n in (3, 8, 5)]
    model = RNNRegressor((4,), max_iter=1, learning_rate="cosine", tol=0)
    model.fit(sequences, np.arange(3.0))
    with pytest.raises(ValueError, match="several lengths"):
        feature_importances(model, sequences, np.arange(3.0))


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


def test_what_is_missing_is_named():
    for method, given, missing in [
        ("gradients", (), "pass X"),
        ("permutation", (X,), "pass y"),
        ("magic", (X,), "method must be one of"),
        ("permutation", (sp.csr_array(X), Y), "dense rows"),
    ]:
        with pytest.raises(ValueError, match=missing):
            feature_importances(FITTED, *given, method=method)
    signals = X[:, :, np.newaxis]
    small = CNNClassifier((2,), kernel_size=(3,), max_iter=1).fit(signals, Y > 0)
    with pytest.raises(ValueError, match=r"rows of shape \(5, 1\)"):
        feature_importances(small, signals, Y > 0)
    table = TabularMLPRegressor(max_iter=2, n_members=2, n_splits=2).fit(X, Y)
    with pytest.raises(AttributeError, match="encoded"):
        feature_importances(table)


WEIGHTS = RNG.integers(0, 3, len(X)).astype(float)
FRAME = pd.DataFrame(X, columns=list("abcde"))


def matrix():
    return FITTED, X


def outputs():
    return net().fit(X, np.column_stack([Y, X[:, 0]])), X


def frame():
    return make_pipeline(StandardScaler(), net()).fit(FRAME, Y), FRAME


def table():
    few = FRAME.iloc[:40, :2].copy()
    few.loc[few["a"] > 1, "a"] = np.nan
    model = TabularMLPRegressor(max_iter=2, n_members=1, random_state=0)
    return model.fit(few, Y[:40]), few


def repeated(rows, weight):
    times = np.repeat(np.arange(len(rows)), weight.astype(int))
    return rows.iloc[times] if hasattr(rows, "iloc") else rows[times]


@pytest.mark.parametrize(
    ("case", "method"),
    [*itertools.product([matrix, outputs, frame], METHODS[1:3]), (table, "gradients")],
)
def test_a_weight_is_how_often_a_row_is_there(case, method):
    model, rows = case()
    weight = WEIGHTS[: len(rows)]
    found = feature_importances(model, rows, sample_weight=weight, method=method)
    expected = feature_importances(model, repeated(rows, weight), method=method)
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    thrice = feature_importances(model, rows, sample_weight=3 * weight, method=method)
    np.testing.assert_allclose(thrice, expected, rtol=1e-10)


@pytest.mark.parametrize("case", [matrix, frame])
def test_shuffles_of_weighted_rows_are_those_of_repeated_ones(case):
    # Rows of weight 4 lie far out in a column, which an unweighted shuffle would not show.
    model, rows = case()
    weight = np.where(X[:, 1] > 0.5, 4.0, 1.0)
    more = {"n_repeats": 25, "random_state": 0}
    found = feature_importances(model, rows, Y, sample_weight=weight, **more)
    targets = repeated(Y, weight)
    expected = feature_importances(model, repeated(rows, weight), targets, **more)
    np.testing.assert_allclose(found, expected, rtol=0.06, atol=0.01)


@pytest.mark.parametrize("method", METHODS[1:])
def test_rows_of_weight_zero_are_left_out(method):
    weight = (np.arange(len(X)) % 3 > 0).astype(float)
    odd = np.where(weight[:, None] == 0, 1e6, X)
    some = {"method": method, "random_state": 0}
    found = feature_importances(FITTED, odd, Y, sample_weight=weight, **some)
    kept = weight > 0
    alone = feature_importances(FITTED, X[kept], Y[kept], sample_weight=weight[kept], **some)
    np.testing.assert_array_equal(found, alone)


def test_equal_weights_shuffle_every_row_once():
    drawn = [_drawn(np.full(50, 0.3), np.random.RandomState(i)) for i in range(20)]
    assert all(np.array_equal(np.sort(each), np.arange(50)) for each in drawn)
    assert len({each.tobytes() for each in drawn}) == 20


def test_rows_are_drawn_in_proportion_to_their_weights():
    weight = np.arange(1.0, 41.0) ** 2
    expected = 40 * weight / weight.sum()
    for seed in range(20):
        often = np.bincount(_drawn(weight, np.random.RandomState(seed)), minlength=40)
        assert often.sum() == 40
        assert (np.abs(often - expected) < 1).all()


@pytest.mark.parametrize("weight", [None, np.ones(len(X))])
def test_odd_arguments_of_shuffles(weight):
    with pytest.raises(ValueError, match="n_repeats"):
        feature_importances(FITTED, X, Y, n_repeats=0, sample_weight=weight)
    with pytest.raises(ValueError, match="scoring must be one score"):
        feature_importances(FITTED, X, Y, scoring=["r2"], sample_weight=weight)


def test_weights_reach_the_scorer_that_was_requested():
    weight = np.where(X[:, 0] > 0, 10.0, 0.1)
    more = {"sample_weight": weight, "scoring": "neg_mean_absolute_error", "random_state": 0}
    found = feature_importances(FITTED, X, Y, **more)
    assert set(found.argsort()[-2:]) == {1, 3} and found[3] > 0.5


@pytest.mark.parametrize(
    ("given", "weight", "words"),
    [
        ((), WEIGHTS, "without its rows; pass X"),
        ((X,), WEIGHTS[1:], "sample_weight.shape"),
        ((X,), -WEIGHTS, "Negative values"),
        ((X, Y), 0 * WEIGHTS, "sample_weight must hold at least one weight that is not zero"),
    ],
)
def test_odd_weights_are_refused(given, weight, words):
    with pytest.raises(ValueError, match=words):
        feature_importances(FITTED, *given, sample_weight=weight)


@pytest.mark.parametrize("method", METHODS[1:])
@pytest.mark.parametrize("case", [matrix, outputs, frame, table])
def test_a_single_row_has_no_importances(case, method):
    model, rows = case()
    targets = model.predict(rows)
    for n_rows, weight in ((1, None), (2, np.array([0.0, 2.0]))):
        with pytest.raises(ValueError, match="a single row, or a single one of positive weight"):
            feature_importances(
                model, rows[:n_rows], targets[:n_rows], sample_weight=weight, method=method
            )


def test_a_single_image_has_no_importances():
    images = np.random.default_rng(0).random((20, 4, 4))
    model = CNNClassifier((2,), max_iter=1, random_state=0).fit(images, np.arange(20) % 2)
    assert feature_importances(model, images[:2]).shape == (4, 4)
    with pytest.raises(ValueError, match="use integrated_gradients"):
        feature_importances(model, images[:1])


def test_an_encoded_table_has_no_paths_of_weights():
    net = TabularMLPRegressor(preset="fast", max_iter=1, random_state=0).fit(X, X[:, 0])
    with pytest.raises(AttributeError, match="Pass X with method='gradients'"):
        feature_importances(net, X, method="weights")
