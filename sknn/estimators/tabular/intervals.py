"""Quantiles of the target, from the errors of predictions on held-out rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.base import Loss
from sknn.estimators.tabular.ridge import evenly, in_rows, ridge
from sknn.estimators.targets.quantiles import places_of

Vector = NDArray[np.float64]

# More errors would add no information, and files would be large.
_MOST_ROWS = 16_384
_FEW_ROWS = 2048
_MOST_KEPT = 2048
# Fewer rows do not show where errors are large; more columns would take too long.
_FEWEST_TO_COMPARE = 50
_MOST_COLUMNS = 512
_N_BINS = 8
_N_PARTS = 5
_PENALTIES = tuple(10.0**power for power in range(6))
# Far from the known rows, the model of scales is constant.
_FAR = 5.0
# Largest share of an error by which the mean of several networks may reduce it.
_LEAST_SHARE = 0.25


@dataclass(frozen=True)
class Answers:
    """Predictions of a network for some rows, in the units of the user.

    Attributes
    ----------
    columns : ndarray of shape (n, d)
        Columns on which the scale of errors may depend.
    linked : ndarray of shape (n, n_raw)
        Outputs of the link: predictions, spreads, quantiles.
    """

    columns: NDArray
    linked: NDArray


@dataclass(frozen=True)
class Known:
    """The true targets of held-out rows.

    Attributes
    ----------
    y : ndarray of shape (n, n_outputs)
        In the units of the user.
    weight : ndarray of shape (n,) or None
    apart : ndarray of shape (n_outputs,)
        Mean squared disagreement of the networks of different folds. The squared error of their
        mean, the prediction, is lower than that of each by this amount.
    """

    y: NDArray
    weight: NDArray | None
    apart: NDArray


class ErrorQuantiles:
    r"""The distribution of errors on rows that were not trained on.

    The i-th of n ascending errors has the level :math:`i / (n + 1)`: a new error from the same
    distribution lies below it with exactly this probability, for any distribution. Levels in
    between are interpolated.

    Parameters
    ----------
    errors : ndarray of shape (n,)
    rows : ndarray of shape (n,)
        Number of rows that each error represents.
    """

    def __init__(self, errors: Vector, rows: Vector) -> None:
        order = np.argsort(errors, kind="stable")
        levels = np.cumsum(rows[order]) / (rows.sum() + 1.0)
        kept = evenly(len(order), _MOST_KEPT)
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
                f"return_quantiles asks for the level {float(outside[0])!r}, and the held-out rows "
                f"are too few for levels outside {low:.4g} and {high:.4g}; fit on more rows, or "
                "pass levels between these."
            )
        return np.interp(levels, self.levels, self.errors)


class Scale:
    r"""The size of errors as a function of a row and its prediction.

    :math:`\log(|r| + \varepsilon)` is a linear function of the columns and a piecewise linear
    function of the prediction, fitted by ridge regression; :math:`\varepsilon` is a tenth of the
    mean :math:`|r|`.

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
        """The scale of every row, estimated from other rows."""

    def of(self, columns: NDArray, prediction: Vector) -> Vector:
        """Return the scale of the errors of other rows."""
        x = self._standardized(self._features(columns, prediction))
        return np.exp(np.clip(x @ self.slopes + self.intercept, self.low, self.high))

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the scales of the held-out rows, which are used only once."""
        return {name: value for name, value in vars(self).items() if name != "unseen"}

    def _features(self, columns: NDArray, prediction: Vector) -> NDArray:
        left, right = self.edges[:-1], self.edges[1:]
        pieces = np.clip((prediction[:, None] - left) / (right - left), 0.0, 1.0)
        few = columns[:, : _MOST_COLUMNS if columns.shape[1] <= _MOST_COLUMNS else 0]
        return np.hstack([few.astype(np.float64), pieces])

    def _standardized(self, x: NDArray) -> NDArray:
        return np.clip((x - self.center) / self.spread, -_FAR, _FAR)


def _of_other_parts(x: NDArray, target: NDArray, rows: Vector) -> Vector:
    """Return for each row the prediction of ridge regression on the other parts of the rows."""
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
    r"""The prediction plus a quantile of the errors, scaled by their size for the row.

    This is split conformal prediction with a normalized score [1]_ on the rows that the networks of
    a fold did not see [2]_. The squared error of the mean of the networks of all folds is lower
    than that of each of them, on average by their mean squared disagreement [3]_, so errors are
    shrunk by a common factor.

    References
    ----------
    .. [1] Lei, G'Sell, Rinaldo, Tibshirani & Wasserman (2018), "Distribution-free predictive
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
    """Quantiles that the network learned, shifted so that they have the right share of rows.

    A constant is added to each level, so that the right share of the held-out targets lies below
    it: conformalized quantile regression [1]_, each level by itself. Errors are shrunk like those
    of :class:`ScaledErrors`.

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
    """Return intervals from held-out rows that count; None if there are fewer than two rows."""
    if len(known.y) < 2:
        return None
    kind = ShiftedQuantiles if loss.levels else ScaledErrors
    return kind(answers, known, loss)


def rows_for_intervals(n_rows: int, weight: NDArray | None) -> NDArray[np.intp]:
    """Return the places of the held-out rows that are used: those that count, but not too many."""
    heavy = np.arange(n_rows) if weight is None else np.flatnonzero(weight > 0)
    return heavy[evenly(len(heavy), _MOST_ROWS)]


def seconds_for_intervals(columns: NDArray, n_outputs: int) -> float:
    """Return the seconds that scales of errors will take, measured on some of the rows.

    Parameters
    ----------
    columns : ndarray of shape (n, d)
        Of the held-out rows that are used.
    n_outputs : int
    """
    some = columns[evenly(len(columns), _FEW_ROWS)]
    if len(some) < _FEWEST_TO_COMPARE:
        return 0.0
    begin = perf_counter()
    Scale(some, some[:, 0], some[:, 0], np.ones(len(some)))
    return (perf_counter() - begin) * n_outputs * len(columns) / len(some)


def _counts(known: Known) -> Vector:
    """Return how many rows each row represents."""
    return np.ones(len(known.y)) if known.weight is None else in_rows(known.weight)


def _shrunk(error: Vector, rows: Vector, apart: float) -> Vector:
    """Return the errors of the mean of the networks, from the errors of each."""
    square = float(np.average(error**2, weights=rows))
    return error * np.sqrt(max(1.0 - apart / square, _LEAST_SHARE)) if square > 0 else error
