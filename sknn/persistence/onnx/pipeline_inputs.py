"""Rows in the form of the inputs of a pipeline of scikit-learn, and the types to declare for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from sknn._sklearn import columns_of_steps
from sknn.estimators.tabular.network import TableNetwork
from sknn.persistence.onnx.columns import read_as, ways_of
from sknn.preprocessing.columns import Coded, Table, read_table
from sknn.preprocessing.encoder import TableEncoder
from sknn.preprocessing.kinds import CATEGORY, DATE, NUMBER, SPAN

_KINDS = {"M": DATE, "m": SPAN, "O": CATEGORY, "U": CATEGORY, "S": CATEGORY, "T": CATEGORY}
_TYPES = {
    np.dtype(kind): name
    for kind, name in [
        (object, "String"),
        (np.int64, "Int64"),
        (np.float64, "Double"),
        (np.float32, "Float"),
        (bool, "Boolean"),
    ]
}
_CALIBRATED = "calibrated_classifiers_"
# Where estimators keep the fitted ones inside.
_INSIDE = (
    "best_estimator_",
    "estimator_",
    "regressor_",
    "estimator",
    "estimators_",
    _CALIBRATED,
)
Readings = dict[Any, tuple[str, str]]
"""The kind of each column by its name or place, and how its text is read."""


def rows_by_column(estimator: Any, X: Any, dtype: DTypeLike | None) -> dict[str, NDArray]:
    """Return each column of a frame as an input of shape (rows, 1), any other X as one input.

    Texts in a list or vector are one input of shape (rows, 1). An array with text and other
    entries has one input for each column, named x0, x1, ...

    Parameters
    ----------
    estimator : estimator of scikit-learn
        Fitted, such as a pipeline that ends in a network.
    X : array-like, sparse matrix or frame
    dtype : dtype or None
        Of numbers; None: float64, and float32 for an X in float32.
    """
    names: Any = getattr(estimator, "feature_names_in_", None)
    if names is None:
        x = X.toarray() if sparse.issparse(X) else np.asarray(X)
        if x.ndim == 1 and x.dtype.kind in "OUT":
            return {"X": x.astype(object)[:, None]}
        if not _has_text(x):
            numbers = x.dtype if x.dtype == np.float32 else np.dtype(np.float64)
            return {"X": np.ascontiguousarray(x, dtype or numbers)}
        names = range(x.shape[1])
    table, readings = read_table(X), _readings(estimator, list(names))
    lost = sorted(set(names) - set(table.labels))
    if lost:
        raise ValueError(f"X must be a frame with all columns of fit; it lacks {lost}.")
    found = {name: _read(table, name, readings.get(name)) for name in names}
    if dtype is not None:
        found = {name: x.astype(dtype) if x.dtype.kind == "f" else x for name, x in found.items()}
    return {name if isinstance(name, str) else f"x{name}": x for name, x in found.items()}


def _has_text(x: NDArray) -> bool:
    """Return whether an array holds text, alone or among entries of other kinds."""
    if x.dtype.kind == "O":
        return any(isinstance(each, str) for each in x.ravel())
    return x.dtype.kind in "UT"


def legal_names(names: Sequence[str]) -> list[str]:
    """Return skl2onnx's names for inputs with these names: letters, digits, and underscores."""
    legal: list[str] = []
    for name in names:
        stem = re.sub(r"^(?=\d)", "_", re.sub(r"[^\w+]", "_", name))
        tries = (f"{stem}{number or ''}" for number in range(len(names)))
        legal.append(next(each for each in tries if each not in legal))
    return legal


def types_of(inputs: dict[str, NDArray]) -> list[tuple[str, Any]]:
    """Return the names and skl2onnx's types of inputs, with any number of rows."""
    data_types = skl2onnx().common.data_types
    return [
        (name, getattr(data_types, f"{_TYPES[rows.dtype]}TensorType")([None, *rows.shape[1:]]))
        for name, rows in inputs.items()
    ]


def skl2onnx() -> Any:
    """Return the package ``skl2onnx``.

    Raises
    ------
    ImportError
        Without it.
    """
    try:
        import skl2onnx as package
    except ImportError as error:
        raise ImportError(
            "Pipelines are converted by the package skl2onnx: pip install skl2onnx."
        ) from error
    return package


def _read(table: Table, name: Any, reading: tuple[str, str] | None) -> NDArray:
    column = table.column(table.labels.index(name))
    if reading is not None:
        return read_as(column, *reading)[:, None]
    kind = "O" if isinstance(column, Coded) else column.dtype.kind
    if kind == "b":
        return column[:, None]
    return read_as(column, _KINDS.get(kind, NUMBER), "")[:, None]


# -- columns that an encoder of sknn reads as they are ------------------------------------------


def _readings(estimator: Any, names: list[Any]) -> Readings:
    """Return how encoders of sknn read the columns of X that reach them as they are.

    `names` has None for columns that earlier steps have changed.
    """
    if isinstance(estimator, Pipeline):
        return _readings_of_steps(estimator, names)
    encoder = estimator.encoder_ if isinstance(estimator, TableNetwork) else estimator
    if isinstance(encoder, TableEncoder):
        readings = zip(names, zip(encoder.kinds_, ways_of(encoder), strict=True), strict=True)
        return {name: reading for name, reading in readings if name is not None}
    found: Readings = {}
    for inner in _inside(estimator):
        found = {**_readings(inner, names), **found}
    return found


def _readings_of_steps(pipeline: Pipeline, names: list[Any]) -> Readings:
    for _, step in pipeline.steps:
        found = _readings(step, names)
        if found:
            return found
        names = _after(step, names)
        if not names:
            break
    return {}


def _inside(estimator: Any) -> Iterator[Any]:
    """Yield the fitted estimators inside searches, ensembles, and the like."""
    for attribute in _INSIDE:
        inner = getattr(estimator, attribute, None)
        for each in inner if isinstance(inner, list) else [inner]:
            part = getattr(each, "estimator", None) if attribute == _CALIBRATED else each
            if _reads_the_same(part, estimator):
                yield part


def _reads_the_same(inner: Any, outer: Any) -> bool:
    """Return whether an estimator is fitted, on the same columns as the one around it."""
    names, around = (getattr(each, "feature_names_in_", None) for each in (inner, outer))
    if names is None:
        width = getattr(inner, "n_features_in_", None)
        return width is not None and width == getattr(outer, "n_features_in_", None)
    return around is not None and np.array_equal(names, around)


def _after(step: Any, names: list[Any]) -> list[Any]:
    """Return the column of X behind each one passed on, None if changed; none if all are."""
    if _is_identity(step):
        return names
    if isinstance(step, Pipeline):
        for _, each in step.steps:
            names = _after(each, names)
        return names
    if not isinstance(step, ColumnTransformer):
        return []
    passed: dict[int, Any] = {}
    width = 0
    for transformer, columns, places in columns_of_steps(step):
        passed |= enumerate(_after(transformer, [names[i] for i in columns]), places.start)
        width = max(width, places.stop)
    return [passed.get(place) for place in range(width)]


def _is_identity(step: Any) -> bool:
    if isinstance(step, FunctionTransformer):
        return step.func is None
    return step is None or step == "passthrough"
