"""Inspection of networks: pictures, attributions, and checks of gradients."""

from sknn._drawing.house_style import house_style
from sknn.inspection.activations import ActivationDisplay
from sknn.inspection.attributions import input_gradients, integrated_gradients
from sknn.inspection.curves import LossCurve, LossCurveDisplay
from sknn.inspection.gradients import check_gradients
from sknn.inspection.importances import feature_importances
from sknn.inspection.landscape import LossLandscapeDisplay
from sknn.inspection.layer_gradients import GradientDisplay
from sknn.inspection.network import NetworkDisplay
from sknn.inspection.optimizer_paths import OptimizerPathDisplay
from sknn.inspection.rates import LearningRateDisplay
from sknn.inspection.reconstructions import ReconstructionDisplay
from sknn.inspection.samples import SamplesDisplay
from sknn.inspection.searches import SearchDisplay
from sknn.inspection.weights import WeightsDisplay

__all__ = [
    "OptimizerPathDisplay",
    "LossLandscapeDisplay",
    "SamplesDisplay",
    "ReconstructionDisplay",
    "WeightsDisplay",
    "LearningRateDisplay",
    "GradientDisplay",
    "ActivationDisplay",
    "LossCurve",
    "LossCurveDisplay",
    "NetworkDisplay",
    "SearchDisplay",
    "check_gradients",
    "feature_importances",
    "house_style",
    "input_gradients",
    "integrated_gradients",
]
