"""Looking at networks: pictures of weights, training and answers, gradients and their check."""

from sknn.inspection.curves import LossCurve, LossCurveDisplay
from sknn.inspection.gradients import check_gradients
from sknn.inspection.searches import SearchDisplay
from sknn.training.house_style import house_style

__all__ = ["LossCurve", "LossCurveDisplay", "SearchDisplay", "check_gradients", "house_style"]
