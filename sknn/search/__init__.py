"""Search for an architecture and for the parameters of training, together."""

from sknn.search.search_cv import ArchitectureSearchCV
from sknn.search.spaces import LayerSizes, space

__all__ = ["ArchitectureSearchCV", "LayerSizes", "space"]
