"""Make tables of pyarrow."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.tokens.frames import FrameMaker, dtype_named, within
from sknn.preprocessing.tokens.zones import zone_of_text


@dataclass
class ArrowMaker(FrameMaker):
    """A table of pyarrow.

    Attributes
    ----------
    names : list of str
    types : list of str
        Of the columns.
    schema : bytes
        A table without rows, with the dictionaries of columns of categories.
    """

    names: list
    types: list
    schema: bytes

    @classmethod
    def of(cls, frame: Any) -> ArrowMaker:
        """Note the form of a table."""
        module = importlib.import_module("pyarrow")
        sink = module.BufferOutputStream()
        with module.ipc.new_stream(sink, frame.schema) as stream:
            # A batch without rows keeps its dictionaries; a table without rows has no batch.
            for batch in frame.unify_dictionaries().to_batches()[:1]:
                stream.write_batch(batch.slice(0, 0))
        types = [str(each.type) for each in frame.schema]
        return cls(list(frame.column_names), types, sink.getvalue().to_pybytes())

    def zone(self, place: int) -> str:
        """Return the time zone of a column, blank if it has none."""
        return zone_of_text(self.types[place], "tz=")

    def number_type(self, place: int) -> np.dtype | None:
        """Return the dtype of a column of numbers, None if it is none of NumPy's."""
        return dtype_named(self.types[place])

    def make(self, columns: list[NDArray]) -> Any:
        """Return a table of columns."""
        module = importlib.import_module("pyarrow")
        empty = module.ipc.open_stream(module.py_buffer(self.schema)).read_all()
        made = [self._made(module, column, empty, place) for place, column in enumerate(columns)]
        return module.Table.from_arrays(made, schema=empty.schema)

    def _made(self, module: Any, column: NDArray, empty: Any, place: int) -> Any:
        kind, number = empty.schema.field(place).type, self.number_type(place)
        if str(kind) == "null":
            return module.nulls(len(column))
        if number is not None and number.kind in "iu" and column.dtype.kind == "f":
            lost = np.isnan(column)
            whole = within(np.where(lost, 0.0, column), number).astype(number)
            return module.array(whole, kind, mask=lost)
        plain = column.tolist() if column.dtype.kind == "O" else column
        made = module.array(plain, from_pandas=True)
        if not str(kind).startswith("dictionary"):
            return made.cast(kind, safe=False)
        levels = empty.column(place).chunk(0).dictionary
        compute = importlib.import_module("pyarrow.compute")
        codes = compute.index_in(made.cast(kind.value_type), levels).cast(kind.index_type)
        return module.DictionaryArray.from_arrays(codes, levels, ordered=kind.ordered)

    def own(self, X: Any, place: int) -> Any:
        """Return a column of a table as it is, None if it is of another library."""
        return X.column(place) if hasattr(X, "column_names") else None

    def put(self, made: Any, place: int, own: Any, kept: NDArray) -> Any:
        """Return a table in which some entries of a column are those of `own`, as they are."""
        field = made.schema.field(place)
        if own.type != field.type or str(field.type).startswith("dictionary"):
            return made
        module, compute = map(importlib.import_module, ("pyarrow", "pyarrow.compute"))
        try:
            mixed = compute.if_else(module.array(kept), own, made.column(place))
        except module.ArrowNotImplementedError:
            # Views of text, lists, and the like hold nothing that reading would change.
            return made
        return made.set_column(place, field, mixed)
