"""One row, or several, for every kind of layer: the layer and the shape of one input row."""

from sknn.core.activations import LeakyReLU
from sknn.core.layers.activation import Activate
from sknn.core.layers.activity import Latent, Sparsity
from sknn.core.layers.boltzmann import Boltzmann
from sknn.core.layers.choices import Choices
from sknn.core.layers.convolution import Conv1D, Conv2D
from sknn.core.layers.corruption import Densify, Masking, SaltAndPepper
from sknn.core.layers.dense import Dense
from sknn.core.layers.elman import Elman
from sknn.core.layers.embedding import Embedding
from sknn.core.layers.global_pooling import GlobalAveragePool, GlobalMaxPool, LastStep
from sknn.core.layers.gru import GRU
from sknn.core.layers.jordan import Jordan
from sknn.core.layers.lstm import LSTM
from sknn.core.layers.masked import MaskedDense
from sknn.core.layers.noise import Dropout, GaussianNoise
from sknn.core.layers.norm import BatchNorm, LayerNorm
from sknn.core.layers.parallel import Parallel
from sknn.core.layers.pooling import AveragePool, MaxPool
from sknn.core.layers.residual import Residual
from sknn.core.layers.shape import Flatten, Reshape
from sknn.core.layers.steps import FillSteps
from sknn.core.layers.tokens import Tokens
from sknn.core.layers.transposed import ConvTranspose1D, ConvTranspose2D

CASES = [
    (Dense(4, activation="tanh"), (5,)),
    (Dense(4, activation="identity", use_bias=False), (5,)),
    (Dense(4, activation="silu"), (5,)),
    (Dense(4, activation="tanh", contraction=0.3), (5,)),
    (Dense(4, activation="logistic", contraction=0.7), (5,)),
    (Dense(4, activation="relu", contraction=0.3), (5,)),
    (Dense(4, activation="identity", contraction=0.3), (5,)),
    (Dense(4, activation="tanh", parametrization="ntk"), (5,)),
    (Dense(4, activation="tanh", input_skip=2), (5,)),
    (Dense(1, activation="identity", input_skip=3, parametrization="ntk"), (5,)),
    (Dense(4, activation="tanh", input_scale=6.0), (5,)),
    (Dense(1, activation="identity", input_scale=1.0, columns=3, input_skip=2), (5,)),
    (Dense(4, activation="silu", columns=2), (5,)),
    (Dense(4, activation="tanh"), (3, 5)),
    (Dense(4, activation="silu", input_scale=6.0), (2, 3, 5)),
    (Dense(4, activation="identity", use_bias=False), (3, 5)),
    (FillSteps(), (4, 3)),
    (Densify(), (5,)),
    (Masking(0.4), (5,)),
    (Masking(0.0), (3, 5)),
    (SaltAndPepper(0.4), (5,)),
    (SaltAndPepper(0.3, low=-2.0, high=3.0), (3, 5)),
    (Sparsity(0.3, penalty="l1"), (5,)),
    (Sparsity(0.1, 0.5, low=-9.0), (5,)),
    (Latent(0.5), (6,)),
    (Boltzmann(4), (5,)),
    (Boltzmann(4, "gaussian", n_chains=3, track_activity=True), (5,)),
    (Activate("identity"), (5,)),
    (Activate("relu"), (5,)),
    (Activate("gelu"), (3, 5)),
    (Activate(LeakyReLU(slope=0.2)), (5,)),
    (Dropout(0.3), (5,)),
    (Dropout(0.0), (3, 5)),
    (GaussianNoise(0.5), (5,)),
    (GaussianNoise(), (3, 5)),
    (LayerNorm(), (5,)),
    (LayerNorm(epsilon=0.1), (2, 3, 5)),
    (BatchNorm(), (5,)),
    (BatchNorm(momentum=0.5, epsilon=0.1), (2, 3, 5)),
    (Flatten(), (5,)),
    (Flatten(), (2, 3, 5)),
    (Reshape((5, 2, -1)), (3, 10)),
    (Reshape([30]), (3, 10)),
    (MaskedDense([0, 1, 1, 2, 3], [0, 1, 2, 2], "tanh"), (5,)),
    (MaskedDense([3, 0, 2, 1], [2, 0, 1], "silu", use_bias=False), (4,)),
    (Choices([1, 3], [2, 3]), (7,)),
    (Choices([0], [4], 1.0), (4,)),
    (Tokens([3, 2, 4, 2], [0, 1, 1, 2], [1]), (8,)),
    (Tokens([2, 3], [0, 1], ignored=1), (5,)),
    (Embedding(7, 4), (3,)),
    (Embedding(3, 1, weight_init="glorot_uniform"), (4, 1)),
    (Embedding(5, 2), (4, 3)),
    (Residual([Dense(5, "tanh")]), (5,)),
    (Residual([Dense(9, "silu"), Dense(6), Dense(5, "identity")]), (5,)),
    (Residual([Dense(6, "tanh"), Dense(4, "identity", max_norm=1.0)]), (5,)),
    (Residual([Dense(6, "tanh"), Dense(4, "silu")]), (2, 3, 5)),
    (Residual([BatchNorm(), Dense(5, "tanh")]), (5,)),
    (Residual([Dense(5, "tanh", input_skip=2)]), (5,)),
    (Residual([Dense(4, "tanh"), Dropout(0.3)]), (3, 5)),
    (Residual([Dropout(0.3)]), (5,)),
    (Residual([Dense(4, "tanh", contraction=0.3), LayerNorm()]), (5,)),
    (Residual([Sparsity(0.3, penalty="l1"), Residual([Dense(5, "tanh")])]), (5,)),
    (Residual([FillSteps(), Dense(3, "tanh")]), (4, 3)),
    (Parallel([Dense(4, "tanh")]), (5,)),
    (Parallel([Dense(4, "tanh"), [], [Dense(3), Dense(2, "silu")]]), (5,)),
    (Parallel([Dense(4, "tanh"), [Dense(3), Dense(4, "silu")]], merge="sum"), (3, 5)),
    (Parallel([[], [Dropout(0.3)], Dense(5)], merge="sum"), (5,)),
    (Parallel([[BatchNorm(), Dense(3, "tanh")], Dense(2, "silu")]), (2, 3, 5)),
    (Parallel([Residual([Dense(4), Dense(3, "tanh")]), [Flatten(), Dense(2)]]), (5,)),
    (Residual([Parallel([Dense(3, "tanh"), [GaussianNoise(), Dense(2)]])]), (5,)),
    (Conv1D(3, 3, "tanh"), (7, 2)),
    (Conv1D(3, 4, "silu", strides=2), (7, 1)),
    (Conv1D(3, 3, "tanh", dilation=2, padding="valid"), (8, 2)),
    (Conv1D(3, 1, "tanh"), (6, 2)),
    (Conv1D(2, 2, "identity", strides=2, padding="valid", use_bias=False), (6, 3)),
    (Conv2D(3, 3, "tanh"), (4, 5, 2)),
    (Conv2D(3, 3, "silu"), (4, 5, 1)),
    (Conv2D(9, 2, "tanh"), (4, 3, 1)),
    (Conv2D(2, (2, 4), "tanh", strides=(1, 2)), (5, 6, 2)),
    (Conv2D(2, (3, 2), "tanh", strides=2, dilation=(1, 2), padding="valid"), (6, 5, 2)),
    (Conv2D(2, 3, "silu", dilation=2), (4, 3, 2)),
    (Conv2D(2, 1, "identity", use_bias=False), (3, 4, 2)),
    (Conv2D(2, 1, "tanh", strides=2), (3, 5, 2)),
    (Conv2D(2, (3, 4), "tanh", padding="valid"), (3, 4, 2)),
    (ConvTranspose1D(3, 3, "tanh"), (5, 2)),
    (ConvTranspose1D(1, 4, "silu", strides=2, padding="valid"), (5, 9)),
    (ConvTranspose2D(2, 3, "tanh", strides=2), (2, 3, 2)),
    (ConvTranspose2D(2, (2, 3), "tanh", padding="valid"), (3, 4, 2)),
    (ConvTranspose2D(1, 2, "silu", strides=(3, 2), use_bias=False), (2, 3, 2)),
    (MaxPool(), (7, 2)),
    (MaxPool(3, 2, "same"), (7, 2)),
    (MaxPool(5), (3, 2)),
    (MaxPool(), (4, 6, 2)),
    (MaxPool(3, 2), (7, 4, 2)),
    (MaxPool((2, 3), (3, 1), "same"), (5, 4, 2)),
    (MaxPool(4), (2, 5, 2)),
    (AveragePool(), (7, 2)),
    (AveragePool(3, 1, "same"), (4, 2)),
    (AveragePool((3, 9)), (6, 4, 2)),
    (AveragePool(3, 2, "same"), (6, 5, 2)),
    (GlobalMaxPool(), (5, 2)),
    (GlobalMaxPool(), (3, 4, 2)),
    (GlobalAveragePool(), (5, 2)),
    (GlobalAveragePool(), (3, 4, 2)),
    (LastStep(), (5, 2)),
    (LastStep(reverse=True), (5, 2)),
    (Elman(3), (5, 2)),
    (Elman(3, "relu", return_sequences=True, reverse=True), (5, 2)),
    (Elman(3, "softplus", recurrent_dropout=0.4), (5, 2)),
    (Elman(3, "identity", return_sequences=True, stateful=True, n_series=6), (1, 2)),
    (Jordan(3), (5, 2)),
    (Jordan(3, "gelu", n_outputs=2, return_sequences=True), (5, 2)),
    (Jordan(2, n_outputs=4, reverse=True), (5, 2)),
    (Jordan(3, recurrent_dropout=0.4, stateful=True, n_series=6), (5, 2)),
    (LSTM(3), (5, 2)),
    (LSTM(3, return_sequences=True), (5, 2)),
    (LSTM(3, reverse=True), (1, 2)),
    (LSTM(3, return_sequences=True, reverse=True, recurrent_dropout=0.4), (5, 2)),
    (LSTM(3, stateful=True, n_series=6), (5, 2)),
    (GRU(3), (5, 2)),
    (GRU(3, return_sequences=True), (5, 2)),
    (GRU(3, reverse=True), (1, 2)),
    (GRU(3, return_sequences=True, reverse=True, recurrent_dropout=0.4), (5, 2)),
    (GRU(3, stateful=True, n_series=6), (5, 2)),
]


def normal(layer, rng, shape):
    """Draw the input that most layers get."""
    return rng.standard_normal(shape)


def codes(layer, rng, shape):
    """Draw whole numbers."""
    return rng.integers(0, layer.n_codes, shape)


def told(layer, rng, shape):
    """Draw codes, numbers, and what is known."""
    x = rng.standard_normal(shape)
    x[..., : len(layer.sizes)] = rng.integers(-1, layer.sizes, (*shape[:-1], len(layer.sizes)))
    start = len(layer.sizes) + len(layer.numbers)
    known = (*shape[:-1], layer.n_columns)
    x[..., start : start + layer.n_columns] = rng.integers(0, 2, known)
    return x


INPUTS = {Embedding: codes, Tokens: told}
"""What draws the input of layers that cannot take any numbers."""
