"""What the constructor parameters may be, and the specs that short names stand for."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
from sklearn.metrics import get_scorer_names

from sknn.core import constraints as c
from sknn.core.constraints import Constraint
from sknn.core.initializers import Initializer
from sknn.core.losses.base import Loss
from sknn.core.optimizers import SGD, Optimizer
from sknn.core.pretrained import Pretrained
from sknn.core.schedules import BatchSizeSchedule, InverseScaling, Schedule
from sknn.core.spec import resolve, unusable
from sknn.estimators.settings.constraints import Activations, Callbacks, Layers, Sizes
from sknn.estimators.settings.layers import NORMALIZATION, hidden_sizes
from sknn.exceptions import InvalidParameterError

LBFGS = "lbfgs"


def _is_seed(value: Any) -> bool:
    if value is None or isinstance(value, np.random.RandomState):
        return True
    return c.is_number(value, numbers.Integral) and 0 <= int(value) < 2**32


def _is_rate(value: Any) -> bool:
    return 0 <= c.as_float(value) < 1


def _is_dropout(value: Any) -> bool:
    return all(map(_is_rate, value)) if isinstance(value, (list, tuple)) else _is_rate(value)


def _is_range(value: Any) -> bool:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return False
    try:
        low, high = (np.asarray(bound, np.float64) for bound in value)
        return bool(np.all(low < high))
    except (TypeError, ValueError, OverflowError):
        return False


def _is_rates(value: Any) -> bool:
    return isinstance(value, dict) and all(
        0 <= c.as_float(rate) < math.inf for rate in value.values()
    )


def _is_class_weight(value: Any) -> bool:
    entries = value if isinstance(value, list) else [value]
    return all(isinstance(each, dict) for each in entries)


def _is_freeze(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(isinstance(name, str) for name in value)
    return isinstance(value, str) or (c.is_number(value, numbers.Integral) and value >= 0)


def _number(value: Any) -> Any:
    """Return a number as Python's own, anything else as it is."""
    if c.is_number(value, numbers.Integral):
        return int(value)
    return c.as_float(value) if c.is_number(value, numbers.Real) else value


def _numbers(value: dict[Any, Any]) -> dict[Any, Any]:
    return {key: _number(each) for key, each in value.items()}


_DTYPES = ("auto", "float32", "float64", np.float32, np.float64)

positive = c.real(0.0, closed="neither")
non_negative = c.real(0.0, closed="left")

NETWORK: dict[str, Constraint] = {
    "alpha": non_negative,
    "l1": non_negative,
    "weight_decay": c.one_of(["auto"]) | non_negative,
    "batch_size": c.one_of(["auto"])
    | c.integer(1)
    | c.spec_of(BatchSizeSchedule, "a BatchSize spec"),
    "learning_rate_init": positive,
    "power_t": non_negative,
    "max_iter": c.integer(1),
    "shuffle": c.boolean(),
    "random_state": Constraint(
        _is_seed, "an int in the range [0, 2**32), a RandomState or None", _number
    ),
    "tol": non_negative,
    "verbose": c.boolean() | c.integer(0),
    "warm_start": c.boolean(),
    "momentum": c.real(0.0, 1.0, closed="both"),
    "nesterovs_momentum": c.boolean(),
    "early_stopping": c.boolean(),
    "validation_fraction": c.real(0.0, 1.0, closed="neither"),
    "beta_1": c.real(0.0, 1.0, closed="left"),
    "beta_2": c.real(0.0, 1.0, closed="left"),
    "epsilon": positive,
    "n_iter_no_change": c.integer(1)
    | Constraint(lambda v: c.as_float(v) == math.inf, "inf", float),
    "max_fun": c.integer(1),
    "hidden_layer_sizes": Sizes(),
    "activation": Activations(several=True),
    "normalization": c.none() | c.one_of(NORMALIZATION),
    "layers": Layers(),
    "dropout": Constraint(
        _is_dropout, "a float in the range [0.0, 1.0) or a list of them", c.each(float)
    ),
    "input_dropout": c.real(0.0, 1.0, closed="left"),
    "max_grad_norm": c.none() | positive,
    "freeze": c.none()
    | Constraint(_is_freeze, "a number of layers or a list of their names", _number),
    "layer_rates": c.none()
    | Constraint(_is_rates, "a dict of layer names and factors >= 0", _numbers),
    "stop_below": c.none() | c.real(),
    "max_time": c.none() | positive,
    "restore_best": c.boolean(),
    "dtype": Constraint(
        lambda v: isinstance(v, (str, type)) and v in _DTYPES,
        "'auto', 'float32' or 'float64'",
    ),
    "n_members": c.integer(1),
    "transform_layer": c.integer(),
    "callbacks": Callbacks(),
    "scoring": c.none()
    | Constraint(lambda v: isinstance(v, str) or callable(v), "a scorer name or a callable"),
}
# What convolutional and recurrent networks have of it.
FAMILY = {
    name: NETWORK[name]
    for name in (
        *("alpha", "batch_size", "learning_rate_init", "max_iter", "tol", "n_iter_no_change"),
        *("early_stopping", "validation_fraction", "dropout", "max_grad_norm", "freeze"),
        *("n_members", "random_state", "verbose", "warm_start", "dtype", "callbacks"),
        *("hidden_layer_sizes", "normalization", "layers"),
    )
} | {"activation": Activations()}
CLASSIFIER = {
    "class_weight": c.none()
    | c.one_of(["balanced"])
    | Constraint(_is_class_weight, "a dict or a list of dicts", c.each(_numbers)),
    "label_smoothing": c.real(0.0, 1.0, closed="left"),
}
REGRESSOR = {
    "normalize_y": c.boolean(),
    "output_range": c.none() | c.one_of(["train"]) | Constraint(_is_range, "a pair (low, high)"),
}


def optimizer_of(estimator: Any, parameter: str = "solver") -> Optimizer:
    """Return the optimizer; a spec wins over the parameters that go with a name."""
    solver, owner = getattr(estimator, parameter), type(estimator).__name__
    if isinstance(solver, str) and solver in Optimizer.registry:
        kind = Optimizer.registry[solver]
        if kind is SGD:
            return SGD(estimator.momentum, nesterov=bool(estimator.nesterovs_momentum))
        if solver in ("adam", "adamw", "amsgrad", "nadam"):
            betas = estimator.beta_1, estimator.beta_2
            return kind(beta_1=betas[0], beta_2=betas[1], epsilon=estimator.epsilon)  # type: ignore[call-arg]
        return kind()  # type: ignore[return-value]
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


def check_parameters(estimator: Any, table: dict[str, Constraint]) -> dict[str, Any]:
    """Raise for the first constructor parameter with a value that is not allowed.

    Returns
    -------
    given : dict
        Parameters as they were, but for those left alone. Those of the estimator, a working copy,
        have become what the table makes of them: numbers of any type are now Python's own.
    """
    owner, own = type(estimator).__name__, vars(estimator)
    plain = c.check(owner, own, c.unproven(type(estimator), own, table))
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
