"""Meta-estimators of scikit-learn around estimators of sknn, for skl2onnx.

The converters of skl2onnx read a single array, and some ask the estimators inside for the wrong
outputs. Here, each estimator inside becomes an operator of its own, which reads all inputs as at
the end of a pipeline, and one more operator combines their outputs. Models without an estimator of
sknn are left to skl2onnx.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, is_classifier, is_regressor
from sklearn.compose import ColumnTransformer
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.pipeline import FeatureUnion

# Imported to fill ENSEMBLES, too.
from sknn.persistence.onnx import calibration, several
from sknn.persistence.onnx.answers import labels_of
from sknn.persistence.onnx.encoders import refuse_levels, refuse_scales, refuse_widths
from sknn.persistence.onnx.ensembles import ENSEMBLES
from sknn.persistence.onnx.inside import (
    ALIAS,
    OPTIONS,
    PASSED_ON,
    Inside,
    ends_in_network,
    holds_network,
    path_to_last,
)
from sknn.persistence.onnx.operators import (
    CLASSIFIER_OPTIONS,
    add_graph,
    classes_of,
    dtype_of,
    graph_within,
    middle_message,
    refuse_middle,
    tensor_of,
)

__all__ = ["calibration", "register_meta_estimators", "several"]
_ORIGINAL_PARSERS: dict[type, Any] = {}


def register_meta_estimators() -> None:
    """Register the meta-estimators of scikit-learn, and the searches of sknn, with skl2onnx."""
    from skl2onnx._parse import sklearn_parsers_map, update_registered_parser
    from skl2onnx._supported_operators import sklearn_operator_name_map as known
    from skl2onnx._supported_operators import update_registered_converter
    from skl2onnx.common._registration import register_converter, register_shape_calculator

    register_converter(ALIAS, _convert, overwrite=True)
    register_shape_calculator(ALIAS, _shape, overwrite=True)
    register_converter(OPTIONS, _set_options, overwrite=True)
    register_shape_calculator(OPTIONS, lambda operator: None, overwrite=True)
    for kind in (ColumnTransformer, FeatureUnion):
        _ORIGINAL_PARSERS.setdefault(kind, sklearn_parsers_map[kind])
        update_registered_parser(kind, _parse_side_by_side)
    for kind in (*ENSEMBLES.known, *PASSED_ON):
        _ORIGINAL_PARSERS.setdefault(kind, sklearn_parsers_map.get(kind, _simple_parser(kind)))
        if kind in known:
            update_registered_parser(kind, _parse)
            continue
        options: Any = CLASSIFIER_OPTIONS if issubclass(kind, ClassifierMixin) else None
        options = "passthrough" if kind in PASSED_ON else options
        alias = f"Sknn{kind.__name__}"
        update_registered_converter(kind, alias, _shape, _convert, parser=_parse, options=options)


def _simple_parser(kind: type) -> Any:
    """Return the parser for classes that skl2onnx knows, None for others."""
    from skl2onnx._parse import _parse_sklearn_simple_model
    from skl2onnx._supported_operators import sklearn_operator_name_map

    return _parse_sklearn_simple_model if kind in sklearn_operator_name_map else None


def _parse(scope: Any, model: Any, inputs: Any, custom_parsers: Any = None) -> Any:
    """Take over a model with an estimator of sknn inside, or behind one."""
    original = _ORIGINAL_PARSERS[type(model)]
    before = [each.raw_operator for each in scope.operators.values()]
    if original is None or holds_network(model) or holds_network(before):
        return _parse_parts(scope, model, inputs, custom_parsers)
    return original(scope, model, inputs, custom_parsers=custom_parsers)


def _parse_parts(scope: Any, model: Any, inputs: Any, custom_parsers: Any = None) -> Any:
    """Declare operators for the estimators inside, and one that combines their outputs."""
    from skl2onnx._parse import _parse_sklearn

    kinds = (*ENSEMBLES.known, *PASSED_ON)
    parsers = {**(custom_parsers or {}), **dict.fromkeys(kinds, _parse_parts)}
    if type(model) in PASSED_ON:
        inner = getattr(model, PASSED_ON[type(model)])
        scope.add_options(id(inner), scope.get_options(model))
        return _parse_sklearn(scope, inner, inputs, custom_parsers=parsers)
    raw = (scope.get_options(model, {"raw_scores": False}, fail=False) or {}).get("raw_scores")
    inside = Inside(scope, list(inputs), parsers, bool(raw))
    combined = ENSEMBLES.find(model)(model, inside)
    outputs = _parser_of_outputs(model)(scope, model, combined.given)
    operator = [each for each in scope.operators.values() if each.raw_operator is model][-1]
    operator.type, operator.combined = ALIAS, combined
    return outputs


def _parse_side_by_side(scope: Any, model: Any, inputs: Any, custom_parsers: Any = None) -> Any:
    """Refuse a predictor among transformers, of which skl2onnx would take the label."""
    pairs = model.transformer_list if isinstance(model, FeatureUnion) else model.transformers_
    for each in pairs:
        if each[1] not in ("drop", "passthrough") and ends_in_network(each[1]):
            *_, last = path_to_last(each[1])
            if is_classifier(last) or is_regressor(last):
                raise ValueError(middle_message(last))
    return _ORIGINAL_PARSERS[type(model)](scope, model, inputs, custom_parsers=custom_parsers)


def _parser_of_outputs(model: Any) -> Any:
    from skl2onnx import _parse as parsers

    if isinstance(model, MultiOutputClassifier):
        return parsers._parse_sklearn_multi_output_classifier
    if is_classifier(model) and not isinstance(model, ClassifierChain):
        return parsers._parse_sklearn_classifier
    return parsers._parse_sklearn_simple_model


def _shape(operator: Any) -> None:
    """Tell skl2onnx the types and shapes of the outputs."""
    from skl2onnx.common import data_types

    combined, outputs = operator.combined, operator.outputs
    rows = operator.inputs[0].get_first_dimension()
    if isinstance(operator.raw_operator, MultiOutputClassifier):
        outputs[0].type.shape = [rows, len(operator.raw_operator.estimators_)]
        return
    outputs[-1].type.shape = [rows, combined.width]
    if len(outputs) > 1:
        texts = combined.coded and classes_of(operator).dtype.kind in "USO"
        kind = data_types.StringTensorType if texts else data_types.Int64TensorType
        outputs[0].type = kind([rows] if combined.coded else [rows, combined.width])


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """Add the nodes that combine the outputs of the estimators inside."""
    refuse_middle(operator, scope)
    # Networks do so for the steps before them, but there may be others inside.
    for refuse in (refuse_levels, refuse_widths, refuse_scales):
        refuse(operator)
    combined = operator.combined
    graph = graph_within(scope, container, _precision(operator))
    found = combined.write(graph, *(tensor_of(graph, each) for each in operator.inputs))
    if len(found) > 1 and combined.coded:
        codes = graph.cast(graph.reshape(found[0], [-1]), np.int64)
        found[0] = labels_of(codes, classes_of(operator))
    add_graph(container, graph, found, operator.outputs)


def _set_options(scope: Any, operator: Any, container: Any) -> None:
    """Tell the converters of the estimators inside which outputs to write."""
    for key, options in operator.options.items():
        container.add_options(key, options)


def _precision(operator: Any) -> np.dtype:
    """Return the dtype of the numbers that an operator computes."""
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    numbers = (DoubleTensorType, FloatTensorType)
    variables = (*operator.outputs, *operator.inputs)
    return dtype_of(next(each for each in variables if isinstance(each.type, numbers)))
