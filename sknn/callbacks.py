"""Callbacks: objects that observe training and can end it."""

from sknn.training.callbacks import (
    Callback,
    Checkpoint,
    Film,
    LearningRateRange,
    Pause,
    Phase,
    Progress,
    ProgressBar,
    WeightAveraging,
)
from sknn.training.diagnostics import Diagnostics

__all__ = [
    "Callback",
    "Checkpoint",
    "Diagnostics",
    "Film",
    "LearningRateRange",
    "Pause",
    "Phase",
    "Progress",
    "ProgressBar",
    "WeightAveraging",
]
