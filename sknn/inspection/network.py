"""The chain of layers as a picture, in scikit-learn's Display style."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sknn._drawing.diagram import ROW, Diagram, Links, diagram
from sknn._drawing.house_style import in_house_style, sign_colors
from sknn._drawing.pyplot import color, pyplot
from sknn._drawing.rows import in_rows
from sknn.core.constraints import integer
from sknn.core.network import Network
from sknn.inspection.unwrap import chosen_member, network_of, served

_INCHES = 1.35
"""Width of a column."""
_COLUMNS = 5
"""This many fit the width of a page, 8.3 inches, without shrinking the letters."""


class NetworkDisplay:
    """The layers of a network from left to right, with their shapes and numbers of parameters.

    Make one with :meth:`from_estimator`. A layer with few units shows every unit. If the previous
    layer does so, too, every weight is a line: orange if positive, blue if negative, and wider if
    larger. Other layers are boxes, taller for more units; a block shows the layers inside. A
    Boltzmann machine has two layers, visible and hidden, and a heading says that its weights are
    used in both directions; a deep belief network is a stack of them.

    Parameters
    ----------
    network : Network
    inputs, outputs : sequence of str, default=()
        Labels of the units in the first and last layer.
    n_machines : int, default=0
        How many of the first layers were trained as stacked Boltzmann machines; each has a heading.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib LineCollection
        One per layer, in order. Between two rows, every line is cut in two.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.inspection import NetworkDisplay
    >>> iris = load_iris(as_frame=True)
    >>> net = MLPClassifier((5, 3), learning_rate="cosine", random_state=0)
    >>> display = NetworkDisplay.from_estimator(net.fit(iris.data, iris.target))
    >>> [len(lines.get_segments()) for lines in display.lines_]
    [20, 15, 9]
    """

    def __init__(
        self,
        *,
        network: Network,
        inputs: Sequence[str] = (),
        outputs: Sequence[str] = (),
        n_machines: int = 0,
    ) -> None:
        self.network = network
        self.inputs = inputs
        self.outputs = outputs
        self.n_machines = n_machines

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        ax: Any = None,
        max_units: int = 16,
        member: int = 0,
        line_kw: dict[str, Any] | None = None,
        unit_kw: dict[str, Any] | None = None,
    ) -> NetworkDisplay:
        """Draw the network of an estimator.

        Parameters
        ----------
        estimator : fitted or initialized sknn estimator
            ``initialize(X, y)`` is enough. Or a Pipeline or search around an estimator.
        ax : matplotlib Axes, default=None
            None makes a new figure, as wide as the network needs; one of more than six layers is
            broken into rows of about equal length. On axes that you pass, it is a single row.
        max_units : int, default=16
            Layers with more units are drawn as boxes.
        member : int, default=0
            Which of several members to draw.
        line_kw, unit_kw : dict, default=None
            Passed to matplotlib's `LineCollection` and `scatter`.

        Returns
        -------
        display : NetworkDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator has no network yet.
        InvalidParameterError
            If there is no such member, or `max_units` is not a number of units.
        """
        network, final = network_of(estimator), served(estimator)
        classes = getattr(final, "classes_", ())
        named = () if isinstance(classes, list) else classes
        display = cls(
            network=network,
            inputs=getattr(final, "feature_names_in_", ()),
            outputs=[str(each) for each in named],
            n_machines=len(getattr(final, "rbms_", ())),
        )
        return display.plot(
            ax, max_units=max_units, member=member, line_kw=line_kw, unit_kw=unit_kw
        )

    @in_house_style
    def plot(
        self,
        ax: Any = None,
        *,
        max_units: int = 16,
        member: int = 0,
        line_kw: dict[str, Any] | None = None,
        unit_kw: dict[str, Any] | None = None,
    ) -> NetworkDisplay:
        """Draw the network.

        Parameters
        ----------
        ax, max_units, member, line_kw, unit_kw
            As for :meth:`from_estimator`.

        Returns
        -------
        display : NetworkDisplay
        """
        picture = diagram(
            self.network,
            max_units=integer(0).read("NetworkDisplay", "max_units", max_units),
            inputs=self.inputs,
            outputs=self.outputs,
            member=chosen_member(self.network, member),
            n_machines=self.n_machines,
        )
        if ax is None:
            picture = in_rows(picture, _COLUMNS)
            size = (_INCHES * (picture.width + 0.9), 3.6 * picture.rows)
            ax = pyplot().subplots(figsize=size, layout="constrained")[1]
        self.lines_ = [_draw_links(ax, links, line_kw or {}) for links in picture.links]
        _draw_layers(ax, picture, unit_kw or {})
        _draw_captions(ax, picture, _font_scale(ax, picture.width + 0.9))
        bottom = -0.62 - ROW * (picture.rows - 1)
        ax.set(xlim=(-0.95, picture.width - 0.05), ylim=(bottom, 1.3))
        ax.set_axis_off()
        self.ax_, self.figure_ = ax, ax.figure
        return self


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


def _draw_layers(ax: Any, picture: Diagram, unit_kw: dict[str, Any]) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    params = pyplot().rcParams
    ground, ink = params["axes.facecolor"], params["axes.edgecolor"]
    tint = 0.35 * np.array(to_rgb(color(0))) + 0.65 * np.array(to_rgb(ground))
    for i, box in enumerate(picture.boxes):
        for copy in reversed(range(box.copies)):
            corner = (
                box.x - box.width / 2 + 0.05 * (copy - (box.copies - 1) / 2),
                box.y - box.height / 2 + 0.03 * (copy - (box.copies - 1) / 2),
            )
            fill = ground if box.label else tint
            style: dict[str, Any] = {"facecolor": fill, "edgecolor": ink, "zorder": 2 + i * 0.01}
            ax.add_patch(Rectangle(corner, box.width, box.height, **style))
        ax.text(box.x, box.y, box.label, ha="center", va="center", fontsize=8, zorder=3)
    dots = [(unit.x, unit.y) for unit in picture.units]
    if dots:
        style = {"s": 110, "facecolor": ground, "edgecolor": ink, "linewidths": 1.2, "zorder": 3}
        ax.scatter(*np.transpose(dots), **style | unit_kw)
    for unit in picture.units:
        aside = -0.12 if unit.side == "left" else 0.12
        side = "right" if unit.side == "left" else "left"
        # A dollar sign in the name of a column must not begin a formula.
        style = {"ha": side, "va": "center", "fontsize": 9, "parse_math": False}
        ax.text(unit.x + aside, unit.y, unit.label, **style)


def _font_scale(ax: Any, n_columns: float) -> float:
    """Return the factor by which letters shrink if columns are narrow."""
    inches = ax.get_window_extent().width / ax.figure.dpi / n_columns
    return float(np.clip(inches, 0.6, 1.0))


def _draw_captions(ax: Any, picture: Diagram, scale: float) -> None:
    for caption in picture.captions:
        if caption.over:
            reach = [caption.x - caption.over, caption.x + caption.over]
            height = caption.y + 1.12
            ax.plot(reach, [height, height], color=color(0), linewidth=1.5)
            style = {"ha": "center", "va": "bottom", "fontsize": 10 * scale}
            ax.text(caption.x, height + 0.03, caption.lines[0], **style)
            continue
        name, *rest = caption.lines
        style = {"ha": "center", "va": "baseline", "fontsize": 10 * scale, "weight": "bold"}
        ax.text(caption.x, caption.y - 0.17, name, parse_math=False, **style)
        style = {"ha": "center", "va": "top", "fontsize": 9 * scale}
        ax.text(caption.x, caption.y - 0.23, "\n".join(rest), **style)
