"""Answers to the user: finite, or an error that says why they cannot be."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def finite(answer: NDArray) -> NDArray:
    """Return what a network makes of X; raise where it has left the range of the precision."""
    # The sum tells in one call; only where it overflows must every entry be looked at.
    with np.errstate(over="ignore", invalid="ignore"):
        fine = math.isfinite(answer.sum()) or np.isfinite(answer).all()
    if not fine:
        raise ValueError(
            "X holds values so large that the scores are not finite; scale X, for example "
            "with StandardScaler."
        )
    return answer


def computed(compute: Callable[..., NDArray], *arguments: Any, **more: Any) -> NDArray:
    """Return the finite answer of a computation, which may overflow on its way without a word."""
    with np.errstate(over="ignore", invalid="ignore"):
        return finite(compute(*arguments, **more))
