"""Errors of scikit-learn and NumPy about arrays, with the argument and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.utils.validation import check_array, check_consistent_length

from sknn._validation.places import (
    column_at,
    first_column,
    hint_at,
    holds_infinity,
    holds_nan,
    holds_text,
)
from sknn._validation.row_shapes import reject_uneven

_TABLES = (
    "or use TabularMLPClassifier or TabularMLPRegressor, which take missing values and text as "
    "they are."
)
# What is said of missing text: scikit-learn names no argument, and pandas.NA no reason.
_MISSING_TEXT = r"^Input contains NaN|value of NA is ambiguous"
_TOO_MANY_AXES = r"^Found array with dim (\d+)\b.*<= 2"
# Messages of other packages, and their replacements, which may repeat groups in parentheses.
_OWN_WORDS = {
    r"^(Input \S+ contains NaN)\.": (
        f"{{0}}{{where}}. Impute missing values, for example with sklearn.impute.SimpleImputer, "
        f"{_TABLES}"
    ),
    _MISSING_TEXT: (
        "Input {name} contains NaN. Impute missing values, for example with "
        f"sklearn.impute.SimpleImputer, {_TABLES}"
    ),
    r"^(Input \S+ contains infinity or a value too large for \S+)\.$": "{0}{where}.",
    r"could not convert string to float: (.*)": (
        "{name} holds text that cannot be converted to numbers ({0}){where}. Encode it, for "
        f"example with sklearn.preprocessing.OneHotEncoder or OrdinalEncoder, {_TABLES}{{hint}}"
    ),
    r"inhomogeneous shape|setting an array element with a sequence": (
        "{name} has rows of different lengths or shapes, or single entries that are lists; bring "
        "all rows to one shape. Only RNNClassifier and RNNRegressor take a list of sequences of "
        "different lengths."
    ),
    _TOO_MANY_AXES: (
        "{name} has {0} axes, but the estimator reads flat rows: pass np.reshape({name}, "
        "(len({name}), -1)). For images or sequences, use a CNN or RNN estimator, or let `layers` "
        "begin with Reshape."
    ),
    r"Expected 2D array, got 1D array instead:\s*array=\[\]": (
        "{name} is empty; pass at least one row."
    ),
    r"argument must be .* string .*number, not '(.*)'": (
        "{name} is, or holds, an object of type {0}; every entry of the argument must be a real "
        "number, or a string that can be read as a number."
    ),
    r"at least 1 dimension .*got scalar `array\((.*?)(?:, dtype=.*)?\)`": (
        "{name} is a single value, {0}; pass one for each sample."
    ),
    r"Expected 2D array, got scalar array instead:\s*array=(.*?)\.\s*Reshape": (
        "{name} is a single value, {0}; pass an array or a frame with one row for each sample."
    ),
    r"^(Complex data not supported)": (
        "In {name}: {0}; pass real and imaginary parts as separate columns."
    ),
    r"^(Found input variables with inconsistent numbers of samples): \[(\d+), (\d+)\]": (
        "{0}: X has {1} rows and y {2}; they must have the same number of rows."
    ),
    r"^(X has \d+ features?, but \w+ is expecting \d+ features? as input)": (
        "{0}. For the last step of a pipeline, pass pipe[:-1].transform(X)."
    ),
    r"too large to convert|too large for a float|too big to convert": (
        "{name} holds numbers too large for a float."
    ),
}
# None of this helps where the answers are text, or missing.
_OWN_WORDS_FOR_TARGETS = {
    r"^(Input y contains NaN)\.": "{0}. Leave out the rows without a target.",
    _MISSING_TEXT: "Input {name} contains NaN. Leave out the rows without a target.",
    r"could not convert string to float: (.*)": (
        "{name} holds text that cannot be converted to numbers ({0}); only classifiers take labels "
        "that are text."
    ),
    _TOO_MANY_AXES: (
        "{name} has {0} axes, but every row must be flat: pass np.reshape({name}, (len({name}), "
        "-1)), and give predictions their shape again."
    ),
    r"inhomogeneous shape|setting an array element with a sequence": (
        "{name} has entries of different lengths or shapes; every row must have the same number "
        "of targets."
    ),
}
# Imputers and tables have flat rows.
_OWN_WORDS_FOR_IMAGES = {
    r"^(Input \S+ contains NaN)\.": (
        "{0}. Replace missing values before the call, for example with np.nan_to_num, or leave out "
        "the rows that have them."
    ),
}


def located(error: Exception, where: str) -> TypeError | ValueError:
    """Return the error with the argument it is about; its class may be one of NumPy's own."""
    return _kind(error)(f"In {where}: {error}")


def check_same_rows(x: Any, y: Any) -> None:
    """Raise if X, also in converted form, and y have different numbers of rows."""
    with naming_arguments(X=x, y=y):
        check_consistent_length(x, y)


def _kind(error: Exception) -> type[TypeError] | type[ValueError]:
    return TypeError if isinstance(error, TypeError) else ValueError


@contextmanager
def naming_arguments(**arguments: Any) -> Iterator[None]:
    """Let every complaint of scikit-learn and NumPy name the argument it is about.

    Python integers beyond all floats raise an OverflowError, which becomes a ValueError.
    """
    try:
        # Sums of huge numbers overflow while they are checked for infinity.
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except (TypeError, ValueError, OverflowError) as error:
        for name, values in arguments.items():
            if isinstance(values, str) and name.startswith("X"):
                raise _kind(error)(
                    f"{name} is a text, {values!r}. Read a file first, for example with "
                    "pandas.read_csv, and pass what it holds."
                ) from error
            reject_uneven(values, name)
        own = _own_words(str(error), arguments)
        if own is not None:
            raise _kind(error)(own) from error
        if re.search(rf"\b({'|'.join(arguments)})\b", str(error)):
            raise
        of_columns = "feature names should match" in str(error)
        raise located(error, "X" if of_columns else _culprit(arguments)) from error


def _own_words(message: str, arguments: dict[str, Any]) -> str | None:
    """Return a better message, if there is one."""
    about_y = "Input y" in message
    table = _OWN_WORDS_FOR_TARGETS if about_y else _OWN_WORDS
    X = arguments.get("X")
    if not about_y and isinstance(X, np.ndarray) and X.ndim > 2:
        table = table | _OWN_WORDS_FOR_IMAGES
    for pattern, words in table.items():
        found = re.search(pattern, message)
        if found:
            name = _culprit(arguments)
            if name == "y":
                words = _OWN_WORDS_FOR_TARGETS.get(pattern, words)
            # NumPy quotes its own strings with their type.
            told = [re.sub(r"^np\.\w+\((.*)\)$", r"\1", each) for each in found.groups()]
            return words.format(*told, name=name, **_place(told, arguments.get(name)))
    return None


def _place(told: list[str], values: Any) -> dict[str, str]:
    """Return which column of an argument a message is about, and what helps to find it."""
    what = told[0] if told else ""
    if "contains NaN" in what:
        label = first_column(values, holds_nan)
    elif "contains infinity" in what:
        label = first_column(values, holds_infinity)
    elif what.startswith(("'", '"')):
        label = first_column(values, lambda column: holds_text(column, what))
    else:
        label = None
    if label is None:
        return {"where": "", "hint": ""}
    return {"where": f", in {column_at(label)}", "hint": hint_at(label)}


def _culprit(arguments: dict[str, Any]) -> str:
    """Return the last argument that is not an array or, if all are arrays, not numeric."""
    for numeric in (False, True):
        for name, values in reversed(arguments.items()):
            rows = name == "X"
            dtype = np.float64 if rows or numeric else None
            try:
                check_array(values, accept_sparse=True, ensure_2d=rows, dtype=dtype)
            except (TypeError, ValueError, OverflowError):
                return name
    return " and ".join(arguments)
