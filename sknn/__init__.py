"""Neural networks for scikit-learn users."""

from sknn._version import __version__
from sknn.estimators.autoencoder import AutoEncoder
from sknn.estimators.belief import DBNClassifier, DBNRegressor
from sknn.estimators.mlp import MLPClassifier, MLPRegressor
from sknn.estimators.rbm import BernoulliRBM, GaussianRBM
from sknn.estimators.tabular import TabularMLPClassifier, TabularMLPRegressor

__all__ = [
    "AutoEncoder",
    "BernoulliRBM",
    "DBNClassifier",
    "DBNRegressor",
    "GaussianRBM",
    "MLPClassifier",
    "MLPRegressor",
    "TabularMLPClassifier",
    "TabularMLPRegressor",
    "__version__",
]
