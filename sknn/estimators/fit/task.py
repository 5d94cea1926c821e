"""How a call of fit reads y and the weights of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import unique_labels

from sknn._validation import arrays, held_out
from sknn._validation.arrays import Rows
from sknn.core.layout import Growth
from sknn.estimators.fit.state import FitState
from sknn.estimators.targets.base import NoTargets, Targets
from sknn.estimators.targets.classification import (
    BinaryTargets,
    ClassificationTargets,
    MulticlassTargets,
    MultilabelTargets,
    MultioutputTargets,
    check_labels,
    classification_targets,
    encode_labels,
)
from sknn.estimators.targets.growth import grow
from sknn.estimators.targets.regression import RegressionTargets


class Task:
    """Rows without y. Tasks with a y define its meaning: targets, and their public attributes.

    They keep no state: what they learn becomes targets, and attributes of the estimator.
    """

    def learn(self, rows: Rows, state: FitState) -> Targets:
        """Return the targets, learned from the first rows, whose weights are combined."""
        return NoTargets()

    def update_targets(self, known: Any, y: Any, state: FitState) -> tuple[Targets, Growth | None]:
        """Return the targets of a later call, and how they extend the known outputs.

        Raises
        ------
        ValueError
            If y does not fit that of the first call.
        """
        return known, None

    def weigh(self, known: Any, rows: Rows, state: FitState) -> NDArray | None:
        """Return the weight of each row, all weights multiplied; there are no targets at first."""
        return rows.weight

    def read_validation(self, state: FitState) -> Rows | None:
        """Return the checked validation rows of a call, None if it has none."""
        call = state.call
        return held_out.check_unlabeled_validation(
            state.estimator, call.X_val, call.sample_weight_val, state.dtypes
        )


class SupervisedTask(Task):
    """Validation rows have a y, too."""

    def read_validation(self, state: FitState) -> Rows | None:
        """Return the checked validation rows of a call, None if it has none."""
        call = state.call
        return held_out.check_validation(
            state.estimator, call.X_val, call.y_val, call.sample_weight_val, state.dtypes
        )


class RegressionTask(SupervisedTask):
    """y holds numbers, standardized if the loss has location and scale."""

    def learn(self, rows: Rows, state: FitState) -> Targets:
        """Learn mean and standard deviation."""
        estimator: Any = state.estimator
        targets = RegressionTargets(
            rows.y, rows.weight, self._standardizes(state), estimator.output_range
        )
        estimator.n_outputs_ = targets.n_outputs
        return targets

    def update_targets(self, known: Any, y: Any, state: FitState) -> tuple[Targets, Growth | None]:
        """Take over a new range of predictions; the scale of y stays that of the first call."""
        estimator: Any = state.estimator
        return known.continued(self._standardizes(state), estimator.output_range, y), None

    @staticmethod
    def _standardizes(state: FitState) -> bool:
        estimator: Any = state.estimator
        return bool(estimator.normalize_y) and state.recipe.loss.location_scale


class ClassificationTask(SupervisedTask):
    """y holds labels, which may determine weights of rows."""

    def learn(self, rows: Rows, state: FitState) -> Targets:
        """Learn the labels."""
        classes = state.call.classes
        if state.call.stream and classes is None and not _names_itself(rows.y):
            raise ValueError("classes must be passed on the first call to partial_fit.")
        targets = classification_targets(rows.y, classes)
        vars(state.estimator).update(classes_=targets.classes, n_outputs_=targets.n_outputs)
        return targets

    def update_targets(self, known: Any, y: Any, state: FitState) -> tuple[Targets, Growth | None]:
        """Compare labels with those of earlier calls, with scikit-learn's messages."""
        before, classes = known.classes, state.call.classes
        targets, growth = (known, None) if classes is None else grow(known, classes)
        vars(state.estimator).update(classes_=targets.classes, n_outputs_=targets.n_outputs)
        single = isinstance(targets, (BinaryTargets, MulticlassTargets))
        if single and y.ndim == 2:
            raise ValueError(f"y has {y.shape[1]} columns; in the first call it had one.")
        if single and not state.call.stream:
            labels = unique_labels(y)
            if set(labels.tolist()) != set(before.tolist()):
                raise _other_labels(labels, before, interrupted=state.call.finish)
        return targets, growth

    def weigh(self, known: Any, rows: Rows, state: FitState) -> NDArray | None:
        """Multiply the weights of rows by those of their classes."""
        check_labels(rows.y)
        estimator: Any = state.estimator
        class_weight = estimator.class_weight
        if class_weight is None:
            return rows.weight
        if state.call.stream and class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' is not supported for partial_fit: a chunk does not show "
                "the class frequencies. Pass the weights as a dict."
            )
        targets = classification_targets(rows.y, state.call.classes) if state.fresh else known
        factor = _class_factor(class_weight, rows, targets)
        return factor if rows.weight is None else factor * rows.weight


def _other_labels(labels: NDArray, before: NDArray, interrupted: bool) -> ValueError:
    """Return the error for labels that differ from those of the previous call."""
    if interrupted:
        return ValueError(
            f"y has labels {labels}; the interrupted call had {before}. Pass the data of that call."
        )
    return ValueError(
        "warm_start can only be used where `y` has the same classes as in the previous "
        f"call to fit. Previously got {before}, `y` has {labels}"
    )


def _names_itself(y: Any) -> bool:
    """Return whether y contains all labels: an indicator matrix has a column for each."""
    return isinstance(classification_targets(y), MultilabelTargets)


def _class_factor(class_weight: Any, rows: Rows, targets: ClassificationTargets) -> NDArray:
    """Return the product over outputs of the weights of each row's classes."""
    if isinstance(targets, MultilabelTargets):
        raise ValueError(
            "class_weight is not defined for multi-label y; weight rows with sample_weight."
        )
    columns, known = [rows.y], [targets.classes]
    if isinstance(targets, MultioutputTargets):
        targets.check_columns(rows.y)
        columns, known = list(rows.y.T), targets.classes
    wanted = class_weight if isinstance(class_weight, list) else [class_weight] * len(columns)
    if len(wanted) != len(columns):
        raise ValueError(f"class_weight has {len(wanted)} entries for {len(columns)} outputs.")
    factor = np.ones(len(rows.y))
    for each, column, classes in zip(wanted, columns, known, strict=True):
        codes = encode_labels(column, classes)
        factor *= arrays.class_weights(each, codes, classes, rows.weight)
    return factor
