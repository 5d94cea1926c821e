"""Callbacks: what may look at training, and what may end it."""

from sknn.training.callbacks import Callback, Phase, Progress
from sknn.training.diagnostics import Diagnostics

__all__ = ["Callback", "Diagnostics", "Phase", "Progress"]
