"""Neural networks for scikit-learn users."""

from sknn._version import __version__
from sknn.estimators.autoencoder.estimator import AutoEncoder
from sknn.estimators.boltzmann.dbn import DBNClassifier, DBNRegressor
from sknn.estimators.boltzmann.rbm import BernoulliRBM, GaussianRBM
from sknn.estimators.convolutional.estimators import CNNClassifier, CNNRegressor
from sknn.estimators.gan.estimator import GAN
from sknn.estimators.mlp import MLPClassifier, MLPRegressor
from sknn.estimators.recurrent.estimators import RNNClassifier, RNNRegressor
from sknn.estimators.synthesizer.estimator import TableSynthesizer
from sknn.estimators.tabular.estimators import TabularMLPClassifier, TabularMLPRegressor

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
    "TableSynthesizer",
    "TabularMLPClassifier",
    "TabularMLPRegressor",
    "__version__",
]
