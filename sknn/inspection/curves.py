"""Curves of training, in scikit-learn's Display style."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._drawing.house_style import in_house_style
from sknn._drawing.pyplot import axes, faint, label_counts, legend
from sknn._drawing.pyplot import log_scale as draw_log_scale
from sknn.inspection.several import named_estimators
from sknn.inspection.unwrap import network_of, served

# A penalty that is a smaller share of the loss than this does not get a separate curve.
_VISIBLE = 0.01
_ROUNDING = 1e-7
_HELD_OUT = {"out_of_fold_loss": "out of fold", "validation_loss": "validation"}
_LINES = {
    "training": "-",
    "training with penalty": ":",
    "validation": "--",
    "out of fold": "-.",
    "discriminator": "-",
    "generator": "--",
}

_THIN = {"linewidth": 1.0, "linestyle": "-", "zorder": 1.5}


@dataclass(frozen=True)
class LossCurve:
    """One curve of a :class:`LossCurveDisplay`.

    Parameters
    ----------
    name : str
        Name of the estimator.
    part : str
        What the curve shows: "training", "training with penalty", "validation", "out of fold", or
        "discriminator" and "generator".
    epoch, loss : ndarray of shape (n_epochs,)
        The line connects the losses that are not NaN.
    prominent : bool, default=True
        Drawn in color, with a mark at the best epoch; others are thin and gray.
    best : int or None, default=None
        Index of the epoch to mark; None for no mark.
    """

    name: str
    part: str
    epoch: NDArray
    loss: NDArray
    prominent: bool = True
    best: int | None = None


class LossCurveDisplay:
    """Training and validation loss over the epochs: of one estimator, several, or a search.

    Make one with :meth:`from_estimator`. The training loss is drawn without the penalty on the
    weights, like the validation loss. If the penalty is more than 1% of it, the objective, which is
    the sum of both, is drawn as well. For a GAN, the losses of its discriminator and its generator
    are drawn.

    If there are validation rows, a dot marks the best epoch: that of the lowest validation loss or,
    with `scoring`, of the highest score. Early stopping keeps its weights. There is no dot with
    several members, which keep different epochs, nor for a network for tables, which keeps several
    epochs. Its loss on the rows that its members have not seen is "out of fold".

    For a search with ``return_loss_curves=True``, every candidate is drawn, the best one on top:
    the mean over the splits of the validation loss, or of the training loss if there is none. A
    split that has stopped counts with its last loss.

    Parameters
    ----------
    curves : sequence of LossCurve

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
        One per curve, in order.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.inspection import LossCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(learning_rate="cosine", early_stopping=True, random_state=0)
    >>> net = net.fit(X, y)
    >>> display = LossCurveDisplay.from_estimator(net, log_scale=True)
    >>> [line.get_label() for line in display.lines_]
    ['MLPClassifier, training', 'MLPClassifier, validation']

    Several in one picture, by name:

    >>> nets = {f"alpha={alpha}": MLPClassifier(alpha=alpha, learning_rate="cosine",
    ...                                         random_state=0).fit(X, y)
    ...         for alpha in [0.001, 10]}
    >>> display = LossCurveDisplay.from_estimator(nets)
    >>> [line.get_label() for line in display.lines_]
    ['alpha=0.001, training', 'alpha=10, training', 'alpha=10, training with penalty']

    A whole search:

    >>> from sknn.search import GridSearchCV
    >>> grid = {"learning_rate_init": [0.001, 0.003, 0.01, 0.03]}
    >>> search = GridSearchCV(MLPClassifier(learning_rate="cosine", random_state=0), grid, cv=3,
    ...                       return_loss_curves=True).fit(X, y)
    >>> display = LossCurveDisplay.from_estimator(search)
    >>> len(display.lines_)
    4
    """

    def __init__(self, *, curves: Sequence[LossCurve]) -> None:
        self.curves = curves

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        name: str | None = None,
        ax: Any = None,
        log_scale: bool = False,
        **line_kw: Any,
    ) -> LossCurveDisplay:
        """Plot the history of fitted estimators.

        Parameters
        ----------
        estimator : fitted sknn estimator, list, or dict of them
            Or a Pipeline that ends in one, or a search whose best estimator is one of these. A list
            may be ``cross_validate(..., return_estimator=True)["estimator"]``; a dict gives names.
            For a search of :mod:`sknn.search` with ``return_loss_curves=True``, all candidates are
            drawn; for others, the best estimator.
        name : str, default=None
            For the legend; None takes the name of the class, with a number if there are several,
            and "best" for the best candidate of a search.
        ax : matplotlib Axes, default=None
            None makes a new figure.
        log_scale : bool, default=False
            Draw the logarithm of the loss; a loss of 0 is a gap.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : LossCurveDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If an estimator is not fitted.
        TypeError
            If one contains no network of sknn.
        ValueError
            If an estimator has no history, or for `log_scale` with losses below 0.
        """
        if hasattr(estimator, "loss_curves_"):
            curves = _of_search(estimator, name or "best")
        else:
            pairs = named_estimators(estimator, name)
            curves = [curve for pair in pairs for curve in _of(*pair)]
        display = cls(curves=curves)
        return display.plot(ax=ax, log_scale=log_scale, **line_kw)

    @in_house_style
    def plot(self, ax: Any = None, *, log_scale: bool = False, **line_kw: Any) -> LossCurveDisplay:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.
        log_scale : bool, default=False
            Draw the logarithm of the loss; a loss of 0 is a gap.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : LossCurveDisplay
        """
        if log_scale and any((curve.loss < 0).any() for curve in self.curves):
            raise ValueError(
                "log_scale=True cannot draw losses below 0, but some are: a loss that is a log "
                "density may be negative. Leave log_scale out."
            )
        ax = axes(ax)
        self.lines_: list[Any] = []
        colors: dict[str, Any] = {}
        for curve in self.curves:
            label = f"{curve.name}, {curve.part}"
            style: dict[str, Any] = {"label": label, "linestyle": _LINES[curve.part]}
            if curve.name in colors:
                style["color"] = colors[curve.name]
                style["label"] = label if curve.prominent else None
            if not curve.prominent:
                style |= _THIN | faint()
            known = ~np.isnan(curve.loss)
            style["marker"] = "." if known.sum() == 1 else ""
            loss = np.where(curve.loss == 0, np.nan, curve.loss) if log_scale else curve.loss
            (line,) = ax.plot(curve.epoch[known], loss[known], **style | line_kw)
            colors.setdefault(curve.name, line.get_color())
            self.lines_.append(line)
            if curve.best is not None:
                at = curve.best
                ax.plot(curve.epoch[at], curve.loss[at], "o", color=line.get_color())
        ax.set_ylabel("loss")
        if log_scale:
            draw_log_scale(ax)
        label_counts(ax)
        legend(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _of(name: str, estimator: Any) -> list[LossCurve]:
    """Return the curves of one estimator."""
    final = served(estimator)
    history = getattr(final, "history_", None)
    if not isinstance(history, Mapping) or not len(history.get("loss", ())):
        network_of(final)
        raise ValueError(
            f"This {type(final).__name__} has no history of losses, because no epoch of training "
            "has ended; fit it, or resume the call that was interrupted."
        )
    return _curves(name, history)


def _curves(name: str, history: Mapping[str, NDArray]) -> list[LossCurve]:
    best = _best(history)
    return [
        LossCurve(name, part, history["epoch"], loss, best=best if part == "validation" else None)
        for part, loss in _parts(history)
    ]


def _best(history: Mapping[str, NDArray]) -> int | None:
    """Return the index of the epoch that early stopping keeps; None if it is not a single one."""
    losses = history.get("validation_loss", np.empty(0))
    judged = np.isfinite(losses)
    if not judged.any() or "members" in history or "out_of_fold_loss" in history:
        return None
    score = np.asarray(history.get("score", ()))
    # Without `scoring` in the last call, the loss decides.
    is_last = len(score) and np.isfinite(score[np.flatnonzero(judged)[-1]])
    return int(np.nanargmax(score) if is_last else np.nanargmin(losses))


def _of_search(search: Any, name: str) -> list[LossCurve]:
    """Return the curves of all candidates of a search, with those of the best last and named."""
    known = {i: _mean(each) for i, each in enumerate(search.loss_curves_) if "loss" in each}
    if not known:
        raise ValueError(
            f"This {type(search).__name__} has no losses of its candidates: none was a network of "
            "sknn that could be trained as part of a search."
        )
    best = getattr(search, "best_index_", None)
    curves = []
    for each in (mean for index, mean in known.items() if index != best):
        parts = dict(_parts(each))
        part = next(part for part in ("validation", "out of fold", *parts) if part in parts)
        curves.append(LossCurve("other candidates", part, each["epoch"], parts[part], False))
    if best in known:
        own = known[best]
        curves += _curves(name, own)
    return curves


def _mean(candidate: Mapping[str, NDArray]) -> dict[str, NDArray]:
    """Return the history of a candidate: means over splits, which keep their last loss."""
    columns = {name: values for name, values in candidate.items() if name != "epoch"}
    return {"epoch": candidate["epoch"]} | {
        name: _mean_of_splits(values.astype(np.float64)) for name, values in columns.items()
    }


def _mean_of_splits(column: NDArray) -> NDArray:
    known = np.isfinite(column)
    last = np.maximum.accumulate(np.where(known, np.arange(column.shape[1]), 0), axis=1)
    kept = np.take_along_axis(column, last, axis=1)
    splits = np.isfinite(kept).sum(axis=0)
    total = np.where(np.isfinite(kept), kept, 0.0).sum(axis=0)
    return np.divide(total, splits, out=np.full(len(total), np.nan), where=splits > 0)


def _parts(history: Mapping[str, NDArray]) -> Iterable[tuple[str, NDArray]]:
    """Yield the losses of a history, in the order of the legend."""
    loss = history["loss"]
    if "generator_loss" in history:
        yield "discriminator", loss
        yield "generator", history["generator_loss"]
        return
    penalty = history.get("penalty", np.zeros_like(loss))
    data = loss - penalty
    # A difference of rounding errors may be below 0.
    yield "training", np.where(np.abs(data) < _ROUNDING * np.abs(loss), 0.0, data)
    if (penalty > _VISIBLE * np.abs(loss)).any():
        yield "training with penalty", loss
    yield from ((part, history[column]) for column, part in _HELD_OUT.items() if column in history)
