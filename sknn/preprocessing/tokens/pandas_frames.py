"""Make frames of pandas."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.conditions import fits
from sknn.preprocessing.tokens.frames import FrameMaker, dtype_named, within
from sknn.preprocessing.tokens.objects import Objects
from sknn.preprocessing.tokens.zones import name_of


@dataclass
class PandasColumn:
    """The dtype of a column.

    Attributes
    ----------
    dtype : str
    levels : list or None
        The categories, if the column has any, as objects.
    level_type : str
        Their dtype.
    is_ordered : bool
        The categories are ordered.
    schema : bytes
        A column of Arrow: its type.
    zone : str
        Time zone of dates, blank if they have none.
    objects : Objects
        The type of objects.
    """

    dtype: str
    levels: list | None
    level_type: str
    is_ordered: bool
    schema: bytes
    zone: str
    objects: Objects

    @classmethod
    def of(cls, series: Any) -> PandasColumn:
        """Note the dtype of a column."""
        dtype = series.dtype
        levels, level_type, schema, objects = None, "", b"", Objects()
        if str(dtype) == "category":
            levels = np.asarray(dtype.categories, object).tolist()
            level_type = str(dtype.categories.dtype)
        elif hasattr(dtype, "pyarrow_dtype"):
            module = importlib.import_module("pyarrow")
            schema = module.schema([("x", dtype.pyarrow_dtype)]).serialize().to_pybytes()
        elif str(dtype) == "object":
            objects = Objects.of(series.to_numpy())
        zone = name_of(getattr(dtype, "tz", None) or _zone_of_arrow(dtype))
        ordered = bool(getattr(dtype, "ordered", False))
        return cls(str(dtype), levels, level_type, ordered, schema, zone, objects)

    def made(self, pandas: Any, column: NDArray) -> Any:
        """Return a column of this dtype, if it can hold the entries."""
        if self.dtype == "object":
            return pandas.Series(self.objects.made(column), dtype=object)
        if self.levels is not None:
            return pandas.Series(column, dtype=object).astype(self._categories(pandas, column))
        number = dtype_named(self.dtype)
        if number is not None and number.kind in "iu" and column.dtype.kind == "f":
            # A missing entry may be none of the dtype; whole numbers are.
            column = within(column, number)
        series = pandas.Series(column)
        if column.dtype.kind == "M" and ("," in self.dtype or "tz=" in self.dtype):
            series = series.dt.tz_localize("UTC")
        elif column.dtype.kind == "M" and self.dtype.startswith("period"):
            return series.dt.to_period(self.dtype[len("period[") : -1])
        try:
            return series.astype(self._kind(pandas))
        except (TypeError, ValueError):
            # Missing entries that did not occur in fit: the dtype cannot represent them.
            return series

    def _categories(self, pandas: Any, column: NDArray) -> Any:
        """Return the dtype; new levels come last."""
        try:
            levels = pandas.Index(self.levels, dtype=self.level_type)
        except (TypeError, ValueError):
            levels = pandas.Index(self.levels, dtype=object)
        entries = pandas.Series(column, dtype=object).dropna().unique()
        new = [entry for entry in entries if entry not in levels]
        if new:
            levels = pandas.Index([*levels, *new])
        return pandas.CategoricalDtype(levels, ordered=self.is_ordered)

    def _kind(self, pandas: Any) -> Any:
        if not self.schema:
            return self.dtype
        module = importlib.import_module("pyarrow")
        return pandas.ArrowDtype(module.ipc.read_schema(module.py_buffer(self.schema)).types[0])


def _zone_of_arrow(dtype: Any) -> Any:
    return getattr(getattr(dtype, "pyarrow_dtype", None), "tz", None)


@dataclass
class PandasMaker(FrameMaker):
    """A frame of pandas.

    Attributes
    ----------
    names : list
        Of the columns.
    levels : list
        The names of the levels of these names, most often one, None.
    is_nested : bool
        The columns have a name on each of several levels.
    columns : list of PandasColumn
    """

    names: list
    levels: list
    is_nested: bool
    columns: list[PandasColumn]

    @classmethod
    def of(cls, frame: Any) -> PandasMaker:
        """Note the form of a frame."""
        columns = [PandasColumn.of(frame.iloc[:, place]) for place in range(frame.shape[1])]
        nested = frame.columns.nlevels > 1
        return cls(list(frame.columns), list(frame.columns.names), nested, columns)

    def zone(self, place: int) -> str:
        """Return the time zone of a column, blank if it has none."""
        column = self.columns[place]
        return column.zone or column.objects.zone

    def number_type(self, place: int) -> np.dtype | None:
        """Return the dtype of a column of numbers, None if it is none of NumPy's."""
        return dtype_named(self.columns[place].dtype)

    def make(self, columns: list[NDArray]) -> Any:
        """Return a frame of columns."""
        pandas = importlib.import_module("pandas")
        pairs = zip(self.columns, columns, strict=True)
        made = {place: kind.made(pandas, column) for place, (kind, column) in enumerate(pairs)}
        frame = pandas.DataFrame(made)
        if self.is_nested:
            frame.columns = pandas.MultiIndex.from_tuples(self.names, names=self.levels)
        else:
            frame.columns = pandas.Index(self.names, name=self.levels[0])
        return frame

    def own(self, X: Any, place: int) -> Any:
        """Return a column of a frame as it is, None if it is of another library."""
        return X.iloc[:, place] if hasattr(X, "iloc") and hasattr(X, "dtypes") else None

    def put(self, made: Any, place: int, own: Any, kept: NDArray) -> Any:
        """Return a frame in which some entries of a column are those of `own`, as they are."""
        column = made.iloc[:, place]
        made.isetitem(place, _mixed(column, own.set_axis(column.index), kept))
        return made

    def aligned(self, made: Any, X: Any) -> Any:
        """Return a frame with the index of X."""
        return made.set_axis(X.index) if hasattr(X, "iloc") and hasattr(X, "index") else made


def _mixed(column: Any, own: Any, kept: NDArray) -> Any:
    """Return a column with some entries of another, in its dtype if it can hold them."""
    types = importlib.import_module("pandas.api.types")
    if own.dtype == column.dtype:
        return own.where(kept, column)
    if not (types.is_numeric_dtype(own.dtype) and types.is_numeric_dtype(column.dtype)):
        return column
    number = dtype_named(str(column.dtype))
    some = own[kept].astype(np.float64)
    if number is not None and not fits(some.to_numpy(), number).all():
        column = column.astype(np.float64)
    column = column.copy()
    column[kept] = some.astype(column.dtype)
    return column
