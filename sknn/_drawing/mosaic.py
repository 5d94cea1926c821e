"""Many small images as one."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import is_number

_FEWEST_PIXELS = 16


def mosaic(images: NDArray, n_columns: int | None = None) -> NDArray:
    """Lay images side by side, row after row, with a seam of NaN between them.

    Parameters
    ----------
    images : ndarray of shape (n, height, width) or (n, height, width, 3)
    n_columns : int, default=None
        None: as many as make the whole about as high as wide.

    Returns
    -------
    whole : ndarray of float, shape (height, width) or (height, width, 3)
    """
    n, height, width, *color = images.shape
    square = math.ceil(math.sqrt(max(n, 1) * (height + 1) / (width + 1)))
    n_columns = n_columns or min(square, max(n, 1))
    n_rows = -(-n // n_columns)
    whole = np.full((n_rows * (height + 1) - 1, n_columns * (width + 1) - 1, *color), np.nan)
    for i, image in enumerate(images):
        top, left = (i // n_columns) * (height + 1), (i % n_columns) * (width + 1)
        whole[top : top + height, left : left + width] = image
    return whole


def centers(n: int, size: int) -> NDArray:
    """Return the centers of n images of a size along a mosaic."""
    return np.arange(n) * (size + 1) + (size - 1) / 2


def image_shape(shape: Any, n_pixels: int, known: Any = None) -> tuple[int, ...] | None:
    """Return the shape of images with a given number of entries, None if they are not images.

    Parameters
    ----------
    shape : tuple of int or None
        What the user says: (height, width), or (height, width, channels).
    n_pixels : int
    known : tuple of int or None
        The shape of rows that a network knows. Failing that, squares are taken for images.

    Raises
    ------
    ValueError
        If `shape` holds another number of pixels.
    """
    if shape is not None:
        sizes = shape if isinstance(shape, (tuple, list, np.ndarray)) else ()
        wanted = tuple(int(size) if is_number(size, Integral) else 0 for size in sizes)
        if len(wanted) not in (2, 3) or min(wanted) < 1 or math.prod(wanted) != n_pixels:
            raise ValueError(
                f"shape must be (height, width) or (height, width, channels) of {n_pixels} "
                f"numbers; got {shape!r}."
            )
        return wanted
    if known is not None and len(known) == 3 and math.prod(known) == n_pixels:
        return tuple(known)
    side = math.isqrt(n_pixels)
    return (side, side) if side * side == n_pixels >= _FEWEST_PIXELS else None


def as_images(rows: NDArray, shape: tuple[int, ...]) -> NDArray:
    """Return rows as images in gray or three colors; other channels are averaged."""
    images = np.asarray(rows, float).reshape(len(rows), *shape)
    if len(shape) == 3 and shape[-1] != 3:
        images = images.mean(axis=-1)
    return images
