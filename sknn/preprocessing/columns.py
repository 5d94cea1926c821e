"""Reading X: whatever holds the table, each column becomes one NumPy array or coded levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils.validation import check_array

from sknn._validation.arrays import check_columns, reject_lazy, reject_records
from sknn._validation.messages import naming_arguments


class Coded:
    """A column of categories: for each row the place of its level in a list; -1 is missing.

    Parameters
    ----------
    codes : ndarray of int of shape (n,)
    levels : ndarray of object
    ordered : bool, default=False
        The order of the levels has a meaning, as in "low", "medium", "high".
    """

    def __init__(self, codes: NDArray, levels: NDArray, ordered: bool = False) -> None:
        self.codes = codes
        self.levels = levels
        self.ordered = ordered

    @classmethod
    def of(cls, values: list, order: list | None = None) -> Coded:
        """Code the entries of a column, of which None is missing; `order` lists levels in order."""
        given = dict.fromkeys(values) if order is None else order
        levels = [level for level in given if level is not None]
        places = {level: place for place, level in enumerate(levels)} | {None: -1}
        codes = np.array([places[value] for value in values], np.intp)
        return cls(codes, _objects(levels), order is not None)

    def take(self, rows: NDArray) -> Coded:
        """Return the rows at `rows`."""
        return Coded(self.codes[rows], self.levels, self.ordered)


class Table:
    """The columns of X, read on demand.

    Attributes
    ----------
    n_rows, n_columns : int
    labels : list
        Name of a column in messages: its own, else its place.
    frame : object
        X, for its names.
    matrix : ndarray of shape (n_rows, n_columns) or None
        X itself if it is one array of real numbers, not booleans.
    """

    def __init__(
        self,
        n_rows: int,
        labels: list,
        read: Callable[[int], Any],
        frame: Any,
        matrix: NDArray | None = None,
    ) -> None:
        self.n_rows = n_rows
        self.n_columns = len(labels)
        self.labels = labels
        self.frame = frame
        self.matrix = matrix
        self._read = read
        self._seen: dict[Any, Any] = {}

    @property
    def names(self) -> list[str] | None:
        """The names of the columns; None if not all have one."""
        nameless = [label for label in self.labels if not isinstance(label, str)]
        return None if nameless else self.labels

    def column(self, place: int) -> Any:
        """Return a column as a vector, or Coded."""
        return self.once(place, lambda: self._read(place))

    def read(self) -> None:
        """Read all columns now, not on demand."""
        if self.matrix is None:
            for place in range(self.n_columns):
                self.column(place)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return the result of `make`, which is called only once."""
        if key not in self._seen:
            self._seen[key] = make()
        return self._seen[key]

    def take(self, rows: NDArray) -> Table:
        """Return the table of the rows at `rows`."""
        matrix = None if self.matrix is None else self.matrix[rows]

        def read(place: int) -> Any:
            return self.column(place).take(rows)

        return Table(len(rows), self.labels, read, self.frame, matrix)


def joined(one: Any, other: Any) -> Any:
    """Return a column and its continuation as one."""
    if isinstance(one, Coded) and isinstance(other, Coded):
        if one.ordered and other.ordered and np.array_equal(one.levels, other.levels):
            return Coded(np.concatenate([one.codes, other.codes]), one.levels, ordered=True)
        return Coded.of([*_entries(one), *_entries(other)])
    if not isinstance(one, Coded) and not isinstance(other, Coded):
        kinds = {one.dtype.kind, other.dtype.kind}
        if len(kinds) == 1 or kinds <= set("iuf"):
            return np.concatenate([one, other])
    return _objects([*_entries(one), *_entries(other)])


def _entries(column: Any) -> list:
    if isinstance(column, Coded):
        levels: Any = np.append(column.levels, None)  # type: ignore[call-overload]
        return levels[column.codes].tolist()
    return list(column)


def read_table(X: Any) -> Table:
    """Return the table that X holds, or that it is.

    Raises
    ------
    TypeError
        For sparse matrices, lazy frames, and rows that are dictionaries.
    ValueError
        If X does not have two dimensions, has no rows or no columns, or if two columns share a
        name.
    """
    if isinstance(X, Table):
        return X
    if sp.issparse(X):
        raise TypeError(
            "Sparse data was passed for X, but a table must be dense, because zero and missing are "
            "different; pass X.toarray() to convert it."
        )
    reject_lazy(X, "X")
    _reject_dictionaries(X)
    check_columns(X)
    if hasattr(X, "iloc") and hasattr(X, "columns"):
        return _frame(X, list(X.columns), lambda place: _from_pandas(X.iloc[:, place]))
    if hasattr(X, "column_names"):
        return _frame(X, list(X.column_names), lambda place: _from_pyarrow(X.column(place)))
    if hasattr(X, "get_column"):
        return _frame(X, list(X.columns), lambda place: _from_polars(X.to_series(place)))
    reject_records(getattr(X, "dtype", None), "X")
    with naming_arguments(X=X):
        return _from_array(_array(X), X)


def check_names(known: list[str] | None, table: Table) -> None:
    """Raise for other columns in frames whose names scikit-learn does not check."""
    if known and table.names and known != table.names:
        raise ValueError(
            "The feature names should match those that were passed during fit. X has the "
            f"columns {table.names}; it had {known}."
        )


def _frame(X: Any, labels: list, read: Callable[[int], Any]) -> Table:
    for size, what in zip(X.shape, ("sample", "feature"), strict=True):
        if not size:
            raise ValueError(
                f"In X: Found array with 0 {what}(s) (shape={tuple(X.shape)}) while a minimum of 1 "
                "is required."
            )
    return Table(X.shape[0], labels, read, X)


def _from_pandas(series: Any) -> Any:
    dtype = series.dtype
    if dtype.name == "category":
        levels = np.asarray(series.cat.categories, object)
        return Coded(series.cat.codes.to_numpy(), levels, bool(series.cat.ordered))
    if dtype.name.startswith("period"):
        series = series.dt.to_timestamp()
        dtype = series.dtype
    kind = getattr(dtype, "kind", "O")
    if isinstance(dtype, np.dtype) and kind != "M":
        return series.to_numpy()
    wanted: dict[str, dict[str, Any]] = {
        "M": {"dtype": "datetime64[us]"},
        "m": {"dtype": "timedelta64[us]"},
        **dict.fromkeys("iuf", {"dtype": np.float64, "na_value": np.nan}),
    }
    try:
        return series.to_numpy(**wanted[kind])
    except (KeyError, TypeError, ValueError):
        # Also days and times of Arrow, which pandas calls dates but cannot convert.
        return series.to_numpy(dtype=object)


def _from_pyarrow(column: Any) -> Any:
    # Decoding a dictionary to NumPy loses its nulls.
    if str(column.type).startswith("dictionary"):
        # All chunks have one dictionary then.
        levels = column.unify_dictionaries().chunk(0).dictionary if column.type.ordered else None
        return Coded.of(column.to_pylist(), None if levels is None else levels.to_pylist())
    return _vector(column.to_numpy(zero_copy_only=False), column.to_pylist)


def _from_polars(series: Any) -> Any:
    if str(series.dtype).startswith(("Categorical", "Enum")):
        return Coded.of(series.to_list())
    return _vector(series.to_numpy(), series.to_list)


def _vector(values: NDArray, as_list: Callable[[], list]) -> NDArray:
    """Return the values, as objects if each is a separate array."""
    return values if values.ndim == 1 else _objects(as_list())


def _objects(values: list) -> NDArray:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _reject_dictionaries(X: Any) -> None:
    """Raise for rows as they come from JSON."""
    if isinstance(X, Mapping):
        raise TypeError(
            "X is a dictionary; pass a frame: pandas.DataFrame([X]) if it is a row, or "
            "pandas.DataFrame(X) if it holds columns."
        )
    if isinstance(X, Sequence) and any(isinstance(row, Mapping) for row in X[:1]):
        raise TypeError("X holds rows that are dictionaries; pass a frame: pandas.DataFrame(X).")


def _array(X: Any) -> NDArray:
    """Return X as an array of two dimensions, of numbers if all entries are numbers."""
    values = X.data if isinstance(X, np.ma.MaskedArray) else X
    if not hasattr(values, "dtype"):
        # NumPy would convert the numbers of a list that also holds strings to text.
        plain = check_array(values, dtype=None, ensure_all_finite=False)
        mixed = plain.dtype.kind not in "biuf"
        values = _object_array(values, plain) if mixed else plain
    values = check_array(values, dtype=None, ensure_all_finite=False, input_name="X")
    return _without_masked(values, np.ma.getmaskarray(X)) if np.ma.is_masked(X) else values


def _without_masked(values: NDArray, mask: NDArray) -> NDArray:
    """Return the values with the marker of missing entries in place of masked ones."""
    kind = values.dtype.kind
    if kind in "Mm":
        return np.where(mask, np.array("NaT", values.dtype), values)
    if kind in "iuf":
        return np.where(mask, np.nan, values)
    objects = values.astype(object)
    objects[mask] = None
    return objects


def _object_array(values: Any, like: NDArray) -> NDArray:
    column = np.empty(like.shape, object)
    for place, row in enumerate(values):
        column[place] = row
    return column


def _from_array(values: NDArray, X: Any) -> Table:
    is_numeric = values.dtype.kind in "iuf"
    labels = list(range(values.shape[1]))
    matrix = values if is_numeric else None
    return Table(len(values), labels, lambda place: values[:, place], X, matrix)
