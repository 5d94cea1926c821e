"""Kinds of nodes: how a value is written as JSON, and how it is restored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol

Node = Any
"""None, bool, int, finite float or str, a list of nodes, or a dict with the key of a kind."""


class Unsavable(Exception):
    """A value cannot be saved; the text says why and what to do instead."""


class Telling(Protocol):
    """Interface of the writer for a kind."""

    def tell(self, value: Any, step: str = "") -> Node:
        """Return the node of a part; `step` is the path to it, for errors."""

    def add(self, array: Any) -> int:
        """Keep a large array outside the graph and return its number."""

    def spend(self, size: int) -> None:
        """Count bytes that a reader will spend."""


class Making(Protocol):
    """Interface of the reader for a kind."""

    format: int

    def make(self, node: Node) -> Any:
        """Return the value of a part."""

    def member(self, number: Any) -> memoryview:
        """Return the bytes of a large array; each can be requested once."""

    def named(self, name: Any) -> Any:
        """Return a class or function that may be in a file; raise for others."""

    def spend(self, size: int) -> None:
        """Count bytes that an object takes besides its node; raise if the file has too few."""


class Kind(ABC):
    """One kind of node. It never calls an object that a file names.

    A value is made in two steps, so that its contents can refer to it.
    """

    key: ClassVar[str]
    """The key that every node of this kind has."""

    shared: ClassVar[bool] = True
    """Whether identity matters: a second mention becomes a reference."""

    cost: ClassVar[int] = 0
    """Bytes that one of its values takes in addition to its node, if these are many."""

    @abstractmethod
    def suits(self, value: Any) -> bool:
        """Return whether a value is of this kind."""

    @abstractmethod
    def tell(self, value: Any, out: Telling) -> Node:
        """Return the node of a value."""

    @abstractmethod
    def make(self, node: Any, source: Making) -> Any:
        """Return the value of a node, still empty if it can contain itself."""

    def fill(self, value: Any, node: Any, source: Making) -> None:  # noqa: B027
        """Fill in the contents of a value, if it can contain itself."""
