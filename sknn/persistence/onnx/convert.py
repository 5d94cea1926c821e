"""From a fitted estimator to an ONNX model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sklearn.base import MetaEstimatorMixin
from sklearn.utils.validation import check_is_fitted

from sknn import search
from sknn.persistence.onnx.families import FAMILIES, ROWS, Family
from sknn.persistence.onnx.graph import Graph

SEARCHES = tuple(
    kind
    for name in search.__all__
    if isinstance(kind := getattr(search, name), type) and issubclass(kind, MetaEstimatorMixin)
)
"""Searches of sknn; what they found is written."""


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
        For what a graph cannot do, such as keeping a state between calls, or an unknown `dtype` or
        `part`.

    See Also
    --------
    onnx_inputs : Rows in the form of the inputs of the model.

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
    the loss gives no probabilities; with several outputs ``label_0``, ``probabilities_0``, and so
    on. Regressors have ``predictions``, ``std`` for the loss "gaussian_nll", and ``quantiles`` for
    a loss that learns several of them, except for tables, where these are corrected afterwards;
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
    return graph.model(f"{of}{type(family.estimator).__name__} of sknn")


def onnx_inputs(estimator: Any, X: Any, dtype: DTypeLike | None = None) -> dict[str, NDArray]:
    """Return rows in the form of the inputs of the model that :func:`to_onnx` writes.

    Tables are read as the estimator reads them: numbers and dates in text are converted.

    Parameters
    ----------
    estimator : estimator
        The estimator that was converted.
    X : array-like or table
        Rows, as for `predict`.
    dtype : {"float32", "float64"}, default=None
        As for :func:`to_onnx`.

    Returns
    -------
    inputs : dict of ndarray
        One array per input, by name.

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
    family = family_of(estimator)
    return family.feed(X, family.dtype if dtype is None else _checked(dtype))


def family_of(estimator: Any) -> Family:
    """Return what knows the inputs and answers of a fitted estimator."""
    check_is_fitted(estimator)
    if type(estimator) in SEARCHES:
        estimator = estimator.best_estimator_
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
