"""Test parts defined by the user on a few numbers, and name the part with a mistake.

In training, most mistakes are silent. A `forward` that returns a new array instead of filling `y`
trains a network on old contents of the buffer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from math import isfinite
from typing import Any, NoReturn

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.special import expit, softmax

from sknn.core.activations import Activation
from sknn.core.initializers import Zeros
from sknn.core.layers.base import Context, Layer
from sknn.core.layers.chain import with_inner
from sknn.core.layout import Layout, Param, Plan, Role, Shape, Views
from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.core.optimizers import Optimizer
from sknn.core.schedules import Schedule
from sknn.exceptions import InvalidParameterError

_ROWS = 3
_DENSE = Plan((2,), {"W": Param((2, 2), Zeros()), "b": Param((2,), Zeros(), Role.PLAIN)})
_MEMORY = Plan((2,), {"state": Param((2, 2), Zeros(), Role.TRACKED)})
_SMALL = Layout([_DENSE, _DENSE, _MEMORY])
"""Two layers of two units and a matrix that is not trained, with which an optimizer is tested."""


@cache
def is_own(kind: type) -> bool:
    """Return whether a class is the user's; classes of this package have their own tests."""
    return kind.__module__.partition(".")[0] != "sknn"


def try_layers(network: Network) -> None:
    """Test the layers and activations of a network.

    Raises
    ------
    InvalidParameterError
        For a part that breaks its contract. An error of the part itself gets a note with its name.
    """
    shapes = [network.in_shape, *(plan.out_shape for plan in network.plans[:-1])]
    layers = with_inner(zip(network.names, network.layers, shapes, strict=True))
    for i, (name, layer, in_shape) in enumerate(layers):
        for part in vars(layer).values():
            if isinstance(part, Activation) and is_own(type(part)):
                with _named(part, name):
                    _try_activation(part, network.dtype)
        if is_own(type(layer)):
            with _named(layer, name):
                _try_layer(layer, network, in_shape, is_first=not i)


def try_loss(loss: Loss, task: str, target: Any, network: Network) -> None:
    """Test a bound loss on the first rows of the encoded target."""
    if not is_own(type(loss)):
        return
    first = target[:_ROWS] if isinstance(target, np.ndarray) else target[:_ROWS].toarray()
    n_raw = network.out_shape[-1]
    with _named(loss):
        whole = _value_and_grad(loss, first, 1.0, n_raw, network)
        column = np.full((len(first), 1), 0.5, network.dtype)
        for weight in (0.5, column):
            half = _value_and_grad(loss, first, weight, n_raw, network)
            if not all(map(_close, half, (0.5 * part for part in whole))):
                _refuse(loss, "value_and_grad", "must multiply loss and gradient by `weight`")
        if task != "regression" and loss.has_probabilities:
            _try_link(loss, task, n_raw, network.dtype)


def try_optimizer(optimizer: Optimizer, dtype: DTypeLike) -> None:
    """Test one step of an optimizer."""
    if is_own(type(optimizer)):
        with _named(optimizer):
            bound = optimizer.bind(_SMALL)
            if not isinstance(bound, Optimizer):
                _refuse(optimizer, "bind", f"must return an optimizer; it returned {bound!r}")
            numbers = _numbers((_SMALL.n_trainable,), dtype)
            _try_step(bound, numbers, numbers.copy())


def try_schedule(schedule: Schedule, horizon: int) -> None:
    """Test the first factor of a schedule."""
    if not is_own(type(schedule)):
        return
    with _named(schedule):
        factor = schedule.factor(0.0, 0, horizon, {})
    if not (_is_number(factor) and isfinite(factor) and factor >= 0):
        _refuse(schedule, "factor", f"must return a number >= 0; it returned {factor!r}")


@contextmanager
def _named(part: object, name: str = "") -> Iterator[None]:
    """Add the name of the part to its errors."""
    try:
        yield
    except InvalidParameterError:
        raise
    except Exception as error:
        place = f" in layer {name!r}" if name else ""
        error.add_note(f"Raised when {part!r}{place} was tried on {_ROWS} rows before training.")
        raise


def _refuse(part: object, method: str, text: str) -> NoReturn:
    raise InvalidParameterError(f"{type(part).__name__}.{method} {text}.")


def _numbers(shape: Shape, dtype: DTypeLike) -> NDArray:
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def _poison(arrays: Views) -> Views:
    """Fill arrays that a part must not rely on with NaN."""
    for array in arrays.values():
        if array.dtype.kind == "f":
            array.fill(np.nan)
    return arrays


def _close(a: Any, b: Any) -> bool:
    return np.allclose(a, b, rtol=1e-3, atol=1e-6, equal_nan=True)


def _is_number(value: Any) -> bool:
    return np.ndim(value) == 0 and np.asarray(value).dtype.kind in "fiu"


def _try_activation(activation: Activation, dtype: np.dtype) -> None:
    start = _numbers((_ROWS, 4), dtype)
    z, y = start.copy(), np.full_like(start, np.nan)
    if activation.forward(z, y) is not None:
        _refuse(activation, "forward", "must fill `y`, as in np.sin(z, out=y), and return nothing")
    if np.isnan(y).all():
        _refuse(activation, "forward", "left `y` unfilled; write y[...] = ... or use out=y")
    if not activation.needs_input:
        activation.forward(start, start)
        if not _close(start, y):
            _refuse(
                activation,
                "forward",
                "reads `z` after it wrote `y`, which may be one array; set needs_input = True",
            )
    kind = activation.work_dtype
    work = None if kind is None else np.zeros(y.shape, dtype if kind == "same" else kind)
    before = y.copy()
    given = z if activation.needs_input else y
    if activation.backward(given, y, np.ones_like(y), work) is not None:
        _refuse(activation, "backward", "must multiply `dy` in place and return nothing")
    if not np.array_equal(y, before, equal_nan=True):
        _refuse(activation, "backward", "changed `y`, which others still need")


def _try_layer(layer: Layer, network: Network, in_shape: Shape, is_first: bool) -> None:
    plan, lead, dtype = layer.plan(in_shape), network.lead, network.dtype
    rng = np.random.default_rng(0)
    p = {
        name: np.broadcast_to(param.draw(rng), (*lead, *param.shape)).astype(dtype)
        for name, param in plan.params.items()
    }
    x = _numbers((*(() if is_first else lead), _ROWS, *in_shape), dtype)
    y = np.full((*lead, _ROWS, *plan.out_shape), np.nan, dtype)
    scratch = _poison_unless_constant(network, plan)
    context = Context(scratch, train=True, rng=rng)
    before = x.copy()
    added = layer.forward(p, x, y, context)
    if added is not None and not _is_number(added):
        _refuse(
            layer,
            "forward",
            "must fill `y`, as in np.multiply(x, 2, out=y), and return nothing, or one number to "
            "add to the loss",
        )
    if y.size and np.isnan(y).all():
        _refuse(layer, "forward", "left `y` unfilled; write y[...] = ... or use out=y")
    trained = {
        name: np.full((*lead, *param.shape), np.nan, dtype)
        for name, param in plan.params.items()
        if param.role is not Role.TRACKED
    }
    g = dict(trained)
    dx = None if is_first else np.full((*lead, _ROWS, *in_shape), np.nan, dtype)
    kept = y.copy()
    layer.backward(p, g, x, y, _numbers(y.shape, dtype), dx, context)
    _check_written(layer, trained, g, dx)
    for name, now, then in (("x", x, before), ("y", y, kept)):
        if not np.array_equal(now, then, equal_nan=True):
            _refuse(layer, "forward or backward", f"changed `{name}`, which others still need")


def _poison_unless_constant(network: Network, plan: Plan) -> Views:
    needs = plan.scratch
    scratch = network.scratch(needs, _ROWS, train=True)
    _poison({name: array for name, array in scratch.items() if needs[name].fill is None})
    return scratch


def _check_written(layer: Layer, trained: Views, g: Views, dx: NDArray | None) -> None:
    for name, array in trained.items():
        if g.get(name) is not array or (array.size and np.isnan(array).all()):
            _refuse(layer, "backward", f'left g["{name}"] unfilled; write g["{name}"][...] = ...')
    if dx is not None and dx.size and np.isnan(dx).all():
        _refuse(layer, "backward", "left `dx` unfilled; write dx[...] = ... or use out=dx")


def _value_and_grad(
    loss: Loss, target: NDArray, weight: Any, n_raw: int, network: Network
) -> tuple[Any, NDArray]:
    lead = network.lead
    raw = _numbers((*lead, len(target), n_raw), network.dtype)
    before, out = raw.copy(), np.full_like(raw, np.nan)
    scratch = network.scratch(loss.scratch(n_raw), len(target), train=True)
    value = loss.value_and_grad(raw, target, weight, out, scratch)
    what = f"an array of shape {lead}, one number per member" if lead else "one number"
    if value is None or isinstance(value, tuple) or np.shape(value) != lead:
        _refuse(
            loss,
            "value_and_grad",
            f"must write the gradient into `out` and return {what}, the sum of the weighted "
            f"losses; it returned {value!r}",
        )
    if np.isnan(out).all():
        _refuse(loss, "value_and_grad", "left `out` unfilled; write out[...] = the gradient")
    if not np.array_equal(raw, before):
        _refuse(loss, "value_and_grad", "changed `raw`, which must be left as it is")
    return value, out


def _try_link(loss: Loss, task: str, n_raw: int, dtype: np.dtype) -> None:
    raw = _numbers((_ROWS, n_raw), dtype)
    name, wanted = "logistic function", expit(raw)
    if task == "multiclass":
        name, wanted = "softmax", softmax(raw, axis=-1)
    if not _close(loss.link(raw.copy()), wanted):
        _refuse(
            loss,
            "link",
            f"must return probabilities by the {name} (derive from sknn.losses.SigmoidLoss or "
            "SoftmaxLoss), or the class must say has_probabilities = False",
        )


def _try_step(optimizer: Optimizer, grad: NDArray, theta: NDArray) -> None:
    state = optimizer.init(theta)
    arrays = isinstance(state, dict) and all(
        isinstance(array, np.ndarray) and array.shape == theta.shape for array in state.values()
    )
    if not arrays:
        _refuse(
            optimizer,
            "init",
            f"must return a dict of arrays shaped like `theta` (empty for none); it returned "
            f"{state!r}",
        )
    gradient, before = grad.copy(), theta.copy()
    returned = optimizer.update(state, grad, theta, 0.1, 1)
    if not np.array_equal(theta, before):
        _refuse(optimizer, "update", "changed `theta`; leave the step in `grad`, it is subtracted")
    if returned is not None or np.array_equal(grad, gradient):
        _refuse(optimizer, "update", "must turn `grad` into the step in place, as in grad *= lr")
