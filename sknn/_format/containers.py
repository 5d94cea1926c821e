"""Values that hold others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sklearn.utils import Bunch

from sknn._format.kind import Kind, Making, Telling
from sknn._format.names import name_of


def _parts(values: Iterable[Any], out: Telling) -> list[Any]:
    return [out.tell(value, f"[{i}]") for i, value in enumerate(values)]


def _pairs(values: dict[Any, Any], out: Telling) -> list[Any]:
    return [[out.tell(key), out.tell(value, f"[{key!r}]")] for key, value in values.items()]


def _listed(node: Any) -> list[Any]:
    if not isinstance(node, list):
        raise ValueError(f"a list is needed instead of {type(node).__name__}")
    return node


class List(Kind):
    """A list is a JSON array."""

    key = "list"

    def suits(self, value: Any) -> bool:
        return type(value) is list

    def tell(self, value: list[Any], out: Telling) -> Any:
        return _parts(value, out)

    def make(self, node: Any, source: Making) -> list[Any]:
        return []

    def fill(self, value: list[Any], node: Any, source: Making) -> None:
        value.extend(map(source.make, _listed(node)))


class Frozen(Kind):
    """A tuple, set, or frozenset: its items are made first."""

    def __init__(self, kind: type) -> None:
        self.key = kind.__name__  # type: ignore[misc]
        self.kind = kind

    def suits(self, value: Any) -> bool:
        return type(value) is self.kind

    def tell(self, value: Any, out: Telling) -> Any:
        return {self.key: _parts(value if self.kind is tuple else _in_one_order(value), out)}

    def make(self, node: Any, source: Making) -> Any:
        return self.kind([source.make(each) for each in _listed(node[self.key])])


def _in_one_order(values: Iterable[Any]) -> list[Any]:
    """Sort if possible, because a file should not depend on the hashes of a process."""
    try:
        return sorted(values)
    except TypeError:
        return list(values)


class Dict(Kind):
    """A dict, as a JSON object if all keys are strings, else as pairs."""

    key = "dict"
    kind: type[dict] = dict

    def suits(self, value: Any) -> bool:
        return type(value) is self.kind

    def tell(self, value: dict[Any, Any], out: Telling) -> Any:
        if all(type(key) is str for key in value):
            return {self.key: {k: out.tell(each, f"[{k!r}]") for k, each in value.items()}}
        return {self.key: _pairs(value, out)}

    def make(self, node: Any, source: Making) -> dict[Any, Any]:
        return dict.__new__(self.kind)

    def fill(self, value: dict[Any, Any], node: Any, source: Making) -> None:
        content = node[self.key]
        named = content.items() if isinstance(content, dict) else None
        for key, each in named if named is not None else _listed(content):
            made = key if named is not None else source.make(key)
            dict.__setitem__(value, made, source.make(each))


class Named(Dict):
    """scikit-learn's dict whose entries are attributes, too."""

    key = "bunch"
    kind = Bunch


class NamedTuple(Kind):
    """A named tuple."""

    key = "namedtuple"

    def suits(self, value: Any) -> bool:
        return isinstance(value, tuple) and hasattr(type(value), "_fields")

    def tell(self, value: Any, out: Telling) -> Any:
        return {self.key: name_of(type(value)), "items": _parts(value, out)}

    def make(self, node: Any, source: Making) -> Any:
        kind = source.named(node[self.key])
        items = [source.make(each) for each in _listed(node["items"])]
        if not (isinstance(kind, type) and issubclass(kind, tuple)):
            raise ValueError(f"{node[self.key]} is not a named tuple")
        if len(items) != len(kind._fields):  # type: ignore[attr-defined]
            raise ValueError(f"{node[self.key]} has {len(kind._fields)} places")  # type: ignore[attr-defined]
        return tuple.__new__(kind, items)


KINDS = (List(), Frozen(tuple), Frozen(set), Frozen(frozenset), Dict(), Named(), NamedTuple())
