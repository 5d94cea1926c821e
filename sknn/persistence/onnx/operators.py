"""Graphs of sknn between the operators of skl2onnx."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor

from sknn.persistence.onnx.graph import ML, OLDEST_OPSET, Graph, Tensor
from sknn.persistence.onnx.inside import ALIAS, OPTIONS

CLASSIFIER_OPTIONS = {
    "zipmap": [True, False, "columns"],
    "nocl": [True, False],
    "output_class_labels": [False, True],
    "raw_scores": [False, True],
}
"""The options of skl2onnx for classifiers."""
_ML_OPSET = 2
# Operators that read the answer of an estimator, not columns for the next step; the last three
# give it another form.
_READERS = (ALIAS, OPTIONS, "SklearnZipMap", "SklearnZipMapColumns", "SklearnClassLabels")
_FORMS = _READERS[2:]


def graph_within(scope: Any, container: Any, dtype: np.dtype) -> Graph:
    """Return a graph whose names are unique in the model that skl2onnx writes.

    Raises
    ------
    ValueError
        If the operators of the model are too old for networks.
    """
    opset = int(container.target_opset_any_domain(""))
    if opset < OLDEST_OPSET:
        raise ValueError(
            f"Networks of sknn need operators of at least version {OLDEST_OPSET}; raise "
            f"target_opset={opset}."
        )

    def fresh(stem: str) -> str:
        # Not every converter of skl2onnx registers its names, such as that of KNNImputer.
        unique: str = scope.get_unique_variable_name(f"sknn_{stem.removeprefix('sknn_')}")
        return unique

    return Graph(dtype, opset, fresh)


def add_graph(container: Any, graph: Graph, values: Sequence[Tensor], outputs: Any) -> None:
    """Add the nodes of a graph to a model, and name some of its values as outputs of skl2onnx."""
    for value, output in zip(values, outputs, strict=False):
        graph.node("Identity", [value.name], [output.onnx_name])
    container.nodes.extend(graph.nodes)
    container.initializers.extend(graph.constants)
    versions = {"": graph.opset, ML: _ML_OPSET}
    used = {"", *(node.domain for node in graph.nodes)}
    container.node_domain_version_pair_sets.update((each, versions[each]) for each in used)


def tensor_of(graph: Graph, variable: Any) -> Tensor:
    """Return a variable of skl2onnx as a value of a graph."""
    return Tensor(graph, variable.onnx_name, dtype_of(variable))


def dtype_of(variable: Any) -> np.dtype:
    """Return the dtype of a variable of skl2onnx."""
    from skl2onnx.common.data_types import guess_numpy_type

    kind = guess_numpy_type(variable.type)
    return np.dtype(object if kind is np.str_ else kind)


def classes_of(operator: Any) -> Any:
    """Return the labels that skl2onnx should output; with the option "nocl", their indices."""
    from skl2onnx.common.utils_classifier import get_label_classes

    classes = get_label_classes(operator.scope_inst, operator.raw_operator)
    whole = classes.dtype.kind == "f" and (classes == np.rint(classes)).all()
    return classes.astype(np.int64) if whole or classes.dtype.kind in "bu" else classes


def refuse_middle(operator: Any, scope: Any) -> None:
    """Refuse an estimator whose predictions would be columns for the next step."""
    estimator = operator.raw_operator
    if estimator is None or not (is_classifier(estimator) or is_regressor(estimator)):
        return
    mine = {each.onnx_name for each in operator.outputs}
    for other in scope.operators.values():
        if not mine & {each.onnx_name for each in other.inputs}:
            continue
        if other.type in _FORMS:
            mine |= {each.onnx_name for each in other.outputs}
        if other.type not in _READERS:
            raise ValueError(middle_message(estimator))


def middle_message(estimator: Any) -> str:
    """Return why an estimator cannot be a transformer."""
    kind, passed = type(estimator).__name__, "label" if is_classifier(estimator) else "predictions"
    return (
        f"A {kind} in the middle of a pipeline passes on what its transform returns, such as a "
        f"hidden layer, but skl2onnx would pass its {passed} to the next step. Convert the {kind} "
        "separately, or serve the pipeline from Python."
    )
