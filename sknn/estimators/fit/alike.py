"""Which estimators are similar enough to be trained in one block."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from sknn._sklearn import shallow_copy
from sknn.core.layers import Activate, BatchNorm, Dense, Dropout, Flatten, GaussianNoise, LayerNorm
from sknn.core.optimizers.base import Figured
from sknn.core.pretrained import Pretrained
from sknn.core.schedules import BatchSizeSchedule
from sknn.core.spec import Spec
from sknn.estimators.settings.recipe import Recipe
from sknn.training.callbacks import Pause

# Parameters that each member of a block has separately, and those that are compared by their effect
# on the recipe.
_OWN = frozenset(
    (
        "alpha",
        "beta_1",
        "beta_2",
        "dropout",
        "epsilon",
        "input_dropout",
        "l1",
        "label_smoothing",
        "learning_rate",
        "learning_rate_init",
        "max_iter",
        "momentum",
        "n_iter_no_change",
        "power_t",
        "solver",
        "tol",
        "weight_decay",
    )
)
_FAMILIES = ("AutoEncoder", "DBNClassifier", "DBNRegressor", "MLPClassifier", "MLPRegressor")
# Layers that use other parameters at the start, or add a term to the loss that needs all rows.
_NOT = ("contraction", "output_groups", "pretrain", "sparsity", "variational")
_OFF = (None, False, 0.0, "auto")
_LAYERS = (Activate, BatchNorm, Dense, Dropout, Flatten, GaussianNoise, LayerNorm)
# Options of Dense that need no separate values for members.
_DENSE = frozenset(("units", "activation", "use_bias", "weight_init", "bias_init", "name"))
_PLAIN = (str, int, float, bool, type(None), np.number, np.bool_, type)


class _Unknown(Exception):  # noqa: N818  (caught where it is raised for)
    """A value whose behavior in a block is unknown."""


def block_key(estimator: Any) -> Hashable | None:
    """Return the key that estimators must share to be trained in one block.

    All parameters are part of it except `alpha`, `l1`, `weight_decay`, `learning_rate_init`,
    schedules planned ahead, the numbers of the solver (`momentum`, `beta_1`, `beta_2`, `epsilon`),
    rates of dropout, `label_smoothing`, `tol`, `n_iter_no_change`, and `max_iter`. For penalties,
    decay, momentum, and dropout, only zero or nonzero matters.

    Parameters
    ----------
    estimator : BaseNetwork
        Its parameters need not have been checked.

    Returns
    -------
    key : hashable or None
        Estimators of equal keys may be given to :func:`~sknn.estimators.fit.block.fit_block`
        together. None: it is trained alone. This applies to estimators without a seed (each draws
        its own, and with it an order of rows), with callbacks other than Pause or `verbose`, with
        `max_time`, `stop_below`, or `warm_start`, with lbfgs, several members, or schedules that
        follow the loss, and with parts whose behavior in a block is unknown.
    """
    kind = type(estimator)
    if kind.__name__ not in _FAMILIES or not kind.__module__.startswith("sknn."):
        return None
    if not hasattr(estimator, "network_"):
        # fit itself raises for invalid parameters.
        try:
            return _key(shallow_copy(estimator))
        except Exception:
            return None
    return None


def _key(trial: Any) -> Hashable | None:
    trial._check_parameters()
    recipe = trial._recipe()
    if _stands_alone(trial, recipe):
        return None
    shared = {
        name: _told(value)
        for name, value in trial.get_params(deep=False).items()
        if name not in _OWN and name != "callbacks"
    }
    pauses = tuple(each.epoch for each in recipe.callbacks)
    return type(trial), tuple(sorted(shared.items())), pauses, _course(recipe), _noise(trial)


def _stands_alone(trial: Any, recipe: Recipe) -> bool:
    heard = any(hasattr(trial, name) for name in ("_skl_callbacks", "_parent_callback_ctx"))
    watched = any(type(each) is not Pause for each in recipe.callbacks)
    return bool(
        heard
        or watched
        or recipe.verbose
        or recipe.stop_below is not None
        or recipe.full_batch
        or recipe.follows_loss
        or recipe.n_members > 1
        or recipe.max_time < math.inf
        or trial.warm_start
        or not isinstance(trial.random_state, int)
        or not isinstance(recipe.optimizer, Figured)
        or not (recipe.scoring is None or isinstance(recipe.scoring, str))
        or any(getattr(trial, name, None) not in _OFF for name in _NOT)
    )


def _course(recipe: Recipe) -> Hashable:
    """Return the parts of rates, penalties, and the optimizer that must be the same."""
    optimizer: Any = recipe.optimizer
    _told(recipe.schedule)
    present = tuple(bool(each) for each in (recipe.l2, recipe.l1, recipe.decay))
    # Without momentum there is no velocity to keep.
    momentum = bool(getattr(optimizer, "momentum", True))
    nesterov = getattr(optimizer, "nesterov", None)
    timed = recipe.regularization is not None or isinstance(recipe.batch_size, BatchSizeSchedule)
    horizon = recipe.epochs if timed else None
    _check_ours(optimizer)
    return type(optimizer), present, momentum, nesterov, recipe.schedule.per_update, horizon


def _noise(trial: Any) -> Hashable:
    """Return which layers drop."""
    rates, first = getattr(trial, "dropout", 0.0), getattr(trial, "input_dropout", 0.0)
    where = tuple(map(bool, rates)) if isinstance(rates, (list, tuple)) else bool(rates)
    return bool(first), where


def _told(value: Any) -> Hashable:
    """Return a hashable that is equal for two values only if they cannot be distinguished."""
    if isinstance(value, _PLAIN):
        return type(value), value
    if isinstance(value, Spec):
        return _spec(value)
    if isinstance(value, Mapping):
        return tuple(sorted((repr(key), _told(each)) for key, each in value.items()))
    if isinstance(value, Sequence):
        return type(value), tuple(map(_told, value))
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value.shape, value.dtype.str, value.tobytes()
    raise _Unknown(value)


def _spec(spec: Spec) -> Hashable:
    _check_ours(spec)
    return type(spec), tuple(sorted((k, _told(v)) for k, v in spec.get_params(False).items()))


def _check_ours(spec: Spec) -> None:
    """Raise for parts defined by the user, and for those that need to know their estimator."""
    if not type(spec).__module__.startswith("sknn.") or isinstance(spec, Pretrained):
        raise _Unknown(spec)
    if spec.__class__.__module__.startswith("sknn.core.layers") and not _fits(spec):
        raise _Unknown(spec)


def _fits(layer: Any) -> bool:
    if not isinstance(layer, _LAYERS):
        return False
    if not isinstance(layer, Dense):
        return True
    usual = type(layer)(1).get_params(deep=False)
    given = layer.get_params(deep=False)
    return all(name in _DENSE or given[name] == usual[name] for name in given)
