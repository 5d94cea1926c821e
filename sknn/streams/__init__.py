"""Training on data that come in blocks."""

from sknn.streams.dask import blocks
from sknn.streams.fit import fit_blocks

__all__ = ["blocks", "fit_blocks"]
