"""Curves of training, in scikit-learn's Display style."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sknn.training.pyplot import axes


def _network_of(estimator: Any) -> Any:
    """Return the network inside: of a search the best, of a pipeline the last."""
    for name in ("best_estimator_", "_final_estimator", "regressor_"):
        inner = getattr(estimator, name, None)
        if inner is not None:
            return _network_of(inner)
    return estimator


class LossCurveDisplay:
    """Training and validation loss over the epochs.

    Make one with :meth:`from_estimator`.

    Parameters
    ----------
    epoch : array-like of shape (n_epochs,)
    loss : array-like of shape (n_epochs,)
        Training objective, penalty included.
    validation_loss : array-like of shape (n_epochs,), default=None
    estimator_name : str, default=None
        For the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
        The training curve, then the validation curve where there is one.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.inspection import LossCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(learning_rate="cosine", early_stopping=True, random_state=0)
    >>> net = net.fit(X, y)
    >>> display = LossCurveDisplay.from_estimator(net)
    >>> [line.get_label() for line in display.lines_]
    ['MLPClassifier, training', 'MLPClassifier, validation']
    """

    def __init__(
        self,
        *,
        epoch: ArrayLike,
        loss: ArrayLike,
        validation_loss: ArrayLike | None = None,
        estimator_name: str | None = None,
    ) -> None:
        self.epoch = epoch
        self.loss = loss
        self.validation_loss = validation_loss
        self.estimator_name = estimator_name

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, name: str | None = None, ax: Any = None, **line_kw: Any
    ) -> LossCurveDisplay:
        """Plot the history of a fitted estimator.

        Parameters
        ----------
        estimator : fitted sknn estimator
            Or a Pipeline that ends in one, or a search whose best estimator is one of these.
        name : str, default=None
            For the legend; None takes the name of the class.
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : LossCurveDisplay

        Raises
        ------
        ImportError
            Without matplotlib.
        ValueError
            If the estimator has no history.
        """
        final = _network_of(estimator)
        history = getattr(final, "history_", None)
        if history is None or not len(history.get("loss", ())):
            raise ValueError(
                f"{type(final).__name__} has no history of losses: fit it first, and with "
                "refit=True where it is a search."
            )
        display = cls(
            epoch=history["epoch"],
            loss=history["loss"],
            validation_loss=history.get("validation_loss"),
            estimator_name=name or type(final).__name__,
        )
        return display.plot(ax=ax, **line_kw)

    def plot(self, ax: Any = None, *, name: str | None = None, **line_kw: Any) -> LossCurveDisplay:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.
        name : str, default=None
            For the legend; None takes `estimator_name`.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : LossCurveDisplay
        """
        ax = axes(ax)
        name = name or self.estimator_name
        prefix = f"{name}, " if name else ""
        self.lines_ = ax.plot(self.epoch, self.loss, **{"label": f"{prefix}training", **line_kw})
        if self.validation_loss is not None:
            color = self.lines_[0].get_color()
            style = {"label": f"{prefix}validation", "linestyle": "--", "color": color}
            self.lines_ += ax.plot(self.epoch, self.validation_loss, **{**style, **line_kw})
            self._mark_best(ax, color)
        ax.set(xlabel="epoch", ylabel="loss")
        ax.legend()
        self.ax_ = ax
        self.figure_ = ax.figure
        return self

    def _mark_best(self, ax: Any, color: Any) -> None:
        values = np.asarray(self.validation_loss, float)
        if np.isfinite(values).any():
            best = int(np.nanargmin(values))
            ax.plot(np.asarray(self.epoch)[best], values[best], "o", color=color)
