"""Schedules, for the parameters `learning_rate`, `batch_size`, and `regularization_schedule`."""

from sknn.core.schedules import *  # noqa: F403
from sknn.core.schedules import __all__ as __all__
