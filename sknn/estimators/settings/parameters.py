"""What the constructor parameters may be, and the specs that short names stand for."""

from __future__ import annotations

from functools import cache
from typing import Any

from sklearn.metrics import get_scorer_names

from sknn.core import constraints as c
from sknn.core.constraints import Constraint
from sknn.core.initializers import Initializer
from sknn.core.losses.base import Loss
from sknn.core.optimizers import Optimizer
from sknn.core.pretrained import Pretrained
from sknn.core.schedules import InverseScaling, Schedule
from sknn.core.spec import resolve, unusable
from sknn.estimators.settings.layers import hidden_sizes
from sknn.exceptions import InvalidParameterError

LBFGS = "lbfgs"


def optimizer_of(estimator: Any, parameter: str = "solver") -> Optimizer:
    """Return the optimizer; a spec wins over the parameters that go with a name."""
    solver, owner = getattr(estimator, parameter), type(estimator).__name__
    if isinstance(solver, str) and solver in Optimizer.registry:
        kind: Any = Optimizer.registry[solver]
        return kind(**{own: getattr(estimator, name) for own, name in kind.shared.items()})
    if not isinstance(solver, Optimizer):
        raise unusable(Optimizer, solver, parameter, owner, [LBFGS, *Optimizer.registry])
    return resolve(Optimizer, solver, parameter, owner)


def schedule_of(estimator: Any) -> Schedule:
    """Return the learning-rate schedule; `power_t` goes with "invscaling"."""
    if isinstance(estimator.learning_rate, str) and estimator.learning_rate == "invscaling":
        return InverseScaling(estimator.power_t)
    owner = type(estimator).__name__
    return resolve(Schedule, estimator.learning_rate, "learning_rate", owner)


def regularization_of(estimator: Any) -> Schedule | None:
    """Return how noise and decoupled decay fade, None where they stay."""
    schedule = estimator.regularization_schedule
    if schedule is None:
        return None
    schedule = resolve(Schedule, schedule, "regularization_schedule", type(estimator).__name__)
    if schedule.waits_for_stall or type(schedule).observe is not Schedule.observe:
        raise InvalidParameterError(
            f"The 'regularization_schedule' parameter must be a schedule planned ahead, such as "
            f"FlatCosine(); {schedule!r} follows the loss, on behalf of the learning rate only."
        )
    return schedule


def loss_of(estimator: Any) -> Loss:
    """Return the loss recipe, not yet bound to a task; names are those the estimator can use."""
    owner, name = type(estimator).__name__, estimator.loss
    tasks = {"regression"} if estimator._numeric_target else {"binary", "multiclass", "multilabel"}
    usable = {alias for alias, kind in Loss.registry.items() if kind.tasks & tasks}  # type: ignore[attr-defined]
    if not isinstance(name, Loss) and not (isinstance(name, str) and name in usable):
        raise unusable(Loss, name, "loss", owner, usable, hint=_meant_sizes(name))
    return resolve(Loss, name, "loss", owner)


def _meant_sizes(value: Any) -> str:
    """Say which parameter a value was for that stands in the place of the loss."""
    try:
        hidden_sizes(value)
    except InvalidParameterError:
        return ""
    return f" Did you mean hidden_layer_sizes={value!r}?"


def is_lbfgs(estimator: Any) -> bool:
    """Say whether the estimator trains by full-batch L-BFGS."""
    return isinstance(estimator.solver, str) and estimator.solver == LBFGS


@cache
def _sound_defaults(kind: Any) -> dict[str, Any]:
    return c.sound_defaults(kind, kind._constraints)


def check_parameters(estimator: Any, table: dict[str, Constraint]) -> dict[str, Any]:
    """Raise for the first constructor parameter with a value that is not allowed.

    Returns
    -------
    given : dict
        Parameters as they were, but for those left alone. Those of the estimator, a working copy,
        have become what the table makes of them: numbers of any type are now Python's own.
    """
    kind: Any = type(estimator)
    owner, own = kind.__name__, vars(estimator)
    plain = c.check(owner, own, table, _sound_defaults(kind))
    given = {name: own[name] for name in plain}
    own.update(plain)
    _check_weight_init(estimator.weight_init, owner)
    if isinstance(estimator.scoring, str):
        _check_scorer(estimator.scoring, owner)
    _check_callbacks(estimator.callbacks or (), is_lbfgs(estimator))
    return given


def _check_callbacks(callbacks: Any, full_batch: bool) -> None:
    for callback in callbacks:
        if full_batch and callback.stochastic_only:
            raise ValueError(
                f"solver='lbfgs' does not support the callback {callback!r}, which needs epochs of "
                "updates; remove it from callbacks, or choose a stochastic solver such as 'adam'."
            )
    if sum(callback.averages for callback in callbacks) > 1:
        raise ValueError(
            "callbacks hold more than one that averages weights, and only one average can be "
            "served; leave one of them."
        )


def _check_weight_init(value: Any, owner: str) -> None:
    if isinstance(value, Pretrained) or (isinstance(value, str) and value == "auto"):
        return
    if hasattr(value, "fit"):
        raise TypeError(
            f"The 'weight_init' parameter of {owner} got an estimator; to start from its weights "
            "pass weight_init=Pretrained(estimator), from sknn.initializers."
        )
    resolve(Initializer, value, "weight_init", owner)


def _check_scorer(name: str, owner: str) -> None:
    if name not in get_scorer_names():
        raise InvalidParameterError(
            f"The 'scoring' parameter of {owner} must be None, a callable or one of "
            f"sklearn.metrics.get_scorer_names(). Got {name!r} instead."
        )


_NEUTRAL = {"l1": 0.0, "weight_decay": "auto", "max_grad_norm": None, "layer_rates": None}
"""Values of parameters with which they do nothing."""


def check_lbfgs(estimator: Any, layers: Any) -> None:
    """Raise for what a deterministic full-batch method cannot do."""
    reasons = {
        "l1": bool(estimator.l1),
        "weight_decay": estimator.weight_decay != "auto" and bool(estimator.weight_decay),
        "max_grad_norm": estimator.max_grad_norm is not None,
        "layer_rates": bool(estimator.layer_rates),
    }
    for name, given in reasons.items():
        if given:
            raise ValueError(
                f"solver='lbfgs' does not support {name}={getattr(estimator, name)!r}; "
                f"set it to {_NEUTRAL[name]!r} or choose a stochastic solver such as 'adam'."
            )
    for layer in layers:
        if layer.depends_on_rows or layer.constrained:
            raise ValueError(
                f"solver='lbfgs' does not support {layer!r}: it needs a function that is the same "
                "at every evaluation. Choose a stochastic solver such as 'adam'."
            )
