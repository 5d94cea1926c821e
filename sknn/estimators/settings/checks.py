"""Checks of constructor parameters, one by one and together."""

from __future__ import annotations

from functools import cache
from typing import Any

from sklearn.metrics import get_scorer_names

from sknn.core import constraints as c
from sknn.core.constraints import Constraint
from sknn.core.initializers import Initializer
from sknn.core.pretrained import Pretrained
from sknn.core.spec import resolve
from sknn.estimators.settings.specs import is_lbfgs
from sknn.exceptions import InvalidParameterError


@cache
def _sound_defaults(kind: Any) -> dict[str, Any]:
    return c.sound_defaults(kind, kind._constraints)


def check_parameters(estimator: Any, table: dict[str, Constraint]) -> dict[str, Any]:
    """Raise for the first constructor parameter with a value that is not allowed.

    Returns
    -------
    given : dict
        The user's values; unchanged defaults are omitted. The estimator, a working copy, now has
        numbers of any type as Python's own.
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
                f"solver='lbfgs' does not support the callback {type(callback).__name__}, which "
                "needs epochs of updates; remove it from callbacks, or choose a stochastic solver "
                "such as 'adam'."
            )
    if sum(callback.averages for callback in callbacks) > 1:
        raise ValueError(
            "callbacks contain more than one that averages weights, but only one average can "
            "be used; keep one of them."
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


def check_lbfgs(estimator: Any, layers: Any) -> None:
    """Raise for parameters that a deterministic full-batch method does not support."""
    decay, limit = estimator.weight_decay, estimator.max_grad_norm
    normalization = getattr(estimator, "normalization", None) if estimator.layers is None else None
    for name, given, neutral in (
        ("l1", bool(estimator.l1), 0.0),
        ("weight_decay", decay != "auto" and bool(decay), "auto"),
        ("max_grad_norm", limit is not None, None),
        ("layer_rates", bool(estimator.layer_rates), None),
        ("normalization", normalization == "batch", None),
    ):
        if given:
            raise ValueError(
                f"solver='lbfgs' does not support {name}={getattr(estimator, name)!r}; "
                f"set it to {neutral!r} or choose a stochastic solver such as 'adam'."
            )
    for layer in layers:
        if layer.depends_on_rows or layer.constrained:
            raise ValueError(
                f"solver='lbfgs' does not support {layer!r}: it needs a function that is the same "
                "at every evaluation. Choose a stochastic solver such as 'adam'."
            )
