"""Checked arrays that a call of fit passes to training."""

from __future__ import annotations

import math
import numbers
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import check_array, column_or_1d

from sknn._sklearn import validate_data
from sknn._validation.messages import naming_arguments
from sknn._validation.sparse import reject_broken
from sknn.core.row_order import in_order

_FLOATS = (float, np.floating)
_PLAIN = (bool, int, np.bool_, np.integer, *_FLOATS)


@dataclass
class Rows:
    """Some rows: inputs, the user's y, weights.

    Attributes
    ----------
    x : ndarray or CSR of shape (n, d)
    y : ndarray or CSR
        As the user means it, not encoded.
    weight : ndarray of shape (n,) or None
    doubt : str or None
        How X was read, and what to pass if, as is likely, that is wrong.
    """

    x: Any
    y: Any
    weight: NDArray | None
    doubt: str | None = None

    def take(self, index: NDArray) -> Rows:
        """Return the rows at `index`; rows that are their own targets stay so."""
        weight = None if self.weight is None else self.weight[index]
        x = self.x[index]
        return Rows(x, x if self.y is self.x else self.y[index], weight)


def input_dtypes(dtype: Any) -> Any:
    """Return the dtypes that `validate_data` may keep, for the `dtype` of an estimator."""
    return [np.float64, np.float32] if dtype == "auto" else [np.dtype(dtype)]


def reject_odd_arrays(values: Any, name: str) -> None:
    """Raise for data that NumPy would silently turn into wrong numbers.

    Raises
    ------
    TypeError
        For dates and time spans, which would be read as raw counts of ticks, for records,
        and for frames that are not computed yet.
    ValueError
        For masked arrays with masked entries, whose mask would be dropped, and for sparse matrices
        that point outside of themselves.
    """
    reject_lazy(values, name)
    reject_broken(values, name)
    for dtype in _dtypes(values):
        if _tells_time(dtype):
            raise TypeError(
                f"{name} holds dates or time spans ({dtype}); convert them to numbers first, "
                "for example to days since a fixed date."
            )
        reject_records(dtype, name)
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise ValueError(
            f"{name} is a masked array with masked entries, which count as missing values; "
            "impute them first, for example with sklearn.impute.SimpleImputer."
        )


def reject_lazy(values: Any, name: str) -> None:
    """Raise a TypeError for frames that are not computed yet."""
    if hasattr(values, "collect") and not hasattr(values, "__len__"):
        raise TypeError(f"{name} is lazy ({type(values).__name__}); pass {name}.collect().")


def reject_records(dtype: Any, name: str) -> None:
    """Raise a TypeError for arrays whose entries have fields."""
    if isinstance(dtype, np.dtype) and dtype.kind == "V":
        raise TypeError(
            f"{name} holds records ({dtype}); pass a plain array with one column per field."
        )


def _dtypes(values: Any) -> list[Any]:
    """Return the types of the columns of a frame, or of the entries of an array."""
    if hasattr(values, "dtypes") and hasattr(values, "columns"):  # pandas, polars
        return list(values.dtypes)
    if hasattr(values, "schema") and hasattr(values, "column_names"):  # pyarrow
        return list(values.schema.types)
    times = (np.datetime64, np.timedelta64)
    found = {each.dtype for each in _objects(values) if isinstance(each, times)}
    return [*found] or [getattr(values, "dtype", getattr(values, "type", None))]


def _objects(values: Any) -> Iterator[Any]:
    """Yield the entries that NumPy would convert one by one: of lists and object arrays."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "O":
        yield from values.flat
    elif isinstance(values, (list, tuple)):
        for each in values:
            yield from each if isinstance(each, (list, tuple)) else (each,)


def _tells_time(dtype: Any) -> bool:
    if hasattr(dtype, "kind"):
        return dtype.kind in ("M", "m")
    # Polars and pyarrow name their types; they have no kind.
    return str(dtype).lower().startswith(("date", "duration", "time"))


def check_columns(X: Any) -> None:
    """Raise if two columns of a frame have the same name, because names identify columns."""
    columns = list(getattr(X, "column_names", getattr(X, "columns", ())))
    twice = [name for name, times in Counter(columns).items() if times > 1]
    if twice:
        raise ValueError(f"X has more than one column named {twice}; rename them.")


def check_inputs(estimator: Any, X: Any, dtypes: Any) -> Any:
    """Return X for a fitted estimator, checked against the rows it was fitted on."""
    reject_odd_arrays(X, "X")
    with naming_arguments(X=X):
        X = validate_data(estimator, X, accept_sparse="csr", dtype=dtypes, reset=False)
    return _canonical(X)


def _canonical(X: Any) -> Any:
    """Return CSR rows with ascending indices, none of them twice: sums follow their order."""
    if not sp.issparse(X) or X.has_canonical_format:
        return X
    X = X.copy()
    X.sum_duplicates()
    return X


def check_matrix(X: Any, dtype: Any) -> NDArray:
    """Return X as a dense matrix, for arrays other than rows of the table in fit."""
    reject_odd_arrays(X, "X")
    with naming_arguments(X=X):
        return check_array(X, dtype=[dtype], input_name="X")


def check_rows(
    estimator: Any, X: Any, y: Any, sample_weight: Any, *, dtypes: Any, reset: bool, numeric: bool
) -> Rows:
    """Return checked training rows and record the features seen (`reset`)."""
    reject_odd_arrays(X, "X")
    reject_odd_arrays(y, "y")
    check_columns(X)
    if numeric and sp.issparse(y):
        raise TypeError("y is sparse, but a regression target must be dense; pass y.toarray().")
    if hasattr(y, "tocsr") and y.ndim == 1:
        # SciPy converts one axis to CSR from version 1.14 on.
        _check_indicator(y)
    with naming_arguments(X=X, y=y):
        X, y = validate_data(
            estimator,
            X,
            y,
            accept_sparse="csr",
            multi_output=True,
            y_numeric=numeric,
            dtype=dtypes,
            reset=reset,
        )
        y = _shaped(y, numeric)
    return Rows(_canonical(X), y, check_weight(sample_weight, X.shape[0]))


def check_target(y: Any, numeric: bool) -> Any:
    """Return a checked target by itself, of shape (n,) or (n, k), with scikit-learn's errors."""
    y = _target_array(y, numeric)
    with naming_arguments(y=y):
        return _shaped(y, numeric)


def check_truth(y: Any, numeric: bool) -> Any:
    """Return a checked y to compare predictions with, without a warning for a single column."""
    y = _target_array(y, numeric)
    with naming_arguments(y=y):
        return _shaped(y.ravel() if y.shape[1:] == (1,) and not sp.issparse(y) else y, numeric)


def _target_array(y: Any, numeric: bool) -> Any:
    reject_odd_arrays(y, "y")
    if y is None:
        raise ValueError("This estimator requires y to be passed, but the target y is None.")
    if numeric and sp.issparse(y):
        raise TypeError("y is sparse, but a regression target must be dense; pass y.toarray().")
    if hasattr(y, "tocsr") and y.ndim == 1:
        # SciPy converts one axis to CSR from version 1.14 on.
        _check_indicator(y)
    with naming_arguments(y=y):
        y = check_array(y, accept_sparse="csr", ensure_2d=False, dtype=None, input_name="y")
    if y.ndim == 0:
        raise ValueError(f"y is a single value, {y.item()!r}; pass one for each row of X.")
    return y


def _shaped(y: Any, numeric: bool) -> Any:
    """Return y as numbers, if it is `numeric`, and without a second axis that it does not need."""
    if numeric and y.dtype.kind not in "biuf":
        # Numbers given as text.
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
    if numeric:
        # None among objects has become NaN after scikit-learn looked.
        assert_all_finite(y, input_name="y")
    if not sp.issparse(y) and y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    if sp.issparse(y):
        _check_indicator(y)
    return in_order(y if numeric else plain_numbers(y))


def _check_indicator(y: Any) -> None:
    """Raise if a sparse y does not mark labels."""
    if y.ndim != 2 or y.shape[1] < 2 or not np.isin(y.data, (0, 1)).all():
        raise ValueError(
            f"y is sparse, of shape {y.shape}; a sparse y is an indicator matrix with one column "
            "per label, and must hold only 0 and 1. Pass anything else as an array: y.toarray(), "
            "and for a single column y.toarray().ravel()."
        )


def plain_numbers(values: Any) -> Any:
    """Return an array of objects that are all numbers as numbers, and others as they are."""
    if getattr(getattr(values, "dtype", None), "kind", None) != "O":
        return values
    objects = np.asarray(values)
    if not objects.size or not all(isinstance(each, _PLAIN) for each in objects.flat):
        return values
    # NumPy converts whole numbers of two types to floats.
    entries = [i.item() if isinstance(i, np.generic) else i for i in objects.flat]
    plain = np.array(entries).reshape(objects.shape)
    # Labels beyond int64 would be rounded.
    rounded = plain.dtype.kind == "f" and not any(isinstance(i, _FLOATS) for i in objects.flat)
    return values if rounded else plain


def check_array_rows(estimator: Any, X: Any, dtypes: Any, reset: bool) -> Any:
    """Return checked rows, dense or CSR, and record the features seen (`reset`)."""
    reject_odd_arrays(X, "X")
    check_columns(X)
    with naming_arguments(X=X):
        X = validate_data(estimator, X, accept_sparse="csr", dtype=dtypes, reset=reset)
    return _canonical(X)


def check_unlabeled(estimator: Any, X: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
    """Return checked rows that are their own targets, and record the features seen (`reset`)."""
    X = check_array_rows(estimator, X, dtypes, reset)
    return Rows(X, X, check_weight(sample_weight, X.shape[0]))


def check_some_weight(weight: NDArray | None, name: str = "sample_weight_val") -> None:
    """Raise if every weight is zero."""
    if weight is not None and not weight.any():
        raise ValueError(f"{name} must hold at least one weight that is not zero.")


def check_weight(sample_weight: Any, n_rows: int, name: str = "sample_weight") -> NDArray | None:
    """Return sample weights as a float64 vector, or None.

    Raises
    ------
    ValueError
        If they are not one finite, non-negative number per row.
    """
    if sample_weight is None:
        return None
    is_complex = isinstance(sample_weight, (complex, np.complexfloating))
    if isinstance(sample_weight, numbers.Number) and not is_complex:
        sample_weight = np.full(n_rows, sample_weight, np.float64)
    reject_odd_arrays(sample_weight, name)
    try:
        weight = check_array(sample_weight, ensure_2d=False, dtype=np.float64, input_name=name)
    except (TypeError, ValueError, OverflowError) as error:
        # A message without the argument is about NumPy's internals.
        more = (
            f": {error}" if name in str(error) else f"; it is, or holds, {_short(sample_weight)}."
        )
        raise ValueError(f"{name} must be one number for each row{more}") from error
    if weight.ndim != 1:
        raise ValueError(f"{name} must be 1D array or scalar; got {weight.ndim} dimensions.")
    if len(weight) != n_rows:
        raise ValueError(f"{name}.shape == {weight.shape}, expected {(n_rows,)}!")
    if (weight < 0).any():
        raise ValueError(f"Negative values in data passed to `{name}`; weights must be >= 0.")
    _check_total(weight, name)
    return in_order(weight)


def _short(values: Any) -> str:
    text = " ".join(repr(values).split())
    return text if len(text) < 60 else f"{text[:60]}..."


def _check_total(weight: NDArray, name: str) -> None:
    """Raise if the penalty, which is divided by the sum of weights, would be 0 or NaN."""
    with np.errstate(over="ignore"):
        total = weight.sum()
    if total != 0 and not np.finfo(np.float64).tiny <= total < np.inf:
        raise ValueError(
            f"{name} sums to {total}, by which the penalty cannot be divided; multiply all "
            f"weights by "
            "a constant that brings them near 1."
        )


def shares(weight: NDArray | None, dtype: Any) -> NDArray | None:
    """Return weights of validation rows as shares of the largest, as a column, or None."""
    # Divided in float64: in float32 weights of 1e300 or 1e-42 would not survive.
    return None if weight is None else (weight / weight.max()).astype(dtype)[:, None]


def training_rows(weight: NDArray | None, may_be_empty: bool) -> NDArray | None:
    """Return the indices of rows with a positive weight, None if that is every row."""
    if weight is None or (weight > 0).all():
        return None
    rows = np.flatnonzero(weight)
    if not len(rows) and not may_be_empty:
        raise ValueError(
            "Every row has weight zero; sample_weight, times class_weight, must leave at least one "
            "weight that is not zero."
        )
    return rows


def split_rows(
    rows: NDArray | None, n: int, fraction: float, seed: int, strata: NDArray | None
) -> tuple[NDArray, NDArray]:
    """Return the indices of training and validation rows.

    Parameters
    ----------
    rows : ndarray of int or None
        The rows to split; None means all `n`.
    strata : ndarray of shape (n,) or None
        Groups whose shares both parts keep.

    Raises
    ------
    ValueError
        If there are too few rows for a validation set of two.
    """
    rows = np.arange(n) if rows is None else rows
    n_held_out = math.ceil(fraction * len(rows))
    if not 2 <= n_held_out < len(rows):
        what, which = ("validation", "Increase") if n_held_out < 2 else ("training", "Decrease")
        raise ValueError(
            f"The {what} set is too small. {which} 'validation_fraction' or increase the size of "
            f"your dataset: of {len(rows)} sample(s) {n_held_out} would be held out for "
            "early_stopping=True. Or pass X_val and y_val."
        )
    groups = None if strata is None else strata[rows]
    train, held_out = train_test_split(
        rows,
        test_size=n_held_out,
        random_state=seed,
        stratify=groups if _can_be_kept(groups, n_held_out) else None,
    )
    return np.sort(train), np.sort(held_out)


def _can_be_kept(groups: NDArray | None, n_held_out: int) -> bool:
    """Whether every group can be on both sides of a split."""
    if groups is None:
        return False
    counts = np.unique(groups, return_counts=True)[1]
    return bool(counts.min() > 1 and len(counts) <= min(n_held_out, len(groups) - n_held_out))


def class_weights(
    class_weight: Any, codes: NDArray, classes: NDArray, weight: NDArray | None
) -> NDArray:
    """Return the weight of each row from its class.

    Parameters
    ----------
    class_weight : dict or "balanced"
        By label; labels that are not named count 1. Balanced: total weight over
        number of classes times the weight of the class.
    codes : ndarray of shape (n,)
    classes : ndarray
    weight : ndarray of shape (n,) or None
        Sample weights, which "balanced" takes into account.
    """
    if isinstance(class_weight, str):
        totals = np.bincount(codes, weights=weight, minlength=len(classes))
        present = totals > 0
        per_class = np.zeros(len(classes))
        per_class[present] = totals.sum() / (present.sum() * totals[present])
        return per_class[codes]
    labels = set(classes.tolist())
    unknown = [label for label in class_weight if label not in labels]
    # A fold may lack a rare class; but if labels lack a weight, too, the keys are misspelled.
    if unknown and not labels <= set(class_weight):
        raise ValueError(
            f"class_weight names {unknown}, which are not classes of y; the classes are {classes}."
        )
    wanted = [class_weight.get(label, 1.0) for label in classes.tolist()]
    numeric = all(isinstance(value, numbers.Real) for value in wanted)
    per_class = np.array(wanted if numeric else [np.nan], np.float64)
    if not np.isfinite(per_class).all() or (per_class < 0).any():
        raise ValueError(f"class_weight must hold finite numbers >= 0; got {class_weight!r}.")
    return per_class[codes]
