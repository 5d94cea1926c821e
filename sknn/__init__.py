"""Neural networks for scikit-learn users."""

from sknn._version import __version__
from sknn.estimators.autoencoder import AutoEncoder
from sknn.estimators.belief import DBNClassifier, DBNRegressor
from sknn.estimators.mlp import MLPClassifier, MLPRegressor
from sknn.estimators.rbm import BernoulliRBM, GaussianRBM

__all__ = [
    "AutoEncoder",
    "BernoulliRBM",
    "DBNClassifier",
    "DBNRegressor",
    "GaussianRBM",
    "MLPClassifier",
    "MLPRegressor",
    "__version__",
]
