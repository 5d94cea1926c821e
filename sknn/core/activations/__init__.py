"""Elementwise non-linearities: one file a shape."""

from sknn.core.activations.base import Activation
from sknn.core.activations.exponential import ELU, SELU, Softplus
from sknn.core.activations.gated import GELU, Mish, SiLU
from sknn.core.activations.linear import Identity, LeakyReLU, ReLU
from sknn.core.activations.sigmoids import HardSigmoid, Logistic, Softsign, Tanh

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "HardSigmoid",
    "Identity",
    "LeakyReLU",
    "Logistic",
    "Mish",
    "ReLU",
    "SiLU",
    "Softplus",
    "Softsign",
    "Tanh",
]
