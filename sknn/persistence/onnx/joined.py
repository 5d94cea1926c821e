"""Columns that skl2onnx joins before a table estimator, separated again with their own types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sknn.persistence.onnx.families import FAMILIES
from sknn.persistence.onnx.graph import Graph, Tensor

_JOINERS = ("SklearnConcat", "SklearnFunctionTransformer", "SklearnIdentity")
_SELECTOR = "SklearnArrayFeatureExtractor"
_NODES = ("Concat", "Cast", "Identity")
"""The operators that skl2onnx writes for joins."""


def separate(graph: Graph, variables: Sequence[Any], n_columns: int) -> list[Tensor]:
    """Return each column as it was before a column transformer joined all in one type.

    A join would turn numbers joined with text into text, and dates joined with float32 into
    float32.

    Parameters
    ----------
    graph : Graph
    variables : sequence of skl2onnx's Variable
        The inputs of the estimator.
    n_columns : int
        How many columns they hold in all.

    Returns
    -------
    columns : list of Tensor of shape (rows, 1)
    """
    parts = [part for each in variables for part in _parts_of(each)]
    columns = []
    for part, width in zip(parts, _widths(parts, n_columns), strict=True):
        made = _columns(graph, part, width)
        for each in made:
            each.rounded = each.dtype.kind == "f" and _is_computed(part)
        columns += made
    return columns


def drop_joins(container: Any, variables: Sequence[Any]) -> None:
    """Remove the nodes that joined columns, unless something else reads their output.

    Parameters
    ----------
    container : skl2onnx's ModelComponentContainer
    variables : sequence of skl2onnx's Variable
        The inputs of the estimator, of which only the parts are read.
    """
    for variable in variables:
        joiner = _joiner_of(variable)
        if joiner is not None and all(each.is_evaluated for each in _other_readers(variable)):
            _drop(container, variable.onnx_name, {each.onnx_name for each in joiner.inputs})
            drop_joins(container, list(joiner.inputs))


def is_joiner(operator: Any) -> bool:
    """Return whether an operator of skl2onnx passes on its inputs as they are, side by side."""
    return operator.type in _JOINERS and getattr(operator.raw_operator, "func", None) is None


def _joiner_of(variable: Any) -> Any:
    """Return the operator that made a variable by joining others, None if there is none."""
    makers = variable.operators_outputs_
    return makers[0] if len(makers) == 1 and is_joiner(makers[0]) else None


def _parts_of(variable: Any) -> list[Any]:
    joiner = _joiner_of(variable)
    if joiner is None:
        return [variable]
    return [part for each in joiner.inputs for part in _parts_of(each)]


def _is_computed(variable: Any) -> bool:
    """Return whether a variable holds more than columns of the inputs as they are."""
    return any(
        not (is_joiner(maker) or maker.type == _SELECTOR) or any(map(_is_computed, maker.inputs))
        for maker in variable.operators_outputs_
    )


def _widths(parts: Sequence[Any], n_columns: int) -> list[int]:
    """Return how many columns each part holds; skl2onnx may not know that of one of them."""
    shapes = [part.type.shape for part in parts]
    known = [shape[1] if len(shape) > 1 else None for shape in shapes]
    rest = n_columns - sum(width or 0 for width in known)
    widths = [width or rest for width in known]
    if sum(widths) != n_columns:
        raise ValueError(
            f"skl2onnx passes on columns {known}, but the estimator was fitted with {n_columns} of "
            "them; pass initial_types with the number of columns of each input, such as [None, 1]."
        )
    return widths


def _columns(graph: Graph, part: Any, width: int) -> list[Tensor]:
    from skl2onnx.common.data_types import guess_numpy_type

    kind = guess_numpy_type(part.type)
    dtype = np.dtype(object if kind is np.str_ else kind)
    if width == 1:
        return [Tensor(graph, part.onnx_name, dtype, part.raw_name if part.is_root else "")]
    whole = Tensor(graph, part.onnx_name, dtype)
    return [graph.take(whole, [place], -1) for place in range(width)]


def _other_readers(variable: Any) -> list[Any]:
    """Return the operators that may still read a variable, without estimators that take parts."""
    readers = variable.operators_inputs_
    return [each for each in readers if FAMILIES.of_class(type(each.raw_operator)) is None]


def _drop(container: Any, name: str, kept: set[str]) -> None:
    """Remove the nodes behind a value that no node reads, back to the values to keep."""
    if name in kept or any(name in node.input for node in container.nodes):
        return
    makers = [node for node in container.nodes if name in node.output and node.op_type in _NODES]
    for node in makers:
        container.nodes.remove(node)
        for each in node.input:
            _drop(container, each, kept)
