"""From a fitted estimator to an ONNX model."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sklearn.base import MetaEstimatorMixin
from sklearn.utils.validation import check_is_fitted

from sknn import search
from sknn.persistence.onnx.families import FAMILIES, ROWS, Family
from sknn.persistence.onnx.graph import Graph, onnx
from sknn.persistence.onnx.pipeline_inputs import legal_names, rows_by_column, types_of

SEARCHES = tuple(
    kind
    for name in search.__all__
    if isinstance(kind := getattr(search, name), type) and issubclass(kind, MetaEstimatorMixin)
)
"""Searches of sknn, whose best estimator is written."""


def to_onnx(estimator: Any, dtype: DTypeLike | None = None, *, part: str | None = None) -> Any:
    """Convert a fitted estimator to an ONNX model, for servers without Python.

    Parameters
    ----------
    estimator : estimator
        Any fitted estimator of sknn. skl2onnx converts pipelines and searches of scikit-learn,
        after :func:`register_skl2onnx`.
    dtype : {"float32", "float64"}, default=None
        Precision of the computation. None: that of training.
    part : str, default=None
        For an :class:`~sknn.AutoEncoder` ``"encoder"`` or ``"decoder"``, for a :class:`~sknn.GAN`
        ``"generator"``, ``"discriminator"``, or ``"features"`` (the discriminator without its last
        layer). None: the first of them.

    Returns
    -------
    model : onnx.ModelProto
        Save it with ``onnx.save``, or pass ``model.SerializeToString()`` to ONNX Runtime.

    Raises
    ------
    ImportError
        If the package onnx is not installed.
    TypeError
        For an estimator, layer, activation, or loss that is not part of sknn.
    ValueError
        For anything that a graph cannot do, such as keeping a state between calls, or for an
        unknown `dtype` or `part`.

    See Also
    --------
    onnx_inputs : Rows in the form of the inputs of the model.
    register_skl2onnx : Pipelines that end in an estimator of sknn.

    Notes
    -----
    The first axis of the inputs may have any length. The inputs are

    - ``X`` of the shape (rows, features), with all axes of images and sequences, channels first
      if the estimator reads them so; sequences may have any length, and NaN marks missing steps;
    - for tables one input per column, of shape (rows, 1), with the name of the column (x0, x1, ...
      without names): float64 for numbers and for time spans in seconds, NaN if missing; int64
      microseconds since 1970 for dates, the lowest int64 if missing; texts for categories, empty if
      missing;
    - ``codes`` of a decoder; ``latent``, standard normal numbers, of a generator, and ``y``, the
      classes, if there are any.

    The outputs of classifiers are ``label`` and ``probabilities``, or ``label`` and ``scores`` if
    the loss gives no probabilities, with columns in the order of ``classes_``; with several outputs
    ``label_0``, ``probabilities_0``, and so on. The metadata of the model has ``classes_`` as JSON,
    under "classes". Regressors have ``predictions``, ``std`` for the loss "gaussian_nll", and
    ``quantiles`` for a loss that learns several of them, except for tables, where these are
    corrected afterward;
    autoencoders ``codes`` and ``reconstruction``; Boltzmann machines ``hidden``; generators
    ``samples``; discriminators ``scores`` (``features``); and table encoders ``encoded``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.persistence import to_onnx
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((8,), learning_rate_init=0.1, tol=1e-2, random_state=0).fit(X, y)
    >>> model = to_onnx(net)
    >>> [output.name for output in model.graph.output]
    ['label', 'probabilities']
    """
    family = family_of(estimator)
    part = _part(family, part)
    graph = Graph(family.dtype if dtype is None else _checked(dtype))
    inputs = family.inputs(graph, part)
    for answer in family.answers(graph, inputs, part):
        graph.output(answer.name, answer.value, [ROWS, *answer.shape])
    of = "" if part is None else f"{part} of a "
    model = graph.model(f"{of}{type(family.estimator).__name__} of sknn")
    onnx().helper.set_model_props(model, _metadata(family, part))
    return model


def _metadata(family: Family, part: str | None) -> dict[str, str]:
    """Return the classes, in the order of the columns of probabilities, as JSON."""
    classes = getattr(family.estimator, "classes_", None)
    if classes is None or part is not None:
        return {}
    several = isinstance(classes, list)
    return {
        "classes": json.dumps([each.tolist() for each in classes] if several else classes.tolist())
    }


def onnx_inputs(estimator: Any, X: Any, dtype: DTypeLike | None = None) -> dict[str, NDArray]:
    """Return rows in the form of the inputs of the model that :func:`to_onnx` writes.

    Tables are read as the estimator reads them: numbers and dates in text are converted.

    Parameters
    ----------
    estimator : estimator
        The estimator that was converted, or an estimator of scikit-learn that skl2onnx converted,
        such as a pipeline that ends in a network.
    X : array-like, list of str, or table
        Rows, as for `predict`.
    dtype : {"float32", "float64"}, default=None
        As for :func:`to_onnx`; for numbers that a pipeline gets, None: float64, or float32 for an
        array in float32.

    Returns
    -------
    inputs : dict of ndarray
        One array per input, by name.

    Raises
    ------
    ValueError
        If X lacks columns of the frame that a pipeline was fitted on.

    See Also
    --------
    onnx_types : The types of these inputs, for skl2onnx.

    Notes
    -----
    Texts in a list are one input, ``X`` of shape (rows, 1), and arrays with text and numbers have
    one input for each column: ``x0``, ``x1``, and so on.

    The inputs of a pipeline fitted on a frame are its columns, each of shape (rows, 1), even those
    that it does not use. Columns that reach a table estimator of sknn as they are, such as the
    ``remainder="passthrough"`` of a column transformer, have the types that the estimator reads
    (:func:`to_onnx`). Other columns have the type of their entries: float64, bool, text, or int64
    microseconds. skl2onnx replaces characters other than letters and digits in names by
    underscores, and so does this function for pipelines.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.persistence import onnx_inputs
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((8,), max_iter=200, random_state=0).initialize(X, y)
    >>> {name: rows.shape for name, rows in onnx_inputs(net, X[:2]).items()}
    {'X': (2, 4)}
    """
    estimator = winner_of(estimator)
    inputs = _named_inputs(estimator, X, dtype)
    if not _is_of_sklearn(estimator):
        return inputs
    return dict(zip(legal_names(list(inputs)), inputs.values(), strict=True))


def onnx_types(estimator: Any, X: Any, dtype: DTypeLike | None = None) -> list[tuple[str, Any]]:
    """Return the types of the inputs of :func:`onnx_inputs`, to declare them to skl2onnx.

    Parameters
    ----------
    estimator : estimator
        The estimator that skl2onnx will convert: a fitted pipeline or another estimator of
        scikit-learn, or one of sknn.
    X : array-like or table
        Some rows, as for `predict`; one is enough.
    dtype : {"float32", "float64"}, default=None
        As for :func:`onnx_inputs`.

    Returns
    -------
    initial_types : list of (str, skl2onnx type)
        To pass to ``skl2onnx.to_onnx`` under this name.

    Raises
    ------
    ImportError
        If the package skl2onnx is not installed.
    ValueError
        As for :func:`onnx_inputs`.

    See Also
    --------
    register_skl2onnx : Pipelines with estimators of sknn in skl2onnx.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.compose import make_column_transformer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn import TabularMLPClassifier
    >>> from sknn.persistence import onnx_types
    >>> rows = pd.DataFrame({"age": [31, 54, 27, 60] * 9, "day": ["2024-02-29", "2024-03-01"] * 18})
    >>> columns = make_column_transformer((StandardScaler(), ["age"]), remainder="passthrough")
    >>> net = TabularMLPClassifier(n_members=1, max_iter=2, random_state=0)
    >>> pipeline = make_pipeline(columns, net).fit(rows, rows["age"] > 40)
    >>> for name, kind in onnx_types(pipeline, rows[:1]):
    ...     print(name, type(kind).__name__)
    age DoubleTensorType
    day Int64TensorType
    """
    return types_of(_named_inputs(estimator, X, dtype))


def _named_inputs(estimator: Any, X: Any, dtype: DTypeLike | None) -> dict[str, NDArray]:
    """Return rows as inputs that have the names of columns."""
    dtype = None if dtype is None else _checked(dtype)
    estimator = winner_of(estimator)
    if _is_of_sklearn(estimator):
        check_is_fitted(estimator)
        return rows_by_column(estimator, X, dtype)
    family = family_of(estimator)
    return family.feed(X, family.dtype if dtype is None else dtype)


def _is_of_sklearn(estimator: Any) -> bool:
    return type(estimator).__module__.startswith("sklearn.")


def winner_of(estimator: Any) -> Any:
    """Return the best estimator of a search of sknn, any other estimator as it is."""
    if type(estimator) not in SEARCHES:
        return estimator
    check_is_fitted(estimator)
    return estimator.best_estimator_


def family_of(estimator: Any) -> Family:
    """Return the converter of a fitted estimator, with its inputs and outputs."""
    check_is_fitted(estimator)
    estimator = winner_of(estimator)
    found: Family = FAMILIES.find(estimator)(estimator)
    return found


def _part(family: Family, part: str | None) -> str | None:
    if part is None:
        return family.parts[0] if family.parts else None
    if part not in family.parts:
        kind, known = type(family.estimator).__name__, family.parts
        told = f"must be one of {known}" if known else "is for autoencoders and GANs only"
        raise ValueError(f"part {told}; got {part!r} for {kind}.")
    return part


def _checked(dtype: DTypeLike) -> np.dtype:
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = np.dtype(object)
    if found not in (np.float32, np.float64):
        raise ValueError(f"dtype must be 'float32', 'float64' or None; got {dtype!r}.")
    return found
