"""Several estimators, or recipes such as optimizers, in one picture, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sknn.inspection.unwrap import served


def several(given: Any, name: str) -> Any:
    """Return a list or dict of estimators to draw, unless it is empty.

    Raises
    ------
    ValueError
        If it is empty.
    """
    if isinstance(given, (Mapping, list, tuple)) and not given:
        raise ValueError(f"{name} must not be empty.")
    return given


def named_estimators(given: Any, name: str | None = None) -> list[tuple[str, Any]]:
    """Return estimators with the names for a legend: the class, numbered in a list.

    Parameters
    ----------
    given : estimator, list, or dict of them
    name : str, default=None
        Instead of the name of the class.
    """
    given = several(given, "estimator")
    if isinstance(given, Mapping):
        return [(str(key), each) for key, each in given.items()]
    if isinstance(given, (list, tuple)):
        return [(f"{name or _kind(each)} {i}", each) for i, each in enumerate(given)]
    return [(name or _kind(given), given)]


def named_recipes(given: Any, name: str) -> dict[str, Any]:
    """Return recipes by their own names.

    Parameters
    ----------
    given : str, recipe, list, or dict of them
    name : str
        Of the argument.
    """
    given = several(given, name)
    if isinstance(given, Mapping):
        return {str(key): each for key, each in given.items()}
    every = given if isinstance(given, (list, tuple)) else [given]
    return {each if isinstance(each, str) else repr(each): each for each in every}


def _kind(estimator: Any) -> str:
    return type(served(estimator)).__name__
