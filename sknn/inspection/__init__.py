"""Looking at networks: pictures of weights, training and answers, gradients and their check."""

from sknn.drawing.house_style import house_style
from sknn.inspection.curves import LossCurve, LossCurveDisplay
from sknn.inspection.gradients import check_gradients
from sknn.inspection.network import NetworkDisplay
from sknn.inspection.searches import SearchDisplay

__all__ = [
    "LossCurve",
    "LossCurveDisplay",
    "NetworkDisplay",
    "SearchDisplay",
    "check_gradients",
    "house_style",
]
