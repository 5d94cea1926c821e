"""The network of a synthesizer: every token is predicted from those before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers import Dropout, Layer, MaskedDense, Tokens
from sknn.core.layers.names import OUTPUT
from sknn.estimators.settings import layers as layer_specs
from sknn.preprocessing.tokens.coder import TableCoder


def tokens_of(coder: TableCoder) -> Tokens:
    """Return the layer that encodes the tokens of a table, followed by log-densities."""
    return Tokens(coder.sizes, coder.owners, coder.numbers, ignored=len(coder.columns))


def input_degrees(tokens: Tokens) -> NDArray:
    """Return the degrees of the inputs of the first masked layer.

    Token t and its number have the degree t + 1; inputs given in advance have 0.
    """
    degrees = []
    last = np.flatnonzero(np.diff([*tokens.columns, tokens.n_columns]))
    ends = {
        int(t)
        for t, column in zip(last, range(tokens.n_columns), strict=True)
        if column in set(tokens.numbers)
    }
    for t, size in enumerate(tokens.sizes):
        degrees += [t + 1] * (int(size) + (t in ends))
    return np.concatenate([np.zeros(tokens.width + tokens.n_columns, int), degrees])


def chain(estimator: Any, coder: TableCoder) -> list[Layer]:
    """Return the layers: tokens, hidden layers of ascending degrees, and a score for each code."""
    tokens = tokens_of(coder)
    sizes: Sequence[int] = layer_specs.hidden_sizes(estimator.hidden_layer_sizes)
    activations = layer_specs.per_layer(estimator.activation, len(sizes), "activation")
    rates = layer_specs.per_layer(estimator.dropout, len(sizes), "dropout")
    q, seen = len(coder.sizes), input_degrees(tokens).tolist()
    layers: list[Layer] = [tokens]
    for size, activation, rate in zip(sizes, activations, rates, strict=True):
        degrees = (np.arange(size) * q // size).tolist()
        layers.append(MaskedDense(seen, degrees, activation))
        if rate:
            layers.append(Dropout(rate))
        seen = degrees
    out = np.repeat(np.arange(q), coder.sizes).tolist()
    return [*layers, MaskedDense(seen, out, "identity", weight_init="zeros", name=OUTPUT)]
