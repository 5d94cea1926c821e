"""Warnings about data that can be trained on but are probably a mistake, with remedies."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sknn.core.layers import Layer
from sknn.core.network import Network
from sknn.core.row_order import in_order
from sknn.estimators.fit.state import FitState
from sknn.exceptions import DataScaleWarning, OneHotTargetWarning, ShapeWarning
from sknn.preprocessing.rounding import Ranges, precision_of
from sknn.training.warnings import users_level

# A column is judged by this many rows, or fewer if there are many columns.
_ROWS = 4096
_NUMBERS = 1 << 22
_FEWEST_ROWS = 64

_FAR = (10.0, 100.0)
"""A mean beyond the first, and beyond this many standard deviations, is too far from zero."""
_TINY = 1e-3
"""A column without a larger number is too small."""
_FAR_TARGET = 10.0
"""Distance of medians, and of the quartiles of y_val, beyond which it is in other units than y, in
distances of the quartiles of y."""
_FEWEST_TARGETS = 20
_NAMED = 5
_LOOKED_AT = 30
"""Number of columns that are checked to see whether X has gone through a scaler."""


@dataclass
class Columns:
    """Figures of every column from some rows, or of every channel if rows have a shape.

    Attributes
    ----------
    n_rows : int
    mean, std, low, high, peak : ndarray of shape (n_features,)
        Peak is the largest absolute value.
    varies : ndarray of bool
    dtype : dtype
        That of X.
    """

    n_rows: int
    mean: NDArray
    std: NDArray
    low: NDArray
    high: NDArray
    peak: NDArray
    varies: NDArray
    dtype: np.dtype

    @classmethod
    def of(cls, x: Any, rows: NDArray | None = None) -> Columns:
        """Measure evenly spaced rows; nothing random, and sparse rows stay sparse."""
        sample = _evenly(x, rows)
        with np.errstate(over="ignore", invalid="ignore"):
            return cls._sparse(sample) if sp.issparse(sample) else cls._dense(sample)

    @classmethod
    def _dense(cls, rows: NDArray) -> Columns:
        sample = _places(in_order(rows))
        low, high = sample.min(axis=0), sample.max(axis=0)
        mean = sample.mean(axis=0, dtype=np.float64)
        spread = sample - mean
        std = np.sqrt(np.einsum("ij,ij->j", spread, spread) / len(sample))
        peak = np.maximum(-low, high)
        return cls(len(rows), mean, std, low, high, peak, high > low, rows.dtype)

    @classmethod
    def _sparse(cls, sample: Any) -> Columns:
        dtype, sample = sample.dtype, sample.astype(np.float64)
        low, high = (_row(part) for part in (sample.min(axis=0), sample.max(axis=0)))
        mean, square = (_row(part.mean(axis=0)) for part in (sample, sample.multiply(sample)))
        std = np.sqrt(np.maximum(square - mean**2, 0.0))
        peak = np.maximum(-low, high)
        return cls(sample.shape[0], mean, std, low, high, peak, high > low, dtype)

    def badly_scaled(self, largest: float) -> NDArray:
        """Return whether a column is too large, has too little spread, or may be too small."""
        offset, ratio = _FAR
        size = np.abs(self.mean)
        large = ~(np.hypot(self.mean, self.std) <= largest)
        far = self.varies & (size > offset) & (size > ratio * self.std)
        return large | far | self.may_be_tiny

    @property
    def may_be_tiny(self) -> NDArray:
        """Whether no larger number was seen; rows that were not checked may hold one."""
        return self.varies & (self.peak < _TINY)

    @property
    def may_be_rounding(self) -> NDArray:
        """Whether a column varies by no more than rounding errors."""
        precision = np.full(len(self.low), precision_of(self.dtype))
        ranges = Ranges(self.low, self.high, self.peak, precision)
        return ranges.close | ranges.near_zero()


def _places(x: NDArray) -> NDArray:
    """Return the points of images, or the steps of sequences, as rows, without missing ones."""
    if x.ndim == 2:
        return x
    flat = x.reshape(-1, x.shape[-1])
    missing = np.isnan(flat[:, 0])
    return flat[~missing] if missing.any() else flat


def _peak(x: Any) -> NDArray:
    """Return the largest absolute value of every column, or channel, in any memory order."""
    if sp.issparse(x):
        return np.maximum(_row(x.max(axis=0)), -_row(x.min(axis=0)))
    axes = tuple(range(x.ndim - 1))
    # Missing steps are skipped.
    return np.maximum(np.fmax.reduce(x, axes), -np.fmin.reduce(x, axes))


def _row(values: Any) -> NDArray:
    """Return a matrix, sparse row, or vector of SciPy as a vector."""
    return np.ravel(values.toarray() if sp.issparse(values) else values)


def _evenly(x: Any, rows: NDArray | None) -> Any:
    """Return at most about `_ROWS` rows of x, at equal distances."""
    limit = min(_ROWS, max(_FEWEST_ROWS, _NUMBERS // prod(x.shape[1:])))
    step = -(-(x.shape[0] if rows is None else len(rows)) // limit)
    return x[::step] if rows is None else x[rows[::step]]


def warn_of_data(state: FitState) -> None:
    """Check the data of a fresh run and warn about probable mistakes."""
    x, rows = state.train.x, state.rows_used
    if state.train.doubt is not None:
        _warn(state.train.doubt, ShapeWarning)
    if not state.estimator._scales_columns and not _bears_any_scale(state.network):
        columns = Columns.of(x, rows)
        _warn_of_scales(state, columns)
        if state.validation is not None:
            _warn_of_validation(*_comparable(columns, x, rows, state.validation.x))
    if state.targets.task == "regression" and state.call.X_val is not None:
        _warn_of_validation_target(state)
    if state.targets.task == "multilabel" and state.train.y is not x:
        _warn_of_one_hot(state.targets.answers_of(state.train.y))


def _bears_any_scale(network: Network) -> bool:
    """Whether the first layer that counts works with inputs on any scale."""
    return any(layer.bears_any_scale for layer in _front(network))


def _front(network: Network) -> Sequence[Layer]:
    """Return the layers up to the first that counts for the scale of its inputs."""
    layers = network.layers
    counts = (i for i, each in enumerate(layers) if each.bears_any_scale or each.has_units)
    return layers[: next(counts, len(layers)) + 1]


def _warn(message: str, category: type[Warning]) -> None:
    warnings.warn(message, category, stacklevel=users_level())


def _warn_of_scales(state: FitState, columns: Columns) -> None:
    x, scale = state.train.x, state.targets.scale
    seen = replace(
        columns, mean=columns.mean / scale, std=columns.std / scale, peak=columns.peak / scale
    )
    largest = min(layer.largest_scale for layer in _front(state.network))
    bad, tiny = seen.badly_scaled(largest), seen.may_be_tiny
    if tiny.any() and columns.n_rows < x.shape[0]:
        peak = _peak(x)
        bad &= ~(tiny & (peak / scale >= _TINY))
    if not bad.any():
        return
    noise = bad & columns.may_be_rounding
    remedy = _remedy(state, x.ndim)
    told = [
        *_told(
            state,
            columns,
            bad & ~noise,
            "on a scale on which networks learn poorly",
            f"Scale them, for example {remedy}.",
        ),
        *_told(
            state,
            columns,
            noise,
            "that vary by no more than rounding errors",
            "Leave them out, or use fewer components if they come from PCA or TruncatedSVD. If "
            f"they hold real quantities in large units, scale them, for example {remedy}.",
        ),
    ]
    _warn(" ".join(told), DataScaleWarning)


def _told(
    state: FitState, columns: Columns, which: NDArray, trouble: str, advice: str
) -> Iterator[str]:
    """Give the warning about some columns, if there are any."""
    if which.any():
        shaped = state.train.x.ndim > 2
        named = _named(np.flatnonzero(which), columns, state.estimator, shaped)
        yield f"X has {'channels' if shaped else 'columns'} {trouble}: {named}. {advice}"


def _remedy(state: FitState, n_axes: int) -> str:
    if n_axes > 3:
        return (
            "by dividing pixels by the largest value they can have, such as 255, in training and "
            "in prediction"
        )
    if n_axes > 2:
        return "by (X - mean) / std, with the mean and std of the training data also in prediction"
    scaler = "MaxAbsScaler" if sp.issparse(state.train.x) else "StandardScaler"
    return f"with make_pipeline({scaler}(), {type(state.estimator).__name__}(...))"


def _named(indices: NDArray, columns: Columns, estimator: Any, shaped: bool) -> str:
    names = None if shaped else getattr(estimator, "feature_names_in_", None)
    kind = "channel" if shaped else "column"
    told = [
        f"{f'{kind} {i}' if names is None else repr(str(names[i]))} "
        f"(mean {columns.mean[i]:.3g}, standard deviation {columns.std[i]:.3g})"
        for i in indices[:_NAMED]
    ]
    more = len(indices) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def _comparable(columns: Columns, x: Any, rows: NDArray | None, x_val: Any) -> tuple:
    """Return figures of the columns of X and X_val, and whether X went through a scaler.

    Rows with a shape are flattened, as a scaler has seen them, unless steps are missing.
    """
    if x.ndim > 2 and x.shape[1:] == x_val.shape[1:]:
        flat, flat_val = x.reshape(len(x), -1), x_val.reshape(len(x_val), -1)
        if np.isfinite(flat.sum()) and np.isfinite(flat_val.sum()):
            return Columns.of(flat, rows), Columns.of(flat_val), _was_scaled(flat)
    return columns, Columns.of(x_val), x.ndim == 2 and _was_scaled(x)


def _was_scaled(x: Any) -> bool:
    """Whether nearly all columns have round statistics, as the columns of a fitted scaler have."""
    wanted = np.linspace(0, x.shape[1] - 1, min(x.shape[1], _LOOKED_AT)).astype(int)
    some = x[:, wanted] if isinstance(x, np.ndarray) else x[:, wanted].toarray()
    low, first, middle, third, high = np.percentile(some, (0, 25, 50, 75, 100), axis=0)
    mean, std = some.mean(axis=0, dtype=np.float64), some.std(axis=0, dtype=np.float64)
    varies = high > low
    scaled = (
        (_near(mean, 0) & _near(std, 1))
        | (_near(low, 0) & _near(high, 1))
        | (_near(middle, 0) & _near(third - first, 1))
        | _near(np.maximum(-low, high), 1)
    )
    return bool(varies.any() and scaled[varies].mean() >= 0.9)


def _near(values: NDArray, wanted: float) -> NDArray:
    return np.abs(values - wanted) < 1e-4


def _warn_of_validation(columns: Columns, val: Columns, was_scaled: bool) -> None:
    """Warn if X_val seems not to have gone through the same steps as X."""
    share = _share_off(columns, val, was_scaled)
    # Of a few columns, one or two may drift in time; of many, some agree on both scales.
    if share >= (0.5 if len(columns.mean) < 10 else 0.3):
        _warn(
            f"X_val is on a different scale than X in {share:.0%} of the columns, as if X had been "
            "transformed, but not X_val. In a pipeline, use Pipeline(..., "
            'transform_input=["X_val"]), sklearn.set_config(enable_metadata_routing=True) and '
            "set_fit_request(X_val=True, y_val=True) on the network; otherwise transform X_val "
            "like X.",
            DataScaleWarning,
        )


def _share_off(train: Columns, val: Columns, was_scaled: bool) -> float:
    """Return the share of columns whose mean or spread in `val` no random split explains."""
    known = train.varies & (train.std > 0)
    if not known.any() or train.n_rows < 10:
        return 0.0
    std, val_std = train.std[known], val.std[known]
    shift = np.abs(val.mean - train.mean)[known] / std
    # Columns are correlated, so a few rows may lie far out in all of them.
    off = (shift > 2.0 + 10.0 / np.sqrt(val.n_rows)) | (val_std > 10.0 * std)
    if val.n_rows >= 10:
        # In a split, a rare column may be constant, and one with a few huge values may look narrow.
        even = val.varies[known] & (train.peak[known] < 10.0 * np.hypot(train.mean[known], std))
        off |= even & (val_std < 0.1 * std)
        # Some rows of X, such as a group or the last ones, are often narrower than all, but seldom
        # wider.
        wide = off | even & (val_std > (1.6 + 5.0 / np.sqrt(val.n_rows)) * std)
        if was_scaled and wide.mean() >= 0.5:
            off = wide
    return float(off.mean())


def _warn_of_validation_target(state: FitState) -> None:
    """Warn if y_val seems to be in other units than y."""
    if state.validation is None or state.train.y is state.train.x:
        return
    y, y_val = state.train.y, state.validation.y
    y = y if state.rows_used is None else y[state.rows_used]
    if min(len(y), len(y_val)) < _FEWEST_TARGETS or y.ndim > 2:
        return
    low, middle, high = _quartiles(y)
    low_val, middle_val, high_val = _quartiles(y_val)
    most = _FAR_TARGET * (high - low)
    off = (np.abs(middle_val - middle) > most) | (high_val - low_val > most)
    # Where many numbers are the smallest one, as many zeros, quartiles say little.
    off &= (high > low) & (low > y.reshape(len(y), -1).min(axis=0))
    if 2 * off.sum() < len(off) or not off.any():
        return
    first = int(off.argmax())
    _warn(
        "y_val is on a different scale than y, as if y had been transformed, but not y_val (medians"
        f" {middle_val[first]:.3g} and {middle[first]:.3g}). TransformedTargetRegressor does not "
        "transform y_val: pass it in the units in which the network is trained, for example "
        "np.log1p(y_val) with func=np.log1p.",
        DataScaleWarning,
    )


def _quartiles(y: NDArray) -> NDArray:
    return np.percentile(y.reshape(len(y), -1).astype(np.float64), (25, 50, 75), axis=0)


def _warn_of_one_hot(y: Any) -> None:
    if y.shape[1] < 2 or not (_row(y.sum(axis=1)) == 1).all():
        return
    codes = "np.ravel(y.argmax(axis=1))" if sp.issparse(y) else "y.argmax(axis=1)"
    _warn(
        f"y has exactly one 1 in every row and is read as {y.shape[1]} independent labels "
        "(multi-label), of which a row may have any number. If its columns are the classes of one "
        f"label (one-hot), pass {codes}. If you mean several labels per row, silence this with "
        'warnings.simplefilter("ignore", sknn.exceptions.OneHotTargetWarning).',
        OneHotTargetWarning,
    )
