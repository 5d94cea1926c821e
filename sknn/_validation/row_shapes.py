"""Rows that make no array: which of them differ, and in what."""

from __future__ import annotations

from typing import Any

import numpy as np


def reject_uneven(values: Any, name: str) -> None:
    """Raise a ValueError where the rows of a list, or of an array of objects, differ in shape."""
    if not isinstance(values, (list, tuple)) and not is_array_of_objects(values):
        return
    first: tuple[int, ...] | None = None
    for i, row in enumerate(values):
        shape = _shape(row, f"{name}[{i}]")
        first = shape if first is None else first
        if shape != first:
            raise ValueError(
                f"In {name} the rows are arrays of different shapes: row 0 has the shape {first}, "
                f"row {i} {shape}. Bring them all to one shape, for example by cropping or padding."
            )


def is_array_of_objects(values: Any) -> bool:
    """Whether values are a NumPy array or Series with one axis, whose entries may be anything."""
    shape = getattr(values, "shape", None)
    one_axis = isinstance(shape, tuple) and len(shape) == 1
    return one_axis and getattr(getattr(values, "dtype", None), "kind", "") == "O"


def _shape(row: Any, name: str) -> tuple[int, ...]:
    try:
        return np.shape(row)
    except ValueError:
        reject_uneven(row, name)
        raise
