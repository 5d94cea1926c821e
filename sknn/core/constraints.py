"""What a parameter may be, said once and in scikit-learn's words; checked when a model is built."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from sknn.exceptions import InvalidParameterError


class Constraint:
    """A test of one value and the words that describe what passes it."""

    def __init__(self, accepts: Callable[[Any], bool], words: str) -> None:
        self.accepts = accepts
        self.words = words

    def __or__(self, other: Constraint) -> Constraint:
        """Accept what either side accepts."""
        return Constraint(
            lambda value: self.accepts(value) or other.accepts(value),
            f"{self.words} or {other.words}",
        )


def is_number(value: Any, kind: type) -> bool:
    """Say whether a value is of a kind of number; truth values and time spans are none."""
    return isinstance(value, kind) and not isinstance(value, (bool, np.bool_, np.timedelta64))


def _bounds(low: float, high: float, closed: str) -> tuple[Callable[[Any], bool], str]:
    left = closed in ("left", "both")
    right = closed in ("right", "both")

    def inside(value: Any) -> bool:
        above = value >= low if left else value > low
        return bool(above and (value <= high if right else value < high))

    def show(bound: float) -> str:
        return str(bound)

    return inside, f"{'[' if left else '('}{show(low)}, {show(high)}{']' if right else ')'}"


def real(low: float = -math.inf, high: float = math.inf, closed: str = "neither") -> Constraint:
    """Accept a real number in an interval; `closed`: left, right, both or neither. NaN fails."""
    inside, interval = _bounds(float(low), float(high), closed)
    return Constraint(
        lambda value: is_number(value, numbers.Real) and inside(value),
        f"a float in the range {interval}",
    )


def integer(low: float = -math.inf, high: float = math.inf, closed: str = "left") -> Constraint:
    """Accept a whole number (never a bool) in an interval."""
    inside, interval = _bounds(low, high, closed)
    return Constraint(
        lambda value: is_number(value, numbers.Integral) and inside(value),
        f"an int in the range {interval}",
    )


def pair_of_integers(low: float = -math.inf) -> Constraint:
    """Accept a tuple or list of two whole numbers, none below `low`."""
    one = integer(low)
    return Constraint(
        lambda value: (
            isinstance(value, (tuple, list)) and len(value) == 2 and all(map(one.accepts, value))
        ),
        f"a pair of them, each {one.words}",
    )


def boolean() -> Constraint:
    """Accept True or False, as Python's or NumPy's bool."""
    return Constraint(lambda value: isinstance(value, (bool, np.bool_)), "a bool")


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


def none() -> Constraint:
    """Accept None."""
    return Constraint(lambda value: value is None, "None")


def array_like(words: str = "an array-like") -> Constraint:
    """Accept a list, tuple or array."""
    return Constraint(lambda value: isinstance(value, (list, tuple, np.ndarray)), words)


def check(owner: str, values: Mapping[str, Any], constraints: Mapping[str, Constraint]) -> None:
    """Raise for the first value its constraint does not accept.

    Raises
    ------
    InvalidParameterError
        Both a ValueError and a TypeError; the text names the owner, the
        parameter, what is allowed and what came.
    """
    for name, constraint in constraints.items():
        if not constraint.accepts(values[name]):
            raise InvalidParameterError(
                f"The {name!r} parameter of {owner} must be {constraint.words}. "
                f"Got {values[name]!r} instead."
            )
