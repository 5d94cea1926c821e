"""Columns of a table in the types that another graph declares."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from sknn.persistence.onnx.dates import MISSING as NO_DATE
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.preprocessing.categories import MISSING, TRUTH
from sknn.preprocessing.encoder import TableEncoder
from sknn.preprocessing.kinds import CATEGORY, DATE, NUMBER, SPAN
from sknn.preprocessing.plan import TablePlan

_TYPES = {"O": "text", "b": "bool", "i": "int{}", "u": "uint{}", "f": "float{}"}
_WHOLE = re.compile(r"0|-?[1-9]\d*")
_TRUTHS = frozenset(each for spellings in TRUTH for each in spellings)
LARGEST_SHIFT = 1e-2
"""Largest shift of a number by rounding, in units of its interquartile range or a bin."""
_REMEDIES = {
    NUMBER: "as DoubleTensorType",
    SPAN: "as DoubleTensorType, in seconds",
    DATE: "as Int64TensorType, in microseconds since 1970-01-01",
    CATEGORY: "as StringTensorType",
}


def read_column(graph: Graph, encoder: TableEncoder, place: int, given: Tensor) -> Tensor:
    """Return a column in the dtype that graphs of sknn use for its kind.

    Parameters
    ----------
    graph : Graph
    encoder : TableEncoder
    place : int
        Index of the column in X.
    given : Tensor of shape (rows, 1)

    Raises
    ------
    ValueError
        If this dtype cannot represent the entries that the encoder read in `fit`.
    """
    plan = encoder._plan
    kind = encoder.kinds_[place]
    lost = _LOSSES[kind](plan, place, given)
    if lost:
        raise ValueError(
            f"{_column(plan, place, given)} held {_plural(kind)} in fit, but reaches the "
            f"{type(encoder).__name__} as {_named(given.dtype)}: {lost}. Declare it "
            f"{_REMEDIES[kind]}; sknn.persistence.onnx_types declares all columns in this form, "
            f"and onnx_inputs returns rows in it.{_advice(given)}"
        )
    return _READERS[kind](graph, given)


def _column(plan: TablePlan, place: int, given: Tensor) -> str:
    """Name the column as the user knows it, if possible."""
    label = plan.columns[place] if plan.columns else given.label
    if label:
        return f"Column {label!r} of X"
    return f"Column {place} (counted from 0) of the output of the previous step"


def _advice(given: Tensor) -> str:
    """Say what helps if a step computes the column, whatever the types of the inputs."""
    if not given.rounded:
        return ""
    return (
        " If a step of the pipeline computes it in this type, as all steps behind a "
        "TfidfVectorizer do in ONNX, its bins are too narrow: fit these steps in float64, "
        "or set a smaller n_bins in the table estimator."
    )


def _plural(kind: str) -> str:
    return "categories" if kind == CATEGORY else f"{kind}s"


def _named(dtype: np.dtype) -> str:
    return _TYPES.get(dtype.kind, str(dtype)).format(dtype.itemsize * 8)


# -- losses by declared type, blank for none --------------------------------------------------


def _of_dates(plan: TablePlan, place: int, given: Tensor) -> str:
    if given.dtype in (np.int64, np.float64) or not _sources(plan, place):
        return ""
    if given.dtype.kind == "O":
        return "ONNX cannot read dates from text"
    return "this type is too small for microseconds since 1970"


def _of_numbers(plan: TablePlan, place: int, given: Tensor) -> str:
    used = _sources(plan, place)
    if not used:
        return ""
    source = plan.sources[used[0]]
    if given.dtype.kind == "O":
        if source.kind == SPAN:
            return "ONNX cannot read time spans from text"
        if source.way:
            return 'ONNX reads only the beginning of text such as "1,234.5" or "12%"'
    elif _largest_shift(plan, used[0], given) > LARGEST_SHIFT:
        return "rounding to this type changes the numbers too much"
    return ""


def _sources(plan: TablePlan, place: int) -> list[int]:
    """Return the numeric columns that a column of X becomes; none if it does not matter."""
    return [i for i, source in enumerate(plan.sources) if source.place == place]


def _largest_shift(plan: TablePlan, source: int, given: Tensor) -> float:
    """Return how far rounding moves values that occurred in fit, in encoded units."""
    numbers, bins, dtype = plan.numbers, plan.numbers.bins, given.dtype
    places = np.flatnonzero(numbers.kept == source)
    mine = np.isin(bins.source, places)
    values = np.append(numbers.median[places], bins.start[mine])
    slopes = np.append(numbers.scale[places], bins.slope[mine])
    if dtype.kind in "iu":
        # A tree may cut between whole numbers; the median and the lowest edge are values of X.
        values, slopes = values[:2], slopes[:2]
    with np.errstate(over="ignore", invalid="ignore"):
        moved = np.rint(values) if dtype.kind in "iu" else values.astype(dtype)
        shift = np.abs(moved - values)
        if given.rounded:
            shift = np.maximum(shift, np.finfo(dtype).eps / 2 * np.abs(values))
        return float(np.max(shift * slopes, initial=0.0))


def _of_categories(plan: TablePlan, place: int, given: Tensor) -> str:
    dtype = given.dtype
    if dtype.kind == "O" or place not in plan.places:
        return ""
    levels = set(plan.categories.columns[plan.places.index(place)].levels) - {MISSING}
    lost = [level for level in levels if not _fits(level, dtype)]
    return f"this type cannot represent all its levels, such as {min(lost)!r}" if lost else ""


def _fits(level: str, dtype: np.dtype) -> bool:
    """Return whether a number of this dtype can represent a level."""
    if level in _TRUTHS:
        return True
    if dtype.kind == "b" or not _WHOLE.fullmatch(level):
        return False
    exact = 2 ** (np.finfo(dtype).nmant + 1) if dtype.kind == "f" else np.iinfo(dtype).max
    return abs(int(level)) <= exact


# -- reading ----------------------------------------------------------------------------------


def _moments(graph: Graph, given: Tensor) -> Tensor:
    if given.dtype.kind != "f":
        return graph.cast(given, np.int64)
    whole = graph.cast(given, np.int64)
    return graph.where(graph.op("IsNaN", given, dtype=bool), np.int64(NO_DATE), whole)


def _texts(graph: Graph, given: Tensor) -> Tensor:
    """Return texts as in the encoder: whole numbers without a point, NaN as blank."""
    if given.dtype.kind == "O":
        return given
    whole = graph.cast(graph.cast(given, np.int64), object)
    if given.dtype.kind != "f":
        return whole
    is_whole = graph.op("Floor", given).equals(given)
    texts = graph.where(is_whole, whole, graph.cast(given, object))
    return graph.where(graph.op("IsNaN", given, dtype=bool), graph.constant(MISSING), texts)


def _values(graph: Graph, given: Tensor) -> Tensor:
    return graph.cast(given, np.float64)


_LOSSES: dict[str, Callable[[TablePlan, int, Tensor], str]] = {
    NUMBER: _of_numbers,
    SPAN: _of_numbers,
    DATE: _of_dates,
    CATEGORY: _of_categories,
}
_READERS: dict[str, Callable[[Graph, Tensor], Tensor]] = {
    NUMBER: _values,
    SPAN: _values,
    DATE: _moments,
    CATEGORY: _texts,
}
