"""Losses on raw scores, with their links: one file per idea."""

from sknn.core.losses.adversarial import (
    Adversarial,
    LeastSquares,
    Minimax,
    NonSaturating,
    Wasserstein,
)
from sknn.core.losses.base import Loss
from sknn.core.losses.classification import Focal, LogLoss
from sknn.core.losses.grouped import Grouped
from sknn.core.losses.hinge import BinaryHinge, Hinge, MulticlassHinge
from sknn.core.losses.likelihood import Gamma, GaussianNLL, Poisson, Tweedie
from sknn.core.losses.mixed import Mixed
from sknn.core.losses.pointwise import Pointwise
from sknn.core.losses.regression import AbsoluteError, Huber, LogCosh, Quantile, SquaredError
from sknn.core.losses.sigmoid import (
    SigmoidCrossEntropy,
    SigmoidFocal,
    SigmoidLoss,
    SigmoidSquaredError,
)
from sknn.core.losses.softmax import (
    SoftmaxCrossEntropy,
    SoftmaxFocal,
    SoftmaxLoss,
    SoftmaxSquaredError,
)
from sknn.core.losses.tokens import TokenCrossEntropy

__all__ = [
    "AbsoluteError",
    "Adversarial",
    "BinaryHinge",
    "Focal",
    "Gamma",
    "GaussianNLL",
    "Grouped",
    "Hinge",
    "Huber",
    "LeastSquares",
    "LogCosh",
    "LogLoss",
    "Loss",
    "Minimax",
    "Mixed",
    "MulticlassHinge",
    "NonSaturating",
    "Pointwise",
    "Poisson",
    "Quantile",
    "SigmoidCrossEntropy",
    "SigmoidFocal",
    "SigmoidLoss",
    "SigmoidSquaredError",
    "SoftmaxCrossEntropy",
    "SoftmaxFocal",
    "SoftmaxLoss",
    "SoftmaxSquaredError",
    "SquaredError",
    "TokenCrossEntropy",
    "Tweedie",
    "Wasserstein",
]
