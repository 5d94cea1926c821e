"""Task of an autoencoder: the rows are their own targets."""

from __future__ import annotations

from typing import Any

from sknn._validation.arrays import Rows
from sknn.core.layout import Growth
from sknn.estimators.autoencoder.automatic import lost_variance
from sknn.estimators.autoencoder.layers import output_groups
from sknn.estimators.autoencoder.table import table_targets
from sknn.estimators.autoencoder.targets import ReconstructionTargets
from sknn.estimators.fit.state import FitState
from sknn.estimators.fit.task import Task
from sknn.estimators.targets.base import Targets


class ReconstructionTask(Task):
    """X is the target."""

    def learn(self, rows: Rows, state: FitState) -> Targets:
        """Learn the range of X, and its scale."""
        estimator: Any = state.estimator
        if estimator._form.coder is not None:
            return table_targets(estimator, rows)
        groups = output_groups(estimator, rows.x.shape[1])
        # Tied weights cannot be brought to the units of X at both ends.
        scalable = estimator.layers is None and not estimator.tied_weights
        targets = ReconstructionTargets(
            rows, estimator.output_activation, groups, scalable, bool(estimator.variational)
        )
        targets.lost = lost_variance(estimator, targets, rows)
        return targets

    def update_targets(self, known: Any, y: Any, state: FitState) -> tuple[Targets, Growth | None]:
        """Let later rows be the first sparse ones."""
        return known.continued(y), None
