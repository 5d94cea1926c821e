"""Outputs of an estimator, from the raw scores of its members."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.estimators.recurrent.sequences import SequenceTargets
from sknn.estimators.targets.classification import (
    BinaryTargets,
    MulticlassTargets,
    MultilabelTargets,
    MultioutputTargets,
)
from sknn.estimators.targets.regression import RegressionTargets
from sknn.persistence.onnx.graph import Tensor
from sknn.persistence.onnx.registry import Converters
from sknn.persistence.onnx.scores import Scores, decision, outputs_of

TARGETS = Converters("kind of target")
LABEL, PROBABILITIES, SCORES = "label", "probabilities", "scores"
PREDICTIONS, STD, QUANTILES = "predictions", "std", "quantiles"


@dataclass
class Answer:
    """One output: its name, its value, and the lengths of its axes after the rows."""

    name: str
    value: Tensor
    shape: tuple[Any, ...] = ()


def answers(targets: Any, scores: Scores) -> list[Answer]:
    """Return the outputs of ``predict`` and ``predict_proba``.

    Parameters
    ----------
    targets : Targets
        The kind of task.
    scores : Scores
    """
    return TARGETS.find(targets)(targets, scores)


def labels_of(codes: Tensor, classes: NDArray) -> Tensor:
    """Return the classes at these places."""
    graph, kind = codes.graph, classes.dtype.kind
    texts = kind in "US" or (kind == "O" and all(isinstance(each, str) for each in classes))
    if not texts and kind not in "biuf":
        raise TypeError(
            f"The classes {classes!r} are neither text nor numbers, the only labels in ONNX; fit "
            "the estimator on labels of one of these kinds."
        )
    wanted = object if texts else np.dtype({"i": np.int64, "u": np.int64}.get(kind, classes.dtype))
    table = graph.constant(classes.astype(wanted))
    return graph.op("Gather", table, codes, dtype=table.dtype, axis=0)


def _codes(scores: Tensor) -> Tensor:
    return scores.graph.op("ArgMax", scores, dtype=np.int64, axis=-1, keepdims=0)


def _shares_of_two(scores: Scores) -> Tensor:
    """Return the probabilities of both classes, each as exact as the other."""
    graph = scores.graph
    sides = [[-each for each in scores.members], scores.members]
    both = [scores.mean(scores.with_members(side).linked()) for side in sides]
    return _within(graph.concat(both, axis=-1))


def _within(probabilities: Tensor) -> Tensor:
    """Keep probabilities off 0 and 1."""
    limits = np.finfo(probabilities.dtype)
    return probabilities.graph.clip(probabilities, float(limits.tiny), float(1.0 - limits.epsneg))


@TARGETS.of(BinaryTargets)
def _binary(targets: BinaryTargets, scores: Scores) -> list[Answer]:
    graph = scores.graph
    raw = graph.squeeze(decision(targets, scores), -1)
    label = Answer(LABEL, labels_of(graph.cast(raw > 0.0, np.int64), targets.classes))
    if not scores.loss.has_probabilities:
        return [label, Answer(SCORES, raw)]
    return [label, Answer(PROBABILITIES, _shares_of_two(scores), (2,))]


@TARGETS.of(MulticlassTargets)
def _multiclass(targets: MulticlassTargets, scores: Scores) -> list[Answer]:
    raw, k = decision(targets, scores), len(targets.classes)
    label = Answer(LABEL, labels_of(_codes(raw), targets.classes))
    if not scores.loss.has_probabilities:
        return [label, Answer(SCORES, raw, (k,))]
    mean = scores.mean(scores.linked())
    lowest = float(np.finfo(mean.dtype).tiny)
    return [label, Answer(PROBABILITIES, scores.graph.clip(mean, lowest), (k,))]


@TARGETS.of(MultilabelTargets)
def _multilabel(targets: MultilabelTargets, scores: Scores) -> list[Answer]:
    raw, k = decision(targets, scores), targets.n_outputs
    label = Answer(LABEL, scores.graph.cast(raw > 0.0, np.int64), (k,))
    if not scores.loss.has_probabilities:
        return [label, Answer(SCORES, raw, (k,))]
    return [label, Answer(PROBABILITIES, _within(scores.mean(scores.linked())), (k,))]


@TARGETS.of(MultioutputTargets)
def _multioutput(targets: MultioutputTargets, scores: Scores) -> list[Answer]:
    """Name the outputs of each column by its number: label_0, probabilities_0, label_1, ..."""
    found = []
    for number, (part, own) in enumerate(outputs_of(targets, scores)):
        for answer in answers(part, own):
            found.append(replace(answer, name=f"{answer.name}_{number}"))
    return found


@TARGETS.of(RegressionTargets)
def _regression(targets: RegressionTargets, scores: Scores) -> list[Answer]:
    graph, k = scores.graph, targets.n_outputs
    each, wide = scores.linked(), scores.n_raw > k
    point = scores.loss.prediction_at(k)
    means = [graph.slice(one, point.start, point.stop) for one in each] if wide else each
    mean = scores.mean(means)
    found = [Answer(PREDICTIONS, _bounded(targets, mean))]
    if scores.loss.has_spread:
        spreads = [graph.slice(one, k, None) for one in each]
        found.append(Answer(STD, _spread(scores, means, mean, spreads)))
    found = [replace(one, shape=(k,)) for one in found]
    n_levels = len(scores.loss.levels)
    if n_levels > 1:
        levels = graph.reshape(scores.mean(each), [-1, n_levels, k])
        found.append(Answer(QUANTILES, _bounded(targets, levels), (n_levels, k)))
    if not targets.flat:
        return found
    return [Answer(one.name, graph.squeeze(one.value, -1), one.shape[:-1]) for one in found]


def _bounded(targets: RegressionTargets, value: Tensor) -> Tensor:
    if targets.bounds is None:
        return value
    low, high = targets.bounds
    return value.graph.op("Min", value.graph.op("Max", value, low), high)


def _spread(scores: Scores, means: list[Tensor], mean: Tensor, spreads: list[Tensor]) -> Tensor:
    """Return the standard deviation of the mixture of all members."""
    if len(spreads) == 1:
        return spreads[0]
    squares = [
        (one - mean) * (one - mean) + std * std for one, std in zip(means, spreads, strict=True)
    ]
    return scores.graph.op("Sqrt", scores.mean(squares))


@TARGETS.of(SequenceTargets)
def _each_step(targets: SequenceTargets, scores: Scores) -> list[Answer]:
    graph = scores.graph
    lead = graph.slice(graph.op("Shape", scores.members[0], dtype=np.int64), 0, 2, 0)
    flat = [graph.reshape(each, [-1, scores.n_raw]) for each in scores.members]
    found = answers(targets.inner, replace(scores, members=flat))
    return [_by_step(answer, lead) for answer in found]


def _by_step(answer: Answer, lead: Tensor) -> Answer:
    graph = lead.graph
    own = [graph.constant(answer.shape, np.int64)] if answer.shape else []
    value = graph.op("Reshape", answer.value, graph.concat([lead, *own], 0))
    return replace(answer, value=value, shape=("steps", *answer.shape))
