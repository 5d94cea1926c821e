"""One small file per kind of layer."""

from sknn.core.layers.activation import Activate
from sknn.core.layers.activity import Latent, Sparsity
from sknn.core.layers.base import Context, Defaults, Layer
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

__all__ = [
    "Activate",
    "BatchNorm",
    "Boltzmann",
    "Context",
    "Defaults",
    "Dense",
    "Densify",
    "Dropout",
    "Elman",
    "FillSteps",
    "GaussianNoise",
    "GRU",
    "Jordan",
    "Latent",
    "Layer",
    "LayerNorm",
    "LSTM",
    "Masking",
    "SaltAndPepper",
    "Sparsity",
]
