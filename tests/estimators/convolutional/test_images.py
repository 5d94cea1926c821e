"""Convolutional networks: the forms of X, the meaning of parameters, what is refused."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import AutoEncoder, CNNClassifier, CNNRegressor, MLPClassifier
from sknn.inspection import check_gradients
from sknn.layers import (
    BatchNorm,
    Conv1D,
    Conv2D,
    ConvTranspose2D,
    Dense,
    Flatten,
    GlobalAveragePool,
    MaxPool,
    Parallel,
    Reshape,
    Residual,
)
from tests.estimators.shaped.data import FLAT, IMAGES, LABELS

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL = {"filters": (4, 6), "hidden_layer_sizes": (8,), "max_iter": 3, "random_state": 0}


def shapes(net):
    return [plan.out_shape for plan in net.network_.plans]


def test_all_forms_of_an_image_are_one():
    flat = CNNClassifier(input_shape=(8, 8), **SMALL).fit(FLAT, LABELS)
    assert flat.input_shape_ == (8, 8, 1)
    assert flat.n_features_in_ == 64
    expected = flat.predict_proba(FLAT)
    for X in (IMAGES, IMAGES[..., None], IMAGES.tolist()):
        net = CNNClassifier(**SMALL).fit(X, LABELS)
        assert net.n_features_in_ == 64
        np.testing.assert_array_equal(net.predict_proba(FLAT), expected)
        np.testing.assert_array_equal(flat.predict_proba(X), expected)


def test_a_flat_row_is_a_signal():
    net = CNNClassifier(**SMALL, kernel_size=(3,)).fit(FLAT, LABELS)
    assert net.input_shape_ == (64, 1)
    assert isinstance(net.network_.layers[0], Conv1D)


@pytest.mark.parametrize(
    ("X", "settings"),
    [
        (IMAGES, {"kernel_size": (3,)}),
        (FLAT, {"kernel_size": (3,), "input_shape": (8, 8)}),
        (IMAGES, {"pool_size": (2,)}),
        (IMAGES, {"strides": (2,), "input_shape": (8, 8)}),
    ],
)
def test_a_tuple_says_along_how_many_axes(X, settings):
    net = CNNClassifier(**SMALL | settings).fit(X, LABELS)
    assert net.input_shape_ == (8, 8)
    assert isinstance(net.network_.layers[0], Conv1D)


def test_layers_say_along_how_many_axes():
    layers = [Conv1D(4), GlobalAveragePool()]
    net = CNNClassifier(layers=layers, max_iter=2).fit(IMAGES, LABELS)
    assert net.input_shape_ == (8, 8)
    layers = [Residual([Conv2D(1)]), MaxPool(2)]
    net = CNNClassifier(layers=layers, max_iter=2).fit(IMAGES, LABELS)
    assert net.input_shape_ == (8, 8, 1)
    assert shapes(net)[-2:] == [(16,), (10,)]


def test_blocks_of_the_default():
    net = CNNClassifier(**SMALL).fit(IMAGES, LABELS)
    kinds = [type(layer).__name__ for layer in net.network_.layers]
    block = ["Conv2D", "BatchNorm", "MaxPool", "Activate"]
    assert kinds == [*block, *block, "Flatten", "Dense", "BatchNorm", "Activate", "Dense"]
    assert shapes(net)[2] == (4, 4, 4)
    assert shapes(net)[6] == (2, 2, 6)
    assert net.n_layers_ == 5


@pytest.mark.parametrize("activation", ["relu", "tanh", "leaky_relu", "softplus"])
def test_activation_behind_the_maximum_gives_the_same(activation):
    net = CNNClassifier(**SMALL, activation=activation, normalization=None).fit(IMAGES, LABELS)
    conv = Conv2D(4, 3, activation, name="conv0")
    other = CNNClassifier(layers=[conv, MaxPool(2)], random_state=0, max_iter=1)
    other.fit(IMAGES, LABELS).set_weights({"conv0": net.get_weights()["conv0"]})
    maps = other.network_.predict(IMAGES[..., None], 2)
    np.testing.assert_allclose(net.activations(IMAGES)[0], maps, rtol=1e-12, atol=1e-12)


def test_activation_that_falls_stays_in_front():
    net = CNNClassifier(**SMALL, activation="silu", normalization=None).fit(IMAGES, LABELS)
    kinds = [type(layer).__name__ for layer in net.network_.layers[:3]]
    assert kinds == ["Conv2D", "Activate", "MaxPool"]


def test_no_pooling_and_strides():
    net = CNNClassifier(**SMALL, pool_size=None, strides=2, padding="valid").fit(IMAGES, LABELS)
    assert shapes(net)[0] == (3, 3, 4)
    assert shapes(net)[3] == (1, 1, 6)
    assert "pool0" not in net.summary()


def test_pooling_never_ends_at_nothing():
    net = CNNClassifier((2, 2, 2, 2, 2, 2), max_iter=1).fit(IMAGES, LABELS)
    assert (1, 1, 2) in shapes(net)


def test_features_and_feature_maps():
    net = CNNClassifier(**SMALL).fit(IMAGES, LABELS)
    maps = net.activations(IMAGES[:5])
    assert [each.shape for each in maps] == [(5, 4, 4, 4), (5, 2, 2, 6), (5, 8)]
    assert net.transform(IMAGES[:5]).shape == (5, 8)
    assert len(net.get_feature_names_out()) == 8
    net.set_params(transform_layer=-2) if "transform_layer" in net.get_params() else None
    frame = CNNClassifier(**SMALL, input_shape=(8, 8)).set_output(transform="pandas")
    assert isinstance(frame.fit_transform(pd.DataFrame(FLAT), LABELS), pd.DataFrame)


def test_a_kernel_as_large_as_the_image_is_a_dense_layer():
    net = CNNClassifier(layers=[Conv2D(8, 8, padding="valid")], max_iter=1, random_state=0)
    net.fit(IMAGES, LABELS)
    mlp = MLPClassifier((8,), max_iter=1, random_state=1).fit(FLAT, LABELS)
    weights = net.get_weights()
    mlp.coefs_ = [weights["conv0"]["W"].reshape(64, 8), weights["output"]["W"]]
    mlp.intercepts_ = [weights["conv0"]["b"], weights["output"]["b"]]
    np.testing.assert_allclose(net.predict_proba(FLAT), mlp.predict_proba(FLAT), rtol=1e-10)


def test_convolutions_in_a_plain_network():
    layers = [Reshape((8, 8, 1)), Conv2D(4), MaxPool(2), Flatten(), Dense(8)]
    net = MLPClassifier(layers=layers, max_iter=60, learning_rate_init=0.01, random_state=0)
    assert net.fit(FLAT, LABELS).score(FLAT, LABELS) > 0.9


@pytest.mark.parametrize("kind", [CNNClassifier, CNNRegressor])
@pytest.mark.parametrize(
    "settings",
    [
        {"normalization": None},
        {"normalization": "layer", "activation": "tanh", "pooling": "average"},
        {"normalization": "batch", "strides": 2, "pool_size": None},
        {"n_members": 2, "padding": "valid", "kernel_size": 2},
        {
            "layers": [
                # Without kinks: a point exactly on one would look like an error.
                Residual([Conv2D(3, activation="tanh"), BatchNorm()]),
                Parallel([Conv2D(2, activation="tanh"), [MaxPool(1)]]),
            ]
        },
    ],
)
def test_gradients(kind, settings):
    small = {"random_state": 0} if "layers" in settings else SMALL
    net = kind(**small | settings)
    assert check_gradients(net, IMAGES[:20], LABELS[:20]) < 1e-5


def test_pipeline_search_and_scores():
    net = CNNClassifier(input_shape=(8, 8), learning_rate_init=0.02, **SMALL | {"max_iter": 15})
    pipe = make_pipeline(StandardScaler(), net)
    grid = {"cnnclassifier__filters": [(4,), (4, 6)], "cnnclassifier__solver": ["adam", "sgd"]}
    search = GridSearchCV(pipe, grid, cv=2).fit(FLAT, LABELS)
    assert search.best_estimator_.score(FLAT, LABELS) > 0.8
    assert len(cross_val_score(CNNClassifier(**SMALL), IMAGES, LABELS, cv=3)) == 3


def test_named_layers_are_searched():
    net = CNNClassifier(layers=[Conv2D(4, name="first")], max_iter=1)
    net = clone(net).set_params(first__filters=7).fit(IMAGES, LABELS)
    assert net.get_weights()["first"]["W"].shape == (3, 3, 1, 7)


def test_streams_classes_and_members():
    net = CNNClassifier(**SMALL, n_members=2)
    for _ in range(2):
        net.partial_fit(IMAGES, LABELS, classes=range(10))
    net.partial_fit(IMAGES, LABELS, classes=range(11))
    assert net.predict_proba(IMAGES[:3]).shape == (3, 11)
    assert net.transform(IMAGES[:3]).shape == (3, 16)


def test_regression_of_images():
    y = IMAGES.mean(axis=(1, 2))
    net = CNNRegressor((4,), max_iter=60, learning_rate_init=0.01)
    scores = [net.set_params(random_state=s).fit(IMAGES, y).score(IMAGES, y) for s in range(3)]
    assert np.median(scores) > 0.9
    two = net.set_params(n_members=2).fit(IMAGES, np.stack([y, -y], axis=1))
    assert two.predict(IMAGES, return_std=True)[1].shape == (200, 2)


def test_validation_rows_and_early_stopping():
    net = CNNClassifier(**SMALL, early_stopping=True)
    net.fit(IMAGES, LABELS, X_val=FLAT[:50], y_val=LABELS[:50])
    assert len(net.validation_scores_) == 3


def test_memory_of_prediction_does_not_grow_with_the_rows():
    import tracemalloc

    net = CNNClassifier(**SMALL).fit(IMAGES, LABELS)
    many = np.tile(IMAGES, (75, 1, 1))
    peaks = []
    for X in (many[:5000], many):
        tracemalloc.start()
        net.predict(X)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # The maps of the first convolution alone would take four times the memory of X.
    assert peaks[1] - peaks[0] < 10_000 * 8 * 64


@pytest.mark.parametrize(
    ("X", "settings", "text"),
    [
        (FLAT, {"input_shape": (7, 8)}, "input_shape=.* needs 56"),
        (IMAGES, {"input_shape": (4, 16)}, "input_shape says"),
        (IMAGES[..., None, None], {}, r"\(H, W\) or \(H, W, C\)"),
        (FLAT, {"input_shape": (8, 8), "kernel_size": (3, 3), "pool_size": (2,)}, "pool_size"),
        (FLAT, {"kernel_size": (3, 3)}, "cannot be convolved along 2 axes"),
        (IMAGES, {"padding": "valid", "kernel_size": 9}, "kernel_size"),
        (IMAGES, {"kernel_size": 0}, "kernel_size"),
        (IMAGES, {"kernel_size": (3, 3, 3)}, "kernel_size"),
        (IMAGES, {"input_shape": "8x8"}, "input_shape"),
        (IMAGES, {"input_shape": (8, 0)}, "input_shape"),
        (IMAGES, {"filters": (4, 0)}, "filters must be > 0"),
        (IMAGES, {"filters": "many"}, "'filters' parameter"),
        (IMAGES, {"pooling": "sum"}, "pooling"),
        (IMAGES, {"padding": "full"}, "padding"),
        (IMAGES, {"strides": 1.5}, "strides"),
        (IMAGES, {"dropout": [0.1, 0.1]}, "dropout"),
        (IMAGES, {"activation": ["relu"]}, "activation"),
        (IMAGES * np.nan, {}, "NaN"),
    ],
)
def test_odd_calls_are_refused(X, settings, text):
    net = CNNClassifier(**SMALL | settings)
    before = dict(vars(net))
    with pytest.raises(ValueError, match=text):
        net.fit(X, LABELS)
    assert vars(net) == before


def test_other_shapes_are_refused_later():
    net = CNNClassifier(**SMALL).fit(IMAGES, LABELS)
    for X, text in [
        (IMAGES[:, :7], "fitted on rows of shape"),
        (FLAT[:, :60], "60 features"),
        (np.stack([IMAGES] * 3, axis=-1), "fitted on rows of shape"),
    ]:
        with pytest.raises(ValueError, match=text):
            net.predict(X)
    with pytest.raises(TypeError, match="sparse"):
        net.predict(sp.csr_array(FLAT))
    with pytest.raises(ValueError, match="inconsistent numbers"):
        net.fit(IMAGES, LABELS[:-1])


def test_layers_exclude_what_they_replace():
    for name, value in [("filters", (8,)), ("pool_size", 3), ("normalization", "layer")]:
        net = CNNClassifier(layers=[Conv2D(4)], **{name: value})
        with pytest.raises(ValueError, match=f"{name}.* has no effect"):
            net.fit(IMAGES, LABELS)


def convolutional_coder(**settings):
    return AutoEncoder(
        layers=[
            Reshape((8, 8, 1)),
            Conv2D(8, strides=2),
            Flatten(),
            Dense(16, name="code"),
            Dense(128),
            Reshape((4, 4, 8)),
            ConvTranspose2D(1, strides=2, activation="identity"),
            Flatten(),
        ],
        learning_rate_init=0.01,
        random_state=0,
        **settings,
    )


def test_a_convolutional_auto_encoder_draws_with_its_last_convolution():
    coder = convolutional_coder(max_iter=150).fit(FLAT)
    assert coder.network_.names[-1] == "flatten1"
    assert coder.transform(FLAT).shape == (200, 16)
    again = coder.inverse_transform(coder.transform(FLAT))
    np.testing.assert_allclose(again, coder.predict(FLAT), rtol=1e-10, atol=1e-12)
    spread = ((FLAT - FLAT.mean(axis=0)) ** 2).mean()
    assert ((again - FLAT) ** 2).mean() < 0.4 * spread
    assert coder.score_samples(FLAT).shape == (200,)


def test_a_convolutional_auto_encoder_of_any_numbers():
    X = FLAT * 7 - 3
    coder = convolutional_coder(max_iter=150).fit(X)
    spread = ((X - X.mean(axis=0)) ** 2).mean()
    assert ((coder.predict(X) - X) ** 2).mean() < 0.5 * spread
    assert check_gradients(convolutional_coder(), X[:20], None) < 1e-5


def test_an_auto_encoder_that_draws_something_else_is_refused():
    coder = convolutional_coder().set_params(flatten0=Flatten(name="flatten0"))
    coder.layers[-2] = ConvTranspose2D(2, strides=2, activation="identity")
    with pytest.raises(ValueError, match="make them end in as many numbers"):
        coder.fit(FLAT)


@pytest.mark.parametrize(
    ("shape", "settings", "kernel", "pool"),
    [
        ((40, 20), {}, 9, 4),
        ((40, 20, 1), {}, 9, 4),
        ((40, 20, 3), {"kernel_size": (9,)}, 9, 4),
        ((40, 20), {"kernel_size": 5}, 5, 4),
        ((40, 20), {"pool_size": 2}, 9, 2),
        ((40, 15), {}, 3, 2),
        ((40, 15), {"filters": 2}, 9, 4),
        ((40, 60), {"filters": (2, 2, 2)}, 3, 2),
        ((40, 20), {"padding": "valid"}, 3, 2),
        ((40, 80), {"strides": 2}, 3, 2),
        ((40, 20), {"pool_size": None}, 9, None),
        ((40, 8, 8), {}, 3, 2),
        ((40, 8, 8, 3), {}, 3, 2),
    ],
)
def test_automatic_windows(shape, settings, kernel, pool):
    net = CNNClassifier(**{"filters": (2, 2), "max_iter": 1} | settings, random_state=0)
    net.fit(np.random.default_rng(0).normal(size=shape), np.arange(40) % 2)
    layers = dict(zip(net.network_.names, net.network_.layers, strict=True))
    assert layers["conv0"].kernel_size == kernel
    assert (layers["pool0"].pool_size if pool else layers.get("pool0")) == pool
