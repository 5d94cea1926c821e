"""How the learning rate and the batch size move during training: one file per idea."""

from sknn.core.schedules.annealing import Cosine, CosLog, FlatCosine, OneCycle
from sknn.core.schedules.base import Schedule
from sknn.core.schedules.batch_size import BatchSize, BatchSizeSchedule
from sknn.core.schedules.decay import Constant, Exponential, InverseScaling, Step
from sknn.core.schedules.feedback import Adaptive, Plateau

__all__ = [
    "Adaptive",
    "BatchSize",
    "BatchSizeSchedule",
    "Constant",
    "CosLog",
    "Cosine",
    "Exponential",
    "FlatCosine",
    "InverseScaling",
    "OneCycle",
    "Plateau",
    "Schedule",
    "Step",
]
