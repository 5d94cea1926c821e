"""From raw scores to predictions: the links of the losses."""

from __future__ import annotations

import numpy as np

from sknn.core.losses import (
    AbsoluteError,
    Gamma,
    GaussianNLL,
    Grouped,
    Huber,
    LogCosh,
    Loss,
    Mixed,
    Poisson,
    Quantile,
    SigmoidCrossEntropy,
    SigmoidFocal,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
    SquaredError,
    TokenCrossEntropy,
    Tweedie,
)
from sknn.core.losses.hinge import BinaryHinge, MulticlassHinge
from sknn.core.losses.sigmoid import SigmoidSquaredError
from sknn.core.losses.softmax import SoftmaxSquaredError
from sknn.persistence.onnx import formulas
from sknn.persistence.onnx.graph import Tensor
from sknn.persistence.onnx.registry import Converters

LINKS = Converters("loss")
# The exponential link clips its exponent to this range.
_HIGHEST = 30.0


def linked(loss: Loss, raw: Tensor, n_raw: int) -> Tensor:
    """Return the predictions for raw scores, of which there are `n_raw` per row."""
    return LINKS.find(loss)(loss, raw, n_raw)


@LINKS.of(SquaredError, AbsoluteError, Huber, LogCosh, BinaryHinge, MulticlassHinge)
def _identity(loss: Loss, raw: Tensor, n_raw: int) -> Tensor:
    return raw


@LINKS.of(Quantile)
def _sorted(loss: Quantile, raw: Tensor, n_raw: int) -> Tensor:
    """Sort the quantiles of every output."""
    graph, n_levels = raw.graph, len(loss.levels)
    if n_levels == 1:
        return raw
    levels = graph.reshape(raw, [-1, n_levels, n_raw // n_levels])
    return graph.reshape(graph.sort(levels, n_levels, axis=1), [-1, n_raw])


@LINKS.of(SigmoidCrossEntropy, SigmoidFocal, SigmoidSquaredError)
def _logistic(loss: Loss, raw: Tensor, n_raw: int) -> Tensor:
    return formulas.expit(raw)


@LINKS.of(SoftmaxCrossEntropy, SoftmaxFocal, SoftmaxSquaredError)
def _softmax(loss: Loss, raw: Tensor, n_raw: int) -> Tensor:
    return formulas.softmax(raw)


@LINKS.of(Poisson, Gamma, Tweedie)
def _exponential(loss: Loss, raw: Tensor, n_raw: int) -> Tensor:
    return raw.graph.op("Exp", raw.graph.clip(raw, -_HIGHEST, _HIGHEST))


@LINKS.of(GaussianNLL)
def _mean_and_std(loss: GaussianNLL, raw: Tensor, n_raw: int) -> Tensor:
    graph, half = raw.graph, n_raw // 2
    highest = float(np.log(np.finfo(raw.dtype).max) - 2.0)
    log_std = graph.clip(graph.slice(raw, half, None) * 0.5, -highest, highest)
    return graph.concat([graph.slice(raw, 0, half), graph.op("Exp", log_std)], axis=-1)


@LINKS.of(Grouped)
def _grouped(loss: Grouped, raw: Tensor, n_raw: int) -> Tensor:
    graph, parts = raw.graph, []
    for own, block in zip(loss.losses, loss.blocks(), strict=True):
        scores = graph.slice(raw, block.start, block.stop)
        parts.append(linked(own, scores, block.stop - block.start))
    return graph.concat(parts, axis=-1)


@LINKS.of(Mixed)
def _mixed(loss: Mixed, raw: Tensor, n_raw: int) -> Tensor:
    graph, parts, order = raw.graph, [], []
    for _, own, columns in loss._blocks():
        parts.append(linked(own, graph.take(raw, columns, -1), len(columns)))
        order += columns.tolist()
    return graph.take(graph.concat(parts, axis=-1), np.argsort(order), -1)


@LINKS.of(TokenCrossEntropy)
def _tokens(loss: TokenCrossEntropy, raw: Tensor, n_raw: int) -> Tensor:
    graph, sizes = raw.graph, loss.sizes
    parts = [
        graph.op("Softmax", graph.slice(raw, int(start), int(start) + int(size)), axis=-1)
        for start, size in zip(loss.starts(), sizes, strict=True)
    ]
    return graph.concat(parts, axis=-1)
