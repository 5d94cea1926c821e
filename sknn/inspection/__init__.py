"""Looking at networks: curves, and gradients checked against finite differences."""

from sknn.inspection.curves import LossCurveDisplay
from sknn.inspection.gradients import check_gradients
from sknn.inspection.searches import SearchDisplay

__all__ = ["LossCurveDisplay", "SearchDisplay", "check_gradients"]
