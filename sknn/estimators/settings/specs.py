"""The specs that parameters define: optimizer, schedules, loss."""

from __future__ import annotations

from typing import Any

from sknn.core.losses.base import Loss
from sknn.core.optimizers import Optimizer
from sknn.core.schedules import InverseScaling, Schedule
from sknn.core.spec import resolve, unusable
from sknn.estimators.settings.layers import hidden_sizes
from sknn.exceptions import InvalidParameterError

LBFGS = "lbfgs"


def optimizer_of(estimator: Any, parameter: str = "solver") -> Optimizer:
    """Return the optimizer; a spec takes precedence over the parameters for names."""
    solver, owner = getattr(estimator, parameter), type(estimator).__name__
    if isinstance(solver, str) and solver in Optimizer.registry:
        kind: Any = Optimizer.registry[solver]
        return kind(**{own: getattr(estimator, name) for own, name in kind.shared.items()})
    if not isinstance(solver, Optimizer):
        raise unusable(Optimizer, solver, parameter, owner, [LBFGS, *Optimizer.registry])
    return resolve(Optimizer, solver, parameter, owner)


def schedule_of(estimator: Any) -> Schedule:
    """Return the learning-rate schedule; `power_t` belongs to "invscaling"."""
    if isinstance(estimator.learning_rate, str) and estimator.learning_rate == "invscaling":
        return InverseScaling(estimator.power_t)
    owner = type(estimator).__name__
    return resolve(Schedule, estimator.learning_rate, "learning_rate", owner)


def regularization_of(estimator: Any) -> Schedule | None:
    """Return how noise and decoupled decay fade, None if they are constant."""
    schedule = estimator.regularization_schedule
    if schedule is None:
        return None
    schedule = resolve(Schedule, schedule, "regularization_schedule", type(estimator).__name__)
    if schedule.follows_loss:
        raise InvalidParameterError(
            f"The 'regularization_schedule' parameter must be a schedule planned ahead, such as "
            f"FlatCosine(); {schedule!r} follows the loss, which only the learning rate can do."
        )
    return schedule


def loss_of(estimator: Any) -> Loss:
    """Return the loss spec, not yet bound to a task, for a name that the estimator can use."""
    owner, name = type(estimator).__name__, estimator.loss
    tasks = {"regression"} if estimator._numeric_target else {"binary", "multiclass", "multilabel"}
    usable = {alias for alias, kind in Loss.registry.items() if kind.tasks & tasks}
    if not isinstance(name, Loss) and not (isinstance(name, str) and name in usable):
        raise unusable(Loss, name, "loss", owner, usable, hint=_meant_sizes(name))
    return resolve(Loss, name, "loss", owner)


def _meant_sizes(value: Any) -> str:
    """Return a hint about the parameter for which a value passed as the loss was meant."""
    try:
        hidden_sizes(value)
    except InvalidParameterError:
        return ""
    return f" Did you mean hidden_layer_sizes={value!r}?"


def is_lbfgs(estimator: Any) -> bool:
    """Return whether the estimator trains by full-batch L-BFGS."""
    return isinstance(estimator.solver, str) and estimator.solver == LBFGS
