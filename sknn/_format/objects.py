"""Objects of classes, and classes and functions themselves, by name."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Iterable
from enum import Enum
from struct import calcsize
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from sknn._format import migrations
from sknn._format.allowed import LISTENERS
from sknn._format.kind import Kind, Making, Telling, Unsavable
from sknn._format.names import is_ours, name_of
from sknn._version import __version__

_FUNCTIONS = (FunctionType, BuiltinFunctionType, np.ufunc)
_HEAP_TYPE = 1 << 9
"""The flag of CPython that C types such as list and Exception lack."""

_POINTER = calcsize("P")

_STEP_BYTES = 1024
"""Memory that a class of sknn takes for each entry of a list in its state, such as a layer."""

_METHODS: weakref.WeakKeyDictionary[type, frozenset[str]] = weakref.WeakKeyDictionary()
"""Names of the methods of classes seen so far."""

_VERSION = "_sknn_version"
"""The entry of a state for warnings about pickles of other versions; files are migrated."""


class EnumMember(Kind):
    """A member of an Enum."""

    key = "enum"
    shared = False

    def suits(self, value: Any) -> bool:
        return isinstance(value, Enum)

    def tell(self, value: Any, out: Telling) -> Any:
        return {self.key: name_of(type(value)), "name": value.name}

    def make(self, node: Any, source: Making) -> Any:
        kind = source.named(node[self.key])
        if not (isinstance(kind, type) and issubclass(kind, Enum)):
            raise ValueError(f"{node[self.key]} is not an Enum")
        return kind.__members__[node["name"]]


class Global(Kind):
    """A class or a function as a value: a dtype, a metric."""

    key = "global"
    shared = False

    def suits(self, value: Any) -> bool:
        return isinstance(value, (type, *_FUNCTIONS))

    def tell(self, value: Any, out: Telling) -> Any:
        return {self.key: name_of(value)}

    def make(self, node: Any, source: Making) -> Any:
        return source.named(node[self.key])


class Instance(Kind):
    """An object: the name of its class, and its state."""

    key = "object"

    def suits(self, value: Any) -> bool:
        return True

    def tell(self, value: Any, out: Telling) -> Any:
        kind = type(value)
        if (
            kind.__reduce_ex__ is not object.__reduce_ex__
            or kind.__reduce__ is not object.__reduce__
        ):
            raise Unsavable(
                f"a {kind.__name__} is made by calling something, which no file may request; "
                "leave it out, or keep the whole in a pickle"
            )
        if not _is_plain(kind):
            raise Unsavable(
                f"a {kind.__name__} is more than its attributes, and they are all a file holds"
            )
        state, name = value.__getstate__(), name_of(kind)
        if type(state) is not dict or not all(type(key) is str for key in state):
            return {self.key: name, "value": out.tell(state)}
        kept = {key: each for key, each in state.items() if key not in LISTENERS}
        if found := _methods(kind, kept):
            raise Unsavable(f"{kind.__name__}.{found[0]} is a method, and has another value here")
        return {self.key: name, "state": {k: out.tell(each, f".{k}") for k, each in kept.items()}}

    def make(self, node: Any, source: Making) -> Any:
        kind = source.named(node[self.key])
        if not isinstance(kind, type) or not _is_plain(kind):
            raise ValueError(f"no object of {node[self.key]} can be in a file")
        return object.__new__(kind)

    def fill(self, value: Any, node: Any, source: Making) -> None:
        if "value" in node:
            state = source.make(node["value"])
        else:
            state = {name: source.make(each) for name, each in node["state"].items()}
            state = migrations.to_current(node[self.key], state, source.format)
            if found := _methods(type(value), state):
                raise ValueError(f"{node[self.key]}.{found[0]} is a method, which no file replaces")
            if _VERSION in state:
                state[_VERSION] = __version__
        if state is None:
            return
        if hasattr(value, "__setstate__"):
            # Only of classes that may be in a file; those of sknn read a state and call nothing.
            if is_ours(type(value)) and not issubclass(type(value), BaseEstimator):
                source.spend(_unpacked_size(state))
            value.__setstate__(state)
        else:
            _set_attributes(value, state)


def _is_plain(kind: type) -> bool:
    """Return whether objects of a class consist of their attributes: made by object.__new__."""
    bases = kind.__mro__[:-1]
    written_in_python = all(base.__flags__ & _HEAP_TYPE for base in bases)
    return written_in_python and not issubclass(kind, (type, Enum)) and not _holds_more(kind)


def _holds_more(kind: type) -> bool:
    """Return whether objects hold something in C as well, such as the state of a lock.

    They then need more memory than pointers to attributes, slots, and weak references take.
    """
    slots = sum(
        inspect.ismemberdescriptor(each) for base in kind.__mro__ for each in vars(base).values()
    )
    pointers = slots + bool(kind.__dictoffset__) + bool(kind.__weakrefoffset__)
    return kind.__basicsize__ > object.__basicsize__ + pointers * _POINTER


def _methods(kind: type, names: Iterable[str]) -> list[str]:
    """Return which names are methods of a class, which a file could replace by other calls."""
    known = _METHODS.get(kind)
    if known is None:
        fields = getattr(kind, "__dataclass_fields__", {})
        known = _METHODS[kind] = frozenset(
            name
            for name in dir(kind)
            if name not in fields and _is_method(getattr(kind, name, None))
        )
    return sorted(known.intersection(names))


def _is_method(value: Any) -> bool:
    return callable(value) and inspect.isroutine(value)


def _unpacked_size(state: Any) -> int:
    """Return the approximate memory that a class of sknn needs to unpack its state."""
    parts = state.values() if isinstance(state, dict) else ()
    arrays = sum(each.nbytes for each in parts if isinstance(each, np.ndarray))
    return arrays + sum(
        _STEP_BYTES * len(each) for each in parts if isinstance(each, (list, tuple))
    )


def _set_attributes(value: Any, state: Any) -> None:
    """Set the state of an object without __setstate__, as pickle does."""
    slots = None
    if isinstance(state, tuple) and len(state) == 2:
        state, slots = state
    if type(state) is dict:
        value.__dict__.update(state)
    elif state is not None:
        raise ValueError(f"the state of a {type(value).__name__} is not valid")
    for name, each in (slots or {}).items():
        if not inspect.ismemberdescriptor(getattr(type(value), name, None)):
            raise ValueError(f"a {type(value).__name__} has no slot {name!r}")
        object.__setattr__(value, name, each)


KINDS = (EnumMember(), Global(), Instance())
