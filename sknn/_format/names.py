"""Names of classes and functions in a file, and which of them are allowed."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np

from sknn._format.allowed import BUILTINS, FACES, FUNCTIONS, ROOMS, SCIKIT_LEARN
from sknn._format.kind import Unsavable
from sknn._format.migrations import current_name

NAMING = frozenset({"object", "namedtuple", "enum", "global"})
"""Keys of nodes that name a class or function."""


def name_of(thing: Any) -> str:
    """Return the name of a class or function in a file.

    Classes of sknn and scikit-learn have the name that users import, if there is one, because their
    modules may be moved.

    Raises
    ------
    Unsavable
        For what no module has under its own name.
    """
    module, name = getattr(thing, "__module__", None) or "numpy", _own_name(thing)
    found = _public_name(thing) if isinstance(thing, type) else None
    if found is not None:
        return found
    if "<" in name or _attribute(sys.modules.get(module), name) is not thing:
        raise Unsavable(
            f"{module}.{name} cannot be found by that name; define it at the top level of a module"
        )
    return _function_name(thing) or f"{module}.{name}"


def _own_name(thing: Any) -> str:
    return getattr(thing, "__qualname__", None) or thing.__name__


def _attribute(owner: Any, name: str) -> Any:
    """Return the object with a dotted name, None if there is none."""
    for part in name.split("."):
        owner = getattr(owner, part, None)
    return owner


@cache
def _public_name(kind: type) -> str | None:
    """Return the name under which a class of sknn, scikit-learn, or NumPy is found, else None."""
    module, name = kind.__module__, kind.__qualname__
    if is_ours(kind):
        faces = (*FACES, *(room for room in ROOMS if module.startswith(f"{room}.")))
        known = (face for face in faces if getattr(import_module(face), name, None) is kind)
        return f"{next(known, module)}.{name}" if _is_found(kind) else None
    if module.startswith("sklearn."):
        places = (module, ".".join(module.split(".")[:3]), ".".join(module.split(".")[:2]))
        return next((f"{m}.{name}" for m in places if name in SCIKIT_LEARN.get(m, ())), None)
    return None


def _is_found(kind: type) -> bool:
    return _attribute(sys.modules.get(kind.__module__), kind.__qualname__) is kind


def _function_name(thing: Any) -> str | None:
    """Return the public name of a function of scikit-learn, None for anything else."""
    module, name = getattr(thing, "__module__", None) or "", getattr(thing, "__name__", "")
    shown = ".".join(module.split(".")[:2])
    found = _metric(name) if shown == "sklearn.metrics" else _listed(FUNCTIONS, shown, name)
    return f"{shown}.{name}" if found is thing else None


def is_ours(kind: type) -> bool:
    """Return whether a class says that it is defined in sknn."""
    return kind.__module__ == "sknn" or kind.__module__.startswith("sknn.")


class Foreign(ValueError):
    """A name that may not be in a file."""


class Names:
    """The classes and functions that a file may name.

    Parameters
    ----------
    trusted : iterable of class or function
        Those of the user.

    Raises
    ------
    TypeError
        For anything else among them.
    """

    def __init__(self, trusted: Iterable[Any] = ()) -> None:
        if isinstance(trusted, (str, type)) or not isinstance(trusted, Iterable):
            raise TypeError(f"trusted must be a list of classes. Got {trusted!r} instead.")
        self.trusted: dict[str, Any] = {}
        for each in trusted:
            if not (isinstance(each, type) or callable(each) and hasattr(each, "__name__")):
                raise TypeError(
                    f"trusted must hold classes and functions, not names or objects. Got {each!r}."
                )
            self.trusted[self._name(each)] = each

    @staticmethod
    def _name(thing: Any) -> str:
        try:
            return name_of(thing)
        except Unsavable:  # For a class defined in a function.
            return f"{getattr(thing, '__module__', None)}.{_own_name(thing)}"

    def find(self, name: Any) -> Any:
        """Return the object with a name.

        Raises
        ------
        ValueError
            If that may not be in a file, or is not there.
        """
        if not isinstance(name, str):
            raise ValueError(f"{name!r} is not the name of a class")
        if name in self.trusted:
            return self.trusted[name]
        module, _, own = current_name(name).rpartition(".")
        found = _allowed(module, own)
        if found is None:
            raise Foreign(name)
        return found

    def foreign(self, graph: Any) -> str:
        """Return a message about all names in a graph that are not allowed in a file."""
        names = sorted(self.missing(graph))
        own = ", ".join(sorted(name.rpartition(".")[2] for name in names))
        told = (
            f"it needs {', '.join(names)}, which is neither part of sknn nor one of the types of "
            "scikit-learn and NumPy that every file may hold."
        )
        if alike := self._alike(names):
            return (
                f"{told} trusted holds {', '.join(alike)} instead. Import it from the same module "
                "when you save and when you load"
            )
        return f"{told} If you trust it, pass trusted=[{own}]"

    def _alike(self, names: Iterable[str]) -> list[str]:
        """Return the trusted names that differ from some of these only in their modules."""
        own = {name.rpartition(".")[2] for name in names}
        return sorted(name for name in self.trusted if name.rpartition(".")[2] in own)

    def missing(self, graph: Any) -> set[str]:
        """Return the names in a graph that may not be in a file."""
        return {name for name in _named(graph) if self._is_foreign(name)}

    def _is_foreign(self, name: str) -> bool:
        try:
            self.find(name)
        except Foreign:
            return True
        return False


def _named(graph: Any) -> Iterator[str]:
    """Yield the names of classes and functions in a graph of any depth."""
    waiting = [graph]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield from (node[key] for key in NAMING & node.keys() if isinstance(node[key], str))
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def at_hand(graph: Any) -> list[Any]:
    """Return the classes and functions that a graph names, from objects of this process."""
    found = (_loaded(name) for name in set(_named(graph)))
    return [each for each in found if each is not None]


def _loaded(name: str) -> Any:
    """Return the object with a name in an imported module, None if there is none."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = sys.modules.get(".".join(parts[:cut]))
        if module is not None:
            return _attribute(module, ".".join(parts[cut:]))
    return None


def _allowed(module: str, name: str) -> Any:
    """Return a class or function that any file may hold, None for everything else."""
    if module == "sknn" or module.startswith("sknn."):
        return _ours(module, name)
    if module == "sklearn.metrics":
        return _metric(name)
    if module.startswith("sklearn."):
        return _listed(SCIKIT_LEARN, module, name) or _listed(FUNCTIONS, module, name)
    if module == "builtins" and name in BUILTINS:
        return getattr(builtins, name)
    return _of_numpy(name) if module == "numpy" and name.isidentifier() else None


def _of_numpy(name: str) -> Any:
    """Return a type of numbers, or a function that is applied to each number, else None."""
    found = getattr(np, name, None)
    is_number = isinstance(found, type) and issubclass(found, np.generic)
    return found if is_number or isinstance(found, np.ufunc) else None


def types_of_searches() -> list[type]:
    """Return the listed types of scikit-learn other than public estimators: scorers, splitters."""
    listed = [(m, name) for m, names in SCIKIT_LEARN.items() for name in names]
    found = (getattr(_module(module), name, None) for module, name in listed)
    named = (kind for kind in found if kind is not None)
    return [kind for kind in named if kind.__name__[0] == "_" or not hasattr(kind, "fit")]


def _module(name: str) -> Any:
    """Return a module of scikit-learn, None if this version does not have it."""
    try:
        return import_module(name)
    except ImportError:
        return None


def _ours(module: str, name: str) -> Any:
    """Return a class of sknn: defined in the module under its own name, or public elsewhere."""
    if not all(part.isidentifier() for part in module.split(".")):
        return None
    try:
        found = vars(import_module(module)).get(name)
    except ImportError:
        return None
    if not isinstance(found, type) or not is_ours(found) or found.__name__ != name:
        return None
    return found if module in (*FACES, *ROOMS) or found.__module__ == module else None


def _listed(names: Mapping[str, tuple[str, ...]], module: str, name: str) -> Any:
    """Return what a list names, None if the list or this version does not have it."""
    return getattr(_module(module), name, None) if name in names.get(module, ()) else None


def _metric(name: str) -> Any:
    """Return a function among scikit-learn's metrics, None for everything else."""
    shown = import_module("sklearn.metrics")
    found = getattr(shown, name, None) if name in shown.__all__ else None
    return found if isinstance(found, FunctionType) else None
