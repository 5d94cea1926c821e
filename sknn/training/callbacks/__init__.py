"""Callbacks: objects that observe training and can end it."""

from sknn.training.callbacks.averaging import WeightAveraging
from sknn.training.callbacks.base import Callback, Hooks, Phase, Progress
from sknn.training.callbacks.checkpoint import Checkpoint
from sknn.training.callbacks.early_stopping import StopBelow
from sknn.training.callbacks.film import Film
from sknn.training.callbacks.pause import PAUSED, Pause
from sknn.training.callbacks.print_progress import PrintProgress
from sknn.training.callbacks.progress_bar import ProgressBar
from sknn.training.callbacks.rate_range import LearningRateRange

__all__ = [
    "PAUSED",
    "Callback",
    "Checkpoint",
    "Film",
    "Hooks",
    "LearningRateRange",
    "Pause",
    "Phase",
    "PrintProgress",
    "Progress",
    "ProgressBar",
    "StopBelow",
    "WeightAveraging",
]
