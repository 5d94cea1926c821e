"""The requested levels of quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Levels that differ by less are the same: 0.3 and 0.1 + 0.2.
_SAME = 1e-9


def checked_levels(levels: Any) -> NDArray[np.float64]:
    """Return the levels that `return_quantiles` requests.

    Raises
    ------
    ValueError
        Unless they are ascending numbers between 0 and 1.
    """
    try:
        found = np.asarray(levels, np.float64)
    except (TypeError, ValueError):
        found = np.zeros(0)
    inside = found.ndim == 1 and len(found) > 0 and bool(((found > 0) & (found < 1)).all())
    if not inside or isinstance(levels, str) or (np.diff(found) <= 0).any():
        raise ValueError(
            "return_quantiles must be a list of levels between 0 and 1, both excluded, in "
            f"ascending order, such as [0.05, 0.95]; got {levels!r}."
        )
    return found


def places_of(levels: NDArray, learned: Sequence[float]) -> NDArray[np.intp]:
    """Return the places of the levels among those that a loss learned.

    Raises
    ------
    ValueError
        If one of them was not learned.
    """
    apart = np.abs(levels[:, None] - np.asarray(learned, np.float64).reshape(1, -1))
    if not learned or (apart.min(axis=1) > _SAME).any():
        wanted = sorted({0.5, *levels.tolist()})
        said = f"only the levels {list(learned)}" if learned else "no quantiles"
        raise ValueError(
            f"return_quantiles={levels.tolist()} asks for levels that were not learned: the loss "
            f"knows {said}. Fit with loss=Quantile({wanted})."
        )
    return apart.argmin(axis=1)
