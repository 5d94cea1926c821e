"""One small file per kind of layer."""

from sknn.core.layers.activation import Activate
from sknn.core.layers.activity import Latent, Sparsity
from sknn.core.layers.base import Context, Layer
from sknn.core.layers.base import Defaults as Defaults
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

__all__ = [
    "Activate",
    "AveragePool",
    "BatchNorm",
    "Boltzmann",
    "Choices",
    "Context",
    "Conv1D",
    "Conv2D",
    "ConvTranspose1D",
    "ConvTranspose2D",
    "Dense",
    "Densify",
    "Dropout",
    "Elman",
    "Embedding",
    "FillSteps",
    "Flatten",
    "GRU",
    "GaussianNoise",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "Jordan",
    "LSTM",
    "LastStep",
    "Latent",
    "Layer",
    "LayerNorm",
    "MaskedDense",
    "Masking",
    "MaxPool",
    "Parallel",
    "Reshape",
    "Residual",
    "SaltAndPepper",
    "Sparsity",
    "Tokens",
]
