"""Layer specs for the `layers` parameter."""

from sknn.core.layers import (
    Activate,
    BatchNorm,
    Boltzmann,
    Context,
    Dense,
    Dropout,
    GaussianNoise,
    Layer,
    LayerNorm,
)
from sknn.core.layout import Param, Plan, Role, Scratch

__all__ = [
    "Activate",
    "BatchNorm",
    "Boltzmann",
    "Context",
    "Dense",
    "Dropout",
    "GaussianNoise",
    "Layer",
    "LayerNorm",
    "Param",
    "Plan",
    "Role",
    "Scratch",
]
