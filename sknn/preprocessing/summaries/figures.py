"""Columns with the dtype of numbers, dates, or time spans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.columns import Coded
from sknn.preprocessing.dates import PARTS, part
from sknn.preprocessing.kinds import DATE, NUMBER, READERS, SPAN, Form
from sknn.preprocessing.numbers import Column
from sknn.preprocessing.rounding import precision_of
from sknn.preprocessing.sources import Source, check_size

MOST = 4096
"""Most different values that are kept for a column."""
WHOLE = ""
"""Name of the part of a column that has only one."""
_KINDS = dict.fromkeys("iuf", NUMBER) | {"M": DATE, "m": SPAN}


def is_numeric(column: Any) -> bool:
    """Return whether a column has the dtype of numbers, dates, or time spans."""
    return not isinstance(column, Coded) and column.dtype.kind in _KINDS


@dataclass
class ColumnFigures:
    """Summary of such a column.

    Each merge may change the rank of a value by ``1 / (MOST - 2)`` of the weight, see
    :meth:`~sknn.preprocessing.quantiles.Distinct.compressed`; so a tree of merges of `n` blocks
    changes no rank by more than ``(1 + log2(n)) / (MOST - 2)``, with the logarithm rounded up.
    Minimum, maximum, mean, deviation, and the number of missing entries are exact, and so is
    everything up to `MOST` different values.

    Attributes
    ----------
    kind : {"number", "date", "time span"}
    parts : dict of Column
        The parts of a date by name; for other kinds, the column itself.
    """

    kind: str
    parts: dict[str, Column]

    @classmethod
    def of(cls, column: Any, weight: NDArray, label: Any, kind: str = "") -> ColumnFigures:
        """Measure a column.

        Raises
        ------
        ValueError
            For infinite numbers; `label` is the column in the message.
        """
        kind = kind or _KINDS[column.dtype.kind]
        whole = READERS[kind](column)
        parts = {name: part(whole, name) for name in PARTS} if kind == DATE else {WHOLE: whole}
        for values in parts.values():
            check_size(values[:, None], [label])
        found = {name: Column.of(values, weight) for name, values in parts.items()}
        for own in found.values():
            own.precision = precision_of(column.dtype)
        return cls(kind, found)._compressed()

    def merged(self, other: ColumnFigures) -> ColumnFigures:
        """Return the figures of both, which must be of one kind."""
        pairs = ((name, own.merged(other.parts[name])) for name, own in self.parts.items())
        return ColumnFigures(self.kind, dict(pairs))._compressed()

    def _compressed(self) -> ColumnFigures:
        parts = {name: column.compressed(MOST) for name, column in self.parts.items()}
        return ColumnFigures(self.kind, parts)

    @property
    def missing(self) -> tuple[int, float]:
        """Number of missing entries, and the sum of their weights."""
        some = next(iter(self.parts.values()))
        return some.n_missing, some.missing_weight

    @property
    def is_blank(self) -> bool:
        """Whether all entries are missing."""
        return not any(len(column.known.values) for column in self.parts.values())

    def with_missing(self, rows: float, weight: float) -> ColumnFigures:
        """Return the same with a number of additional missing entries."""
        none = Column.of(np.empty(0), np.empty(0))
        none.n_missing, none.missing_weight = int(rows), weight
        return ColumnFigures(
            self.kind, {name: own.merged(none) for name, own in self.parts.items()}
        )

    def sources(self, place: int, form: Form) -> list[Source]:
        """Return the numeric columns that a column becomes: for a date, the parts that vary."""
        if self.kind != DATE:
            return [Source(place, form.kind)]
        names = [name for name, own in self.parts.items() if name == "days" or own.varies]
        return [Source(place, form.kind, part=name) for name in names]
