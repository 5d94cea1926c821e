"""Pictures of a fitted estimator as arrays: decision regions, weights, reconstructions, samples."""

from __future__ import annotations

from dataclasses import dataclass
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
        low, high = X.min(axis=0), X.max(axis=0)
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


def weights(estimator: Any, shape: Any) -> Still:
    """Return the weights of the first layer, one image per unit, or as they are."""
    found = next(own["W"] for own in estimator.get_weights().values() if "W" in own)
    matrix = (found[0] if estimator.network_.lead else found)[..., :_MOST_UNITS]
    if matrix.ndim == 4:
        window = np.moveaxis(matrix, -1, 0)
        return Still(mosaic(window.mean(axis=-1)), "signs")
    matrix = matrix.reshape(-1, matrix.shape[-1])
    pixels = image_shape(shape, len(matrix))
    whole = matrix[:_MOST_UNITS] if pixels is None else mosaic(as_images(matrix.T, pixels))
    # A copy, so that only the visible part of each picture is kept.
    return Still(whole.astype(np.float32), "signs")


def reconstructions(estimator: Any, X: NDArray, shape: Any) -> Still:
    """Return rows above their reconstructions."""
    rows = X[:_N_IMAGES]
    made = (getattr(estimator, "reconstruct", None) or estimator.predict)(rows)
    pixels = image_shape(shape, X.shape[1]) or (1, X.shape[1])
    both = np.concatenate([rows, np.asarray(made)])
    if pixels[0] == 1:
        # Rows that are not images are lines, each above its reconstruction.
        both = both.reshape(2, len(rows), -1).swapaxes(0, 1).reshape(2 * len(rows), -1)
        return Still(mosaic(as_images(both, pixels), 1))
    return Still(mosaic(as_images(both, pixels), len(rows)))


def samples(estimator: Any, X: NDArray | None, shape: Any) -> Still:
    """Return rows generated from the same random numbers every time."""
    pixels = image_shape(shape, estimator.n_features_in_)
    if pixels is not None:
        return Still(mosaic(as_images(estimator.sample(49, random_state=0), pixels)))
    points = np.asarray(estimator.sample(_N_POINTS, random_state=0))[:, :2]
    view = View(points if X is None else X[:, :2])
    image = np.full((_GRID, _GRID, 3), np.nan)
    places = np.floor(view.share(points) * _GRID).astype(int)
    for x, y in places[((places >= 0) & (places < _GRID)).all(axis=1)]:
        image[max(y - 1, 0) : y + 1, max(x - 1, 0) : x + 1] = class_color(1)
    return Still(image)


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
