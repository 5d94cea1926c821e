"""Losses, for the `loss` parameter of estimators, by name or as an object."""

from sknn.core.losses import *  # noqa: F403
from sknn.core.losses import __all__ as __all__
