"""`channels="first"` gives the same network as "last", for every form of X and every method."""

import pickle
import tracemalloc

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score

from sknn import CNNClassifier, CNNRegressor, RNNClassifier, RNNRegressor
from sknn.callbacks import Checkpoint
from sknn.estimators.fit import data_warnings
from sknn.exceptions import InvalidParameterError
from sknn.inspection import check_gradients
from sknn.layers import Conv1D, Conv2D, GlobalAveragePool
from tests.estimators.shaped.data import ABOVE, EVEN, SEQUENCES, STEPS

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
_rng = np.random.default_rng(0)
COLORS = _rng.normal(size=(40, 6, 5, 3))
SIGNALS = _rng.normal(size=(40, 12, 3))
Y = np.arange(40) % 2
CNN = {"filters": (2, 3), "hidden_layer_sizes": (4,), "max_iter": 2, "random_state": 0}
RNN = {"units": (3,), "max_iter": 2, "random_state": 0}
FAMILIES = {
    "images": (CNNClassifier(**CNN), COLORS),
    "images, members": (CNNRegressor(**CNN, n_members=2), COLORS),
    "images by layers": (CNNRegressor(layers=[Conv2D(2)], max_iter=2, random_state=0), COLORS),
    "signals": (CNNRegressor(**CNN, kernel_size=(3,)), SIGNALS),
    "signals by layers": (
        CNNClassifier(layers=[Conv1D(3), GlobalAveragePool()], max_iter=2, random_state=0),
        SIGNALS,
    ),
    "sequences": (RNNClassifier(**RNN), SIGNALS),
    "sequences, both directions": (
        RNNRegressor(**RNN, cell="gru", bidirectional=True, batch_size=16),
        SIGNALS,
    ),
}
TOLERANCE = {"rtol": 1e-9, "atol": 1e-12}
family = pytest.mark.parametrize(("net", "x"), FAMILIES.values(), ids=FAMILIES)


def first(x):
    """Return rows with channels first, as a view of the same numbers."""
    return np.moveaxis(x, -1, 1)


def answers(net, x):
    return net.predict_proba(x) if hasattr(net, "predict_proba") else net.predict(x)


@family
def test_all_forms_and_methods(net, x):
    last = clone(net).fit(x, Y)
    shape = first(x).shape[1:]
    flat = np.ascontiguousarray(first(x)).reshape(40, -1)
    front = clone(net).set_params(channels="first")
    forms = {
        "window": (front, first(x)),
        "copy": (clone(front), np.ascontiguousarray(first(x))),
        "list": (clone(front), first(x).tolist()),
        "flat": (clone(front).set_params(input_shape=shape), flat),
        "both": (clone(front).set_params(input_shape=shape), first(x)),
    }
    for kind, (other, X) in forms.items():
        other.fit(X, Y)
        assert other.input_shape_ == last.input_shape_ == x.shape[1:], kind
        for again in (X, first(x)):
            np.testing.assert_allclose(answers(other, again), answers(last, x), **TOLERANCE)
        np.testing.assert_allclose(other.transform(X), last.transform(x), **TOLERANCE)
        for here, there in zip(other.activations(X), last.activations(x), strict=True):
            np.testing.assert_allclose(here, there, **TOLERANCE)
        assert other.score(X, Y) == pytest.approx(last.score(x, Y))
    assert front.n_features_in_ == last.n_features_in_ == x[0].size
    np.testing.assert_allclose(answers(front, flat), answers(last, x), **TOLERANCE)


@family
def test_validation_streams_and_resumption(net, x, tmp_path):
    settings = {"X_val": x[:9], "y_val": Y[:9]}
    last = clone(net).fit(x, Y, **settings)
    path = tmp_path / "net.ckpt"
    front = clone(net).set_params(channels="first", callbacks=[Checkpoint(path)])
    front.fit(first(x), Y, X_val=first(x[:9]), y_val=Y[:9])
    for name in ("loss", "validation_loss"):
        np.testing.assert_allclose(front.history_[name], last.history_[name], rtol=1e-9)
    kept = Checkpoint.load(path)
    assert kept.resume(first(x), Y, X_val=first(x[:9]), y_val=Y[:9]) is kept
    copy = pickle.loads(pickle.dumps(front))
    for each in (kept, copy):
        np.testing.assert_array_equal(answers(each, first(x)), answers(front, first(x)))
    streams = [clone(net), clone(net).set_params(channels="first")]
    more = {"classes": [0, 1]} if hasattr(net, "predict_proba") else {}
    for stream, rows in zip(streams, (x, first(x)), strict=True):
        stream.partial_fit(rows[:20], Y[:20], **more).partial_fit(rows[20:], Y[20:])
    np.testing.assert_allclose(answers(streams[1], first(x)), answers(streams[0], x), **TOLERANCE)


def test_lists_of_sequences_with_channels_first():
    turned = [each.T for each in SEQUENCES]
    last = RNNClassifier(**RNN).fit(SEQUENCES, ABOVE)
    front = RNNClassifier(**RNN, channels="first").fit(turned, ABOVE)
    assert front.n_features_in_ == last.n_features_in_ == 2
    for X in (turned, [each.tolist() for each in turned]):
        np.testing.assert_allclose(front.predict_proba(X), last.predict_proba(SEQUENCES), rtol=1e-9)
    steps = [
        RNNClassifier(**RNN, return_sequences=True, channels=channels).fit(X, STEPS)
        for channels, X in (("last", SEQUENCES), ("first", turned))
    ]
    assert steps[1].score(turned, STEPS) == steps[0].score(SEQUENCES, STEPS)
    assert [len(each) for each in steps[1].predict(turned)] == [len(each) for each in STEPS]
    # Rows with a single axis have no channels.
    single = [each[:, 0] for each in SEQUENCES]
    numbers = RNNClassifier(**RNN, channels="first").fit(single, ABOVE)
    expected = RNNClassifier(**RNN).fit(single, ABOVE).predict_proba(single)
    np.testing.assert_allclose(numbers.predict_proba(single), expected, rtol=1e-9)


def test_gaps_with_channels_first():
    x = SIGNALS.copy()
    x[3, 5:] = np.nan
    net = RNNClassifier(**RNN).fit(x, Y)
    front = RNNClassifier(**RNN, channels="first").fit(first(x), Y)
    np.testing.assert_allclose(front.predict_proba(first(x)), net.predict_proba(x), rtol=1e-9)


@pytest.mark.parametrize(
    ("settings", "X", "shape"),
    [
        ({"kernel_size": (3, 3)}, COLORS[..., 0], (6, 5, 1)),
        ({}, SIGNALS.swapaxes(1, 2), (12, 3)),
        ({"kernel_size": (3,)}, SIGNALS[..., 0], (12, 1)),
        ({"kernel_size": (3, 3), "input_shape": (6, 2)}, SIGNALS[..., 0], (6, 2, 1)),
        ({"input_shape": (3, 4, 1)}, SIGNALS[..., 0], (4, 1, 3)),
        ({}, SIGNALS[..., 0], (12, 1)),
    ],
)
def test_rows_with_fewer_axes(settings, X, shape):
    net = CNNClassifier(**CNN, **settings, channels="first").fit(X, Y)
    assert net.input_shape_ == shape
    assert net.predict(X).shape == (40,)


def test_searches_see_the_parameter():
    net = RNNClassifier(**RNN, channels="first")
    assert net.get_params()["channels"] == "first"
    assert len(cross_val_score(net, first(SIGNALS), Y, cv=2)) == 2
    search = GridSearchCV(CNNClassifier(**CNN, channels="first"), {"filters": [(2,)]}, cv=2)
    assert search.fit(first(COLORS), Y).best_estimator_.input_shape_ == (6, 5, 3)


def test_gradients():
    assert check_gradients(RNNRegressor(**RNN, channels="first"), first(SIGNALS), Y) < 1e-5


@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_what_was_fitted_counts():
    net = RNNClassifier(**RNN, channels="first", warm_start=True).fit(first(SIGNALS), Y)
    expected = net.predict_proba(first(SIGNALS))
    net.set_params(channels="last")
    np.testing.assert_array_equal(net.predict_proba(first(SIGNALS)), expected)
    with pytest.raises(ValueError, match="channels='last' differs from that of the previous call"):
        net.fit(first(SIGNALS), Y)
    net.set_params(channels="first").fit(first(SIGNALS), Y)


@pytest.mark.parametrize("kind", [CNNClassifier, CNNRegressor, RNNClassifier, RNNRegressor])
@pytest.mark.parametrize("value", ["front", 1, None, True])
def test_what_channels_may_be(kind, value):
    with pytest.raises(InvalidParameterError, match="'channels' parameter of"):
        kind(channels=value).fit(SIGNALS, Y)


@pytest.mark.parametrize(
    ("net", "X", "message"),
    [
        (CNNClassifier(**CNN), COLORS[..., None], r"\(H, W\) or \(C, H, W\)"),
        (CNNClassifier(**CNN, kernel_size=(3,)), COLORS, r"\(T,\) or \(C, T\)"),
        (RNNClassifier(**RNN), COLORS, r"rows of shape \(n_features, n_steps\)"),
        (RNNClassifier(**RNN, input_shape=(4, 12)), first(SIGNALS), r"says \(4, 12\)"),
    ],
)
def test_words_are_in_the_order_of_the_user(net, X, message):
    with pytest.raises(ValueError, match=message):
        clone(net).set_params(channels="first").fit(X, Y)


def test_later_rows_are_named_in_the_order_of_the_user():
    net = CNNClassifier(**CNN, channels="first").fit(first(COLORS), Y)
    with pytest.raises(
        ValueError, match=r"shape \(4, 6, 5\), .* fitted on rows of shape \(3, 6, 5"
    ):
        net.predict(np.zeros((2, 4, 6, 5)))
    ragged = RNNClassifier(**RNN, channels="first").fit([each.T for each in SEQUENCES], ABOVE)
    with pytest.raises(ValueError, match=r"array of shape \(n, 2, n_steps\)"):
        ragged.predict(np.zeros((2, 14)))


def test_rows_are_not_copied_as_a_whole(monkeypatch):
    # Warnings about data examine some thousands of rows.
    monkeypatch.setattr(data_warnings, "_ROWS", 64)
    x = np.zeros((3000, 3, 16, 16), np.float32)
    x[::2] = 1.0
    settings = {"batch_size": 50, "max_iter": 1, "random_state": 0}
    y = np.arange(3000) % 2
    net = CNNClassifier(layers=[Conv2D(1, 1, strides=8)], channels="first", **settings)
    net.fit(x[:100], y[:100])
    tracemalloc.start()
    try:
        net.fit(x, y).predict(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 0.8 * x.nbytes, peak / x.nbytes


def test_sequences_of_one_length_are_even():
    net = RNNClassifier(**RNN, channels="first").fit([each.T for each in EVEN], ABOVE)
    assert net.input_shape_ == (6, 2)
    assert net.predict([each.T for each in SEQUENCES]).shape == (40,)


@pytest.mark.parametrize(
    ("kind", "shape", "channels", "remedy"),
    [
        (CNNClassifier, (6, 5, 3), "last", r"first axis of a row: pass np.moveaxis\(X, 1, -1\)"),
        (CNNClassifier, (3, 6, 5), "first", r"last axis of a row: pass np.moveaxis\(X, -1, 1\)"),
        (RNNClassifier, (7, 2), "last", "first axis .* fit with channels='first'"),
        (RNNClassifier, (2, 7), "first", "last axis .* fit with channels='last'"),
    ],
)
@pytest.mark.filterwarnings("ignore::sknn.exceptions.ShapeWarning")
def test_channels_at_the_other_end_are_reported(kind, shape, channels, remedy):
    rows = np.random.default_rng(0).standard_normal((12, *shape))
    model = kind(max_iter=1, learning_rate="cosine", channels=channels)
    model.fit(rows, np.arange(12) % 2)
    moved = np.moveaxis(rows, -1, 1) if channels == "last" else np.moveaxis(rows, 1, -1)
    with pytest.raises(ValueError, match=remedy):
        model.predict(moved)
    other = np.concatenate([rows, rows], axis=-1 if channels == "last" else 1)
    with pytest.raises(ValueError) as error:
        model.predict(other)
    assert "moveaxis" not in str(error.value)
