"""Neural networks for scikit-learn users."""

from sknn._version import __version__
from sknn.estimators.autoencoder import AutoEncoder
from sknn.estimators.mlp import MLPClassifier, MLPRegressor

__all__ = ["AutoEncoder", "MLPClassifier", "MLPRegressor", "__version__"]
