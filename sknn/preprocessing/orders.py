"""Columns of categories whose levels are in order: each level is also a number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.categories import Texts, text
from sknn.preprocessing.columns import Coded

_FEWEST_LEVELS = 3
"""Two levels are a number already."""


def order_of(column: Any) -> list[str]:
    """Return the texts of the levels of an ordered column, lowest first; nothing for others.

    Levels that no row has are among them: they say how far apart their neighbors are.
    """
    if not isinstance(column, Coded) or not column.ordered:
        return []
    order = list(dict.fromkeys(map(text, column.levels)))
    return order if len(order) >= _FEWEST_LEVELS else []


def ranks(column: Any, order: list[str]) -> NDArray:
    """Return the place of each entry in the order as float64.

    Missing entries and levels that are not in the order are NaN.

    Parameters
    ----------
    column : ndarray or Coded
        In any form: levels are identified by their text.
    order : list of str
        As :func:`order_of` returns it.
    """
    places = {level: float(place) for place, level in enumerate(order)}
    found = Texts.of(column)
    return np.array([places.get(each, np.nan) for each in found.texts])[found.codes]
