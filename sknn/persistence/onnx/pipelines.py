"""Estimators of sknn inside pipelines and searches of scikit-learn, which skl2onnx writes."""

from __future__ import annotations

import copy
from typing import Any

from sklearn.base import ClassifierMixin, is_classifier, is_regressor

import sknn
from sknn.estimators.targets.classification import MultilabelTargets, MultioutputTargets
from sknn.persistence.onnx.answers import LABEL, Answer, answers
from sknn.persistence.onnx.convert import family_of
from sknn.persistence.onnx.encoders import refuse_gaps, refuse_levels, refuse_scales, refuse_widths
from sknn.persistence.onnx.families import Family
from sknn.persistence.onnx.graph import Graph, Tensor, onnx
from sknn.persistence.onnx.joined import drop_joins, separate
from sknn.persistence.onnx.meta_estimators import register_meta_estimators
from sknn.persistence.onnx.operators import (
    CLASSIFIER_OPTIONS,
    add_graph,
    classes_of,
    dtype_of,
    graph_within,
    refuse_middle,
    tensor_of,
)
from sknn.persistence.onnx.pipeline_inputs import skl2onnx
from sknn.persistence.onnx.scores import decision
from sknn.persistence.onnx.surplus import refuse_surplus
from sknn.preprocessing.encoder import TableEncoder


def register_skl2onnx() -> None:
    """Register the estimators of sknn with skl2onnx, so that it can convert pipelines with them.

    Afterward, ``skl2onnx.to_onnx`` converts pipelines, column transformers, and searches of
    scikit-learn with estimators of sknn inside, and what combines their answers: calibration,
    thresholds, voting, stacking, bagging, chains, and estimators for several classes or outputs.
    The options ``zipmap``, ``nocl``, ``output_class_labels``, and ``raw_scores`` work for
    classifiers of sknn. Networks compute in the dtype of their input.

    Raises
    ------
    ImportError
        If the packages onnx and skl2onnx are not installed.

    See Also
    --------
    onnx_types : The types of the inputs of a pipeline.
    onnx_inputs : Rows in the form of these inputs.

    Notes
    -----
    A predictor in the middle of a pipeline, or among the transformers of a column transformer or
    union, is rejected: it passes on its hidden layer, for which skl2onnx has no output. Models
    without an estimator of sknn inside are left to skl2onnx.

    The columns of a table have the types that `initial_types` declares; :func:`onnx_types` returns
    them. If a column transformer before a table estimator passes on numbers, dates, and text, each
    column keeps its own type. If a type cannot represent the entries that the encoder read in
    `fit`, ``skl2onnx.to_onnx`` raises a ValueError that names the column: text for dates, float32
    for dates or for numbers that it rounds too much, or numbers for categories that are words.

    It also raises one for a decomposition with more components than its input supports, if a table
    estimator or a scaler behind it scales them up: they are rounding errors, which differ in ONNX;
    for an encoder of scikit-learn that has learned a missing category, which ONNX does not
    recognize; for an imputer that adds or drops columns, which skl2onnx does not expect; for a
    PowerTransformer that reads the columns of a frame one by one, and a Normalizer with the maximum
    norm, which skl2onnx computes differently; and for a TransformedTargetRegressor whose inverse is
    neither a scaler nor a common function.

    Examples
    --------
    >>> import skl2onnx
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn import MLPClassifier
    >>> from sknn.persistence import register_skl2onnx
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((8,), learning_rate_init=0.1, tol=1e-2, random_state=0)
    >>> pipeline = make_pipeline(StandardScaler(), net).fit(X, y)
    >>> register_skl2onnx()
    >>> model = skl2onnx.to_onnx(pipeline, X[:1], options={"zipmap": False})
    >>> [output.name for output in model.graph.output]
    ['label', 'probabilities']
    """
    onnx()
    update = skl2onnx().update_registered_converter
    for kind in _kinds():
        options = CLASSIFIER_OPTIONS if issubclass(kind, ClassifierMixin) else None
        update(kind, f"Sknn{kind.__name__}", _shape, _convert, options=options)
    register_meta_estimators()


def _kinds() -> list[type]:
    """Return the public estimators."""
    public = (getattr(sknn, name) for name in sknn.__all__)
    return [kind for kind in (*public, TableEncoder) if isinstance(kind, type)]


def _shape(operator: Any) -> None:
    """Tell skl2onnx the types and shapes of the outputs."""
    from skl2onnx.common import data_types

    estimator, rows = operator.raw_operator, operator.inputs[0].get_first_dimension()
    if is_classifier(estimator):
        _refuse_several_outputs(estimator)
        texts = classes_of(operator).dtype.kind in "USO"
        kind = data_types.StringTensorType if texts else data_types.Int64TensorType
        several = isinstance(estimator._targets, MultilabelTargets)
        n_classes = len(estimator.classes_)
        operator.outputs[0].type = kind([rows, n_classes] if several else [rows])
        operator.outputs[1].type.shape = [rows, n_classes]
    elif isinstance(estimator, TableEncoder):
        operator.outputs[0].type.shape = [rows, estimator.n_outputs_]
    elif is_regressor(estimator):
        operator.outputs[0].type.shape = [rows, estimator.n_outputs_]
    else:
        operator.outputs[0].type.shape = [rows, estimator._n_features_out]


def _refuse_several_outputs(estimator: Any) -> None:
    if isinstance(estimator._targets, MultioutputTargets):
        raise ValueError(
            f"This {type(estimator).__name__} was fitted on a y with {len(estimator.classes_)} "
            "columns of classes, for which skl2onnx has no outputs; convert it separately, "
            "with sknn.persistence.to_onnx."
        )


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """Add the nodes of an estimator to those of skl2onnx."""
    refuse_middle(operator, scope)
    estimator = operator.raw_operator
    graph = graph_within(scope, container, dtype_of(operator.outputs[-1]))
    family = family_of(estimator)
    refuse_levels(operator)
    refuse_widths(operator)
    refuse_scales(operator)
    refuse_surplus(operator, family.n_columns is not None)
    if family.n_columns is not None:
        refuse_gaps(operator)
    inputs = family.adopted(graph, _given(operator, family, graph))
    found = _answers(operator, container, family, graph, inputs)
    add_graph(container, graph, [each.value for each in found], operator.outputs)
    if family.n_columns is not None:
        drop_joins(container, list(operator.inputs))


def _given(operator: Any, family: Family, graph: Graph) -> list[Tensor]:
    """Return the output of the previous steps, column by column for table estimators."""
    if family.n_columns is not None:
        return separate(graph, list(operator.inputs), family.n_columns)
    return [tensor_of(graph, each) for each in operator.inputs]


def _answers(
    operator: Any, container: Any, family: Family, graph: Graph, inputs: list[Tensor]
) -> list[Answer]:
    """Return the outputs that skl2onnx gives a kind of estimator."""
    estimator = family.estimator
    if is_classifier(estimator):
        wanted = container.get_options(estimator, {"raw_scores": False})
        return _of_classes(operator, family, graph, inputs, bool(wanted["raw_scores"]))
    first, *_ = family.answers(graph, inputs, family.transforming)
    if is_regressor(estimator) and not first.shape:
        return [Answer(first.name, graph.unsqueeze(first.value, -1), (1,))]
    return [Answer(first.name, graph.cast(first.value, graph.dtype), first.shape)]


def _of_classes(
    operator: Any, family: Any, graph: Graph, inputs: list[Tensor], raw_scores: bool
) -> list[Answer]:
    """Return labels, and probabilities or scores with a column for each class."""
    targets = copy.copy(family.estimator._targets)
    targets.classes = classes_of(operator)
    scores = family.scores(graph, inputs)
    label, shares = answers(targets, scores)
    if not raw_scores and scores.loss.has_probabilities:
        return [label, shares]
    found = decision(targets, scores)
    if targets.n_outputs == 1 and len(targets.classes) == 2:
        found = graph.concat([-found, found], axis=-1)
    return [Answer(LABEL, label.value), Answer("scores", found)]
