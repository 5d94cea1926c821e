"""Methods that complain in the name of the class a user knows, not of a base it inherits from.

Python names a function by where it was written: ``_Moments.__init__() got an unexpected keyword
argument``, where the user wrote ``Adam(beta=0.9)``.
"""

from __future__ import annotations

import inspect
from types import CellType, FunctionType
from typing import Any


def take_over(owner: type, name: str) -> None:
    """Give a class a copy of a method it inherits, under its own name; anything else stays."""
    found = inspect.getattr_static(owner, name)
    if name in vars(owner):
        return
    if isinstance(found, FunctionType):
        setattr(owner, name, _renamed(found, owner))
    elif isinstance(getattr(found, "fn", None), FunctionType):
        # scikit-learn's available_if.
        kind: Any = type(found)
        setattr(owner, name, kind(_renamed(found.fn, owner), found.check, name))


def _renamed(function: FunctionType, owner: type) -> FunctionType:
    """Return a copy that is called by the name of the class; so is what it wraps."""
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
