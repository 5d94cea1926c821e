"""Exchanged weights give the same predictions in the formulas of PyTorch and Keras.

The other tests use the libraries themselves if they are installed.
"""

import numpy as np
import pytest
from scipy.special import expit, softmax

from sknn import CNNClassifier, RNNClassifier
from sknn.layers import GRU, LSTM, BatchNorm, Conv2D, Dense, Elman, Flatten
from sknn.persistence import to_keras_weights, to_torch_state_dict
from tests.persistence.exchange.networks import IMAGES, LABELS, SIGNALS

HALF = {"learning_rate": "cosine", "max_iter": 3, "learning_rate_init": 0.05, "random_state": 0}


def lstm_of_torch(state, x):
    """Gates i, f, g, o of x W_ih' + b_ih + h W_hh' + b_hh."""
    w, u, b = (
        state["lstm0.weight_ih_l0"],
        state["lstm0.weight_hh_l0"],
        state["lstm0.bias_ih_l0"] + state["lstm0.bias_hh_l0"],
    )
    h = c = np.zeros((len(x), u.shape[1]))
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ w.T + h @ u.T + b, 4, axis=1)
        c = expit(f) * c + expit(i) * np.tanh(g)
        h = expit(o) * np.tanh(c)
    return h


def gru_of_torch(state, x):
    """Gates r, z, n; r multiplies h W_hn' + b_hn."""
    w, u = state["gru0.weight_ih_l0"], state["gru0.weight_hh_l0"]
    h = np.zeros((len(x), u.shape[1]))
    for t in range(x.shape[1]):
        of_x = np.split(x[:, t] @ w.T + state["gru0.bias_ih_l0"], 3, axis=1)
        of_h = np.split(h @ u.T + state["gru0.bias_hh_l0"], 3, axis=1)
        r, z = (expit(a + b) for a, b in zip(of_x[:2], of_h[:2], strict=True))
        n = np.tanh(of_x[2] + r * of_h[2])
        h = (1 - z) * n + z * h
    return h


def elman_of_torch(state, x):
    w, u = state["elman0.weight_ih_l0"], state["elman0.weight_hh_l0"]
    h = np.zeros((len(x), u.shape[1]))
    for t in range(x.shape[1]):
        h = np.tanh(
            x[:, t] @ w.T + state["elman0.bias_ih_l0"] + h @ u.T + state["elman0.bias_hh_l0"]
        )
    return h


def lstm_of_keras(weights, x):
    """Gates i, f, c, o."""
    w, u, b = weights
    h = c = np.zeros((len(x), u.shape[0]))
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ w + h @ u + b, 4, axis=1)
        c = expit(f) * c + expit(i) * np.tanh(g)
        h = expit(o) * np.tanh(c)
    return h


def gru_of_keras(weights, x):
    """Gates z, r, h, with ``reset_after=True``."""
    w, u, (b, c) = weights
    h = np.zeros((len(x), u.shape[0]))
    for t in range(x.shape[1]):
        of_x = np.split(x[:, t] @ w + b, 3, axis=1)
        of_h = np.split(h @ u + c, 3, axis=1)
        z, r = (expit(a + b_) for a, b_ in zip(of_x[:2], of_h[:2], strict=True))
        h = z * h + (1 - z) * np.tanh(of_x[2] + r * of_h[2])
    return h


def elman_of_keras(weights, x):
    w, u, b = weights
    h = np.zeros((len(x), u.shape[0]))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ w + h @ u + b)
    return h


CELLS = {
    "lstm": (LSTM, lstm_of_torch, lstm_of_keras),
    "gru": (GRU, gru_of_torch, gru_of_keras),
    "elman": (Elman, elman_of_torch, elman_of_keras),
}


@pytest.mark.parametrize("name", CELLS)
def test_cells(name):
    layer, of_torch, of_keras = CELLS[name]
    net = RNNClassifier(layers=[layer(4)], dtype="float64", **HALF).fit(SIGNALS, LABELS)
    wanted = net.predict_proba(SIGNALS)
    state = to_torch_state_dict(net)
    raw = of_torch(state, SIGNALS) @ state["output.weight"].T + state["output.bias"]
    np.testing.assert_allclose(softmax(raw, axis=1), wanted, rtol=1e-12)
    *cell, kernel, bias = to_keras_weights(net)
    raw = of_keras(cell, SIGNALS) @ kernel + bias
    np.testing.assert_allclose(softmax(raw, axis=1), wanted, rtol=1e-12)


def test_images_lie_channels_first_in_torch():
    layers = [Conv2D(3, (3, 2), padding="valid"), Flatten(), BatchNorm(), Dense(4)]
    net = CNNClassifier(layers=layers, dtype="float64", **HALF).fit(IMAGES, LABELS)
    state = to_torch_state_dict(net)
    images, kernel = np.moveaxis(IMAGES, -1, 1), state["conv0.weight"]
    windows = np.lib.stride_tricks.sliding_window_view(images, kernel.shape[2:], axis=(2, 3))
    maps = np.einsum("nchwij,ocij->nohw", windows, kernel) + state["conv0.bias"][:, None, None]
    x = np.maximum(maps, 0).reshape(len(images), -1)
    x = (x - state["norm0.running_mean"]) / np.sqrt(state["norm0.running_var"] + 1e-5)
    x = x * state["norm0.weight"] + state["norm0.bias"]
    x = np.maximum(x @ state["hidden0.weight"].T + state["hidden0.bias"], 0)
    raw = x @ state["output.weight"].T + state["output.bias"]
    np.testing.assert_allclose(softmax(raw, axis=1), net.predict_proba(IMAGES), rtol=1e-11)
