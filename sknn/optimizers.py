"""Optimizers, for the `solver` parameter of estimators, by name or as an object."""

from sknn.core.optimizers import *  # noqa: F403
from sknn.core.optimizers import __all__ as __all__
