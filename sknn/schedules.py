"""Schedules: what ``learning_rate=`` and ``batch_size=`` take, by name or as an object."""

from sknn.core.schedules import (
    Adaptive,
    BatchSize,
    BatchSizeSchedule,
    Constant,
    Cosine,
    CosLog,
    Exponential,
    FlatCosine,
    InverseScaling,
    OneCycle,
    Plateau,
    Schedule,
    Step,
)

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
