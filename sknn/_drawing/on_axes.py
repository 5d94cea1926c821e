"""The picture of a network on axes of Matplotlib."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sknn._drawing.diagram import ROW, Box, Caption, Diagram, Links, Unit
from sknn._drawing.house_style import sign_colors
from sknn._drawing.pyplot import axes, color, pyplot

_COLUMN = 1.35
"""Width of a column of a new figure, in inches."""
_MARGIN = 0.95
"""Least distance of the first and the last column from the edge, in columns."""
_BESIDE = 0.12
"""Distance of a label from its unit, in columns."""
_LABEL, _NAME, _TEXT, _INNER = 9.0, 10.0, 9.0, 8.0
"""Sizes of letters: beside units, of names of layers, below these, and inside blocks."""
_SMALLEST = 0.6
"""Letters do not shrink any further."""


@dataclass(frozen=True)
class _Scale:
    """Sizes on the axes.

    Attributes
    ----------
    column : float
        Inches between two columns.
    left, right : float
        Columns from the first and the last layer to the edges.
    labels, captions : float
        Factors of the sizes of letters.
    every : int
        One of so many columns has a caption.
    """

    column: float
    left: float
    right: float
    labels: float
    captions: float
    every: int


def draw(
    ax: Any, picture: Diagram, line_kw: dict[str, Any], unit_kw: dict[str, Any]
) -> tuple[Any, list[Any]]:
    """Draw a picture; return the axes, and one collection of lines per layer.

    Parameters
    ----------
    ax : matplotlib Axes or None
        None makes a figure as large as the picture needs.
    picture : Diagram
    line_kw, unit_kw : dict
        For ``LineCollection`` and ``scatter``.
    """
    if ax is None:
        sides = [max(_MARGIN * _COLUMN, side) for side in _sides(picture)]
        inches = sum(sides) + _COLUMN * (picture.width - 1)
        ax = axes(None, figsize=(inches, 3.6 * picture.rows))
    else:
        inches = _inches(axes(ax))
    scale = _scale(inches, picture)
    lines = [_draw_links(ax, links, line_kw) for links in picture.links]
    for i, box in enumerate(picture.boxes):
        _draw_box(ax, box, 2 + i * 0.01, scale.column)
    _draw_units(ax, picture.units, unit_kw, scale.labels)
    for caption in picture.captions:
        _draw_caption(ax, caption, scale)
    bottom = -0.62 - ROW * (picture.rows - 1)
    ax.set(xlim=(-scale.left, picture.width - 1 + scale.right), ylim=(bottom, 1.3))
    ax.set_axis_off()
    return ax, lines


def _inches(ax: Any) -> float:
    """Return the width of axes, after the layout of their figure has placed them."""
    figure = ax.figure
    if hasattr(figure, "draw_without_rendering") and figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
    return ax.get_window_extent().width / figure.dpi


def _scale(inches: float, picture: Diagram) -> _Scale:
    """Return the sizes that fit a picture on axes of a width."""
    wanted = np.array(_sides(picture))
    least = _MARGIN * inches / (picture.width - 1 + 2 * _MARGIN)
    sides = np.maximum(np.minimum(wanted, 0.3 * inches), least)
    column = (inches - sides.sum()) / (picture.width - 1)
    below = [caption for caption in picture.captions if not caption.over]
    widest = max((_caption_width(caption) for caption in below), default=0.0)
    every = max(1, math.ceil(_SMALLEST * widest / column))
    return _Scale(
        column,
        left=float(sides[0] / column),
        right=float(sides[1] / column),
        labels=max(_SMALLEST, float(np.min(sides / np.maximum(sides, wanted)))),
        captions=min(1.0, max(_SMALLEST, every * column / max(widest, 1e-9))),
        every=every,
    )


def _sides(picture: Diagram) -> tuple[float, float]:
    """Return the inches that the labels left and right of the picture need."""
    beside = {"left": 0.0, "right": 0.0}
    for unit in picture.units:
        if unit.label:
            needed = 1.05 * _width([unit.label], _LABEL) + (_BESIDE + 0.05) * _COLUMN
            beside[unit.side] = max(beside[unit.side], needed)
    return beside["left"], beside["right"]


def _caption_width(caption: Caption) -> float:
    """Return the inches that a caption needs, with a gap."""
    name, *rest = caption.lines
    return 0.06 + max(_width([name], _NAME, "bold"), _width(rest, _TEXT))


def _width(lines: Iterable[str], size: float, weight: str = "normal") -> float:
    """Return the width of the longest line, in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    letters = FontProperties(size=size, weight=weight)
    with warnings.catch_warnings():
        # Drawing warns of letters that the font does not have.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        widths = [
            text_to_path.get_text_width_height_descent(line, letters, ismath=False)[0]
            for line in lines
        ]
    return max(widths, default=0.0) / 72.0


def _draw_links(ax: Any, links: Links, line_kw: dict[str, Any]) -> Any:
    from matplotlib.collections import LineCollection

    segments: Any = np.stack([links.begin, links.end], axis=1)
    ink = pyplot().rcParams["axes.edgecolor"]
    style: dict[str, Any] = {"colors": ink, "linewidths": 1.0, "alpha": 0.6, "zorder": 1}
    if links.weight is not None:
        size = np.abs(links.weight)
        style["linewidths"] = 0.2 + 3.3 * size / max(float(size.max(initial=0.0)), 1e-300)
        below, above = sign_colors(pyplot().rcParams["axes.facecolor"])
        style["colors"] = np.where(links.weight > 0, above, below)
        style["alpha"] = 0.8
    return ax.add_collection(LineCollection(segments, **style | line_kw))


def _draw_box(ax: Any, box: Box, zorder: float, column: float) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    params = pyplot().rcParams
    ground, ink = params["axes.facecolor"], params["axes.edgecolor"]
    tint = 0.35 * np.array(to_rgb(color(0))) + 0.65 * np.array(to_rgb(ground))
    for copy in reversed(range(box.copies)):
        corner = (
            box.x - box.width / 2 + 0.05 * (copy - (box.copies - 1) / 2),
            box.y - box.height / 2 + 0.03 * (copy - (box.copies - 1) / 2),
        )
        style = {"facecolor": ground if box.label else tint, "edgecolor": ink, "zorder": zorder}
        ax.add_patch(Rectangle(corner, box.width, box.height, **style))
    if box.label:
        room = 0.94 * box.width * column / max(_width([box.label], _INNER), 1e-9)
        style = {"ha": "center", "va": "center", "fontsize": _INNER * min(1.0, room), "zorder": 3}
        ax.text(box.x, box.y, box.label, **style)


def _draw_units(ax: Any, units: list[Unit], unit_kw: dict[str, Any], scale: float) -> None:
    if not units:
        return
    params = pyplot().rcParams
    style = {"s": 110, "facecolor": params["axes.facecolor"], "edgecolor": params["axes.edgecolor"]}
    dots = np.transpose([(unit.x, unit.y) for unit in units])
    ax.scatter(*dots, **style | {"linewidths": 1.2, "zorder": 3} | unit_kw)
    for unit in units:
        left = unit.side == "left"
        # A dollar sign in the name of a column must not begin a formula.
        style = {"va": "center", "fontsize": _LABEL * scale, "parse_math": False}
        style["ha"] = "right" if left else "left"
        ax.text(unit.x + (-_BESIDE if left else _BESIDE), unit.y, unit.label, **style)


def _draw_caption(ax: Any, caption: Caption, scale: _Scale) -> None:
    if caption.over:
        reach = [caption.x - caption.over, caption.x + caption.over]
        height = caption.y + 1.12
        ax.plot(reach, [height, height], color=color(0), linewidth=1.5)
        style = {"ha": "center", "va": "bottom", "fontsize": _NAME * scale.captions}
        ax.text(caption.x, height + 0.03, caption.lines[0], **style)
    elif round(caption.x) % scale.every == 0:
        name, *rest = caption.lines
        style = {"ha": "center", "va": "baseline", "fontsize": _NAME * scale.captions}
        ax.text(caption.x, caption.y - 0.17, name, parse_math=False, weight="bold", **style)
        style |= {"va": "top", "fontsize": _TEXT * scale.captions}
        ax.text(caption.x, caption.y - 0.23, "\n".join(rest), **style)
