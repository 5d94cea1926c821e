"""Entries of object columns, with the types that they had."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.kinds import is_missing
from sknn.preprocessing.tokens.zones import name_of, zone_named

_MIXED = ""


@dataclass
class Objects:
    """The type of the objects of a column.

    Attributes
    ----------
    kind : str
        Name of the class of all entries; blank if there are several.
    digits : int
        Decimals of Decimal.
    zone : str
        Time zone of datetime; blank if it has none.
    is_none : bool
        Missing entries are None, not NaN.
    """

    kind: str = _MIXED
    digits: int = 0
    zone: str = ""
    is_none: bool = True

    @classmethod
    def of(cls, column: Any) -> Objects:
        """Note the type of the entries of a column; only arrays of objects have one to note."""
        if getattr(column, "dtype", None) != np.dtype("O"):
            return cls()
        lost = np.fromiter(map(is_missing, column), bool, len(column))
        known, is_none = column[~lost], not any(isinstance(each, float) for each in column[lost])
        types = set(map(type, known))
        if len(types) != 1:
            return cls(is_none=is_none)
        kind = types.pop()
        digits, zone = 0, ""
        if issubclass(kind, Decimal):
            digits = max((_digits(each) for each in known), default=0)
        elif issubclass(kind, datetime.datetime):
            zones = {name_of(each.tzinfo) if each.tzinfo else "" for each in known}
            zone = zones.pop() if len(zones) == 1 else ""
            if not zone and known[0].tzinfo is not None:
                zone = "UTC"
        return cls(kind.__name__, digits, zone, is_none)

    def made(self, column: NDArray) -> NDArray:
        """Return numbers, dates or time spans as such objects."""
        if column.dtype.kind == "O":
            return column
        lost = np.isnan(column) if column.dtype.kind == "f" else _is_lost(column)
        out = np.empty(len(column), object)
        if column.dtype.kind in "mM":
            column = column.astype(f"{column.dtype.kind}8[us]")
        known = [self._one(entry) for entry in column[~lost].tolist()]
        out[~lost] = _as_array(known)
        out[lost] = None if self.is_none else np.nan
        return out

    def _one(self, entry: Any) -> Any:
        if isinstance(entry, datetime.datetime):
            if self.kind == "date":
                return entry.date()
            if not self.zone:
                return entry
            return entry.replace(tzinfo=datetime.UTC).astimezone(zone_named(self.zone))
        if self.kind == "Decimal":
            return Decimal(f"{entry:.{self.digits}f}")
        if self.kind == "float" or not isinstance(entry, float) or not entry.is_integer():
            return entry
        return int(entry)


def _is_lost(column: NDArray) -> NDArray:
    return np.isnat(column) if column.dtype.kind in "mM" else np.zeros(len(column), bool)


def _digits(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _as_array(entries: list) -> NDArray:
    out = np.empty(len(entries), object)
    out[:] = entries
    return out
