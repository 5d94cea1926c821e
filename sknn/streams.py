"""Data that come in blocks."""

from sknn.estimators.blocks import blocks, fit_blocks

__all__ = ["blocks", "fit_blocks"]
