"""Training on data that come in blocks."""

from sknn.streams.dask import blocks
from sknn.streams.fit import fit_blocks
from sknn.streams.members import fit_members

__all__ = ["blocks", "fit_blocks", "fit_members"]
