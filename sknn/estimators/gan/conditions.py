"""Classes of generated rows: reading them, and encoding them for the networks."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sknn._sklearn import validate_data
from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn._validation.messages import naming_arguments
from sknn.core.layout import Growth, Shape
from sknn.estimators.fit.state import FitState
from sknn.estimators.fit.task import Task
from sknn.estimators.targets.base import NoTargets, Targets
from sknn.estimators.targets.classification import (
    check_labels,
    encode_labels,
    sorted_labels,
    stated_labels,
)


def read(estimator: Any, X: Any, dtypes: Any, reset: bool) -> NDArray:
    """Return checked rows; with `reset`, record the features."""
    arrays.reject_odd_arrays(X, "X")
    if sp.issparse(X):
        raise TypeError(
            f"X is sparse, but {type(estimator).__name__} needs dense rows; pass X.toarray()."
        )
    arrays.check_columns(X)
    with naming_arguments(X=X):
        return validate_data(estimator, X, dtype=dtypes, reset=reset)


def labeled(x: NDArray, y: Any, sample_weight: Any) -> Rows:
    """Return checked rows with their labels, if there are any."""
    weight = arrays.check_weight(sample_weight, len(x))
    return Rows(x, None if y is None else read_labels(y, len(x)), weight)


def read_labels(y: Any, n_rows: int) -> NDArray:
    """Return one label for each of a number of rows."""
    if sp.issparse(y):
        raise TypeError("y is sparse; pass one class for each row: y.toarray().ravel().")
    labels = np.asarray(arrays.check_target(y, numeric=False))
    if len(labels) != n_rows:
        raise ValueError(
            f"X has {n_rows} rows, but y has {len(labels)}; they must have the same number."
        )
    if labels.ndim != 1:
        raise ValueError(f"y must be one class for each row; got shape {labels.shape}.")
    check_labels(labels)
    return labels


def row_shape(asked: Any, n_features: int) -> Shape:
    """Return the shape in which the discriminator sees rows with a number of features."""
    shape = (n_features,) if asked is None else tuple(int(n) for n in asked)
    if prod(shape) != n_features:
        raise ValueError(
            f"X has {n_features} features, but input_shape={asked!r} needs {prod(shape)}."
        )
    return shape


class Conditions(NoTargets):
    """Classes of generated rows: the target of a row is its class, one-hot.

    Parameters
    ----------
    y : ndarray of shape (n,) or None
        None: there are no classes, and no targets.
    weight : ndarray of shape (n,) or None
    classes : array-like or None
        All classes, including those of later calls; None: those in `y`.

    Attributes
    ----------
    classes : ndarray
        Sorted.
    shares : ndarray
        Share of the rows of each.
    """

    def __init__(self, y: NDArray | None, weight: NDArray | None, classes: Any) -> None:
        self.classes = np.empty(0)
        if y is not None:
            self.classes = sorted_labels(y) if classes is None else stated_labels(classes)
        if y is not None:
            counts = np.bincount(encode_labels(y, self.classes), weight, len(self.classes))
            self.shares = counts / counts.sum()

    def __len__(self) -> int:
        return len(self.classes)

    def encode(self, y: Any, dtype: np.dtype) -> Any:
        """Return the classes, one-hot, (n, n_classes)."""
        return None if y is None else self.one_hot(encode_labels(y, self.classes), dtype)

    def one_hot(self, codes: NDArray, dtype: Any) -> NDArray:
        """Return codes of classes as rows with a single 1."""
        return np.eye(len(self), dtype=dtype)[codes]

    def codes(self, y: Any, n: int) -> NDArray:
        """Return the code of the one class, or of the class of each of `n` rows."""
        self.check(y)
        single = not isinstance(y, (list, tuple)) and np.ndim(y) == 0
        return encode_labels(np.full(n, y) if single else read_labels(y, n), self.classes)

    def draw(self, n: int, rng: np.random.RandomState) -> NDArray:
        """Draw codes of classes in proportion to their shares."""
        return rng.choice(len(self), size=n, p=self.shares)

    def check(self, y: Any) -> None:
        """Raise an error if there are labels, but there were none in fit."""
        if y is not None and not len(self):
            raise ValueError("y was given, but this GAN was fitted without classes.")


class ConditionsTask(Task):
    """y, if there is one, holds the classes for which rows are generated."""

    def learn(self, rows: Rows, state: FitState) -> Targets:
        """Learn the classes and their shares."""
        targets, known = Conditions(rows.y, rows.weight, state.call.classes), vars(state.estimator)
        known.pop("classes_", None)
        if rows.y is not None:
            known["classes_"] = targets.classes
        return targets

    def update_targets(self, known: Any, y: Any, state: FitState) -> tuple[Targets, Growth | None]:
        """Raise an error if there are classes but were none before, or the other way around."""
        if (y is not None) != bool(len(known)):
            told = "with" if len(known) else "without"
            raise ValueError(
                f"The previous call was {told} classes (y), so training continues {told} them; fit "
                "again with warm_start=False to change that."
            )
        return known, None

    def read_validation(self, state: FitState) -> None:
        """Return None, because no loss of a GAN shows progress."""
        return None
