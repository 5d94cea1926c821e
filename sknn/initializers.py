"""Initial values, for the `weight_init` parameter of estimators and layers."""

from sknn.core.initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Initializer,
    LecunNormal,
    Normal,
    Ones,
    Orthogonal,
    ScaledUniform,
    Uniform,
    Zeros,
)
from sknn.core.pretrained import Pretrained

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LecunNormal",
    "Normal",
    "Ones",
    "Orthogonal",
    "Pretrained",
    "ScaledUniform",
    "Uniform",
    "Zeros",
]
