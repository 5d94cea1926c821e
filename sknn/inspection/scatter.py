"""Points colored by classes or numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._drawing.house_style import COLORS
from sknn._drawing.pyplot import color, legend

_MOST_CLASSES = 10
_LINES_OF_LEGEND = 20
_SMALL = {"s": 12, "linewidths": 0}


def scatter(ax: Any, points: NDArray, labels: Any, scatter_kw: dict[str, Any]) -> None:
    """Draw points, with a legend of classes or a scale of numbers.

    Parameters
    ----------
    ax : matplotlib Axes
    points : ndarray of shape (n, 2)
    labels : ndarray of shape (n,) or None
    scatter_kw : dict
    """
    if labels is None:
        ax.scatter(*points.T, **_SMALL | scatter_kw)
        return
    classes = np.unique(labels)
    if len(classes) > _MOST_CLASSES and labels.dtype.kind in "fiu":
        artist = ax.scatter(*points.T, **_SMALL | {"c": labels} | scatter_kw)
        ax.figure.colorbar(artist, ax=ax)
        return
    drawn = []
    for i, label in enumerate(classes):
        # Repeated colors have other markers.
        style = {"color": color(i), "label": label, "marker": "o^s"[i // len(COLORS) % 3]}
        drawn.append(ax.scatter(*points[labels == label].T, **_SMALL | style | scatter_kw))
    n_columns = 1 + (len(classes) - 1) // _LINES_OF_LEGEND
    place = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "ncols": n_columns}
    for text in legend(ax, drawn, len(drawn), markerscale=2, **place).get_texts():
        # A dollar sign in the name of a class must not begin a formula.
        text.set_parse_math(False)
