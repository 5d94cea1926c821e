"""Arrays that were checked once, for many networks with the same requirements."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class CheckedArray(np.ndarray):
    """An array that need not be checked again; other code sees an ordinary array."""


def marked(values: Any) -> Any:
    """Return a checked array with the mark; anything else stays as it is."""
    return values.view(CheckedArray) if type(values) is np.ndarray else values


def unmarked(values: CheckedArray) -> NDArray:
    """Return the array without the mark, which results of computations would inherit."""
    return values.view(np.ndarray)
