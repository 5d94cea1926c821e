"""Checked validation rows; messages name the arguments that were passed: X_val, y_val."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

from sknn._validation.arrays import Rows, check_some_weight
from sknn._validation.messages import located
from sknn.training.warnings import users_level

# Names of columns and entries are quoted.
_NAMES = re.compile(r"(?<!['\"\w])(X|y|sample_weight)(?!['\"\w])")


def check_unlabeled_validation(
    estimator: Any, X_val: Any, sample_weight_val: Any, dtypes: Any
) -> Rows | None:
    """Return the checked validation rows of a user, None if there are none."""
    if X_val is None:
        if sample_weight_val is not None:
            raise ValueError("sample_weight_val was passed without X_val.")
        return None
    rows = _read(
        lambda: estimator._check_rows(X_val, None, sample_weight_val, dtypes, reset=False),
        "X_val" if sample_weight_val is None else "X_val or sample_weight_val",
    )
    check_some_weight(rows.weight)
    return rows


def check_validation(
    estimator: Any, X_val: Any, y_val: Any, sample_weight_val: Any, dtypes: Any
) -> Rows | None:
    """Return the validation rows of a user, read like training rows; None if there are none."""
    if X_val is None and y_val is None:
        if sample_weight_val is not None:
            raise ValueError("sample_weight_val was passed without X_val and y_val.")
        return None
    if X_val is None or y_val is None:
        missing = "X_val" if X_val is None else "y_val"
        raise ValueError(f"X_val and y_val must be passed together; {missing} is missing.")
    rows = _read(
        lambda: estimator._check_rows(X_val, y_val, sample_weight_val, dtypes, False),
        "X_val, y_val or sample_weight_val",
    )
    check_some_weight(rows.weight)
    return rows


def about_validation(error: Exception, where: str) -> TypeError | ValueError:
    """Return an error about X, y, or weights with the names of the validation arguments.

    Parameters
    ----------
    error : Exception
    where : str
        The argument to name if the error names none.
    """
    words = _words(str(error))
    if words == str(error) and not re.search(r"\b(X|y|sample_weight)_val\b", words):
        return located(error, where)
    return TypeError(words) if isinstance(error, TypeError) else ValueError(words)


def _words(message: str) -> str:
    return _NAMES.sub(r"\1_val", message)


def _read(read: Callable[[], Rows], where: str) -> Rows:
    """Return the rows that are read; errors and warnings name the arguments of the user."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            rows = read()
    except (TypeError, ValueError) as error:
        raise about_validation(error, where) from error
    except Warning as warning:  # where warnings are errors
        raise type(warning)(_words(str(warning))) from warning
    for each in caught:
        warnings.warn(_words(str(each.message)), each.category, stacklevel=users_level())
    return rows
