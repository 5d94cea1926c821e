"""Objects in files: common parts of `save`, `load`, and checkpoints."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import sklearn

from sknn._format import container
from sknn._format.graph import Reader, Writer
from sknn._format.kind import Unsavable
from sknn._format.migrations import FORMAT
from sknn._format.names import Foreign, Names
from sknn._version import __version__
from sknn.core import archive

_WORDS = 4000
"""Largest length of an error, because names in a file may be as long as the file."""


class Told(NamedTuple):
    """An object as it will be written to a file.

    Attributes
    ----------
    head : dict
    arrays : list of ndarray
        Those of the object itself: what is changed before they are written is written changed.
    """

    head: dict[str, Any]
    arrays: list[Any]

    def write(self, path: str | os.PathLike) -> None:
        """Write the file completely or not at all; raises OSError with the reason only."""
        with archive.replacing(path) as stream:
            container.pack(self.head, self.arrays, stream)


class Found(NamedTuple):
    """Contents of a file.

    Attributes
    ----------
    value : object
    made : list
        Everything in it.
    shared : set of int
        The places in `made` of what is in it more than once.
    """

    value: Any
    made: list[Any]
    shared: set[int]

    def in_one_place(self) -> set[int]:
        """Return the ids of objects that only one other object holds."""
        return {id(each) for i, each in enumerate(self.made) if i not in self.shared}


def told(value: Any) -> Told:
    """Return an object as it will be written to a file.

    Raises
    ------
    ValueError
        If a part of it cannot be in a file; the text names the part.
    """
    writer = Writer()
    try:
        graph = writer.tell(value)
        if writer.cost > container.room_for(sum(each.nbytes for each in writer.arrays)):
            raise Unsavable(
                "it holds more generators, distributions, or numbers in ranges than a file may"
            )
    except MemoryError:
        raise
    except Exception as error:
        kind = "" if isinstance(error, Unsavable) else f"{type(error).__name__}: "
        raise ValueError(
            f"This {type(value).__name__} cannot be saved: {writer.where} is at fault: "
            f"{kind}{str(error).rstrip('.')}."
        ) from error
    head = {
        "format": FORMAT,
        "sknn": __version__,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "graph": graph,
    }
    return Told(head, writer.arrays)


def found(path: str | os.PathLike, trusted: Iterable[Any] = ()) -> Found:
    """Return the contents of a file.

    Raises
    ------
    OSError
        If it cannot be read; the text is the reason alone.
    TypeError
        For anything but classes and functions in `trusted`.
    ValueError
        If the file is none of sknn, is not as it was written, was made to harm, comes from a later
        version, or needs a class that is not allowed.
    """
    names = Names(trusted)
    try:
        # A huge file of another kind is not read at all.
        container.check_ends(*archive.ends_of(path, container.SEAL_BYTES))
        return from_bytes(archive.content_of(path), names)
    except (OSError, MemoryError):
        raise
    except Exception as error:
        kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
        words = str(error)
        words = words if len(words) <= _WORDS else f"{words[:_WORDS]} ..."
        told = f"{os.fspath(path)!r} cannot be loaded: {kind}{words.rstrip('.')}."
        raise ValueError(told) from error


def from_bytes(content: bytes, names: Names) -> Found:
    """Return the contents of the bytes of a file; errors do not name the file."""
    unpacked = container.unpack(content)
    head, members = unpacked.head, unpacked.members
    written = head.get("format")
    if type(written) is not int or written < 1:
        raise ValueError(f"{written!r} is not a format")
    if written > FORMAT:
        raise ValueError(
            f"it has format {written}, but this version of sknn reads up to {FORMAT}: update sknn "
            f"(it was written by {head.get('sknn')})"
        )
    if "graph" not in head:
        raise ValueError("it has no graph")
    room = container.room_for(len(content))
    reader = Reader(names, written, lambda number: _taken(members, number), room)
    try:
        return Found(reader.make(head["graph"]), reader.made, reader.shared)
    except Foreign as error:
        raise ValueError(names.foreign(head["graph"])) from error


def _taken(members: dict[int, memoryview], number: Any) -> memoryview:
    """Return the bytes of an array, only once: a second copy would exceed the size of the file."""
    if type(number) is not int or number not in members:
        raise ValueError(f"it has no array {number!r}, or refers to it twice")
    return members.pop(number)
