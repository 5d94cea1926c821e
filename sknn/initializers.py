"""Initial values, for the `weight_init` parameter of estimators and layers."""

from sknn.core import initializers
from sknn.core.initializers import *  # noqa: F403
from sknn.core.pretrained import Pretrained

__all__ = [*initializers.__all__, "Pretrained"]
