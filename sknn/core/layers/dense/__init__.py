"""The fully connected layer, and what it can do beside x W + b: one file an idea."""

from sknn.core.layers.dense.layer import Dense

__all__ = ["Dense"]
