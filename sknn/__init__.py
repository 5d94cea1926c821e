"""Neural networks for scikit-learn users."""

from sknn._version import __version__
from sknn.estimators.mlp import MLPClassifier, MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor", "__version__"]
