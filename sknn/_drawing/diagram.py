"""Contents of a picture of a network, as shapes with positions, for any renderer."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import prod
from typing import Any
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers import Boltzmann, Dense
from sknn.core.layers.base import Layer
from sknn.core.layout import Plan, Role, Shape, Views
from sknn.core.network import Network

ROW = 1.92
"""Height of a row of columns, with the text above and below."""
# Widths of layers and of blocks of layers; a column of the picture is 1 wide.
_WIDTH, _BLOCK = 0.5, 0.84
_MAX_NAME = 18
_VISIBLE = "visible"
_PARTS = (("generator_", "generator"), ("discriminator_", "discriminator"))


@dataclass(frozen=True)
class Box:
    """A layer whose units are not drawn one by one, or one inside a block; places are centers."""

    x: float
    y: float
    width: float
    height: float
    copies: int = 1
    """How many are drawn one behind the other: filters."""
    label: str = ""


@dataclass(frozen=True)
class Unit:
    """A unit; `label` is to the left or right of it."""

    x: float
    y: float
    label: str = ""
    side: str = "left"


@dataclass(frozen=True)
class Links:
    """Weights between the units of two layers, or a plain arrow if there is no `weight`."""

    begin: NDArray
    end: NDArray
    weight: NDArray | None


@dataclass(frozen=True)
class Caption:
    """Lines below a layer, the first of them its name; or, with `over`, a heading above some."""

    x: float
    lines: tuple[str, ...]
    over: float = 0.0
    """How far the heading extends to either side; 0 if it is below."""
    y: float = 0.0
    """The bottom of the layers that it belongs to."""


@dataclass
class Diagram:
    """A picture from x=-0.5 to `width` - 0.5, with layers between y=0 and y=1.

    Attributes
    ----------
    width : int
        Number of columns: input and layers; of several rows the number in each.
    rows : int
        Rows of columns; each lies `ROW` below the one before.
    boxes, units, links, captions : list
        The elements to draw, links first.
    """

    width: int = 0
    rows: int = 1
    boxes: list[Box] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    links: list[Links] = field(default_factory=list)
    captions: list[Caption] = field(default_factory=list)


@dataclass(frozen=True)
class _Column:
    """Contents of one column."""

    name: str
    kind: str
    shape: Shape
    count: int
    layer: Layer | None = None
    params: Views = field(default_factory=dict)


def diagram(
    network: Network,
    *,
    max_units: int = 16,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    member: int = 0,
    n_machines: int = 0,
) -> Diagram:
    """Return the picture of a network.

    Parameters
    ----------
    network : Network
    max_units : int, default=16
        A layer with at most this number of units is drawn unit by unit, with its weights if the
        layer before is, too.
    inputs, outputs : sequence of str
        Names of the units of the first and the last layer, if they are drawn.
    member : int, default=0
        Of several members the one to draw.
    n_machines : int, default=0
        How many of the first layers were trained as stacked Boltzmann machines.
    """
    columns = list(_columns(network.member(member)))
    picture = Diagram(len(columns))
    widest = max(prod(column.shape) for column in columns)
    places: list[NDArray | None] = []
    for x, column in enumerate(columns):
        ys = _spread(column.shape[0]) if _shows_units(column, max_units) else None
        if ys is not None:
            names = inputs if x == 0 else outputs if x == len(columns) - 1 else ()
            picture.units += _units(x, ys, names, "left" if x == 0 else "right")
        else:
            picture.boxes += _boxes(x, column, widest)
        if x:
            picture.links.append(_links(x, places[-1], ys, columns[x - 1 : x + 1]))
        places.append(ys)
        picture.captions.append(_caption(x, column))
    picture.captions += _headings([column.name for column in columns])
    picture.captions += _machines(columns, n_machines)
    return picture


def _shows_units(column: _Column, max_units: int) -> bool:
    few = len(column.shape) == 1 and column.shape[0] <= max_units
    return few and not hasattr(column.layer, "chains")


def _columns(network: Network) -> Iterator[_Column]:
    machine = _is_machine(network.layers)
    yield _Column(_VISIBLE if machine else "input", "", network.in_shape, 0)
    for name, layer, plan, params in zip(
        network.names, network.layers, network.plans, network.params, strict=True
    ):
        yield _Column(
            "hidden" if machine else name,
            _kind(layer),
            plan.out_shape,
            n_trained(plan),
            layer,
            params,
        )


def _is_machine(layers: Sequence[Layer | None]) -> bool:
    """Whether this is a Boltzmann machine by itself, whose input is its visible layer."""
    return len(layers) == 1 and isinstance(layers[0], Boltzmann)


def n_trained(plan: Plan) -> int:
    """Return the number of trained parameters that belong to a layer itself."""
    return sum(
        prod(param.shape)
        for param in plan.params.values()
        if param.tied_to is None and param.role is not Role.TRACKED
    )


def _kind(layer: Layer) -> str:
    """Return the class of a layer, and its activation if it has one that matters."""
    activation = getattr(getattr(layer, "activation", None), "alias", None)
    bent = f", {activation}" if activation not in (None, "identity") else ""
    return type(layer).__name__ + bent


def _spread(n: int) -> NDArray:
    """Return the heights of n units, the first on top; a few units are close together."""
    room = min(1.0, 0.22 * max(n - 1, 0))
    return 0.5 + 0.5 * np.linspace(room, -room, n) if n > 1 else np.array([0.5])


def _units(x: int, ys: NDArray, names: Sequence[str], side: str) -> Iterator[Unit]:
    labels = [short(str(name)) for name in names] if len(names) == len(ys) else [""] * len(ys)
    for y, label in zip(ys, labels, strict=True):
        yield Unit(float(x), float(y), label, side)


def short(name: str) -> str:
    """Return a name that fits next to a unit, or below a layer."""
    ends = list(accumulate(map(_letter_width, name)))
    if not ends or ends[-1] <= _MAX_NAME:
        return name
    return name[: bisect_right(ends, _MAX_NAME - 1)] + "…"


def _letter_width(letter: str) -> float:
    """Return the width of a letter, compared with small Latin ones."""
    if east_asian_width(letter) in "WF":
        return 1.8
    return 1.25 if letter.isupper() else 1.0


def _boxes(x: int, column: _Column, widest: int) -> Iterator[Box]:
    """Yield the box of a layer, taller for more numbers, and those of the layers inside."""
    size = prod(column.shape)
    height = 0.2 + 0.8 * math.log1p(size) / math.log1p(widest)
    chains = getattr(column.layer, "chains", ())
    copies = 3 if _is_stack(column) else 1
    width = _BLOCK if chains else _WIDTH
    yield Box(float(x), 0.5, width, max(height, 0.7 if chains else 0), copies)
    names = [[type(each).__name__ for _, each in chain.pairs] or ["as it is"] for chain in chains]
    if all(len(own) == 1 for own in names):
        # One below the other, where there is more room for their names than side by side.
        names = [[name for own in names for name in own]] if names else []
    for i, own in enumerate(_few(names, 4, ["…"])):
        n_chains = min(len(names), 4)
        place = x + _BLOCK * ((i + 0.5) / n_chains - 0.5)
        shown = _few(own, 6, "⋮")
        step = 0.6 / len(shown)
        for j, name in enumerate(shown):
            y = 0.8 - step * (j + 0.5)
            yield Box(place, y, 0.76 / n_chains, min(0.8 * step, 0.14), 1, name)


def _few(items: list, most: int, gap: Any) -> list:
    """Return at most so many items, with a gap before the last one."""
    return items if len(items) <= most else [*items[: most - 2], gap, items[-1]]


def _links(
    x: int, before: NDArray | None, after: NDArray | None, columns: Sequence[_Column]
) -> Links:
    weight = columns[1].params.get("W")
    if before is None or after is None or not _joins(weight, len(before), len(after)):
        # From the right edge of one layer to the left edge of the next.
        left = x - 1.0 + _reach(columns[0], before is not None)
        right = x - _reach(columns[1], after is not None)
        return Links(np.array([[left, 0.5]]), np.array([[right, 0.5]]), None)
    assert weight is not None
    y0, y1 = (side.ravel() for side in np.meshgrid(before, after, indexing="ij"))
    begin = np.column_stack([np.full_like(y0, x - 1.0), y0])
    end = np.column_stack([np.full_like(y1, float(x)), y1])
    return Links(begin, end, np.asarray(weight, float).ravel())


def _is_stack(column: _Column) -> bool:
    """Whether a layer is drawn as several boxes, one behind the other: filters, steps."""
    return len(column.shape) > 1 and not hasattr(column.layer, "chains")


def _reach(column: _Column, has_units: bool) -> float:
    """Return how far a layer reaches from the middle of its column."""
    if has_units:
        return 0.07
    stacked = 0.05 if _is_stack(column) else 0.0
    return (_BLOCK if hasattr(column.layer, "chains") else _WIDTH) / 2 + stacked


def _joins(weight: Any, n_before: int, n_after: int) -> bool:
    return weight is not None and weight.shape == (n_before, n_after)


def _caption(x: int, column: _Column) -> Caption:
    shape = " × ".join(f"{size:,}" for size in column.shape)
    if len(column.shape) == 1:
        has_units = column.name == _VISIBLE or isinstance(column.layer, (Dense, Boltzmann))
        shape += " unit" if has_units else " number"
        shape += "s" if column.shape[0] != 1 else ""
    count = f"{column.count:,} parameters" if column.count else ""
    # Above a layer is the name of the network of a GAN that it belongs to.
    name = next((column.name[len(p) :] for p, _ in _PARTS if column.name.startswith(p)), None)
    lines = (short(name or column.name), column.kind, shape, count)
    return Caption(float(x), tuple(line for line in lines if line))


def _machines(columns: Sequence[_Column], n_machines: int) -> Iterator[Caption]:
    """Yield a heading above the two layers of every Boltzmann machine."""
    if _is_machine([column.layer for column in columns[1:]]):
        yield Caption(0.5, ("\u21c4 both ways",), 0.45)
    dense = [x for x, column in enumerate(columns) if isinstance(column.layer, Dense)]
    for i, x in enumerate(dense[:n_machines]):
        yield Caption(x - 0.5, (f"\u21c4 RBM {i + 1}",), 0.45)


def _headings(names: list[str]) -> Iterator[Caption]:
    """Yield groups of layers: the two networks of a GAN, encoder and decoder."""
    for prefix, title in _PARTS:
        yield from _heading([i for i, name in enumerate(names) if name.startswith(prefix)], title)
    decoder = [i for i, name in enumerate(names) if name.startswith("decoder")]
    if decoder:
        yield from _heading(list(range(1, decoder[0])), "encoder")
        yield from _heading(list(range(decoder[0], len(names))), "decoder")


def _heading(columns: list[int], title: str) -> Iterator[Caption]:
    if columns:
        first, last = columns[0], columns[-1]
        yield Caption(0.5 * (first + last), (title,), 0.5 * (last - first) + 0.4)
