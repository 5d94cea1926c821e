"""Data that come in blocks."""

from sknn.streams.dask import blocks, fit_blocks

__all__ = ["blocks", "fit_blocks"]
