"""Neural networks for scikit-learn users."""

from sknn._version import __version__
from sknn.estimators.autoencoder import AutoEncoder
from sknn.estimators.belief import DBNClassifier, DBNRegressor
from sknn.estimators.convolutional import CNNClassifier, CNNRegressor
from sknn.estimators.gan import GAN
from sknn.estimators.mlp import MLPClassifier, MLPRegressor
from sknn.estimators.rbm import BernoulliRBM, GaussianRBM
from sknn.estimators.recurrent import RNNClassifier, RNNRegressor
from sknn.estimators.tabular import TabularMLPClassifier, TabularMLPRegressor

__all__ = [
    "GAN",
    "AutoEncoder",
    "BernoulliRBM",
    "CNNClassifier",
    "CNNRegressor",
    "DBNClassifier",
    "DBNRegressor",
    "GaussianRBM",
    "MLPClassifier",
    "MLPRegressor",
    "RNNClassifier",
    "RNNRegressor",
    "TabularMLPClassifier",
    "TabularMLPRegressor",
    "__version__",
]
