"""Calibrated classifiers of scikit-learn, from the scores of those inside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV

from sknn.persistence.onnx import formulas
from sknn.persistence.onnx.ensembles import ENSEMBLES, by_shares, mean
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.persistence.onnx.inside import Combined, Inside

# What scikit-learn adds to probabilities before it takes their logarithm.
_TINY = 1e-12


@ENSEMBLES.of(CalibratedClassifierCV)
def _calibrated(model: CalibratedClassifierCV, inside: Inside) -> Combined:
    parts = model.calibrated_classifiers_
    given = [inside.answers(each.estimator, _method(each.estimator))[1] for each in parts]

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        shares = [_shares(graph, *each) for each in zip(parts, found, strict=True)]
        return by_shares(mean(graph, shares))

    return Combined(given, write, len(model.classes_))


def _method(estimator: Any) -> str:
    return "decision_function" if hasattr(estimator, "decision_function") else "predict_proba"


def _shares(graph: Graph, part: Any, found: Tensor) -> Tensor:
    """Return the probabilities that one classifier and its calibrators give."""
    scores = graph.cast(found, np.float64)
    if part.method == "temperature":
        if _method(part.estimator) == "predict_proba":
            scores = graph.op("Log", scores + _TINY)
        shares = formulas.softmax(scores * float(part.calibrators[0].beta_))
    else:
        shares = _one_by_one(graph, part, scores)
    return graph.cast(shares, graph.dtype)


def _one_by_one(graph: Graph, part: Any, scores: Tensor) -> Tensor:
    """Calibrate each class on its own, and make the sum 1."""
    n_classes, known = len(part.classes), part.estimator.classes_
    if len(known) == 2:
        scores = graph.slice(scores, -1, None)
    columns = [
        _CALIBRATORS[part.method](calibrator, graph.slice(scores, place, place + 1))
        for place, calibrator in enumerate(part.calibrators)
    ]
    if n_classes == 2:
        return graph.concat([1.0 - columns[0], *columns], -1)
    absent = columns[0] * 0.0
    places = dict(zip(np.searchsorted(part.classes, known).tolist(), columns, strict=False))
    whole = graph.concat([places.get(place, absent) for place in range(n_classes)], -1)
    total = graph.reduce("Sum", whole, -1, keep=True)
    none = total.equals(0.0)
    total = graph.where(none, graph.constant(1.0, total.dtype), total)
    return graph.where(none, graph.constant(1.0 / n_classes, whole.dtype), whole / total)


def _sigmoid(calibrator: Any, x: Tensor) -> Tensor:
    return formulas.expit(-(x * float(calibrator.a_) + float(calibrator.b_)))


def _isotonic(calibrator: Any, x: Tensor) -> Tensor:
    knots, values = calibrator.X_thresholds_, calibrator.y_thresholds_
    graph, dtype = x.graph, knots.dtype
    inner = graph.cast(graph.cast(x, dtype), np.float64)
    return _interpolated(inner, *(np.asarray(each, np.float64) for each in (knots, values)))


def _interpolated(x: Tensor, knots: NDArray, values: NDArray) -> Tensor:
    """Return the piecewise linear function through these points, constant beyond both ends.

    Each piece adds its slope times the part of it that lies below x.
    """
    graph, widths = x.graph, np.diff(knots)
    if not len(widths):
        return x * 0.0 + float(values[0])
    below = graph.op("Min", graph.op("Max", x - knots[:-1], np.float64(0.0)), widths)
    rises = (below / widths) * np.diff(values)
    return graph.reduce("Sum", rises, -1, keep=True) + float(values[0])


_CALIBRATORS = {"sigmoid": _sigmoid, "isotonic": _isotonic}
