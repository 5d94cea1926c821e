"""Make tables of polars."""

from __future__ import annotations

import importlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.tokens.frames import FrameMaker, dtype_named, within
from sknn.preprocessing.tokens.zones import zone_of_text


@dataclass
class PolarsMaker(FrameMaker):
    """A frame of polars, or of a library with its methods.

    Attributes
    ----------
    library : str
    names : list of str
    types : list of str
        Of the columns.
    schema : bytes
        An empty frame.
    """

    library: str
    names: list
    types: list
    schema: bytes

    @classmethod
    def of(cls, frame: Any) -> PolarsMaker:
        """Note the form of a frame."""
        sink = io.BytesIO()
        frame.clear().write_ipc(sink)
        library = type(frame).__module__.partition(".")[0]
        types = [str(dtype) for dtype in frame.dtypes]
        return cls(library, list(frame.columns), types, sink.getvalue())

    def zone(self, place: int) -> str:
        """Return the time zone of a column, blank if it has none."""
        return zone_of_text(self.types[place], "time_zone='")

    def number_type(self, place: int) -> np.dtype | None:
        """Return the dtype of a column of numbers, None if it is none of NumPy's."""
        return dtype_named(self.types[place])

    def make(self, columns: list[NDArray]) -> Any:
        """Return a frame of columns."""
        module = importlib.import_module(self.library)
        empty = module.read_ipc(io.BytesIO(self.schema))
        series = []
        for place, (name, dtype) in enumerate(empty.schema.items()):
            number, column = self.number_type(place), columns[place]
            if number is not None and number.kind in "iu" and column.dtype.kind == "f":
                column = within(column, number)
            plain = column.tolist() if column.dtype.kind == "O" else column
            one = module.Series(name, plain, strict=False, nan_to_null=True)
            series.append(one.cast(dtype, strict=False))
        return module.DataFrame(series)

    def own(self, X: Any, place: int) -> Any:
        """Return a column of a frame as it is, None if it is of another library."""
        return X.to_series(place) if hasattr(X, "get_column") else None

    def put(self, made: Any, place: int, own: Any, kept: NDArray) -> Any:
        """Return a frame in which some entries of a column are those of `own`, as they are."""
        module, column = importlib.import_module(self.library), made.to_series(place)
        if own.dtype != column.dtype:
            if not (own.dtype.is_numeric() and column.dtype.is_numeric()):
                return made
            # Numbers that the dtype cannot hold stay as they are.
            kind = column.dtype
            cast = own.cast(kind, strict=False)
            if not cast.cast(own.dtype, strict=False).eq_missing(own).filter(kept).all():
                column, cast = column.cast(module.Float64), own.cast(module.Float64)
            own = cast
        mixed = own.zip_with(module.Series(kept), column)
        return made.with_columns(mixed.alias(made.columns[place]))
