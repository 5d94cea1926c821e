"""Looking at networks: curves, and gradients checked against finite differences."""

from sknn.inspection.curves import LossCurveDisplay
from sknn.inspection.gradients import check_gradients

__all__ = ["LossCurveDisplay", "check_gradients"]
