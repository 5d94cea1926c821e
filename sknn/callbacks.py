"""Callbacks: what may look at training, and what may end it."""

from sknn.training.callbacks import Callback, Phase, Progress

__all__ = ["Callback", "Phase", "Progress"]
