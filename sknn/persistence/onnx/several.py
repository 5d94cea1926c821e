"""Estimators of scikit-learn that solve a task as several ones: classes, outputs, thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_regressor
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import (
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
    RegressorChain,
)
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

from sknn.persistence.onnx import formulas
from sknn.persistence.onnx.ensembles import ENSEMBLES, by_shares, flat
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.persistence.onnx.inside import Combined, Inside, column, ends_in_network

# The version of the operators from which on they pass on sequences.
_SEQUENCES = 14


class _Binary:
    """A classifier of two classes: its label, its score, and its probability.

    Scores of networks are log-odds, which have more digits than probabilities close to 1; both are
    needed, but skl2onnx writes one of them.
    """

    def __init__(self, inside: Inside, estimator: Any, inputs: list[Any] | None = None) -> None:
        if is_regressor(estimator):
            raise ValueError(
                f"A {type(estimator).__name__} that predicts classes cannot be written to ONNX; "
                "use a classifier, or serve the model from Python."
            )
        can = {name: hasattr(estimator, name) for name in ("predict_proba", "decision_function")}
        self.has_scores = can["decision_function"] and (
            not can["predict_proba"] or ends_in_network(estimator)
        )
        self.has_shares = can["predict_proba"]
        self.estimator = estimator
        method = "decision_function" if self.has_scores else "predict_proba"
        self.label, self.given = inside.answers(estimator, method, inputs)

    @property
    def threshold(self) -> float:
        """The score from which on the second class is predicted."""
        return 0.0 if self.has_scores else 0.5

    def score(self, graph: Graph, found: Tensor) -> Tensor:
        """Return the score as one column, ordered like the probability."""
        return column(graph, found)

    def share(self, graph: Graph, found: Tensor) -> Tensor:
        """Return the probability of the second class; the score, if there is none."""
        score = column(graph, found)
        return formulas.expit(score) if self.has_scores and self.has_shares else score

    def response(self, graph: Graph, found: Tensor, method: str) -> Tensor:
        """Return what a method of scikit-learn's estimator returns, as one column."""
        if method == "predict_proba":
            return self.share(graph, found)
        return self.score(graph, found)


# -- several classes --------------------------------------------------------------------------


@ENSEMBLES.of(OneVsRestClassifier)
def _one_against_rest(model: OneVsRestClassifier, inside: Inside) -> Combined:
    parts = [_Binary(inside, each) for each in model.estimators_]
    n = len(model.classes_)

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        pairs = list(zip(parts, found, strict=True))
        scores = graph.concat([part.score(graph, x) for part, x in pairs], -1)
        right = scores > parts[0].threshold
        shares = scores
        if not inside.raw:
            shares = graph.concat([part.share(graph, x) for part, x in pairs], -1)
        if model.multilabel_:
            return [graph.cast(right, np.int64), shares]
        if len(parts) == 1:
            both = [-shares, shares] if inside.raw else [1.0 - shares, shares]
            return [graph.cast(graph.squeeze(right, -1), np.int64), graph.concat(both, -1)]
        if not inside.raw and parts[0].has_shares:
            total = graph.reduce("Sum", shares, -1, keep=True)
            shares = shares / graph.where(
                total.equals(0.0), graph.constant(1.0, total.dtype), total
            )
        return [by_shares(scores)[0], shares]

    return Combined([part.given for part in parts], write, n, coded=not model.multilabel_)


@ENSEMBLES.of(OneVsOneClassifier)
def _one_against_one(model: OneVsOneClassifier, inside: Inside) -> Combined:
    """Return votes of all pairs, and as a tie-breaker the squashed sum of their scores."""
    if model.pairwise_indices_ is not None:
        raise ValueError("A OneVsOneClassifier of a kernel matrix cannot be written to ONNX.")
    parts = [_Binary(inside, each) for each in model.estimators_]
    n = len(model.classes_)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    signs = np.zeros((len(pairs), n))
    for place, (first, second) in enumerate(pairs):
        signs[place, [first, second]] = -1.0, 1.0

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        scores, labels = found[: len(parts)], found[len(parts) :]
        won = graph.cast(graph.concat([flat(graph, each) for each in labels], -1), graph.dtype)
        counts = won @ (signs > 0).astype(graph.dtype)
        counts = counts + (1.0 - won) @ (signs < 0).astype(graph.dtype)
        sums = graph.concat([column(graph, each) for each in scores], -1)
        sums = sums @ signs.astype(graph.dtype)
        total = counts + sums / ((graph.op("Abs", sums) + 1.0) * 3.0)
        if n > 2:
            return by_shares(total)
        second = graph.squeeze(graph.slice(total, 1, 2), -1) > parts[0].threshold
        return [graph.cast(second, np.int64), total]

    return Combined([*(each.given for each in parts), *(each.label for each in parts)], write, n)


# -- several outputs --------------------------------------------------------------------------


@ENSEMBLES.of(MultiOutputRegressor)
def _side_by_side(model: MultiOutputRegressor, inside: Inside) -> Combined:
    given = [inside.answers(each)[0] for each in model.estimators_]

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        return [graph.concat([flat(graph, each) for each in found], -1)]

    return Combined(given, write, len(given))


@ENSEMBLES.of(MultiOutputClassifier)
def _outputs(model: MultiOutputClassifier, inside: Inside) -> Combined:
    """Return a matrix of labels, and a sequence with the probabilities of each output."""
    answers = [inside.answers(each) for each in model.estimators_]
    n = len(answers)

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        if graph.opset < _SEQUENCES:
            raise ValueError(
                f"The outputs of a MultiOutputClassifier need operators of at least version "
                f"{_SEQUENCES}; raise target_opset={graph.opset}."
            )
        labels = graph.concat([flat(graph, each) for each in found[n:]], -1)
        return [labels, graph.op("SequenceConstruct", *found[:n])]

    given = [each[place] for place in (1, 0) for each in answers]
    return Combined(given, write, 0, coded=False)


@ENSEMBLES.of(RegressorChain)
def _chain(model: RegressorChain, inside: Inside) -> Combined:
    made: list[Any] = []
    for each in model.estimators_:
        (found,) = inside.answers(each, inputs=[*inside.inputs, *made])
        made.append(inside.computed([found], lambda graph, x: [flat(graph, x)], 1))
    order = np.argsort(model.order_)

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        return [graph.concat([found[place] for place in order], -1)]

    return Combined(made, write, len(made))


@ENSEMBLES.of(ClassifierChain)
def _class_chain(model: ClassifierChain, inside: Inside) -> Combined:
    made: list[Any] = []
    parts: list[_Binary] = []
    method = getattr(model, "chain_method_", "predict")
    for each in model.estimators_:
        part = _Binary(inside, each, [*inside.inputs, *made])
        _refuse_scores(part, "decision_function" if inside.raw else method)
        made.append(_link(inside, part, method))
        parts.append(part)
    n, order = len(parts), np.argsort(model.order_)

    def write(graph: Graph, *found: Tensor) -> list[Tensor]:
        labels = [graph.cast(flat(graph, found[n + place]), np.int64) for place in order]
        output = "decision_function" if inside.raw else "predict_proba"
        shares = [parts[place].response(graph, found[place], output) for place in order]
        return [graph.concat(labels, -1), graph.concat(shares, -1)]

    given = [*(each.given for each in parts), *(each.label for each in parts)]
    return Combined(given, write, n, coded=False)


def _link(inside: Inside, part: _Binary, method: str) -> Any:
    """Return the column that the next estimators of a chain read."""
    if method == "predict":
        return inside.computed(
            [part.given, part.label],
            lambda graph, _, label: [graph.cast(flat(graph, label), graph.dtype)],
            1,
        )
    return inside.computed([part.given], lambda graph, x: [part.response(graph, x, method)], 1)


def _refuse_scores(part: _Binary, method: str) -> None:
    """Refuse the decision function of an estimator of which skl2onnx writes probabilities."""
    if method == "decision_function" and not part.has_scores:
        raise ValueError(
            f"The decision function of {type(part.estimator).__name__} cannot be written to ONNX "
            "beside its probabilities; use response_method (of chains: chain_method) "
            "'predict_proba'."
        )


# -- thresholds and transformed targets -------------------------------------------------------


@ENSEMBLES.of(FixedThresholdClassifier)
def _fixed_threshold(model: FixedThresholdClassifier, inside: Inside) -> Combined:
    estimator = getattr(model, "estimator_", model.estimator)
    method = _response(model, estimator)
    threshold = model.threshold
    if threshold == "auto":
        threshold = 0.5 if method == "predict_proba" else 0.0
    return _cut(inside, estimator, method, float(threshold), model.pos_label)


@ENSEMBLES.of(TunedThresholdClassifierCV)
def _tuned_threshold(model: TunedThresholdClassifierCV, inside: Inside) -> Combined:
    estimator, positive = model.estimator_, model._curve_scorer._get_pos_label()
    method = _response(model, estimator)
    return _cut(inside, estimator, method, float(model.best_threshold_), positive)


def _response(model: Any, estimator: Any) -> str:
    methods = model._get_response_method()
    methods = [methods] if isinstance(methods, str) else methods
    return next(each for each in methods if hasattr(estimator, each))


def _cut(inside: Inside, estimator: Any, method: str, threshold: float, positive: Any) -> Combined:
    """Return the positive class where its score reaches a threshold, and the probabilities."""
    part = _Binary(inside, estimator)
    _refuse_scores(part, "decision_function" if inside.raw else method)
    first = positive is not None and positive == estimator.classes_[0]

    def write(graph: Graph, found: Tensor) -> list[Tensor]:
        share = part.share(graph, found)
        score = part.response(graph, found, method)
        if first:
            score = 1.0 - score if method == "predict_proba" else -score
        below = graph.squeeze(score, -1) < threshold
        label = graph.cast(below if first else ~below, np.int64)
        raw = part.score(graph, found)
        return [label, graph.concat([-raw, raw] if inside.raw else [1.0 - share, share], -1)]

    return Combined([part.given], write, 2)


@ENSEMBLES.of(TransformedTargetRegressor)
def _transformed_target(model: TransformedTargetRegressor, inside: Inside) -> Combined:
    undo = _inverse(model.transformer_)
    given = inside.answers(model.regressor_)[:1]
    width = model.transformer_.n_features_in_

    def write(graph: Graph, found: Tensor) -> list[Tensor]:
        return [undo(graph, graph.reshape(found, [-1, width]))]

    return Combined(given, write, width)


def _inverse(transformer: Any) -> Any:
    """Return the function that takes predictions back to the units of y."""
    if type(transformer) in (StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler):
        ends = np.zeros((1, transformer.n_features_in_))
        low, high = (transformer.inverse_transform(ends + each)[0] for each in (0.0, 1.0))
        return lambda graph, x: x * (high - low) + low
    if type(transformer) is FunctionTransformer and transformer.inverse_func in _INVERSES:
        return _INVERSES[transformer.inverse_func]
    told = getattr(transformer, "inverse_func", None)
    raise ValueError(
        f"A TransformedTargetRegressor cannot be written to ONNX with the inverse of {transformer}"
        f"{'' if told is None else f', {told}'}. Use a scaler, or one of the functions "
        f"{', '.join(f'np.{each.__name__}' for each in _INVERSES if each)}; or convert its "
        "regressor_, and transform predictions on the server."
    )


def _exp_minus_one(graph: Graph, x: Tensor) -> Tensor:
    """Return ``exp(x) - 1``, small values with all their digits."""
    small = formulas.expm1(graph.clip(x, high=0.5))
    return graph.where(x > 0.5, graph.op("Exp", x) - 1.0, small)


_INVERSES: dict[Any, Any] = {
    None: lambda graph, x: x,
    np.exp: lambda graph, x: graph.op("Exp", x),
    np.expm1: _exp_minus_one,
    np.square: lambda graph, x: x * x,
    np.sqrt: lambda graph, x: graph.op("Sqrt", x),
    np.log: lambda graph, x: graph.op("Log", x),
}
