"""Converters by the class of the part they write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_REMEDY = "Replace it with one of sknn, or serve the estimator from Python."


class Converters:
    """Converters of one kind of part, by class.

    A converter is for one class only: a derived class may compute something else.

    Parameters
    ----------
    what : str
        The kind, in the singular.
    remedy : str
        What to do if there is no converter.
    """

    def __init__(self, what: str, remedy: str = _REMEDY) -> None:
        self.what = what
        self.remedy = remedy
        self.known: dict[type, Callable[..., Any]] = {}

    def of(self, *kinds: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the decorated function as the converter of these classes."""

        def enter(convert: Callable[..., Any]) -> Callable[..., Any]:
            self.known |= dict.fromkeys(kinds, convert)
            return convert

        return enter

    def of_class(self, kind: type) -> Callable[..., Any] | None:
        """Return the converter of a class, None if there is none."""
        return self.known.get(kind)

    def find(self, part: Any) -> Callable[..., Any]:
        """Return the converter of `part`.

        Raises
        ------
        TypeError
            If there is none.
        """
        convert = self.of_class(type(part))
        if convert is None:
            raise TypeError(
                f"The {self.what} {type(part).__name__} cannot be written to ONNX: only those of "
                f"sknn have a converter. {self.remedy}"
            )
        return convert
