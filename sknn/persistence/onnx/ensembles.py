"""Estimators of scikit-learn that combine the answers of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)

from sknn.persistence.onnx import formulas
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.persistence.onnx.inside import Combined, Inside, column
from sknn.persistence.onnx.registry import Converters

ENSEMBLES = Converters("ensemble")


def by_shares(shares: Tensor) -> list[Tensor]:
    """Return the place of the largest share, and the shares."""
    return [shares.graph.op("ArgMax", shares, dtype=np.int64, axis=-1, keepdims=0), shares]


def mean(graph: Graph, values: Sequence[Tensor], weights: Any = None) -> Tensor:
    """Return the mean of tensors of one shape."""
    shares = np.full(len(values), 1.0) if weights is None else np.asarray(weights, float)
    shares = (shares / shares.sum()).astype(graph.dtype).reshape(-1, 1, 1)
    return graph.reduce(
        "Sum", graph.stack([graph.cast(x, graph.dtype) for x in values]) * shares, 0
    )


def flat(graph: Graph, x: Tensor) -> Tensor:
    """Return predictions as one column."""
    return graph.reshape(x, [-1, 1])


def votes(graph: Graph, labels: Tensor, classes: Any) -> Tensor:
    """Return 1 in the column of the class that was predicted, and 0 in the others."""
    if labels.dtype.kind == "O" or np.asarray(classes).dtype.kind not in "iub":
        places = {each: place for place, each in enumerate(np.asarray(classes).tolist())}
        labels, classes = graph.look_up(labels, places), np.arange(len(classes))
    hot = flat(graph, labels).equals(np.asarray(classes, np.int64))
    return graph.cast(hot, graph.dtype)


# -- voting ---------------------------------------------------------------------------------------


@ENSEMBLES.of(VotingClassifier)
def _vote(model: VotingClassifier, inside: Inside) -> Combined:
    soft, n_classes = model.voting == "soft", len(model.classes_)
    given = [inside.answers(each)[int(soft)] for each in model.estimators_]

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        shares = found if soft else [votes(graph, each, np.arange(n_classes)) for each in found]
        return by_shares(mean(graph, list(shares), model._weights_not_none))

    return Combined(given, write, n_classes)


@ENSEMBLES.of(VotingRegressor)
def _mean_vote(model: VotingRegressor, inside: Inside) -> Combined:
    given = [inside.answers(each)[0] for each in model.estimators_]

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        return [mean(graph, [flat(graph, each) for each in found], model._weights_not_none)]

    return Combined(given, write, 1)


# -- bagging and boosting -------------------------------------------------------------------------


def _drawn(model: Any, inside: Inside) -> list[tuple[Any, list[Any]]]:
    """Return the estimators of a bag, each with its own columns of X."""
    n, pairs = model.n_features_in_, zip(model.estimators_, model.estimators_features_, strict=True)
    return [(each, _columns(inside, list(features), n)) for each, features in pairs]


def _columns(inside: Inside, places: list[int], n: int) -> list[Any]:
    if places == list(range(n)):
        return inside.inputs
    if len(inside.inputs) == n:
        return [inside.inputs[place] for place in places]

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        return [graph.take(graph.concat(found, -1), places, -1)]

    return [inside.computed(inside.inputs, write, len(places))]


@ENSEMBLES.of(BaggingClassifier)
def _bag(model: BaggingClassifier, inside: Inside) -> Combined:
    method = "decision_function" if inside.raw else "predict_proba"
    by_vote = not hasattr(model.estimators_[0], method)
    pairs, n_classes = _drawn(model, inside), len(model.classes_)
    given = [inside.answers(each, method, x)[int(not by_vote)] for each, x in pairs]
    known = [each.classes_ for each in model.estimators_]

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        if by_vote:
            shares = [votes(graph, each, np.arange(n_classes)) for each in found]
        else:
            shares = [_spread(graph, *each, n_classes) for each in zip(found, known, strict=True)]
        return by_shares(mean(graph, shares))

    return Combined(given, write, n_classes)


def _spread(graph: Graph, shares: Tensor, known: Any, n_classes: int) -> Tensor:
    """Return shares with zeros for classes that an estimator has not seen."""
    if len(known) == n_classes:
        return shares
    return shares @ np.eye(n_classes)[known].astype(shares.dtype)


@ENSEMBLES.of(BaggingRegressor)
def _mean_bag(model: BaggingRegressor, inside: Inside) -> Combined:
    given = [inside.answers(each, inputs=x)[0] for each, x in _drawn(model, inside)]

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        return [mean(graph, [flat(graph, each) for each in found])]

    return Combined(given, write, 1)


@ENSEMBLES.of(AdaBoostClassifier)
def _boosted(model: AdaBoostClassifier, inside: Inside) -> Combined:
    """Return the softmax of the weighted votes, from -1 / (classes - 1) to 1 (SAMME)."""
    given, n_classes = [inside.answers(each)[0] for each in model.estimators_], len(model.classes_)
    weights = model.estimator_weights_[: len(given)]

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        hot = mean(graph, [votes(graph, each, model.classes_) for each in found], weights)
        scores = (hot * float(n_classes) - 1.0) / float(n_classes - 1)
        if inside.raw:
            return by_shares(scores * 2.0 if n_classes == 2 else scores)
        return by_shares(formulas.softmax(scores / float(n_classes - 1)))

    return Combined(given, write, n_classes)


# -- stacking -------------------------------------------------------------------------------------


@ENSEMBLES.of(StackingClassifier)
def _stack(model: StackingClassifier, inside: Inside) -> Combined:
    if isinstance(model._label_encoder, list):
        raise ValueError(
            "A StackingClassifier for several labels cannot be written to ONNX; convert its "
            "estimators separately, or serve it from Python."
        )
    n_classes = len(model.classes_)
    pairs = list(zip(model.estimators_, model.stack_method_, strict=True))
    given = [inside.answers(each, how)[int(how != "predict")] for each, how in pairs]
    kept = [_kept(how, n_classes) for _, how in pairs]

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        parts = [keep(graph, x) for keep, x in zip(kept, found[: len(kept)], strict=True)]
        return [_joined(graph, [*parts, *found[len(kept) :]])]

    passed = inside.inputs if model.passthrough else []
    columns = inside.computed([*given, *passed], write, model.final_estimator_.n_features_in_)
    method = "decision_function" if inside.raw else "predict_proba"
    label, shares = inside.answers(model.final_estimator_, method, [columns])
    return Combined([shares, label], lambda graph, *found: [found[1], found[0]], n_classes)


def _kept(method: str, n_classes: int) -> Any:
    """Return the function that picks the columns of an answer that the last estimator reads."""
    if method == "predict":
        return flat
    return column if n_classes == 2 else lambda graph, x: x


def _joined(graph: Graph, parts: list[Tensor]) -> Tensor:
    return graph.concat([graph.cast(each, graph.dtype) for each in parts], -1)


@ENSEMBLES.of(StackingRegressor)
def _mean_stack(model: StackingRegressor, inside: Inside) -> Combined:
    given = [inside.answers(each)[0] for each in model.estimators_]
    n = len(given)

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        return [_joined(graph, [*(flat(graph, each) for each in found[:n]), *found[n:]])]

    passed = inside.inputs if model.passthrough else []
    columns = inside.computed([*given, *passed], write, model.final_estimator_.n_features_in_)
    last = inside.answers(model.final_estimator_, inputs=[columns])
    return Combined(last, lambda graph, found: [flat(graph, found)], 1)
