"""Lists of sequences of different lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_array

from sknn._validation.arrays import reject_odd_arrays
from sknn._validation.messages import located
from sknn._validation.row_shapes import is_array_of_objects, reject_uneven


def n_axes(X: Any) -> int:
    """Return the number of axes of X; scikit-learn raises if it is not an array."""
    shape = getattr(X, "shape", None)
    if isinstance(shape, tuple):
        return len(shape)
    depth = 0
    while isinstance(X, (list, tuple)) and len(X):
        X, depth = X[0], depth + 1
    # Images of other libraries convert themselves, but have no shape.
    converts = hasattr(X, "__array_interface__") and not hasattr(X, "shape")
    return depth + (np.ndim(X) if converts else len(getattr(X, "shape", ())))


def unpacked(X: Any) -> Any:
    """Return an array of objects, or a Series, whose items are arrays as a list of them."""
    holds_arrays = is_array_of_objects(X) and len(X) > 0 and n_axes(next(iter(X))) > 0
    return list(X) if holds_arrays else X


def is_list(X: Any) -> bool:
    """Whether X is a list whose items are sequences, of numbers or of steps."""
    return isinstance(X, (list, tuple)) and len(X) > 0 and all(_is_sequence(each) for each in X)


def _is_sequence(value: Any) -> bool:
    if hasattr(value, "shape"):
        return value.shape != ()
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes, dict))


def are_lists_of_numbers(X: Any) -> bool:
    """Whether a list holds equally long lists of numbers, which one array can hold as well."""
    flat = isinstance(X[0], (list, tuple)) and n_axes(X) == 2 and len(X[0]) > 0
    return flat and len({len(each) for each in X}) == 1


def n_steps(sequence: Any, channels_first: bool) -> int:
    """Return the length of one sequence of a list."""
    across = channels_first and n_axes(sequence) > 1
    return np.shape(sequence)[1] if across else len(sequence)


def padded(X: Any, dtype: Any, channels_first: bool) -> NDArray:
    """Return sequences stacked in one array, with NaN after the end of shorter ones.

    Parameters
    ----------
    X : list of array-like of shape (n_steps,) or (n_steps, n_features)
    dtype : list of dtype
        What may be kept; the first one is what anything else becomes.
    channels_first : bool
        Sequences are (n_features, n_steps).

    Returns
    -------
    x : ndarray of shape (n, most steps, n_features)
    """
    series = [_one(each, i, dtype, channels_first) for i, each in enumerate(X)]
    _check_features(series, channels_first)
    longest = max(len(each) for each in series)
    kind = np.result_type(*{each.dtype for each in series})
    x = np.full((len(series), longest, series[0].shape[1]), np.nan, kind)
    for row, each in zip(x, series, strict=True):
        row[: len(each)] = each
    return x


def _one(sequence: Any, i: int, dtype: Any, channels_first: bool) -> NDArray:
    name = f"X[{i}]"
    reject_odd_arrays(sequence, name)
    try:
        one = check_array(
            sequence,
            dtype=dtype,
            ensure_2d=False,
            ensure_all_finite="allow-nan",
            ensure_min_samples=0,
            ensure_min_features=0,
            input_name="X",
        )
    except (TypeError, ValueError, OverflowError) as error:
        reject_uneven(sequence, name)
        raise located(error, name) from error
    if not one.size:
        raise ValueError(
            f"{name} is a sequence of shape {one.shape}, which holds no numbers; leave it out."
        )
    if one.ndim == 1:
        return one[:, None]
    return one.T if channels_first else one


def _check_features(series: list[NDArray], channels_first: bool) -> None:
    """Raise if steps of two sequences have different features."""
    counts = [each.shape[1] for each in series]
    odd = next((i for i, count in enumerate(counts) if count != counts[0]), None)
    if odd is None:
        return
    hint = ""
    if len({len(each) for each in series}) == 1:
        # An axis that is equal in all of them is more likely that of the features.
        here, other = ("first", "last") if channels_first else ("last", "first")
        hint = (
            f" With channels={here!r} all have {len(series[0])} steps; if these are the features, "
            f"pass channels={other!r}."
        )
    raise ValueError(
        f"All sequences of X must have the same features; X[0] has {counts[0]} per step and "
        f"X[{odd}] has {counts[odd]}.{hint}"
    )
