"""Lists of sequences of any lengths: each row gets its own prediction."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from sknn import AutoEncoder, CNNClassifier, MLPRegressor, RNNClassifier, RNNRegressor
from tests.estimators.shaped.data import ABOVE, EVEN, IMAGES, LABELS, SEQUENCES, STEPS, SUMS, padded

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL = {"units": (3,), "max_iter": 2, "random_state": 0}
IMAGE = {"filters": (2,), "hidden_layer_sizes": (), "max_iter": 1, "random_state": 0}
ALIKE = [each.copy() for each in EVEN[..., 0]]


def objects(items):
    x = np.empty(len(items), object)
    x[:] = items
    return x


# -- X --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("X", "n_features"),
    [
        (ALIKE, 1),
        (tuple(ALIKE), 1),
        (objects(ALIKE), 1),
        (pd.Series(ALIKE), 1),
        ([pd.Series(each) for each in ALIKE], 1),
        # Lists of numbers are a table with columns, as scikit-learn's checks require.
        ([each.tolist() for each in ALIKE], 6),
    ],
)
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_sequences_that_happen_to_be_of_one_length(X, n_features):
    net = RNNClassifier(**SMALL).fit(X, ABOVE)
    assert net.n_features_in_ == n_features
    assert net.input_shape_ == (6, 1)
    expected = RNNClassifier(**SMALL).fit(EVEN[..., :1], ABOVE)
    np.testing.assert_allclose(net.predict_proba(X), expected.predict_proba(EVEN[..., :1]))
    np.testing.assert_allclose(net.predict_proba(EVEN[..., 0]), net.predict_proba(X))
    # Later lists may be of any length.
    for length in (1, 4, 9):
        for later in ([np.ones(length)] * 3, [[1.0] * length] * 3):
            alone = expected.predict_proba(np.ones((3, length, 1)))
            np.testing.assert_allclose(net.predict_proba(later), alone)
    net.partial_fit([np.ones(4), np.zeros(2)], [0, 1])


def test_lists_of_steps_that_happen_to_be_of_one_length():
    for X in (list(EVEN), EVEN.tolist(), objects(list(EVEN))):
        net = RNNClassifier(**SMALL).fit(X, ABOVE)
        assert net.n_features_in_ == 2
        assert net.predict(SEQUENCES).shape == (40,)


def test_lists_of_flat_rows_go_by_input_shape():
    flat = EVEN.reshape(40, 12)
    net = RNNClassifier(**SMALL, input_shape=(6, 2)).fit(flat, ABOVE)
    expected = net.predict_proba(flat)
    for X in (flat.tolist(), list(flat)):
        other = clone(net).fit(X, ABOVE)
        assert other.n_features_in_ == 12
        np.testing.assert_array_equal(other.predict_proba(X), expected)
        np.testing.assert_array_equal(net.predict_proba(X), expected)
    single = clone(net).set_params(input_shape=(6, 1)).fit(ALIKE, ABOVE)
    assert single.predict([np.ones(3)]).shape == (1,)


def test_objects_that_hold_images():
    net = CNNClassifier(**IMAGE).fit(objects(list(IMAGES)), LABELS)
    assert net.input_shape_ == (8, 8, 1)
    np.testing.assert_array_equal(net.predict(objects(list(IMAGES))), net.predict(IMAGES))


def put(item, at=2, of=tuple(SEQUENCES)):
    return [*of[:at], item, *of[at + 1 :]]


UNEVEN = [[1.0, 2.0], [1.0, 2.0], [3.0]]
FIRST = [each.T for each in SEQUENCES]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (put(np.zeros((3, 5))), r"same features; X\[0\] has 2 per step and X\[2\] has 5\.$"),
        (put(np.zeros(4)), r"same features; X\[0\] has 2 per step and X\[2\] has 1\.$"),
        (FIRST, r"have 2 steps; if these are the features, pass channels='first'\."),
        (put(np.zeros((0, 2))), r"X\[2\] is a sequence of shape \(0, 2\), which holds no number"),
        (put(np.zeros((3, 0))), r"X\[2\] is a sequence of shape \(3, 0\), which holds no number"),
        (put([]), r"X\[2\] is a sequence of shape \(0,\), .* no numbers; leave it out"),
        ([[], []], r"X\[0\] is a sequence of shape \(0,\), which holds no number"),
        (put(np.zeros((3, 2, 2))), r"In X\[2\]: Found array with dim 3"),
        (put(UNEVEN), r"In X\[2\] the rows are arrays .* row 0 has the shape \(2,\), row 2 \(1,\)"),
        (put(3.0), r"In X the rows are arrays .* row 0 has the shape \(\d, 2\), row \d "),
        ([1.0, 2.0, 3.0], "In X: Expected 2D array, got 1D array"),
        ([], "X is empty; pass at least one row"),
    ],
)
def test_lists_that_are_refused(X, message):
    net = RNNClassifier(**SMALL)
    before = dict(vars(net))
    with pytest.raises(ValueError, match=message):
        net.fit(X, ABOVE[: len(X)])
    assert vars(net) == before


@pytest.mark.parametrize("channels", ["last", "first"])
def test_padding_along_the_wrong_axis(channels):
    x = padded(SEQUENCES)
    x = x.swapaxes(1, 2) if channels == "last" else x
    other = "first" if channels == "last" else "last"
    with pytest.raises(ValueError, match=rf"NaN in some .* pass channels='{other}'\.$"):
        RNNClassifier(**SMALL, channels=channels).fit(x, ABOVE)
    RNNClassifier(**SMALL, channels=other).fit(x, ABOVE)
    x[3, 0, 1] = np.nan
    x[4, 1, 0] = np.nan
    with pytest.raises(ValueError, match=r"SimpleImputer\.$"):
        RNNClassifier(**SMALL, channels=channels).fit(x, ABOVE)


@pytest.mark.parametrize("wrap", [list, tuple, objects, lambda X: [x.tolist() for x in X]])
def test_images_of_two_sizes(wrap):
    X = wrap(put(np.zeros((8, 9)), 7, tuple(IMAGES[:20])))
    words = r"In X the rows .* row 0 has the shape \(8, 8\), row 7 \(8, 9\)\. Bring them all to one"
    with pytest.raises(ValueError, match=words):
        CNNClassifier(**IMAGE).fit(X, LABELS[:20])
    net = CNNClassifier(**IMAGE).fit(IMAGES[:20], LABELS[:20])
    with pytest.raises(ValueError, match=words):
        net.predict(X)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: MLPRegressor().fit([[1, 2], [1, 2], [3]], [1, 2, 3]), "X"),
        (lambda: MLPRegressor().fit(np.eye(3), UNEVEN), "y"),
        (lambda: MLPRegressor(max_iter=1).fit(np.eye(3), [1, 2, 3]).predict([[1, 2, 3], [1]]), "X"),
        (lambda: AutoEncoder().fit(UNEVEN), "X"),
    ],
)
def test_uneven_rows_of_other_networks(call, name):
    with pytest.raises(ValueError, match=rf"In {name} the rows are arrays of different shapes"):
        call()


# -- y --------------------------------------------------------------------------------------------

SHORT = int(np.argmin([len(each) for each in SEQUENCES]))
OWN, MOST = len(SEQUENCES[SHORT]), max(len(each) for each in SEQUENCES)
FULL = np.zeros((40, MOST), int)
FULL[:, 0] = 1


def answered(count):
    """Return the predictions for the steps of SEQUENCES, a different number for each row."""
    return [np.resize(each, count) if i == SHORT else each for i, each in enumerate(STEPS)]


@pytest.mark.parametrize("count", [OWN - 1, OWN + 1, MOST, MOST + 1])
@pytest.mark.parametrize("form", [list, padded, lambda X: [each.tolist() for each in X]])
def test_every_row_is_checked_against_its_own_steps(form, count):
    X, y = form(SEQUENCES), answered(count)
    words = rf"y\[{SHORT}\] has the shape \({count},\) for {OWN} steps"
    net = RNNClassifier(**SMALL, return_sequences=True)
    with pytest.raises(ValueError, match=words):
        net.fit(X, y)
    net.fit(X, STEPS)
    with pytest.raises(ValueError, match=words):
        net.score(X, y)
    with pytest.raises(ValueError, match=words):
        net.partial_fit(X, y)
    with pytest.raises(ValueError, match=words.replace("y", "y_val", 1)):
        net.fit(EVEN, np.resize([0, 1], (40, 6)), X_val=X, y_val=y)


def test_answers_are_padded_as_x_is():
    net = RNNClassifier(**SMALL, return_sequences=True)
    net.fit(padded(SEQUENCES), FULL)
    for y in (FULL, FULL.tolist(), pd.DataFrame(FULL)):
        clone(net).fit(padded(SEQUENCES), y)
        # A list of sequences is not padded, so its predictions are not, either.
        with pytest.raises(ValueError, match=rf"has the shape \({MOST},\) for \d steps"):
            clone(net).fit(SEQUENCES, y)
    with pytest.raises(ValueError, match=r"y\[0\] has the shape \(8,\) for"):
        net.fit(padded(SEQUENCES), np.resize([0, 1], (40, MOST + 1)))


def test_missing_steps_of_a_list_have_answers_that_do_not_count():
    X = [each.copy() for each in SEQUENCES]
    X[0][-1] = np.nan
    net = RNNRegressor(**SMALL, return_sequences=True).fit(X, SUMS)
    shorter = [SUMS[0][:-1], *SUMS[1:]]
    np.testing.assert_array_equal(clone(net).fit(X, shorter).predict(EVEN), net.predict(EVEN))
    assert len(net.predict(X)[0]) == len(X[0]) - 1


def test_answers_in_the_form_of_x():
    net = RNNClassifier(**SMALL, return_sequences=True).fit(SEQUENCES, STEPS)
    assert isinstance(net.predict(list(EVEN)), list)
    assert net.predict(EVEN).shape == (40, 6)
