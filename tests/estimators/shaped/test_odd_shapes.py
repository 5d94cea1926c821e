"""Odd images and sequences that users pass, and what must not happen silently."""

import numpy as np
import pandas as pd
import pytest

from sknn import AutoEncoder, CNNClassifier, MLPClassifier, RNNClassifier, RNNRegressor
from sknn.core import network as network_module
from sknn.inspection import check_gradients
from sknn.layers import GRU, Conv2D, Embedding, MaxPool, Reshape, Residual
from tests.estimators.shaped.data import ABOVE, EVEN, FLAT, IMAGES, LABELS, SEQUENCES, STEPS, SUMS

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL = {"units": (3,), "max_iter": 2, "random_state": 0}
IMAGE = {"filters": (2,), "hidden_layer_sizes": (), "max_iter": 1, "random_state": 0}
LAST = np.array([each[-1] for each in EVEN[..., 0]])


# -- X --------------------------------------------------------------------------------------------


def test_lists_of_frames_of_one_length():
    net = RNNClassifier(**SMALL).fit([pd.DataFrame(each) for each in EVEN], ABOVE)
    assert net.input_shape_ == (6, 2)
    np.testing.assert_array_equal(
        net.predict_proba(EVEN), RNNClassifier(**SMALL).fit(EVEN, ABOVE).predict_proba(EVEN)
    )
    images = CNNClassifier(**IMAGE).fit([pd.DataFrame(each) for each in IMAGES], LABELS)
    assert images.input_shape_ == (8, 8, 1)


def test_a_series_of_arrays():
    X = pd.Series(SEQUENCES, index=range(7, 47))
    net = RNNClassifier(**SMALL).fit(X, ABOVE)
    np.testing.assert_array_equal(net.predict(X), net.predict(SEQUENCES))


@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_lists_of_numbers_that_happen_to_be_of_one_length():
    X = [each[:, 0].tolist() for each in SEQUENCES]
    net = RNNClassifier(**SMALL).fit(X, ABOVE)
    alone = np.concatenate([net.predict_proba([each]) for each in X])
    np.testing.assert_allclose(alone, net.predict_proba(X), rtol=1e-10)
    even = EVEN[:, :4, 0]
    expected = net.predict_proba(even[..., None])
    for same in (even, even.tolist(), list(even), pd.DataFrame(even)):
        np.testing.assert_array_equal(net.predict_proba(same), expected)
    assert net.partial_fit(even.tolist(), ABOVE).t_ == 3 * 40  # two epochs before


def test_codes_that_happen_to_be_of_one_length():
    net = RNNClassifier(layers=[Embedding(5, 3), GRU(4)], max_iter=1, random_state=0)
    net.fit([[1, 2, 3], [4], [0, 1]] * 2, [0, 1, 0] * 2)
    assert net.predict([[1, 2], [3, 0]]).shape == (2,)


def test_flat_rows_where_lists_of_steps_were_learned():
    net = RNNClassifier(**SMALL).fit(SEQUENCES, ABOVE)
    for width in (2, 14):
        with pytest.raises(ValueError, match=r"X has two axes, .* array of shape \(n, n_steps, 2"):
            net.predict(np.zeros((3, width)))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (EVEN[:, :0], r"X has rows of shape \(0, 2\), which are empty"),
        (EVEN[..., :0], r"X has rows of shape \(6, 0\), which are empty"),
        ([[[10**400, 1]] * len(each) for each in SEQUENCES], r"In X\[0\]: int too large"),
    ],
)
def test_rows_that_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        RNNClassifier(**SMALL).fit(X, ABOVE)


@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_an_input_shape_that_changes_while_training_continues():
    net = CNNClassifier(**IMAGE, input_shape=(8, 8), warm_start=True).fit(FLAT, LABELS)
    before = net.network_
    with pytest.raises(ValueError, match=r"input_shape=\(4, 16\) differs .* restore it"):
        net.set_params(input_shape=(4, 16)).fit(FLAT, LABELS)
    assert net.network_ is before
    net.set_params(input_shape=(8, 8, 1)).fit(FLAT, LABELS)
    # The number of steps is free.
    other = RNNClassifier(**SMALL, input_shape=(3, 2)).fit(SEQUENCES, ABOVE)
    other.partial_fit(EVEN, ABOVE)


def test_the_words_for_a_wrong_input_shape():
    with pytest.raises(ValueError, match="must be None or a tuple of ints >= 1"):
        CNNClassifier(**IMAGE, input_shape=8).fit(FLAT, LABELS)


# -- y --------------------------------------------------------------------------------------------


def test_labels_at_every_step():
    rng = np.random.default_rng(0)
    y = [rng.integers(0, 2, (len(each), 3)) for each in SEQUENCES]
    net = RNNClassifier(**SMALL, return_sequences=True).fit(SEQUENCES, y)
    answer = net.predict_proba(SEQUENCES)
    assert [each.shape for each in answer] == [each.shape for each in y]
    check_gradients(net, SEQUENCES, y)
    right = np.concatenate(net.predict(SEQUENCES)) == np.concatenate(y)
    assert net.score(SEQUENCES, y) == right.all(axis=1).mean()


def test_several_classes_at_every_step_are_refused():
    y = np.random.default_rng(0).integers(0, 3, (40, 6, 2))
    with pytest.raises(ValueError, match="y has 2 outputs per step. Train one network for each"):
        RNNClassifier(**SMALL, return_sequences=True).fit(EVEN, y)


def test_a_frame_of_answers_is_read_by_rows():
    polars = pytest.importorskip("polars")
    X, y = EVEN[:6], np.cumsum(EVEN[:6, :, 0], axis=1)  # as many rows as steps
    settings = SMALL | {"return_sequences": True}
    expected = RNNRegressor(**settings).fit(X, y).predict(X)
    for frame in (pd.DataFrame(y), polars.DataFrame(y)):
        np.testing.assert_array_equal(RNNRegressor(**settings).fit(X, frame).predict(X), expected)


def test_answers_of_odd_shape_name_the_row():
    y = [each.tolist() for each in SUMS]
    y[2][1] = [1.0]
    with pytest.raises(ValueError, match=r"In y\[2\]"):
        RNNRegressor(**SMALL, return_sequences=True).fit(SEQUENCES, y)


def test_weights_of_a_score():
    net = RNNClassifier(**SMALL, return_sequences=True).fit(SEQUENCES, STEPS)
    assert net.score(SEQUENCES, STEPS, 2) == pytest.approx(net.score(SEQUENCES, STEPS))
    with pytest.raises(ValueError, match=r"sample_weight.shape == \(2,\), expected \(40,\)"):
        net.score(SEQUENCES, STEPS, [1, 2])


def test_answers_are_those_of_what_was_fitted():
    net = RNNClassifier(**SMALL).fit(SEQUENCES, ABOVE)
    expected = net.predict(SEQUENCES)
    net.set_params(return_sequences=True)
    np.testing.assert_array_equal(net.predict(SEQUENCES), expected)
    assert 0 <= net.score(SEQUENCES, ABOVE) <= 1


# -- layers, memory, state ------------------------------------------------------------------------


def test_layers_that_do_not_end_flat():
    layers = [Reshape((8, 8, 1)), Conv2D(2), MaxPool()]
    for net in (MLPClassifier(layers=layers, max_iter=1), AutoEncoder(layers=layers, max_iter=1)):
        with pytest.raises(ValueError, match=r"end in rows of shape .* make them end in Flatten"):
            net.fit(FLAT, LABELS)


def test_what_to_do_for_lbfgs():
    with pytest.raises(ValueError, match="does not support max_grad_norm=1.0; set it to None"):
        RNNRegressor(**SMALL, solver="lbfgs").fit(EVEN, LAST)


def test_few_large_rows_are_predicted_in_parts(monkeypatch):
    net = CNNClassifier(**IMAGE).fit(IMAGES, LABELS)
    expected = net.predict_proba(IMAGES)
    seen = []
    forward = network_module.Network._forward
    monkeypatch.setattr(network_module, "_CHUNK_NUMBERS", 1)
    monkeypatch.setattr(network_module, "_MOST_NUMBERS", 3 * 8 * 8 * 2)
    monkeypatch.setattr(
        network_module.Network,
        "_forward",
        lambda self, x, *rest: seen.append(len(x)) or forward(self, x, *rest),
    )
    np.testing.assert_allclose(net.predict_proba(IMAGES), expected, rtol=1e-12)
    assert max(seen) <= 3


def test_series_continue_however_many_there_are(monkeypatch):
    net = RNNRegressor(**SMALL, stateful=True).partial_fit(EVEN, LAST)
    expected = net.predict(EVEN)
    monkeypatch.setattr(network_module, "_CHUNK_ROWS", (8, 8))
    np.testing.assert_array_equal(net.predict(EVEN), expected)
    # As many rows as there are series in a chunk, but more in all: no continuation.
    begun = RNNRegressor(**SMALL, stateful=True).partial_fit(EVEN[:8], LAST[:8])
    anew = begun.predict(EVEN)
    np.testing.assert_allclose(anew, begun.reset_state().predict(EVEN), rtol=1e-12)


def test_state_inside_blocks_is_forgotten():
    inner = GRU(2, stateful=True, n_series=40, return_sequences=True)
    net = RNNRegressor(layers=[Residual([inner]), GRU(2)], batch_size=40, max_iter=1)
    net.partial_fit(EVEN, LAST)
    (state,) = (v for views in net.network_.params for k, v in views.items() if "state" in k)
    assert state.any()
    net.reset_state()
    (state,) = (v for views in net.network_.params for k, v in views.items() if "state" in k)
    assert not state.any()


def test_gradients_of_series_that_continue():
    net = RNNRegressor(**SMALL, stateful=True).partial_fit(EVEN, LAST)
    assert check_gradients(net, EVEN, LAST) < 1e-6
    assert check_gradients(RNNRegressor(**SMALL, stateful=True), EVEN, LAST) < 1e-6
