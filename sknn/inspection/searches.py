"""Curves of a search, in scikit-learn's Display style."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from sknn._drawing.house_style import in_house_style
from sknn._drawing.pyplot import axes, color, faint, legend
from sknn.search import ArchitectureSearchCV


class SearchDisplay:
    """Score against epochs for every candidate of a search.

    Make one with :meth:`from_estimator`. A candidate is a line through its rungs, or a point if it
    has only one; the best is drawn on top.

    Parameters
    ----------
    candidate : array-like of shape (n_points,)
        Which candidate a point belongs to.
    n_epochs : array-like of shape (n_points,)
    score : array-like of shape (n_points,)
    best : int, default=None
        The best candidate.
    score_name : str, default="score"
        Label of the axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
        One per candidate.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.inspection import SearchDisplay
    >>> from sknn.search import ArchitectureSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(learning_rate="cosine", max_iter=9, random_state=0)
    >>> search = ArchitectureSearchCV(net, n_candidates=5, cv=3, random_state=0).fit(X, y)
    >>> display = SearchDisplay.from_estimator(search)
    >>> len(display.lines_)
    5
    """

    def __init__(
        self,
        *,
        candidate: ArrayLike,
        n_epochs: ArrayLike,
        score: ArrayLike,
        best: int | None = None,
        score_name: str = "score",
    ) -> None:
        self.candidate = candidate
        self.n_epochs = n_epochs
        self.score = score
        self.best = best
        self.score_name = score_name

    @classmethod
    def from_estimator(
        cls, search: Any, *, metric: str | None = None, ax: Any = None, **line_kw: Any
    ) -> SearchDisplay:
        """Plot the history of a fitted search.

        Parameters
        ----------
        search : fitted ArchitectureSearchCV
        metric : str, default=None
            With several metrics, the one to draw; None takes that of `refit`, or the first.
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : SearchDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the search is not fitted.
        TypeError
            If it is another kind of search.
        ValueError
            If it has no such metric.
        """
        if not isinstance(search, ArchitectureSearchCV):
            raise TypeError(
                f"search must be an ArchitectureSearchCV; got {type(search).__name__}. "
                "LossCurveDisplay draws the candidates of other searches of sknn."
            )
        check_is_fitted(search)
        history = search.history_
        known = [name.removeprefix("mean_test_") for name in history if name.startswith("mean_")]
        wanted = metric or (search.refit if search.refit in known else known[0])
        if wanted not in known:
            raise ValueError(f"metric must be among {known}; got {metric!r}.")
        display = cls(
            candidate=history["candidate"],
            n_epochs=history["n_epochs"],
            score=history[f"mean_test_{wanted}"],
            best=getattr(search, "best_index_", None),
            score_name=wanted,
        )
        return display.plot(ax=ax, **line_kw)

    @in_house_style
    def plot(self, ax: Any = None, **line_kw: Any) -> SearchDisplay:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : SearchDisplay
        """
        ax = axes(ax)
        candidate, epochs, score = map(np.asarray, (self.candidate, self.n_epochs, self.score))
        self.lines_ = []
        for each in np.unique(candidate):
            rows = candidate == each
            style = faint() | {"marker": ".", "linewidth": 1.0, "zorder": 2}
            if each == self.best:
                style = {"color": color(0), "marker": ".", "linewidth": 2.5, "zorder": 3}
                style["label"] = "best"
            self.lines_ += ax.plot(epochs[rows], score[rows], **style | line_kw)
        ax.set(xlabel="epochs", ylabel=f"cross-validated {self.score_name}")
        ax.set_xscale("log", base=2)
        ax.xaxis.set_major_formatter("{x:g}")
        if self.best is not None:
            legend(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self
