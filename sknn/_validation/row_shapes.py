"""Rows that make no array: which of them differ, and in what."""

from __future__ import annotations

from typing import Any

import numpy as np

_REMEDY = "Bring them all to one shape, for example by cropping or padding."
_REMEDY_FOR_TARGETS = (
    "Every row must have the same number of targets. Encode sets of labels with "
    "sklearn.preprocessing.MultiLabelBinarizer."
)


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
                f"row {i} {shape}. {_REMEDY_FOR_TARGETS if name == 'y' else _REMEDY}"
            )


def single_row(X: Any, row: tuple[Any, ...], channels_first: bool) -> str | None:
    """Return what to say if X has the shape of one row instead of that of several.

    Parameters
    ----------
    X : array-like
    row : tuple of int or None
        The shape of a row; None is an axis of any length.
    channels_first : bool
        Where in `row` the axis of channels is; X may lack it if there is one channel.
    """
    channels = 0 if channels_first else -1
    plain = row[1:] if channels_first else row[:-1]
    shapes = [row, plain] if row[channels] == 1 else [row]
    try:
        found = np.shape(X)
    except ValueError:
        return None
    for shape in shapes:
        if len(shape) == len(found) and all(
            length in (None, n) for length, n in zip(shape, found, strict=True)
        ):
            noun = {1: "sequence", 2: "image"}.get(len(plain), "row")
            lengths = ", ".join("n_steps" if n is None else str(n) for n in shape)
            return (
                f"X has the shape {found} of a single {noun}, but several are expected: X of "
                f"shape (n_samples, {lengths}). Reshape your data: one {noun} needs a batch axis, "
                "X[None] (or X[:1] of a batch)."
            )
    return None


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
