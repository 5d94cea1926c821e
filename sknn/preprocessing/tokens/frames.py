"""Make a table like the one that was read: library, names, and dtypes."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.columns import Table
from sknn.preprocessing.conditions import fits
from sknn.preprocessing.tokens.objects import Objects

_DTYPE = re.compile(r"(u?int|float)(8|16|32|64)\b")


class FrameMaker(ABC):
    """Form of a table, without its rows."""

    names: list
    """Of the columns."""

    @abstractmethod
    def make(self, columns: list[NDArray]) -> Any:
        """Return a table of columns: numbers, dates in UTC, time spans, or objects."""

    def zone(self, place: int) -> str:
        """Return the time zone of a column, blank if it has none."""
        return ""

    def number_type(self, place: int) -> np.dtype | None:
        """Return the dtype of a column of numbers, None if it is none of NumPy's."""
        return None

    def own(self, X: Any, place: int) -> Any:
        """Return a column of a table of the same library as it is, None if it is another."""
        return None

    def put(self, made: Any, place: int, own: Any, kept: NDArray) -> Any:
        """Return a table in which some entries of a column are those of `own`, as they are."""
        return made

    def aligned(self, made: Any, X: Any) -> Any:
        """Return a table with the names of the rows of X."""
        return made


def dtype_named(text: str) -> np.dtype | None:
    """Return the dtype of numbers with a name such as "Int8", "int64[pyarrow]", "double"."""
    text = text.lower().replace("double", "float64").replace("halffloat", "float16")
    found = _DTYPE.match(text)
    return np.dtype(found[0]) if found else None


def within(numbers: NDArray, dtype: np.dtype) -> NDArray:
    """Return float64 numbers, rounded to whole ones in the range of a dtype of whole numbers."""
    ends = np.iinfo(dtype)
    # The largest whole numbers of 64 bits are no float64.
    high = np.nextafter(float(ends.max), 0.0) if float(ends.max) > ends.max else float(ends.max)
    return np.clip(np.rint(numbers), float(ends.min), high)


@dataclass
class ArrayMaker(FrameMaker):
    """An array.

    Attributes
    ----------
    dtype : str
        Blank if it is not known.
    objects : list of Objects
        For each column.
    """

    dtype: str
    objects: list[Objects]

    def __post_init__(self) -> None:
        self.names = []

    @classmethod
    def of(cls, table: Table) -> ArrayMaker:
        """Note the form of an array, or a list of rows."""
        values = table.frame if isinstance(table.frame, np.ndarray) else table.matrix
        objects = [Objects.of(table.column(place)) for place in range(table.n_columns)]
        return cls("" if values is None else values.dtype.str, objects)

    def number_type(self, place: int) -> np.dtype | None:
        """Return the dtype of a column of numbers, None if it is none of NumPy's."""
        dtype = np.dtype(self.dtype) if self.dtype else None
        return dtype if dtype is not None and dtype.kind in "iuf" else None

    def make(self, columns: list[NDArray]) -> Any:
        """Return an array of columns."""
        wanted = np.dtype(self.dtype) if self.dtype else None
        if all(column.dtype.kind in "iuf" for column in columns):
            table = np.column_stack(columns)
            if wanted is None:
                return table
            floats = table.dtype.kind == "f" and wanted.kind in "iu"
            return (within(table, wanted) if floats else table).astype(wanted)
        table = np.empty((len(columns[0]), len(columns)), object)
        for place, column in enumerate(columns):
            table[:, place] = self.objects[place].made(column)
        if wanted is None or wanted.kind == "O":
            return table
        if wanted.kind not in "US":
            return table.astype(wanted)
        texts = [["" if entry is None else entry for entry in row] for row in table]
        made = np.array(texts, wanted.kind)
        return made.astype(np.promote_types(made.dtype, wanted))

    def own(self, X: Any, place: int) -> Any:
        """Return a column of an array as it is, None if it is no array."""
        return X[:, place] if isinstance(X, np.ndarray) else None

    def put(self, made: Any, place: int, own: Any, kept: NDArray) -> Any:
        """Return an array in which some entries of a column are those of `own`, as they are."""
        if made.dtype.kind in "iu" and own.dtype.kind == "f":
            if not fits(own[kept], made.dtype).all():
                made = made.astype(np.float64)
        elif made.dtype != own.dtype and {made.dtype.kind, own.dtype.kind} <= set("US"):
            made = made.astype(np.promote_types(made.dtype, own.dtype))
        made[kept, place] = own[kept]
        return made
