"""Preprocessing: encode tables as matrices for networks."""

from sknn.preprocessing.encoder import TableEncoder

__all__ = ["TableEncoder"]
