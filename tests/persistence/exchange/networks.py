"""Small fitted networks, one for each kind of layer that other libraries also have."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sknn import CNNClassifier, MLPClassifier, MLPRegressor, RNNClassifier, RNNRegressor
from sknn.layers import (
    GRU,
    LSTM,
    BatchNorm,
    Conv1D,
    Conv2D,
    ConvTranspose1D,
    ConvTranspose2D,
    Dense,
    Elman,
    Embedding,
    Flatten,
    LayerNorm,
    MaxPool,
    Reshape,
)

RNG = np.random.default_rng(0)
ROWS, LABELS = RNG.normal(size=(40, 6)), np.arange(40) % 3
IMAGES = RNG.normal(size=(40, 6, 4, 2))
SIGNALS = RNG.normal(size=(40, 8, 2))
CODES = RNG.integers(0, 5, size=(40, 3)).astype(float)


def _mlp(*layers: Any, **params: Any) -> Callable[[Any], Any]:
    def make(dtype: Any) -> Any:
        net = MLPClassifier(
            layers=list(layers), max_iter=3, learning_rate="cosine", dtype=dtype, random_state=0
        )
        return net.set_params(**params).fit(ROWS, LABELS)

    return make


def _shaped(kind: Any, X: Any, *layers: Any, y: Any = LABELS) -> Callable[[Any], Any]:
    def make(dtype: Any) -> Any:
        net = kind(
            layers=list(layers), max_iter=3, learning_rate="cosine", dtype=dtype, random_state=0
        )
        return net.fit(X, y)

    return make


def _codes(dtype: Any) -> Any:
    net = MLPClassifier(
        layers=[Embedding(5, 3), Dense(4)],
        max_iter=3,
        learning_rate="cosine",
        dtype=dtype,
        random_state=0,
    )
    return net.fit(CODES, LABELS)


def _regressor(dtype: Any) -> Any:
    net = MLPRegressor(
        hidden_layer_sizes=(5,), max_iter=3, learning_rate="cosine", dtype=dtype, random_state=0
    )
    return net.fit(ROWS, 100 + 50 * ROWS[:, 0])


def _bidirectional() -> list[Any]:
    return [LSTM(3, return_sequences=True), LSTM(3, reverse=True)]


NETWORKS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "dense": (_mlp(Dense(5), Dense(4, "tanh", use_bias=False)), ROWS),
    "norms": (_mlp(Dense(5), BatchNorm(), Dense(4), LayerNorm()), ROWS),
    "regressor": (_regressor, ROWS),
    "embedding": (_codes, CODES),
    "conv2d": (
        _shaped(CNNClassifier, IMAGES, Conv2D(3, (3, 2), padding="valid"), MaxPool(2), BatchNorm()),
        IMAGES,
    ),
    "conv1d": (_shaped(CNNClassifier, SIGNALS, Conv1D(3, 3), Conv1D(2, 3, dilation=2)), SIGNALS),
    "norm behind flatten": (
        _shaped(CNNClassifier, IMAGES, Conv2D(3, 3), Flatten(), BatchNorm(), Dense(4)),
        IMAGES,
    ),
    "transposed2d": (
        _shaped(
            CNNClassifier,
            IMAGES,
            Conv2D(3, 3, strides=2, padding="valid"),
            ConvTranspose2D(2, 2, strides=2, padding="valid"),
        ),
        IMAGES,
    ),
    "reshape": (
        _mlp(Dense(12), BatchNorm(), Reshape((3, 2, 2)), Conv2D(2, 3), Flatten(), Dense(3)),
        ROWS,
    ),
    "transposed1d": (
        _shaped(CNNClassifier, SIGNALS, ConvTranspose1D(3, 4, strides=2, padding="valid")),
        SIGNALS,
    ),
    "lstm": (_shaped(RNNClassifier, SIGNALS, LSTM(4, return_sequences=True), LSTM(3)), SIGNALS),
    "gru": (_shaped(RNNClassifier, SIGNALS, GRU(4)), SIGNALS),
    "elman": (
        _shaped(RNNRegressor, SIGNALS, Elman(4, return_sequences=True), Elman(3), y=ROWS[:, 0]),
        SIGNALS,
    ),
}
