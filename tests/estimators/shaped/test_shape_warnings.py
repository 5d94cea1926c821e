"""Shapes that were probably meant differently: a warning says how X was read and the remedy."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone

from sknn import CNNClassifier, CNNRegressor, RNNClassifier, RNNRegressor
from sknn.exceptions import ShapeWarning
from sknn.layers import Conv1D, Conv2D, Dense
from tests.estimators.shaped.data import SEQUENCES

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
CNN = CNNClassifier((2,), hidden_layer_sizes=(), max_iter=1, random_state=0)
RNN = RNNRegressor((3,), max_iter=1, random_state=0)
FIRST = {"channels": "first"}


def zeros(*shape):
    x = np.zeros((6, *shape))
    x[::2] = 1.0
    return x


Y = np.arange(6) % 2
# Network, parameters, X, how it is read, parameters the warning names.
DOUBTFUL = {
    "colors first": (CNN, {}, zeros(3, 32, 32), "3 x 32 pixels with 32 channels", FIRST),
    "gray first": (CNN, {}, zeros(1, 28, 28), "If they have 1 channel and 28 x 28", FIRST),
    "wide colors first": (CNN, {}, zeros(3, 24, 32), "3 x 24 pixels with 32 channels", FIRST),
    "many channels first": (CNN, {}, zeros(8, 16, 16), "8 x 16 pixels with 16 channels", FIRST),
    "colors first, laid flat": (
        CNN,
        {"input_shape": (3, 10, 10)},
        zeros(300),
        "3 x 10 pixels with 10 channels",
        FIRST | {"input_shape": (3, 10, 10)},
    ),
    "colors last": (
        CNN,
        FIRST,
        zeros(32, 32, 3),
        r"32 x 3 pixels with 32 channels \(channels='first'\)",
        {"channels": "last"},
    ),
    "digits laid flat": (
        CNN,
        {},
        zeros(64),
        "64 columns and is read as signals of 64 steps",
        {"input_shape": (8, 8)},
    ),
    "colors laid flat": (CNN, {}, zeros(300), "300 columns", {"input_shape": (10, 10, 3)}),
    "colors laid flat, first": (CNN, FIRST, zeros(300), "300", {"input_shape": (3, 10, 10)}),
    "signals as images": (
        CNN,
        {},
        zeros(6, 50),
        "images of 6 x 50 pixels with one channel",
        FIRST | {"kernel_size": (9,)},
    ),
    "signals as images, channels last": (
        CNN,
        {},
        zeros(50, 6),
        "images of 50 x 6 pixels with one channel",
        {"kernel_size": (9,)},
    ),
    "images as signals": (
        CNN,
        FIRST,
        zeros(12, 12),
        "signals of 12 steps with 12 channels",
        {"kernel_size": (3, 3)},
    ),
    "signals first": (
        CNN,
        {"kernel_size": (9,)},
        zeros(3, 50),
        "sequences of 3 steps with 50 channels",
        FIRST,
    ),
    "sequences first": (RNN, {}, zeros(6, 50), "sequences of 6 steps with 50 channels", FIRST),
    "one channel first": (RNN, {}, zeros(1, 20), "1 step with 20 channels", FIRST),
    "a list, first": (RNN, {}, list(zeros(6, 50)), "6 steps with 50 channels", FIRST),
    "sequences last": (RNN, FIRST, zeros(50, 6), "6 steps with 50", {"channels": "last"}),
}


@pytest.mark.parametrize("case", DOUBTFUL.values(), ids=DOUBTFUL)
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_a_doubtful_reading_is_reported_with_its_remedy(case):
    kind, settings, X, words, remedy = case
    net = clone(kind).set_params(**settings)
    with pytest.warns(ShapeWarning, match=words) as record:
        net.fit(X, Y)
    (told,) = (each for each in record if each.category is ShapeWarning)
    assert told.filename == __file__
    missing = {name: value for name, value in remedy.items() if settings.get(name) != value}
    for name, value in missing.items():
        assert f"{name}={value!r}" in str(told.message)
    # Once per fit, and not in later calls.
    net.predict(X)
    net.transform(X)
    net.partial_fit(X, Y)
    # The advice of the warning removes all doubt.
    clone(net).set_params(**remedy).fit(X, Y)


CERTAIN = {
    "colors": (CNN, {}, zeros(32, 32, 3)),
    "gray": (CNN, {}, zeros(28, 28, 1)),
    "no channels": (CNN, {}, zeros(28, 28)),
    "many bands": (CNN, {}, zeros(16, 16, 40)),
    "wide": (CNN, {}, zeros(10, 30)),
    "wide, said so": (CNN, {"kernel_size": (3, 3)}, zeros(6, 50)),
    "tiny": (CNN, {}, zeros(2, 2, 3)),
    "colors first": (CNN, FIRST, zeros(3, 32, 32)),
    "square signals, said so": (CNN, FIRST | {"kernel_size": (3,)}, zeros(12, 12)),
    "signals": (CNN, {"kernel_size": (3,)}, zeros(50, 3)),
    "signals first": (CNN, FIRST, zeros(3, 50)),
    "series": (CNN, {}, zeros(150)),
    "a table": (CNN, {}, zeros(49)),
    "square series, said so": (CNN, {"kernel_size": (3,)}, zeros(64)),
    "by layers": (CNN, {"filters": (32, 64), "layers": [Conv1D(2)]}, zeros(64)),
    "layers without axes": (CNN, {"filters": (32, 64), "layers": [Dense(2)]}, zeros(64)),
    "layers for images": (CNN, {"filters": (32, 64), "layers": [Conv2D(2)]}, zeros(6, 50)),
    "sequences": (RNN, {}, zeros(50, 6)),
    "some features": (RNN, {}, zeros(8, 24)),
    "many features, said so": (RNN, {"input_shape": (6, 50)}, zeros(6, 50)),
    "windows": (RNN, {}, zeros(64)),
    "step by step": (RNN, {"stateful": True}, zeros(1, 20)),
    "ragged": (RNN, {}, SEQUENCES[:6]),
    "many features, of different lengths": (RNN, {}, [np.ones((n, 40)) for n in range(3, 9)]),
    "many features, padded": (RNN, {}, np.where(np.arange(5)[:, None] < 4, zeros(5, 40), np.nan)),
}


@pytest.mark.parametrize("case", CERTAIN.values(), ids=CERTAIN)
def test_a_clear_reading_goes_without_a_word(case):
    kind, settings, X = case
    if "layers" in settings:
        settings = settings | {"hidden_layer_sizes": (64,)}
    clone(kind).set_params(**settings).fit(X, Y)


@pytest.mark.parametrize("kind", [CNNClassifier, CNNRegressor, RNNClassifier, RNNRegressor])
def test_it_can_be_silenced(kind):
    # Warnings are errors here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShapeWarning)
        kind(max_iter=1).fit(zeros(3, 40), Y)


def test_validation_rows_are_not_doubted_again():
    net = clone(RNN)
    with pytest.warns(ShapeWarning) as record:
        net.fit(zeros(6, 50), Y, X_val=zeros(6, 50), y_val=Y)
    assert sum(each.category is ShapeWarning for each in record) == 1
