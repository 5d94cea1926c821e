"""Measurements of every layer over the epochs, in scikit-learn's Display style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sknn._drawing.house_style import AMOUNTS, in_house_style, is_dark
from sknn._drawing.pyplot import axes, label_counts, legend, log_scale, pyplot
from sknn.inspection.unwrap import network_of, served

_QUANTITIES = {
    "gradient_norm": "norm of the gradient",
    "update_ratio": "length of an update / of the weights",
    "dead_units": "share of dead units",
    "saturated": "share of saturated outputs",
}


class GradientDisplay:
    """Norms of the gradient of every layer over the epochs: vanishing or exploding.

    Make one with :meth:`from_estimator`, of an estimator trained with
    :class:`~sknn.callbacks.Diagnostics`. Lines go from dark for the first layer to light for the
    last.

    Parameters
    ----------
    epoch : array-like of shape (n_epochs,)
    values : dict of array-like of shape (n_epochs,)
        By layer name.
    quantity : str, default="gradient_norm"
        Name of the quantity.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
        One per layer.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import MLPClassifier
    >>> from sknn.callbacks import Diagnostics
    >>> from sknn.inspection import GradientDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> net = MLPClassifier((30, 30), "logistic", learning_rate="cosine", max_iter=5,
    ...                     callbacks=[Diagnostics(warn=False)], random_state=0)
    >>> display = GradientDisplay.from_estimator(net.fit(X / 16, y))
    >>> [line.get_label() for line in display.lines_]
    ['hidden0', 'hidden1', 'output']
    """

    def __init__(
        self,
        *,
        epoch: ArrayLike,
        values: Mapping[str, ArrayLike],
        quantity: str = "gradient_norm",
    ) -> None:
        self.epoch = epoch
        self.values = values
        self.quantity = quantity

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, quantity: str = "gradient_norm", ax: Any = None, **line_kw: Any
    ) -> GradientDisplay:
        """Draw a quantity that ``Diagnostics`` measured.

        Parameters
        ----------
        estimator : fitted sknn estimator
            Or a Pipeline or search around one.
        quantity : {"gradient_norm", "update_ratio", "dead_units", "saturated"}
            The quantity to draw.
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : GradientDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        ValueError
            For a quantity that is unknown or was not measured.
        """
        if quantity not in _QUANTITIES:
            raise ValueError(f"quantity must be one of {list(_QUANTITIES)}; got {quantity!r}.")
        network = network_of(estimator)
        history = served(estimator).history_
        columns = ((name, f"{quantity}.{name}") for name in network.names)
        values = {name: history[column] for name, column in columns if column in history}
        if not values:
            raise ValueError(
                f"history_ has no {quantity} of layers; train with callbacks=[Diagnostics()], and "
                "with layers that have this quantity."
            )
        display = cls(epoch=history["epoch"], values=values, quantity=quantity)
        return display.plot(ax, **line_kw)

    @in_house_style
    def plot(self, ax: Any = None, **line_kw: Any) -> GradientDisplay:
        """Draw the lines.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : GradientDisplay
        """
        ax = axes(ax)
        # The darkest and the lightest shades cannot be seen on their own background.
        ends = (0.25, 1.0) if is_dark(ax.get_facecolor()) else (0.0, 0.85)
        shades = pyplot().get_cmap(AMOUNTS)(np.linspace(*ends, len(self.values)))
        self.lines_ = []
        for shade, (name, values) in zip(shades, self.values.items(), strict=True):
            marker = "." if np.size(self.epoch) == 1 else ""
            style = {"label": name, "color": shade, "marker": marker}
            self.lines_ += ax.plot(self.epoch, values, **style | line_kw)
        label_counts(ax)
        ax.set(ylabel=_QUANTITIES.get(self.quantity, self.quantity))
        if self._spans_decades():
            log_scale(ax)
        # Of many layers, some between the first and the last are named.
        shown = np.unique(np.linspace(0, len(self.lines_) - 1, 12).round().astype(int))
        named = [self.lines_[i] for i in shown]
        legend(ax, named, ncols=2 if len(named) > 6 else 1)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _spans_decades(self) -> bool:
        """Whether the quantity is a norm, drawn on a log scale; shares are not."""
        every: NDArray = np.concatenate([np.ravel(each) for each in self.values.values()])
        return self.quantity in ("gradient_norm", "update_ratio") and bool((every > 0).any())
