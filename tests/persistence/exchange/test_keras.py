"""Weights are exported to Keras and imported again."""

import os

import numpy as np
import pytest
from scipy.special import softmax

from sknn import MLPClassifier
from sknn.persistence import from_keras_weights, to_keras_weights
from tests.persistence.exchange.networks import LABELS, NETWORKS, ROWS


def _keras():
    """Return Keras with the PyTorch backend."""
    os.environ["KERAS_BACKEND"] = "torch"
    pytest.importorskip("torch", reason="compares with PyTorch")
    return pytest.importorskip("keras", reason="compares with Keras")


def _model(keras, net):
    """Write the network in Keras, from its layers alone."""
    kinds, made = keras.layers, [keras.Input(net.network_.in_shape)]
    bends = {"ReLU": "relu", "Tanh": "tanh", "Identity": None}
    for layer, plan in zip(net.network_.layers, net.network_.plans, strict=True):
        kind = type(layer).__name__
        bend = bends[type(layer.activation).__name__] if hasattr(layer, "activation") else None
        if kind == "Dense":
            made.append(kinds.Dense(layer.units, bend, use_bias=layer.use_bias))
        elif kind.startswith("Conv"):
            name = kind.replace("ConvTranspose", "Conv") + ("Transpose" * ("Transpose" in kind))
            more = {} if "Transpose" in kind else {"dilation_rate": layer.dilation}
            made.append(
                getattr(kinds, name)(
                    layer.filters,
                    layer.kernel_size,
                    strides=layer.strides,
                    padding=layer.padding,
                    activation=bend,
                    **more,
                )
            )
        elif kind in ("BatchNorm", "LayerNorm"):
            norm = {"BatchNorm": "BatchNormalization", "LayerNorm": "LayerNormalization"}[kind]
            made.append(getattr(kinds, norm)(epsilon=layer.epsilon))
        elif kind == "Embedding":
            made += [kinds.Embedding(layer.n_codes, layer.units), kinds.Flatten()]
        elif kind in ("LSTM", "GRU", "Elman"):
            cell = getattr(kinds, {"Elman": "SimpleRNN"}.get(kind, kind))
            made.append(cell(layer.units, return_sequences=layer.return_sequences))
        elif kind == "Reshape":
            made.append(kinds.Reshape(plan.out_shape))
        elif kind == "MaxPool":
            made.append(kinds.MaxPooling2D(2))
        elif kind == "Flatten":
            made.append(kinds.Flatten())
        elif kind == "Activate":
            made.append(kinds.Activation(bend or "linear"))
    return keras.Sequential(made)


@pytest.mark.parametrize("name", NETWORKS)
def test_keras_predicts_the_same(name):
    keras = _keras()
    make, X = NETWORKS[name]
    net, X = make("float32"), X.astype("float32")
    model = _model(keras, net)
    model.set_weights(to_keras_weights(net))
    raw = model(X).detach().numpy()
    ours = net.predict_proba(X) if hasattr(net, "predict_proba") else net.predict(X)[:, None]
    theirs = softmax(raw, axis=-1) if hasattr(net, "predict_proba") else raw
    assert np.abs(ours - theirs).max() < 5e-6 * max(1, np.abs(ours).max())


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_back_to_the_bit(name):
    make, _ = NETWORKS[name]
    net, other = make("float64"), make("float64")
    weights = net.get_weights()
    other.set_weights(
        {layer: {k: v * 0.5 for k, v in own.items()} for layer, own in weights.items()}
    )
    assert from_keras_weights(other, to_keras_weights(net)) is other
    for layer, own in other.get_weights().items():
        for key, array in own.items():
            np.testing.assert_array_equal(array, weights[layer][key], err_msg=f"{layer}.{key}")


def test_weights_that_do_not_fit_change_nothing():
    net = MLPClassifier((5,), random_state=0).initialize(ROWS, LABELS)
    weights, before = to_keras_weights(net), net.get_weights()
    with pytest.raises(ValueError, match=r"3 arrays; the network here has 4"):
        from_keras_weights(net, weights[:-1])
    with pytest.raises(ValueError, match=r"weights\[0\] has the shape \(5, 6\)"):
        from_keras_weights(net, [weights[0].T, *weights[1:]])
    with pytest.raises(ValueError, match=r"weights\[1\] must hold real numbers"):
        from_keras_weights(net, [weights[0], weights[1] * 1j, *weights[2:]])
    with pytest.raises(TypeError, match="list of arrays"):
        from_keras_weights(net, "weights")
    np.testing.assert_array_equal(net.get_weights()["hidden0"]["W"], before["hidden0"]["W"])
