"""Activations, for the `activation` parameter of estimators and layers."""

from sknn.core.activations import *  # noqa: F403
from sknn.core.activations import __all__ as __all__
