"""The chain of layers as a picture, in scikit-learn's Display style."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sknn._drawing.diagram import diagram
from sknn._drawing.house_style import in_house_style
from sknn._drawing.on_axes import draw
from sknn._drawing.rows import in_rows
from sknn.core.constraints import integer
from sknn.core.network import Network
from sknn.inspection.unwrap import chosen_member, network_of, served

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
            broken into rows of about equal length. On axes that you pass, it is a single row, with
            smaller letters and, if that is not enough, with captions below some of the layers only.
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
        shown = in_rows(picture, _COLUMNS) if ax is None else picture
        ax, self.lines_ = draw(ax, shown, line_kw or {}, unit_kw or {})
        self.ax_, self.figure_ = ax, ax.figure
        return self
