"""The picture of a network as SVG, which needs no other package."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from sknn._drawing.diagram import Box, Caption, Diagram, Links, Unit
from sknn._drawing.house_style import COLORS

_COLUMN, _LAYERS, _TOP, _BOTTOM = 112, 190, 34, 66
"""Pixels: the width of a column, the height of layers, and the space above and below them."""


def network_svg(picture: Diagram) -> str:
    """Return an ``svg`` element; text and lines have the color of the page around it.

    Parameters
    ----------
    picture : Diagram
    """
    width, height = _COLUMN * (picture.width + 1), _TOP + _LAYERS + _BOTTOM
    parts = [
        *(line for links in picture.links for line in _links(links)),
        *(line for box in picture.boxes for line in _box(box)),
        *(line for unit in picture.units for line in _unit(unit)),
        *(line for caption in picture.captions for line in _caption(caption)),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="Layers of the network" '
        'font-family="sans-serif" font-size="10" fill="currentColor" stroke="none">'
        f"{''.join(parts)}</svg>"
    )


def _x(x: float) -> float:
    return round((x + 1.0) * _COLUMN, 1)


def _y(y: float) -> float:
    return round(_TOP + (1.0 - y) * _LAYERS, 1)


def _links(links: Links) -> Iterator[str]:
    weights = links.weight
    sizes = np.ones(len(links.begin)) if weights is None else np.abs(weights)
    largest = max(float(sizes.max(initial=0.0)), 1e-300)
    for i, (begin, end) in enumerate(zip(links.begin, links.end, strict=True)):
        color, width = "currentColor", 1.0
        if weights is not None:
            color = COLORS[1 if weights[i] > 0 else 0]
            width = 0.2 + 2.8 * float(sizes[i]) / largest
        yield (
            f'<line x1="{_x(begin[0])}" y1="{_y(begin[1])}" x2="{_x(end[0])}" y2="{_y(end[1])}" '
            f'stroke="{color}" stroke-width="{width:.2f}" opacity="0.75"/>'
        )


def _box(box: Box) -> Iterator[str]:
    width, height = round(box.width * _COLUMN, 1), round(box.height * _LAYERS, 1)
    for copy in reversed(range(box.copies)):
        shift = 4 * (copy - (box.copies - 1) / 2)
        left, top = _x(box.x) - width / 2 + shift, _y(box.y) - height / 2 - shift
        fill = "none" if box.label else COLORS[5]
        yield (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{width}" height="{height}" fill="{fill}" '
            'fill-opacity="0.35" stroke="currentColor"/>'
        )
    if box.label:
        # A letter is about 0.6 times as wide as it is high.
        size = min(8.0, width / (0.6 * len(box.label)))
        yield _text(_x(box.x), _y(box.y) + 3, box.label, round(size, 1))


def _unit(unit: Unit) -> Iterator[str]:
    x, y = _x(unit.x), _y(unit.y)
    yield f'<circle cx="{x}" cy="{y}" r="5" fill="#888888" stroke="currentColor"/>'
    if unit.label:
        left = unit.side == "left"
        yield _text(x + (-9 if left else 9), y + 3, unit.label, 9, "end" if left else "start")


def _caption(caption: Caption) -> Iterator[str]:
    x = _x(caption.x)
    if caption.over:
        reach = caption.over * _COLUMN
        yield _text(x, 14, caption.lines[0], 11)
        yield (
            f'<line x1="{x - reach:.1f}" y1="20" x2="{x + reach:.1f}" y2="20" '
            'stroke="currentColor"/>'
        )
        return
    for i, line in enumerate(caption.lines):
        weight = "bold" if i == 0 else "normal"
        yield _text(x, _y(0.0) + 20 + 13 * i, line, 10, weight=weight)


def _text(
    x: float, y: float, text: str, size: float, anchor: str = "middle", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )
