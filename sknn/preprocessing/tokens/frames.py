"""Make a table like the one that was read: library, names, and dtypes."""

from __future__ import annotations

import importlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class FrameMaker:
    """Form of a table, without its rows.

    Attributes
    ----------
    library : str
        "numpy", "pandas", "polars" or "pyarrow".
    names : list
        Of the columns.
    dtypes : list of str
        Of the columns of pandas, or that of the array.
    levels : list
        For each column of pandas with dtype category, its categories and whether they are ordered;
        else None.
    schema : bytes
        An empty polars frame, or the pyarrow schema.
    """

    library: str
    names: list
    dtypes: list
    levels: list
    schema: bytes

    @classmethod
    def of(cls, frame: Any) -> FrameMaker:
        """Note the form of a table."""
        library = type(frame).__module__.partition(".")[0]
        if hasattr(frame, "iloc") and hasattr(frame, "dtypes"):
            return cls(
                "pandas",
                list(frame.columns),
                [str(dtype) for dtype in frame.dtypes],
                [_categories(dtype) for dtype in frame.dtypes],
                b"",
            )
        if hasattr(frame, "column_names"):
            schema = frame.schema.serialize().to_pybytes()
            return cls("pyarrow", list(frame.column_names), [], [], schema)
        if hasattr(frame, "get_column"):
            sink = io.BytesIO()
            frame.clear().write_ipc(sink)
            return cls(library, list(frame.columns), [], [], sink.getvalue())
        dtype = frame.dtype.str if isinstance(frame, np.ndarray) else ""
        return cls("numpy", [], [dtype], [], b"")

    def make(self, columns: list[NDArray]) -> Any:
        """Return a table of columns: numbers are float64, dates datetime64, the rest objects."""
        if self.library == "numpy":
            return self._array(columns)
        if self.library == "pandas":
            return self._pandas(columns)
        module = importlib.import_module(self.library)
        if self.library == "pyarrow":
            schema = module.ipc.read_schema(module.py_buffer(self.schema))
            made = [module.array(_plain(c), from_pandas=True) for c in columns]
            arrays = [each.cast(f.type, safe=False) for each, f in zip(made, schema, strict=True)]
            return module.Table.from_arrays(arrays, schema=schema)
        empty = module.read_ipc(io.BytesIO(self.schema))
        series = [
            module.Series(name, _plain(column), strict=False, nan_to_null=True).cast(
                dtype, strict=False
            )
            for (name, dtype), column in zip(empty.schema.items(), columns, strict=True)
        ]
        return module.DataFrame(series)

    def _array(self, columns: list[NDArray]) -> NDArray:
        plain = all(column.dtype == np.float64 for column in columns)
        wanted = np.dtype(self.dtypes[0]) if self.dtypes[0] else None
        if plain:
            table = np.column_stack(columns)
            integral = wanted is not None and wanted.kind in "iub"
            return table if wanted is None else _cast(table, wanted, integral)
        table = np.empty((len(columns[0]), len(columns)), object)
        for place, column in enumerate(columns):
            table[:, place] = _as_objects(column)
        return table if wanted is None or wanted.kind == "O" else table.astype(wanted)

    def _pandas(self, columns: list[NDArray]) -> Any:
        pandas = importlib.import_module("pandas")
        made = {}
        for place, (column, dtype) in enumerate(zip(columns, self.dtypes, strict=True)):
            made[place] = _series(pandas, column, dtype, self.levels[place])
        frame = pandas.DataFrame(made)
        frame.columns = self.names
        return frame


def _categories(dtype: Any) -> Any:
    if str(dtype) != "category":
        return None
    return np.asarray(dtype.categories, object).tolist(), bool(dtype.ordered)


def _series(pandas: Any, column: NDArray, dtype: str, levels: Any) -> Any:
    """Return a pandas column with a dtype; `levels` are for dtype category, with their order."""
    if levels is not None:
        kind = pandas.CategoricalDtype(levels[0], ordered=levels[1])
        return pandas.Series(column, dtype=object).astype(kind)
    if dtype == "object":
        return pandas.Series(_as_objects(column), dtype=object)
    series = pandas.Series(column)
    if column.dtype.kind == "M" and "," in dtype:
        return series.dt.tz_localize("UTC").astype(dtype)
    if column.dtype.kind == "M" and dtype.startswith("period"):
        return series.dt.to_period(dtype[len("period[") : -1])
    return _as(series, dtype)


def _as(series: Any, dtype: str) -> Any:
    try:
        return series.astype(dtype)
    except (TypeError, ValueError):
        # Missing entries that did not occur in fit: the dtype cannot represent them.
        return series


def _cast(table: NDArray, wanted: np.dtype, integral: bool) -> NDArray:
    return np.rint(table).astype(wanted) if integral else table.astype(wanted)


def _as_objects(column: NDArray) -> NDArray:
    """Return entries as Python objects: whole numbers as int, moments at midnight as dates."""
    if column.dtype == np.float64:
        return _whole(column)
    if column.dtype.kind != "M":
        return column
    out = np.empty(len(column), object)
    days = _are_days(column)
    out[:] = [v.date() if days and v is not None else v for v in column.tolist()]
    return out


def _are_days(moments: NDArray) -> bool:
    known = moments[~np.isnat(moments)]
    return bool((known == known.astype("M8[D]")).all())


def _whole(numbers: NDArray) -> NDArray:
    """Return numbers as objects, with whole ones as int."""
    out = np.empty(len(numbers), object)
    out[:] = [int(v) if v.is_integer() else v for v in numbers.tolist()]
    return out


def _plain(column: NDArray) -> Any:
    return column.tolist() if column.dtype.kind == "O" else column
