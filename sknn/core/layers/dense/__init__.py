"""The fully connected layer, and its options in addition to x W + b: one idea per file."""

from sknn.core.layers.dense.layer import Dense

__all__ = ["Dense"]
