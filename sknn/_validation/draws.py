"""Checks of methods that generate rows."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from sklearn.utils import check_random_state


def generator_of_draws(
    n_samples: Any, random_state: Any, name: str = "n_samples"
) -> np.random.RandomState:
    """Return a RandomState, after checking the number of rows requested."""
    whole = isinstance(n_samples, numbers.Integral) and not isinstance(n_samples, bool)
    if not whole or n_samples < 1:
        raise ValueError(f"{name} must be an int of at least 1; got {n_samples!r}.")
    return check_random_state(random_state)
