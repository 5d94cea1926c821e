"""Converters of layers: related layers share a file."""

from sknn.persistence.onnx.layers import blocks, convolution, dense, pooling, recurrent, simple
from sknn.persistence.onnx.layers.base import LAYERS, Pass, Place, through

__all__ = [
    "LAYERS",
    "Pass",
    "Place",
    "blocks",
    "convolution",
    "dense",
    "pooling",
    "recurrent",
    "simple",
    "through",
]
