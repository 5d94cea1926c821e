"""One row, or several, for every kind of layer: the layer and the shape of one input row."""

from sknn.core.activations import LeakyReLU
from sknn.core.layers.activation import Activate
from sknn.core.layers.activity import Latent, Sparsity
from sknn.core.layers.boltzmann import Boltzmann
from sknn.core.layers.corruption import Densify, Masking, SaltAndPepper
from sknn.core.layers.dense import Dense
from sknn.core.layers.elman import Elman
from sknn.core.layers.gru import GRU
from sknn.core.layers.jordan import Jordan
from sknn.core.layers.lstm import LSTM
from sknn.core.layers.noise import Dropout, GaussianNoise
from sknn.core.layers.norm import BatchNorm, LayerNorm
from sknn.core.layers.steps import FillSteps

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
