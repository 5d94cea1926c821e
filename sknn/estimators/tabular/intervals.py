"""Quantiles of the target, from how far answers were off on rows held out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.base import Loss
from sknn.estimators.tabular.ridge import in_rows, ridge
from sknn.estimators.targets.quantiles import places_of

Vector = NDArray[np.float64]

# More errors than these would say nothing new, and their files would be large.
_MOST_ROWS = 16_384
_MOST_KEPT = 2048
# Fewer rows do not tell where errors are large; more columns would take long.
_FEWEST_TO_COMPARE = 50
_MOST_COLUMNS = 512
_N_BINS = 8
_N_PARTS = 5
_PENALTIES = tuple(10.0**power for power in range(6))
# Far from the rows it knows, the model of scales stays where it is.
_FAR = 5.0
# Of an error, what the mean of several networks can at most save.
_LEAST_SHARE = 0.25


@dataclass(frozen=True)
class Answers:
    """What a network said of some rows, in the units of the user.

    Attributes
    ----------
    columns : ndarray of shape (n, d)
        What the scale of errors may depend on.
    linked : ndarray of shape (n, n_raw)
        What the link makes of the raw scores: predictions, spreads, quantiles.
    """

    columns: NDArray
    linked: NDArray


@dataclass(frozen=True)
class Known:
    """What the rows held out turned out to be.

    Attributes
    ----------
    y : ndarray of shape (n, n_outputs)
        In the units of the user.
    weight : ndarray of shape (n,) or None
    apart : ndarray of shape (n_outputs,)
        Mean square of what networks of different folds disagree by: their mean, which is served,
        is as much better than each.
    """

    y: NDArray
    weight: NDArray | None
    apart: NDArray


class ErrorQuantiles:
    r"""The distribution of errors of rows that were not trained on.

    The i-th of n ascending errors stands for the level :math:`i / (n + 1)`: a new error from the
    same distribution lies below it with just that probability, whatever the distribution is. In
    between it is interpolated.

    Parameters
    ----------
    errors : ndarray of shape (n,)
    rows : ndarray of shape (n,)
        How many rows each of them is.
    """

    def __init__(self, errors: Vector, rows: Vector) -> None:
        order = np.argsort(errors, kind="stable")
        levels = np.cumsum(rows[order]) / (rows.sum() + 1.0)
        kept = np.linspace(0, len(order) - 1, min(len(order), _MOST_KEPT)).round().astype(int)
        self.levels, self.errors = levels[kept], errors[order][kept]

    def at(self, levels: Vector) -> Vector:
        """Return the errors at some levels.

        Raises
        ------
        ValueError
            If there were too few rows for one of them.
        """
        low, high = float(self.levels[0]), float(self.levels[-1])
        outside = levels[(levels < low) | (levels > high)]
        if len(outside):
            raise ValueError(
                f"return_quantiles asks for the level {float(outside[0])!r}, and the rows held out "
                f"are too few for levels outside {low:.4g} and {high:.4g}; fit on more rows, or "
                "ask for levels between these."
            )
        return np.interp(levels, self.levels, self.errors)


class Scale:
    r"""How large errors are, by what a row is like and by what is predicted for it.

    :math:`\log(|r| + \varepsilon)` is a linear function of the columns and of the prediction in
    pieces, by ridge regression; :math:`\varepsilon` is a tenth of the mean :math:`|r|`.

    Parameters
    ----------
    columns : ndarray of shape (n, d)
    prediction, error : ndarray of shape (n,)
    rows : ndarray of shape (n,)
    """

    def __init__(self, columns: NDArray, prediction: Vector, error: Vector, rows: Vector) -> None:
        self.edges = np.unique(np.quantile(prediction, np.linspace(0.0, 1.0, _N_BINS + 1)))
        x = self._features(columns, prediction)
        self.center, spread = x.mean(axis=0), x.std(axis=0)
        self.spread = np.where(spread > 0, spread, np.inf)
        size = np.abs(error)
        least = max(0.1 * float(np.average(size, weights=rows)), float(np.finfo(np.float64).tiny))
        target = np.log(size + least)[:, None]
        x = self._standardized(x)
        slopes, intercept = ridge(x, target, rows, _PENALTIES)
        self.slopes, self.intercept = slopes[:, 0], float(intercept[0])
        log = x @ self.slopes + self.intercept
        self.low, self.high = float(log.min()), float(log.max())
        self.unseen = np.exp(_of_other_parts(x, target, rows))
        """The scale of every row, as others tell it."""

    def of(self, columns: NDArray, prediction: Vector) -> Vector:
        """Return the scale of the errors of other rows."""
        x = self._standardized(self._features(columns, prediction))
        return np.exp(np.clip(x @ self.slopes + self.intercept, self.low, self.high))

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what only the rows held out are asked for."""
        return {name: value for name, value in vars(self).items() if name != "unseen"}

    def _features(self, columns: NDArray, prediction: Vector) -> NDArray:
        left, right = self.edges[:-1], self.edges[1:]
        pieces = np.clip((prediction[:, None] - left) / (right - left), 0.0, 1.0)
        few = columns[:, : _MOST_COLUMNS if columns.shape[1] <= _MOST_COLUMNS else 0]
        return np.hstack([few.astype(np.float64), pieces])

    def _standardized(self, x: NDArray) -> NDArray:
        return np.clip((x - self.center) / self.spread, -_FAR, _FAR)


def _of_other_parts(x: NDArray, target: NDArray, rows: Vector) -> Vector:
    """Return for each row what ridge regression on the other parts of the rows says."""
    part, found = np.arange(len(x)) % _N_PARTS, np.empty(len(x))
    for each in range(_N_PARTS):
        own, others = part == each, part != each
        slopes, intercept = ridge(x[others], target[others], rows[others], _PENALTIES)
        found[own] = x[own] @ slopes[:, 0] + intercept[0]
    return found


class Intervals(ABC):
    """Quantiles of the target of new rows."""

    @abstractmethod
    def quantiles(self, answers: Answers, loss: Loss, levels: Vector) -> NDArray:
        """Return quantiles of shape (n, n_levels, n_outputs), ascending in the levels.

        Raises
        ------
        ValueError
            If there were too few rows for one of the levels.
        """


class ScaledErrors(Intervals):
    r"""The prediction plus a quantile of the errors, in units of how large they are for the row.

    This is split conformal prediction with a normalized score [1]_ on the rows that the networks of
    a fold did not see [2]_. The mean of the networks of all folds errs less than each of them, on
    average by the mean square of their disagreement [3]_, so errors are shrunk by a common factor.

    References
    ----------
    .. [1] Lei, G'Sell, Rinaldo, Tibshirani & Wasserman (2018), "ErrorQuantiles-free predictive
       inference for regression". JASA 113.
    .. [2] Barber, Candès, Ramdas & Tibshirani (2021), "Predictive inference with the jackknife+".
       Annals of Statistics 49.
    .. [3] Krogh & Vedelsby (1995), "Neural network ensembles, cross validation, and active
       learning". NeurIPS 7.
    """

    def __init__(self, answers: Answers, known: Known, loss: Loss) -> None:
        n_outputs = known.y.shape[1]
        prediction = answers.linked[:, loss.prediction_at(n_outputs)]
        rows = _counts(known)
        self.scales: list[Scale | None] = []
        self.errors: list[ErrorQuantiles] = []
        for j in range(n_outputs):
            error = known.y[:, j] - prediction[:, j]
            scale = np.ones(len(error))
            if loss.has_spread:
                self.scales.append(None)
                scale = answers.linked[:, n_outputs + j]
            elif len(error) < _FEWEST_TO_COMPARE:
                self.scales.append(None)
            else:
                found = Scale(answers.columns, prediction[:, j], error, rows)
                self.scales.append(found)
                scale = found.unseen
            shrunk = _shrunk(error, rows, float(known.apart[j]))
            self.errors.append(ErrorQuantiles(shrunk / scale, rows))

    def quantiles(self, answers: Answers, loss: Loss, levels: Vector) -> NDArray:
        """Return quantiles of shape (n, n_levels, n_outputs), ascending in the levels."""
        n_outputs = len(self.errors)
        prediction = answers.linked[:, loss.prediction_at(n_outputs)]
        found = np.empty((len(prediction), len(levels), n_outputs))
        for j, (scale, errors) in enumerate(zip(self.scales, self.errors, strict=True)):
            size = np.ones(len(prediction))
            if loss.has_spread:
                size = answers.linked[:, n_outputs + j]
            elif scale is not None:
                size = scale.of(answers.columns, prediction[:, j])
            found[:, :, j] = prediction[:, j, None] + size[:, None] * errors.at(levels)
        return found


class ShiftedQuantiles(Intervals):
    """Quantiles that the network learned, moved to where they have the right share of rows.

    A constant is added to each level, so that the right share of the held-out targets lies below
    it: conformalized quantile regression [1]_, each level by itself. Errors are shrunk as those of
    :class:`ScaledErrors`.

    References
    ----------
    .. [1] Romano, Patterson & Candès (2019), "Conformalized quantile regression". NeurIPS 32.
    """

    def __init__(self, answers: Answers, known: Known, loss: Loss) -> None:
        rows = _counts(known)
        n_outputs = known.y.shape[1]
        prediction = answers.linked[:, loss.prediction_at(n_outputs)]
        error = known.y - prediction
        for j in range(n_outputs):
            error[:, j] = _shrunk(error[:, j], rows, float(known.apart[j]))
        learned = answers.linked.reshape(len(known.y), -1, n_outputs)
        off = (prediction + error)[:, None] - learned
        self.errors = [
            [ErrorQuantiles(off[:, place, j], rows) for j in range(n_outputs)]
            for place in range(off.shape[1])
        ]

    def quantiles(self, answers: Answers, loss: Loss, levels: Vector) -> NDArray:
        """Return quantiles of shape (n, n_levels, n_outputs), ascending in the levels."""
        places = places_of(levels, loss.levels)
        shift = [
            [float(each.at(levels[i : i + 1])[0]) for each in self.errors[place]]
            for i, place in enumerate(places)
        ]
        linked = answers.linked.reshape(len(answers.linked), len(loss.levels), -1)[:, places]
        return np.sort(linked + np.array(shift), axis=1)


def intervals_of(answers: Answers, known: Known, loss: Loss) -> Intervals | None:
    """Return how to correct quantiles by the held-out rows; None if there are fewer than two."""
    heavy = np.flatnonzero(_counts(known))
    some = heavy[_evenly(len(heavy))]
    if len(some) < 2:
        return None
    weight = None if known.weight is None else known.weight[some]
    answers = Answers(answers.columns[some], answers.linked[some])
    known = Known(known.y[some], weight, known.apart)
    kind = ShiftedQuantiles if loss.levels else ScaledErrors
    return kind(answers, known, loss)


def _evenly(n: int) -> NDArray[np.intp]:
    return np.linspace(0, n - 1, min(n, _MOST_ROWS)).round().astype(np.intp)


def _counts(known: Known) -> Vector:
    """Return how many rows each row is."""
    return np.ones(len(known.y)) if known.weight is None else in_rows(known.weight)


def _shrunk(error: Vector, rows: Vector, apart: float) -> Vector:
    """Return the errors of the mean of networks that disagree, from those of each."""
    square = float(np.average(error**2, weights=rows))
    return error * np.sqrt(max(1.0 - apart / square, _LEAST_SHARE)) if square > 0 else error
