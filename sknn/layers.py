"""Layer specs for the `layers` parameter."""

from sknn.core import layers
from sknn.core.layers import *  # noqa: F403
from sknn.core.layout import Param, Plan, Role, Scratch

__all__ = [*layers.__all__, "Param", "Plan", "Role", "Scratch"]
