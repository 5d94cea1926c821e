"""What a recurrent network predicts: one target per row, or one per step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import Rows
from sknn.core.layout import Growth
from sknn.estimators.fit.state import FitState
from sknn.estimators.fit.task import SupervisedTask, Task
from sknn.estimators.recurrent.sequences import SequenceTargets, Steps
from sknn.estimators.targets.base import Targets
from sknn.estimators.targets.classification import MultioutputTargets


class SequenceTask(SupervisedTask):
    """The task of one row; with `return_sequences` it is that of each step.

    Parameters
    ----------
    inner : Task
    """

    def __init__(self, inner: Task) -> None:
        self.inner = inner

    def learn(self, rows: Rows, state: FitState) -> Targets:
        """Learn the meaning of the targets of all steps."""
        estimator: Any = state.estimator
        if not estimator.return_sequences:
            return self.inner.learn(rows, state)
        targets = self.inner.learn(_single(rows), state)
        if isinstance(targets, MultioutputTargets):
            raise ValueError(
                "With return_sequences=True a step has one class, or a set of labels; y has "
                f"{len(targets.classes)} outputs per step. Train one network for each."
            )
        return SequenceTargets(targets, rows.y, rows.weight)

    def update_targets(self, known: Any, y: Any, state: FitState) -> tuple[Targets, Growth | None]:
        """Raise also if targets were for rows and are for steps, or the other way around."""
        estimator: Any = state.estimator
        each_step = bool(estimator.return_sequences)
        if isinstance(known, SequenceTargets) != each_step:
            raise ValueError(
                "return_sequences differs from the previous call, so training cannot continue; "
                "restore it, or fit again with warm_start=False."
            )
        if not each_step:
            return self.inner.update_targets(known, y, state)
        targets, growth = self.inner.update_targets(known.inner, y.values, state)
        return known.around(targets), growth

    def weigh(self, known: Any, rows: Rows, state: FitState) -> NDArray | None:
        """Raise if a row that carries a state would not be read."""
        estimator: Any = state.estimator
        weight = self._weight_of_rows(known, rows, state)
        if estimator.stateful and weight is not None and not weight.all():
            raise ValueError(
                f"Row {int(np.argmin(weight))} has the weight 0 and would not be read, but with "
                "stateful=True every row carries a state; give it a small sample_weight instead."
            )
        return weight

    def _weight_of_rows(self, known: Any, rows: Rows, state: FitState) -> NDArray | None:
        estimator: Any = state.estimator
        if not estimator.return_sequences:
            return self.inner.weigh(known, rows, state)
        if getattr(estimator, "class_weight", None) is not None:
            raise ValueError(
                "class_weight is not defined if every step has its own class "
                "(return_sequences=True); weight rows with sample_weight."
            )
        self.inner.weigh(known, _single(rows), state)
        return rows.weight


def _single(rows: Rows) -> Rows:
    """Return the predictions of all steps as separate rows; X is not used."""
    steps: Steps = rows.y
    return Rows(steps.values, steps.values, steps.repeat(rows.weight))
