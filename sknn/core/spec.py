"""Recipes: objects that hold hyper-parameters, never state.

A spec is to a kernel what an unfitted estimator is to a model. It has
``get_params``, ``set_params`` and works with :func:`sklearn.base.clone`, so that
``solver__beta_1`` or ``hidden0__units`` are ordinary keys of a grid.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sklearn.base import BaseEstimator

from sknn.core import constraints
from sknn.exceptions import InvalidParameterError


class Spec(BaseEstimator):
    """Base of every recipe.

    A family (``class Optimizer(Spec, family=True)``) owns a registry; a member
    that has a short name (``class Adam(Optimizer, alias="adam")``) is found in it by
    that name. Members without an alias, a user's own among them, are passed as objects.

    Parameters are only stored by ``__init__``; :meth:`check` tests them against the
    table ``constraints`` when a model is built.
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

    def check(self) -> None:
        """Raise InvalidParameterError for the first parameter with a value that is not allowed."""
        constraints.check(type(self).__name__, vars(self), self.constraints)


def resolve(family: Any, value: Any, parameter: str, owner: str) -> Any:
    """Turn a short name or a spec into a checked spec of `family`.

    Parameters
    ----------
    family : type
        A family base, say ``Optimizer``.
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
        value = family.registry[value]()
    if not isinstance(value, family):
        names = ", ".join(repr(name) for name in sorted(family.registry))
        raise InvalidParameterError(
            f"The {parameter!r} parameter of {owner} must be a str among {{{names}}} or an "
            f"instance of a {family.__name__} spec. Got {value!r} instead."
        )
    value.check()
    return value
