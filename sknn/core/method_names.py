"""Methods that name the class of the user, not the base class from which it inherits them.

Python names a function by the place of its code: ``_Moments.__init__() got an unexpected keyword
argument``, although the user wrote ``Adam(beta=0.9)``. And its docstring says what is true for most
classes, although a few differ.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import CellType, FunctionType, MappingProxyType
from typing import Any

_NOTHING: Mapping[str, str] = MappingProxyType({})


def take_over(owner: type, name: str, wording: Mapping[str, str] = _NOTHING) -> None:
    """Give a class a copy of an inherited method with the name of the class; do nothing otherwise.

    Parameters
    ----------
    wording : mapping of str to str
        Replacements in its docstring: from parts of the docstring of the base to those of the
        class.
    """
    found = inspect.getattr_static(owner, name)
    if name in vars(owner):
        return
    if isinstance(found, FunctionType):
        setattr(owner, name, _reworded(_renamed(found, owner), wording))
    elif isinstance(getattr(found, "fn", None), FunctionType):
        # scikit-learn's available_if.
        kind: Any = type(found)
        twin = _reworded(_renamed(found.fn, owner), wording)
        setattr(owner, name, kind(twin, found.check, name))


def _reworded(function: FunctionType, wording: Mapping[str, str]) -> FunctionType:
    if wording and function.__doc__ is not None:
        text = inspect.cleandoc(function.__doc__)
        for common, own in wording.items():
            text = text.replace(common, own)
        function.__doc__ = text
    return function


def _renamed(function: FunctionType, owner: type) -> FunctionType:
    """Return a copy named after the class, including the function that it wraps."""
    inner = getattr(function, "__wrapped__", None)
    cells = function.__closure__ and tuple(_cell(x, inner, owner) for x in function.__closure__)
    twin = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, cells
    )
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__doc__, twin.__module__ = function.__doc__, function.__module__
    twin.__annotations__ = function.__annotations__
    twin.__dict__.update(function.__dict__)
    twin.__qualname__ = f"{owner.__qualname__}.{function.__name__}"
    return twin


def _cell(cell: CellType, inner: Any, owner: type) -> CellType:
    if inner is not None and cell.cell_contents is inner:
        return CellType(_renamed(inner, owner))
    return cell
