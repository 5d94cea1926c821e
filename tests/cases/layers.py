"""One row, or several, for every kind of layer: the layer and the shape of one input row."""

from sknn.core.activations import LeakyReLU
from sknn.core.layers.activation import Activate
from sknn.core.layers.activity import Latent, Sparsity
from sknn.core.layers.boltzmann import Boltzmann
from sknn.core.layers.convolution import Conv1D, Conv2D
from sknn.core.layers.corruption import Densify, Masking, SaltAndPepper
from sknn.core.layers.dense import Dense
from sknn.core.layers.global_pooling import GlobalAveragePool, GlobalMaxPool
from sknn.core.layers.noise import Dropout, GaussianNoise
from sknn.core.layers.norm import BatchNorm, LayerNorm
from sknn.core.layers.pooling import AveragePool1D, AveragePool2D, MaxPool1D, MaxPool2D
from sknn.core.layers.steps import FillSteps
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
    (MaxPool1D(), (7, 2)),
    (MaxPool1D(3, 2, "same"), (7, 2)),
    (MaxPool1D(5), (3, 2)),
    (MaxPool2D(), (4, 6, 2)),
    (MaxPool2D(3, 2), (7, 4, 2)),
    (MaxPool2D((2, 3), (3, 1), "same"), (5, 4, 2)),
    (MaxPool2D(4), (2, 5, 2)),
    (AveragePool1D(), (7, 2)),
    (AveragePool1D(3, 1, "same"), (4, 2)),
    (AveragePool2D((3, 9)), (6, 4, 2)),
    (AveragePool2D(3, 2, "same"), (6, 5, 2)),
    (GlobalMaxPool(), (5, 2)),
    (GlobalMaxPool(), (3, 4, 2)),
    (GlobalAveragePool(), (5, 2)),
    (GlobalAveragePool(), (3, 4, 2)),
]
