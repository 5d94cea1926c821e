"""Learning rates over the epochs, before or after training, in scikit-learn's Display style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from sknn._drawing.house_style import in_house_style
from sknn._drawing.pyplot import axes, label_counts, legend
from sknn.core.constraints import integer, real
from sknn.core.schedules import Schedule
from sknn.core.spec import resolve
from sknn.estimators.base import BaseNetwork
from sknn.inspection.several import named_estimators, named_recipes
from sknn.inspection.unwrap import not_a_network, served

_POINTS = 20
"""Points per epoch if the rate changes with every update."""


class LearningRateDisplay:
    """The learning rate over the epochs, planned or actual.

    Make one with :meth:`from_estimator` or :meth:`from_schedules`.

    Parameters
    ----------
    rates : dict of (ndarray, ndarray)
        By name: epochs, and the rate from each epoch on.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D

    Examples
    --------
    >>> from sknn.inspection import LearningRateDisplay
    >>> from sknn.schedules import Cosine, OneCycle
    >>> display = LearningRateDisplay.from_schedules(
    ...     {"cosine": "cosine", "restarts": Cosine(epochs=25), "one cycle": OneCycle()},
    ...     learning_rate_init=0.01, max_iter=100)
    >>> [line.get_label() for line in display.lines_]
    ['cosine', 'restarts', 'one cycle']

    The plan of an estimator:

    >>> from sknn import MLPClassifier
    >>> display = LearningRateDisplay.from_estimator(MLPClassifier(learning_rate="step"))
    >>> float(display.rates["MLPClassifier"][1][0])
    0.001
    """

    def __init__(self, *, rates: Mapping[str, tuple[NDArray, NDArray]]) -> None:
        self.rates = rates

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, n_batches: int = 1, ax: Any = None, **line_kw: Any
    ) -> LearningRateDisplay:
        """Draw the learning rate of an estimator: the actual one if it is fitted, else the plan.

        Parameters
        ----------
        estimator : sknn estimator, list, or dict of them
            Or a Pipeline or search around one.
        n_batches : int, default=1
            Updates per epoch, which "invscaling" counts; only for plans.
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : LearningRateDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If it contains no network of sknn.
        ValueError
            If it has no learning rate, as with ``solver="lbfgs"``.
        """
        n_batches = integer(1).read("LearningRateDisplay", "n_batches", n_batches)
        pairs = named_estimators(estimator)
        rates = {name: _rates(served(each), n_batches) for name, each in pairs}
        return cls(rates=rates).plot(ax, **line_kw)

    @classmethod
    def from_schedules(
        cls,
        schedules: Any,
        *,
        learning_rate_init: float = 0.001,
        max_iter: int = 200,
        n_batches: int = 1,
        ax: Any = None,
        **line_kw: Any,
    ) -> LearningRateDisplay:
        """Draw schedules without an estimator.

        Parameters
        ----------
        schedules : str, Schedule, list, or dict of them
            As for the `learning_rate` of estimators. Schedules that follow the loss stay at their
            initial rate.
        learning_rate_init : float, default=0.001
        max_iter : int, default=200
            Epochs.
        n_batches : int, default=1
            Updates per epoch, which "invscaling" counts.
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : LearningRateDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InvalidParameterError
            For an unknown schedule, or a number out of range.
        """
        owner = "LearningRateDisplay"
        max_iter = integer(1).read(owner, "max_iter", max_iter)
        n_batches = integer(1).read(owner, "n_batches", n_batches)
        base = real(0.0).read(owner, "learning_rate_init", learning_rate_init)
        rates = {
            name: _planned(_resolved(each), base, max_iter, n_batches)
            for name, each in named_recipes(schedules, "schedules").items()
        }
        return cls(rates=rates).plot(ax, **line_kw)

    @in_house_style
    def plot(self, ax: Any = None, **line_kw: Any) -> LearningRateDisplay:
        """Draw the rates.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : LearningRateDisplay
        """
        ax = axes(ax)
        self.lines_ = []
        for name, (epochs, rates) in self.rates.items():
            style = {"label": name}
            if len(epochs) == 1 or epochs[1] - epochs[0] >= 1:
                # There is one rate per epoch, to its end: a drop is a step, not a slope.
                style["drawstyle"] = "steps-post"
                epochs, rates = np.append(epochs, epochs[-1] + 1), np.append(rates, rates[-1])
            self.lines_ += ax.plot(epochs, rates, **style | line_kw)
        label_counts(ax)
        ax.set_ylabel("learning rate")
        legend(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _resolved(schedule: Any) -> Schedule:
    return resolve(Schedule, schedule, "schedules", "LearningRateDisplay")


def _rates(final: Any, n_batches: int) -> tuple[NDArray, NDArray]:
    """Return epochs and rates of one estimator."""
    if not isinstance(final, BaseNetwork):
        raise not_a_network(final)
    if getattr(final, "solver", None) == "lbfgs":
        raise ValueError("solver='lbfgs' has no learning rate.")
    if final.__sklearn_is_fitted__() and "learning_rate" in final.history_:
        # The first epoch, which has number 1, is from 0 to 1.
        return final.history_["epoch"] - 1, final.history_["learning_rate"]
    trial = clone(final)
    trial._check_parameters()
    recipe = trial._recipe()
    return _planned(recipe.schedule, recipe.base_rate, int(recipe.epochs), n_batches)


def _planned(
    schedule: Schedule, base_rate: float, epochs: int, n_batches: int
) -> tuple[NDArray, NDArray]:
    """Return the rates of a schedule; losses that it would follow are unknown."""
    step = 1.0 / _POINTS if schedule.per_update else 1.0
    at = np.arange(0.0, epochs, step)
    state: dict[str, float] = {}
    factors = [schedule.factor(e, int(e * n_batches), epochs, state) for e in at]
    return at, base_rate * np.array(factors)
