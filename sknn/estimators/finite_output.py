"""Results for the user: finite, or an error that says why they are not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def computed(compute: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    """Return the result of a computation, an array or a list of arrays.

    Raises
    ------
    ValueError
        If it has left the range of the precision. NumPy's warnings on the way are suppressed.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        answer = compute(*arguments, **more)
        fine = all(map(_is_finite, answer if isinstance(answer, list) else [answer]))
    if not fine:
        raise ValueError(
            "X holds values so large that the scores are not finite; scale X, for example "
            "with StandardScaler."
        )
    return answer


def _is_finite(answer: NDArray) -> bool:
    # The sum shows it in one call; every entry is checked only if the sum overflows.
    return math.isfinite(answer.sum()) or bool(np.isfinite(answer).all())
