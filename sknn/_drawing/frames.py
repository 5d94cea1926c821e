"""Pictures of a fitted estimator as arrays: decision regions, weights, reconstructions, samples."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._drawing.house_style import COLORS
from sknn._drawing.mosaic import as_images, image_shape, mosaic
from sknn._drawing.png import rgb

_GRID = 120
_MARGIN = 0.08
_N_IMAGES = 10
_N_POINTS = 400
_MOST_POINTS = 1000
_MOST_UNITS = 100


@dataclass(frozen=True)
class Still:
    """One picture.

    Attributes
    ----------
    values : ndarray of shape (height, width) or (height, width, 3)
        Numbers of which all frames have one scale, or colors between 0 and 1.
    scale : str
        "gray", "amounts" or "signs" for numbers.
    smooth : bool
    """

    values: NDArray
    scale: str = "gray"
    smooth: bool = False


class View:
    """The visible part of a plane: that of two columns of X, and a margin."""

    def __init__(self, X: NDArray) -> None:
        low, high = np.nanmin(X, axis=0), np.nanmax(X, axis=0)
        room = np.maximum(_MARGIN * (high - low), 1e-9)
        self.low, self.high = low - room, high + room

    def grid(self) -> NDArray:
        """Return the centers of all pixels, the top line first."""
        x, y = (
            low + (np.arange(_GRID) + 0.5) / _GRID * (high - low)
            for low, high in zip(self.low, self.high, strict=True)
        )
        return np.stack(np.meshgrid(x, y[::-1]), axis=-1).reshape(-1, 2)

    def share(self, points: NDArray) -> NDArray:
        """Return points in a box from (0, 0), at the top on the left, to (1, 1)."""
        share = (points - self.low) / (self.high - self.low)
        return np.column_stack([share[:, 0], 1.0 - share[:, 1]])


def regions(estimator: Any, X: NDArray) -> Still:
    """Return the predictions in the plane of two columns, in the color of the class."""
    grid = View(X).grid()
    if not hasattr(estimator, "classes_"):
        answer = np.asarray(estimator.predict(grid), float)
        return Still(answer.reshape(_GRID, _GRID, -1)[..., 0], "amounts", True)
    if hasattr(estimator, "predict_proba"):
        share = np.asarray(estimator.predict_proba(grid))
    else:
        share = (estimator.predict(grid)[:, None] == estimator.classes_).astype(float)
    palette = np.stack([class_color(i) for i in range(share.shape[1])])
    pale = 0.6 * palette + 0.4
    return Still((share @ pale).reshape(_GRID, _GRID, 3), smooth=True)


def class_color(i: int) -> NDArray:
    """Return the color of a class."""
    return rgb(COLORS[i % len(COLORS)])


def number_columns(rows: Any) -> dict[int, NDArray]:
    """Return the columns of an array or a table that hold numbers, by place."""
    array = np.asarray(rows)
    if array.dtype.kind in "biuf":
        return dict(enumerate(array.astype(float).T))
    found = {}
    for place, column in enumerate(array.T):
        if all(isinstance(entry, (Real, np.number)) for entry in column):
            found[place] = column.astype(float)
    return found


def weights(estimator: Any, shape: Any) -> Still:
    """Return the weights of the first layer, one image per unit, or as they are."""
    found = next(own["W"] for own in estimator.get_weights().values() if "W" in own)
    matrix = (found[0] if estimator.network_.lead else found)[..., :_MOST_UNITS]
    if matrix.ndim == 4:
        window = np.moveaxis(matrix, -1, 0)
        return Still(mosaic(window.mean(axis=-1)), "signs")
    matrix = matrix.reshape(-1, matrix.shape[-1])
    # Inputs that are not the columns of X have no places.
    seen = shape is not None or len(matrix) == estimator.n_features_in_
    pixels = image_shape(shape, len(matrix)) if seen else None
    whole = matrix[:_MOST_UNITS] if pixels is None else mosaic(as_images(matrix.T, pixels))
    # A copy, so that only the visible part of each picture is kept.
    return Still(whole.astype(np.float32), "signs")


def reconstructions(estimator: Any, X: Any, shape: Any) -> Still:
    """Return rows above their reconstructions; those of a table as the network reads them."""
    rows = X[:_N_IMAGES]
    made = (getattr(estimator, "reconstruct", None) or estimator.predict)(rows)
    rows, made = (np.asarray(estimator._check_inputs(each), float) for each in (rows, made))
    pixels = image_shape(shape, rows.shape[1]) or (1, rows.shape[1])
    both = np.concatenate([rows, made])
    if pixels[0] == 1:
        # Rows that are not images are lines, each above its reconstruction.
        both = both.reshape(2, len(rows), -1).swapaxes(0, 1).reshape(2 * len(rows), -1)
        return Still(mosaic(as_images(both, pixels), 1))
    return Still(mosaic(as_images(both, pixels), len(rows)))


def samples(estimator: Any, X: Any, shape: Any) -> Still:
    """Return rows generated from the same random numbers every time: images, or points.

    Points are in the plane of the first two columns of numbers.
    """
    pixels = image_shape(shape, estimator.n_features_in_)
    made = estimator.sample(49 if pixels else _N_POINTS, random_state=0)
    numbers = number_columns(made)
    if pixels is not None and (shape is not None or len(numbers) == estimator.n_features_in_):
        return Still(mosaic(as_images(np.asarray(made), pixels)))
    plane = list(numbers)[:2]
    if not plane:
        raise ValueError(
            "Film cannot draw the samples, because none of their columns holds numbers; choose "
            "picture='weights'."
        )
    points = _plane(numbers, plane)
    points = points[np.isfinite(points).all(axis=1)]
    view = View(points if X is None else _plane(number_columns(X), plane))
    image = np.full((_GRID, _GRID, 3), np.nan)
    places = np.floor(view.share(points) * _GRID).astype(int)
    for x, y in places[((places >= 0) & (places < _GRID)).all(axis=1)]:
        image[max(y - 1, 0) : y + 1, max(x - 1, 0) : x + 1] = class_color(1)
    return Still(image)


def _plane(numbers: dict[int, NDArray], plane: list[int]) -> NDArray:
    """Return points in the plane of two columns, or on a line if there is only one."""
    first, *second = (numbers[place] for place in plane)
    return np.column_stack([first, *(second or [np.zeros(len(first))])])


def dots(X: NDArray, y: Any) -> str:
    """Return points as SVG, in a box from (0, 0) to (1, 1), in the colors of their classes."""
    some = slice(_MOST_POINTS)
    places = View(X[:, :2]).share(X[:, :2])[some]
    labels = None if y is None else np.asarray(y).reshape(len(X), -1)[some, 0]
    if labels is not None and labels.dtype.kind == "O":
        labels = labels.astype(str)
    classes = [] if labels is None else np.unique(labels).tolist()
    known = {each: i for i, each in enumerate(classes)} if len(classes) <= len(COLORS) else {}
    fills = ["#888888"] * len(places)
    if labels is not None and known:
        fills = [COLORS[known[each]] for each in labels.tolist()]
    return "".join(
        f'<circle cx="{x:.4f}" cy="{v:.4f}" r=".008" fill="{fill}" stroke="#fff" '
        'stroke-width=".002"/>'
        for (x, v), fill in zip(places, fills, strict=True)
    )
