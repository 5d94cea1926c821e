"""From a gradient to a step: one file per idea."""

from sknn.core.optimizers.base import Optimizer
from sknn.core.optimizers.base import State as State
from sknn.core.optimizers.moments import Adam, AdamW, AMSGrad, LazyAdam, NAdam
from sknn.core.optimizers.momentum import SGD, Lion
from sknn.core.optimizers.scaled import Adadelta, Adagrad, RMSProp
from sknn.core.optimizers.waiting import Waiting as Waiting

__all__ = [
    "SGD",
    "AMSGrad",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "LazyAdam",
    "Lion",
    "NAdam",
    "Optimizer",
    "RMSProp",
]
