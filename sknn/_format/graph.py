"""Objects as a graph of nodes and large arrays, and back."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from typing import Any

from sknn._format import arrays, containers, generators, objects, plain, scipy_parts
from sknn._format.kind import Kind, Node, Unsavable
from sknn._format.names import Names

_DEPTH = 150
"""Largest depth of nested nodes."""

_AS_JSON = (type(None), bool, int, str)
_REFERENCE = "ref"
# Objects come last: everything is one.
_KINDS: tuple[Kind, ...] = (
    *containers.KINDS,
    *arrays.KINDS,
    *plain.KINDS,
    *generators.KINDS,
    *scipy_parts.KINDS,
    *objects.KINDS,
)
_BY_KEY = {kind.key: kind for kind in _KINDS}
_LIST = _BY_KEY["list"]
_BY_TYPE: weakref.WeakKeyDictionary[type, Kind] = weakref.WeakKeyDictionary()
_UNMADE = object()


class Writer:
    """Turns objects into nodes; `arrays` are the large ones, which the graph refers to.

    `cost` is the memory that a reader will spend on the values.
    """

    def __init__(self) -> None:
        self.arrays: list[Any] = []
        self.cost = 0
        self._numbers: dict[int, int] = {}
        # The id of a deleted object could be used by another one.
        self._seen: list[Any] = []
        self._open: set[int] = set()
        self._steps: list[tuple[str, str]] = []

    def tell(self, value: Any, step: str = "") -> Node:
        """Return the node of a value."""
        if type(value) in _AS_JSON or (type(value) is float and math.isfinite(value)):
            return value
        self._steps.append((step, type(value).__name__))
        kind = _kind_of(value)
        self.cost += kind.cost
        node = self._tell_shared(kind, value) if kind.shared else kind.tell(value, self)
        self._steps.pop()
        return node

    def _tell_shared(self, kind: Kind, value: Any) -> Node:
        known = self._numbers.get(id(value))
        if known is not None:
            if id(value) in self._open and isinstance(value, (tuple, frozenset)):
                raise Unsavable("a tuple that holds itself cannot be written")
            return {_REFERENCE: known}
        if len(self._steps) > _DEPTH:
            raise Unsavable(f"it is nested more than {_DEPTH} deep")
        self._numbers[id(value)] = len(self._seen)
        self._seen.append(value)
        self._open.add(id(value))
        node = kind.tell(value, self)
        self._open.discard(id(value))
        return node

    def add(self, array: Any) -> int:
        """Keep a large array."""
        self.arrays.append(array)
        return len(self.arrays) - 1

    def spend(self, size: int) -> None:
        """Count bytes that a reader will spend."""
        self.cost += size

    @property
    def where(self) -> str:
        """The object being written: ``callbacks[0].log, an attribute of Gather``."""
        place = "".join(step for step, _ in self._steps).lstrip(".")
        owners = [
            self._steps[i - 1][1] for i, (step, _) in enumerate(self._steps) if step[:1] == "."
        ]
        return f"its {place}, an attribute of {owners[-1]}," if owners else "it"


def _kind_of(value: Any) -> Kind:
    """Return the kind of a value, for most values by its type."""
    known = _BY_TYPE.get(type(value))
    if known is not None and known.suits(value):
        return known
    found = next(kind for kind in _KINDS if kind.suits(value))
    _BY_TYPE[type(value)] = found
    return found


class Reader:
    """Makes objects from nodes.

    Parameters
    ----------
    names : Names
        Which classes there may be.
    format : int
        That of the file.
    members : callable
        Returns the bytes of a large array, each once.
    room : int
        Bytes that values may take besides their nodes and arrays.

    Attributes
    ----------
    made : list
        All objects in the order of the file.
    """

    def __init__(
        self, names: Names, format: int, members: Callable[[Any], memoryview], room: int
    ) -> None:
        self.named = names.find
        self.format = format
        self.member = members
        self.made: list[Any] = []
        self._room = room
        self._depth = 0

    def spend(self, size: int) -> None:
        """Count bytes that an object takes in addition to its nodes.

        References make a large value of a few letters, any number of times.
        """
        self._room -= size
        if self._room < 0:
            raise ValueError("it needs more memory than a file of its size may")

    def make(self, node: Node) -> Any:
        """Return the value of a node."""
        if type(node) in _AS_JSON or type(node) is float:
            return node
        if type(node) is dict and _REFERENCE in node:
            return self._known(node[_REFERENCE])
        kind = _LIST if type(node) is list else _kind_named(node)
        self._depth += 1
        if self._depth > _DEPTH:
            raise ValueError(f"it is nested more than {_DEPTH} deep")
        self.spend(kind.cost)
        value = self._make_shared(kind, node) if kind.shared else kind.make(node, self)
        self._depth -= 1
        return value

    def _make_shared(self, kind: Kind, node: Any) -> Any:
        number = len(self.made)
        self.made.append(_UNMADE)
        value = self.made[number] = kind.make(node, self)
        kind.fill(value, node, self)
        return value

    def _known(self, number: Any) -> Any:
        if type(number) is not int or not 0 <= number < len(self.made):
            raise ValueError("a reference points to nothing")
        if self.made[number] is _UNMADE:
            raise ValueError("a reference points to an object that does not exist yet")
        return self.made[number]


def _kind_named(node: Any) -> Kind:
    """Return the kind of a node: its first key."""
    key = next(iter(node), None) if type(node) is dict else None
    if key not in _BY_KEY:
        raise ValueError(
            f"it has a node of a kind that this version of sknn does not know: {key!r}"
        )
    return _BY_KEY[key]
