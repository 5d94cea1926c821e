"""Layer specs for the `layers` parameter."""

from sknn.core.layers import (
    Activate,
    BatchNorm,
    Boltzmann,
    Context,
    Dense,
    Densify,
    Dropout,
    FillSteps,
    GaussianNoise,
    Latent,
    Layer,
    LayerNorm,
    Masking,
    SaltAndPepper,
    Sparsity,
)
from sknn.core.layout import Param, Plan, Role, Scratch

__all__ = [
    "Activate",
    "BatchNorm",
    "Boltzmann",
    "Context",
    "Dense",
    "Densify",
    "Dropout",
    "FillSteps",
    "GaussianNoise",
    "Latent",
    "Layer",
    "LayerNorm",
    "Masking",
    "Param",
    "Plan",
    "Role",
    "SaltAndPepper",
    "Scratch",
    "Sparsity",
]
