"""Callbacks: what may look at training, and what may end it."""

from sknn.training.callbacks import (
    Callback,
    Checkpoint,
    LearningRateRange,
    Phase,
    Progress,
    WeightAveraging,
)

__all__ = [
    "Callback",
    "Checkpoint",
    "LearningRateRange",
    "Phase",
    "Progress",
    "WeightAveraging",
]
