"""Recipes: objects that hold hyper-parameters, never state.

A spec is to a kernel what an unfitted estimator is to a model. It has
``get_params``, ``set_params`` and works with :func:`sklearn.base.clone`, so that
``solver__beta_1`` or ``hidden0__units`` are ordinary keys of a grid.
"""

from __future__ import annotations

import copy
from abc import ABC
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from typing import Any, ClassVar, Self

from sklearn.base import BaseEstimator

from sknn.core import constraints
from sknn.core.method_names import take_over
from sknn.exceptions import InvalidParameterError


class Spec(BaseEstimator, ABC):
    """Base of every recipe.

    A family (``class Optimizer(Spec, family=True)``) owns a registry; a member
    that has a short name (``class Adam(Optimizer, alias="adam")``) is found in it by
    that name. Members without an alias, a user's own among them, are passed as objects.

    Parameters are only stored by ``__init__``; :meth:`check` tests them against the
    table ``constraints`` when a model is built. A member that lacks a method of its family
    cannot be made.
    """

    registry: ClassVar[dict[str, type[Spec]]]
    alias: ClassVar[str | None] = None
    constraints: ClassVar[dict[str, constraints.Constraint]] = {}

    def __init_subclass__(
        cls, *, family: bool = False, alias: str | None = None, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        if family:
            cls.registry = {}
        cls.alias = alias
        if alias is not None:
            cls.registry[alias] = cls
        if cls.__init__ is not object.__init__:  # type: ignore[misc]
            take_over(cls, "__init__")

    def check(self) -> None:
        """Raise InvalidParameterError for the first parameter with a value that is not allowed."""
        for name in _parameter_names(type(self)):
            if not hasattr(self, name):
                raise InvalidParameterError(
                    f"{type(self).__name__}.__init__ must store its parameter {name!r} under that "
                    f"name, self.{name} = {name}; else it cannot be cloned or searched. Where a "
                    "__getstate__ left it out of a file, pass a new object."
                )
        if self.constraints:
            kind = type(self)
            constraints.check(kind.__name__, vars(self), self.constraints, _sound_defaults(kind))

    def checked(self) -> Self:
        """Return the spec with its numbers as Python's own, `self` if they already are.

        Raises
        ------
        InvalidParameterError
            For the first parameter with a value that is not allowed.
        """
        self.check()
        if not self.constraints:
            return self
        given, sound = vars(self), _sound_defaults(type(self))
        plain = {
            name: row.plain(given[name])
            for name, row in self.constraints.items()
            if given[name] is not sound.get(name, row)
        }
        if all(value is given[name] for name, value in plain.items()):
            return self
        twin = copy.copy(self)
        twin.__dict__.update(plain)
        return twin


@cache
def _parameter_names(kind: type[Spec]) -> tuple[str, ...]:
    """Return the parameters of a class; reading its signature again each time would take 30 us."""
    return tuple(kind._get_param_names())


@cache
def _sound_defaults(kind: type[Spec]) -> dict[str, Any]:
    return constraints.sound_defaults(kind, kind.constraints)


@cache
def _starts_sound(kind: type[Spec]) -> bool:
    """Return whether a class with its defaults passes its own check, and stays as it is."""
    spec: Spec = kind()
    return spec.checked() is spec


def resolve(family: Any, value: Any, parameter: str, owner: str) -> Any:
    """Turn a short name or a spec into a checked spec of `family`, its numbers Python's own.

    Parameters
    ----------
    family : type
        The base class of a family, such as ``Optimizer``.
    value : str or Spec
        The short name of a member (its default parameters are used) or a member.
    parameter, owner : str
        Named in the error: "The 'solver' parameter of MLPClassifier ...".

    Raises
    ------
    InvalidParameterError
        For an unknown name, a foreign object, a class instead of an instance, or a spec
        whose own parameters are not allowed.
    """
    if isinstance(value, str) and value in family.registry:
        kind = family.registry[value]
        return kind() if _starts_sound(kind) else kind().checked()
    if not isinstance(value, family):
        raise unusable(family, value, parameter, owner, family.registry)
    return value.checked()


def unusable(
    family: Any, value: Any, parameter: str, owner: str, names: Iterable[str], hint: str = ""
) -> InvalidParameterError:
    """Return the error for a `value` that is neither one of `names` nor a member of `family`."""
    known = sorted(names)
    listed = ", ".join(repr(name) for name in known)
    if isinstance(value, str):
        near = get_close_matches(value, known, 1)
        hint = f" Did you mean {near[0]!r}?" if near else hint
        hint = getattr(family, "hints", {}).get(value, hint)
    if isinstance(value, type):
        hint = f" Pass an instance, {value.__name__}(...), not the class."
    if callable(value) and not (isinstance(value, type) and issubclass(value, family)):
        hint = f" Derive a class from {family.__name__}, and pass an instance."
    return InvalidParameterError(
        f"The {parameter!r} parameter of {owner} must be a str among {{{listed}}} or an instance "
        f"of the class {family.__name__}. Got {value!r} instead.{hint}"
    )
