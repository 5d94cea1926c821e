"""One small file per kind of layer."""

from sknn.core.layers.activation import Activate
from sknn.core.layers.activity import Latent, Sparsity
from sknn.core.layers.base import Context, Defaults, Layer
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

__all__ = [
    "Activate",
    "AveragePool1D",
    "AveragePool2D",
    "BatchNorm",
    "Boltzmann",
    "Context",
    "Conv1D",
    "Conv2D",
    "ConvTranspose1D",
    "ConvTranspose2D",
    "Defaults",
    "Dense",
    "Densify",
    "Dropout",
    "FillSteps",
    "GaussianNoise",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "Latent",
    "Layer",
    "LayerNorm",
    "Masking",
    "MaxPool1D",
    "MaxPool2D",
    "SaltAndPepper",
    "Sparsity",
]
