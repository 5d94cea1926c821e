"""Searches for an architecture and for the parameters of training, together or over a grid."""

from sknn.search.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    cross_val_score,
    cross_validate,
)
from sknn.search.search_cv import ArchitectureSearchCV
from sknn.search.spaces import LayerSizes, space

__all__ = [
    "ArchitectureSearchCV",
    "GridSearchCV",
    "LayerSizes",
    "RandomizedSearchCV",
    "cross_val_score",
    "cross_validate",
    "space",
]
