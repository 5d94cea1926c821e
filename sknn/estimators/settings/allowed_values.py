"""Constraints on constructor parameters that take more than one line."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from sknn.core import constraints as c
from sknn.core.activations import Activation
from sknn.core.constraints import Constraint
from sknn.core.layers import Layer
from sknn.core.spec import resolve
from sknn.estimators.settings.layers import hidden_sizes
from sknn.exceptions import InvalidParameterError
from sknn.training.callbacks import Callback, Progress

_DTYPES = ("auto", "float32", "float64", np.float32, np.float64)


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


def _plain_number(value: Any) -> Any:
    """Return a number as Python's own, anything else as it is."""
    if c.is_number(value, numbers.Integral):
        return int(value)
    return c.as_float(value) if c.is_number(value, numbers.Real) else value


def _plain_numbers(value: dict[Any, Any]) -> dict[Any, Any]:
    return {key: _plain_number(each) for key, each in value.items()}


def _is_shape(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and all(
        c.is_number(n, numbers.Integral) and n >= 1 for n in value
    )


def _is_extent(value: Any) -> bool:
    entries = value if isinstance(value, (tuple, list)) else (value,)
    return 1 <= len(entries) <= 2 and _is_shape(entries)


def _is_noise(value: Any) -> bool:
    pair = isinstance(value, tuple) and len(value) == 2
    return pair and NON_NEGATIVE.accepts(value[0]) and c.integer(1).accepts(value[1])


def _plain_noise(value: Any) -> tuple[float, int]:
    return float(value[0]), int(value[1])


def _is_scorer(value: Any) -> bool:
    return isinstance(value, str) or callable(value)


AUTO = c.one_of(["auto"])
POSITIVE = c.real(0.0, closed="neither")
NON_NEGATIVE = c.real(0.0, closed="left")
BELOW_ONE = c.real(0.0, 1.0, closed="left")
SHARE = c.real(0.0, 1.0, closed="both")
INSIDE = c.real(0.0, 1.0, closed="neither")
INFINITE = Constraint(lambda value: c.as_float(value) == math.inf, "inf", float)
SEED = Constraint(_is_seed, "an int in the range [0, 2**32), a RandomState, or None", _plain_number)
DROPOUT = Constraint(
    _is_dropout, "a float in the range [0.0, 1.0) or a list of them", c.each(float)
)
BOUNDS = Constraint(_is_range, "a pair (low, high)")
RATES = Constraint(_is_rates, "a dict of layer names and factors >= 0", _plain_numbers)
CLASS_WEIGHT = Constraint(_is_class_weight, "a dict or a list of dicts", c.each(_plain_numbers))
FROZEN = Constraint(_is_freeze, "a number of layers or a list of their names", _plain_number)
SCORER = Constraint(_is_scorer, "a scorer name or a callable")
DTYPE = Constraint(
    lambda value: isinstance(value, (str, type)) and value in _DTYPES,
    "'auto', 'float32', or 'float64'",
)
ROW_SHAPE = Constraint(_is_shape, "a tuple of ints >= 1, such as (28, 28, 1)", c.each(int))
EXTENT = Constraint(_is_extent, "an int >= 1, or a tuple with one for each axis", c.each(int))
NOISE = Constraint(_is_noise, "a pair (standard deviation, epochs)", _plain_noise)


class Sizes(Constraint):
    """Units, or filters, of each of several layers."""

    def __init__(self) -> None:
        super().__init__(lambda value: True, "an int or a sequence of ints")

    def read(self, owner: str, name: str, value: Any) -> Any:
        """Return an int, a tuple, or a list of ints."""
        sizes = hidden_sizes(value, name)
        if isinstance(value, tuple):
            return tuple(sizes)
        return sizes if hasattr(value, "__len__") else sizes[0]


class Activations(Constraint):
    """An activation; with `several` also a list with one for each hidden layer.

    With `automatic` it may be "auto".
    """

    def __init__(self, several: bool = False, automatic: bool = False) -> None:
        super().__init__(lambda value: True, "an activation")
        self.several = several
        self.automatic = automatic

    def read(self, owner: str, name: str, value: Any) -> Any:
        """Return names as they are, and specs checked."""
        if self.several and isinstance(value, (list, tuple)):
            return type(value)([self._one(owner, name, each) for each in value])
        if self.automatic and isinstance(value, str) and value == "auto":
            return value
        return self._one(owner, name, value)

    @staticmethod
    def _one(owner: str, name: str, value: Any) -> Any:
        spec = resolve(Activation, value, name, owner)
        return value if isinstance(value, str) else spec


class Layers(Constraint):
    """None, or a list of layer specs; each is checked, and its numbers read, when bound."""

    def __init__(self) -> None:
        super().__init__(self._are_layers, "None or a list of layer specs")

    @staticmethod
    def _are_layers(value: Any) -> bool:
        listed = isinstance(value, (list, tuple)) and all(isinstance(x, Layer) for x in value)
        return value is None or listed

    def read(self, owner: str, name: str, value: Any) -> Any:
        """Return the list as it is."""
        if not self.accepts(value):
            raise InvalidParameterError(
                f"The {name!r} parameter of {owner} must be None or a list of layer specs, "
                "that is objects of classes derived from Layer, for example [Dense(64), "
                f"Dropout(0.2)]. Got {value!r} instead.{_instances(value)}"
            )
        for layer in value or ():
            layer.check()
        return value


def _instances(value: Any) -> str:
    """Return a hint about the first entry that is a class."""
    entries = value if isinstance(value, (list, tuple)) else [value]
    kinds = [each for each in entries if isinstance(each, type)]
    return f" Pass an instance, {kinds[0].__name__}(...), not the class." if kinds else ""


class Callbacks(Constraint):
    """None, or a list of callbacks."""

    def __init__(self) -> None:
        super().__init__(self._are_callbacks, "None or a list of sknn.callbacks")

    @staticmethod
    def _are_callbacks(value: Any) -> bool:
        listed = isinstance(value, (list, tuple)) and all(isinstance(x, Callback) for x in value)
        return value is None or listed

    def read(self, owner: str, name: str, value: Any) -> Any:
        """Return the checked callbacks."""
        value = super().read(owner, name, value)
        return None if value is None else [callback.checked() for callback in value]

    def hint(self, value: Any) -> str:
        """Return a hint about the first entry that is not a callback."""
        if isinstance(value, Callback):
            return f" Pass a list, callbacks=[{value!r}]."
        entries = value if isinstance(value, (list, tuple)) else [value]
        return _remedy(next(each for each in entries if not isinstance(each, Callback)))


def _remedy(value: Any) -> str:
    if isinstance(value, type) and issubclass(value, Callback):
        return f" Pass an instance, {value.__name__}(...), not the class."
    if value is Progress or isinstance(value, Progress):
        return " Progress is what callbacks get; to print progress, set verbose=True."
    if hasattr(value, "on_fit_task_end") or type(value).__module__.startswith("sklearn."):
        return " Callbacks of scikit-learn go to the method set_callbacks of the estimator."
    if callable(value):
        return " Derive a class from sknn.callbacks.Callback, and pass an instance."
    return ""
