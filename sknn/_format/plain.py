"""Small values that JSON cannot represent."""

from __future__ import annotations

import base64
import pathlib
import re
import struct
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sknn._format.kind import Kind, Making, Telling

_MOST_DIGITS = 4300
_EXPONENT = re.compile("[eE]")
_DOUBLE = struct.Struct(">d")


def text_of(content: Any) -> str:
    """Return bytes as text."""
    return base64.b64encode(content).decode()


def bytes_of(text: Any) -> bytes:
    """Return the bytes that a text encodes."""
    if not isinstance(text, str):
        raise ValueError("bytes are written as text")
    return base64.b64decode(text, validate=True)


class OddFloat(Kind):
    """NaN and infinity, by their eight bytes."""

    key = "float"
    shared = False

    def suits(self, value: Any) -> bool:
        return type(value) is float

    def tell(self, value: float, out: Telling) -> Any:
        return {self.key: _DOUBLE.pack(value).hex()}

    def make(self, node: Any, source: Making) -> float:
        return _DOUBLE.unpack(bytes.fromhex(node[self.key]))[0]


class Complex(Kind):
    """Two floats."""

    key = "complex"
    shared = False

    def suits(self, value: Any) -> bool:
        return type(value) is complex

    def tell(self, value: complex, out: Telling) -> Any:
        return {self.key: [out.tell(value.real), out.tell(value.imag)]}

    def make(self, node: Any, source: Making) -> complex:
        real, imag = map(source.make, node[self.key])
        return complex(real, imag)


class ExactNumber(Kind):
    """A Fraction or a Decimal, as text."""

    shared = False

    def __init__(self, kind: type) -> None:
        self.key = kind.__name__.lower()  # type: ignore[misc]
        self.kind = kind

    def suits(self, value: Any) -> bool:
        return type(value) is self.kind

    def tell(self, value: Any, out: Telling) -> Any:
        return {self.key: str(value)}

    def make(self, node: Any, source: Making) -> Any:
        text = node[self.key]
        if not isinstance(text, str) or len(text) > _MOST_DIGITS:
            raise ValueError(f"a {self.key} is written as a short text")
        if self.kind is Fraction and _EXPONENT.search(text):
            raise ValueError("a fraction is written without exponents, which could be huge")
        return self.kind(text)


class Bytes(Kind):
    """Bytes in base64."""

    key = "bytes"

    def suits(self, value: Any) -> bool:
        return type(value) is bytes

    def tell(self, value: bytes, out: Telling) -> Any:
        return {self.key: text_of(value)}

    def make(self, node: Any, source: Making) -> bytes:
        return bytes_of(node[self.key])


class Limits(Kind):
    """A slice or a range: start, stop and step."""

    def __init__(self, kind: type) -> None:
        self.key = kind.__name__  # type: ignore[misc]
        self.kind = kind

    def suits(self, value: Any) -> bool:
        return type(value) is self.kind

    def tell(self, value: Any, out: Telling) -> Any:
        out.spend(_size_once_listed(value))
        return {self.key: [out.tell(each) for each in (value.start, value.stop, value.step)]}

    def make(self, node: Any, source: Making) -> Any:
        start, stop, step = map(source.make, node[self.key])
        made = self.kind(start, stop, step)
        source.spend(_size_once_listed(made))
        return made


def _size_once_listed(value: Any) -> int:
    """Return the bytes of the list that a range may become, in the place of names, say."""
    if type(value) is not range:
        return 0
    try:
        return 8 * len(value)
    except OverflowError:
        return sys.maxsize


class Path(Kind):
    """A path of the file system, loaded as one of the current system."""

    key = "path"

    def suits(self, value: Any) -> bool:
        return type(value) in (pathlib.PosixPath, pathlib.WindowsPath)

    def tell(self, value: pathlib.Path, out: Telling) -> Any:
        return {self.key: str(value)}

    def make(self, node: Any, source: Making) -> pathlib.Path:
        return pathlib.Path(node[self.key])


KINDS = (
    OddFloat(),
    Complex(),
    ExactNumber(Fraction),
    ExactNumber(Decimal),
    Bytes(),
    Limits(slice),
    Limits(range),
    Path(),
)
