"""Warning about a call that trains further after the end of the schedule of the learning rate."""

from __future__ import annotations

import warnings
from typing import Any

from sknn.estimators.fit.state import FitState
from sknn.exceptions import TrainingWarning
from sknn.training.warnings import users_level

_KIND = "ended schedule"
_LOW = 0.1
"""Share of the base rate below which further training is probably not intended."""


def warn_of_ended_schedule(state: FitState) -> None:
    """Warn, once per run, about a further call whose rate is low because a schedule has ended."""
    run, recipe = state.run, state.recipe
    if state.call.finish or not run.epoch or not state.epochs or recipe.optimizer is None:
        return
    schedule = recipe.schedule
    end = schedule.planned_epochs(run.horizon)
    if _KIND in run.warned or not end or run.epoch < end:
        return
    factor = schedule.factor(run.epoch, run.step, run.horizon, run.schedule_state)
    if factor >= _LOW:
        return
    run.warned |= {_KIND}
    epochs = "1 epoch" if end == 1 else f"{end} epochs"
    warnings.warn(
        f"The learning rate has come to the end of its schedule, {_told(state.estimator)}, after "
        f"{epochs}. This call trains at {recipe.base_rate * factor:.3g}, "
        f"{factor:.2g} times the learning rate that is set. To train further, set "
        'learning_rate="constant" and a learning_rate_init to train at before the call. For a '
        "stream, use that from the start, or a schedule that spans it, such as "
        "sknn.schedules.Cosine(epochs=...).",
        TrainingWarning,
        stacklevel=users_level(),
    )


def _told(estimator: Any) -> str:
    return repr(getattr(estimator, "learning_rate", "")).replace("'", '"')
