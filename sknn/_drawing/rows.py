"""A picture of a network, broken into rows like text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sknn._drawing.diagram import ROW, Caption, Diagram, Links


def in_rows(picture: Diagram, longest: int) -> Diagram:
    """Return a picture with rows of about equal length, of at most `longest` columns."""
    rows = math.ceil(picture.width / longest)
    if rows == 1:
        return picture
    breaks = _Breaks(math.ceil(picture.width / rows))
    return Diagram(
        breaks.width,
        rows,
        [replace(each, x=breaks.x(each.x), y=breaks.y(each.x, each.y)) for each in picture.boxes],
        [replace(each, x=breaks.x(each.x), y=breaks.y(each.x, each.y)) for each in picture.units],
        [breaks.links(each) for each in picture.links],
        [part for each in picture.captions for part in breaks.caption(each)],
    )


class _Breaks:
    """Positions of columns.

    Parameters
    ----------
    width : int
        Columns of a row.
    """

    def __init__(self, width: int) -> None:
        self.width = width

    def row(self, x: float) -> int:
        """Return the row of an object at x in a single row."""
        return int((x + 0.5) // self.width)

    def x(self, x: float) -> float:
        """Return the horizontal position."""
        return x - self.row(x) * self.width

    def y(self, x: float, y: float) -> float:
        """Return the vertical position, which does not change in the first row."""
        return y - self.row(x) * ROW

    def links(self, links: Links) -> Links:
        """Cut links to the next row in the middle: they leave one row and enter the other."""
        begin, end = links.begin, links.end
        rows = self.row(float(begin[0, 0])), self.row(float(end[0, 0]))
        if rows[0] == rows[1]:
            return Links(self._moved(begin, rows[0]), self._moved(end, rows[0]), links.weight)
        middle = (begin + end) / 2
        weight = None if links.weight is None else np.tile(links.weight, 2)
        return Links(
            np.vstack([self._moved(begin, rows[0]), self._moved(middle, rows[1])]),
            np.vstack([self._moved(middle, rows[0]), self._moved(end, rows[1])]),
            weight,
        )

    def _moved(self, points: NDArray, row: int) -> NDArray:
        return points - [row * self.width, row * ROW]

    def caption(self, caption: Caption) -> Iterator[Caption]:
        """Yield a caption, or the parts of a heading in each row that it spans."""
        if not caption.over:
            yield self._placed(caption, self.row(caption.x))
            return
        left, right = caption.x - caption.over, caption.x + caption.over
        for row in range(self.row(left), self.row(right) + 1):
            low = max(left, row * self.width - 0.4)
            high = min(right, (row + 1) * self.width - 0.6)
            part = replace(caption, x=(low + high) / 2, over=(high - low) / 2)
            yield self._placed(part, row)

    def _placed(self, caption: Caption, row: int) -> Caption:
        return replace(caption, x=caption.x - row * self.width, y=caption.y - row * ROW)
