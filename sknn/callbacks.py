"""Callbacks: what may look at training, and what may end it."""

from sknn.training.callbacks import (
    Callback,
    Checkpoint,
    LearningRateRange,
    Phase,
    Progress,
    WeightAveraging,
)
from sknn.training.diagnostics import Diagnostics

__all__ = [
    "Callback",
    "Checkpoint",
    "Diagnostics",
    "LearningRateRange",
    "Phase",
    "Progress",
    "WeightAveraging",
]
