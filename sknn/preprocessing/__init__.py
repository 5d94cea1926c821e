"""Preprocessing: what turns a table as it comes into a matrix that a network can use."""

from sknn.preprocessing.encoder import TableEncoder

__all__ = ["TableEncoder"]
