"""A table whose rows have been encoded, so that its columns are no longer needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from sknn.preprocessing.encoder import TableEncoder


@dataclass(frozen=True)
class EncodedTable:
    """The encoded rows that a tabular network learns from, in place of X.

    Attributes
    ----------
    encoder : TableEncoder
    x : ndarray of float32 of shape (n, n_outputs)
    frame : object
        Rows of X as they were passed, for the names of its columns.
    """

    encoder: TableEncoder
    x: NDArray
    frame: Any
