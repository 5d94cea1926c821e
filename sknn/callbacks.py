"""Callbacks: objects that watch training, and may end it."""

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
