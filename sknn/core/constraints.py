"""Constraints on parameters, in scikit-learn's terms, applied when a model is built.

A number may be of any numeric type. It is converted to Python's own, so that arithmetic does not
depend on the type: a float32 would round, and a uint8 would overflow.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from inspect import Parameter, signature
from types import MappingProxyType
from typing import Any

import numpy as np

from sknn.exceptions import InvalidParameterError

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _as_given(value: Any) -> Any:
    return value


class Constraint:
    """A test of one value, a description of valid values, and how they are converted."""

    def __init__(
        self,
        accepts: Callable[[Any], bool],
        words: str,
        plain: Callable[[Any], Any] = _as_given,
    ) -> None:
        self.accepts = accepts
        self.words = words
        self.plain = plain

    def __or__(self, other: Constraint) -> Constraint:
        """Accept what either side accepts."""
        return Constraint(
            lambda value: self.accepts(value) or other.accepts(value),
            f"{self.words} or {other.words}",
            lambda value: (self if self.accepts(value) else other).plain(value),
        )

    def read(self, owner: str, name: str, value: Any) -> Any:
        """Return the value in Python's own types.

        Raises
        ------
        InvalidParameterError
            If it is not accepted.
        """
        if not self.accepts(value):
            raise InvalidParameterError(
                f"The {name!r} parameter of {owner} must be {self.words}. Got {value!r} instead."
                f"{self.hint(value)}"
            )
        return self.plain(value)

    def hint(self, value: Any) -> str:
        """Return a hint about a refused value."""
        return ""


def is_number(value: Any, kind: type) -> bool:
    """Return whether a value is of a kind of number; booleans and time spans are not."""
    kinds = (kind, Decimal) if kind is numbers.Real else kind
    return isinstance(value, kinds) and not isinstance(value, (bool, np.bool_, np.timedelta64))


def _bounds(low: float, high: float, closed: str) -> tuple[Callable[[Any], bool], str]:
    left = closed in ("left", "both")
    right = closed in ("right", "both")

    def inside(value: Any) -> bool:
        above = value >= low if left else value > low
        return bool(above and (value <= high if right else value < high))

    def show(bound: float) -> str:
        return str(bound)

    return inside, f"{'[' if left else '('}{show(low)}, {show(high)}{']' if right else ')'}"


def as_float(value: Any) -> float:
    """Return a number as Python's float, NaN if it is not a number or beyond all floats."""
    if type(value) is float:
        return value
    try:
        known = type(value) is int
        return float(value) if known or is_number(value, numbers.Real) else math.nan
    except (OverflowError, ValueError):
        return math.nan


def real(low: float = -math.inf, high: float = math.inf, closed: str = "neither") -> Constraint:
    """Accept a real number in an interval; `closed`: left, right, both, or neither. NaN fails."""
    inside, interval = _bounds(float(low), float(high), closed)
    return Constraint(
        lambda value: inside(as_float(value)), f"a float in the range {interval}", float
    )


def integer(low: float = -math.inf, high: float = math.inf, closed: str = "left") -> Constraint:
    """Accept a whole number (never a bool) in an interval; one beyond all floats fails."""
    inside, interval = _bounds(low, high, closed)
    return Constraint(
        lambda value: is_number(value, numbers.Integral) and inside(as_float(value)),
        f"an int in the range {interval}",
        int,
    )


def each(plain: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a reader of lists and tuples that applies a reader to each entry, or to a value."""

    def read(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(plain, value))
        return list(map(plain, value)) if isinstance(value, list) else plain(value)

    return read


def pair_of_integers(low: float = -math.inf) -> Constraint:
    """Accept a tuple or list of two whole numbers, none below `low`."""
    one = integer(low)
    return Constraint(
        lambda value: (
            isinstance(value, (tuple, list)) and len(value) == 2 and all(map(one.accepts, value))
        ),
        f"a pair of them, each {one.words}",
        each(int),
    )


def boolean() -> Constraint:
    """Accept True or False, as Python's or NumPy's bool."""
    return Constraint(lambda value: isinstance(value, (bool, np.bool_)), "a bool", bool)


def one_of(options: Iterable[str]) -> Constraint:
    """Accept one of the given strings."""
    allowed = set(options)
    return Constraint(
        lambda value: isinstance(value, str) and value in allowed,
        f"a str among {{{', '.join(repr(option) for option in sorted(allowed))}}}",
    )


def instance_of(kind: type, words: str | None = None) -> Constraint:
    """Accept an instance of a class; the class itself does not pass."""
    return Constraint(
        lambda value: isinstance(value, kind),
        words or f"an instance of {kind.__name__!r}",
    )


def spec_of(kind: Any, words: str) -> Constraint:
    """Accept a spec of a class, whose own parameters are also checked and converted."""
    return Constraint(lambda value: isinstance(value, kind), words, lambda value: value.checked())


def none() -> Constraint:
    """Accept None."""
    return Constraint(lambda value: value is None, "None")


def array_like(words: str = "an array-like") -> Constraint:
    """Accept a list, tuple or array."""
    return Constraint(lambda value: isinstance(value, (list, tuple, np.ndarray)), words)


def integers() -> Constraint:
    """Accept a list, tuple or one-dimensional array of ints."""

    def sound(value: Any) -> bool:
        if isinstance(value, np.ndarray):
            return value.ndim == 1 and value.dtype.kind in "iu"
        return isinstance(value, (list, tuple)) and all(
            is_number(n, numbers.Integral) for n in value
        )

    def read(value: Any) -> Any:
        return value.tolist() if isinstance(value, np.ndarray) else each(int)(value)

    return Constraint(sound, "a sequence of int", read)


def quantile_levels() -> Constraint:
    """Accept a list, tuple, or one-dimensional array of ascending levels, 0.5 among them."""
    level = real(0, 1)

    def sound(value: Any) -> bool:
        if isinstance(value, np.ndarray):
            value = value.tolist() if value.ndim == 1 else None
        if not isinstance(value, (list, tuple)) or not all(map(level.accepts, value)):
            return False
        plain = list(map(float, value))
        return plain == sorted(set(plain)) and 0.5 in plain

    def read(value: Any) -> Any:
        return value.tolist() if isinstance(value, np.ndarray) else each(float)(value)

    return Constraint(sound, "a list of several in ascending order, 0.5 among them", read)


def check(
    owner: str,
    values: Mapping[str, Any],
    constraints: Mapping[str, Constraint],
    sound: Mapping[str, Any] = _NOTHING,
) -> dict[str, Any]:
    """Return the values as the constraints convert them: numbers of any type become Python's own.

    Values that are the same objects as in `sound` are skipped.

    Raises
    ------
    InvalidParameterError
        For the first value its constraint does not accept, both a ValueError and a TypeError; the
        text names the owner, the parameter, the allowed values, and the given one. Also for a row
        of `constraints` without a value.
    """
    plain = {}
    for name, constraint in constraints.items():
        if name not in values:
            raise InvalidParameterError(
                f"{owner} has a constraint for {name!r}, but stores no parameter of that name; "
                f"set self.{name} in __init__, or take the row out of its constraints."
            )
        # Without a valid default, the constraint replaces it, which no parameter has as a value.
        if values[name] is not sound.get(name, constraint):
            plain[name] = constraint.read(owner, name, values[name])
    return plain


def sound_defaults(kind: type, table: Mapping[str, Constraint]) -> dict[str, Any]:
    """Return the defaults of a class that its table accepts unchanged.

    Most parameters have their defaults, which need not be checked every time.
    """
    defaults = {name: parameter.default for name, parameter in signature(kind).parameters.items()}
    return {
        name: defaults[name]
        for name, row in table.items()
        if defaults.get(name, Parameter.empty) is not Parameter.empty
        and _is_sound(row, defaults[name])
    }


def _is_sound(row: Constraint, default: Any) -> bool:
    try:
        read = row.read("", "", default)
    except (TypeError, ValueError):
        return False
    sizes = isinstance(default, tuple) and all(type(size) is int for size in default)
    return read is default or (sizes and read == default)
