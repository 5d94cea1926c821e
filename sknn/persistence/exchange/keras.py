"""The list of weights of a Keras model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers import (
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
    LayerNorm,
)
from sknn.core.layers.base import Layer
from sknn.core.layout import Views
from sknn.persistence.exchange.layer_weights import LayerWeights, layer_weights_of
from sknn.persistence.exchange.rules import (
    Arrays,
    Rule,
    checked,
    gates,
    inverse,
    renamed,
    rule_for,
)

# Blocks of our LSTM: output, input, forget, candidate; there input, forget, candidate, output.
_LSTM_ORDER = (1, 2, 3, 0)
# Blocks of our GRU: reset, update, candidate; Keras has update, reset, candidate.
_GRU_ORDER = (1, 0, 2)


def _cell_there(own: LayerWeights, order: Sequence[int]) -> dict[str, NDArray]:
    p = own.params
    names = {"kernel": "W", "recurrent_kernel": "U", "bias": "b"}
    return {there: gates(p[here], order) for there, here in names.items()}


def _cell_back(arrays: Arrays, order: Sequence[int]) -> Views:
    names = {"W": "kernel", "U": "recurrent_kernel", "b": "bias"}
    return {here: gates(arrays[there], inverse(order)) for here, there in names.items()}


def _gru_there(own: LayerWeights) -> dict[str, NDArray]:
    """Two biases, of input and state; the first is ours, except that the candidate has both."""
    found = _cell_there(own, _GRU_ORDER)
    of_state = np.zeros_like(found["bias"])
    of_state[-len(own.params["c"]) :] = own.params["c"]
    return found | {"bias": np.stack([found["bias"], of_state])}


def _gru_back(own: LayerWeights, arrays: Arrays) -> Views:
    of_input, of_state = arrays["bias"]
    last = -len(own.params["c"])
    bias = of_input + of_state
    bias[last:] = of_input[last:]
    found = _cell_back({**arrays, "bias": bias}, _GRU_ORDER)
    return found | {"c": of_state[last:]}


_AFFINE = renamed(W="kernel", b="bias")
_NORM = renamed(gain="gamma", bias="beta", mean="moving_mean", var="moving_variance")
_RULES: dict[type[Layer], Rule] = {
    Dense: _AFFINE,
    Conv1D: _AFFINE,
    Conv2D: _AFFINE,
    ConvTranspose1D: _AFFINE,
    ConvTranspose2D: _AFFINE,
    BatchNorm: _NORM,
    LayerNorm: _NORM,
    Embedding: renamed(W="embeddings"),
    Elman: Rule(lambda own: _cell_there(own, (0,)), lambda _, arrays: _cell_back(arrays, (0,))),
    LSTM: Rule(
        lambda own: _cell_there(own, _LSTM_ORDER),
        lambda _, arrays: _cell_back(arrays, _LSTM_ORDER),
    ),
    GRU: Rule(_gru_there, _gru_back),
}


def to_keras_weights(estimator: Any) -> list[NDArray]:
    """Return the weights of a fitted network as ``model.set_weights`` of Keras 3 expects them.

    Dense, convolutional, transposed, normalization, embedding, and recurrent layers (LSTM, GRU with
    ``reset_after=True``, and Elman, which is ``SimpleRNN`` in Keras) have a counterpart.

    Parameters
    ----------
    estimator : fitted estimator of sknn

    Returns
    -------
    weights : list of ndarray
        Copies, layer by layer. A regressor's are in the units of y.

    Raises
    ------
    TypeError
        If `estimator` is not a network of sknn.
    sklearn.exceptions.NotFittedError
        If it has not been fitted.
    ValueError
        If a layer has no counterpart, or the network has several members.

    See Also
    --------
    from_keras_weights : The opposite direction.

    Notes
    -----
    Only weights are transferred. Normalization layers have an ``epsilon`` of 0.001 in Keras and
    0.00001 in sknn: set both to the same value. A recurrent layer with ``go_backwards`` returns a
    reversed sequence in Keras. "gelu" is ``keras.activations.gelu(x, approximate=True)``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.persistence import to_keras_weights
    >>> net = MLPClassifier((16,), random_state=0).initialize(*load_iris(return_X_y=True))
    >>> [array.shape for array in to_keras_weights(net)]
    [(4, 16), (16,), (16, 3), (3,)]
    """
    return [
        np.array(array, order="C")
        for own in layer_weights_of(estimator)
        for array in rule_for(_RULES, own, "Keras").there(own).values()
    ]


def from_keras_weights(estimator: Any, weights: Sequence[Any]) -> Any:
    """Give a network the weights of a Keras model.

    Parameters
    ----------
    estimator : estimator of sknn
        Fitted, or prepared by ``initialize(X, y)``, with layers of the same shapes. It is changed
        in place.
    weights : sequence of array-like
        What ``model.get_weights()`` returns.

    Returns
    -------
    estimator : the same object
        Further calls to ``partial_fit`` continue from these weights.

    Raises
    ------
    TypeError
        If `estimator` is not a network of sknn, or `weights` is not a sequence of arrays.
    sklearn.exceptions.NotFittedError
        If it has no network yet.
    ValueError
        If a layer has no counterpart, or the arrays do not fit. Nothing is changed then.

    See Also
    --------
    to_keras_weights : The opposite direction, and differences to watch out for.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.persistence import from_keras_weights, to_keras_weights
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((16,), learning_rate="cosine", random_state=0).fit(X, y)
    >>> twin = from_keras_weights(MLPClassifier((16,)).initialize(X, y), to_keras_weights(net))
    >>> float(abs(twin.predict_proba(X) - net.predict_proba(X)).max())
    0.0
    """
    if isinstance(weights, (str, bytes, dict)) or not isinstance(weights, Sequence):
        raise TypeError(f"weights must be a list of arrays; got {type(weights).__name__}.")
    every = layer_weights_of(estimator)
    rules = [rule_for(_RULES, own, "Keras") for own in every]
    wanted = [rule.there(own) for rule, own in zip(rules, every, strict=True)]
    count = sum(map(len, wanted))
    if len(weights) != count:
        raise ValueError(
            f"weights holds {len(weights)} arrays; the network here has {count}, for the layers "
            f"{[own.path for own in every]}. Compare summary() with the layers there."
        )
    rest = iter(enumerate(weights))
    found: dict[str, dict[str, NDArray]] = {}
    for rule, own, likes in zip(rules, every, wanted, strict=True):
        arrays = {}
        for name, like in likes.items():
            i, array = next(rest)
            arrays[name] = checked(array, like.shape, f"weights[{i}]", like.dtype)
        for owner, params in own.named(rule.back(own, arrays)).items():
            found.setdefault(owner, {}).update(params)
    return estimator.set_weights(found)
