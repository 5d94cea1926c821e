"""Schedules: what ``learning_rate=`` and ``batch_size=`` take, by name or as an object."""

from sknn.core.schedules import *  # noqa: F403
from sknn.core.schedules import __all__ as __all__
